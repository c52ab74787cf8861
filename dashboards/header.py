"""The header of every page: the way back to the timeline, the other pages at the same cuts, and the colours.

The timeline and the pages beside it stand in one document at the same time, so their buttons have ids of their own; all
else is made here, so that a reader finds the same in the same place wherever they are.
"""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboards.elements import aria

LISTED = ("fronts", "actors", "sources")
"""What there is a list of, in the order of the header."""


def header(home: dcc.Link, pages: html.Nav, buttons: Sequence[Any], said: Sequence[Any] = ()) -> html.Header:
    """The site's name (a link home), the pages, what is said beside them, and the buttons."""
    return html.Header(
        [html.P(home, className="site"), *said, pages, zone_button(), html.Div(list(buttons), className="buttons")]
    )


def pages_nav(links: Sequence[Any], id: str) -> html.Nav:
    """The links to all pages."""
    return html.Nav(list(links), id=id, className="pages-nav", **aria(label="Pages"))


def page_links(cuts: str, here: str) -> list[Any]:
    """The timeline, the lists and the documentation of the API; `cuts` is a query string, `here` names where we are."""
    own = [("timeline", f"/{cuts}"), *((name, f"/{name}{cuts}") for name in LISTED)]
    links: list[Any] = [_link(name.capitalize(), href, current=name == here) for name, href in own]
    return [*links, html.Span(html.A("API", href="/api/docs"))]


def share_button(id: str, href: str) -> html.A:
    """Copies the address that fixes all cuts."""
    return html.A("Share", id=id, className="button", href=href, title="Copies a link to this picture")


def theme_button(id: str, theme: str) -> html.Button:
    """Changes the colours; says which ones it changes to."""
    return html.Button("Light" if theme == "dark" else "Dark", id=id, className="button")


def zone_button() -> html.Button:
    """Changes between UTC and the reader's zone for times of day; the browser says which it is (assets/times.js)."""
    return html.Button("UTC", className="button zone")


def home_link(id: str, title: str, cuts: str) -> dcc.Link:
    """The name of the site, which leads to the timeline."""
    return dcc.Link(title, href=f"/{cuts}", id=id)


def _link(text: str, href: str, *, current: bool) -> html.Span:
    return html.Span(dcc.Link(text, href=href), **(aria(current="true") if current else {}))
