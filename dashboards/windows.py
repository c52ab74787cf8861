"""The time that a page shows: all of it, on the strip, and the window on it that the chart shows.

All of it is what is not far from the rest (dashboards/extents.py), up to the end of the history, so that the picture
stands still while the history is played. It begins at the same left edge as the chart. Where the names of the fronts
stand in the strip, its time begins so much earlier that no count stands below them, and so does the chart that shows
all: the same day is at the same place in both.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
from msgspec import Struct

from dashboards.extents import MAX_SHARE_OUTSIDE, is_far_in_time, time_shown
from dashboards.figures.counted import begins
from dashboards.figures.overview import named_share
from dashboards.figures.scale import DAY, FIRST, LAST, Scale, milliseconds
from dashboards.filters import View
from timeline.domain.moments import end_of_day, start_of_day
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.density import Bucket
from timeline.readmodel.filters import Filters
from timeline.readmodel.questions import Reader
from timeline.readmodel.reports import MAX_REPORTS_READ

_WINDOWS = {"1m": 30, "6m": 183}
_ROOM = 0.03
"""How much of a window that follows the history is left free behind its end."""
_MORE_REPORTS = (MAX_SHARE_OUTSIDE - 1) * MAX_REPORTS_READ - 1
"""As how many the reports behind the first ones count: of so few, not all of the first ones may be left outside."""
_ALONE = 30 * DAY
"""How much is shown before or after a single end of a window that lies beyond all that there is."""


class SliderDays(Struct, frozen=True):
    """The days between which the as-of slider moves, and the days of the reports that lie before them, in order.

    `earlier_developments` are told of in these.
    """

    first: date
    last: date
    earlier: tuple[date, ...] = ()
    earlier_developments: int = 0

    def clamped(self, day: date) -> date:
        """The day of the slider that is nearest to a day."""
        return min(max(day, self.first), self.last)


def slider_days(reader: Reader, position: int, last: date, as_of: date) -> SliderDays:
    """The days of the slider: those of all reports that are not far from the others, and the as-of day if it is near.

    The last report is never far: it is where a reader begins.
    """
    reports = reader.first_reports(position)
    days = [moment.date() for moment in reports.moments]
    behind = [(last, _MORE_REPORTS)] if reports.more else []
    told = [*((day, 1) for day in days), *behind]
    shown = time_shown(*(np.array(column, np.float64) for column in _columns(told)))
    first = date.fromordinal(int(shown[0])) if shown else last
    earlier = tuple(day for day in days if day < first)
    near = not is_far_in_time(as_of.toordinal(), (first.toordinal(), last.toordinal()))
    return SliderDays(
        min(first, as_of) if near else first,
        max(last, as_of) if near else last,
        earlier,
        len(set(reports.ids[: len(earlier)])),
    )


def _columns(told: Sequence[tuple[date, int]]) -> tuple[list[int], list[int]]:
    return [day.toordinal() for day, _ in told], [number for _, number in told]


def scales(
    reader: Reader,
    view: View,
    cuts: tuple[WantedCuts, WantedCuts],
    filters: Filters,
    last_day: date,
    names: Sequence[str],
    width: float,
) -> tuple[Scale, Scale]:
    """The time of all that passes the filters, and the window of the chart on it; `names` are those of the strips.

    The second cuts are those of the end of the history, `last_day` is where the slider ends.
    """
    wanted, end = cuts
    assert wanted.as_of  # noqa: S101 - held cuts name all three
    left, right = _all_of_it(reader, wanted, end, filters, last_day)
    share = named_share(names, width)
    whole = Scale(right - (right - left) / (1 - share), right, width)
    if view.since or view.until:
        return whole, _by_hand(view, left, right, width)
    if view.window in _WINDOWS:
        back = _WINDOWS[view.window] * DAY
        until = milliseconds(wanted.as_of)
        return whole, _on_calendar(until - back, until + back * _ROOM, width)
    return whole, whole


def _all_of_it(
    reader: Reader, wanted: WantedCuts, end: WantedCuts, filters: Filters, last_day: date
) -> tuple[float, float]:
    """From when to when all of it is shown (milliseconds): in any case something of what is shown at the cuts."""
    history_end = float(milliseconds(end_of_day(last_day)))
    _, ever = reader.density(end, Bucket.MONTH, filters)
    _, now = reader.density(wanted, Bucket.MONTH, filters)
    shown, (days, counts) = time_shown(*begins(ever)), begins(now)
    if shown is None or not ((days >= shown[0]) & (days <= shown[1])).any():
        shown = time_shown(days, counts) or shown
    if shown is None:
        return history_end - _ALONE, _with_room(history_end - _ALONE, history_end)
    first, last = shown
    last += 31  # a month is counted by its first day
    goes_on = shown[1] * DAY > history_end  # as of a day that the slider does not reach
    right = last * DAY if goes_on or is_far_in_time(history_end / DAY, (first, last)) else history_end
    left = min(first * DAY, right - 2 * DAY)
    return left, _with_room(left, right)


def _with_room(left: float, right: float) -> float:
    return min(right + (right - left) * _ROOM, LAST)


def _by_hand(view: View, left: float, right: float, width: float) -> Scale:
    """The window that an address names; where it names one end only, the other one is that of all there is."""
    since = milliseconds(start_of_day(view.since)) if view.since else None
    until = milliseconds(end_of_day(view.until)) if view.until else None
    begin = since if since is not None else left if until is None or left < until else until - _ALONE
    close = until if until is not None else right if begin < right else begin + _ALONE
    return _on_calendar(min(begin, close - DAY), close, width)


def _on_calendar(left: float, right: float, width: float) -> Scale:
    """A window within the years 1 to 9999, a day wide at least."""
    left, right = max(left, FIRST), min(right, LAST)
    return Scale(min(left, LAST - DAY), max(right, left + DAY), width)
