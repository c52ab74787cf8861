"""Wiring: the address and the size of the window in, the page out. Navigation itself runs in the browser."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import structlog
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, html, no_update
from msgspec import ValidationError, convert, to_builtins

from dashboards import choices, filters, ids
from dashboards.callback_requests import pixels
from dashboards.figures.scale import milliseconds
from dashboards.header import page_links
from dashboards.headings import headings
from dashboards.page import Held, Page, filters_of, page
from timeline.readmodel.filters import Filters
from timeline.readmodel.questions import Reader

log = structlog.get_logger(__name__)

_EPOCH = date(1970, 1, 1)


def register(app: Dash, reader: Reader, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
    """Register every callback of the page."""

    @app.callback(
        *(Output(id, property) for id, property in _SHOWN),
        Input(ids.URL, "search"),
        Input(ids.VIEWPORT, "data"),
        Input(ids.URL, "pathname"),
        State(ids.HAVE, "data"),
    )
    def show(
        search: str | None, viewport: dict[str, Any] | None, pathname: str | None, have: dict[str, Any] | None
    ) -> Any:
        if not viewport or pathname != "/":
            return (no_update,) * len(_SHOWN)
        view = filters.read(search)
        theme = view.theme or ("dark" if viewport.get("dark") else "light")
        width = pixels(viewport["width"])
        try:
            outputs = _outputs(page(reader, view, width, theme, now(), _held(have)), width)
        except Exception as error:  # the reader must not be left before a page that only stands still
            log.exception("page not drawn", search=search, exc_info=error)
            outputs = {(ids.NOTICE, "children"): [html.P(_FAILED, className="notice")]}
        return tuple(outputs.get(one, no_update) for one in _SHOWN)

    for name, triggers, states in _IN_THE_BROWSER:
        inputs = [Input(id, property) for id, property in triggers]
        app.clientside_callback(ClientsideFunction("page", name), *inputs, *(State(*one) for one in states))
    app.clientside_callback(
        ClientsideFunction("page", "viewport"), Output(ids.VIEWPORT, "data"), Input(ids.URL, "pathname")
    )


def _held(have: dict[str, Any] | None) -> Held:
    """What the browser says that it has; nothing where that makes no sense."""
    try:
        return convert(have or {}, Held)
    except ValidationError:
        return Held()


_FAILED = "This view could not be drawn; the failure was logged. Go back, clear the filters, or load the page again."
_SHOWN = (
    (ids.SLIDER, "min"),
    (ids.SLIDER, "max"),
    (ids.SLIDER, "marks"),
    (ids.SLIDER, "value"),
    (ids.KNOWN, "value"),
    (ids.VIEW, "value"),
    (ids.WINDOW, "value"),
    (ids.LANES, "value"),
    (ids.ORDER, "value"),
    (ids.SEARCH, "value"),
    (ids.STATUSES, "options"),
    (ids.STATUSES, "value"),
    (ids.STATUS_COUNTS, "children"),
    (ids.FRONTS, "options"),
    (ids.FRONTS, "value"),
    (ids.FRONT_COUNTS, "children"),
    (ids.KIND, "options"),
    (ids.KIND, "value"),
    (ids.ACTOR, "options"),
    (ids.ACTOR, "value"),
    (ids.SOURCE, "options"),
    (ids.SOURCE, "value"),
    (ids.RESET, "hidden"),
    (ids.HOME, "href"),
    (ids.NAV, "children"),
    (ids.HEADLINE, "children"),
    (ids.PIN, "children"),
    (ids.SPAN, "children"),
    (ids.KEY_ITEMS, "children"),
    (ids.KEY, "hidden"),
    (ids.NOTICE, "children"),
    (ids.HINT, "children"),
    (ids.OUTSIDE, "children"),
    (ids.OVERVIEW, "figure"),
    (ids.OVERVIEW, "style"),
    (ids.CHART, "figure"),
    (ids.CHART, "style"),
    (ids.FRAME, "hidden"),
    (ids.FILM, "data"),
    (ids.HEADINGS, "children"),
    (ids.MAP, "hidden"),
    (ids.MAP_CHART, "figure"),
    (ids.MAP_CHART, "style"),
    (ids.MAP_WORDS, "children"),
    (ids.TABLE, "children"),
    (ids.PANEL, "children"),
    (ids.PANEL, "hidden"),
    (ids.SHARE, "href"),
    (ids.EXPORTS, "children"),
    (ids.SET, "data"),
)
"""What an answer of the server sets: component and property."""

_IN_THE_BROWSER: tuple[tuple[str, tuple[tuple[Any, str], ...], tuple[tuple[str, str], ...]], ...] = (
    (
        "navigate",
        (
            (ids.KNOWN, "value"),
            (ids.VIEW, "value"),
            (ids.WINDOW, "value"),
            (ids.LANES, "value"),
            (ids.ORDER, "value"),
            (ids.SEARCH, "value"),
            (ids.STATUSES, "value"),
            (ids.FRONTS, "value"),
            (ids.KIND, "value"),
            (ids.ACTOR, "value"),
            (ids.SOURCE, "value"),
        ),
        ((ids.STATUSES, "options"), (ids.FRONTS, "options"), (ids.SET, "data")),
    ),
    ("draw", ((ids.FILM, "data"), (ids.SET, "data")), ()),
    ("zoomed", ((ids.CHART, "relayoutData"), (ids.OVERVIEW, "relayoutData")), ()),
    ("framed", ((ids.MAP_CHART, "relayoutData"), (ids.MAP_CHART, "clickData")), ()),
    ("opened", (({"type": ids.ROW, "index": ALL}, "n_clicks"),), ()),
    ("folded", (({"type": ids.FOLD, "index": ALL}, "n_clicks"),), ()),
    ("pressed", tuple((id, "n_clicks") for id in (ids.ZOOM_IN, ids.ZOOM_OUT, ids.EARLIER, ids.LATER)), ()),
    ("titled", ((ids.URL, "pathname"), (ids.SUBPAGE, "children")), ()),
    ("pageDay", ((ids.PAGE_DAY, "value"),), ()),
    ("askAgain", ((ids.AGAIN, "n_clicks"),), ()),
    ("close", ((ids.CLOSE, "n_clicks"),), ()),
    ("reset", ((ids.RESET, "n_clicks"),), ()),
    ("theme", ((ids.THEME, "n_clicks"),), ()),
    ("play", ((ids.PLAY, "n_clicks"),), ()),
    ("toggleFilters", ((ids.FILTERS_BUTTON, "n_clicks"),), ()),
)
"""Functions of assets/page.js, with what they are called for and what else they are told."""


def _outputs(shown: Page, width: float) -> dict[tuple[str, str], Any]:
    view, chart = shown.view, shown.chart
    cuts = filters.write(filters.same_cuts(view))
    controls = {
        "asOf": _number(shown.as_of),
        "known": view.known,
        "knownAt": None if view.known == "then" else milliseconds(shown.known_at),
        "view": view.chart,
        "window": "" if view.since or view.until else view.window,
        "lanes": view.lanes,
        "order": view.order,
        "text": view.text or "",
        "statuses": [str(status) for status in view.statuses] or [one.value for one in shown.statuses],
        "fronts": list(view.fronts) or [one.value for one in shown.fronts],
        "kinds": [str(kind) for kind in view.kinds],
        "actor": view.actor,
        "source": view.source,
        "tally": to_builtins(shown.tally),
        "days": [_number(shown.first_day), _number(shown.last_day)],
        "span": [shown.window.left, shown.window.right],
        "whole": [shown.whole.left, shown.whole.right],
    }
    outputs: dict[tuple[str, str], Any] = {
        (ids.SLIDER, "min"): _number(shown.first_day),
        (ids.SLIDER, "max"): _number(shown.last_day),
        # Dash would mark numbers where there are none.
        (ids.SLIDER, "marks"): slider_marks(shown.first_day, shown.last_day, width) or None,
        (ids.SLIDER, "value"): _number(min(max(shown.as_of, shown.first_day), shown.last_day)),
        (ids.KNOWN, "value"): controls["known"],
        (ids.VIEW, "value"): controls["view"],
        (ids.WINDOW, "value"): controls["window"],
        (ids.LANES, "value"): controls["lanes"],
        (ids.ORDER, "value"): controls["order"],
        (ids.SEARCH, "value"): controls["text"],
        (ids.STATUSES, "options"): choices.options(shown.statuses),
        (ids.STATUSES, "value"): controls["statuses"],
        (ids.STATUS_COUNTS, "children"): choices.counts(shown.statuses),
        (ids.FRONTS, "options"): choices.options(shown.fronts),
        (ids.FRONTS, "value"): controls["fronts"],
        (ids.FRONT_COUNTS, "children"): choices.counts(shown.fronts),
        (ids.KIND, "options"): shown.kinds,
        (ids.KIND, "value"): controls["kinds"],
        (ids.ACTOR, "options"): shown.actors,
        (ids.ACTOR, "value"): controls["actor"],
        (ids.SOURCE, "options"): shown.sources,
        (ids.SOURCE, "value"): controls["source"],
        (ids.RESET, "hidden"): filters_of(view) == Filters(),
        (ids.HOME, "href"): f"/{cuts}",
        (ids.NAV, "children"): page_links(cuts, "timeline"),
        (ids.HEADLINE, "children"): shown.headline,
        (ids.PIN, "children"): shown.pin,
        (ids.SPAN, "children"): shown.span,
        (ids.KEY_ITEMS, "children"): shown.key,
        (ids.KEY, "hidden"): not shown.key,
        (ids.NOTICE, "children"): [html.P(notice, className="notice") for notice in shown.notices],
        (ids.OUTSIDE, "children"): shown.outside,
        (ids.OVERVIEW, "figure"): shown.overview,
        (ids.OVERVIEW, "style"): {"height": shown.overview["layout"]["height"]},
        (ids.FRAME, "hidden"): view.chart in ("table", "map"),
        (ids.MAP, "hidden"): shown.map is None,
        (ids.TABLE, "children"): shown.table,
        (ids.PANEL, "children"): shown.panel,
        (ids.PANEL, "hidden"): shown.panel is None,
        (ids.SHARE, "href"): f"/{shown.permalink}",
        (ids.EXPORTS, "children"): shown.exports,
        (ids.SET, "data"): controls,
    }
    if chart:
        outputs |= {
            (ids.CHART, "figure"): chart.figure,
            (ids.CHART, "style"): {"height": chart.figure["layout"]["height"]},
            (ids.FILM, "data"): {**chart.told, "level": chart.level, "key": chart.key},
            (ids.HEADINGS, "children"): headings(chart),
            (ids.HINT, "children"): [html.P(hint) for hint in chart.hints],
        }
    if shown.map:
        outputs |= {
            (ids.MAP_CHART, "figure"): shown.map.figure,
            (ids.MAP_CHART, "style"): {"height": shown.map.figure["layout"]["height"], "width": width},
            (ids.MAP_WORDS, "children"): [shown.map.words, *(part for sign in shown.map.signs for part in (" ", sign))],
            (ids.HINT, "children"): [html.P(hint) for hint in shown.map.hints],
        }
    return outputs


def slider_marks(first: date, last: date, width: float) -> dict[int, str]:
    """Marks at the beginnings of months, as many as fit: `Apr`, with the year in January and on the first."""
    months = [
        date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1)
        for n in range(1, (last.year - first.year) * 12 + last.month - first.month + 1)
    ]
    room = max(2, int(width / 90))
    every = next((step for step in (1, 2, 3, 6, 12, 24, 60, 120) if len(months) / step <= room), 240)
    kept = [month for month in months if (month.year * 12 + month.month - 1) % every == 0]
    soon = timedelta(days=(last - first).days * 0.03)
    kept = [month for month in kept if first + soon <= month <= last - soon]
    return {
        _number(month): f"{month:%b} {month.year:04}" if month.month == 1 or month is kept[0] else f"{month:%b}"
        for month in kept
    }


def _number(day: date) -> int:
    """A day as the slider counts it: days since 1970."""
    return (day - _EPOCH).days
