"""Rows in force looked at one by one, for what no counts know: only what can be counted of them is read, as columns.

What has to be looked at are stretches of the key of the rows (`Stretch`): all that a window holds, or what is left of
it around the months that counts tell.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from timeline.domain.moments import to_micros
from timeline.readmodel.casts import NOBODY
from timeline.readmodel.counts import Ints
from timeline.readmodel.cubes import month_at, start_of
from timeline.readmodel.databases import Asked, Rows
from timeline.readmodel.filters import Filters
from timeline.readmodel.rows import HELD, Window, earliest, held, keyword_condition, latest
from timeline.readmodel.versions import ALWAYS

Stretch = tuple[int, int, int]
"""Span class, and the first and the last moment of beginning (microseconds since 1970, UTC)."""
Members = tuple[tuple[str, str], ...]
"""Names and roles of actors, or slugs of sources, each with an empty role."""

_TOGETHER = 500
_KEPT = 100_000
_COLUMNS = "front, kind, status, parties, speakers"


class Looked(Struct, frozen=True, eq=False):
    """Developments by column: fronts, kinds and statuses by their numbers, `parties` and `speakers` as casts."""

    fronts: Ints
    kinds: Ints
    statuses: Ints
    parties: Ints
    speakers: Ints

    def kept(self, mask: NDArray[np.bool_]) -> "Looked":
        """Those of them that a mask keeps."""
        return Looked(*(getattr(self, name)[mask] for name in self.__struct_fields__))


NOTHING = Looked(*np.empty((5, 0), dtype=np.int64))


class Casts:
    """Who is behind the numbers of casts. Whatever was asked once is remembered: a number never means anybody else."""

    def __init__(self) -> None:
        self._known: dict[int, Members] = {}

    def members(self, asked: Asked, digests: Iterable[int]) -> dict[int, Members]:
        """The members of each of these casts."""
        wanted = set(digests) - {NOBODY}
        known = self._known
        missing = [digest for digest in wanted if digest not in known]
        if len(known) + len(missing) > _KEPT:
            missing, known = list(wanted), {}
        found: dict[int, list[tuple[str, str]]] = {}
        for start in range(0, len(missing), _TOGETHER):
            some = missing[start : start + _TOGETHER]
            marks = ", ".join("?" * len(some))
            for digest, name, role in asked.fetch(
                f"SELECT digest, name, role FROM casts WHERE digest IN ({marks})", some
            ):
                found.setdefault(digest, []).append((name, role))
        if found:  # another thread may do the same at this moment: then one of them asks again another time
            known = {**known, **{digest: tuple(sorted(some)) for digest, some in found.items()}}
            self._known = known
        return {NOBODY: (), **{digest: known[digest] for digest in wanted}}


def whole(window: Window) -> list[Stretch]:
    """All that a window holds."""
    until = latest(window)
    return [(span, since, until) for span, since in enumerate(earliest(window)) if since <= until]


def around_months(window: Window) -> tuple[range, list[Stretch]]:
    """The months of beginning of which all lies in a window, and what it holds beside them.

    Where nothing is said of the beginning of the window, month 0 (nobody says when) is among them.
    """
    since, until = window.filters.since, latest(window)
    first = 0 if since is None else month_at(to_micros(since) - 1) + 1
    months = range(first, max(first, month_at(until + 1)))
    if not months:
        return months, whole(window)
    begins = earliest(window)
    after = max(start_of(months.stop), ALWAYS + 1)  # what nobody says when it began is counted with month 0
    stretches = [(span, after, until) for span in range(len(begins))]
    if since is not None:  # what nobody says when it began is of no month, and earlier than the first one
        stretches += [(span, begin, max(ALWAYS, start_of(first) - 1)) for span, begin in enumerate(begins)]
    return months, [one for one in stretches if one[1] <= one[2]]


def looked_at(asked: Asked, window: Window, stretches: Sequence[Stretch], most: int | None = None) -> Looked | None:
    """What is in force in these stretches, on the fronts of the window, with its keywords, in its box and not over.

    None where more than `most` would have to be looked at to say so. Other filters are not asked.
    """
    parts: list[Ints] = [np.empty((0, 5), dtype=np.int64)]
    left = most
    for front in window.fronts:
        for stretch in stretches:
            rows = asked.fetch(*_statement(window, front, stretch, left))
            if left is not None and len(rows) > left:
                return None
            left = None if left is None else left - len(rows)
            if rows:
                parts.append(_within(rows, window.filters))
    return Looked(*np.concatenate(parts).T)


def _statement(window: Window, front: int, stretch: Stretch, left: int | None) -> tuple[str, list[Any]]:
    """One question: what is in force of a stretch of a front, and no more than one beyond what is left."""
    since = window.filters.since
    given: list[Any] = [front, *stretch, *held(window.cuts)]
    keywords, names = keyword_condition(window.filters)
    more = f" AND {keywords}" if keywords else ""
    given += names
    if since is not None:
        more += " AND (end_at IS NULL OR end_at >= ?)"
        given.append(to_micros(since))
    if left is not None:
        more += " LIMIT ?"
        given.append(left + 1)
    columns = f"{_COLUMNS}, lat, lon" if window.filters.box else _COLUMNS
    return (
        f"SELECT {columns} FROM versions WHERE front = ? AND span = ? AND start_at >= ? AND start_at <= ? AND {HELD}"
        + more,
        given,
    )


def _within(rows: Rows, filters: Filters) -> Ints:
    """The numbers of the rows that lie in the box."""
    if filters.box is None:
        return np.array(rows, dtype=np.int64)
    west, south, east, north = filters.box
    numbers = np.array([row[:5] for row in rows], dtype=np.int64)
    lat, lon = np.array([row[5:] for row in rows], dtype=np.float64).T  # none is not a number, and in no box
    across = (lon >= west) & (lon <= east) if west <= east else (lon >= west) | (lon <= east)
    inside: Ints = numbers[across & (lat >= south) & (lat <= north)]
    return inside
