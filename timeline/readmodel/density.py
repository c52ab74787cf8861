"""How many developments began when, by front and status: what is shown where they are too many to show each.

A development counts as one in all. It is placed in the bucket of the day on which it began, where that is known, and
otherwise spread evenly over its possible days (`shares`): those on which it may have begun, up to the day of `as_of`.
What the latest log says is read off counts that are kept (`counts`); for an older log, and for filters that those do
not know, version rows are counted. Both agree.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from msgspec import Struct

from timeline.readmodel import cells
from timeline.readmodel.cells import DAY, EPOCH_DAY, MAX_FURTHER_DAYS, UNKNOWN, day_of, start_of
from timeline.readmodel.counts import Counts, Ints, added_up
from timeline.readmodel.databases import Asked
from timeline.readmodel.shares import WHOLE, WHOLE_BITS, Stretches, keys, parts_of, shares
from timeline.readmodel.versions import SPANS

_LATEST_POSITION = 2**63 - 1
"""A position that no log reaches."""
_NONE = np.empty(0, dtype=np.int64)

_HELD = """reported_from <= ? AND (reported_to IS NULL OR reported_to > ?)
    AND recorded_from <= ? AND (recorded_to IS NULL OR recorded_to > ?)"""
_NUMBER = f"CASE WHEN start_at = {UNKNOWN} THEN 0 ELSE (start_at + {-UNKNOWN}) / {DAY} + 1 END"
"""The number of the day; the sum is never negative, as division rounds towards zero."""


class Bucket(StrEnum):
    """A day, an ISO week (from Monday) or a calendar month, UTC."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Row(Struct, frozen=True, gc=False):
    """How many developments of a status began on a front in the bucket with this first day (None: nobody says when).

    `placed` are those whose day is known, `spread` is what falls to this bucket of the others. Front and status are
    told by their numbers.
    """

    front: int
    day: date | None
    status: int
    placed: int
    spread: float


class Density(Struct, frozen=True, eq=False):
    """The counts of an overview, in the order of front, bucket (unknown first) and status; none that are zero.

    Column by column, since there are tens of thousands: `days` are those of `date.toordinal`, 0 where unknown; `spread`
    is in units of a share (`WHOLE` of them are a development).
    """

    bucket: Bucket
    fronts: Ints
    days: Ints
    statuses: Ints
    placed: Ints
    spread: Ints

    @property
    def rows(self) -> tuple[Row, ...]:
        """The same row by row."""
        numbers, places = np.unique(self.days, return_inverse=True)
        dates = np.array([date.fromordinal(number) if number else None for number in numbers.tolist()], dtype=object)
        columns = self.fronts, dates[places], self.statuses, self.placed, self.spread / WHOLE
        return tuple(map(Row, *(column.tolist() for column in columns)))

    @property
    def developments(self) -> float:
        """How many there are in all buckets together: of a window, what falls to it."""
        return int(self._units().sum()) / WHOLE

    def by_front_and_status(self) -> dict[tuple[int, int], int]:
        """How many there are on each front with each status. Of a window, where one may have a share, rounded down."""
        pairs, units = added_up(self.fronts << 3 | self.statuses, self._units())
        counts = (units >> WHOLE_BITS).tolist()
        return {(pair >> 3, pair & 7): count for pair, count in zip(pairs.tolist(), counts, strict=True)}

    def of_statuses(self, numbers: Sequence[int]) -> "Density":
        """Those of some statuses."""
        kept = np.isin(self.statuses, numbers)
        columns = (self.fronts, self.days, self.statuses, self.placed, self.spread)
        return Density(self.bucket, *(column[kept] for column in columns))

    @property
    def size_in_bytes(self) -> int:
        """How much memory the columns take."""
        return sum(column.nbytes for column in (self.fronts, self.days, self.statuses, self.placed, self.spread))

    def _units(self) -> Ints:
        return (self.placed << WHOLE_BITS) + self.spread

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Density) and (self.bucket, self.rows) == (other.bucket, other.rows)

    __hash__ = None  # type: ignore[assignment]


class _Days(Struct, frozen=True):
    """Which days count: from the first to the last (as `date` counts them), none of them after that of `as_of`."""

    first: int
    last: int
    as_of: int

    @classmethod
    def within(cls, as_of: int, since: int | None, until: int | None) -> "_Days":
        """Those of a window that these moments name."""
        today = day_of(as_of)
        first = 1 if since is None else max(1, day_of(since))
        return cls(first, today if until is None else min(today, day_of(until)), today)


def density(
    asked: Asked,
    counts: Counts,
    known_at: int,
    as_of: int,
    bucket: Bucket,
    fronts: Sequence[int] | None = None,
    since: int | None = None,
    until: int | None = None,
) -> Density:
    """What may have begun by `as_of`, as known at `known_at`, on the latest log; all in microseconds since 1970, UTC.

    `since` and `until` name the first and the last day of the window, of which only what falls to it counts; what began
    on an unknown day counts as of the first of all days. Counts and rows are asked for one after the other: whoever
    asks while rows are written must see to it that the log's position is the same before and after.
    """
    codes, numbers = counts.as_of(asked, known_at)
    first_days = cells.first_days(codes)
    over = day_of(as_of + 1)  # the first day that was not over by then
    begun, kept = first_days == over, first_days < over
    if fronts is not None:
        of_fronts = np.isin(cells.fronts(codes), np.array(fronts, dtype=np.int64))
        begun, kept = begun & of_fronts, kept & of_fronts
    codes_today, numbers_today = codes[:0], numbers[:0]
    if as_of >= start_of(over) and begun.any():
        fronts_today = np.unique(cells.fronts(codes[begun])).tolist()
        today = (None, max(start_of(over), UNKNOWN + 1), as_of, "")
        codes_today, numbers_today = _scanned(asked, (known_at, _LATEST_POSITION), [today], fronts_today)
    codes, numbers = np.concatenate([codes[kept], codes_today]), np.concatenate([numbers[kept], numbers_today])
    return _by_bucket(codes, numbers, bucket, _Days.within(as_of, since, until))


def density_scan(
    asked: Asked,
    known_at: int,
    as_of: int,
    position: int,
    bucket: Bucket,
    condition: str = "",
    given: Sequence[Any] = (),
    fronts: Sequence[int] | None = None,
    since: int | None = None,
    until: int | None = None,
) -> Density:
    """The same at any position of the log, of the rows that meet a condition as well (SQL that takes what is given)."""
    earliest = UNKNOWN if since is None else max(UNKNOWN, start_of(day_of(since)))
    latest = as_of if until is None else min(as_of, start_of(day_of(until) + 1) - 1)
    stretches = [(None, earliest, latest, ""), *_reaching(earliest, latest)]
    counted = _scanned(asked, (known_at, position), stretches, fronts, condition, given)
    return _by_bucket(*counted, bucket, _Days.within(as_of, since, until))


def density_of(
    codes: Sequence[int], bucket: Bucket, as_of: int, since: int | None = None, until: int | None = None
) -> Density:
    """The same of developments that are told one by one, by their cells; each may have begun by `as_of`."""
    columns = np.array(codes, dtype=np.int64)
    return _by_bucket(columns, np.ones_like(columns), bucket, _Days.within(as_of, since, until))


_Stretch = tuple[int | None, int, int, str]
"""Span class (None: all), the first and the last moment of beginning, and a condition of its own."""


def _reaching(earliest: int, latest: int) -> list[_Stretch]:
    """Where rows stand that may have begun before a window and may have begun in it as well.

    Of a span class they may not have begun longer before it than the class lasts.
    """
    end = min(earliest - 1, latest)
    begins = [*(max(UNKNOWN, earliest - most) for most in SPANS), UNKNOWN]
    return [(span, begin, end, "further_days > 0") for span, begin in enumerate(begins) if begin <= end]


def _scanned(
    asked: Asked,
    cut: tuple[int, int],
    stretches: Sequence[_Stretch],
    fronts: Sequence[int] | None,
    condition: str = "",
    given: Sequence[Any] = (),
) -> tuple[Ints, Ints]:
    """Cells and counts of the rows that hold at a cut (`known_at`, position) and may have begun in these stretches."""
    of_fronts = ""
    if fronts is not None:
        of_fronts = f"front IN ({', '.join('?' * len(fronts))})" if fronts else "1 = 0"
    known_at, position = cut
    found: list[Ints] = [np.empty((0, 5), dtype=np.int64)]
    for span, first, last, own in stretches:
        # With the spans named as well as the fronts, the key of the rows leads to the stretch.
        spans = "span IN (0, 1, 2, 3)" if span is None else f"span = {span}"
        conditions = [of_fronts, spans, "start_at >= ? AND start_at <= ?", own, _HELD, condition and f"({condition})"]
        statement = f"""SELECT front, status, {_NUMBER}, further_days, count(*) FROM versions
            WHERE {" AND ".join(filter(None, conditions))} GROUP BY 1, 2, 3, 4"""
        params = (*(fronts or ()), first, last, known_at, known_at, position, position, *given)
        found.append(np.array(asked.fetch(statement, params), dtype=np.int64).reshape(-1, 5))
    fronts_, statuses, days, further_days, numbers = np.concatenate(found).T
    return cells.cells_of_days(fronts_, days, further_days, statuses), numbers


def _by_bucket(codes: Ints, counts: Ints, bucket: Bucket, days: _Days) -> Density:
    """What falls to each bucket of the developments of these cells, each of which may have begun by `as_of`."""
    is_known = cells.is_day_known(codes)
    placed_at, placed = _placed(codes[is_known], counts[is_known], bucket, days)
    spread_at, units = _spread(codes[~is_known], counts[~is_known], bucket, days)
    places = np.searchsorted(placed_at, spread_at)
    is_new = np.ones(len(places), dtype=bool)
    inside = places < len(placed_at)
    is_new[inside] = placed_at[places[inside]] != spread_at[inside]
    both = np.insert(placed_at, places[is_new], spread_at[is_new])
    placed = np.insert(placed, places[is_new], 0)
    spread = np.zeros_like(both)
    spread[places + np.cumsum(is_new) - is_new] = units
    return Density(bucket, *parts_of(both), placed, spread)


def _placed(codes: Ints, counts: Ints, bucket: Bucket, days: _Days) -> tuple[Ints, Ints]:
    """How many of those began in each bucket of which the day is known: buckets as `keys` has them, in order."""
    first_days = cells.first_days(codes)
    kept = (first_days >= days.first) & (first_days <= days.last)
    codes, first_days = codes[kept], first_days[kept]
    codes, counts = added_up(codes - first_days + _first_of(first_days, bucket), counts[kept])
    at = keys(cells.fronts(codes), cells.first_days(codes), cells.statuses(codes))
    order = np.argsort(at, kind="stable")
    return at[order], counts[order]


def _spread(codes: Ints, counts: Ints, bucket: Bucket, days: _Days) -> tuple[Ints, Ints]:
    """What falls to each bucket of the others, in units of a share; bucket 0 has all of those that nobody dates."""
    first_days, further_days = cells.first_days(codes), cells.further_days(codes)
    undated = (first_days == 0) | (further_days == MAX_FURTHER_DAYS)
    lasts = np.minimum(first_days + further_days, days.as_of)
    dated = ~undated & (first_days <= days.last) & (lasts >= days.first)
    at, units = _NONE, _NONE
    if days.first <= days.last and dated.any():
        columns = cells.fronts(codes), cells.statuses(codes), first_days, lasts, counts
        stretches = Stretches(*(column[dated] for column in columns))
        first = max(days.first, int(stretches.firsts.min()))
        last = min(days.last, int(stretches.lasts.max()))
        at, units = shares(stretches, _edges(first, last, bucket), days.first, days.last)
    if days.first == 1 and (undated := undated & (np.maximum(first_days, 1) <= days.last)).any():
        codes = codes[undated]
        more = keys(cells.fronts(codes), np.zeros_like(codes), cells.statuses(codes))
        at, units = added_up(np.concatenate([at, more]), np.concatenate([units, counts[undated] << WHOLE_BITS]))
    return at, units


def _first_of(days: Ints, bucket: Bucket) -> Ints:
    """The first day of the bucket of each day."""
    if bucket is Bucket.DAY or not len(days):
        return days
    if bucket is Bucket.WEEK:
        return (days - 1) // 7 * 7 + 1  # the first of all days was a Monday
    starts = _edges(int(days.min()), int(days.max()), bucket)
    return starts[np.searchsorted(starts, days, side="right") - 1]


def _edges(first: int, last: int, bucket: Bucket) -> Ints:
    """The first days of the buckets from that of a first day on, and of the one behind that of a last day."""
    if bucket is Bucket.DAY:
        return np.arange(first, last + 2)
    if bucket is Bucket.WEEK:
        return np.arange((first - 1) // 7 * 7 + 1, last + 8, 7)
    begin, end = (np.array([first, last]) - EPOCH_DAY).astype("datetime64[D]").astype("datetime64[M]")
    edges: Ints = np.arange(begin, end + 2).astype("datetime64[D]").astype(np.int64) + EPOCH_DAY
    return edges
