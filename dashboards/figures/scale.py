"""The time axis of a chart: a window of time on so many pixels. Times are milliseconds since 1970, UTC."""

from datetime import UTC, date, datetime, timedelta

from msgspec import Struct

DAY = 86_400_000
FOREVER = 9e15
"""Later than any moment (milliseconds), and still a number that a browser can hold exactly."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
FIRST, LAST = -62_135_596_800_000, 253_402_214_399_999
"""The years 1 to 9999 but for the last day (milliseconds): no calendar of ours goes on after them, and what an axis of
Plotly's draws may reach a little further than it was told."""


def milliseconds(instant: datetime) -> int:
    """An instant as milliseconds since 1970."""
    return (instant - _EPOCH) // _MILLISECOND


def day_of(ms: float) -> date:
    """The day, UTC, in which a time lies; for times that no calendar reaches, the first and the last one."""
    return moment_of(ms).date()


def moment_of(ms: float) -> datetime:
    """A time as an instant (UTC), for times that no calendar reaches likewise."""
    return _EPOCH + timedelta(milliseconds=min(max(ms, FIRST), LAST))


class Scale(Struct, frozen=True):
    """The window `left` to `right` (milliseconds) on `width` pixels."""

    left: float
    right: float
    width: float

    @property
    def ms_per_pixel(self) -> float:
        """How much time a pixel stands for."""
        return (self.right - self.left) / self.width

    def pixels(self, ms: float) -> float:
        """How many pixels a stretch of time takes."""
        return ms / self.ms_per_pixel

    def shows(self, start: float, end: float) -> bool:
        """Whether some of a stretch lies in the window."""
        return end >= self.left and start <= self.right
