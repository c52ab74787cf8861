"""Lines and areas within a box, thinned to a scale, as coordinates with gaps: what a chart draws, and no more.

All lines of a sort are cut at once, as arrays: the world takes a few milliseconds.
"""

import numpy as np
from numpy.typing import NDArray

from dashboards.geography.frames import Box
from dashboards.geography.lines import Lines

Path = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Longitudes and latitudes, with a gap (not a number) between two lines."""


def outlines(lines: Lines, box: Box, degrees: float) -> Path:
    """The stretches of lines that may be seen in the box, moved by `degrees` at the most."""
    return _joined([_seen(moved, box) for moved in _copies(lines.thinned(degrees), box)])


def areas(rings: Lines, box: Box, degrees: float) -> Path:
    """The parts of areas within the box, moved by `degrees` at the most; where they are cut they follow its edge."""
    cut = []
    for lines in _copies(rings.thinned(degrees), box):
        x, y, line = lines.lon, lines.lat, lines.line
        for sign, edge in ((1, box.west), (-1, -box.east)):
            x, y, line = _beyond(sign * x, y, line, edge)
            x = sign * x
        for sign, edge in ((1, box.south), (-1, -box.north)):
            y, x, line = _beyond(sign * y, x, line, edge)
            y = sign * y
        cut.append((x, y, line))
    return _joined(cut)


_Cut = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int32]]


def _copies(lines: Lines, box: Box) -> list[Lines]:
    """The lines as often as the box, which may go on past 180, shows the world."""
    if not len(lines):
        return []
    west, east = float(lines.lon.min()), float(lines.lon.max())
    turns = [turn for turn in (-360.0, 0.0, 360.0) if box.west < east + turn and box.east > west + turn]
    return [lines.moved(turn) if turn else lines for turn in turns]


def _seen(lines: Lines, box: Box) -> _Cut:
    """Without the stretches of which both ends lie on the far side of one edge."""
    x, y = lines.lon, lines.lat
    if len(x) < 2:
        return x[:0], y[:0], lines.line[:0]
    seen = lines.line[1:] == lines.line[:-1]
    for beyond in (x < box.west, x > box.east, y < box.south, y > box.north):
        seen &= ~(beyond[1:] & beyond[:-1])
    kept = np.append(seen, False) | np.append(False, seen)
    begins = ~np.append(False, seen)
    line = np.cumsum(begins, dtype=np.int32)
    return x[kept], y[kept], line[kept]


def _beyond(x: NDArray[np.float64], y: NDArray[np.float64], line: NDArray[np.int32], edge: float) -> _Cut:
    """What of rings lies at `x` of at least `edge` (Sutherland and Hodgman)."""
    if not len(x):
        return x, y, line
    begins = np.flatnonzero(np.diff(line, prepend=line[0] - 1))
    onward = np.arange(1, len(x) + 1)
    onward[np.append(begins[1:], len(x)) - 1] = begins
    inside = x >= edge
    crosses = inside != inside[onward]
    away = np.where(crosses, x[onward] - x, 1.0)
    share = (edge - x) / away
    points = np.stack([np.stack([x, y]), np.stack([np.full(len(x), edge), y + share * (y[onward] - y)])], axis=-1)
    kept = np.stack([inside, crosses], axis=-1)
    cut_x, cut_y = points[:, kept]
    return cut_x, cut_y, np.repeat(line, kept.sum(axis=-1))


def _joined(parts: list[_Cut]) -> Path:
    """All lines as one path with gaps."""
    xs: list[NDArray[np.float64]] = []
    ys: list[NDArray[np.float64]] = []
    for x, y, line in parts:
        gaps = np.flatnonzero(np.diff(line)) + 1
        xs += [np.insert(x, gaps, np.nan), np.array([np.nan])]
        ys += [np.insert(y, gaps, np.nan), np.array([np.nan])]
    if not xs:
        return np.empty(0, np.float32), np.empty(0, np.float32)
    return np.concatenate(xs[:-1]).astype(np.float32), np.concatenate(ys[:-1]).astype(np.float32)
