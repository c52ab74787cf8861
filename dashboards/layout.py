"""The page as it stands before the first answer: header, replay bar, filters, charts, panel."""

from typing import Any

from dash import dcc, html

from dashboards import ids
from dashboards.elements import aria

_GRAPH: Any = {"displayModeBar": False, "responsive": True, "scrollZoom": False, "doubleClick": False}


def layout(title: str) -> html.Div:
    """The components of the page."""
    return html.Div(
        [
            dcc.Location(id=ids.URL, refresh=False),
            dcc.Store(id=ids.VIEWPORT),
            dcc.Store(id=ids.SET),
            dcc.Interval(id=ids.CLOCK, interval=900, disabled=True),
            _header(title),
            _replay_bar(),
            html.Div(id=ids.NOTICE, className="notices", role="status"),
            html.Div(
                [_filters(), _charts(), html.Aside(id=ids.PANEL, className="panel", hidden=True)], className="body"
            ),
        ],
        className="page",
    )  # fmt: skip


def _header(title: str) -> html.Header:
    return html.Header(
        [
            html.H1(title),
            html.Span(id=ids.HEADLINE, className="quiet"),
            html.Span(id=ids.PIN, className="pin", role="status"),
            html.Div(
                [
                    html.A("Share", id=ids.SHARE, className="button", href="/", title="Copies a link to this picture"),
                    html.A("API", className="button", href="/api/v1/openapi.json"),
                    html.Button("Dark", id=ids.THEME, className="button"),
                ],
                className="buttons",
            ),
        ]
    )  # fmt: skip


def _replay_bar() -> html.Section:
    return html.Section(
        [
            html.Button("▶", id=ids.PLAY, className="play", **aria(label="Play the history")),
            html.Div(
                [
                    html.Span("As it stood on", className="quiet"),
                    html.Strong(id=ids.SLIDER_LABEL),
                    dcc.RadioItems(
                        id=ids.KNOWN,
                        options=[
                            {"label": "as known then", "value": "then"},
                            {"label": "as known today", "value": "now"},
                        ],
                        value="then",
                        inline=True,
                        className="switch",
                    ),
                ],
                className="as-of",
            ),
            html.Div(
                [
                    html.Button("‹", id=ids.STEP_BACK, className="step", **aria(label="One day back")),
                    dcc.Slider(
                        id=ids.SLIDER, min=0, max=1, step=1, value=1, marks=None, updatemode="mouseup",
                        allow_direct_input=False, included=True, className="as-of-slider",
                    ),
                    html.Button("›", id=ids.STEP_ON, className="step", **aria(label="One day on")),
                ],
                className="slider-row",
            ),
        ],
        className="replay",
        **aria(label="Replay"),
    )  # fmt: skip


def _filters() -> html.Nav:
    return html.Nav(
        [
            html.Button("Filters and key", id=ids.FILTERS_BUTTON, className="filters-button plain"),
            html.Div(
                [
                    html.H2("Status"),
                    _counted(ids.STATUSES, ids.STATUS_COUNTS),
                    html.H2("Front"),
                    _counted(ids.FRONTS, ids.FRONT_COUNTS),
                    html.H2("Actor"),
                    dcc.Dropdown(id=ids.ACTOR, placeholder="Any actor", clearable=True),
                    html.H2("How to read"),
                    html.Ul(
                        [
                            _key("fade", "start or end not known exactly"),
                            _key("arrow", "still open on that day"),
                            _key("dot", "single moment"),
                            _key("flag", "something else is disputed: who, how far, where or when"),
                        ],
                        className="key",
                    ),
                ],
                className="filters-inner",
            ),
        ],
        id=ids.FILTERS,
        className="filters",
        **aria(label="Filters"),
    )


def _counted(id: str, counts: str) -> html.Div:
    """A checklist with a column of counts beside it; the options tell them to those who do not see it."""
    return html.Div(
        [
            dcc.Checklist(id=id, options=[], value=[]),
            html.Div(id=counts, className="counts", **aria(hidden="true")),
        ],
        className="counted",
    )


def _key(picture: str, text: str) -> html.Li:
    sign = "⚑" if picture == "flag" else None
    return html.Li([html.Span(sign, className=f"key-{picture}", **aria(hidden="true")), text])


def _radio(id: str, options: list[tuple[str, str]], value: str) -> Any:
    return dcc.RadioItems(
        id=id,
        options=[{"label": label, "value": name} for name, label in options],
        value=value,
        inline=True,
        className="segmented",
    )


def _charts() -> html.Main:
    return html.Main(
        [
            html.Div(
                [
                    _radio(ids.VIEW, [("gantt", "Gantt"), ("points", "Points"), ("table", "Table")], "gantt"),
                    _radio(ids.WINDOW, [("1m", "1 m"), ("6m", "6 m"), ("all", "All")], "all"),
                    html.Span(id=ids.SHOWN, className="quiet shown"),
                ],
                className="toolbar",
            ),
            html.Div(
                [
                    html.Div(dcc.Graph(id=ids.OVERVIEW, config=_GRAPH), className="overview"),
                    dcc.Graph(id=ids.CHART, config=_GRAPH),
                    html.Div(id=ids.TABLE),
                ],
                id=ids.CHART_BOX,
            ),
        ]
    )
