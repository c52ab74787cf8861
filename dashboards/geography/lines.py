"""The lines of the map as they are kept in the bundled file, read once and only when a map is asked for.

Each vertex carries the scale at which it begins to matter (as Douglas and Peucker's method would say), so that
lines are thinned for a scale by comparing numbers. `tests/natural_earth.py` makes the file.
"""

from functools import cache
from math import log2
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

DATA = Path(__file__).with_name("natural-earth.npz")
UNIT = 0.001
"""One step of a coordinate in the file, in degrees."""
STEP = 0.002
"""The scale of level 0, in degrees; every level doubles it."""
LEVELS = 15
"""The highest level: vertices without which there is no line."""


class Lines(Struct, frozen=True):
    """Lines or rings of one sort: the coordinates of their vertices one after the other, and which line each is of."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    line: NDArray[np.int32]
    level: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.lon)

    def thinned(self, degrees: float) -> "Lines":
        """What is left where a line may be moved by so many degrees."""
        return self.where(self.level >= _level(degrees))

    def large(self, degrees: float) -> "Lines":
        """Without the lines that are small at this scale: of which no vertex lies so far from the others."""
        if not len(self):
            return self
        begins = np.flatnonzero(np.diff(self.line, prepend=self.line[0] - 1))
        most = np.maximum.reduceat(self.level, begins)
        return self.where(np.repeat(most >= _level(degrees), np.diff(begins, append=len(self))))

    def where(self, kept: NDArray[np.bool_]) -> "Lines":
        """Only these vertices."""
        return Lines(self.lon[kept], self.lat[kept], self.line[kept], self.level[kept])

    def moved(self, degrees: float) -> "Lines":
        """The same so many degrees to the east."""
        return Lines(self.lon + degrees, self.lat, self.line, self.level)


class Names(Struct, frozen=True):
    """Names of countries, and where each may stand: `owner` is the number of the name; its first place is the best."""

    names: tuple[str, ...]
    zoom: NDArray[np.float32]
    """From which zoom of a web map (0: the world in 256 pixels) a name is shown."""
    owner: NDArray[np.int16]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]


class Geography(Struct, frozen=True):
    """All of it. `contested` are borders that some party does not see as the others do."""

    land: Lines
    water: Lines
    borders: Lines
    contested: Lines
    provinces: Lines
    names: Names


@cache
def geography() -> Geography:
    """The geography of the world, read at the first call; nobody may change it."""
    with np.load(DATA) as file:
        return Geography(
            land=_lines(file, "land"),
            water=_lines(file, "water"),
            borders=_lines(file, "borders"),
            contested=_lines(file, "contested"),
            provinces=_lines(file, "provinces"),
            names=_names(file),
        )


def _names(file: "np.lib.npyio.NpzFile") -> Names:
    return Names(
        tuple(bytes(file["names"]).decode().split("\n")),
        file["name_zooms"],
        file["name_owners"],
        *(file["name_anchors"].T / 100),
    )


def _level(degrees: float) -> float:
    return round(log2(max(degrees, STEP) / STEP))


def _lines(file: "np.lib.npyio.NpzFile", name: str) -> Lines:
    lengths = file[f"{name}_lengths"]
    first = np.cumsum(lengths) - lengths
    line = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    walked = np.cumsum(file[f"{name}_steps"].astype(np.int64), axis=1)
    begun = file[f"{name}_starts"].T - walked[:, first]
    lon, lat = (walked + begun[:, line]) * UNIT
    return Lines(lon, lat, line, file[f"{name}_levels"])
