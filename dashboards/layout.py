"""The page as it stands before the first answer: header, replay bar, filters, charts, panel."""

from typing import Any

from dash import dcc, html

from dashboards import ids
from dashboards.elements import aria, data
from dashboards.header import header, home_link, page_links, pages_nav, share_button, theme_button
from dashboards.key import key

_GRAPH: Any = {"displayModeBar": False, "responsive": False, "scrollZoom": False, "doubleClick": False}
_MAP: Any = {**_GRAPH, "scrollZoom": True}
_LANES = [("front", "Front"), ("actor", "Actor"), ("place", "Place")]
_HOW = (
    "Arrow keys go from one development to the next, Enter opens it, plus and minus zoom. "
    "The table, under View, has the same developments as rows."
)


def layout(title: str) -> html.Div:
    """The components of the page."""
    return html.Div(
        [
            dcc.Location(id=ids.URL, refresh=False),
            dcc.Store(id=ids.VIEWPORT),
            dcc.Store(id=ids.SET),
            dcc.Store(id=ids.FILM),
            dcc.Store(id=ids.HAVE),
            html.Div(
                [
                    "The server does not answer, so this may be older than what was asked for. ",
                    html.Button("Try again", id=ids.AGAIN, className="plain link"),
                ],
                id=ids.LOST,
                className="lost",
                hidden=True,
                role="alert",
            ),
            html.Div(id=ids.SUBPAGE, className="beside"),
            html.Div(_timeline(title), id=ids.TIMELINE),
        ],
        className="page",
    )  # fmt: skip


def _timeline(title: str) -> list[Any]:
    return [
        _header(title),
        _replay_bar(),
        html.Div(id=ids.NOTICE, className="notices", role="status"),
        html.Div(id=ids.HINT, className="hints", role="status"),
        html.Div(
            [
                _filters(),
                _charts(),
                html.Aside(id=ids.PANEL, className="panel", hidden=True, **aria(label="Development")),
            ],
            className="body",
        ),
    ]


def _header(title: str) -> html.Header:
    export = html.Details(
        [html.Summary("Export", className="button"), html.Div(id=ids.EXPORTS, className="menu")], className="exports"
    )
    return header(
        home_link(ids.HOME, title, ""),
        pages_nav(page_links("", "timeline"), ids.NAV),
        [share_button(ids.SHARE, "/"), export, theme_button(ids.THEME, "light")],
        [html.Span(id=ids.HEADLINE, className="quiet"), html.Span(id=ids.PIN, className="pin", role="status")],
    )


def _replay_bar() -> html.Section:
    return html.Section(
        [
            html.Button("▶", id=ids.PLAY, className="play", **aria(label="Play the history")),
            html.Div(
                [
                    html.Span("As it stood on", className="quiet"),
                    html.Strong(id=ids.SLIDER_LABEL),
                    html.Div(
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
                        **data(name="Which reporting counts"),
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
                    _radio(ids.SPEED, [("1", "1×"), ("4", "4×"), ("16", "16×")], "4", "Speed of the replay"),
                ],
                id=ids.SLIDER_ROW,
                className="slider-row",
            ),
        ],
        className="replay",
        **aria(label="Replay"),
    )  # fmt: skip


def _filters() -> html.Nav:
    return html.Nav(
        [
            html.Button(
                "Filters", id=ids.FILTERS_BUTTON, className="filters-button plain", **aria(expanded="false")
            ),
            html.Div(
                [
                    html.H2(html.Label("Search", htmlFor=ids.SEARCH)),
                    dcc.Input(
                        id=ids.SEARCH, type="search", placeholder="Titles, places, quotes", debounce=True,
                        maxLength=200, className="search",
                    ),
                    html.H2("Status"),
                    _counted(ids.STATUSES, ids.STATUS_COUNTS, "Status"),
                    html.H2("Front"),
                    _counted(ids.FRONTS, ids.FRONT_COUNTS, "Front"),
                    _chooser(ids.KIND, "Kind", "Any kind"),
                    _chooser(ids.ACTOR, "Actor", "Any actor"),
                    _chooser(ids.SOURCE, "Source", "Any source"),
                    html.Button("Clear all filters", id=ids.RESET, className="plain link reset", hidden=True),
                    html.H2("Lanes"),
                    _radio(ids.LANES, _LANES, "front", "Lanes by"),
                    _radio(
                        ids.ORDER,
                        [("opened", "Opened"), ("name", "By name"), ("most", "Most")],
                        "opened",
                        "Order of lanes",
                    ),
                    html.P("Days and times are UTC.", className="quiet small zone-told"),
                ],
                className="filters-inner",
            ),
        ],
        id=ids.FILTERS,
        className="filters",
        **aria(label="Filters"),
    )  # fmt: skip


def _counted(id: str, counts: str, name: str) -> html.Div:
    """A checklist with a column of counts beside it; the options tell them to those who do not see it."""
    return html.Div(
        [
            dcc.Checklist(id=id, options=[], value=[]),
            html.Div(id=counts, className="counts", **aria(hidden="true")),
        ],
        className="counted",
        **data(name=name),
    )


def _chooser(id: str, name: str, placeholder: str) -> html.Div:
    return html.Div(
        [
            html.H2(name, id=f"{id}-name"),
            dcc.Dropdown(id=id, placeholder=placeholder, clearable=True, className="chooser", multi=id == ids.KIND),
        ],
        role="group",
        **aria(labelledby=f"{id}-name"),
    )


def _radio(id: str, options: list[tuple[str, str]], value: str, name: str) -> html.Div:
    return html.Div(
        dcc.RadioItems(
            id=id,
            options=[{"label": label, "value": name} for name, label in options],
            value=value,
            inline=True,
            className="segmented",
        ),
        **data(name=name),
    )


def _step(id: str, sign: str, name: str) -> html.Button:
    return html.Button(sign, id=id, className="step", title=name, **aria(label=name))


def _charts() -> html.Main:
    return html.Main(
        [
            html.H1("Timeline", className="sr-only"),
            html.Div(
                [
                    _radio(
                        ids.VIEW,
                        [("gantt", "Gantt"), ("points", "Points"), ("map", "Map"), ("table", "Table")],
                        "gantt",
                        "View",
                    ),
                    _radio(ids.WINDOW, [("1m", "1 m"), ("6m", "6 m"), ("all", "All")], "all", "Window"),
                    html.Div(
                        [
                            _step(ids.EARLIER, "←", "Earlier"),
                            _step(ids.ZOOM_OUT, "−", "Zoom out"),
                            _step(ids.ZOOM_IN, "+", "Zoom in"),
                            _step(ids.LATER, "→", "Later"),
                        ],
                        className="steps-row",
                    ),
                    html.P(id=ids.CHANGED, className="just-changed small", role="status"),
                    html.Div(
                        [html.Span(id=ids.SPAN, className="window-told"), html.Span(id=ids.SHOWN)],
                        className="quiet shown",
                    ),
                    key(),
                ],
                className="toolbar",
            ),
            html.Div(
                [
                    html.Div(
                        [
                            html.Nav(id=ids.OUTSIDE, className="outside", **aria(label="Outside the time shown")),
                            dcc.Graph(id=ids.OVERVIEW, config=_GRAPH),
                        ],
                        className="overview",
                    ),
                    html.Div(
                        [
                            dcc.Graph(id=ids.CHART, config=_GRAPH),
                            html.Div(id=ids.HEADINGS, className="headings"),
                            html.Div(id=ids.POINTED, className="pointed", hidden=True, role="status"),
                        ],
                        id=ids.FRAME,
                        className="chart-frame",
                        tabIndex=0,
                        role="group",
                        **aria(label=f"Chart of developments. {_HOW}"),
                    ),
                    html.Figure(
                        [
                            html.Figcaption(id=ids.MAP_WORDS, className="quiet"),
                            dcc.Graph(id=ids.MAP_CHART, config=_MAP),
                        ],
                        id=ids.MAP,
                        className="map",
                        hidden=True,
                    ),
                    html.Div(id=ids.TABLE),
                ],
                id=ids.CHART_BOX,
            ),
        ]
    )
