"""What the filters offer at the cuts of an answer, with how many developments each choice would show.

Labels are plain text on purpose. Dash (4.4) puts a component inside an option's label into its layout when the
row is first drawn, under the option's value. A row that comes to stand for another value, since one was put
in before it, is then looked for where nothing was put, and Dash gives up on the whole answer. Swatches are
drawn by the style sheet, and the counts stand beside the list.
"""

from collections.abc import Sequence
from typing import Any

from dash import html
from msgspec import Struct

from dashboards import words
from timeline.readmodel.entries import FrontEntry


class Choice(Struct, frozen=True):
    """One box to tick: its value in the address, its label, what it means, and how many developments it has."""

    value: str
    label: str
    title: str
    count: int


def status_choices(fronts: Sequence[FrontEntry]) -> tuple[Choice, ...]:
    """Every status, whether or not a development has it now: the list is also the key of the chart."""
    return tuple(
        Choice(
            str(status), status.capitalize(), words.STATUS[status], sum(front.counts.get(status, 0) for front in fronts)
        )
        for status in words.STATUS
    )


def front_choices(fronts: Sequence[FrontEntry]) -> tuple[Choice, ...]:
    """Every front."""
    return tuple(Choice(front.slug, front.name, front.name, front.developments) for front in fronts)


def options(choices: Sequence[Choice]) -> list[dict[str, str]]:
    """The choices as a checklist takes them."""
    return [
        {"value": one.value, "label": one.label, "title": f"{one.title}: {words.count(one.count, 'development')}"}
        for one in choices
    ]


def counts(choices: Sequence[Choice]) -> list[Any]:
    """The numbers beside the checklist, one a row."""
    return [html.Div(f"{one.count:,}", className=None if one.count else "none") for one in choices]
