"""Facets: how many developments there would be with each value of a filter, all other filters left as they are."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from timeline.domain.history import Cuts
from timeline.domain.vocabulary import Kind, Status
from timeline.readmodel.filters import Filters
from timeline.readmodel.looking import Casts
from timeline.readmodel.past import Past
from timeline.readmodel.standing import Standing, unopened, unregistered
from timeline.readmodel.tallying import ENOUGH, By, Tally, tallies
from timeline.readmodel.versions import KINDS, STATUSES

MOST = 30
"""Actors and sources that are told, those with the most developments."""


class Facet(Struct, frozen=True):
    """A value of a filter, what it is called, and how many developments pass with it; None where that is not known."""

    value: str
    label: str
    count: int | None


class Facets(Struct, frozen=True):
    """The values of each filter. Statuses and kinds come in the order of their vocabularies, the others by number.

    `total` is how many developments pass all filters. A facet whose counts are not known (None) holds only the values
    that the filter names. `more_actors` and `more_sources` are how many others there are beside the ones that are told.
    """

    total: int | None
    statuses: tuple[Facet, ...]
    fronts: tuple[Facet, ...]
    kinds: tuple[Facet, ...]
    actors: tuple[Facet, ...]
    sources: tuple[Facet, ...]
    more_actors: int = 0
    more_sources: int = 0


def facets(
    past: Past,
    standing: Standing,
    cuts: Cuts,
    filters: Filters,
    casts: Casts,
    most: int = MOST,
    enough: int = ENOUGH,
) -> Facets:
    """The facets at these cuts; fronts and sources are called by their names, where they have one."""
    found = tallies(past, standing, cuts, filters, casts, enough)
    fronts = {front.opened.slug: front for front in standing.opened_fronts(cuts)}
    registered = standing.sources(cuts)
    total = found[By.NOTHING]
    actors = _facets(found[By.ACTOR], filters.actors, str)
    sources = _facets(found[By.SOURCE], filters.sources, lambda slug: (registered.get(slug) or unregistered(slug)).name)
    actors_shown, sources_shown = _first(actors, filters.actors, most), _first(sources, filters.sources, most)
    return Facets(
        None if total is None else total.get("", 0),
        _in_order(_facets(found[By.STATUS], filters.statuses, str), STATUSES),
        _facets(found[By.FRONT], filters.fronts, lambda slug: (fronts.get(slug) or unopened(slug)).opened.name),
        _in_order(_facets(found[By.KIND], filters.kinds, str), KINDS),
        actors_shown,
        sources_shown,
        len(actors) - len(actors_shown),
        len(sources) - len(sources_shown),
    )


def _facets(tally: Tally, chosen: Iterable[str], label: Callable[[str], str]) -> tuple[Facet, ...]:
    """The values with their counts, the most frequent first; those that the filter names are among them in any case."""
    values = {str(value) for value in chosen}
    if tally is None:
        return tuple(Facet(value, label(value), None) for value in sorted(values))
    counted = {**dict.fromkeys(values, 0), **{str(value): count for value, count in tally.items() if count}}
    in_order = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Facet(value, label(value), count) for value, count in in_order)


def _first(some: tuple[Facet, ...], chosen: Iterable[str], most: int) -> tuple[Facet, ...]:
    """The first of them, and whatever the filter names."""
    named_too = set(chosen)
    return tuple(facet for place, facet in enumerate(some) if place < most or facet.value in named_too)


def _in_order(some: tuple[Facet, ...], words: tuple[Status, ...] | tuple[Kind, ...]) -> tuple[Facet, ...]:
    order = {str(word): place for place, word in enumerate(words)}
    return tuple(sorted(some, key=lambda facet: order[facet.value]))
