"""The strip above the picture: how much began when over the whole time, of what passes the filters."""

from typing import Any

from msgspec import structs

from dashboards.detail import MOST_MARKS
from dashboards.figures.counted import Grid, counted, grid
from dashboards.figures.overview import STRETCHES, overview
from dashboards.figures.scale import Scale, day_of, milliseconds
from dashboards.theme import Palette
from timeline.domain.moments import start_of_day
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.density import Bucket
from timeline.readmodel.filters import Filters
from timeline.readmodel.questions import Reader
from timeline.readmodel.selection import asks_documents

Lanes = tuple[tuple[str, str], ...]
"""Slugs and names of lanes, in their order."""
_OF_ALL = (
    "The strip counts also what does not fit the search, the actor or the source: these would have to be looked for in "
    "too many developments."
)


def countable(filters: Filters, passing: int | None) -> tuple[Filters, tuple[str, ...]]:
    """The filters by which beginnings are counted, and what the reader has to know of that; `passing`: how many pass.

    What rows can not tell is looked at only where few pass.
    """
    if asks_documents(filters) and (passing is None or passing > MOST_MARKS):
        return structs.replace(filters, text=None, actors=frozenset(), sources=frozenset(), external_ids=frozenset()), (
            _OF_ALL,
        )
    return filters, ()


def strip_of(
    reader: Reader,
    wanted: WantedCuts,
    filters: Filters,
    lanes: Lanes,
    times: tuple[Scale, Scale],
    colours: Palette,
    charted: bool,
) -> dict[str, Any]:
    """The strip over the first of two stretches of time, the second being the window.

    `filters` are those that `countable` gives. `charted`: a chart with a time axis stands below.
    """
    whole, window = times
    on = grid(whole, STRETCHES)
    _, answer = reader.density(wanted, on.bucket, _over(on, filters))
    assert wanted.as_of  # noqa: S101 - held cuts name all three
    counts = counted(answer, [slug for slug, _ in lanes], on)
    as_of = milliseconds(wanted.as_of)
    return overview(lanes, counts, whole, window, colours, as_of, charted=charted)


def _over(on: Grid, filters: Filters) -> Filters:
    """The filters with the days of a grid: what may have begun on any day of a century would fill them all.

    Its months are few, and those of all time have been counted for the page already.
    """
    if on.bucket is Bucket.MONTH or not on.edges:
        return filters
    since, until = (start_of_day(day_of(edge)) for edge in (on.edges[0], on.edges[-1] - 1))
    return structs.replace(filters, since=since, until=until)
