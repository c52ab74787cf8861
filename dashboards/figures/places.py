"""What stands at which place: developments gathered into marks that do not hide one another, or counted in a grid."""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import ceil

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dashboards.geography.frames import Box, Frame, box_around
from timeline.domain.vocabulary import PlacePrecision, Status

STATUSES = tuple(Status)
"""In arrays a status is its place in these."""
MOST_PLACES = 2_000
"""Up to so many places each has a mark; beyond, developments are counted in a grid."""
CELL = 16
"""Width and height of a cell of the grid, in pixels."""
_SMALL, _LARGE = 15.0, 46.0
"""Diameters of the marks of two developments and of most, in pixels."""
_EACH = 60.0
"""By how much one more development makes a mark's area grow, in square pixels of its diameter, at most."""
_APART = 12.0
"""Marks that are closer than this (pixels) would hide one another."""
_VAGUE = frozenset({PlacePrecision.PROVINCE, PlacePrecision.REGION, PlacePrecision.COUNTRY, PlacePrecision.SEA_OR_AIR})


class Located(Struct, frozen=True):
    """A development with a place on the map: `lat` and `lon` in degrees, `when` in words."""

    id: str
    lat: float
    lon: float
    title: str
    status: Status
    when: str
    place: str = ""
    """The name of the place; empty where it is not known."""
    precision: PlacePrecision | None = None

    @property
    def vague(self) -> bool:
        """Whether the point stands for a province or something larger."""
        return self.precision in _VAGUE


class Gathered(Struct, frozen=True):
    """Developments that share a mark: at one place, or at places too near to one another to be told apart here."""

    members: tuple[Located, ...]
    places: int
    lat: float
    lon: float
    diameter: float
    """In pixels; the area grows with the number of developments."""
    box: Box

    @property
    def mix(self) -> Counter[Status]:
        """How many there are of each status."""
        return Counter(one.status for one in self.members)


class Cell(Struct, frozen=True):
    """A cell of the grid with at least one development in it, and how many there are of each status."""

    box: Box
    count: int
    mix: dict[Status, int]


def bounds_of(places: Iterable[Located]) -> Box:
    """The box around developments, with a margin; the world where there are none."""
    pairs = np.array([(one.lon, one.lat) for one in places], np.float64).reshape(-1, 2)
    return box_around(pairs[:, 0], pairs[:, 1])


def gather(developments: Sequence[Located], frame: Frame) -> list[Gathered]:
    """The marks of a frame, the largest first; every development is in exactly one of them."""
    at: dict[tuple[float, float], list[Located]] = {}
    for one in developments:
        at.setdefault((one.lat, one.lon), []).append(one)
    spots = sorted(at.items(), key=lambda spot: (-len(spot[1]), spot[0]))
    if not spots:
        return []
    lat, lon = np.array([place for place, _ in spots], np.float64).T
    x, y = frame.pixels(lon, lat)
    groups = _apart([[number] for number in range(len(spots))], [len(own) for _, own in spots], x, y)
    most = max(sum(len(spots[number][1]) for number in group) for group in groups)
    gathered = []
    for group in groups:
        own = tuple(member for number in group for member in spots[number][1])
        east, north = frame.eastward(lon[group]), lat[group]
        box = Box(float(east.min()), float(north.min()), float(east.max()), float(north.max()))
        place = spots[group[0]][0]
        gathered.append(Gathered(own, len(group), *place, _diameter(len(own), most), box))
    return sorted(gathered, key=lambda one: -len(one.members))


def _apart(
    groups: list[list[int]], counts: list[int], x: NDArray[np.float64], y: NDArray[np.float64]
) -> list[list[int]]:
    """Groups of spots, the larger with the smaller that its mark would hide, until none hides another.

    The first spot of a group is where its mark stands.
    """
    leads = np.array([group[0] for group in groups])
    free = np.ones(len(groups), np.bool_)
    most = max(counts)
    joined: list[list[int]] = []
    sums: list[int] = []
    for number in sorted(range(len(groups)), key=lambda number: -counts[number]):
        if not free[number]:
            continue
        reach = _APART if counts[number] == 1 else max(_APART, _diameter(counts[number], most) / 2 + 8)
        distance = np.hypot(x[leads] - x[leads[number]], y[leads] - y[leads[number]])
        near = np.flatnonzero(free & (distance < reach))
        free[near] = False
        others = [other for other in near if other != number]
        joined.append([*groups[number], *(spot for other in others for spot in groups[other])])
        sums.append(sum(counts[other] for other in near))
    return joined if len(joined) == len(groups) else _apart(joined, sums, x, y)


def binned(
    lon: NDArray[np.float64], lat: NDArray[np.float64], status: NDArray[np.uint8], frame: Frame, box: Box
) -> list[Cell]:  # fmt: skip
    """The cells of a box, at the scale of a frame, that are not empty.

    `status` are places in `STATUSES`; all three are equally long.
    """
    across, up = (degrees * CELL for degrees in frame.per_pixel)
    west, south = box.west, box.south
    columns, rows = (ceil(round(one, 6)) for one in ((box.east - west) / across, (box.north - south) / up))
    east = frame.eastward(lon)
    seen = (east >= west) & (east <= box.east) & (lat >= south) & (lat <= box.north)
    # What lies on the far edge itself belongs to the last cell.
    column = np.minimum(np.floor((east[seen] - west) / across).astype(np.int64), columns - 1)
    row = np.minimum(np.floor((lat[seen] - south) / up).astype(np.int64), rows - 1)
    number = (row * columns + column) * len(STATUSES) + status[seen]
    counts = np.bincount(number, minlength=rows * columns * len(STATUSES)).reshape(-1, len(STATUSES))
    cells = []
    for cell in np.flatnonzero(counts.any(axis=1)):
        down, right = divmod(int(cell), columns)
        box = Box(west + right * across, south + down * up, west + (right + 1) * across, south + (down + 1) * up)
        own = {one: int(count) for one, count in zip(STATUSES, counts[cell], strict=True) if count}
        cells.append(Cell(box, sum(own.values()), own))
    return cells


def _diameter(count: int, most: int) -> float:
    each = min(_EACH, (_LARGE**2 - _SMALL**2) / max(most - 1, 1))
    return float((_SMALL**2 + (count - 1) * each) ** 0.5)
