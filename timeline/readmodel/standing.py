"""What every question has to know first: how far the rows came, and the small things that are kept in memory."""

from collections.abc import Iterable, Mapping
from functools import cache
from uuid import UUID

from timeline.domain.facts import FrontOpened, Recorded, SourceRegistered, Unreadable, category_of
from timeline.domain.history import Cuts, FrontState, catalogued, fold_front, fold_source
from timeline.domain.identities import LinkedSources, SourceAt, identity, same_as_said, same_sources
from timeline.domain.moments import from_micros
from timeline.domain.status import Identity, IdentityOf
from timeline.domain.values import front_id, source_id
from timeline.domain.vocabulary import SourceKind
from timeline.readmodel.databases import Database
from timeline.readmodel.merged import Merged
from timeline.readmodel.past import Past


class Standing:
    """A generation as it stands at the beginning of a question; nothing in it changes afterwards.

    `reported` are the first and the last time at which anything was reported of a development (UTC; None for an empty
    log), `set_aside` the positions of the events that could not be handled.
    """

    def __init__(self, database: Database, past: Past, events: Mapping[int, Recorded | Unreadable]) -> None:
        self.database = database
        rows = database.fetch("SELECT position, first_reported, last_reported FROM progress")
        self.position, first, last = rows[0]
        self.reported = None if first is None else (from_micros(first), from_micros(last))
        names = database.fetch("SELECT sort, number, slug, recorded_from FROM names ORDER BY number")
        self._fronts = {slug: (number, since) for sort, number, slug, since in names if sort == "front"}
        self.source_slugs = {number: slug for sort, number, slug, _ in names if sort == "source"}
        self._sources_named = {slug: since for sort, _, slug, since in names if sort == "source"}
        self.actor_labels = {number: slug for sort, number, slug, _ in names if sort == "actor"}
        """By their numbers the labels of all actors that an event ever named (`casts.labels_of`)."""
        self.front_slugs = {number: slug for slug, (number, _) in self._fronts.items()}
        self.set_aside = frozenset(row[0] for row in database.fetch("SELECT position FROM set_aside"))
        merges = database.fetch("SELECT id, target FROM merges ORDER BY position")
        self.merged = Merged((UUID(bytes=id), UUID(bytes=target)) for id, target in merges)
        positions = [row[0] for row in database.fetch("SELECT position FROM catalogue ORDER BY position")]
        self._sources: dict[UUID, list[Recorded]] = {}
        self._opened: dict[UUID, list[Recorded]] = {}
        missing = [position for position in positions if position not in events]
        self.events = {**events, **{one.position: one for one in past.at(missing)}}
        """The entries of the catalogue, by position."""
        for one in (self.events[position] for position in positions):
            if isinstance(one, Recorded) and one.position not in self.set_aside:
                filed = self._filed_under(one)
                if filed is not None:
                    filed.setdefault(one.event.originator_id, []).append(one)
        self.linked = _linked(self._sources)

    @classmethod
    def now(cls, database: Database, past: Past, last: "Standing | None") -> "Standing":
        """How a generation stands now; what is known from the last time is not read again."""
        if last is None or last.database is not database:
            return cls(database, past, {})
        if last.still_holds():
            return last
        return cls(database, past, last.events)

    def still_holds(self) -> bool:
        """Whether nothing was written since."""
        return self.database.fetch("SELECT position FROM progress") == [(self.position,)]

    def _filed_under(self, one: Recorded) -> dict[UUID, list[Recorded]] | None:
        return {"source": self._sources, "front": self._opened}.get(category_of(one.event.fact))

    def front_numbers(self, slugs: Iterable[str] = ()) -> list[int]:
        """The numbers of these fronts, where a development was ever put on them; of all fronts, if none is named."""
        return [self._fronts[slug][0] for slug in (slugs or self._fronts) if slug in self._fronts]

    def fronts_named(self, position: int) -> frozenset[str]:
        """Every front that an event up to a position puts a development on."""
        return frozenset(slug for slug, (_, since) in self._fronts.items() if since <= position)

    def sources_named(self, position: int) -> frozenset[str]:
        """Every source that gave an account by a position."""
        return frozenset(slug for slug, since in self._sources_named.items() if since <= position)

    def front_named_at(self, slug: str) -> int | None:
        """The first position of the log that opens a front or names it; None where it never did."""
        _, named_at = self._fronts.get(slug, (0, None))
        return _first_of(self._opened.get(front_id(slug), ()), named_at)

    def source_named_at(self, slug: str) -> int | None:
        """The first position of the log that registers a source or names it; None where it never did."""
        return _first_of(self._sources.get(source_id(slug), ()), self._sources_named.get(slug))

    def opened_fronts(self, cuts: Cuts) -> list[FrontState]:
        """The fronts that were opened, in the order of opening."""
        folded = (fold_front(catalogued(history, cuts.known_at, cuts.position)) for history in self._opened.values())
        return [front for front in folded if front]

    def sources(self, cuts: Cuts) -> dict[str, SourceRegistered]:
        """The sources that were registered, by slug."""
        return {source.slug: source for source in self.registered(cuts).values()}

    def registered(self, cuts: Cuts) -> dict[UUID, SourceRegistered]:
        """The same by identity."""
        folded = {id: fold_source(self.catalogue_events(id, cuts)) for id in self._sources}
        return {id: source for id, source in folded.items() if source}

    def catalogue_events(self, id: UUID, cuts: Cuts) -> list[Recorded]:
        """What describes a source or a front at these cuts, in the order of the fold."""
        history = self._sources.get(id) or self._opened.get(id)
        return catalogued(history or (), cuts.known_at, cuts.position)

    def catalogue_as_recorded(self, id: UUID, cuts: Cuts) -> list[Recorded]:
        """The same in the order of recording, after what was recorded first: without that no log takes in the rest."""
        events = {one.position: one for one in self.catalogue_events(id, cuts)}
        first = next(iter(self._sources.get(id) or self._opened.get(id) or ()), None)
        if events and first:
            events[first.position] = first
        return [events[position] for position in sorted(events)]

    def source(self, slug: str, cuts: Cuts) -> SourceRegistered:
        """One source; where it was not registered only its slug is known."""
        return fold_source(self.catalogue_events(source_id(slug), cuts)) or unregistered(slug)

    def identities(self, cuts: Cuts) -> IdentityOf:
        """Who each source is."""
        source_at = self._source_at(cuts)

        @cache
        def identity_of(slug: str) -> Identity:
            return identity(slug, source_at, self.linked)

        return identity_of

    def same_sources(self, slug: str, cuts: Cuts) -> tuple[str, ...]:
        """The other sources that are the same as this one, in order."""
        if not self.linked.are_linked(slug):
            return ()
        same = same_sources(slug, self._source_at(cuts), self.linked)
        return tuple(one for one in same if one != slug)

    def _source_at(self, cuts: Cuts) -> SourceAt:
        return lambda slug: fold_source(self.catalogue_events(source_id(slug), cuts))


def _first_of(events: Iterable[Recorded], named_at: int | None) -> int | None:
    positions = [one.position for one in events]
    return min(positions if named_at is None else [*positions, named_at], default=None)


def _linked(sources: Mapping[UUID, Iterable[Recorded]]) -> LinkedSources:
    linked = LinkedSources()
    for events in sources.values():
        slugs = {one.event.fact.slug for one in events if isinstance(one.event.fact, SourceRegistered)}
        for other in filter(None, map(same_as_said, events)):
            for slug in slugs:
                linked.connect(slug, other)
    return linked


def set_aside_in(database: Database) -> tuple[Unreadable, ...]:
    """The events that could not be handled, with the reason."""
    rows = database.fetch("SELECT position, recorded_at, subject, topic, reason FROM set_aside ORDER BY position")
    return tuple(
        Unreadable(position, from_micros(recorded_at), UUID(bytes=subject), topic, reason)
        for position, recorded_at, subject, topic, reason in rows
    )


def unopened(slug: str) -> FrontState:
    """A front of which only the slug is known."""
    return FrontState(FrontOpened(slug, slug.replace("-", " ").capitalize()))


def unregistered(slug: str) -> SourceRegistered:
    """A source of which only the slug is known."""
    return SourceRegistered(slug, slug, SourceKind.OTHER)
