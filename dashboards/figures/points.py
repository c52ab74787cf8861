"""The point timeline: every development as one point at its beginning, stacked by front in narrow rows."""

from collections.abc import Sequence

from msgspec import structs

from dashboards.figures.gantt import Figure, gantt
from dashboards.figures.marks import Mark
from dashboards.figures.packing import pack
from dashboards.figures.scale import DAY, Scale
from dashboards.theme import Palette


def as_points(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """The marks as moments at which things began, so that bursts of events show, whatever their length."""
    return tuple(
        mark
        if mark.moment
        else structs.replace(mark, moment=True, open=False, last=mark.core[0] if mark.core else mark.last, core=None)
        for mark in marks
    )


def points(
    marks: Sequence[Mark], fronts: Sequence[tuple[str, str]], scale: Scale, as_of: float, colours: Palette
) -> Figure:
    """The chart; a beginning that is not known to the day keeps its faded width."""
    begun = tuple(structs.replace(mark, last=max(mark.last, mark.first + DAY / 2)) for mark in as_points(marks))
    return gantt(*pack(begun, fronts, scale), scale, as_of, colours)
