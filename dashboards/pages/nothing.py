"""What is shown where there is nothing to show: it says why, what else can be done, and where things are known."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from dash import dcc, html

from dashboards import words
from dashboards.elements import joined, verbatim
from dashboards.filters import View, same_cuts, write
from dashboards.header import LISTED
from dashboards.pages.asked import Asked, Content
from timeline.errors import NothingKnown
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.filters import Filters

_NOW = WantedCuts()
"""All that the log holds, as known now."""


def no_such_page(asked: Asked, pathname: str) -> Content:
    """The page of an address that is none."""
    return Content("There is no such page", [html.P(["Nothing is kept at ", verbatim(pathname), "."]), _ways_on(asked)])


def nothing_known(asked: Asked, sort: str, key: str) -> Content:
    """The page of a development, front, actor or source that is not known at these cuts, and leads to where it is."""
    assert asked.wanted.as_of  # noqa: S101 - held cuts name all three
    day, noun = words.day(asked.wanted.as_of), sort.removesuffix("s")
    elsewhere = _ELSEWHERE[sort](asked, key)
    named: list[Any] = [f"No {noun} ", verbatim(f"“{words.clipped(key, 80)}”")]
    known = words.known(asked.view.known)
    body: list[Any] = [html.P([*named, f" was known on {day}, {known}." if elsewhere else " is known here."])]
    if elsewhere:
        said, view = elsewhere
        body.append(html.P([f"{said} ", dcc.Link("Show how it stood then" if view.as_of else "Show how it stands now",
                                                 href=write(view) or "?"), "."]))  # fmt: skip
    elif asked.view.position is not None:
        body.append(html.P("This page shows an older state of the log; what was recorded since is not in it."))
    return Content("Nothing known here", [*body, _ways_on(asked)])


def failed(address: str) -> list[Any]:
    """What stands in place of a page that could not be told; the failure has been logged."""
    return [
        html.Main(
            [
                html.H1("This page could not be shown", tabIndex=-1),
                html.P("The failure was logged. Load the page again; if it stays, look at another day or tell whoever "
                       "runs this service."),
                html.P([html.A("Load it again", href=address), " · ", dcc.Link("Go to the timeline", href="/")]),
            ],
            className="subpage",
        )
    ]  # fmt: skip


def _ways_on(asked: Asked) -> html.P:
    cuts = write(same_cuts(asked.view))
    lists = joined((dcc.Link(name, href=f"/{name}{cuts}") for name in LISTED), " or ")
    return html.P([dcc.Link("Go to the timeline", href=f"/{cuts}"), ", or look through ", *lists, "."])


def _development(asked: Asked, key: str) -> tuple[str, View] | None:
    try:
        _, entry = asked.reader.development(UUID(key), _NOW)
    except (ValueError, NothingKnown):
        return None
    first = entry.state.first_reported_at
    if first is None:
        return None
    said = f"It was first reported on {words.day(first)}" + (
        ", and this page shows an older state of the log." if asked.view.position is not None else "."
    )
    return said, View(as_of=date(first.year, first.month, first.day), theme=asked.view.theme)


def _front(asked: Asked, key: str) -> tuple[str, View] | None:
    return ("It is known today.", View(theme=asked.view.theme)) if asked.reader.knows_front(key, _NOW) else None


def _named_by(filters: Callable[[str], Filters]) -> Callable[[Asked, str], tuple[str, View] | None]:
    def find(asked: Asked, key: str) -> tuple[str, View] | None:
        found = asked.reader.timeline(_NOW, filters(key), 1).entries
        return ("It is known today.", View(theme=asked.view.theme)) if found else None

    return find


_ELSEWHERE: Mapping[str, Callable[[Asked, str], tuple[str, View] | None]] = {
    "developments": _development,
    "fronts": _front,
    "actors": _named_by(lambda name: Filters(actors=frozenset([name]))),
    "sources": _named_by(lambda slug: Filters(sources=frozenset([slug]))),
}
"""Sort of page -> where what it names is known, if anywhere: in words, and the view that shows it."""
