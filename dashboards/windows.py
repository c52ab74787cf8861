"""The time that a page shows: all of it, on the strip, and the window on it that the chart shows.

Both begin at the same left edge. Where the names of the fronts stand in the strip, its time begins so much earlier that
no count stands below them, and so does the chart that shows all: the same day is at the same place in both.
"""

from collections.abc import Sequence
from datetime import datetime

from dashboards.figures.counted import begins
from dashboards.figures.overview import named_share
from dashboards.figures.scale import DAY, Scale, milliseconds
from dashboards.filters import View
from timeline.domain.moments import end_of_day, start_of_day
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.density import Bucket
from timeline.readmodel.questions import Reader

_WINDOWS = {"1m": 30, "6m": 183}
_ROOM = 0.03
"""How much of a window that follows the history is left free behind its end."""


def scales(
    reader: Reader, view: View, end: WantedCuts, as_of: datetime, names: Sequence[str], width: float
) -> tuple[Scale, Scale]:
    """The time of all that is known today, and the window of the chart on it; `names` are those of the strips."""
    assert end.as_of  # noqa: S101
    _, answer = reader.density(end, Bucket.MONTH)
    right = float(milliseconds(end.as_of))
    first, _ = begins(answer) or (right - 30 * DAY, right)
    left = min(first, right - 2 * DAY)
    right += (right - left) * _ROOM
    whole = Scale(right - (right - left) / (1 - named_share(names, width)), right, width)
    if view.since or view.until:
        since = milliseconds(start_of_day(view.since)) if view.since else left
        until = milliseconds(end_of_day(view.until)) if view.until else right
        return whole, Scale(min(since, until - DAY), until, width)
    if view.window in _WINDOWS:
        back = _WINDOWS[view.window] * DAY
        until = milliseconds(as_of)
        return whole, Scale(until - back, until + back * _ROOM, width)
    return whole, whole
