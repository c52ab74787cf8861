"""Which developments the log learnt something of between two of its positions, in an order of changes.

Version rows do not tell, since a revision that came late may change a part of a description that a row does not show.
So the records in between are walked, from where the page before ended: a development stands where the last record of it
is, or of what was ever merged with it, or of a source that speaks of it and became another. Whether a record is that
one the history of the development tells, and nothing has to be remembered on the way.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from uuid import UUID

from timeline.domain.facts import AccountGiven, DevelopmentReported, Recorded
from timeline.readmodel.cuts import HeldCuts
from timeline.readmodel.differing import Candidate, Histories, Order, Place
from timeline.readmodel.past import Past
from timeline.readmodel.search import origin_word, positions, source_word
from timeline.readmodel.standing import Standing

MAX_RECORDS_READ = 1_000
"""Records of which the subjects are asked at once."""
_AFTER_ALL = b"\xff" * 16
"""An identity behind all others of one record."""


class RecordedCandidates:
    """Those between two positions; `ids` are those that filters leave (None: any)."""

    def __init__(
        self, past: Past, standing: Standing, then: HeldCuts, now: HeldCuts, order: Order, ids: set[UUID] | None
    ) -> None:
        self._past = past
        self._standing = standing
        self._first, self._last = then.cuts.position + 1, now.cuts.position
        self._sign = -1 if order is Order.NEWEST else 1
        self._ids = ids
        self._turned = _sources_that_became_others(standing, then, now)
        self._turned_at: defaultdict[int, list[str]] = defaultdict(list)
        for slug, position in self._turned.items():
            self._turned_at[position].append(slug)

    def after(self, place: Place | None) -> Iterator[tuple[list[Candidate], Place]]:
        """From behind a place on, some at a time, and behind which place the others are."""
        step = self._sign
        walk = range(self._first, self._last + 1)[::step]
        if place:
            key, id = place
            walked = key - self._first if step > 0 else self._last + key
            walk = walk[max(walked + (id == _AFTER_ALL), 0) :]
        for begin in range(0, len(walk), MAX_RECORDS_READ):
            records = walk[begin : begin + MAX_RECORDS_READ]
            found = [one for one in self._at(records) if place is None or one.place > place]
            yield found, (step * records[-1], _AFTER_ALL)

    def holds(self, candidate: Candidate, histories: Histories, *, in_view: bool) -> bool:  # noqa: ARG002
        """Whether nothing was learnt of it after that record."""
        events = [one for id in self._standing.merged.group_of(candidate.id) for one in histories.get(id, ())]
        learnt = [one.position for one in events if self._first <= one.position <= self._last]
        learnt += [self._turned[slug] for slug in _slugs_in(events, self._last) if slug in self._turned]
        return max(learnt, default=0) == self._sign * candidate.place[0]

    def _at(self, records: range) -> list[Candidate]:
        """Those that these records are about, each at the last of them, in the order."""
        together = self._standing.merged.group_of
        found: dict[UUID, int] = {}
        for position, subject in self._past.subjects(records).items():
            for id in together(subject):
                found[id] = max(found.get(id, 0), position)
        for position in self._turned_at.keys() & set(records):
            for id in self._spoken_of_by(self._turned_at[position], position):
                found[id] = max(found.get(id, 0), position)
        passing = ((id, position) for id, position in found.items() if self._ids is None or id in self._ids)
        return [Candidate(one) for one in sorted((self._sign * position, id.bytes) for id, position in passing)]

    def _spoken_of_by(self, slugs: Iterable[str], position: int) -> set[UUID]:
        """What these sources had spoken of by then; whatever they spoke of later has a later record itself."""
        database = self._standing.database
        spoken: set[UUID] = set()
        for slug in slugs:
            for word in (source_word(slug), origin_word(slug)):
                told = positions(database, database.engine, word, position)
                spoken |= set(self._past.subjects(told).values())
        return self._standing.merged.together(spoken)


def ids_on_fronts(standing: Standing, fronts: Iterable[str]) -> set[UUID]:
    """What ever stood on any of these fronts."""
    statement = "SELECT DISTINCT id FROM versions WHERE front = ?"
    rows = (standing.database.fetch(statement, (number,)) for number in standing.front_numbers(fronts))
    return {UUID(bytes=id) for some in rows for (id,) in some}


def _sources_that_became_others(standing: Standing, then: HeldCuts, now: HeldCuts) -> dict[str, int]:
    """The sources that are others, or stand on another side, than before: slug -> the last record that tells of it."""
    between = range(then.cuts.position + 1, now.cuts.position + 1)
    told = [one for one in standing.events.values() if isinstance(one, Recorded) and one.position in between]
    last: dict[UUID, int] = {}
    for one in sorted(told, key=lambda one: one.position):
        last[one.event.originator_id] = one.position
    registered = standing.registered(then.cuts) | standing.registered(now.cuts)
    told_of = {source.slug: last[id] for id, source in registered.items() if id in last}
    was, now_is = standing.identities(then.cuts), standing.identities(now.cuts)
    found: dict[str, int] = {}
    for slug, position in told_of.items():
        for other in standing.linked.together([slug]):
            if was(other) != now_is(other):
                found[other] = max(found.get(other, 0), position)
    return found


def _slugs_in(events: Iterable[object], last: int) -> set[str]:
    """The sources that speak in these events up to a position, or whose word is passed on there."""
    told = (one for one in events if isinstance(one, Recorded) and one.position <= last)
    accounts = (
        one.event.fact.account for one in told if isinstance(one.event.fact, AccountGiven | DevelopmentReported)
    )
    return {slug for account in accounts if account for slug in (account.source, account.origin) if slug}
