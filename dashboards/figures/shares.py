"""The shares of the statuses in a mark of several developments: a ring around it, in arcs that hatch tells apart.

Rings are lines in degrees, one trace a status, since the charts that are bundled have no circles with parts that move
along with a map. Arcs differ in width and dashes as well as in colour, so that they can be read in greyscale.
"""

from collections.abc import Iterator, Sequence
from math import ceil, cos, pi, sin

import numpy as np

from dashboards.figures.ground import Trace
from dashboards.figures.places import Gathered
from dashboards.geography.frames import Frame
from dashboards.theme import Palette
from timeline.domain.vocabulary import Status

LINES: dict[Status, tuple[float, str]] = {
    Status.CONFIRMED: (5.0, "solid"),
    Status.CORROBORATED: (3.6, "solid"),
    Status.CLAIMED: (1.5, "solid"),
    Status.DISPUTED: (5.0, "2px,2px"),
    Status.DENIED: (3.0, "1px,2px"),
    Status.REFUTED: (5.0, "5px,1.5px"),
    Status.RETRACTED: (1.5, "1px,3px"),
}
"""Width in pixels and dashes of the arc of each status."""
APART = 2.5
"""How far outside of its mark a ring runs, in pixels."""
_STEP = 5.0
"""About how long the straight pieces of an arc are, in pixels."""
_GAP = 0.06
"""What is left free between two arcs, as a part of the circle at most."""


def rings(marks: Sequence[Gathered], frame: Frame, colours: Palette) -> list[Trace]:
    """The rings of marks that hold developments of more than one status."""
    lines: dict[Status, tuple[list[float | None], list[float | None]]] = {}
    for mark in marks:
        if len(mark.mix) < 2:
            continue
        for status, points in _arcs(mark, frame):
            x, y = lines.setdefault(status, ([], []))
            x += [*(round(lon, 5) for lon, _ in points), None]
            y += [*(round(lat, 5) for _, lat in points), None]
    return [
        {
            "type": "scatter", "mode": "lines", "x": x, "y": y, "hoverinfo": "skip", "showlegend": False,
            "name": "shares", "meta": {"part": "share", "status": str(status)},
            "line": {"color": colours.styles[status].line, "width": LINES[status][0], "dash": LINES[status][1]},
        }
        for status, (x, y) in lines.items()
    ]  # fmt: skip


def _arcs(mark: Gathered, frame: Frame) -> Iterator[tuple[Status, list[tuple[float, float]]]]:
    """The arc of each status clockwise from the top, as longitudes and latitudes."""
    across, up = frame.per_pixel
    (lon,) = (float(one) for one in frame.eastward(np.array([mark.lon])))
    radius, whole = mark.diameter / 2 + APART, len(mark.members)
    gap = min(_GAP, 1 / whole / 3)
    begin = 0.0
    for status in LINES:
        if not (number := mark.mix.get(status)):
            continue
        end = begin + number / whole
        pieces = max(2, ceil((end - begin) * 2 * pi * radius / _STEP))
        turns = [begin + gap / 2 + (end - begin - gap) * n / pieces for n in range(pieces + 1)]
        yield status, [
            (lon + sin(2 * pi * turn) * radius * across, mark.lat + cos(2 * pi * turn) * radius * up) for turn in turns
        ]  # fmt: skip
        begin = end
