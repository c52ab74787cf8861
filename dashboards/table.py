"""The table: what the chart shows, as rows; its equal for those who read rather than look."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboards import ids, words
from dashboards.elements import swatch, timed
from timeline.domain.vocabulary import Aspect, Status
from timeline.readmodel.entries import Entry

MOST_ROWS = 500
"""Rows that the page shows; the API gives all."""


def table(entries: Sequence[Entry], front_names: Mapping[str, str], *, more: bool = False) -> Any:
    """The developments as a table, in order of their beginning; `more`: there are others behind them."""
    head = ("Occurred", "Front", "Development", "Status", "First reported")
    return html.Div(
        [
            html.Table(
                [
                    html.Caption("Developments in the window, by when they began", className="sr-only"),
                    html.Thead(html.Tr([html.Th(name, scope="col") for name in head])),
                    html.Tbody([_row(entry, front_names) for entry in entries]),
                ]
            ),
            html.P(f"There are more than these {len(entries):,}: narrow the window or the filters.", className="quiet")
            if more
            else None,
        ],
        className="table-scroll",
    )


def _row(entry: Entry, front_names: Mapping[str, str]) -> html.Tr:
    description = entry.state.described
    disputed = [a for a, s in entry.statuses.items() if s is Status.DISPUTED and a is not Aspect.OCCURRENCE]
    first = entry.state.first_reported_at
    return html.Tr(
        [
            html.Td(timed(words.when(description.occurred, open=entry.open))),
            html.Td(front_names.get(description.front, description.front)),
            html.Td(
                html.Button(
                    description.title, id={"type": ids.ROW, "index": str(entry.state.id)}, className="plain link"
                )
            ),
            html.Td(
                [
                    swatch(entry.status),
                    entry.status.capitalize(),
                    html.Div(f"disputed: {words.listed(words.ASPECT[a] for a in disputed)}", className="quiet small")
                    if disputed
                    else None,
                ]
            ),
            html.Td(words.day(first) if first else ""),
        ]
    )
