"""The overview: a strip a front with how much began when, the window on it, and the chart's time axis below."""

from collections.abc import Sequence
from html import escape
from typing import Any

from dashboards.figures.counted import Counted
from dashboards.figures.gantt import FONT, Figure, plain_layout, time_axis
from dashboards.figures.scale import Scale
from dashboards.theme import Palette
from dashboards.words import clipped

STRETCHES = 160
"""How many cells a strip has at most."""
AXES = 58
"""Height of the two time axes in pixels."""
_STRIP, _THIN, _MOST = 16, 3, 190
"""Height of a strip in pixels, of the thinnest one, and of all of them together."""
_NAMED = 11
"""Height from which on a strip has room for a name."""
_CHARACTER = 6.6
_ONE_LINE = [
    {"dtickrange": [None, "M1"], "value": "%-d %b %Y"},
    {"dtickrange": ["M1", "M12"], "value": "%b %Y"},
    {"dtickrange": ["M12", None], "value": "%Y"},
]


def overview(
    lanes: Sequence[tuple[str, str]],
    counts: Counted,
    whole: Scale,
    window: Scale,
    colours: Palette,
    as_of: float | None = None,
) -> Figure:
    """Strips over `whole`, the rectangle of `window` on them, and the axis of the chart below.

    `as_of` (milliseconds) is where the as-of line crosses them.

    Where the strips would be too thin to be seen, one strip shows all of them together.
    """
    totals, names = counts.totals, [name for _, name in lanes]
    if len(lanes) * _THIN > _MOST:
        totals, names = totals.sum(axis=0, keepdims=True), [f"All {len(lanes)} fronts"]
    strip = max(_THIN, min(_STRIP, _MOST // max(len(names), 1)))
    high = max(strip * len(names) + AXES, 90)
    strips = 1 - AXES / high
    share = _label_share(names, whole.width) if strip >= _NAMED else 0.0
    return {
        "data": [
            {"type": "heatmap", "x": list(counts.grid.edges), "y": _names(names, max(share, 0.3) * whole.width),
             "z": totals.tolist(), "colorscale": [list(stop) for stop in colours.density], "showscale": False,
             "zmin": 0, "xgap": 0.5, "ygap": 1.5 if strip >= _NAMED else 0.4,
             "hovertemplate": "%{y}, from %{x|%-d %b %Y}: %{z} began<extra></extra>"},
            # Nothing is drawn on the second axis; a trace makes Plotly show it.
            {"type": "scatter", "x": [window.left], "y": [0], "xaxis": "x2", "yaxis": "y2", "mode": "markers",
             "marker": {"opacity": 0}, "hoverinfo": "skip", "showlegend": False},
        ],
        "layout": plain_layout(colours) | {
            "height": high, "margin": {"l": 0, "r": 0, "t": 2, "b": 0}, "dragmode": "zoom", "hovermode": "closest",
            "hoverlabel": {"bgcolor": colours.paper, "bordercolor": colours.muted,
                           "font": {"family": FONT, "size": 12, "color": colours.ink}},
            "xaxis": time_axis(whole, colours)
            | {"domain": [share, 1], "showgrid": False, "range": [whole.left, whole.right], "anchor": "y",
               "ticks": "outside", "ticklen": 3,
               "tickformatstops": _ONE_LINE, "nticks": max(3, int(whole.width / 110))},
            # A category also where a front is called "2022".
            "yaxis": {"type": "category", "domain": [1 - strips, 1], "autorange": "reversed", "fixedrange": True,
                      "showgrid": False, "tickfont": {"family": FONT, "size": 11, "color": colours.ink}, "ticks": "",
                      "showticklabels": share > 0},
            "xaxis2": time_axis(window, colours)
            | {"anchor": "free", "position": 0, "side": "top", "fixedrange": True, "showgrid": False,
               "ticks": "", "showline": False},
            "yaxis2": {"domain": [0, 0.1 * (1 - strips)], "visible": False, "fixedrange": True},
            "shapes": _outside(whole, window, colours, strips) + _line(as_of, colours, strips),
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


def _line(as_of: float | None, colours: Palette, strips: float) -> list[dict[str, Any]]:
    """Where the as-of day stands: what lies behind it is not empty but not yet known."""
    if as_of is None:
        return []
    return [
        {"type": "line", "xref": "x", "yref": "paper", "x0": as_of, "x1": as_of, "y0": 1 - strips, "y1": 1,
         "line": {"color": colours.as_of, "width": 2}}
    ]  # fmt: skip


def _label_share(names: Sequence[str], width: float) -> float:
    """Which part of the width the names of the strips take."""
    longest = max(map(len, names), default=0)
    return min(longest * _CHARACTER / width, 0.3) if width else 0.0


def _names(names: Sequence[str], room: float) -> list[str]:
    """The names as plain text, shortened to the room they have; Plotly wants them different from one another."""
    fits = int(room / _CHARACTER)
    short = [escape(clipped(name, fits + 1), quote=False) for name in names]
    return [name + "\u200b" * short[:n].count(name) for n, name in enumerate(short)]
