"""The point timeline: every development as one point at its beginning, stacked by lane in narrow rows."""

from collections.abc import Sequence

from msgspec import structs

from dashboards.figures.marks import Mark


def as_points(marks: Sequence[Mark]) -> list[Mark]:
    """The marks as moments at which things began, so that bursts of events show, whatever their length.

    A beginning that is not known to the minute keeps the width of what is possible.
    """
    return [_begun(mark) for mark in marks]


def _begun(mark: Mark) -> Mark:
    last = mark.last if mark.moment or mark.core is None or mark.begun is None else max(mark.begun, mark.first)
    return structs.replace(mark, moment=True, open_until=None, last=last, core=None)
