"""Counts by month of beginning: of fronts, kinds and statuses (`SORTS`), and of who takes part or speaks (`LABELS`).

Months and not days, since what is asked is how many there are and not when: a tenth of the cells. The months in which a
question begins or ends are counted row by row (`facets`).
"""

from collections.abc import Iterable, Sequence

import numpy as np

from timeline.domain.moments import from_micros
from timeline.readmodel.cells import UNKNOWN
from timeline.readmodel.counts import Ints

MONTH_BITS = 17
"""How far the rest of a code stands to the left of the month, which is counted from the year 0; 0 is an unknown one."""
STATUS_BITS, KIND_BITS, FRONT_BITS, LABEL_BITS = 17, 20, 25, 37
"""How far to the left of a code status, kind and front stand in `SORTS`, and labels in `LABELS` (below them fronts)."""
MONTHS = (1 << MONTH_BITS) - 1
STATUS_MASK, KIND_MASK, FRONT_MASK = 7, 31, (1 << LABEL_BITS - MONTH_BITS) - 1


def month_of(start_at: int) -> int:
    """The month of a moment (microseconds since 1970, UTC)."""
    if start_at == UNKNOWN:
        return 0
    begun = from_micros(start_at)
    return begun.year * 12 + begun.month - 1


def months_of(starts: Ints) -> Ints:
    """The same of many."""
    months = starts.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return np.where(starts == UNKNOWN, 0, months)


def month_at(micros: int) -> int:
    """The month in which a moment lies, also of one before or after all that a date can tell."""
    month = np.datetime64(micros, "us").astype("datetime64[M]").astype(np.int64)
    return int(month) + 1970 * 12


def start_of(month: int) -> int:
    """When a month begins."""
    return int(np.datetime64(month - 1970 * 12, "M").astype("datetime64[us]").astype(np.int64))


def sort_cell(front: int, kind: int, status: int, start_at: int) -> int:
    """The code under which `SORTS` counts a development: of a front below 2 ** 20, a kind below 32."""
    return front << FRONT_BITS | kind << KIND_BITS | status << STATUS_BITS | month_of(start_at)


def label_cell(label: int, front: int, start_at: int) -> int:
    """The code under which `LABELS` counts a development: of a label below 2 ** 26."""
    return label << LABEL_BITS | front << MONTH_BITS | month_of(start_at)


def actor_label(number: int) -> int:
    """The label of an actor in a role, by its number among the names of the sort `actor`."""
    return number * 2


def source_label(number: int) -> int:
    """The label of a source, by its number."""
    return number * 2 + 1


def sort_changes(rows: Sequence[tuple[int, int, int, int, int, int | None]]) -> Ints:
    """What rows add to `SORTS`: (front, kind, status, start, reported from, reported to) of each."""
    changes = [(since, front, kind, status, start, 1) for front, kind, status, start, since, _ in rows]
    changes += [(to, front, kind, status, start, -1) for front, kind, status, start, _, to in rows if to is not None]
    if not changes:
        return np.empty((0, 3), dtype=np.int64)
    since, front, kind, status, start, change = np.array(changes, dtype=np.int64).T
    codes = front << FRONT_BITS | kind << KIND_BITS | status << STATUS_BITS | months_of(start)
    return np.column_stack([since, codes, change])


def label_changes(told: Iterable[tuple[int, int, int, int, int]]) -> Ints:
    """What is told adds to `LABELS`: (reported clock, label, front, start, so many more) of each."""
    table = np.array(list(told), dtype=np.int64).reshape(-1, 5)
    codes = table[:, 1] << LABEL_BITS | table[:, 2] << MONTH_BITS | months_of(table[:, 3])
    return np.column_stack([table[:, 0], codes, table[:, 4]])


def relabelled(changes: Ints, fronts: Ints, actors: Ints, sources: Ints) -> Ints:
    """Changes of `LABELS` with what stands for each front, actor and source in the place of it."""
    codes = changes[:, 1]
    labels, places, months = codes >> LABEL_BITS, codes >> MONTH_BITS & FRONT_MASK, codes & MONTHS
    of_source = labels & 1
    numbers = labels >> 1
    # Whichever of the two does not apply is asked for a place that is there, and not used.
    named = np.where(of_source == 1, sources[numbers * of_source], actors[numbers * (1 - of_source)])
    codes = (named * 2 + of_source) << LABEL_BITS | fronts[places] << MONTH_BITS | months
    return np.column_stack([changes[:, 0], codes, changes[:, 2]])
