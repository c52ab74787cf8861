"""How much of a window is drawn: every look of each development, those of one moment, or only how many there are.

Nothing is ever asked for or drawn beyond `MOST_MARKS`. As long as the looks of a window over the whole reported clock
are few enough they are all sent, and the browser plays the history alone; of more, only those of the moment; and where
even these are too many, counts.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

import structlog
from msgspec import Struct, structs

from dashboards import words
from dashboards.figures.marks import Mark, mark_of_entry, mark_of_row, mark_of_showing
from dashboards.figures.scale import milliseconds
from dashboards.filters import Lanes
from timeline.domain.legibility import isolated
from timeline.domain.moments import to_micros
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.density import Bucket
from timeline.readmodel.entries import Entry
from timeline.readmodel.filters import Filters
from timeline.readmodel.questions import Reader
from timeline.readmodel.selection import asks_documents
from timeline.readmodel.showings import Showing

MOST_MARKS = 2_000
"""Developments that are drawn one by one."""
MOST_LOOKS = 5_000
"""Looks of them that the browser holds, so that a replay needs no server."""
_MOST_NAMED = 3
"""How many of the developments that are set aside a notice names."""
_LEFT_OUT = (
    "What began before this window and goes on in it is left out, since it is too much to draw: "
    "choose fewer fronts to see it."
)
_BY_FRONT = (
    "This is too much for lanes by actor or by place: they are fronts until the window or the filters are narrower."
)
NOBODY, NOWHERE = "No actor is named", "No place is named"
UNNAMED = (NOBODY, NOWHERE)
"""The lanes of what has no lane of its own."""

Level = Literal["film", "still", "counts"]
"""Whether the marks are those of every moment or of one, or there are too many."""

T = TypeVar("T")
M = TypeVar("M")

log = structlog.get_logger(__name__)


class Detail(Struct, frozen=True):
    """The marks of a window, none where they are only counted, what could not be drawn, and how much is shown.

    `lanes` are slugs and names where lanes are no fronts.
    """

    level: Level
    marks: Sequence[Mark] = ()
    notices: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    lanes: tuple[tuple[str, str], ...] | None = None


def detail(reader: Reader, wanted: WantedCuts, filters: Filters, lanes: Lanes, end: WantedCuts) -> Detail:
    """What is drawn of the window that the filters name, at these cuts.

    `end` are the cuts at the end of the history: up to there a replay may run.
    """
    if asks_documents(filters):
        return _of_entries(reader, wanted, filters, lanes)
    if too_many(reader, wanted, filters):
        return Detail("counts", hints=() if lanes == "front" else (_BY_FRONT,))
    if lanes != "front":
        return _of_entries(reader, wanted, filters, lanes)
    assert end.as_of  # noqa: S101 - the caller names it
    limit = milliseconds(end.as_of)
    left_out: tuple[str, ...] = ()
    for begun in (False, True):
        _, showings = reader.showings(end, filters, MOST_LOOKS + 1, begun=begun)
        showings = [one for one in showings if _ever_in(one, filters, wanted)]
        if len(showings) <= MOST_LOOKS and len({one.row.key for one in showings}) <= MOST_MARKS:
            named = [(one.row.title, one.row.id) for one in showings]
            marks, broken = drawable(showings, lambda one: mark_of_showing(one, one.row.front, limit), named)
            return Detail("film", marks, broken, left_out)
        _, rows = reader.rows(wanted, filters, MOST_MARKS + 1, begun=begun)
        if len(rows) <= MOST_MARKS:
            named = [(row.title, row.id) for row in rows]
            marks, broken = drawable(rows, lambda row: mark_of_row(row, row.front, limit), named)
            return Detail("still", marks, broken, left_out)
        left_out = (_LEFT_OUT,)
    return Detail("counts")


def too_many(reader: Reader, wanted: WantedCuts, filters: Filters) -> bool:
    """Whether more began in the window that the filters name than are shown one by one."""
    _, density = reader.density(wanted, Bucket.MONTH if _wide(filters) else Bucket.DAY, filters)
    return density.density.developments > MOST_MARKS


def _ever_in(showing: Showing, filters: Filters, wanted: WantedCuts) -> bool:
    """Whether a look was in force while the as-of line stands where it does now, or in the window.

    That is so for every one where the line stands before the window, and else for those that were when it began.
    """
    if filters.since is None or (wanted.as_of and wanted.as_of < filters.since):
        return True
    return showing.reported_to is None or showing.reported_to > to_micros(filters.since)


def _wide(filters: Filters) -> bool:
    """Whether a window is so long that whole months at its ends make no difference to how it is drawn."""
    return not (filters.since and filters.until) or (filters.until - filters.since).days > 4 * 365


def _of_entries(reader: Reader, wanted: WantedCuts, filters: Filters, lanes: Lanes) -> Detail:
    """For what only the whole of a development tells: who took part, where it was, and what was said."""
    answer = reader.timeline(wanted, filters, MOST_MARKS)
    limit = milliseconds(answer.held.cuts.as_of)
    named: dict[str, None] = {}
    marks: list[Mark] = []

    def of(entry: Entry) -> list[Mark]:
        own = _lanes_of(entry, lanes)
        first = mark_of_entry(entry, own[0], limit)
        return [first, *(structs.replace(first, lane=lane) for lane in own[1:])]

    found, broken = drawable(answer.entries, of, [(one.state.described.title, one.state.id) for one in answer.entries])
    for some in found:
        marks += some
        named.update(dict.fromkeys(mark.lane for mark in some))
    hints: tuple[str, ...] = ()
    if answer.more:
        hints = (f"Only the first {MOST_MARKS:,} are drawn: narrow the window, the filters or the search.",)
    if lanes == "front":
        return Detail("still", marks, broken, hints)
    last = NOBODY if lanes == "actor" else NOWHERE
    order = sorted(named, key=lambda name: (name == last, name.casefold()))
    return Detail("still", marks, broken, hints, tuple((name, name) for name in order))


def _lanes_of(entry: Entry, lanes: Lanes) -> list[str]:
    description = entry.state.described
    if lanes == "actor":
        return list(dict.fromkeys(actor.name for actor in description.actors)) or [NOBODY]
    if lanes == "place":
        return [description.place.name if description.place and description.place.name else NOWHERE]
    return [description.front]


def drawable(
    some: Sequence[T], draw: Callable[[T], M], names: Sequence[tuple[str, Any]]
) -> tuple[list[M], tuple[str, ...]]:
    """What can be drawn, and a notice that names (by title and id) what can not.

    One entry that the page can not tell must neither take the others with it nor vanish unseen.
    """
    drawn: list[M] = []
    broken: dict[Any, str] = {}
    for one, (title, id) in zip(some, names, strict=True):
        try:
            drawn.append(draw(one))
        except Exception as error:  # whatever it is, the rest of the page stands
            log.exception("development set aside", id=str(id), exc_info=error)
            broken[id] = title
    if not broken:
        return drawn, ()
    named = [f"“{isolated(title)}” ({id})" for id, title in list(broken.items())[:_MOST_NAMED]]
    more = [f"{len(broken) - _MOST_NAMED:,} more"] if len(broken) > _MOST_NAMED else []
    notice = f"{words.count(len(broken), 'development')} set aside, since the page can not draw: "
    return drawn, (notice + words.listed([*named, *more]),)
