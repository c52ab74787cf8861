"""The record of a front: what the list of fronts says of it, who and what stands on it, and what was told of itself."""

from msgspec import Struct

from timeline.domain.facts import Recorded
from timeline.domain.history import Cuts
from timeline.domain.values import front_id
from timeline.domain.voids import voided_in
from timeline.readmodel.entries import FrontEntry
from timeline.readmodel.facets import Facet, Facets
from timeline.readmodel.standing import Standing


class FrontStep(Struct, frozen=True):
    """An event about a front itself; `voided_by` is the void in force that names it: then it changed nothing."""

    recorded: Recorded
    voided_by: Recorded | None = None


class FrontRecord(Struct, frozen=True):
    """A front at the cuts of a question. What is counted are the developments on it that had begun by `as_of`.

    `actors` and `sources` are the most frequent; `more_actors` and `more_sources` are how many others there are.
    """

    entry: FrontEntry
    kinds: tuple[Facet, ...]
    actors: tuple[Facet, ...]
    sources: tuple[Facet, ...]
    more_actors: int
    more_sources: int
    history: tuple[FrontStep, ...]


def front_record(standing: Standing, cuts: Cuts, entry: FrontEntry, facets: Facets) -> FrontRecord:
    """The record of a front; `facets` are those of a timeline of this front alone."""
    events = standing.catalogue_events(front_id(entry.slug), cuts)
    voided = voided_in(events)
    history = tuple(FrontStep(one, voided.get(one.position)) for one in events)
    return FrontRecord(
        entry, facets.kinds, facets.actors, facets.sources, facets.more_actors, facets.more_sources, history
    )
