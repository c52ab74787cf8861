"""Which side each source stood on, as known at any moment and as recorded at any position."""

from bisect import insort
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from msgspec import UNSET

from timeline.domain.facts import EntryVoided, Recorded, SourceRegistered, SourceRevised, category_of
from timeline.domain.history import catalogued, fold_source
from timeline.domain.status import AffiliationOf
from timeline.domain.values import source_id

_ALWAYS = datetime(1, 1, 1, tzinfo=UTC)


class Sides:
    """The events of sources that can change a side, in the order of position."""

    def __init__(self, events: Iterable[Recorded] = ()) -> None:
        self._events: dict[UUID, list[Recorded]] = {}
        for one in events:
            self.learn(one)

    def learn(self, one: Recorded) -> None:
        """Take in an event of a source, in any order of position."""
        if tells_side(one):
            insort(self._events.setdefault(one.event.originator_id, []), one, key=lambda other: other.position)

    def events_of(self, slugs: Iterable[str]) -> list[Recorded]:
        """What tells on which side these sources stand, in the order of position."""
        found = [one for slug in slugs for one in self._events.get(_id(slug), ())]
        return sorted(found, key=lambda one: one.position)

    def at(self, known_at: datetime, position: int) -> AffiliationOf:
        """The side of each source at a cut."""

        def affiliation_of(slug: str) -> str | None:
            events = self._events.get(_id(slug))
            if not events:
                return None
            if len(events) == 1 and isinstance(events[0].event.fact, SourceRegistered):
                return events[0].event.fact.affiliation if events[0].position <= position else None
            source = fold_source(catalogued(events, known_at, position))
            return source.affiliation if source else None

        return affiliation_of


def tells_side(one: Recorded) -> bool:
    """Whether an event of a source can change on which side it stands.

    A registration that names none can only matter beside others, but then it does.
    """
    if category_of(one.event.fact) != "source":
        return False
    match one.event.fact:
        case SourceRegistered() | EntryVoided():
            return True
        case SourceRevised(changes):
            return changes.affiliation is not UNSET
    return False


def changes_since(one: Recorded) -> datetime:
    """From which moment of the reported clock on it may change sides; a registration serves for what was before.

    What a void brings back, or takes out, may be a registration.
    """
    return _ALWAYS if isinstance(one.event.fact, SourceRegistered | EntryVoided) else one.event.reported_at


@lru_cache(maxsize=200_000)
def _id(slug: str) -> UUID:
    return source_id(slug)
