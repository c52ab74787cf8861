"""Single fields of UCDP GED: what stands in a cell, made into a value of the domain.

Every function is pure and raises `InvalidValue` under the name of its column. The same dates, places and sides
come again and again, so what is made of them is remembered.

Dates. The codebook (UCDP GED Codebook, `date_prec`, `date_start`, `date_end`, `event_clarity`) says that an event
lies between `date_start`, its earliest possible day, and `date_end`, its last possible one; how exactly that is known
is `date_prec`. By `event_clarity`, 1 is an incident that can be told apart, and 2 a report of several, over more than
one day, that can not be. So the days of an incident are those on one of which it happened, and the days of an
aggregate are those over which it lasted. `start.earliest` is `date_start` and `end.latest` is `date_end`, always.

| `date_prec` | means | `event_clarity` 1, or none | `event_clarity` 2 |
|---|---|---|---|
| 1 | the day is known | the day, or `start/end` where they differ | the same |
| 2, 3 | within 2 to 6 days; within a week | `[start..end]` | `start/end` |
| 4 | within a month (8 to 30 days) | `2014-08` where it is just that month, else `[start..end]` | `start/end` |
| 5 | within more than a month, up to a year | `2014` where it is just that year, else `[start..end]` | `start/end` |

Where a layout lacks `event_clarity`, the meaning of the two days is what is left: the earliest and the last possible
one. To call that a span would tell that it went on from day to day, which nobody said.
"""

import re
from datetime import date, timedelta
from functools import lru_cache

from timeline.domain.moments import Occurred
from timeline.domain.values import MAX_PLACE_DESCRIPTION_CHARACTERS, Actor, Place, Tally
from timeline.domain.vocabulary import PlacePrecision
from timeline.errors import InvalidValue
from timeline.importers.date_order import MIDNIGHT
from timeline.importers.notes import remembered
from timeline.importers.ucdp_press import cut, tidy

DATE_ALLOWED = (
    "a date that exists, without a clock time other than midnight: '2014-05-04', '2014-05-04 00:00:00.000', "
    "'2014-05-04T00:00:00', or month first, '5/4/2014', '5/4/2014 12:00:00 AM', '05/04/2014 00:00'"
)

_YEAR_FIRST = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?", re.ASCII)
_MONTH_FIRST = re.compile(
    rf"(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})/(?P<year>\d{{4}}){MIDNIGHT}", re.ASCII | re.IGNORECASE
)
_WHOLE = re.compile(r"(\d+)(?:\.0*)?", re.ASCII)
_OUTSIDE_BRACKETS = re.compile(r",(?![^(]*\))")
_PRECISIONS = tuple(PlacePrecision)
_ONE_DAY = timedelta(days=1)


def day_of(text: str, field: str) -> date:
    """The day in any of the spellings of the releases; with slashes the month always comes first."""
    stripped = text.strip()
    try:
        if match := _YEAR_FIRST.fullmatch(stripped):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _MONTH_FIRST.fullmatch(stripped):
            return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        pass
    raise InvalidValue(field, text, DATE_ALLOWED)


@lru_cache(maxsize=50_000)
def occurred_of(date_start: str, date_end: str, date_prec: str, event_clarity: str = "") -> Occurred:
    """When it happened (see the table above)."""
    start, end = day_of(date_start, "date_start"), day_of(date_end, "date_end")
    precision = step_of(date_prec, "date_prec", 5)
    is_aggregate = bool(event_clarity.strip()) and step_of(event_clarity, "event_clarity", 2) == 2
    if end < start:
        raise InvalidValue("date_end", date_end, f"a day not before date_start, {start.isoformat()}")
    if start == end:
        return Occurred(start.isoformat())
    if precision == 1 or is_aggregate:
        return Occurred(f"{start.isoformat()}/{end.isoformat()}")
    return Occurred(_whole(start, end) or f"[{start.isoformat()}..{end.isoformat()}]")


def _whole(start: date, end: date) -> str | None:
    """The month or the year that just these days make up."""
    if start.day == 1 and (end + _ONE_DAY).day == 1 and start.year == end.year:
        if start.month == end.month:
            return f"{start:%Y-%m}"
        if (start.month, end.month) == (1, 12):
            return f"{start:%Y}"
    return None


@lru_cache(maxsize=100)
def step_of(text: str, field: str, most: int) -> int:
    """A step of one of the codebook's scales, 1 to `most`."""
    match = _WHOLE.fullmatch(text.strip())
    if not match or not 1 <= int(match[1]) <= most:
        raise InvalidValue(field, text, f"a whole number from 1 to {most}")
    return int(match[1])


@remembered(maxsize=50_000)
def place_of(
    name: str,
    adm_1: str,
    country: str,
    code: str | None,
    latitude: str,
    longitude: str,
    where_prec: str,
    description: str = "",
) -> Place:
    """Where it happened. Where the file names no place, the province or the country stands for it.

    The description (`where_description`) is kept where it says more than the name.
    """
    in_words = tidy(description)
    named = tidy(name) or tidy(adm_1) or tidy(country)
    if not named:
        raise InvalidValue("where_coordinates", name, "the name of a place, or else adm_1 or country")
    return Place(
        cut(named, 200),
        _degrees(latitude, "latitude", 90),
        _degrees(longitude, "longitude", 180),
        _PRECISIONS[step_of(where_prec, "where_prec", len(_PRECISIONS)) - 1],
        cut(tidy(adm_1), 200) or None,
        code,
        cut(in_words, MAX_PLACE_DESCRIPTION_CHARACTERS) if in_words and in_words != named else None,
    )


def _degrees(text: str, field: str, most: int) -> float | None:
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not -most <= value <= most:
        raise InvalidValue(field, text, f"a number from {-most} to {most}")
    return value


@remembered(maxsize=10_000)
def actors_of(side_a: str, side_b: str) -> tuple[Actor, ...]:
    """The parties. A side of several groups is a list with commas, and each group is an actor."""
    return (*_members(side_a, "side_a"), *_members(side_b, "side_b"))


def _members(side: str, role: str) -> list[Actor]:
    names = [name for part in _OUTSIDE_BRACKETS.split(side) if (name := tidy(part))]
    if not names:
        raise InvalidValue(role, side, "the name of a side")
    return [Actor(cut(name, 200), role) for name in dict.fromkeys(names)]


@lru_cache(maxsize=50_000)
def deaths_of(low: str, best: str, high: str) -> Tally | None:
    """The dead in all. Figures out of order are kept and marked as published so; None where there are none."""
    lowest, middle, highest = count_of(low, "low"), count_of(best, "best"), count_of(high, "high")
    given = [figure for figure in (lowest, middle, highest) if figure is not None]
    return Tally(lowest, middle, highest, as_published=given != sorted(given)) if given else None


@lru_cache(maxsize=10_000)
def best_of(text: str, field: str) -> Tally | None:
    """A figure of which only the best estimate is published."""
    figure = count_of(text, field)
    return None if figure is None else Tally(best=figure)


def count_of(text: str, field: str) -> int | None:
    """A number of people; None for an empty cell."""
    if not text.strip():
        return None
    match = _WHOLE.fullmatch(text.strip())
    if not match or len(match[1]) > 15:
        raise InvalidValue(field, text, "a whole number of at least 0, or nothing")
    return int(match[1])
