"""What would become of submissions, were they appended: decided as the log decides, and written nowhere."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from timeline.domain.aggregates import Stream, Submission, decide, replayed, stream_after, with_subject
from timeline.domain.facts import DevelopmentReported, Event, Recorded, category_of
from timeline.domain.values import MessageId
from timeline.domain.voids import root_of
from timeline.errors import TimelineError
from timeline.plausibility.registry import ReceiptWarning
from timeline.store.log import ConflictLog
from timeline.store.records import Head
from timeline.store.unusual import Unusual
from timeline.store.wishes import guard_same


class Rehearsed(Struct, frozen=True, gc=False):
    """What would become of a submission that would be accepted; `repeated`: it is there already."""

    repeated: bool = False
    warnings: tuple[ReceiptWarning, ...] = ()


class Rehearsal:
    """Takes the place of a log for an import that is to write nothing; there may be no log yet (None).

    What it accepted it remembers, so that what comes later is decided on it, as in the log. `days` are those (UTC) of
    the reported clock from which on what is known would change, each with the developments that would.
    """

    def __init__(self, log: ConflictLog | None, clock: Callable[[], datetime]) -> None:
        self._log = log
        self._clock = clock
        self._streams: dict[UUID, Stream] = {}
        self._histories: dict[UUID, list[Recorded]] = {}
        self._unusual = Unusual()
        self._head = log.records.queries.head() if log else Head()
        if log:
            self._unusual.catch_up(log.records.queries, self._head)
        self._accepted = 0
        self._events: dict[MessageId, Event] = {}
        self.days: dict[date, set[UUID]] = {}

    def recorded_of(self, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Recorded]]:
        """What the log holds of these subjects, and what was accepted here."""
        seen = {id: self._histories[id] for id in ids if self._histories.get(id)}
        return {**self._logged([id for id in ids if id not in self._histories]), **seen}

    def reported_in(self, data_set: str) -> Sequence[UUID]:
        """The developments of which the log holds a report that names an id of this data set, or one accepted here."""
        logged = self._log.reported_in(data_set) if self._log else []
        accepted = (id for id, history in self._histories.items() if _names_id_of(data_set, history))
        return list(dict.fromkeys((*logged, *accepted)))

    def record_all(self, submissions: Iterable[Submission]) -> list[Rehearsed | TimelineError]:
        """What would become of each, in order."""
        wanted, now = list(submissions), self._clock()
        if self._log:
            missing = [one.message for one in wanted if one.message not in self._events]
            self._events |= {message: one.event for message, one in self._log.brought_by(missing).items()}
        self._remember({one.subject for one in wanted}.difference(self._streams))
        return [self._outcome(one, now) for one in wanted]

    def _outcome(self, submission: Submission, now: datetime) -> Rehearsed | TimelineError:
        try:
            if event := self._events.get(submission.message):
                guard_same(submission, event, "in the log or before it")
                return Rehearsed(repeated=True)
            submission = with_subject(submission, self._history)
            stream = self._stream(submission.subject)
            event = decide(stream, submission, now, self._stream, self._history)
        except TimelineError as error:
            return error
        warnings = self._unusual.warnings(event.fact, event.reported_at, stream, self._stream)
        self._unusual.take_in(event.fact, self._accepted)
        self._accepted += 1
        added = Recorded(self._head.position + self._accepted, now, event)
        self._streams[stream.id] = stream_after(stream, added, self._history)
        self._histories[stream.id].append(added)
        self._events[submission.message] = event
        if category_of(event.fact) == "development":
            by_position = {one.position: one for one in self._histories[stream.id]}
            changed = root_of(added, by_position) or added
            self.days.setdefault(changed.event.reported_at.date(), set()).add(stream.id)
        return Rehearsed(warnings=warnings)

    def _stream(self, id: UUID) -> Stream:
        if id not in self._streams:
            self._remember({id})
        return self._streams[id]

    def _remember(self, ids: Iterable[UUID]) -> None:
        asked = list(ids)
        histories = self._logged(asked)
        for id in asked:
            self._histories[id] = list(histories.get(id, ()))
            self._streams[id] = replayed(id, self._histories[id])

    def _logged(self, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Recorded]]:
        return self._log.recorded_of(ids) if self._log and ids else {}

    def _history(self, id: UUID) -> Sequence[Recorded]:
        self._stream(id)
        return self._histories[id]


def _names_id_of(data_set: str, history: Sequence[Recorded]) -> bool:
    facts = (one.event.fact for one in history)
    ids = (fact.description.external_id for fact in facts if isinstance(fact, DevelopmentReported))
    return any(id.startswith(f"{data_set}:") for id in ids if id)
