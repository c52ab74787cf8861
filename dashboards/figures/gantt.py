"""The Gantt chart: lanes with spans that have certain cores and faded ends, moments as points.

Plotly gets plain dicts with times as milliseconds and one trace a status and part, which draws many times faster than
one trace a mark or layout shapes. Tests hold the dicts against `plotly.graph_objects`. The chart has every look that a
development ever had; which of them are in view, and up to where, is settled in the browser (assets/chart.js), which
also draws the as-of line: `film` tells it what it has to know of each mark.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from dashboards.figures.bars import Numbered, Trace, spans
from dashboards.figures.labels import centre, drawn_as_point
from dashboards.figures.marks import Mark
from dashboards.figures.packing import ROOMY, Lane, Placed, rows_of
from dashboards.figures.scale import FOREVER, Scale
from dashboards.figures.ticks import plotted
from dashboards.theme import Palette, Style, faded
from timeline.domain.legibility import isolated
from timeline.domain.vocabulary import Status

ROW, LOW_ROW = 21, 15
"""Height of a row in pixels; that of one where there are very many."""
TOP = 4
"""Pixels above the first row."""
FONT = "Noto Sans, system-ui, sans-serif"

Figure = dict[str, Any]
_SIDES = {("left", False): 0, ("right", False): 1, ("right", True): 2}
"""How the browser is told where a label stands: before its mark, behind it, or on it."""


def row_height(lanes: Sequence[Lane]) -> int:
    """How high the rows of these lanes are, in pixels."""
    return ROW if sum(lane.developments for lane in lanes) <= ROOMY else LOW_ROW


def gantt(lanes: Sequence[Lane], placed: Sequence[Placed], scale: Scale, colours: Palette) -> Figure:
    """The chart of these lanes."""
    traces: list[Trace] = []
    numbered = Numbered.all(placed)
    by_status = {status: [one for one in numbered if one.mark.status is status] for status in colours.styles}
    for status, style in colours.styles.items():
        traces += spans(by_status[status], status, style, scale)
    for status, style in colours.styles.items():
        traces += _points(by_status[status], style, status, scale) + _arrows(by_status[status], style, status, scale)
        traces += _beyond(by_status[status], style, status, scale, colours)
    traces += _labels(placed, colours, 11 if row_height(lanes) == ROW else 10)
    return {"data": traces, "layout": _layout(lanes, scale, colours)}


def film(lanes: Sequence[Lane], placed: Sequence[Placed], scale: Scale, folded: Iterable[Mark] = ()) -> dict[str, Any]:
    """What the browser has to know of each mark, column by column, to show it as of any day.

    Times are milliseconds since 1970, UTC; `from` and `to` are the stretch of the reported clock on which it is to be
    shown, `open` until when it was going on (0: it never was). `rows` is what `pack` takes the next time. Of the marks
    of folded lanes it knows enough to count them.
    """
    marks = [one.mark for one in placed]
    number = {lane.slug: n for n, lane in enumerate(lanes)}
    return {
        "id": [mark.id for mark in marks],
        "lane": [number[mark.lane] for mark in marks],
        "row": [one.row for one in placed],
        "first": [mark.first for mark in marks],
        "last": [mark.last for mark in marks],
        "coreEnd": [mark.core[1] if mark.core else 0 for mark in marks],
        "point": [drawn_as_point(mark, scale) for mark in marks],
        "open": [mark.open_until or 0 for mark in marks],
        "from": [mark.known_from for mark in marks],
        "to": [_until(mark) for mark in marks],
        "status": [str(mark.status) for mark in marks],
        "title": [isolated(mark.title) for mark in marks],
        "when": [mark.when for mark in marks],
        "also": [mark.also for mark in marks],
        "label": [one.label.at for one in placed],
        "side": [_SIDES[one.label.side, one.label.inside] for one in placed],
        "rows": rows_of(lanes, placed),
        "folded": [[number[mark.lane], mark.first, mark.known_from, _until(mark), mark.id] for mark in folded],
        "lanes": [lane.slug for lane in lanes],
        "rowHeight": row_height(lanes),
    }


def _until(mark: Mark) -> float:
    return FOREVER if mark.known_to is None else mark.known_to


def _points(own: Iterable[Numbered], style: Style, status: Status, scale: Scale) -> list[Trace]:
    """The moments, and apart from them those whose possible time is too narrow to be drawn: pale within dots."""
    points = [one for one in own if drawn_as_point(one.mark, scale)]
    filled = style.line if status in (Status.CORROBORATED, Status.CONFIRMED) else style.fill
    traces = []
    for vague in (False, True):
        some = [one for one in points if one.mark.exact_moment is not vague]
        fill = faded(style.line, 0.3) if vague and filled == style.line else filled
        marker = {
            "symbol": style.symbol, "size": 11, "color": style.line if style.symbol.endswith("open") else fill,
            "line": {"color": style.line, "width": 1.8},
        }  # fmt: skip
        if some:
            trace = _scatter("point", status, [centre(one.mark) for one in some], some, marker)
            trace["meta"]["vague"] = vague
            traces.append(trace)
    return traces


def _arrows(own: Iterable[Numbered], style: Style, status: Status, scale: Scale) -> list[Trace]:
    """What points on beyond the as-of line, where it is still open there; the browser moves them along with it."""
    going_on = [one for one in own if one.mark.open_until is not None]
    if not going_on:
        return []
    marker = {"symbol": "triangle-right", "size": 13, "color": style.line, "line": {"width": 0}}
    return [_scatter("arrow", status, [min(one.mark.last, scale.right) for one in going_on], going_on, marker)]


def _beyond(own: Iterable[Numbered], style: Style, status: Status, scale: Scale, colours: Palette) -> list[Trace]:
    """Signs at the edges of the window for spans that go on beyond it, so that no cut is taken for an end.

    Looks of one row and status, of which no two are ever in view, share one.
    """
    cut = [one for one in own if not drawn_as_point(one.mark, scale)]
    inward = 6 * scale.ms_per_pixel
    traces = []
    for side, at, crossing in (
        ("left", scale.left + inward, [one for one in cut if one.mark.first < scale.left < one.mark.last]),
        ("right", scale.right - inward, [one for one in cut if one.mark.first < scale.right < one.mark.last]),
    ):
        marker = {"symbol": f"triangle-{side}", "size": 9, "color": colours.paper,
                  "line": {"color": style.line, "width": 1.4}}  # fmt: skip
        by_row: dict[int, list[Numbered]] = {}
        for one in crossing:
            by_row.setdefault(one.row, []).append(one)
        if by_row:
            trace = _scatter(f"beyond-{side}", status, [at] * len(by_row), [own[0] for own in by_row.values()], marker)
            traces.append(trace | {"customdata": [[one.number for one in own] for own in by_row.values()]})
    return traces


def _scatter(part: str, status: Status, x: list[float], points: Sequence[Numbered], marker: dict[str, Any]) -> Trace:
    return {
        "type": "scatter", "mode": "markers", "x": x, "y": [one.row for one in points], "marker": marker,
        "cliponaxis": False, "showlegend": False, "customdata": [one.number for one in points],
        "hoverinfo": "skip", "meta": {"part": part, "status": str(status)},
    }  # fmt: skip


def _labels(placed: Sequence[Placed], colours: Palette, size: int) -> list[Trace]:
    shown = [(n, one) for n, one in enumerate(placed) if one.label.text]
    if not shown:
        return []
    return [
        {
            "type": "scatter", "mode": "text", "hoverinfo": "skip", "showlegend": False, "cliponaxis": False,
            "x": [one.label.at for _, one in shown], "y": [one.row for _, one in shown],
            "text": [_struck(one) for _, one in shown],
            "textposition": [f"middle {one.label.side}" for _, one in shown],
            "textfont": {
                "family": FONT, "size": size,
                "color": [
                    (one.label.inside and colours.styles[one.mark.status].on_fill) or colours.ink for _, one in shown
                ],
            },
            "customdata": [n for n, _ in shown], "meta": {"part": "label"},
        }
    ]  # fmt: skip


def _struck(one: Placed) -> str:
    text = escape(isolated(one.label.text), quote=False)
    disputed = " ⚑" if one.mark.disputed else ""
    return f"<s>{text}</s>" if one.mark.status is Status.RETRACTED else text + disputed


def _layout(lanes: Sequence[Lane], scale: Scale, colours: Palette) -> dict[str, Any]:
    bands = [
        {"type": "rect", "xref": "paper", "yref": "y", "x0": 0, "x1": 1, "layer": "below", "line": {"width": 0},
         "y0": lane.first_row - 0.55, "y1": lane.first_row + lane.rows - 0.45, "fillcolor": colours.band}
        for lane in lanes[::2]
    ]  # fmt: skip
    rows = lanes[-1].first_row + lanes[-1].rows if lanes else 0
    return plain_layout(colours) | {
        # A pixel of the plot is a pixel of the page, so that headings can stand on it as elements of their own.
        "height": TOP * 2 + max(rows, 4) * row_height(lanes), "barmode": "overlay", "bargap": 0, "dragmode": "pan",
        "xaxis": time_axis(scale, colours, beyond=1) | {"showticklabels": False, "ticks": ""},
        "yaxis": {"range": [max(rows, 4) - 0.5, -0.5], "fixedrange": True, "visible": False},
        "shapes": bands,
    }  # fmt: skip


def plain_layout(colours: Palette) -> dict[str, Any]:
    """What the layouts of all charts of time have in common."""
    return {
        "hovermode": False, "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 0, "r": 0, "t": TOP, "b": TOP}, "font": {"family": FONT, "color": colours.ink},
    }  # fmt: skip


def time_axis(
    scale: Scale, colours: Palette, *, one_line: bool = False, beyond: float = 0.0, hours: bool = True
) -> dict[str, Any]:
    """The axis of a window; its ticks fit its width, and go on for so many windows `beyond` both of its ends.

    Without `hours` nothing between two days is marked.
    """
    return {
        "type": "date", "range": [scale.left, scale.right], "gridcolor": colours.grid, "zeroline": False,
        "tickfont": {"family": FONT, "size": 11, "color": colours.muted},
        **plotted(scale, one_line=one_line, beyond=beyond, hours=hours),
    }  # fmt: skip
