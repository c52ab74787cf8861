"""The headings of the lanes: buttons over the chart, so that a keyboard reaches them and a press folds their lane."""

from typing import Any

from dash import html

from dashboards import ids, words
from dashboards.charts import Chart
from dashboards.elements import aria, verbatim
from dashboards.figures.gantt import ROW, TOP, row_height
from dashboards.figures.packing import Lane


def headings(chart: Chart) -> list[Any]:
    """One for each lane of a chart, at the height of its first row; a lane of counts has nothing to fold."""
    if chart.level == "counts":
        return [_heading(lane, ROW, html.Strong(verbatim(lane.name))) for lane in chart.lanes]
    height = row_height(chart.lanes)
    drawn = " drawn" if chart.told["partial"] else ""
    return [_heading(lane, height, _button(lane), drawn) for lane in chart.lanes]


def _heading(lane: Lane, height: int, name: Any, drawn: str = "") -> html.Div:
    return html.Div(
        [
            name,
            html.Span(words.count(lane.developments, "development") + drawn, className="quiet lane-count"),
        ],
        className="heading",
        style={"top": TOP + lane.first_row * height + (height - ROW) // 2},
    )


def _button(lane: Lane) -> html.Button:
    return html.Button(
        [html.Span("▸" if lane.folded else "▾", **aria(hidden="true")), " ", html.Strong(verbatim(lane.name))],
        id={"type": ids.FOLD, "index": lane.slug},
        className="plain",
        title="Unfold" if lane.folded else "Fold",
        **aria(expanded="false" if lane.folded else "true"),
    )
