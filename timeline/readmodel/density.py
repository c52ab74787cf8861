"""How many developments began when, by front and status: what a timeline shows where it is too dense to show each.

A development counts in the bucket in which it may have begun at the earliest. On the latest log the answer comes from
counts that are kept (`counts`); for an older log, and for filters that those do not know, rows are counted. Both agree.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from timeline.domain.history import Cuts
from timeline.domain.moments import to_micros
from timeline.readmodel.buckets import Bucket
from timeline.readmodel.databases import Asked
from timeline.readmodel.filters import Filters
from timeline.readmodel.rows import HELD, condition, held
from timeline.readmodel.tables import DENSITY
from timeline.readmodel.versions import ALWAYS, number_of

_DAY = 86_400_000_000
_FIRST_DAY = -719_162
"""1 January of the year 1 in days since 1970: stands for what nobody says when it began."""
_BEFORE = _FIRST_DAY - 1
_LAST_DAY = 2_932_896
"""31 December of the year 9999."""
_EPOCH = date(1970, 1, 1)


class Counted(NamedTuple):
    """How many developments of a status (by number) on a front (by number) began in the bucket with this first day.

    No day: nobody says when they began.
    """

    front: int
    day: date | None
    status: int
    developments: int


def cell(front: int, start_at: int, status: int) -> int:
    """The code under which `DENSITY` counts a development."""
    return front << 25 | (start_at // _DAY - _FIRST_DAY) << 3 | status


def counted(asked: Asked, cuts: Cuts, bucket: Bucket, fronts: Sequence[int], filters: Filters) -> list[Counted]:
    """The counts on the latest log, for filters that name nothing but statuses and a window (`since`, `until`).

    The window is one of whole days, of those in which developments began.
    """
    first, last = _days(filters)
    as_of = to_micros(cuts.as_of)
    whole = (as_of + 1) // _DAY - 1  # the last day that is over by then
    codes, counts = DENSITY.as_of(asked, to_micros(cuts.known_at))
    days = (codes >> 3 & (1 << 22) - 1) + _FIRST_DAY
    kept = (days >= first) & (days <= min(last, whole)) & np.isin(codes >> 25, np.array(fronts, dtype=np.int64))
    if filters.statuses:
        kept &= np.isin(codes & 7, [number_of(status) for status in filters.statuses])
    table = np.column_stack([codes[kept] >> 25, days[kept], codes[kept] & 7, counts[kept]])
    if first <= whole + 1 <= last and as_of >= (whole + 1) * _DAY:
        today = _scanned(asked, cuts, fronts, filters, (whole + 1) * _DAY, as_of)
        table = np.concatenate([table, today])
    return _by_bucket(table, bucket)


def counted_by_rows(asked: Asked, cuts: Cuts, bucket: Bucket, fronts: Sequence[int], filters: Filters) -> list[Counted]:
    """The same at any recorded cut, and for kinds and a box as well: every row of these fronts is looked at."""
    first, last = _days(filters)
    earliest, latest = first * _DAY, min((last + 1) * _DAY - 1, to_micros(cuts.as_of))
    return _by_bucket(_scanned(asked, cuts, fronts, filters, earliest, latest), bucket)


def added_up(rows: Iterable[tuple[int, int, int, int]], bucket: Bucket, filters: Filters) -> list[Counted]:
    """The counts of rows of (front, start in microseconds, status, count) that lie in the window."""
    table = np.array(list(rows), dtype=np.int64).reshape(-1, 4)
    table[:, 1] //= _DAY
    first, last = _days(filters)
    return _by_bucket(table[(table[:, 1] >= first) & (table[:, 1] <= last)], bucket)


def _days(filters: Filters) -> tuple[int, int]:
    """The first and the last day of the window, since 1970."""
    first = to_micros(filters.since) // _DAY if filters.since else _FIRST_DAY
    return first, to_micros(filters.until) // _DAY if filters.until else _LAST_DAY


def _scanned(
    asked: Asked, cuts: Cuts, fronts: Sequence[int], filters: Filters, earliest: int, latest: int
) -> NDArray[np.int64]:
    """Rows of (front, day, status, count) of what began between two moments."""
    more, wanted = condition(structs.replace(filters, since=None, until=None))
    statement = f"""SELECT front, (start_at + ?) / {_DAY}, status, count(*) FROM versions
        WHERE front = ? AND span IN (0, 1, 2, 3) AND start_at >= ? AND start_at <= ? AND {HELD}{more}
        GROUP BY front, 2, status"""  # the sum is never negative, since division rounds towards zero
    rows = [
        row
        for front in fronts
        for row in asked.fetch(statement, (-ALWAYS, front, earliest, latest, *held(cuts), *wanted))
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    table[:, 1] += _FIRST_DAY
    return table


def _by_bucket(table: NDArray[np.int64], bucket: Bucket) -> list[Counted]:
    """Rows of (front, day, status, count) added up by bucket, in order."""
    first_days = _first_days(table[:, 1], bucket)
    keys = table[:, 0] << 25 | (first_days - _BEFORE) << 3 | table[:, 2]
    unique, inverse = np.unique(keys, return_inverse=True)
    sums = np.bincount(inverse, weights=table[:, 3], minlength=len(unique)).astype(np.int64)
    fronts, days, statuses = unique >> 25, (unique >> 3 & (1 << 22) - 1) + _BEFORE, unique & 7
    dates = [None if day == _BEFORE else _EPOCH + timedelta(days=day) for day in days.tolist()]
    return [Counted(*one) for one in zip(fronts.tolist(), dates, statuses.tolist(), sums.tolist(), strict=True)]


def _first_days(days: NDArray[np.int64], bucket: Bucket) -> NDArray[np.int64]:
    """The first day of the bucket of each day; `_BEFORE` for what has no day."""
    if bucket is Bucket.DAY:
        found = days
    elif bucket is Bucket.WEEK:
        found = (days + 3) // 7 * 7 - 3  # 1 January 1970 was a Thursday
    else:
        found = days.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return np.where(days == _FIRST_DAY, _BEFORE, np.maximum(found, _FIRST_DAY + 1))
