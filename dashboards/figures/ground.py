"""The ground of the map: land, water and borders, as much of them as a frame shows at its scale.

Coordinates go to the browser as packed 32-bit numbers, a third of what they need as text. What lies around the
frame goes with it, so that the map can be moved a little before it is drawn anew.
"""

from base64 import b64decode, b64encode
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.geography.clipping import Path, areas, outlines
from dashboards.geography.frames import Box, Frame
from dashboards.geography.lines import Geography
from dashboards.theme import Palette, faded

BORDERS, CONTESTED = "borders", "contested borders"
"""The names of the traces of borders."""
_AROUND = 0.25
"""How much of the surroundings is drawn on each side, as a share of the frame."""
_PIXELS = 0.7
"""About how far a line may be moved by thinning, in pixels."""
_BEYOND = 0.01
"""How much further areas go, so that the edge along which they are cut is not seen."""
_MOST = 64_000
"""Where there are more characters of longitudes than this, lines are thinned further."""
_ISLE = 2.0
"""Islands and lakes of which no part lies so many pixels from the rest are left away."""
_PROVINCES = 0.03
"""From how many degrees a pixel on the lines between provinces are left away, however large they are."""

Trace = dict[str, Any]


def ground(world: Geography, frame: Frame, colours: Palette) -> list[Trace]:
    """The traces below the marks; none of them answers to the mouse."""
    for pixels in (_PIXELS, 2 * _PIXELS, 4 * _PIXELS):
        traces = _thinned(world, frame, pixels, colours)
        if sum(len(trace["x"]["bdata"]) for trace in traces) < _MOST:
            break
    return traces


def _thinned(world: Geography, frame: Frame, pixels: float, colours: Palette) -> list[Trace]:
    box, pixel = around(frame.box), frame.per_pixel[1]
    edges, degrees, least = box.grown(_BEYOND), pixel * pixels, pixel * _ISLE
    contested = outlines(world.contested, box, degrees)
    traces = [
        _area(areas(world.land.large(least), edges, degrees), colours.land, colours.shore),
        _area(areas(world.water.large(least), edges, degrees), colours.water, colours.shore),
    ]
    if pixel < _PROVINCES:
        thin = {"color": faded(colours.border, 0.35), "width": 0.8}
        traces.append(_line(outlines(world.provinces, box, 2 * degrees), thin))
    traces += [
        _line(outlines(world.borders, box, degrees), {"color": faded(colours.border, 0.85), "width": 1.2})
        | {"name": BORDERS},
        _line(contested, {"color": colours.land, "width": 2.4}),
        _line(contested, {"color": colours.ink, "width": 1.3, "dash": "5px,4px"}) | {"name": CONTESTED},
    ]
    return [trace for trace in traces if trace["x"]["bdata"]]


def around(box: Box) -> Box:
    """A frame's box with its surroundings, as far as the map may be moved: once around the world at the most."""
    wider = box.grown(_AROUND)
    spare = max(wider.east - wider.west - max(360.0, box.east - box.west), 0.0) / 2
    return Box(wider.west + spare, max(wider.south, min(box.south, -90.0)), wider.east - spare, wider.north)


def shows_contested(traces: list[Trace], frame: Frame) -> bool:
    """Whether some contested border can be seen in the frame itself."""
    box = frame.box
    for trace in traces:
        if trace.get("name") == CONTESTED:
            x, y = (unpacked(trace[axis]) for axis in ("x", "y"))
            return bool(((x > box.west) & (x < box.east) & (y > box.south) & (y < box.north)).any())
    return False


def packed(numbers: NDArray[np.float32]) -> dict[str, str]:
    """Numbers as Plotly's typed arrays."""
    return {"dtype": "f4", "bdata": b64encode(numbers.astype("<f4").tobytes()).decode()}


def unpacked(array: dict[str, str]) -> NDArray[np.float32]:
    """The numbers of such an array."""
    return np.frombuffer(b64decode(array["bdata"]), "<f4")


def _area(path: Path, colour: str, shore: str) -> Trace:
    line = {"simplify": False, "color": shore, "width": 1}
    return _quiet(path) | {"mode": "lines", "fill": "toself", "fillcolor": colour, "line": line}


def _line(path: Path, line: dict[str, Any]) -> Trace:
    return _quiet(path) | {"mode": "lines", "line": {"simplify": False} | line}


def _quiet(path: Path) -> Trace:
    return {
        "type": "scatter", "x": packed(path[0]), "y": packed(path[1]), "connectgaps": False,
        "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip
