"""What may be wrong with a date: it lies far from the others of its front, or after the report of it.

Years are counted as so many times 365.2425 days since the beginning of the year 1, so that the read model counts them
with a division.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct

from timeline.domain.checks import trusting
from timeline.domain.moments import FIRST_MOMENT, Bound, Occurred, to_micros

MAX_YEARS_APART = 50
YEAR_MICROS = 31_556_952_000_000
_ZONES_MICROS = 14 * 3_600_000_000
"""A day begins so much earlier where it begins first (UTC+14)."""


class Period(Struct, frozen=True):
    """Years without a gap of more than `MAX_YEARS_APART`, and how many developments begin in them."""

    first: int
    last: int
    developments: int

    def reaches(self, year: int) -> bool:
        """Whether a year is so near to it that it would belong to it."""
        return self.first - MAX_YEARS_APART <= year <= self.last + MAX_YEARS_APART


def year_of(micros: int) -> int:
    """The year (from 1) of a moment in microseconds since 1970, UTC; a day too early or too late at its ends."""
    return (micros - FIRST_MOMENT) // YEAR_MICROS + 1


def periods_of(years: Mapping[int, int]) -> list[Period]:
    """The periods that years make, by how many developments begin in each."""
    ordered = sorted(year for year, count in years.items() if count)
    if not ordered:
        return []
    ends = [year for year, following in pairwise(ordered) if following - year > MAX_YEARS_APART] + [ordered[-1]]
    begins = [ordered[0], *(following for year, following in pairwise(ordered) if following - year > MAX_YEARS_APART)]
    return [
        Period(first, last, sum(years[year] for year in ordered if first <= year <= last))
        for first, last in zip(begins, ends, strict=True)
    ]


def far_from(year: int, periods: Sequence[Period], *, among_them: bool = False) -> Period | None:
    """The period in which most others lie, where that is not the one of this year; `among_them`: it counts itself."""
    near = [one for one in periods if one.reaches(year)]
    others = [one for one in periods if not one.reaches(year)]
    largest = max(others, key=lambda one: one.developments, default=None)
    beside_it = sum(one.developments for one in near) - among_them
    return largest if largest and beside_it < largest.developments else None


class NamedYears(Struct, frozen=True, gc=False):
    """The years of a date. `first` is the one under which a front counts it: in which it may have begun, or else ended.

    `ends`: of each of its ends the first and the last year, of which one has to be near the others of its front.
    """

    first: int | None
    ends: tuple[tuple[int, ...], ...]


@lru_cache(maxsize=100_000)
def named_years(edtf: str, exact_start: datetime | None, exact_end: datetime | None) -> NamedYears:
    """The years of an occurred clock; the same dates come again and again."""
    occurred = _occurred(edtf, exact_start, exact_end)
    moment = occurred.start.earliest or occurred.end.latest
    bounds = (occurred.start, occurred.end) if occurred.is_span else (occurred.start,)
    ends = tuple(years for years in map(_years, bounds) if years)
    return NamedYears(None if moment is None else year_of(to_micros(moment)), ends)


def is_after(occurred: Occurred, reported_at: datetime) -> bool:
    """Whether something is certainly dated after the report of it."""
    return to_micros(reported_at) < certain_from(occurred.edtf, occurred.exact_start, occurred.exact_end)


def is_published_after(published: str | None, reported_at: int) -> bool:
    """Whether a source published something certainly after the report of it (microseconds since 1970, UTC)."""
    return published is not None and reported_at < certain_from(published, None, None)


@lru_cache(maxsize=100_000)
def certain_from(edtf: str, exact_start: datetime | None, exact_end: datetime | None) -> int:
    """The earliest moment at which a report can come after the ends of a date (microseconds since 1970, UTC)."""
    occurred = _occurred(edtf, exact_start, exact_end)
    bounds = [occurred.start, occurred.end] if occurred.is_span else [occurred.start]
    return max(_earliest(bounds), default=FIRST_MOMENT - _ZONES_MICROS)


def far_period(named: NamedYears, periods: Sequence[Period], counted: Collection[Period] = ()) -> Period | None:
    """The period from which a date lies far: all years of one of its ends do. None where it lies far from none.

    `counted` are the periods in which the development itself is counted.
    """
    for years in named.ends:
        found = [far_from(year, periods, among_them=any(one.reaches(year) for one in counted)) for year in years]
        if all(found):
            return found[0]
    return None


def _occurred(edtf: str, exact_start: datetime | None, exact_end: datetime | None) -> Occurred:
    """An occurred clock that was checked when it came in; of a row the instants have lost their offsets."""
    with trusting():
        return Occurred(edtf, exact_start, exact_end)


def _earliest(bounds: list[Bound]) -> Iterator[int]:
    for bound in bounds:
        if bound.earliest is not None:
            yield to_micros(bound.earliest) - (0 if bound.exact else _ZONES_MICROS)


def _years(bound: Bound) -> tuple[int, ...]:
    return tuple(year_of(to_micros(moment)) for moment in (bound.earliest, bound.latest) if moment is not None)
