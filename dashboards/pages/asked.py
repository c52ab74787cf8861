"""What every page is asked with, and how it leads to the others: at the same cuts."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from dash import dcc, html
from msgspec import Struct

from dashboards import words
from dashboards.elements import aria, swatch, timed
from dashboards.filters import View, same_cuts, write
from dashboards.theme import Palette
from timeline.domain.vocabulary import Status
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.entries import Entry, TimelineAnswer
from timeline.readmodel.questions import Reader

FIRST = 50
"""Developments that a page lists before it leads to the timeline."""


Told = Callable[[Any], Any]
"""How a word is told."""


class Asked(Struct, frozen=True):
    """The view with its cuts, as they hold, and what a page needs besides; `site` is the address of this service."""

    reader: Reader
    view: View
    wanted: WantedCuts
    title: str
    site: str
    today: date
    width: float
    colours: Palette


class Content(Struct, frozen=True):
    """A page: what it is called, and what stands on it."""

    heading: str
    body: list[Any]


def to(asked: Asked, sort: str, key: str, text: Any) -> Any:
    """A link to the page of a development, front, actor or source."""
    return dcc.Link(text, href=f"/{sort}/{quote(key, safe='')}{write(same_cuts(asked.view))}")


def to_timeline(asked: Asked, text: str, query: str) -> Any:
    """A link to the timeline, filtered by a query such as `front=bakhmut`."""
    cuts = write(same_cuts(asked.view)).lstrip("?")
    return dcc.Link(text, href="/?" + "&".join(filter(None, (cuts, query))))


def terms(pairs: list[tuple[str, Any]]) -> list[Any]:
    """Terms with what is told of them; what is empty is left out."""
    return [part for term, told in pairs if told for part in (html.Dt(term), html.Dd(told))]


def described(pairs: list[tuple[str, Any]]) -> html.Dl:
    """The same as a list of its own."""
    return html.Dl(terms(pairs))


def table(caption: str, head: tuple[Any, ...], rows: list[list[Any]]) -> html.Div:
    """A table that may be wider than a narrow screen."""
    return html.Div(
        html.Table(
            [
                html.Caption(caption),
                html.Thead(html.Tr([html.Th(name, scope="col") for name in head])),
                html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in rows]),
            ]
        ),
        className="table-scroll",
        tabIndex=0,
        role="region",
        **aria(label=caption),
    )


def status_cell(status: Status) -> html.Span:
    """A status with its swatch."""
    return html.Span([swatch(status), status.capitalize()], className="nowrap")


def crossed(
    caption: str, of: str, counts: Mapping[Any, Mapping[Any, int]], row: Told, column: Told, order: Iterable[Any]
) -> Any:
    """Numbers by two words, one a row and the other a column, each as it is told; columns come in an order."""
    columns = [word for word in order if any(word in numbers for numbers in counts.values())]
    rows = [
        [row(word), *(html.Span(f"{numbers[one]:,}" if numbers.get(one) else "–") for one in columns)]
        for word, numbers in counts.items()
    ]
    return table(caption, (of, *(column(word) for word in columns)), rows)


def listed(answer: TimelineAnswer) -> str:
    """Which of the developments that an answer is about it holds."""
    return f"{'The first' if answer.more else 'All'} {len(answer.entries)}, by when they began"


def developments(asked: Asked, caption: str, entries: tuple[Entry, ...], names: dict[str, str]) -> Any:
    """Developments as a table."""
    rows = [
        [
            timed(words.when(entry.state.described.occurred, open=entry.open)),
            to(asked, "fronts", front := entry.state.described.front, names.get(front, front)),
            to(asked, "developments", str(entry.state.id), entry.state.described.title),
            status_cell(entry.status),
        ]
        for entry in entries
    ]
    return table(caption, ("Occurred", "Front", "Development", "Status"), rows)


def counted(caption: str, of: str, counts: list[tuple[Any, int]]) -> Any:
    """Numbers of developments by something."""
    return table(caption, (of, "Number"), [[name, f"{number:,}"] for name, number in counts])
