"""Developments that began on one of several days, as shares of one development in buckets of days.

Shares are whole multiples of 2 ** -32. Each of the N days of a development has floor(2 ** 32 / N) of them, and of what
is left over each of the first days has one more. So whatever the buckets are, the shares of a whole development are
exactly one, and floating-point numbers add up exactly what there is of two million developments.
"""

import numpy as np
from msgspec import Struct

from timeline.errors import InvalidValue
from timeline.readmodel.cells import MAX_DAY
from timeline.readmodel.counts import Ints, added_up

WHOLE_BITS = 32
WHOLE = 1 << WHOLE_BITS
"""One development, in units of a share."""
MAX_SHARES = 5_000_000
"""Shares of single cells in single buckets that are added up for one overview; each takes some 50 bytes meanwhile."""
_STATUS_BITS = 3
_FRONT_BITS = _STATUS_BITS + MAX_DAY.bit_length()
_MAX_TABLE = 1 << 22
"""Sums that are taken in a table with a place for each, which takes less time than to sort what is added."""


class Stretches(Struct, frozen=True, eq=False):
    """Developments by front and status that began on a day from `firsts` to `lasts` (as `date` counts them)."""

    fronts: Ints
    statuses: Ints
    firsts: Ints
    lasts: Ints
    counts: Ints

    def chosen(self, mask: np.ndarray) -> "Stretches":
        """Those of them that a mask keeps."""
        return Stretches(*(getattr(self, name)[mask] for name in self.__struct_fields__))


def keys(fronts: Ints, days: Ints, statuses: Ints) -> Ints:
    """Buckets of a front and status as numbers, in the order of front, first day and status."""
    return fronts << _FRONT_BITS | days << _STATUS_BITS | statuses


def parts_of(keys: Ints) -> tuple[Ints, Ints, Ints]:
    """Front, first day and status of such buckets."""
    return keys >> _FRONT_BITS, keys >> _STATUS_BITS & MAX_DAY, keys & (1 << _STATUS_BITS) - 1


def shares(stretches: Stretches, edges: Ints, since: int, until: int) -> tuple[Ints, Ints]:
    """The shares of the days from `since` to `until`: buckets (`keys`), each once and in order, with units of a share.

    There is a stretch, and every one reaches into these days. `edges` are the first days of the buckets from that of
    the first day that counts on, and of one more behind the last. Raises `InvalidValue` where there are too many to be
    added up.
    """
    fronts, groups = _groups(stretches)
    begins, ends = np.maximum(stretches.firsts, since), np.minimum(stretches.lasts, until)
    room = _MAX_TABLE // max(1, len(fronts)) // 2
    if int(ends.max()) - int(begins.min()) < 2 * room:
        return _by_table(stretches, (fronts, groups), edges, since, until)
    # Most lie within some years. What lies far from these is added up by itself, so that it costs nobody else anything.
    middle = int(np.median(begins))
    near = (begins >= middle - room) & (ends < middle + room)
    parts = [_by_stretch(stretches.chosen(~near), edges, since, until)]
    if near.any():
        parts.append(_by_table(stretches.chosen(near), (fronts, groups[near]), edges, since, until))
    codes, units = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return added_up(codes, units)


def _groups(stretches: Stretches) -> tuple[Ints, Ints]:
    """The pairs of front and status that there are, in order, and the place of that of each stretch among them."""
    pairs = stretches.fronts << 3 | stretches.statuses
    there = np.zeros(int(pairs.max(initial=0)) + 1, dtype=np.int64)
    there[pairs] = 1
    return np.flatnonzero(there), (np.cumsum(there) - 1)[pairs]


def _by_table(
    stretches: Stretches, groups: tuple[Ints, Ints], edges: Ints, since: int, until: int
) -> tuple[Ints, Ints]:
    """By how much the sum of each day is greater or less than that of the day before, and from that the sums."""
    pairs, rows = groups
    begins, ends = np.maximum(stretches.firsts, since), np.minimum(stretches.lasts, until) + 1
    first, end = int(begins.min(initial=edges[0])), int(ends.max(initial=edges[0]))
    edges = edges[np.searchsorted(edges, first, side="right") - 1 : np.searchsorted(edges, end) + 1]
    wide = int(edges[-1] - edges[0]) + 1
    each, left = np.divmod(WHOLE, stretches.lasts - stretches.firsts + 1)
    more_until = np.clip(stretches.firsts + left, begins, ends)
    start = rows * wide - edges[0]
    changes = np.zeros(len(pairs) * wide, dtype=np.int64)
    np.add.at(changes, start + begins, (each + 1) * stretches.counts)
    np.add.at(changes, start + more_until, -stretches.counts)
    np.add.at(changes, start + ends, -each * stretches.counts)
    sums = np.cumsum(changes).reshape(len(pairs), wide)[:, :-1]
    if len(edges) < wide:
        sums = np.add.reduceat(sums, edges[:-1] - edges[0], axis=1)
    row, bucket = np.nonzero(sums)
    codes = keys(pairs[row] >> 3, edges[bucket], pairs[row] & 7)
    order = np.argsort(codes, kind="stable")
    return codes[order], sums[row, bucket][order]


def _by_stretch(stretches: Stretches, edges: Ints, since: int, until: int) -> tuple[Ints, Ints]:
    """The share of each stretch in each bucket, and then their sums."""
    begins, ends = np.maximum(stretches.firsts, since), np.minimum(stretches.lasts, until)
    from_bucket = np.searchsorted(edges, begins, side="right") - 1
    touched = np.searchsorted(edges, ends, side="right") - from_bucket
    total = int(touched.sum())
    if total > MAX_SHARES:
        allowed = f"buckets so long, or a window (from, to) so short, that there are at most {MAX_SHARES:,} shares"
        raise InvalidValue("bucket", f"{total:,} shares of developments of which the day is not known", allowed)
    stretch = np.repeat(np.arange(len(touched)), touched)
    bucket = np.arange(total) - np.repeat(np.cumsum(touched) - touched - from_bucket, touched)
    each, left = (column[stretch] for column in np.divmod(WHOLE, stretches.lasts - stretches.firsts + 1))
    before = np.maximum(edges[bucket], begins[stretch]) - stretches.firsts[stretch]
    through = np.minimum(edges[bucket + 1], ends[stretch] + 1) - stretches.firsts[stretch]
    units = (through - before) * each + np.minimum(through, left) - np.minimum(before, left)
    codes = keys(stretches.fronts[stretch], edges[bucket], stretches.statuses[stretch])
    return added_up(codes, units * stretches.counts[stretch])
