"""What lies outside the time that a page shows: said at its edges, with how many there are and a way to each of them.

Earlier is what had ended before the strip begins; later is what is known at the cuts but had not begun by the end of
the slider, where nothing is shown that has not begun. A way is an address like any other: a window that holds them all,
as of a day on which all have begun, with what was known left as it is.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from dash import dcc, html
from msgspec import Struct, structs

from dashboards import words
from dashboards.elements import aria, verbatim
from dashboards.figures.scale import Scale, moment_of
from dashboards.filters import View, write
from dashboards.windows import SliderDays
from timeline.domain.moments import Occurred, end_of_day, start_of_day
from timeline.readmodel.cells import UNKNOWN
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.filters import Filters
from timeline.readmodel.questions import Reader
from timeline.readmodel.rows import After
from timeline.readmodel.selection import asks_documents

MAX_READ = 1_000
"""Developments that are looked at on each side to say how many lie outside."""
_AFTER_UNKNOWN = (UNKNOWN, b"\xff" * 16)
"""The place in lists after all that nobody says when it began."""
_LEAST_TIME = timedelta(microseconds=1)
_FIRST, _LAST = date(1, 1, 1), date(9998, 12, 31)
"""The days that a window may begin and end with."""
_LEAST_ROOM_DAYS, _ROOM_SHARE = 15, 100
"""Room at each end of a window on what lies outside: so many days, or one of so many of the window's own."""
_MAX_TITLE = 60
"""Characters of the title of what lies outside alone."""


class Outside(Struct, frozen=True):
    """A development that lies outside."""

    id: UUID
    title: str
    occurred: Occurred

    @property
    def first(self) -> date:
        """The day on which it may have begun; where nobody says, the day on which it had ended."""
        bound = self.occurred.start.earliest or self.occurred.end.latest
        return bound.date() if bound else _FIRST

    @property
    def last(self) -> date:
        """The day by which it had ended; of what nobody says so, the day by which it had begun."""
        bound = self.occurred.end.latest or self.occurred.start.latest
        return bound.date() if bound else self.first


class Beyond(Struct, frozen=True):
    """What lies outside on one side, the earliest first; `more`: there may be others, which nobody looked at."""

    some: Sequence[Outside]
    more: bool = False


def outside(
    reader: Reader, view: View, wanted: WantedCuts, filters: Filters, whole: Scale, days: SliderDays
) -> list[Any]:
    """The signs of a page at its cuts: links, each with its count, on the side on which what it names lies."""
    assert wanted.as_of  # noqa: S101 - held cuts name all three
    as_of = wanted.as_of.date()
    signs = []
    if days.earlier:
        number = words.count(days.earlier_developments, "development")
        said = f"{number} reported earlier than the slider, the first in {days.earlier[0].year:04}"
        signs.append(_sign("before", [said], structs.replace(view, as_of=days.earlier[-1], since=None, until=None)))
    if (early := earlier(reader, wanted, filters, moment_of(whole.left))).some:
        signs.append(_sign("before", _said(early, "earlier"), _window_on(view, early.some)))
    if as_of != days.clamped(as_of):
        said = f"As of {words.day(wanted.as_of)}, beyond the slider: back to {words.day(end_of_day(days.last))}"
        back = structs.replace(view, as_of=None, since=None, until=None)
        signs.append(_sign("after" if as_of > days.last else "before", [said], back))
    end = end_of_day(days.last)
    end = max(end, min(wanted.as_of, moment_of(whole.right)))  # as of a later day, the strip may go on
    if (late := later(reader, wanted, filters, end)).some:
        signs.append(_sign("after", _said(late, "later"), view_of_later(view, wanted, late.some)))
    return signs


def earlier(reader: Reader, wanted: WantedCuts, filters: Filters, begin: datetime) -> Beyond:
    """What is shown at the cuts and had ended before a moment (UTC)."""
    if begin <= start_of_day(_FIRST):
        return Beyond(())
    until = structs.replace(filters, until=begin - _LEAST_TIME)
    return _read(reader, wanted, until, lambda occurred: not occurred.touches(begin, None), begun=False)


def later(reader: Reader, wanted: WantedCuts, filters: Filters, end: datetime) -> Beyond:
    """What is known at the cuts and can not have begun by a moment (UTC)."""
    ever = WantedCuts(datetime.max.replace(tzinfo=end.tzinfo), wanted.known_at, wanted.recorded_at)
    since = structs.replace(filters, since=end + _LEAST_TIME)
    return _read(reader, ever, since, lambda occurred: not occurred.begun_by(end), begun=True)


def view_of_later(view: View, wanted: WantedCuts, late: Sequence[Outside]) -> View:
    """A view of what has not begun at the cuts: as of a day on which it has, as known at the same moment as before."""
    known = view.known if view.known == "now" or not wanted.known_at else words.cut(wanted.known_at)
    as_of = min(max(one.first for one in late), _LAST)
    return structs.replace(_window_on(view, late), as_of=as_of, known=known)


def _read(
    reader: Reader, wanted: WantedCuts, filters: Filters, lies_beyond: Callable[[Occurred], bool], *, begun: bool
) -> Beyond:
    """What lies beyond of the first developments that pass the filters, in the order of lists.

    Of very many that nobody says when they began, those do not hide what follows them.
    """
    found, more = _some(reader, wanted, filters, None, begun=begun)
    if more:
        known, more = _some(reader, wanted, filters, _AFTER_UNKNOWN, begun=begun)
        found = list(dict.fromkeys([*found, *known]))
    return Beyond(tuple(one for one in found if lies_beyond(one.occurred)), more)


def _some(
    reader: Reader, wanted: WantedCuts, filters: Filters, after: After | None, *, begun: bool
) -> tuple[list[Outside], bool]:
    if asks_documents(filters):
        answer = reader.timeline(wanted, filters, MAX_READ, after)
        states = (entry.state for entry in answer.entries)
        return [Outside(one.id, one.described.title, one.described.occurred) for one in states], answer.more
    _, rows = reader.rows(wanted, filters, MAX_READ + 1, after, begun=begun)
    return [Outside(row.id, row.title, row.occurred) for row in rows[:MAX_READ]], len(rows) > MAX_READ


def _said(beyond: Beyond, where: str) -> list[Any]:
    some = beyond.some
    if len(some) == 1 and not beyond.more:
        (only,) = some
        title = verbatim(f"“{words.clipped(only.title, _MAX_TITLE)}”")
        return [f"1 {where}: ", title, f", {words.when(only.occurred, open=False)}"]
    number = f"At least {len(some):,}" if beyond.more else f"{len(some):,}"
    return [f"{number} {where}, the first in {min(one.first for one in some).year:04}"]


def _window_on(view: View, some: Sequence[Outside]) -> View:
    """The view with a window that shows all of them, with some room at its ends."""
    first, last = min(one.first for one in some), max(one.last for one in some)
    (only,) = some if len(some) == 1 else (None,)
    room = max(_LEAST_ROOM_DAYS, (last - first).days // _ROOM_SHARE)
    since, until = first.toordinal() - room, last.toordinal() + room
    return structs.replace(
        view,
        window="all",
        development=only.id if only else view.development,
        since=date.fromordinal(max(since, _FIRST.toordinal())),
        until=date.fromordinal(min(until, _LAST.toordinal())),
    )


def _sign(side: str, said: list[Any], view: View) -> html.Span:
    arrow: Any = html.Span("←" if side == "before" else "→", **aria(hidden="true"))
    text: list[Any] = [arrow, " ", *said] if side == "before" else [*said, " ", arrow]
    return html.Span(dcc.Link(text, href=write(view) or "?"), className=side)
