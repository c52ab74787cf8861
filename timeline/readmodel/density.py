"""How many developments began when, by front and status: what is shown where they are too many to show each.

A development counts in the bucket of the day on which it may have begun. What the latest log says is read off counts
that are kept (`counts`); for an older log, and for filters that those do not know, version rows are counted. Both
agree.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from msgspec import Struct

from timeline.readmodel.counts import Counts, Ints, added_up
from timeline.readmodel.databases import Asked

UNKNOWN = -62_135_596_800_000_000
"""The start of what nobody says when it began: the first moment of the year 1, in microseconds since 1970, UTC."""

_DAY = 86_400_000_000
_FIRST = 719_163
"""1 January 1970 as `date` counts days: from 1, the first of the year 1; 0 stands for an unknown day."""
_LATEST = 2**63 - 1
"""A position that no log reaches."""
_STATUS, FRONT_BITS = 22, 25
"""How far status and front stand to the left in a code; sorted by front, status and day, so are all its buckets."""
_DAYS = (1 << _STATUS) - 1

_HELD = """reported_from <= ? AND (reported_to IS NULL OR reported_to > ?)
    AND recorded_from <= ? AND (recorded_to IS NULL OR recorded_to > ?)"""
_NUMBER = f"CASE WHEN start_at = {UNKNOWN} THEN 0 ELSE (start_at + {-UNKNOWN}) / {_DAY} + 1 END"
"""The number of the day; the sum is never negative, as division rounds towards zero."""


class Bucket(StrEnum):
    """A day, an ISO week (from Monday) or a calendar month, UTC."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Row(Struct, frozen=True, gc=False):
    """How many developments of a status began on a front in the bucket with this first day (None: nobody says when).

    Front and status are told by their numbers.
    """

    front: int
    day: date | None
    status: int
    count: int


class Density(Struct, frozen=True, eq=False):
    """The counts of an overview, in the order of front, bucket (unknown first) and status; none that are zero.

    Column by column, since there are tens of thousands: `days` are those of `date.toordinal`, 0 where unknown.
    """

    bucket: Bucket
    fronts: Ints
    days: Ints
    statuses: Ints
    counts: Ints

    @property
    def rows(self) -> tuple[Row, ...]:
        """The same row by row."""
        numbers, places = np.unique(self.days, return_inverse=True)
        dates = np.array([date.fromordinal(number) if number else None for number in numbers.tolist()], dtype=object)
        columns = self.fronts, dates[places], self.statuses, self.counts
        return tuple(map(Row, *(column.tolist() for column in columns)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Density) and (self.bucket, self.rows) == (other.bucket, other.rows)

    __hash__ = None  # type: ignore[assignment]


def cell(front: int, start_at: int, status: int) -> int:
    """The code under which a development is counted: of a front below 2 ** 20, with a status from 1 to 7."""
    day = 0 if start_at == UNKNOWN else _day(start_at)
    return front << FRONT_BITS | status << _STATUS | day


def cells(fronts: Ints, starts: Ints, statuses: Ints) -> Ints:
    """The codes of many developments at once, as `cell` gives them."""
    days = np.where(starts == UNKNOWN, 0, starts // _DAY + _FIRST)
    return fronts << FRONT_BITS | statuses << _STATUS | days


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

    `since` and `until` name the first and the last day of the window; what began on an unknown day counts as of the
    first of all days. Counts and rows are asked for one after the other: whoever asks while rows are written must
    see to it that the log's position is the same before and after.
    """
    codes, numbers = counts.as_of(asked, known_at)
    days = codes & _DAYS
    kept = _within(days, since, until)
    if fronts is not None:
        kept &= np.isin(codes >> FRONT_BITS, np.array(fronts, dtype=np.int64))
    over = _day(as_of + 1)  # the first day that was not over by then
    begun = kept & (days == over)
    kept &= days < over
    if begun.any() and as_of >= _start_of(over):
        some = np.unique(codes[begun] >> FRONT_BITS).tolist()
        today = _scanned(asked, (known_at, _LATEST), (max(_start_of(over), UNKNOWN + 1), as_of), some)
        return _by_bucket(np.concatenate([codes[kept], today[0]]), np.concatenate([numbers[kept], today[1]]), bucket)
    return _by_bucket(codes[kept], numbers[kept], bucket)


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
    earliest = UNKNOWN if since is None else _start_of(_day(since))
    latest = as_of if until is None else min(as_of, _start_of(_day(until) + 1) - 1)
    found = _scanned(asked, (known_at, position), (earliest, latest), fronts, condition, given)
    return _by_bucket(*found, bucket)


def density_of(cells: Sequence[int], bucket: Bucket, since: int | None = None, until: int | None = None) -> Density:
    """The same of developments that are told one by one, by their cells."""
    codes = np.array(cells, dtype=np.int64)
    codes = codes[_within(codes & _DAYS, since, until)]
    return _by_bucket(codes, np.ones_like(codes), bucket)


def _scanned(
    asked: Asked,
    cut: tuple[int, int],
    window: tuple[int, int],
    fronts: Sequence[int] | None,
    condition: str = "",
    given: Sequence[Any] = (),
) -> tuple[Ints, Ints]:
    """Codes and counts of the rows that hold at a cut (`known_at`, position) and began in a window of moments."""
    of_fronts = ""
    if fronts is not None:  # with the spans named as well, the key of the rows leads to the window
        some = f"front IN ({', '.join('?' * len(fronts))})" if fronts else "1 = 0"
        of_fronts = f"{some} AND span IN (0, 1, 2, 3) AND "
    statement = f"""SELECT front, status, {_NUMBER}, count(*) FROM versions
        WHERE {of_fronts}start_at >= ? AND start_at <= ? AND {_HELD}{f" AND ({condition})" if condition else ""}
        GROUP BY 1, 2, 3"""
    known_at, position = cut
    wanted = (*(fronts or ()), *window, known_at, known_at, position, position, *given)
    rows = np.array(asked.fetch(statement, wanted), dtype=np.int64).reshape(-1, 4)
    return rows[:, 0] << FRONT_BITS | rows[:, 1] << _STATUS | rows[:, 2], rows[:, 3]


def _by_bucket(codes: Ints, counts: Ints, bucket: Bucket) -> Density:
    """The counts of cells added up by bucket."""
    codes, counts = added_up(codes & ~_DAYS | _first_days(codes & _DAYS, bucket), counts)
    fronts, statuses, days = codes >> FRONT_BITS, codes >> _STATUS & 7, codes & _DAYS
    order = np.argsort(fronts << FRONT_BITS | days << 3 | statuses, kind="stable")
    return Density(bucket, fronts[order], days[order], statuses[order], counts[order])


def _first_days(days: Ints, bucket: Bucket) -> Ints:
    """The first day of the bucket of each day; an unknown one stays unknown."""
    match bucket:
        case Bucket.DAY:
            return days
        case Bucket.WEEK:
            return np.where(days == 0, 0, (days - 1) // 7 * 7 + 1)  # the first of all days was a Monday
        case Bucket.MONTH:
            starts = _months(days)
            return np.where(days == 0, 0, starts[np.searchsorted(starts, days, side="right") - 1])


def _months(days: Ints) -> Ints:
    """The first days of the months from that of the first of these days to that of the last."""
    ends = np.array([max(1, days.min(initial=_DAYS)), days.max(initial=1)]) - _FIRST
    first, last = ends.astype("datetime64[D]").astype("datetime64[M]")
    starts: Ints = np.arange(first, last + 1).astype("datetime64[D]").astype(np.int64)
    return starts + _FIRST


def _within(days: Ints, since: int | None, until: int | None) -> np.ndarray[Any, np.dtype[np.bool_]]:
    if since is None and until is None:
        return np.ones(len(days), dtype=bool)
    days = np.maximum(days, 1)
    first = 1 if since is None else _day(since)
    last = _DAYS if until is None else _day(until)
    return (days >= first) & (days <= last)


def _day(micros: int) -> int:
    """The day of a moment, as `date` counts them."""
    return micros // _DAY + _FIRST


def _start_of(day: int) -> int:
    return (day - _FIRST) * _DAY
