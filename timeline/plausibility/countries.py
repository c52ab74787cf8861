"""Which countries a point may be said to lie in, from a bundled table of cells.

A cell of a tenth of a degree names every country within 32 km of it, and all that claim it where that is disputed: a
point is called outside a country only where that is certain. At sea, where no land is as near, a point may belong to
any country whose coast is within 200 nautical miles. `tests/country_cells.py` makes the table of Natural Earth.
"""

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

from msgspec import Struct

DATA = Path(__file__).with_name("countries.npz")
FINE, ROUGH = 10, 1
"""Cells to a degree, near land and at sea."""


class CountryCells(Struct, frozen=True):
    """The table: rows of cells from the north, each as stretches of cells with the same set of countries."""

    sets: tuple[frozenset[str], ...]
    codes: frozenset[str]
    """Every country (ISO 3166-1 alpha-2) that the table knows."""
    offsets: Sequence[int]
    starts: Sequence[int]
    numbers: Sequence[int]
    rough: Sequence[int]

    def countries_at(self, lat: float, lon: float) -> frozenset[str]:
        """The countries near a point (degrees, WGS 84); none on the high seas."""
        row, column = _cell(lat, lon, FINE)
        place = bisect_right(self.starts, column, self.offsets[row], self.offsets[row + 1]) - 1
        if number := self.numbers[place]:
            return self.sets[number]
        row, column = _cell(lat, lon, ROUGH)
        return self.sets[self.rough[row * 360 * ROUGH + column]]


@cache
def country_cells() -> CountryCells:
    """The table, read at the first call."""
    import numpy as np

    with np.load(DATA) as file:
        sets = tuple(frozenset(named.split()) for named in bytes(file["sets"]).decode().split("\n"))
        columns = {name: file[name].tobytes() for name in ("starts", "numbers", "rough")}
        return CountryCells(
            sets,
            frozenset(code for named in sets for code in named),
            array("I", file["offsets"].tobytes()),
            *(array("H", values) for values in columns.values()),
        )


@lru_cache(maxsize=50_000)
def is_outside(lat: float, lon: float, country: str) -> bool:
    """Whether a point certainly lies outside a country; never of one that the table does not know."""
    cells = country_cells()
    return country in cells.codes and country not in cells.countries_at(lat, lon)


def _cell(lat: float, lon: float, to_a_degree: int) -> tuple[int, int]:
    """Row and column of a cell; the last ones hold the pole and the antimeridian."""
    row = min(int((90 - lat) * to_a_degree), 180 * to_a_degree - 1)
    return row, min(int((lon + 180) * to_a_degree), 360 * to_a_degree - 1)
