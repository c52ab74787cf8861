"""Developments that began on one of several days, as shares of one development in buckets of days.

Shares are whole multiples of 2 ** -32. The first n of the N days of a development have floor(n * 2 ** 32 / N) of them
together, and what a bucket has is a difference of two such sums. So whatever the buckets are, the shares of a whole
development are exactly one, and floating-point numbers add up exactly what there is of two million developments.
"""

import numpy as np
from msgspec import Struct

from timeline.errors import InvalidValue
from timeline.readmodel.counts import Ints, added_up

WHOLE_BITS = 32
WHOLE = 1 << WHOLE_BITS
"""One development, in units of a share."""
MAX_SHARES = 5_000_000
"""Shares of single cells in single buckets that are added up for one overview; each takes some 50 bytes meanwhile."""
_MAX_TABLE = 1 << 22
"""Sums that are taken in a table with a place for each, which takes less time than to sort what is added."""


class Stretches(Struct, frozen=True, eq=False):
    """Developments by front and status that began on a day from `firsts` to `lasts` (as `date` counts them)."""

    fronts: Ints
    statuses: Ints
    firsts: Ints
    lasts: Ints
    counts: Ints


def keys(fronts: Ints, days: Ints, statuses: Ints) -> Ints:
    """Buckets of a front and status as numbers, in the order of front, first day and status."""
    return fronts << 25 | days << 3 | statuses


def shares(stretches: Stretches, edges: Ints, since: int, until: int) -> tuple[Ints, Ints]:
    """The shares of the days from `since` to `until`: buckets (`keys`), each once and in order, with units of a share.

    Every stretch reaches into these days. `edges` are the first days of the buckets from that of the first day that
    counts on, and of one more behind the last. Raises `InvalidValue` where there are too many to be added up.
    """
    if not len(stretches.firsts):
        return stretches.firsts, stretches.firsts
    begins, ends = np.maximum(stretches.firsts, since), np.minimum(stretches.lasts, until)
    from_bucket = np.searchsorted(edges, begins, side="right") - 1
    touched = np.searchsorted(edges, ends, side="right") - from_bucket
    total = int(touched.sum())
    if total > MAX_SHARES:
        allowed = f"buckets so long, or a window (from, to) so short, that there are at most {MAX_SHARES:,} shares"
        raise InvalidValue("bucket", f"{total:,} shares of developments of which the day is not known", allowed)
    stretch = np.repeat(np.arange(len(touched)), touched)
    bucket = np.arange(total) - np.repeat(np.cumsum(touched) - touched - from_bucket, touched)
    firsts, days = stretches.firsts[stretch], (stretches.lasts - stretches.firsts + 1)[stretch]
    before = np.maximum(edges[bucket], begins[stretch]) - firsts
    through = np.minimum(edges[bucket + 1], ends[stretch] + 1) - firsts
    units = ((through << WHOLE_BITS) // days - (before << WHOLE_BITS) // days) * stretches.counts[stretch]
    return _summed(stretches.fronts[stretch], bucket, stretches.statuses[stretch], units, edges)


def _summed(fronts: Ints, bucket: Ints, statuses: Ints, units: Ints, edges: Ints) -> tuple[Ints, Ints]:
    size = (int(fronts.max()) + 1) * len(edges) << 3
    if size > _MAX_TABLE:
        return added_up(keys(fronts, edges[bucket], statuses), units)
    table = np.zeros(size, dtype=np.int64)
    np.add.at(table, (fronts * len(edges) + bucket) << 3 | statuses, units)
    there = np.flatnonzero(table)
    front, place = np.divmod(there >> 3, len(edges))
    return keys(front, edges[place], there & 7), table[there]
