"""Which page an address shows: the timeline at `/`, and those of `PAGES`; the cuts are in the query string."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import structlog
from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, no_update
from flask import request

from dashboards import filters, ids
from dashboards.callback_requests import pixels
from dashboards.filters import View
from dashboards.pages import actor, checks, development, front, source
from dashboards.pages.around import around
from dashboards.pages.asked import Asked, Content
from dashboards.pages.nothing import failed, no_such_page, nothing_known
from dashboards.theme import palette
from timeline.errors import InvalidValue, NothingKnown
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.questions import Reader

log = structlog.get_logger(__name__)

PAGES: Mapping[str, Callable[[Asked, str], Content]] = {
    "developments": development.page,
    "fronts": front.page,
    "actors": actor.page,
    "sources": source.page,
}
LISTS: Mapping[str, Callable[[Asked], Content]] = {
    "fronts": front.overview,
    "actors": actor.overview,
    "sources": source.overview,
    "checks": checks.overview,
}
_NARROWEST = 320.0


def register_pages(
    app: Dash,
    reader: Reader,
    title: str,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    public_url: str | None = None,
) -> None:
    """Register the callbacks of the pages beside the timeline; what they cite is at `public_url`, or the host asked."""

    @app.callback(
        Output(ids.SUBPAGE, "children"),
        Input(ids.URL, "pathname"),
        Input(ids.URL, "search"),
        Input(ids.VIEWPORT, "data"),
    )
    def show_page(pathname: str | None, search: str | None, viewport: dict[str, Any] | None) -> Any:
        if not pathname or pathname == "/":
            return None
        if not viewport:
            return no_update  # the browser is about to tell which colours its reader prefers
        try:
            view = filters.read(search)
            theme = view.theme or ("dark" if viewport.get("dark") else "light")
            width = pixels(viewport.get("window") or _NARROWEST)
            asked, notices = _asked(reader, view, title, public_url or request.root_url, now(), width, theme)
            return around(asked, contents(asked, pathname), [*view.problems, *notices], theme, pathname)
        except Exception as error:  # the reader must not be left before an empty page
            log.exception("page not told", pathname=pathname, search=search, exc_info=error)
            return failed(pathname + (search or ""))

    app.clientside_callback(ClientsideFunction("page", "theme"), Input(ids.PAGE_THEME, "n_clicks"))
    for share in (ids.SHARE, ids.PAGE_SHARE):
        app.clientside_callback(ClientsideFunction("pages", "share"), Input(share, "n_clicks"), State(share, "href"))
    app.clientside_callback(ClientsideFunction("pages", "arrived"), Input(ids.SUBPAGE, "children"))
    app.clientside_callback(
        ClientsideFunction("pages", "copy"),
        Output({"type": ids.COPY, "index": MATCH}, "children"),
        Input({"type": ids.COPY, "index": MATCH}, "n_clicks"),
        State({"type": ids.COPIED, "index": MATCH}, "children"),
        prevent_initial_call=True,
    )


def development_path(id: UUID) -> str:
    """The path of the page of a development."""
    return f"/developments/{id}"


def contents(asked: Asked, pathname: str) -> Content:
    """The page of an address; where there is none, one that says so and leads on."""
    sort, _, key = pathname.strip("/").partition("/")
    if key and sort in PAGES:
        try:
            return PAGES[sort](asked, unquote(key))
        except NothingKnown:
            return nothing_known(asked, sort, unquote(key))
    return LISTS[sort](asked) if not key and sort in LISTS else no_such_page(asked, pathname)


def _asked(
    reader: Reader, view: View, title: str, site: str, now: datetime, width: float, theme: str
) -> tuple[Asked, list[str]]:
    days = reader.reported_days()
    last_day = days[1].date() if days else now.date()
    notices = []
    try:
        held = reader.hold(view.cuts(last_day, now))
    except InvalidValue as error:
        notices.append(error.detail)
        view = View(as_of=view.as_of, known=view.known, theme=view.theme)
        held = reader.hold(view.cuts(last_day, now))
    wanted = WantedCuts(held.cuts.as_of, held.cuts.known_at, held.cuts.position)
    return Asked(reader, view, wanted, title, site, now.date(), width, palette(theme)), notices
