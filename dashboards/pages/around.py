"""What stands around every page: the way back to the timeline, the other pages, the cuts, and the colours."""

from typing import Any

from dash import dcc, html
from msgspec import structs

from dashboards import ids, words
from dashboards.elements import aria, data
from dashboards.filters import View, same_cuts, write
from dashboards.pages.asked import Asked, Content

LISTED = ("fronts", "actors", "sources")
"""What there is a list of, in the order of the header."""


def around(asked: Asked, content: Content, notices: list[str], theme: str) -> list[Any]:
    """The page with its header and its cuts, which can be changed there; `theme` is the one that it has now."""
    cuts = write(same_cuts(asked.view))
    return [
        html.Header(
            [
                html.P(dcc.Link(asked.title, href=f"/{cuts}"), className="site"),
                html.Div(
                    [
                        html.Nav(
                            [dcc.Link(name.capitalize(), href=f"/{name}{cuts}") for name in LISTED],
                            className="pages-nav",
                            **aria(label="Pages"),
                        ),
                        html.Button("Light" if theme == "dark" else "Dark", id=ids.PAGE_THEME, className="button"),
                    ],
                    className="buttons",
                ),
            ]
        ),
        _cuts(asked),
        html.Div([html.P(notice, className="notice") for notice in notices], className="notices", role="status"),
        html.Main([html.H1(content.heading, tabIndex=-1), *content.body], className="subpage"),
    ]


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
            _pin(view),
            html.Span("Days and times are UTC.", className="quiet"),
        ],
        className="page-cuts",
        **aria(label="Cuts"),
        **data(day=day),
    )  # fmt: skip


def _other_clock(view: View) -> Any:
    other, text = ("now", "show what is known today") if view.known == "then" else ("then", "show what was known then")
    return dcc.Link(text, href=_here(structs.replace(same_cuts(view), known=other)), id=ids.PAGE_CLOCK)


def _pin(view: View) -> Any:
    if view.position is None:
        return None
    latest = _here(structs.replace(same_cuts(view), position=None))
    return html.Span(
        [f"as this log stood at position {view.position:,} · ", dcc.Link("show what it holds now", href=latest)],
        className="pin",
    )


def _here(view: View) -> str:
    """The address of the same page at other cuts."""
    return write(view) or "?"
