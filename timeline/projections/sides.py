"""Who each source was, and on which side it stood, as known at any moment and as recorded at any position."""

from bisect import insort
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from msgspec import UNSET

from timeline.domain.facts import EntryVoided, Recorded, SourceRegistered, SourceRevised, category_of
from timeline.domain.history import catalogued, fold_source
from timeline.domain.identities import LinkedSources, identity, same_as_said
from timeline.domain.status import Identity, IdentityOf
from timeline.domain.values import source_id

_ALWAYS = datetime(1, 1, 1, tzinfo=UTC)


class Sides:
    """The events of sources that can change who they are, in the order of position."""

    def __init__(self, events: Iterable[Recorded] = ()) -> None:
        self._events: dict[UUID, list[Recorded]] = {}
        self._slugs: dict[UUID, str] = {}
        """Of the sources that were registered, by the id of their stream."""
        self._links: dict[UUID, set[str]] = {}
        """What each source ever said that it is the same as."""
        self.linked = LinkedSources()
        for one in events:
            self.learn(one)

    def learn(self, one: Recorded) -> None:
        """Take in an event of a source, in any order of position."""
        if not tells_side(one):
            return
        id = one.event.originator_id
        insort(self._events.setdefault(id, []), one, key=lambda other: other.position)
        if isinstance(one.event.fact, SourceRegistered):
            self._slugs[id] = one.event.fact.slug
        if other := same_as_said(one):
            self._links.setdefault(id, set()).add(other)
        if id in self._links and id in self._slugs:
            for other in self._links[id]:
                self.linked.connect(self._slugs[id], other)

    def slug_of(self, source: UUID) -> str | None:
        """The slug of a source that was registered, by the id of its stream."""
        return self._slugs.get(source)

    def events_of(self, slugs: Iterable[str]) -> list[Recorded]:
        """What tells who these sources are, and those connected with them, in the order of position."""
        found = [one for slug in self.linked.together(slugs) for one in self._events.get(_id(slug), ())]
        return sorted(found, key=lambda one: one.position)

    def at(self, known_at: datetime, position: int) -> IdentityOf:
        """Who each source is at a cut."""

        def source_at(slug: str) -> SourceRegistered | None:
            events = self._events.get(_id(slug))
            if not events:
                return None
            if len(events) == 1 and isinstance(events[0].event.fact, SourceRegistered):
                return events[0].event.fact if events[0].position <= position else None
            return fold_source(catalogued(events, known_at, position))

        def identity_of(slug: str) -> Identity:
            return identity(slug, source_at, self.linked)

        return identity_of


def tells_side(one: Recorded) -> bool:
    """Whether an event of a source can change who it is or on which side it stands.

    A registration that names no side can only matter beside others, but then it does.
    """
    if category_of(one.event.fact) != "source":
        return False
    match one.event.fact:
        case SourceRegistered() | EntryVoided():
            return True
        case SourceRevised(changes):
            return changes.affiliation is not UNSET or changes.same_as is not UNSET
    return False


def changes_since(one: Recorded) -> datetime:
    """From which moment of the reported clock on it may change sides; a registration serves for what was before.

    What a void brings back, or takes out, may be a registration.
    """
    return _ALWAYS if isinstance(one.event.fact, SourceRegistered | EntryVoided) else one.event.reported_at


@lru_cache(maxsize=200_000)
def _id(slug: str) -> UUID:
    return source_id(slug)
