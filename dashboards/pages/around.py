"""What stands around every page: the way back to the timeline, the other pages, the cuts, and the colours."""

from typing import Any

from dash import dcc, html
from msgspec import structs

from dashboards import ids, words
from dashboards.elements import aria, data, verbatim
from dashboards.filters import View, pinned, same_cuts, write
from dashboards.header import header, home_link, page_links, pages_nav, share_button, theme_button
from dashboards.pages.asked import Asked, Content
from timeline.domain.history import Cuts


def around(asked: Asked, content: Content, notices: list[str], theme: str, pathname: str) -> list[Any]:
    """The page at an address with its header and its cuts, which can be changed there; `theme` is what it has now."""
    cuts = write(same_cuts(asked.view))
    return [
        header(
            home_link(ids.PAGE_HOME, asked.title, cuts),
            pages_nav(page_links(cuts, pathname.strip("/").partition("/")[0]), ids.PAGE_NAV),
            [share_button(ids.PAGE_SHARE, f"{pathname}{_for_ever(asked)}"), theme_button(ids.PAGE_THEME, theme)],
        ),
        _cuts(asked),
        html.Div([html.P(notice, className="notice") for notice in notices], className="notices", role="status"),
        html.Main([html.H1(verbatim(content.heading), tabIndex=-1), *content.body], className="subpage"),
    ]


def _for_ever(asked: Asked) -> str:
    """The query string that fixes all cuts."""
    wanted = asked.wanted
    assert wanted.as_of  # noqa: S101 - held cuts name all three
    assert wanted.known_at  # noqa: S101
    assert isinstance(wanted.recorded_at, int)  # noqa: S101
    return pinned(same_cuts(asked.view), Cuts(wanted.as_of, wanted.known_at, wanted.recorded_at))


def _cuts(asked: Asked) -> html.Section:
    assert asked.wanted.as_of  # noqa: S101 - held cuts name all three
    view, day = asked.view, asked.wanted.as_of.date().isoformat()
    return html.Section(
        [
            html.Label("As it stood on ", htmlFor=ids.PAGE_DAY),
            dcc.Input(id=ids.PAGE_DAY, type="text", value=day, debounce=True, pattern=r"\d{4}-\d{2}-\d{2}", size="10",
                      className="search", autoComplete="off", placeholder="2023-05-22"),
            html.Strong(f"{words.day(asked.wanted.as_of)}, {words.known(view.known)}"),
            _other_clock(view),
            _pin(asked),
            html.Span("Days and times are UTC.", className="quiet zone-told"),
        ],
        className="page-cuts",
        **aria(label="Cuts"),
        **data(day=day),
    )  # fmt: skip


def _other_clock(view: View) -> Any:
    other, text = ("now", "show what is known today") if view.known == "then" else ("then", "show what was known then")
    return dcc.Link(text, href=_here(structs.replace(same_cuts(view), known=other)), id=ids.PAGE_CLOCK)


def _pin(asked: Asked) -> Any:
    if asked.view.position is None:
        return None
    latest = _here(structs.replace(same_cuts(asked.view), position=None))
    return html.Span(
        [
            f"as this log stood at position {asked.wanted.recorded_at:,} · ",
            dcc.Link("show what it holds now", href=latest),
        ],
        className="pin",
    )


def _here(view: View) -> str:
    """The address of the same page at other cuts."""
    return write(view) or "?"
