"""The frame that the pages of a front, an actor and a source share: what it is, the ways on, its parts, all of it."""

from typing import Any

from dash import html

from dashboards.pages.asked import Asked, Content, described, developments, listed, to_timeline
from timeline.readmodel.entries import TimelineAnswer


def framed(
    asked: Asked,
    heading: str,
    told: list[tuple[str, Any]],
    ways: list[Any],
    parts: list[Any],
    all_of: tuple[str, str, TimelineAnswer],
) -> Content:
    """The page: terms, links, and parts of its own.

    `all_of` is a text and the query to which it leads where the page lists only the first of an answer.
    """
    text, query, answer = all_of
    links = [part for way in ways for part in (" · ", way)][1:]
    body = [described(told), html.P(links), *parts]
    if answer.more:
        body.append(html.P(to_timeline(asked, text, f"{query}&view=table")))
    return Content(heading, body)


def columns(*tables: Any) -> html.Div:
    """Tables beside one another, as far as there is room."""
    return html.Div(list(tables), className="columns")


def its_developments(asked: Asked, answer: TimelineAnswer, names: dict[str, str] | None) -> list[Any]:
    """The first developments of an answer, under their heading; with the names of fronts where these differ."""
    return [html.H2("Developments"), developments(asked, listed(answer), answer.entries, names)]
