"""From records to rows: what a batch of the log adds to the read model, and which rows it closes."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol
from uuid import UUID

import structlog

from timeline.domain.facts import (
    DevelopmentMerged,
    DevelopmentReported,
    EntryVoided,
    Recorded,
    Unreadable,
    category_of,
)
from timeline.domain.history import DevelopmentState
from timeline.domain.moments import to_micros
from timeline.domain.status import GivenAccount, Identity, statuses
from timeline.domain.values import Account
from timeline.domain.vocabulary import Aspect, Stance, Status
from timeline.projections.biographies import Biography, cited, speakers, voices_of
from timeline.projections.knowledge import Knowledge, Written
from timeline.projections.sides import tells_side
from timeline.readmodel.search import indexed
from timeline.readmodel.versions import Version, look_of

log = structlog.get_logger(__name__)

VERSION = 4
"""Of this projection and of the tables that it fills. Raised with any change of either: then rows are built anew."""


class Past(Protocol):
    """What was recorded before."""

    def histories(self, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Recorded | Unreadable]]:
        """Everything that was recorded of these developments, each in the order of recording."""


Quoting = Callable[[str], Iterable[UUID]]
"""The developments of which a source (by its slug) gave an account, or in which it is cited, in an earlier batch."""


class Projection:
    """Turns batches of records, in order, into what is to be written."""

    def __init__(self, past: Past, knowledge: Knowledge, quoting: Quoting) -> None:
        self._past = past
        self._known = knowledge
        self._quoting = quoting

    def project(self, records: Sequence[Recorded | Unreadable]) -> Written:
        """What these records bring, which follow the last batch without a gap."""
        written = Written()
        news: dict[frozenset[UUID], list[Recorded]] = defaultdict(list)
        events = self._sorted_in(records, written)
        for one in events:
            news[self._known.merged.group_of(one.event.originator_id)].append(one)
        for slug in self._sources_told_of(records):
            for id in self._quoting(slug):
                news.setdefault(self._known.merged.group_of(id), [])
        single = {group: some[0] for group, some in news.items() if _is_first_word(group, some)}
        histories = self._histories(id for group in news if group not in single for id in group)
        for group, some in news.items():
            if group in single and self._first_word(single[group], written):
                continue
            self._retell(group, histories, some, written)
        self._known.position = records[-1].position
        return written

    def _sources_told_of(self, records: Sequence[Recorded | Unreadable]) -> set[str]:
        """The sources of which these records may tell who they are, and those that this may change as well."""
        sides = self._known.sides
        ids = {one.event.originator_id for one in records if isinstance(one, Recorded) and tells_side(one)}
        return sides.linked.together(slug for id in ids if (slug := sides.slug_of(id)))

    def handles(self, one: Recorded) -> bool:
        """Whether an event that was set aside could be handled now. Nothing is taken in."""
        written = Written()
        aside = self._known.set_aside
        self._known.set_aside = aside - {one.position}
        try:
            indexed(one.event.fact)
            if category_of(one.event.fact) == "development":
                group = self._known.merged.group_of(one.event.originator_id)
                told = [event for history in self._histories(group).values() for event in history]
                self._told(Biography(group, self._known.sides), self._with_sides(told), 0, written)
        except Exception:
            return False
        finally:
            self._known.set_aside = aside
        return one.position not in {still.position for still in written.set_aside}

    def _sorted_in(self, records: Sequence[Recorded | Unreadable], written: Written) -> list[Recorded]:
        """The events of developments; the others are filed under what they are."""
        events = []
        for one in records:
            if isinstance(one, Unreadable):
                self._set_aside(one, written)
                continue
            fact = one.event.fact
            if category_of(fact) != "development":
                written.catalogue.append(one.position)
                self._known.sides.learn(one)
                continue
            try:
                found_by = indexed(fact)
            except Exception as error:
                self._set_aside(_poison(one, error), written)
                continue
            written.words.append((one.position, found_by))
            self._known.name(one, written)
            if not isinstance(fact, EntryVoided):  # an act of the desk, not a report of anything
                written.reported.append(to_micros(one.event.reported_at))
            if isinstance(fact, DevelopmentMerged):
                self._known.merged.connect(one.event.originator_id, fact.into)
                written.merges.append((one.position, one.event.originator_id, fact.into))
            events.append(one)
        return events

    def _histories(self, ids: Iterable[UUID]) -> dict[UUID, list[Recorded]]:
        """What was recorded of developments before this batch, in the order of position."""
        wanted = list(ids)
        found = self._past.histories(wanted) if wanted else {}
        return {
            id: [
                one
                for one in history
                if one.position <= self._known.position
                and isinstance(one, Recorded)
                and one.position not in self._known.set_aside
            ]
            for id, history in found.items()
        }

    def _first_word(self, one: Recorded, written: Written) -> bool:
        """The row of a development of which nothing is known but its first report; False where it can not be made.

        It is what the biography would give (a test holds that), at a tenth of the cost: most developments are of
        this sort.
        """
        try:
            assert isinstance(one.event.fact, DevelopmentReported)  # noqa: S101 - `_is_first_word`
            description, account = one.event.fact.description, one.event.fact.account
            id = one.event.originator_id
            state = DevelopmentState(
                id,
                description=description,
                described_by=one.position,
                accounts=(GivenAccount(account, one.event.reported_at, one.position),),
                first_reported_at=one.event.reported_at,
                dated_at=one.event.reported_at,
            )
            look = look_of(state, statuses_alone(tuple(account.stance.items())))
        except Exception:
            return False
        since = to_micros(one.event.reported_at)
        written.rows.append(Version(id, look, since, None, one.position))
        written.voices[since, account.source, False] += 1
        written.voices[since, account.source, True] += 1
        return True

    def _retell(
        self,
        group: frozenset[UUID],
        histories: Mapping[UUID, Sequence[Recorded]],
        news: Sequence[Recorded],
        written: Written,
    ) -> None:
        """What events bring to developments of which something was known before."""
        before = [one for id in group for one in histories.get(id, ())]
        if not news and len({slug for one in before for slug in speakers(one)}) < 2:
            return  # A side that changes changes nothing where only one source spoke.
        biography = Biography(group, self._known.sides)
        written.voices.subtract(voices_of(_by_subject(before)))
        written.rows += self._told(biography, self._with_sides([*before, *news]), self._known.position, written)
        written.voices.update(biography.voices())

    def _with_sides(self, told: Sequence[Recorded]) -> list[Recorded]:
        """Events of developments, with those of the sources that spoke of them, in the order of position."""
        sides = self._known.sides
        slugs = {slug for one in told for slug in speakers(one)}
        about: list[Recorded] = []
        if len(slugs) > 1:
            origins = {slug for one in told for slug in cited(one) if sides.linked.are_linked(slug)}
            about = sides.events_of(slugs | origins)
        return sorted([*told, *about], key=lambda one: one.position)

    def _told(self, biography: Biography, events: Sequence[Recorded], after: int, written: Written) -> list[Version]:
        """The rows that the events after a position opened or closed."""
        changed: dict[int, Version] = {}
        for one in events:
            try:
                rows = biography.learn(one)
            except Exception as error:  # whatever is wrong with one event must not hide the rest
                self._set_aside(_poison(one, error), written)
                continue
            if one.position > after:
                changed |= {id(row): row for row in rows}
        return list(changed.values())

    def _set_aside(self, one: Unreadable, written: Written) -> None:
        if one.position in self._known.set_aside:
            return  # What is told of a source may fail with several developments.
        log.warning("an event is set aside", position=one.position, topic=one.topic, reason=one.reason)
        self._known.set_aside.add(one.position)
        written.set_aside.append(one)


def _is_first_word(group: frozenset[UUID], news: Sequence[Recorded]) -> bool:
    return (
        len(news) == 1
        and len(group) == 1
        and news[0].event.originator_version == 1
        and isinstance(news[0].event.fact, DevelopmentReported)
    )


@lru_cache(maxsize=1_000)
def statuses_alone(stance: tuple[tuple[Aspect, Stance], ...]) -> Mapping[Aspect, Status]:
    """How a development stands on the word of one account."""
    account = Account("somebody", dict(stance), origin="somebody-else")
    given = GivenAccount(account, datetime(1970, 1, 1, tzinfo=UTC), 0)
    return statuses([given], {}, Identity)


def _by_subject(events: Iterable[Recorded]) -> list[list[Recorded]]:
    """Events filed under their developments, each in the order of the fold."""
    filed: dict[UUID, list[Recorded]] = defaultdict(list)
    for one in events:
        filed[one.event.originator_id].append(one)
    return [sorted(some, key=lambda one: one.reported_order) for some in filed.values()]


def _poison(one: Recorded, error: Exception) -> Unreadable:
    reason = f"{type(error).__name__}: {error}"
    return Unreadable(one.position, one.recorded_at, one.event.originator_id, one.event.fact.TOPIC, reason)
