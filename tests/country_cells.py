"""Makes the table of countries by cell anew from Natural Earth's 10m countries: `make geography`.

A cell of a tenth of a degree has every country that lies within `NEAR_KM` of it, so that nothing near a border, on a
coast or on an island off it is ever called outside. Cells at sea have those within `SEA_KM` of a larger cell.
"""

import sys
from collections import defaultdict
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tests.natural_earth import _shapes
from timeline.plausibility.countries import DATA, FINE, ROUGH

NEAR_KM = 32.0
"""More than the 25 km that a point of precision `near` may lie from its place."""
SEA_KM = 370.0
"""The 200 nautical miles of an exclusive economic zone (UNCLOS, article 57)."""
KM_PER_DEGREE = 111.2
_BAND = 2
"""Degrees of latitude over which a degree of longitude is taken to be of one length."""

DISPUTED: dict[str, tuple[str, tuple[tuple[float, float], ...]]] = {
    "Crimea": ("RU UA", ((32.2, 44.2), (36.8, 44.2), (36.8, 45.6), (34.9, 46.3), (33.4, 46.3), (32.2, 45.6))),
    "oblasts that Russia claims since 2022": (
        "RU UA",
        ((31.4, 46.0), (33.5, 46.0), (38.4, 46.6), (40.3, 48.8), (40.3, 49.7), (38.0, 50.2), (36.3, 48.6),
         (34.0, 48.1), (32.4, 47.8), (31.4, 46.8)),
    ),
    "Abkhazia and South Ossetia": ("GE RU", ((39.9, 41.9), (44.6, 41.9), (44.6, 43.6), (39.9, 43.6))),
    "Transnistria": ("MD RU UA", ((28.5, 46.3), (30.2, 46.3), (30.2, 48.2), (28.5, 48.2))),
    "Karabakh": ("AM AZ", ((45.5, 38.8), (47.4, 38.8), (47.4, 40.5), (45.5, 40.5))),
    "Kashmir": ("CN IN PK", ((72.5, 32.2), (80.5, 32.2), (80.5, 37.2), (72.5, 37.2))),
    "Arunachal Pradesh": ("CN IN", ((91.5, 26.5), (97.5, 26.5), (97.5, 29.6), (91.5, 29.6))),
    "Golan, Shebaa, West Bank and Gaza": ("IL LB PS SY", ((34.1, 31.1), (36.0, 31.1), (36.0, 33.5), (34.1, 33.5))),
    "Kurils": ("JP RU", ((145.2, 43.2), (149.0, 43.2), (149.0, 45.7), (145.2, 45.7))),
    "Essequibo": ("GY VE", ((-61.5, 1.0), (-58.0, 1.0), (-58.0, 8.6), (-61.5, 8.6))),
    "Halaib and Bir Tawil": ("EG SD", ((33.0, 21.7), (37.2, 21.7), (37.2, 23.3), (33.0, 23.3))),
    "Abyei and Kafia Kingi": ("SD SS", ((23.4, 8.6), (29.1, 8.6), (29.1, 10.5), (23.4, 10.5))),
    "Ilemi": ("ET KE SS", ((34.0, 4.2), (36.1, 4.2), (36.1, 5.7), (34.0, 5.7))),
}  # fmt: skip
"""Areas that more than one country calls its own, beyond what Natural Earth knows of views: drawn generously."""

_VIEWS = "ADM0_A3_"
Grid = dict[tuple[int, int], set[str]]


def main(earth: Path) -> None:
    """Reads a folder of Natural Earth shapefiles, writes the file that `timeline.plausibility.countries` reads."""
    areas = _areas(earth / "cultural" / "ne_10m_admin_0_countries")
    fine, rough = _cells(areas, 1 / FINE, NEAR_KM), _cells(areas, 1 / ROUGH, SEA_KM + KM_PER_DEGREE / ROUGH / 2)
    sets: dict[str, int] = {"": 0}
    arrays = {**_runs(fine, sets), "rough": _table(rough, sets)}
    np.savez_compressed(DATA, sets=np.array("\n".join(sets).encode(), "S"), **arrays)
    print(f"{DATA.name}: {len(sets):,} sets, {len(arrays['starts']):,} runs, {DATA.stat().st_size:,} bytes")


def _areas(path: Path) -> list[tuple[frozenset[str], Any]]:
    """Areas, each with the codes of all countries that somebody counts it to."""
    rows = [
        (row, shapely.union_all([shapely.make_valid(shapely.polygons(ring)) for ring in rings if len(ring) > 3]))
        for row, rings in _shapes(path)
    ]
    codes = {row["ADM0_A3"]: row["ISO_A2_EH"] for row, _ in rows}
    by_name = {row["ADMIN"]: row["ISO_A2_EH"] for row, _ in rows}
    areas = []
    for row, area in rows:
        named = {row["ISO_A2_EH"], by_name.get(row["SOVEREIGNT"], "-99")}
        named |= {codes.get(value, "-99") for key, value in row.items() if key.startswith(_VIEWS)}
        areas.append((frozenset(code for code in named if len(code) == 2), area))
    areas += [(frozenset(named.split()), shapely.polygons(ring)) for named, ring in DISPUTED.values()]
    return [(named, area) for named, area in areas if named]


def _cells(areas: list[tuple[frozenset[str], Any]], size: float, km: float) -> Grid:
    """By row from the north and column from the west: the countries within so many kilometres of a cell."""
    grid: Grid = defaultdict(set)
    columns = round(360 / size)
    for named, area in areas:
        for south in range(-90, 90, _BAND):
            for row, column in _near(area, size, km, south):
                grid[row, column % columns].update(named)
    return grid


def _near(area: Any, size: float, km: float, south: int) -> list[tuple[int, int]]:
    """The cells of a band of latitude that lie so near to an area."""
    reach = km / KM_PER_DEGREE + size
    part = shapely.clip_by_rect(area, -181, south - reach, 181, south + _BAND + reach)
    if part.is_empty:
        return []
    shrink = max(float(np.cos(np.radians(max(abs(south), abs(south + _BAND))))), 0.02)
    flat = shapely.transform(part, lambda points: points * (shrink, 1))
    shapely.prepare(flat)
    west, _, east, _ = part.bounds
    lons = np.arange(np.floor((west - reach / shrink) / size), np.ceil((east + reach / shrink) / size)) * size
    lats = np.arange(south, south + _BAND, size)
    lon, lat = (axis.ravel() for axis in np.meshgrid(lons, lats))
    cells = shapely.box(lon * shrink, lat, (lon + size) * shrink, lat + size)
    close = np.flatnonzero(shapely.dwithin(flat, cells, km / KM_PER_DEGREE))
    rows = np.round((90 - lat[close]) / size).astype(int) - 1
    return list(zip(rows.tolist(), np.round((lon[close] + 180) / size).astype(int).tolist(), strict=True))


def _number(named: set[str], sets: dict[str, int]) -> int:
    return sets.setdefault(" ".join(sorted(named)), len(sets))


def _runs(grid: Grid, sets: dict[str, int]) -> dict[str, NDArray[Any]]:
    """Each row as stretches of cells with the same countries: where each begins, and which it has."""
    offsets, starts, numbers = [0], [], []
    for row in range(180 * FINE):
        cells = [_number(grid.get((row, column), set()), sets) for column in range(360 * FINE)]
        at = 0
        for number, run in groupby(cells):
            starts.append(at)
            numbers.append(number)
            at += len(list(run))
        offsets.append(len(starts))
    return {
        "offsets": np.array(offsets, np.uint32),
        "starts": np.array(starts, np.uint16),
        "numbers": np.array(numbers, np.uint16),
    }


def _table(grid: Grid, sets: dict[str, int]) -> NDArray[np.uint16]:
    rows = [[_number(grid.get((row, column), set()), sets) for column in range(360 * ROUGH)] for row in range(180)]
    return np.array(rows, np.uint16).ravel()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
