"""The Gantt chart: fronts as lanes, spans with certain cores and faded ends, moments as points.

Plotly gets plain dicts with times as milliseconds and one trace a status and part, which draws many
times faster than one trace a mark or layout shapes. Tests hold the dicts against `plotly.graph_objects`.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from dashboards.figures.bars import hover, spans
from dashboards.figures.packing import Lane, Placed, centre, drawn_as_point
from dashboards.figures.scale import Scale
from dashboards.theme import Palette, Style
from dashboards.words import clipped
from timeline.domain.vocabulary import Status

ROW = 21
"""Height of a row in pixels."""
_HEAD_CHARACTER = 8.2
"""Width of an average character of a lane's heading, in pixels."""
_FONT = "Noto Sans, system-ui, sans-serif"

Figure = dict[str, Any]


def gantt(lanes: Sequence[Lane], placed: Sequence[Placed], scale: Scale, as_of: float, colours: Palette) -> Figure:
    """The chart of these lanes; `as_of` (milliseconds) is where the red line stands."""
    traces: list[dict[str, Any]] = []
    for status, style in colours.styles.items():
        own = [one for one in placed if one.mark.status is status]
        traces += spans(own, style, scale)
    for status, style in colours.styles.items():
        own = [one for one in placed if one.mark.status is status]
        traces += _points(own, style, status, scale) + _arrows(own, style, min(as_of, scale.right))
    traces += _labels(placed, colours)
    rows = lanes[-1].first_row + lanes[-1].rows if lanes else 0
    return {"data": traces, "layout": _layout(lanes, rows, scale, as_of, colours)}


def _points(own: Iterable[Placed], style: Style, status: Status, scale: Scale) -> list[dict[str, Any]]:
    points = [one for one in own if drawn_as_point(one.mark, scale)]
    if not points:
        return []
    filled = style.line if status in (Status.CORROBORATED, Status.CONFIRMED) else style.fill
    return [
        _scatter(
            [centre(one.mark) for one in points],
            points,
            {"symbol": style.symbol, "size": 11, "color": style.line if style.symbol.endswith("open") else filled,
             "line": {"color": style.line, "width": 1.8}},
        )
    ]  # fmt: skip


def _arrows(own: Iterable[Placed], style: Style, at: float) -> list[dict[str, Any]]:
    """What is still open on the as-of day points on beyond it."""
    still_open = [one for one in own if one.mark.open]
    if not still_open:
        return []
    marker = {"symbol": "triangle-right", "size": 13, "color": style.line, "line": {"width": 0}}
    return [_scatter([at] * len(still_open), still_open, marker)]


def _scatter(x: list[float], points: Sequence[Placed], marker: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "x": x, "y": [one.row for one in points], "marker": marker,
        "cliponaxis": False, "showlegend": False, "customdata": [one.mark.id for one in points],
        "hovertext": [hover(one.mark) for one in points], "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip


def _labels(placed: Sequence[Placed], colours: Palette) -> list[dict[str, Any]]:
    if not placed:
        return []
    return [
        {
            "type": "scatter", "mode": "text", "hoverinfo": "skip", "showlegend": False, "cliponaxis": False,
            "x": [one.label.at for one in placed], "y": [one.row for one in placed],
            "text": [_struck(one) for one in placed],
            "textposition": [f"middle {one.label.side}" for one in placed],
            "textfont": {
                "family": _FONT, "size": 11,
                "color": [
                    (one.label.inside and colours.styles[one.mark.status].on_fill) or colours.ink for one in placed
                ],
            },
        }
    ]  # fmt: skip


def _struck(one: Placed) -> str:
    text = escape(one.label.text, quote=False)
    disputed = " ⚑" if one.mark.disputed and text else ""
    return f"<s>{text}</s>" if one.mark.status is Status.RETRACTED and text else text + disputed


def _layout(lanes: Sequence[Lane], rows: int, scale: Scale, as_of: float, colours: Palette) -> dict[str, Any]:
    bands = [
        {"type": "rect", "xref": "paper", "yref": "y", "x0": 0, "x1": 1, "layer": "below", "line": {"width": 0},
         "y0": lane.first_row - 0.55, "y1": lane.first_row + lane.rows - 0.45, "fillcolor": colours.band}
        for lane in lanes[::2]
    ]  # fmt: skip
    room = max(12, int((scale.width - 140) / _HEAD_CHARACTER))
    heads = [
        {"xref": "paper", "yref": "y", "x": 0, "y": lane.first_row, "xanchor": "left", "yanchor": "middle",
         "xshift": 6, "showarrow": False, "align": "left", "font": {"family": _FONT, "size": 13, "color": colours.ink},
         "text": f"<b>{escape(clipped(lane.name, room), quote=False)}</b>  <span style='color:{colours.muted}'>"
                 f"{lane.developments} development{'' if lane.developments == 1 else 's'}</span>"}
        for lane in lanes
    ]  # fmt: skip
    later = [
        {"type": "rect", "xref": "x", "yref": "paper", "x0": as_of, "x1": scale.right, "y0": 0, "y1": 1,
         "layer": "below", "line": {"width": 0}, "fillcolor": colours.veil},
        {"type": "line", "xref": "x", "yref": "paper", "x0": as_of, "x1": as_of, "y0": 0, "y1": 1,
         "line": {"color": colours.as_of, "width": 2}},
    ] if scale.left <= as_of < scale.right else []  # fmt: skip
    return {
        "height": max(rows * ROW + 24, 120), "barmode": "overlay", "bargap": 0, "hovermode": "closest",
        "dragmode": "pan", "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 0, "r": 0, "t": 4, "b": 4}, "font": {"family": _FONT, "color": colours.ink},
        "hoverlabel": {"align": "left", "bgcolor": colours.paper, "bordercolor": colours.muted,
                       "font": {"family": _FONT, "size": 12, "color": colours.ink}},
        "xaxis": time_axis(scale, colours) | {"showticklabels": False, "ticks": ""},
        "yaxis": {"range": [rows - 0.4, -0.7], "fixedrange": True, "visible": False},
        "shapes": bands + later, "annotations": heads,
    }  # fmt: skip


def time_axis(scale: Scale, colours: Palette) -> dict[str, Any]:
    """The axis of the chart's window; ticks fit its width."""
    return {
        "type": "date", "range": [scale.left, scale.right], "gridcolor": colours.grid, "zeroline": False,
        "nticks": max(3, int(scale.width / 95)), "tickfont": {"family": _FONT, "size": 11, "color": colours.muted},
        "tickformatstops": [
            {"dtickrange": [None, 86_400_000 - 1], "value": "%H:%M\n%-d %b %Y"},
            {"dtickrange": [86_400_000, 604_800_000 * 3], "value": "%-d %b\n%Y"},
            {"dtickrange": ["M1", "M11"], "value": "%b\n%Y"},
            {"dtickrange": ["M12", None], "value": "%Y"},
        ],
    }  # fmt: skip
