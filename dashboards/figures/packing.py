"""Packing marks into rows: each front its own block, nothing over anything else, labels included."""

from collections.abc import Sequence

from msgspec import Struct

from dashboards.figures.marks import Mark
from dashboards.figures.scale import Scale

CHARACTER = 6.1
"""Width of an average character of an 11-pixel label, in pixels; a little generous."""
POINT = 10.0
"""Half the width of a point, in pixels, with the gap beside it."""
GAP = 12.0
"""Least distance between two marks of a row, in pixels."""


class Label(Struct, frozen=True):
    """Where a label stands: its text, the time (ms) that it is anchored to, and on which side of it."""

    text: str
    at: float
    side: str
    inside: bool = False


class Placed(Struct, frozen=True):
    """A mark in its row (from 0, over all lanes), with its label."""

    mark: Mark
    row: int
    label: Label


class Lane(Struct, frozen=True):
    """A front's block: its first row, how many rows it takes, and how many developments it has."""

    slug: str
    name: str
    first_row: int
    rows: int
    developments: int


def pack(
    marks: Sequence[Mark], fronts: Sequence[tuple[str, str]], scale: Scale
) -> tuple[tuple[Lane, ...], tuple[Placed, ...]]:
    """Lanes and placed marks for the window of the scale.

    `fronts` are slugs and names in the order of the lanes; a front with no mark in the window has no
    lane. Each lane begins with one row for its heading. Marks are taken by their start, each into the
    first row where it and its label fit.
    """
    lanes: list[Lane] = []
    placed: list[Placed] = []
    row = 0
    for slug, name in fronts:
        own = sorted(
            (mark for mark in marks if mark.front == slug and scale.shows(mark.first, mark.last)),
            key=lambda mark: (mark.first, mark.last, mark.id),
        )
        if not own:
            continue
        ends: list[float] = []
        for mark in own:
            label, left, right = _label(mark, scale)
            at = next((n for n, end in enumerate(ends) if left >= end + GAP), len(ends))
            if at == len(ends):
                ends.append(right)
            else:
                ends[at] = right
            placed.append(Placed(mark, row + 1 + at, label))
        lanes.append(Lane(slug, name, row, len(ends) + 1, len(own)))
        row += len(ends) + 1
    return tuple(lanes), tuple(placed)


def drawn_as_point(mark: Mark, scale: Scale) -> bool:
    """Whether a mark is drawn as a point: a moment whose possible time is no wider than the point itself."""
    return mark.moment and (mark.exact_moment or scale.pixels(mark.last - mark.first) <= 14)


def centre(mark: Mark) -> float:
    """The middle of what is possible, where a point is drawn."""
    return (mark.first + mark.last) / 2


def _label(mark: Mark, scale: Scale) -> tuple[Label, float, float]:
    """The label, and the pixels (from the window's left) that mark and label take together."""
    text, wide = mark.title, (len(mark.title) + 2 * bool(mark.disputed)) * CHARACTER + 8
    if drawn_as_point(mark, scale):
        start = end = centre(mark)
        pad = POINT
    else:
        start, end = max(mark.first, scale.left), min(mark.last, scale.right)
        pad = 2 * POINT if mark.open else 4.0
    left, right = scale.pixels(start - scale.left), scale.pixels(end - scale.left)
    if mark.core and not drawn_as_point(mark, scale):
        begin, stop = max(mark.core[0], scale.left), min(mark.core[1], scale.right)
        if scale.pixels(stop - begin) >= wide + 4:
            return Label(text, begin + 4 * scale.ms_per_pixel, "right", inside=True), left, right + pad
    outer_left, outer_right = left - pad, right + pad
    beside = pad * scale.ms_per_pixel
    if outer_right + wide <= scale.width:
        return Label(text, end + beside, "right"), outer_left, outer_right + wide
    if outer_left - wide >= 0:
        return Label(text, start - beside, "left"), outer_left - wide, outer_right
    if right - left >= wide:  # No room beside it, but on it, over its faded ends.
        return Label(text, start + 4 * scale.ms_per_pixel, "right"), outer_left, outer_right
    room = max(scale.width - outer_right, outer_left)
    text = _shortened(text, room)
    if scale.width - outer_right >= outer_left:
        return Label(text, end + beside, "right"), outer_left, scale.width
    return Label(text, start - beside, "left"), 0, outer_right


def _shortened(text: str, room: float) -> str:
    fits = int((room - 8) / CHARACTER)
    if fits >= len(text):
        return text
    return text[: fits - 1].rstrip() + "…" if fits >= 4 else ""
