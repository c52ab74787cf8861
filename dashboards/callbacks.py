"""Wiring: the address and the size of the window in, the page out. Navigation itself runs in the browser."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, html, no_update

from dashboards import choices, filters, ids, words
from dashboards.page import Page, page
from timeline.readmodel.questions import Reader

_EPOCH = date(1970, 1, 1)


def register(app: Dash, reader: Reader, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
    """Register every callback of the page."""

    @app.callback(
        Output(ids.SLIDER, "min"),
        Output(ids.SLIDER, "max"),
        Output(ids.SLIDER, "marks"),
        Output(ids.SLIDER, "value"),
        Output(ids.SLIDER_LABEL, "children"),
        Output(ids.KNOWN, "value"),
        Output(ids.VIEW, "value"),
        Output(ids.WINDOW, "value"),
        Output(ids.STATUSES, "options"),
        Output(ids.STATUSES, "value"),
        Output(ids.STATUS_COUNTS, "children"),
        Output(ids.FRONTS, "options"),
        Output(ids.FRONTS, "value"),
        Output(ids.FRONT_COUNTS, "children"),
        Output(ids.ACTOR, "options"),
        Output(ids.ACTOR, "value"),
        Output(ids.HEADLINE, "children"),
        Output(ids.PIN, "children"),
        Output(ids.SHOWN, "children"),
        Output(ids.NOTICE, "children"),
        Output(ids.OVERVIEW, "figure"),
        Output(ids.OVERVIEW, "style"),
        Output(ids.CHART, "figure"),
        Output(ids.CHART, "style"),
        Output(ids.TABLE, "children"),
        Output(ids.PANEL, "children"),
        Output(ids.PANEL, "hidden"),
        Output(ids.SHARE, "href"),
        Output(ids.SET, "data"),
        Input(ids.URL, "search"),
        Input(ids.VIEWPORT, "data"),
    )
    def show(search: str | None, viewport: dict[str, Any] | None) -> Any:
        if not viewport:
            return (no_update,) * 29
        view = filters.read(search)
        theme = view.theme or ("dark" if viewport.get("dark") else "light")
        return _outputs(page(reader, view, float(viewport["width"]), theme, now()), float(viewport["width"]))

    app.clientside_callback(
        ClientsideFunction("page", "viewport"), Output(ids.VIEWPORT, "data"), Input(ids.URL, "pathname")
    )
    app.clientside_callback(
        ClientsideFunction("page", "navigate"),
        Input(ids.SLIDER, "value"),
        Input(ids.KNOWN, "value"),
        Input(ids.VIEW, "value"),
        Input(ids.WINDOW, "value"),
        Input(ids.STATUSES, "value"),
        Input(ids.FRONTS, "value"),
        Input(ids.ACTOR, "value"),
        Input(ids.CHART, "clickData"),
        Input(ids.CHART, "relayoutData"),
        Input(ids.OVERVIEW, "relayoutData"),
        Input({"type": ids.ROW, "index": ALL}, "n_clicks"),
        Input(ids.THEME, "n_clicks"),
        State(ids.STATUSES, "options"),
        State(ids.FRONTS, "options"),
        State(ids.SLIDER, "max"),
        State(ids.SET, "data"),
        State(ids.URL, "search"),
    )
    app.clientside_callback(ClientsideFunction("page", "close"), Input(ids.CLOSE, "n_clicks"))
    app.clientside_callback(
        ClientsideFunction("page", "step"),
        Input(ids.STEP_BACK, "n_clicks"),
        Input(ids.STEP_ON, "n_clicks"),
        State(ids.SLIDER, "value"),
        State(ids.SLIDER, "min"),
        State(ids.SLIDER, "max"),
    )
    app.clientside_callback(
        ClientsideFunction("page", "play"),
        Input(ids.PLAY, "n_clicks"),
        State(ids.CLOCK, "disabled"),
        State(ids.SLIDER, "value"),
        State(ids.SLIDER, "min"),
        State(ids.SLIDER, "max"),
    )
    app.clientside_callback(
        ClientsideFunction("page", "tick"),
        Input(ids.CLOCK, "n_intervals"),
        State(ids.SLIDER, "value"),
        State(ids.SLIDER, "min"),
        State(ids.SLIDER, "max"),
    )
    app.clientside_callback(ClientsideFunction("page", "label"), Input(ids.SLIDER, "drag_value"))
    app.clientside_callback(ClientsideFunction("page", "toggleFilters"), Input(ids.FILTERS_BUTTON, "n_clicks"))
    app.clientside_callback(ClientsideFunction("page", "share"), Input(ids.SHARE, "n_clicks"), State(ids.SHARE, "href"))


def _outputs(shown: Page, width: float) -> tuple[Any, ...]:
    view = shown.view
    controls = {
        "asOf": _number(min(max(shown.as_of, shown.first_day), shown.last_day)),
        "known": view.known,
        "view": view.chart,
        "window": "" if view.since or view.until else view.window,
        "statuses": [str(status) for status in view.statuses] or [one.value for one in shown.statuses],
        "fronts": list(view.fronts) or [one.value for one in shown.fronts],
        "actor": view.actor,
    }
    return (
        _number(shown.first_day),
        _number(shown.last_day),
        slider_marks(shown.first_day, shown.last_day, width) or None,  # Dash would mark numbers where there are none.
        controls["asOf"],
        words.day(datetime(shown.as_of.year, shown.as_of.month, shown.as_of.day, tzinfo=UTC)),
        controls["known"],
        controls["view"],
        controls["window"],
        choices.options(shown.statuses),
        controls["statuses"],
        choices.counts(shown.statuses),
        choices.options(shown.fronts),
        controls["fronts"],
        choices.counts(shown.fronts),
        shown.actors,
        controls["actor"],
        shown.headline,
        shown.pin,
        shown.shown,
        [html.P(notice, className="notice") for notice in shown.notices],
        shown.overview,
        {"height": shown.overview["layout"]["height"]},
        shown.chart if view.chart != "table" else no_update,
        {"display": "none"} if view.chart == "table" else {"height": shown.chart["layout"]["height"]},
        shown.table,
        shown.panel,
        shown.panel is None,
        f"/{shown.permalink}",
        controls,
    )


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
        _number(month): f"{month:%b %Y}" if month.month == 1 or month is kept[0] else f"{month:%b}" for month in kept
    }


def _number(day: date) -> int:
    """A day as the slider counts it: days since 1970."""
    return (day - _EPOCH).days
