"""The two tones of counts: full for what is placed on a day, paler for what is spread over the days it may have begun.

A cell has one shade, which tells how much began in it altogether. Its lower part is paler, in quarters, as far as the
day is not known: the whole of it where nothing is placed.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dashboards.figures.counted import Counted

PARTS = 4
"""In so many steps a cell tells which part of it is spread."""


def brief(numbers: np.ndarray, decimals: int = 3) -> np.ndarray:
    """Counts with no more decimals than a figure needs; what is whole stays so, and a share never becomes nothing."""
    if numbers.dtype.kind == "i":
        return numbers
    return np.where(numbers > 0, np.maximum(numbers.round(decimals), 10.0**-decimals), 0)


def paler_parts(totals: np.ndarray, spread: np.ndarray, parts: int = PARTS) -> np.ndarray:
    """How many parts of each cell, from below, are paler: none or all only where that is exactly so."""
    share = np.divide(spread, totals, out=np.zeros(totals.shape), where=totals > 0)
    mixed = np.clip(np.floor(share * parts + 0.5), min(1, parts - 1), max(1, parts - 1))
    return np.where(share == 0, 0, np.where(share == 1, parts, mixed)).astype(np.int64)


def paler_heat(
    counts: Counted, rows: Sequence[int], inset: float, shades: Sequence[tuple[float, str]], parts: int = PARTS
) -> list[dict[str, Any]]:
    """What is drawn over a heat map of totals, whose lanes stand in these rows; nothing if all is placed.

    `inset` is the share of a row that is left free above and below its cells.
    """
    if not counts.is_spread:
        return []
    totals = counts.totals
    paler, shown = paler_parts(totals, counts.spread_totals, parts), brief(totals).tolist()
    edges: list[float] = []
    z: list[list[float | None]] = []
    for lane, row in enumerate(rows):
        if edges:
            z.append([None] * totals.shape[1])  # between two lanes
        edges += np.linspace(row - 0.5 + inset, row + 0.5 - inset, parts + 1).round(4).tolist()
        z += [
            [number if parts - part <= below else None for number, below in zip(shown[lane], paler[lane], strict=True)]
            for part in range(parts)
        ]
    return [
        {
            "type": "heatmap", "x": list(counts.grid.edges), "y": edges, "z": z, "showscale": False,
            "colorscale": [list(stop) for stop in shades], "hoverinfo": "skip", "hoverongaps": False, "xgap": 0.5,
            "zmin": 0, "zmax": max(1, totals.max(initial=0).item()), "meta": {"part": "paler"},
        }
    ]  # fmt: skip
