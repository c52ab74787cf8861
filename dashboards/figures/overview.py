"""The overview: a strip a front with how much began when, the window on it, and the chart's time axis below."""

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import Any

from dashboards.figures.gantt import Figure, time_axis
from dashboards.figures.marks import Mark
from dashboards.figures.scale import DAY, Scale
from dashboards.theme import Palette
from dashboards.words import clipped

STRIP = 16
"""Height of a strip in pixels."""
AXES = 58
"""Height of the two time axes in pixels."""
_BUCKETS = 120
_CHARACTER = 6.6
_ONE_LINE = [
    {"dtickrange": [None, "M1"], "value": "%-d %b %Y"},
    {"dtickrange": ["M1", "M12"], "value": "%b %Y"},
    {"dtickrange": ["M12", None], "value": "%Y"},
]
_FONT = "Noto Sans, system-ui, sans-serif"


def overview(
    marks: Sequence[Mark], fronts: Sequence[tuple[str, str]], whole: Scale, window: Scale, colours: Palette
) -> Figure:
    """Strips over `whole`, the rectangle of `window` on them, and the axis of the chart below."""
    bucket = max(DAY, (whole.right - whole.left) / _BUCKETS)
    edges = [whole.left + n * bucket for n in range(int((whole.right - whole.left) / bucket) + 1)]
    counted = Counter((mark.front, int((mark.first - whole.left) // bucket)) for mark in marks)
    high = max(STRIP * len(fronts) + AXES, 90)
    strips = 1 - AXES / high
    share = _label_share(fronts, whole.width)
    return {
        "data": [
            {"type": "heatmap", "x": [edge + bucket / 2 for edge in edges], "y": _names(fronts, share * whole.width),
             "z": [[counted[slug, n] for n in range(len(edges))] for slug, _ in fronts],
             "colorscale": [list(stop) for stop in colours.density], "showscale": False, "zmin": 0,
             "xgap": 0.6, "ygap": 1.5, "hovertemplate": "%{y}, %{x|%-d %b %Y}: %{z} began<extra></extra>"},
            # Nothing is drawn on the second axis; a trace makes Plotly show it.
            {"type": "scatter", "x": [window.left], "y": [0], "xaxis": "x2", "yaxis": "y2", "mode": "markers",
             "marker": {"opacity": 0}, "hoverinfo": "skip", "showlegend": False},
        ],
        "layout": {
            "height": high, "margin": {"l": 0, "r": 0, "t": 2, "b": 0}, "dragmode": "zoom",
            "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "hovermode": "closest",
            "font": {"family": _FONT, "color": colours.ink},
            "hoverlabel": {"bgcolor": colours.paper, "bordercolor": colours.muted,
                           "font": {"family": _FONT, "size": 12, "color": colours.ink}},
            "xaxis": time_axis(whole, colours)
            | {"domain": [share, 1], "showgrid": False, "range": [whole.left, whole.right], "anchor": "y",
               "ticks": "outside", "ticklen": 3,
               "tickformatstops": _ONE_LINE, "nticks": max(3, int(whole.width / 110))},
            # A category also where a front is called "2022".
            "yaxis": {"type": "category", "domain": [1 - strips, 1], "autorange": "reversed", "fixedrange": True,
                      "showgrid": False, "tickfont": {"family": _FONT, "size": 11, "color": colours.ink}, "ticks": "",
                      "showticklabels": share > 0},
            "xaxis2": time_axis(window, colours)
            | {"anchor": "free", "position": 0, "side": "top", "fixedrange": True, "showgrid": False,
               "ticks": "", "showline": False},
            "yaxis2": {"domain": [0, 0.1 * (1 - strips)], "visible": False, "fixedrange": True},
            "shapes": _outside(whole, window, colours, strips),
        },
    }  # fmt: skip


def _outside(whole: Scale, window: Scale, colours: Palette, strips: float) -> list[dict[str, Any]]:
    left, right = max(window.left, whole.left), min(window.right, whole.right)
    frame = {"type": "rect", "xref": "x", "yref": "paper", "y0": 1 - strips, "y1": 1}
    veiled = [(whole.left, left), (right, whole.right)]
    return [
        *({**frame, "x0": start, "x1": end, "fillcolor": colours.veil, "line": {"width": 0}}
          for start, end in veiled if end > start),
        {**frame, "x0": left, "x1": right, "line": {"color": colours.ink, "width": 1.6}},
    ]  # fmt: skip


def _label_share(fronts: Sequence[tuple[str, str]], width: float) -> float:
    """Which part of the width the names of the strips take."""
    longest = max((len(name) for _, name in fronts), default=0)
    return min(longest * _CHARACTER / width, 0.3) if width else 0.0


def _names(fronts: Sequence[tuple[str, str]], room: float) -> list[str]:
    """The names as plain text, shortened to the room they have; Plotly wants them different from one another."""
    fits = int(room / _CHARACTER)
    short = [escape(clipped(name, fits + 1), quote=False) for _, name in fronts]
    return [name + "\u200b" * short[:n].count(name) for n, name in enumerate(short)]
