"""What a map shows: a box in degrees, and the frame of so many pixels that is laid around it.

Longitudes of a box go on past 180 where it crosses the antimeridian, so that west is always left of east.
"""

from math import cos, radians
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

_MARGIN = 0.08
"""How much room there is on each side of what is shown, as a share of it."""
_LEAST = 0.8
"""The least height of a box around places, in degrees: about 90 km."""


class Box(Struct, frozen=True):
    """West, south, east and north in degrees; west lies from -180 to 180, east from west to west + 360."""

    west: float
    south: float
    east: float
    north: float

    def within_world(self) -> tuple[float, float, float, float]:
        """As the filter `bbox` takes it: from -180 to 180, west greater than east across the antimeridian."""
        if self.east - self.west >= 360:
            return -180.0, max(self.south, -90.0), 180.0, min(self.north, 90.0)
        west, east = ((lon + 180) % 360 - 180 for lon in (self.west, self.east))
        return west, max(self.south, -90.0), 180.0 if east == -180 else east, min(self.north, 90.0)

    def holds(self, lat: Any, lon: Any) -> Any:
        """Whether a place is in it; of arrays, which are."""
        return (self.south <= lat) & (lat <= self.north) & ((lon - self.west) % 360 <= self.east - self.west)

    def grown(self, share: float) -> "Box":
        """With more room on each side, as a share of width and height."""
        wide, high = (self.east - self.west) * share, (self.north - self.south) * share
        return Box(self.west - wide, self.south - high, self.east + wide, self.north + high)


WORLD = Box(-170.0, -56.0, 190.0, 78.0)
"""The lands where people live, cut where there is least of them."""


class Frame(Struct, frozen=True):
    """A box on so many pixels, equirectangular and true to scale along its middle latitude."""

    box: Box
    width: float
    height: float

    @property
    def per_pixel(self) -> tuple[float, float]:
        """Degrees of longitude and of latitude in a pixel."""
        box = self.box
        return (box.east - box.west) / self.width, (box.north - box.south) / self.height

    @property
    def stretch(self) -> float:
        """How many times as long as a degree of longitude one of latitude is drawn."""
        across, up = self.per_pixel
        return across / up

    def eastward(self, lon: NDArray[np.float64]) -> NDArray[np.float64]:
        """Longitudes as those of the frame: past 180 where they lie beyond the antimeridian."""
        middle = (self.box.west + self.box.east) / 2
        return (lon - middle + 180) % 360 - 180 + middle

    def pixels(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """From the left and from the bottom."""
        across, up = self.per_pixel
        return (self.eastward(lon) - self.box.west) / across, (lat - self.box.south) / up


def box_around(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Box:
    """The smallest box around places, with a margin; that of the world where there are none."""
    if not len(lon):
        return WORLD
    west = _west(lon)
    away = (lon - west) % 360
    box = Box(west + float(away.min()), float(lat.min()), west + float(away.max()), float(lat.max())).grown(_MARGIN)
    short = max(_LEAST - (box.north - box.south), 0.0) / 2
    narrow = max(_LEAST - (box.east - box.west), 0.0) / 2
    box = Box(box.west - narrow, max(box.south - short, -90.0), box.east + narrow, min(box.north + short, 90.0))
    if box.east - box.west >= 360:
        return Box(-180.0, box.south, 180.0, box.north)
    turns = (box.west + 180) // 360 * 360
    return Box(box.west - turns, box.south, box.east - turns, box.north)


def frame_around(box: Box, width: float, height: float) -> Frame:
    """The frame of so many pixels with all of a box in its middle."""
    width, height = max(width, 40.0), max(height, 40.0)
    east, north = (box.west + box.east) / 2, (box.south + box.north) / 2
    shrink = max(cos(radians(min(abs(north), 84.0))), 0.1)
    up = max((box.north - box.south) / height, (box.east - box.west) * shrink / width, 1e-6)
    up *= 1 + 1e-9  # what lies on the edge of the box must not be lost to rounding
    wide, high = up / shrink * width / 2, up * height / 2
    return Frame(Box(east - wide, north - high, east + wide, north + high), width, height)


def _west(lon: NDArray[np.float64]) -> float:
    """The whole degree after the widest stretch without any place: from there on the places lie to the east."""
    taken = np.bincount(np.floor((lon + 180) % 360).astype(np.int64), minlength=360) > 0
    degrees = np.flatnonzero(taken)
    gaps = np.diff(degrees, append=degrees[0] + 360)
    if gaps.max() == 1:
        return -180.0
    return float(degrees[(int(gaps.argmax()) + 1) % len(degrees)]) - 180.0
