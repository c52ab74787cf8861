"""What has to be known of a log before its rows are built from nothing: who speaks, what was merged, what is busy."""

from collections.abc import Iterator
from uuid import UUID

from msgspec import Struct

from timeline.domain.facts import FACTS, DevelopmentMerged, EntryVoided, Recorded, Unreadable, category_of, sort_of
from timeline.readmodel.merged import Merged
from timeline.store.log import ConflictLog
from timeline.store.reading_on import Known

_CATALOGUE = [fact.TOPIC for fact in FACTS if fact is not EntryVoided and sort_of(fact.TOPIC) != "development"]


class Survey(Struct, frozen=True):
    """The log up to the position `last`.

    `catalogue` are the events of fronts, sources and data sets, `unreadable` those of them that can not be read.
    `merges` are pairs of developments. `busy` are the developments of which more than one event is there, or which
    a merge connects; all others have one event.
    """

    last: int
    known: Known
    catalogue: list[Recorded]
    unreadable: list[Unreadable]
    merges: list[tuple[UUID, UUID]]
    busy: frozenset[bytes]

    @property
    def groups(self) -> list[frozenset[UUID]]:
        """The busy developments, those that belong together together."""
        merged = Merged(self.merges)
        return list(dict.fromkeys(merged.group_of(UUID(bytes=id)) for id in sorted(self.busy)))


def survey(log: ConflictLog, last: int, known: Known) -> Survey:
    """Look through the log up to a position."""
    catalogue: list[Recorded] = []
    unreadable: list[Unreadable] = []
    merges: list[tuple[UUID, UUID]] = []
    subjects: set[UUID] = set()
    for one in _of_topics(log, last, known):
        if isinstance(one, Recorded) and isinstance(one.event.fact, DevelopmentMerged):
            merges.append((one.event.originator_id, one.event.fact.into))
        elif isinstance(one, Recorded) and category_of(one.event.fact) != "development":
            catalogue.append(one)
            subjects.add(one.event.originator_id)
        elif isinstance(one, Unreadable) and (one.topic in _CATALOGUE or one.subject in subjects):
            unreadable.append(one)
            subjects.add(one.subject)
    busy = {*log.records.queries.subjects_with_history(last), *(id for pair in merges for id in pair)}
    ids = frozenset(id.bytes for id in busy - subjects)
    return Survey(last, known, catalogue, unreadable, merges, ids)


def _of_topics(log: ConflictLog, last: int, known: Known) -> Iterator[Recorded | Unreadable]:
    """The events of the catalogue, the merges, and the voids, which may be about either."""
    position = 0
    topics = (*_CATALOGUE, DevelopmentMerged.TOPIC, EntryVoided.TOPIC)
    while position < last:
        some = log.of_topics(topics, position, last, known)
        yield from some
        if not some:
            return
        position = some[-1].position
