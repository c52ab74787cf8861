"""The chart of what is too much to show one by one: how much began when on each lane, and what part is contested."""

from collections.abc import Sequence
from typing import Any

from dashboards.figures.counted import Counted
from dashboards.figures.gantt import ROW, TOP, Figure, plain_layout, time_axis
from dashboards.figures.packing import Lane
from dashboards.figures.scale import Scale
from dashboards.figures.tones import brief, paler_heat
from dashboards.theme import Palette
from timeline.domain.legibility import isolated
from timeline.domain.vocabulary import Status
from timeline.readmodel.versions import STATUSES

ROWS = 3
"""Of a lane: its heading, how much began, and which share of it is contested."""
_GAP = 0.9
"""Pixels that are left free between the cells of two rows."""
Shades = list[tuple[float, str]]
"""A scale of colours: shares of the whole, from 0 to 1, with the colour of each."""
CONTESTED = (Status.DISPUTED, Status.DENIED, Status.REFUTED, Status.RETRACTED)
"""What somebody takes exception to."""


def count_lanes(lanes: Sequence[tuple[str, str]], counts: Counted) -> tuple[tuple[Lane, ...], Counted]:
    """The lanes on which anything began, and their counts."""
    totals = counts.totals.sum(axis=1)
    some = [n for n in range(len(lanes)) if totals[n] > 0]
    blocks = tuple(
        Lane(lanes[n][0], lanes[n][1], place * ROWS, ROWS, totals[n].item()) for place, n in enumerate(some)
    )  # fmt: skip
    return blocks, counts.of_lanes(some)


def counts_chart(lanes: Sequence[Lane], counts: Counted, scale: Scale, colours: Palette) -> Figure:
    """The chart of these lanes, as `count_lanes` gives them with their counts."""
    totals, contested = counts.totals, counts.of(*CONTESTED)
    rows = len(lanes) * ROWS
    began: list[list[float | None]] = [[None] * totals.shape[1] for _ in range(rows)]
    share: list[list[float | None]] = [[None] * totals.shape[1] for _ in range(rows)]
    for lane, block in enumerate(lanes):
        began[block.first_row + 1] = [number or None for number in brief(totals[lane]).tolist()]
        share[block.first_row + 2] = [
            round(part / whole, 3) if whole else None
            for part, whole in zip(contested[lane].tolist(), totals[lane].tolist(), strict=True)
        ]
    paler = paler_heat(
        counts, [block.first_row + 1 for block in lanes], _GAP / 2 / ROW, shades_of_spread(colours)
    )  # fmt: skip
    return {
        "data": [
            _heat("began", began, counts, shades_of_counts(colours), _GAP)
            | {"zmin": 0, "zmax": max(1, totals.max(initial=0).item())},
            _heat("contested", share, counts, shades_of_shares(colours), 5) | {"zmin": 0, "zmax": 1},
            *paler,
        ] if lanes else [],
        "layout": plain_layout(colours) | {
            "height": TOP * 2 + max(rows, 4) * ROW, "dragmode": "pan",
            "xaxis": time_axis(scale, colours, beyond=1) | {"showticklabels": False, "ticks": ""},
            "yaxis": {"range": [max(rows, 4) - 0.5, -0.5], "fixedrange": True, "visible": False},
        },
    }  # fmt: skip


def most_in_a_cell(figure: Figure) -> float:
    """The greatest count of a cell of such a chart; 0 where there is none."""
    return figure["data"][0]["zmax"] if figure["data"] else 0


def is_spread(figure: Figure) -> bool:
    """Whether something in such a chart, or in a strip, is spread over several cells."""
    return any(trace.get("meta", {}).get("part") == "paler" for trace in figure["data"])


def shades_of_counts(colours: Palette) -> Shades:
    """From the palest shade on, since a cell with nothing in it is left out."""
    (_, palest), *stops = colours.density[1:]
    return [(0.0, palest), *stops]


def shades_of_spread(colours: Palette) -> Shades:
    """The same of what began on a day that is not known."""
    return list(colours.spread)


def shades_of_shares(colours: Palette) -> Shades:
    """From a cell of which nothing is contested to one of which everything is."""
    violet = colours.styles[Status.DISPUTED]
    return [(0.0, colours.band), (0.001, violet.fill), (1.0, violet.line)]


def counts_told(lanes: Sequence[Lane], counts: Counted, colours: Palette) -> dict[str, Any]:
    """What the browser has to know to tell of each cell how many began, and of which status."""
    return {
        "edges": list(counts.grid.edges),
        "lanes": [lane.slug for lane in lanes],
        "names": [isolated(lane.name) for lane in lanes],
        "rowsEach": ROWS,
        "statuses": [str(status) for status in STATUSES],
        "paler": shades_of_spread(colours),
        **cells_told(counts),
    }


def cells_told(counts: Counted) -> dict[str, Any]:
    """How many began by lane, stretch and status: `counts` on a day that is known, and `spread`, if any are."""
    return {"counts": counts.placed.tolist(), "spread": brief(counts.spread, 6).tolist() if counts.is_spread else None}


def _heat(part: str, z: list[list[Any]], counts: Counted, shades: Shades, gap: float) -> dict[str, Any]:
    return {
        "type": "heatmap", "x": list(counts.grid.edges), "y": list(range(len(z))), "z": z, "showscale": False,
        "colorscale": [list(stop) for stop in shades], "hoverinfo": "skip", "xgap": 0.4, "ygap": gap,
        "hoverongaps": False, "meta": {"part": part},
    }  # fmt: skip
