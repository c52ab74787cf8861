"""Which page an address shows: the timeline at `/`, and those of `PAGES`; the cuts are in the query string."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from dash import Dash, Input, Output, State, dcc, html
from flask import request

from dashboards import filters, ids, words
from dashboards.elements import aria, data
from dashboards.filters import View, same_cuts, write
from dashboards.pages import actor, development, front, source
from dashboards.pages.asked import Asked, Content
from dashboards.theme import palette
from timeline.errors import InvalidValue, NothingKnown
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.questions import Reader

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
}
_NARROWEST = 320.0


def register_pages(
    app: Dash, reader: Reader, title: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> None:
    """Register the callback that fills the page beside the timeline."""

    @app.callback(
        Output(ids.SUBPAGE, "children"),
        Input(ids.URL, "pathname"),
        Input(ids.URL, "search"),
        State(ids.VIEWPORT, "data"),
    )
    def show_page(pathname: str | None, search: str | None, viewport: dict[str, Any] | None) -> Any:
        if not pathname or pathname == "/":
            return None
        view = filters.read(search)
        seen = viewport or {}
        theme = view.theme or ("dark" if seen.get("dark") else "light")
        width = float(seen.get("window") or _NARROWEST)
        asked, notices = _asked(reader, view, title, request.host_url, now(), width, theme)
        content = contents(asked, pathname)
        return _around(asked, content, [*view.problems, *notices])


def contents(asked: Asked, pathname: str) -> Content:
    """The page of an address; where there is none, one that says so and leads on."""
    sort, _, key = pathname.strip("/").partition("/")
    try:
        if key and sort in PAGES:
            return PAGES[sort](asked, unquote(key))
        if not key and sort in LISTS:
            return LISTS[sort](asked)
    except NothingKnown as error:
        return _nothing(asked, error.detail)
    return _nothing(asked, f"There is no page at {pathname}.")


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


def _around(asked: Asked, content: Content, notices: list[str]) -> list[Any]:
    """The page with its header, its cuts and the way back."""
    assert asked.wanted.as_of  # noqa: S101 - held cuts name all three
    view, as_of = asked.view, asked.wanted.as_of
    cuts = write(same_cuts(view))
    return [
        html.Header(
            [
                html.P(dcc.Link(asked.title, href=f"/{cuts}"), className="site"),
                html.Nav(
                    [dcc.Link(name.capitalize(), href=f"/{name}{cuts}") for name in LISTS],
                    className="pages-nav",
                    **aria(label="Pages"),
                ),
            ]
        ),
        html.Section(
            [
                html.Label("As it stood on ", htmlFor=ids.PAGE_DAY),
                dcc.Input(id=ids.PAGE_DAY, type="text", value=as_of.date().isoformat(), debounce=True,
                          pattern=r"\d{4}-\d{2}-\d{2}", size="10", className="search"),
                html.Span(words.known(view.known), className="quiet"),
                _other_clock(view),
                html.Span(f"as this log stood at position {view.position:,}", className="pin")
                if view.position is not None else None,
                html.Span("Days and times are UTC.", className="quiet"),
            ],
            className="page-cuts",
            **aria(label="Cuts"),
            **data(day=as_of.date().isoformat()),
        ),
        html.Div([html.P(notice, className="notice") for notice in notices], className="notices", role="status"),
        html.Main([html.H1(content.heading), *content.body], className="subpage"),
    ]  # fmt: skip


def _other_clock(view: View) -> Any:
    other, text = ("now", "show what is known today") if view.known == "then" else ("then", "show what was known then")
    target = View(as_of=view.as_of, known=other, position=view.position, theme=view.theme)
    return dcc.Link(text, href=write(target) or "?", id=ids.PAGE_CLOCK)


def _nothing(asked: Asked, why: str) -> Content:
    assert asked.wanted.as_of  # noqa: S101
    day = words.day(asked.wanted.as_of)
    return Content(
        "Nothing known here",
        [
            html.P(why),
            html.P(f"This is how things stood on {day}. What was reported later appears from its day on."),
            html.P([
                dcc.Link("Go to the timeline", href=f"/{write(same_cuts(asked.view))}"), ", or look through ",
                dcc.Link("fronts", href="/fronts"), ", ", dcc.Link("actors", href="/actors"), " or ",
                dcc.Link("sources", href="/sources"), ".",
            ]),
        ],
    )  # fmt: skip
