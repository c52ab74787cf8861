"""Where the label of a mark stands, and how much room both take: on it, to the right of it, or else to the left."""

from msgspec import Struct

from dashboards.figures.marks import Mark
from dashboards.figures.scale import Scale

CHARACTER = 6.1
"""Width of an average character of an 11-pixel label, in pixels; a little generous."""
POINT = 10.0
"""Half the width of a point, in pixels, with the gap beside it."""
GAP = 12.0
"""Least distance between two marks of a row, in pixels."""
CLOSE = 2.0
"""The same where there are very many."""
_DAY = 60.0
"""Up to this width, in pixels, a day is a point."""
_BEYOND = 14.0
"""Room at an edge of the window for the sign that a mark goes on beyond it, in pixels."""
_LEAST = 60.0
"""Width of the least room that a part of a label is worth standing in, in pixels."""


class Label(Struct, frozen=True):
    """Where a label stands: its text, the time (ms) that it is anchored to, and on which side of it."""

    text: str
    at: float
    side: str
    inside: bool = False

    def within(self, room: float, title: str) -> "Label":
        """The label with as much of the title as fits into the room beside it (pixels); nothing where little does."""
        text = _shortened(title, room) if room >= _LEAST else ""
        return Label(text, self.at, self.side, self.inside)


def drawn_as_point(mark: Mark, scale: Scale) -> bool:
    """Whether a mark is drawn as a point: a moment whose possible time is hardly wider than the point itself.

    Where a day is wide, a point in its middle would say noon; what is known to the day only then takes all of it.
    """
    return mark.moment and scale.pixels(mark.last - mark.first) <= (_DAY if mark.exact_moment else POINT + 4)


def centre(mark: Mark) -> float:
    """The middle of what is possible, where a point is drawn."""
    return (mark.first + mark.last) / 2


def extent(mark: Mark, scale: Scale) -> tuple[Label, float, float]:
    """The pixels (from the window's left) that a mark takes without any label, and an empty one to its right."""
    start, end, pad = _drawn(mark, scale)
    left, right = scale.pixels(start - scale.left), scale.pixels(end - scale.left)
    return Label("", end + pad * scale.ms_per_pixel, "right"), left - pad / 2, right + pad / 2


def inside(mark: Mark, scale: Scale) -> Label | None:
    """A label on the certain part of a span; None where that is too short for it."""
    if not mark.core or drawn_as_point(mark, scale):
        return None
    begin, stop = _seen(mark.core[0], scale), min(mark.core[1], scale.right)
    if scale.pixels(stop - begin) < _width(mark) + 4:
        return None
    return Label(mark.title, begin + 4 * scale.ms_per_pixel, "right", inside=True)


def beside(mark: Mark, scale: Scale) -> tuple[Label, float, float]:
    """The label, and the pixels (from the window's left) that mark and label take together."""
    text, wide = mark.title, _width(mark)
    start, end, pad = _drawn(mark, scale)
    left, right = scale.pixels(start - scale.left), scale.pixels(end - scale.left)
    if within := inside(mark, scale):
        return within, left, right + pad
    outer_left, outer_right = left - pad, right + pad
    away = pad * scale.ms_per_pixel
    if outer_right + wide <= scale.width:
        return Label(text, end + away, "right"), outer_left, outer_right + wide
    if outer_left - wide >= 0:
        return Label(text, start - away, "left"), outer_left - wide, outer_right
    if right - left >= wide:  # No room beside it, but on it: over one of its faded ends where that is long enough.
        ends = [(mark.core[1], end), (start, mark.core[0])] if mark.core else []
        begin = next((begin for begin, stop in ends if scale.pixels(stop - begin) >= wide), start)
        return Label(text, _seen(begin, scale) + 4 * scale.ms_per_pixel, "right"), outer_left, outer_right
    room = max(scale.width - outer_right, outer_left)
    if right - left > room:
        return _clipped_on(mark, start, end, scale), outer_left, outer_right
    text = _shortened(text, room)
    if scale.width - outer_right >= outer_left:
        return Label(text, end + away, "right"), outer_left, scale.width
    return Label(text, start - away, "left"), 0, outer_right


def _clipped_on(mark: Mark, start: float, end: float, scale: Scale) -> Label:
    """As much of the title as fits on a mark with less room beside it, clear of the signs at both of its ends."""
    begin, stop = _seen(start, scale) + 4 * scale.ms_per_pixel, end - _BEYOND * scale.ms_per_pixel
    certain = mark.core is not None and mark.core[0] <= begin and stop <= mark.core[1]
    return Label(_shortened(mark.title, scale.pixels(stop - begin)), begin, "right", certain)


def _seen(start: float, scale: Scale) -> float:
    """Where a label on a mark may begin (ms): in the window, and behind the sign that the mark began before it."""
    return start if start > scale.left else scale.left + _BEYOND * scale.ms_per_pixel


def _width(mark: Mark) -> float:
    """How wide the whole label of a mark is, in pixels."""
    return (len(mark.title) + 2 * bool(mark.disputed)) * CHARACTER + 8


def _drawn(mark: Mark, scale: Scale) -> tuple[float, float, float]:
    """From when to when a mark is drawn in the window (ms), and how far it reaches beyond that (pixels)."""
    if drawn_as_point(mark, scale):
        return centre(mark), centre(mark), POINT
    pad = 2 * POINT if mark.open_until is not None and mark.open_until > mark.last else 4.0
    return max(mark.first, scale.left), min(mark.last, scale.right), pad


def _shortened(text: str, room: float) -> str:
    fits = int((room - 8) / CHARACTER)
    if fits >= len(text):
        return text
    return text[: fits - 1].rstrip() + "…" if fits >= 4 else ""
