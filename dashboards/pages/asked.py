"""What every page is asked with, and how it leads to the others: at the same cuts."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from dash import dcc, html
from msgspec import Struct

from dashboards import words
from dashboards.elements import aria, swatch, timed, verbatim
from dashboards.filters import View, same_cuts, write
from dashboards.theme import Palette
from timeline.domain.vocabulary import Status
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.entries import Entry, TimelineAnswer
from timeline.readmodel.questions import Reader

FIRST = 50
"""Developments that a page lists before it leads to the timeline."""
_MOST = 10
"""Numbers that a table of the most frequent tells."""

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
    """A link to the page of a development, front, actor or source, by its title or name."""
    text = verbatim(text) if isinstance(text, str) else text
    return dcc.Link(text, href=f"/{sort}/{quote(key, safe='')}{write(same_cuts(asked.view))}")


def to_checks(asked: Asked) -> Any:
    """The way to what was probably not meant."""
    link = dcc.Link("what was probably not meant", href=f"/checks{write(same_cuts(asked.view))}")
    return html.P(["See also ", link, " in what this log holds."], className="quiet")


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


def table(
    caption: str, head: tuple[Any, ...], rows: list[list[Any]], numbers: Collection[int] = frozenset()
) -> html.Div:
    """A table that may be wider than a narrow screen; `numbers` are the columns that have some."""
    looks = ["number" if column in numbers else None for column in range(len(head))]
    return html.Div(
        html.Table(
            [
                html.Caption(caption),
                html.Thead(
                    html.Tr(
                        [html.Th(name, scope="col", className=look) for name, look in zip(head, looks, strict=True)]
                    )
                ),
                html.Tbody(
                    [
                        html.Tr([html.Td(cell, className=look) for cell, look in zip(row, looks, strict=True)])
                        for row in rows
                    ]
                ),
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
    return table(caption, (of, *(column(word) for word in columns)), rows, range(1, len(columns) + 1))


def listed(answer: TimelineAnswer) -> str:
    """Which of the developments that an answer is about it holds."""
    return f"{'The first' if answer.more else 'All'} {len(answer.entries)}, by the earliest day of each"


def developments(asked: Asked, caption: str, entries: tuple[Entry, ...], names: Mapping[str, str] | None) -> Any:
    """Developments as a table, with the names of their fronts where these differ."""

    def row(entry: Entry) -> list[Any]:
        described = entry.state.described
        title = to(asked, "developments", str(entry.state.id), described.title)
        front = (
            [] if names is None else [to(asked, "fronts", described.front, names.get(described.front, described.front))]
        )
        return [timed(words.when(described.occurred, open=entry.open)), *front, title, status_cell(entry.status)]

    head = ("Occurred", *(() if names is None else ("Front",)), "Development", "Status")
    return table(caption, head, [row(entry) for entry in entries])


def counted(caption: str, of: str, counts: list[tuple[Any, int]]) -> Any:
    """Numbers of developments by something."""
    return table(caption, (of, "Number"), [[name, f"{number:,}"] for name, number in counts], {1})


def by_status(counts: Mapping[Status, int]) -> Any:
    """Numbers of developments by status, in the order of the key."""
    told = [(status_cell(status), counts[status]) for status in words.STATUS if counts.get(status)]
    return counted("By status", "Status", told)


def most_frequent(caption: str, of: str, counts: list[tuple[Any, int]], more: int = 0) -> Any:
    """The first of numbers that come by their size; says how many there are with the others, and `more` than these."""
    if len(counts) + more > _MOST:
        caption = f"{caption}, the {_MOST} most frequent of {len(counts) + more:,}"
    return counted(caption, of, counts[:_MOST])
