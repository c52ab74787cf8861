"""The table: what the chart shows, as rows; its equal for those who read rather than look."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboards import ids, words
from dashboards.elements import swatch, timed, verbatim
from timeline.domain.vocabulary import Aspect, Status
from timeline.readmodel.entries import Entry

MOST_ROWS = 500
"""Rows that the page shows; the API gives all."""


def table(entries: Sequence[Entry], front_names: Mapping[str, str], *, more: bool = False) -> Any:
    """The developments as a table, by the earliest day of each; `more`: there are others behind them."""
    head = ("Occurred", "Front", "Development", "Status", "First reported")
    return html.Div(
        [
            # On a telephone its rows are cards (assets/style.css); roles keep it a table there.
            html.Table(
                [
                    html.Caption("Developments in the window, by the earliest day of each", className="sr-only"),
                    html.Thead(
                        html.Tr([html.Th(name, scope="col", role="columnheader") for name in head], role="row"),
                        role="rowgroup",
                    ),
                    html.Tbody([_row(entry, front_names) for entry in entries], role="rowgroup"),
                ],
                role="table",
                className="cards",
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
    cells: tuple[Any, ...] = (
        timed(words.when(description.occurred, open=entry.open)),
        verbatim(front_names.get(description.front, description.front)),
        html.Button(
            verbatim(description.title), id={"type": ids.ROW, "index": str(entry.state.id)}, className="plain link"
        ),
        [
            swatch(entry.status),
            entry.status.capitalize(),
            html.Div(f"disputed: {words.listed(words.ASPECT[a] for a in disputed)}", className="quiet small")
            if disputed
            else None,
        ],
        words.day(first) if first else "",
    )
    return html.Tr([html.Td(cell, role="cell") for cell in cells], role="row")
