"""What the filters offer at the cuts of an answer, with how many developments each choice would show.

Labels are plain text on purpose. Dash (4.4) puts a component inside an option's label into its layout when the
row is first drawn, under the option's value. A row that comes to stand for another value, since one was put
in before it, is then looked for where nothing was put, and Dash gives up on the whole answer. Swatches are
drawn by the style sheet, and the counts stand beside the list. Names of others are isolated by characters, not by
`<bdi>`, for the same reason.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from msgspec import Struct

from dashboards import words
from timeline.domain.legibility import isolated
from timeline.readmodel.facets import Facet, Facets


class Choice(Struct, frozen=True):
    """One box to tick: its value in the address, its label, its meaning, and its number (None: not known)."""

    value: str
    label: str
    title: str
    count: int | None


def status_choices(facets: Facets) -> tuple[Choice, ...]:
    """Every status, whether or not a development has it now: the list is also the key of the chart."""
    counts, other = _counted(facets.statuses, facets.total)
    return tuple(
        Choice(str(status), status.capitalize(), words.STATUS[status], counts.get(str(status), other))
        for status in words.STATUS
    )


def front_choices(facets: Facets, names: Mapping[str, str]) -> tuple[Choice, ...]:
    """Every front that the log names, whether or not a development is on it now."""
    counts, other = _counted(facets.fronts, facets.total)
    return tuple(Choice(slug, isolated(name), isolated(name), counts.get(slug, other)) for slug, name in names.items())


def _counted(some: Sequence[Facet], total: int | None) -> tuple[dict[str, int | None], int | None]:
    """The numbers of values, and that of all others: none, or not known where it is not known of these."""
    unknown = any(one.count is None for one in some) or (not some and total is None)
    return {one.value: one.count for one in some}, None if unknown else 0


def named(facets: Sequence[Facet], more: int = 0) -> list[dict[str, Any]]:
    """Actors, sources or kinds for a list that folds out, with their numbers; `more`: how many others there are."""
    told: list[dict[str, Any]] = [
        {"value": one.value, "label": isolated(one.label) + ("" if one.count is None else f" ({one.count:,})")}
        for one in facets
    ]
    if more:
        told.append({"value": "", "label": f"{more:,} others, less frequent: search for them", "disabled": True})
    return told


def options(choices: Sequence[Choice]) -> list[dict[str, str]]:
    """The choices as a checklist takes them."""
    return [{"value": one.value, "label": one.label, "title": f"{one.title}: {_told(one.count)}"} for one in choices]


def counts(choices: Sequence[Choice]) -> list[Any]:
    """The numbers beside the checklist, one a row."""
    return [
        html.Div("?" if one.count is None else f"{one.count:,}", className=None if one.count else "none")
        for one in choices
    ]


def _told(count: int | None) -> str:
    return "too many to be counted" if count is None else words.count(count, "development")
