"""Where a time axis is marked, and how: as many dates as there is room for, the first one with all that it needs.

Plotly's own ticks name the year only beside a tick that it has left out, and a day's axis never says which day it is.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec import Struct

from dashboards.figures.scale import DAY, Scale, day_of, milliseconds

_HOUR = DAY // 24
_MINUTE = _HOUR // 60
_MONTH, _YEAR = 30.44 * DAY, 365.25 * DAY
_EDGE, _EDGE_OF_LINE = 18.0, 28.0
"""A tick that is nearer than this to an end of the axis (pixels) has no text: half of it would be cut off. The second
one is for text in one line."""
_FIRST, _LAST = date(1, 1, 2), date(9998, 12, 31)

Unit = str
_STEPS: tuple[tuple[Unit, int, float, float], ...] = (
    *(("hour", n, n * _HOUR, 50) for n in (1, 2, 3, 6, 12)),
    *(("day", n, n * DAY, 50) for n in (1, 2, 7)),
    *(("month", n, n * _MONTH, 42) for n in (1, 2, 3, 6)),
    *(("year", n, n * _YEAR, 42) for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)),
)
"""Unit, how many of it, about how long they are (milliseconds), and how many pixels one needs at least."""


class Tick(Struct, frozen=True):
    """A mark of the axis: when it is (milliseconds), what stands at it, and what stands below that."""

    at: float
    text: str
    below: str = ""


def ticks(scale: Scale, beyond: float = 0.0, edge: float = _EDGE, *, hours: bool = True) -> list[Tick]:
    """The ticks of a window; `beyond`: how many windows to each side are marked as well.

    Without `hours` they are days at least.
    """
    unit, number = _step(scale, edge - _EDGE, hours=hours)
    wide = (scale.right - scale.left) * beyond
    told = False
    found = []
    for at in _MOMENTS[unit](scale.left - wide, scale.right + wide, number):
        x = scale.pixels(at - scale.left)
        if not edge <= x <= scale.width - edge:
            found.append(Tick(at, ""))
            continue
        found.append(_named(at, unit, number, first=not told))
        told = told or bool(found[-1].below) or unit != "hour"
    return found


def plotted(scale: Scale, *, one_line: bool = False, beyond: float = 0.0, hours: bool = True) -> dict[str, Any]:
    """The ticks as Plotly's axis takes them; in one line, what would stand below stands behind."""
    found = ticks(scale, beyond, _EDGE_OF_LINE if one_line else _EDGE, hours=hours)
    # A second line for every tick, so that all of them stand on the first at one height.
    texts = [
        f"{tick.text} {tick.below}".strip() if one_line else f"{tick.text}<br>{tick.below or ' '}" for tick in found
    ]
    return {"tickmode": "array", "tickvals": [tick.at for tick in found], "ticktext": texts}


def of_one_day(scale: Scale) -> str:
    """The day that a window shows: `15 June 2021, UTC`; nothing for a longer one, whose ticks say so."""
    first, last = day_of(scale.left + _MINUTE), day_of(scale.right - _MINUTE)
    return f"{last.day} {last:%B} {last.year:04}, UTC" if first == last else ""


def _step(scale: Scale, more: float, *, hours: bool) -> tuple[Unit, int]:
    fitting = (step for step in _STEPS if scale.pixels(step[2]) >= step[3] + more and (hours or step[0] != "hour"))
    unit, number, _, _ = next(fitting, _STEPS[-1])
    return unit, number


def _named(at: float, unit: Unit, number: int, *, first: bool) -> Tick:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)
    match unit:
        case "hour":
            day = f"{moment.day} {moment:%b}" if moment.hour == 0 else ""
            return Tick(at, f"{moment:%H:%M}", f"{day} {moment.year:04}" if day and first else day)
        case "day":
            new = moment.month == 1 and moment.day <= number
            return Tick(at, f"{moment.day} {moment:%b}", f"{moment.year:04}" if first or new else "")
        case "month":
            return Tick(at, f"{moment:%b}", f"{moment.year:04}" if first or moment.month == 1 else "")
    return Tick(at, f"{moment.year:04}")


def _hours(left: float, right: float, number: int) -> Iterator[float]:
    at = left - left % (number * _HOUR)
    while at <= right:
        yield at
        at += number * _HOUR


def _days(left: float, right: float, number: int) -> Iterator[float]:
    epoch = date(1970, 1, 1).toordinal()
    day = max(day_of(left), _FIRST).toordinal()
    day -= (day - 1) % 7 if number == 7 else day % number  # the first of all days was a Monday
    while (at := float((day - epoch) * DAY)) <= right:
        yield at
        day += number


def _months(left: float, right: float, number: int) -> Iterator[float]:
    begin = max(day_of(left), _FIRST)
    month = begin.year * 12 + begin.month - 1
    month -= month % number
    while month < _LAST.year * 12 and (at := _at(month // 12, month % 12 + 1)) <= right:
        yield at
        month += number


def _years(left: float, right: float, number: int) -> Iterator[float]:
    year = max(max(day_of(left), _FIRST).year // number * number, 1)
    while year < _LAST.year and (at := _at(year, 1)) <= right:
        yield at
        year += number - year % number


def _at(year: int, month: int) -> float:
    return float(milliseconds(datetime(max(year, 1), month, 1, tzinfo=UTC)))


_MOMENTS: dict[Unit, Callable[[float, float, int], Iterator[float]]] = {
    "hour": _hours,
    "day": _days,
    "month": _months,
    "year": _years,
}
