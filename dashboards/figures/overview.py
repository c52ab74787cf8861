"""The overview: a strip a front with how much began when, the window on it, and the chart's time axis below."""

from collections.abc import Sequence
from html import escape
from typing import Any

from dashboards.figures.counted import Counted
from dashboards.figures.gantt import FONT, Figure, plain_layout, time_axis
from dashboards.figures.scale import Scale
from dashboards.figures.ticks import of_one_day
from dashboards.figures.tones import PARTS, brief, paler_heat
from dashboards.theme import Palette
from dashboards.words import began, clipped
from timeline.domain.legibility import isolated

STRETCHES = 160
"""How many cells a strip has at most."""
AXES, AXIS = 58, 24
"""Height of both time axes, and of that of the strips alone, in pixels."""
_STRIP, _LONE, _THIN, _MOST = 16, 28, 3, 190
"""Height of a strip in pixels, of a lone one, of the thinnest one, and of all of them together."""
_NAMED = 11
"""Height from which on a strip has room for a name."""
_CHARACTER = 6.6
_NARROW = 640
"""On less than so many pixels one strip shows all fronts: names would take the room of the time."""
_LEAST = 6.0
"""The least that is drawn of the window, in pixels: of a day among ten years nothing would be seen."""


def overview(
    lanes: Sequence[tuple[str, str]],
    counts: Counted,
    whole: Scale,
    window: Scale,
    colours: Palette,
    as_of: float | None = None,
    *,
    charted: bool = True,
) -> Figure:
    """Strips over `whole`, the rectangle of `window` on them, and, with a chart below, the axis of that.

    `as_of` (milliseconds) is where the as-of line crosses them.

    Where the strips would be too thin to be seen, or the page is narrow, one strip shows all of them together.
    """
    names = [name for _, name in lanes]
    if _together(names, whole.width):
        counts, names = counts.together(), [f"All {len(lanes)} fronts"]
    totals = counts.totals
    strip = _LONE if len(names) == 1 else _strip(names)
    same = charted and window == whole  # one axis is enough for both
    axes = AXES - AXIS if same else AXES if charted else AXIS
    high = strip * max(len(names), 1) + axes
    strips = 1 - axes / high
    share = named_share([name for _, name in lanes], whole.width)
    gap = 1.5 if strip >= _NAMED else 0.4
    parts = PARTS if strip >= _NAMED else 1
    paler = paler_heat(counts, range(len(names)), gap / 2 / strip, colours.spread, parts)
    return {
        "data": [
            {"type": "heatmap", "x": list(counts.grid.edges),
             "y": _names(names, max(share, 0.3) * whole.width - _CHARACTER),
             "z": brief(totals).tolist(), "colorscale": [list(stop) for stop in colours.density], "showscale": False,
             "zmin": 0, "zmax": max(1, totals.max(initial=0).item()), "xgap": 0.5, "ygap": gap, **_told(counts)},
            *(trace | {"yaxis": "y3"} for trace in paler),
            # Nothing is drawn on the second axis; a trace makes Plotly show it.
            *([{"type": "scatter", "x": [window.left], "y": [0], "xaxis": "x2", "yaxis": "y2", "mode": "markers",
                "marker": {"opacity": 0}, "hoverinfo": "skip", "showlegend": False}] if charted else []),
        ],
        "layout": plain_layout(colours) | {
            "height": high, "margin": {"l": 0, "r": 0, "t": 2, "b": 0}, "dragmode": "zoom", "hovermode": "closest",
            "hoverlabel": {"bgcolor": colours.paper, "bordercolor": colours.muted,
                           "font": {"family": FONT, "size": 12, "color": colours.ink}},
            "xaxis": time_axis(whole, colours, one_line=True)
            | {"showgrid": False, "anchor": "y", "ticks": "outside", "ticklen": 3, "showticklabels": not same},
            # A category also where a front is called "2022".
            "yaxis": {"type": "category", "domain": [1 - strips, 1], "autorange": "reversed", "fixedrange": True,
                      "showgrid": False, "tickfont": {"family": FONT, "size": 11, "color": colours.ink}, "ticks": "",
                      "ticklabelposition": "inside", "ticklabeloverflow": "allow", "showticklabels": share > 0},
            "shapes": _outside(whole, window, colours, strips, share) + _line(as_of, colours, strips),
        } | (_below(window, strips, colours) if charted else {})
        | ({"yaxis3": {"overlaying": "y", "range": [len(names) - 0.5, -0.5], "visible": False, "fixedrange": True}}
           if paler else {}),
    }  # fmt: skip


def _told(counts: Counted) -> dict[str, Any]:
    """What a cell tells to whoever points at it: how much began, and in words where some of it is spread."""
    if not counts.is_spread:
        return {"hovertemplate": "%{y}, from %{x|%-d %b %Y}: %{z} began<extra></extra>"}
    placed, spread = (cells.sum(axis=2).tolist() for cells in (counts.placed, counts.spread))
    told = [[began(*cell) for cell in zip(*lane, strict=True)] for lane in zip(placed, spread, strict=True)]
    return {"customdata": told, "hovertemplate": "%{y}, from %{x|%-d %b %Y}: %{customdata}<extra></extra>"}


def _below(window: Scale, strips: float, colours: Palette) -> dict[str, Any]:
    """The axis of the chart that stands below; where it is one of hours it says of which day."""
    day = of_one_day(window)
    return {
        "xaxis2": time_axis(window, colours)
        | {"anchor": "free", "position": 0, "side": "top", "fixedrange": True, "showgrid": False, "ticks": "",
           "showline": False},
        "yaxis2": {"domain": [0, 0.1 * (1 - strips)], "visible": False, "fixedrange": True},
        "annotations": [
            {"xref": "paper", "yref": "paper", "x": 0, "y": 0, "xanchor": "left", "yanchor": "bottom", "xshift": 4,
             "yshift": -1, "showarrow": False, "text": day, "font": {"family": FONT, "size": 12, "color": colours.ink}}
        ] if day else [],
    }  # fmt: skip


def named_share(names: Sequence[str], width: float) -> float:
    """Which part of the width the names of the strips take; none where they are not written."""
    if not names or _together(names, width) or _strip(names) < _NAMED:
        return 0.0
    return min((max(map(len, names)) * _CHARACTER + 8) / width, 0.3)


def _together(names: Sequence[str], width: float) -> bool:
    """Whether one strip shows all lanes."""
    return len(names) * _THIN > _MOST or (len(names) > 1 and width < _NARROW)


def _strip(names: Sequence[str]) -> int:
    """How high the strip of a lane is."""
    return max(_THIN, min(_STRIP, _MOST // max(len(names), 1)))


def _outside(whole: Scale, window: Scale, colours: Palette, strips: float, share: float) -> list[dict[str, Any]]:
    """The frame of the window, and a veil on what is counted outside of it; the names stand clear of that."""
    named = whole.left + (whole.right - whole.left) * share
    # A window on what lies outside the strip stands at the edge behind which it lies.
    left, right = (min(max(edge, whole.left), whole.right) for edge in (window.left, window.right))
    more = max(0.0, _LEAST * whole.ms_per_pixel - (right - left)) / 2
    left, right = left - more, right + more
    frame = {"type": "rect", "xref": "x", "yref": "paper", "y0": 1 - strips, "y1": 1}
    veiled = [(named, left), (max(right, named), whole.right)]
    return [
        *({**frame, "x0": start, "x1": end, "fillcolor": colours.veil, "line": {"width": 0}}
          for start, end in veiled if end > start),
        {**frame, "x0": left, "x1": right, "line": {"color": colours.ink, "width": 1.6}},
    ]  # fmt: skip


def _line(as_of: float | None, colours: Palette, strips: float) -> list[dict[str, Any]]:
    """Where the as-of day stands: what lies behind it is not empty but not yet known."""
    if as_of is None:
        return []
    return [
        {"type": "line", "xref": "x", "yref": "paper", "x0": as_of, "x1": as_of, "y0": 1 - strips, "y1": 1,
         "line": {"color": colours.as_of, "width": 2}}
    ]  # fmt: skip


def _names(names: Sequence[str], room: float) -> list[str]:
    """The names as plain text, shortened to the room they have; Plotly wants them different from one another."""
    fits = int(room / _CHARACTER)
    short = [escape(isolated(clipped(name, fits + 1)), quote=False) for name in names]
    return [name + "\u200b" * short[:n].count(name) for n, name in enumerate(short)]
