"""What a picture has to show of what lies scattered in time or over the world: all of it, but for a few that are far.

One date that was typed wrong, or one place at 0,0, must not make everything else too small to be seen. So a picture
shows where most lies, and whatever is near to that, nearer, nearest to it; what is left is far. Far is what lies
further from all the rest than that is wide, by a factor (`Reach.times`), and further than a distance that is never far
(`Reach.least`). No more than a small share is ever left outside (`most_outside`): where more is far, the nearest of it
is shown as well, and where all is far from one another, everything is. Whoever leaves something outside says how many
there are, and leads to them (dashboards/outside.py).

Pure functions of numbers: the same always gives the same, in whatever order it comes.
"""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

MAX_SHARE_OUTSIDE = 20
"""At most one of so many is left outside."""
MAX_OUTSIDE_OF_FEW, MIN_INSIDE_EACH = 3, 2
"""Of few, up to three are, as long as twice as many are inside."""
_EARTH_RADIUS_KM = 6371.0
_FINEST_CELL_DEGREES = 0.25
_MAX_CELLS = 600


class Reach(Struct, frozen=True):
    """What is not far: up to `least`, and up to `times` as far as the rest is wide."""

    least: float
    times: float

    def around(self, width: float) -> float:
        """The greatest distance that is not far from something of this width."""
        return max(self.least, self.times * width)


DAYS_AROUND = Reach(20 * 365.25, 4.0)
"""In time (days). The rest is never drawn on less than a fifth of the axis for what is years and not decades away."""
KM_AROUND = Reach(1000.0, 0.5)
"""On the ground (kilometres): what is nearer than from one end of a large country to the other may well be meant."""


def most_outside(number: int) -> int:
    """How many of a number may be left outside: a twentieth; of few up to three, if twice as many stay inside."""
    return max(number // MAX_SHARE_OUTSIDE, min(MAX_OUTSIDE_OF_FEW, number // (MIN_INSIDE_EACH + 1)))


def time_shown(days: Floats, counts: Floats) -> tuple[float, float] | None:
    """The first and the last of these days that are not far from the rest; `counts` of each day. None for no day."""
    if not len(days):
        return None
    order = np.argsort(days, kind="stable")
    days, counts = np.asarray(days, np.float64)[order], np.asarray(counts, np.float64)[order]
    begins = np.flatnonzero(np.diff(days, prepend=-np.inf) > DAYS_AROUND.least)
    first, last = days[begins], days[np.append(begins[1:], len(days)) - 1]
    apart = np.maximum(0.0, np.maximum(first[:, None] - last[None, :], first[None, :] - last[:, None]))
    wide = np.maximum(last[:, None], last[None, :]) - np.minimum(first[:, None], first[None, :])
    near = _near(np.add.reduceat(counts, begins), apart, wide, DAYS_AROUND)
    return float(first[near].min()), float(last[near].max())


def is_far_in_time(day: float, shown: tuple[float, float]) -> bool:
    """Whether a day lies far from a stretch of days."""
    first, last = shown
    return max(first - day, day - last) > DAYS_AROUND.around(last - first)


def places_shown(lon: Floats, lat: Floats, counts: Floats) -> Mask:
    """Which of these places (degrees) are not far from the rest; `counts` of each place.

    Distances are those on the globe, so that 179 and -179 degrees are neighbours. Of very many places those that are
    near to one another count as one.
    """
    if not len(lon):
        return np.ones(0, np.bool_)
    codes = _cells(lon, lat)
    _, cell = np.unique(codes, return_inverse=True)
    spots = np.stack([np.bincount(cell, weights=axis) for axis in _on_globe(lon, lat)])
    spots = spots / np.maximum(np.sqrt((spots**2).sum(axis=0)), 1e-9)
    apart = _EARTH_RADIUS_KM * np.arccos(np.clip(spots.T @ spots, -1.0, 1.0))
    np.fill_diagonal(apart, 0.0)
    near: Mask = _near(np.bincount(cell, weights=counts).astype(np.float64), apart, apart, KM_AROUND)[cell]
    return near


def _near(counts: Floats, apart: Floats, wide: Floats, reach: Reach) -> Mask:
    """Which pieces are not far from the rest: from where most lies on, and on from there.

    `apart` is how far any two pieces lie from each other, `wide` how wide both are together.
    """
    most = most_outside(round(float(counts.sum())))
    inside = np.zeros(len(counts), np.bool_)
    inside[int(np.argmax((apart <= reach.least) @ counts))] = True
    while not inside.all():
        distance = apart[inside].min(axis=0)
        near = distance <= reach.around(float(wide[np.ix_(inside, inside)].max()))
        if not (near & ~inside).any():
            if counts[~inside].sum() <= most:
                break
            near = distance <= distance[~inside].min()
        inside |= near
    return inside


def _on_globe(lon: Floats, lat: Floats) -> tuple[Floats, Floats, Floats]:
    """Places as points of the unit sphere."""
    east, north = np.radians(lon), np.radians(lat)
    return np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)


def _cells(lon: Floats, lat: Floats) -> NDArray[np.int64]:
    """The number of the cell that each place is in; of a grid so coarse that not too many cells have a place."""
    degrees = _FINEST_CELL_DEGREES
    while True:
        columns = int(360 / degrees)
        column = np.floor((lon + 180) / degrees).astype(np.int64) % columns
        codes: NDArray[np.int64] = np.floor((lat + 90) / degrees).astype(np.int64) * columns + column
        if len(np.unique(codes)) <= _MAX_CELLS:
            return codes
        degrees *= 2
