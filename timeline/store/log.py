"""The log: the one place where events are appended and read, in the order in which they were learnt."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import msgspec
from eventsourcing.application import Application
from eventsourcing.persistence import IntegrityError
from eventsourcing.utils import Environment
from msgspec import Struct

from timeline.domain.aggregates import Stream, Submission, decide, replayed
from timeline.domain.facts import Event, Recorded, Unreadable
from timeline.domain.values import MessageId
from timeline.errors import ConcurrentAppend, InvalidValue, MessageIdReused, StoreUnusable
from timeline.store.sqlite import LogFactory, LogRecorder, Row, claim_file
from timeline.store.transcoding import FactMapper

Clock = Callable[[], datetime]
_ATTEMPTS = 20
_BATCH = 1_000


class Receipt(Struct, frozen=True):
    """What became of a submission. `repeated`: the same message had been recorded before, nothing was added."""

    position: int
    subject: UUID
    version: int
    recorded_at: datetime
    repeated: bool = False


class Head(Struct, frozen=True):
    """A place in the log: a position, and when the log came to it (UTC; None at position 0)."""

    position: int
    recorded_at: datetime | None


class ConflictLog(Application[UUID]):
    """The event-sourced application: submissions in, positions out."""

    name = "conflict-log"

    def __init__(self, path: Path, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        claim_file(path)
        super().__init__({"SQLITE_DBNAME": str(path)})

    def construct_factory(self, env: Environment) -> Any:
        """Our SQLite factory."""
        return LogFactory(env)

    def construct_mapper(self) -> Any:
        """Our mapper, which knows the byte form of facts."""
        return FactMapper()

    def construct_recorder(self) -> Any:
        """Our recorder, with its table in place."""
        recorder = LogRecorder(cast("LogFactory", self.factory).datastore)
        recorder.create_table()
        return recorder

    @property
    def _records(self) -> LogRecorder:
        return cast("LogRecorder", self.recorder)

    def record(self, submission: Submission) -> Receipt:
        """Append what is submitted, once: the same message again gives the first receipt, marked `repeated`.

        Raises `MessageIdReused` where the message's id was used for something else, `ConcurrentAppend`
        where other writers never let it through, and whatever `decide` refuses.
        """
        for _ in range(_ATTEMPTS):
            if earlier := self._earlier(submission):
                return earlier
            now = self._clock()
            event = decide(self.stream(submission.subject), submission, now, self.stream)
            try:
                self.events.put([event], messages=[event.message], now=now)
            except IntegrityError:
                continue  # Another writer took this version of the stream, or this message came twice at once.
            row = self._records.row_of_message(event.message)
            if row is None:
                raise StoreUnusable(f"message {event.message.id} was stored and can not be read back")
            return _receipt(row)
        raise ConcurrentAppend(f"subject: {submission.subject} was written to by others {_ATTEMPTS} times in a row")

    def holds(self, message: MessageId) -> bool:
        """Whether this message was recorded."""
        return self._records.row_of_message(message) is not None

    def stream(self, id: UUID) -> Stream:
        """The stream of an aggregate as it stands now; version 0 where nothing was recorded of it.

        Raises `StoreUnusable` where a record of it can not be read: nothing may be decided on half of it.
        """
        try:
            return replayed(id, cast("Iterator[Event]", self.events.get(id)))
        except (msgspec.MsgspecError, InvalidValue) as error:
            raise StoreUnusable(f"subject: a record of {id} can not be read: {error}") from error

    def after(self, position: int, limit: int = _BATCH) -> list[Recorded | Unreadable]:
        """Up to `limit` records after a position, in order; one that can not be read is there as such."""
        return [self._read(row) for row in self._records.rows_after(position, limit)]

    def head(self, recorded_by: datetime | None = None) -> Head:
        """Where the log stands now, or where it stood at an instant."""
        row = self._records.last_row(recorded_by)
        return Head(row.position, row.recorded_at) if row else Head(0, None)

    def _read(self, row: Row) -> Recorded | Unreadable:
        try:
            return self._decoded(row)
        except Exception as error:  # whatever is wrong with one record must not hide the rest
            stored = row.stored_event
            reason = f"{type(error).__name__}: {error}"
            return Unreadable(row.position, row.recorded_at, cast("UUID", stored.originator_id), stored.topic, reason)

    def _decoded(self, row: Row) -> Recorded:
        return Recorded(row.position, row.recorded_at, cast("Event", self.mapper.to_domain_event(row.stored_event)))

    def _earlier(self, submission: Submission) -> Receipt | None:
        row = self._records.row_of_message(submission.message)
        if row is None:
            return None
        one = self._read(row)
        if isinstance(one, Unreadable):
            raise StoreUnusable(
                f"id: {submission.message.id!r} stands at a position that can not be read: {one.reason}"
            )
        event = one.event
        same_time = submission.reported_at in (None, event.reported_at)
        if (event.originator_id, event.fact) != (submission.subject, submission.fact) or not same_time:
            raise MessageIdReused(
                f"id: {submission.message.id!r} of {submission.message.source!r} already stands at position "
                f"{row.position} with other content",
                ({"field": "id", "value": submission.message.id, "allowed": "an id not used before by this source"},),
            )
        return _receipt(row, repeated=True)


def _receipt(row: Row, *, repeated: bool = False) -> Receipt:
    stored = row.stored_event
    return Receipt(
        row.position, cast("UUID", stored.originator_id), stored.originator_version, row.recorded_at, repeated
    )
