"""The log: the one place where events are appended and read, in the order in which they were learnt."""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import structlog
from eventsourcing.application import Application
from eventsourcing.persistence import PersistenceError
from eventsourcing.utils import Environment
from msgspec import Struct

from timeline.domain.aggregates import Submission
from timeline.domain.checks import trusting
from timeline.domain.facts import DevelopmentReported, Event, Recorded, Unreadable
from timeline.domain.moments import from_micros, to_micros
from timeline.domain.values import MessageId
from timeline.errors import StoreUnusable, TimelineError
from timeline.store.addresses import Address, SqliteAddress, parse_address
from timeline.store.appending import Appender
from timeline.store.checkpoints import key_fault
from timeline.store.epochs import Lineage, Tip, epochs_ended, lineage_of, tip_of
from timeline.store.failures import LastFailure
from timeline.store.postgres import PostgresLogFactory, PostgresLogRecorder, has_log
from timeline.store.reading_on import EVERYTHING_KNOWN, NOTHING_KNOWN, Known, Tail
from timeline.store.recorders import LogRecorder
from timeline.store.records import Row, key_of
from timeline.store.sqlite import (
    SqliteFactory,
    SqliteLogRecorder,
    claim_file,
    existing_name,
    guard_log_file,
    read_only_name,
)
from timeline.store.tailing import BATCH, POLL, Follower
from timeline.store.transcoding import FactMapper
from timeline.store.wishes import Receipt, Wish

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]


class Head(Struct, frozen=True):
    """A place in the log: a position, and when the log came to it (UTC; None at position 0)."""

    position: int
    recorded_at: datetime | None


class ConflictLog(Application[Any]):
    """The event-sourced application: submissions in, positions out.

    `store` is a file, a URL or an address (see `addresses`); `key_file` holds the signing key, made when first needed;
    `origin` is the name that a new log gets, where it must be a certain one (a restored log keeps its own).
    `read_only` touches nothing, not even a file beside it, and needs a log that is there. `file_identity`: the file it
    has to be (`LogFile.identity`). Raises `StoreUnusable` where the store can not be opened or is something else.
    """

    name = "conflict-log"
    _closed = True

    def __init__(
        self,
        store: str | Path | Address,
        clock: Clock = lambda: datetime.now(UTC),
        key_file: Path | None = None,
        origin: str | None = None,
        *,
        read_only: bool = False,
        file_identity: str | None = None,
    ) -> None:
        self.address: Address = parse_address(str(store)) if isinstance(store, str | Path) else store
        self._key_file = key_file or self.address.key_file
        self._origin = origin
        self._read_only = read_only
        if isinstance(self.address, SqliteAddress):
            guard_log_file(self.address.path) if read_only else claim_file(self.address.path, file_identity)
        elif read_only and not holds_log(self.address):
            raise StoreUnusable(f"{self.address} holds no log")
        try:
            super().__init__(_environment(self.address, read_only=read_only))
        except PersistenceError as error:
            raise StoreUnusable(f"{self.address} can not be used as a store: {error}") from error
        self._closed = False
        self._appender = Appender(self.records, self._facts, clock)

    def construct_factory(self, env: Environment) -> Any:
        """Our factory for the engine of the address."""
        if isinstance(self.address, SqliteAddress):
            return SqliteFactory(env)
        return PostgresLogFactory(env, self.address)

    def construct_mapper(self) -> Any:
        """Our mapper, which knows the byte form of facts."""
        return FactMapper()

    def construct_recorder(self) -> Any:
        """Our recorder, with its tables in place."""
        kind = SqliteLogRecorder if isinstance(self.address, SqliteAddress) else PostgresLogRecorder
        recorder: Any = kind(self.factory.datastore, events_table_name="events")  # type: ignore[attr-defined]
        recorder.key_file = self._key_file
        recorder.new_origin = self._origin or recorder.new_origin
        if not self._read_only:
            recorder.create_table()
            if isinstance(self.address, SqliteAddress):
                recorder.watch(self.address.path)
        return recorder

    @cached_property
    def _facts(self) -> FactMapper:
        return cast("FactMapper", self.mapper)

    @property
    def records(self) -> LogRecorder:
        """The recorder: what reads and writes the tables."""
        return cast("LogRecorder", self.recorder)

    def record(self, submission: Submission, expected_version: int | None = None, *, strict: bool = False) -> Receipt:
        """Append what is submitted, once: the same message again gives the first receipt, marked `repeated`.

        Raises `MessageIdReused` where the message's id was used for something else, `VersionMismatch` where the
        subject is not at the expected version (0: does not exist yet), `StoreUnusable` where the store fails,
        whatever `decide` refuses, and with `strict` `StrictRefusal` for what would be accepted with warnings.
        """
        (wish,) = self._appender.append([(submission, expected_version)], strict=strict)
        return wish.settled()

    def record_later(self, submission: Submission, when_done: Callable[[], None], *, strict: bool = False) -> Wish:
        """Append what is submitted, without waiting; `when_done` is called, by another thread, once it is settled."""
        return self._appender.append_later(submission, when_done, strict=strict)

    def record_all(self, submissions: Iterable[Submission], *, strict: bool = False) -> list[Receipt | TimelineError]:
        """Append each submission for itself, many in one transaction; what became of each, in order."""
        wishes = self._appender.append(((submission, None) for submission in submissions), strict=strict)
        return [cast("Receipt | TimelineError", wish.outcome) for wish in wishes]

    def record_together(
        self, submissions: Sequence[Submission], *, strict: bool = False
    ) -> list[Receipt | TimelineError]:
        """Append all of the submissions or none, in one transaction; what became of each, in order.

        Where one is refused, those that were not are `Withheld`. Raises `InvalidValue` for too many.
        """
        wishes = self._appender.append_together(submissions, strict=strict)
        return [cast("Receipt | TimelineError", wish.outcome) for wish in wishes]

    def rehearse(self, submission: Submission, expected_version: int | None = None, *, strict: bool = False) -> Receipt:
        """The receipt that `record` would give, or what it would raise; nothing is written."""
        (wish,) = self._appender.rehearse([(submission, expected_version)], strict=strict)
        return wish.settled()

    def rehearse_all(
        self, submissions: Sequence[Submission], *, together: bool = False, strict: bool = False
    ) -> list[Receipt | TimelineError]:
        """What would become of the submissions, each decided on those before it; nothing is written.

        `together` as in `record_together`. Raises `InvalidValue` for too many, together or not.
        """
        wishes = self._appender.rehearse([(one, None) for one in submissions], together=together, strict=strict)
        return [cast("Receipt | TimelineError", wish.outcome) for wish in wishes]

    def holds(self, message: MessageId) -> bool:
        """Whether this message was recorded."""
        return bool(self.records.queries.rows_of_messages([key_of(message)]))

    def brought_by(self, messages: Sequence[MessageId]) -> dict[MessageId, Recorded]:
        """What those of these messages brought that were recorded, as far as it can be read."""
        keys = {key_of(message): message for message in messages}
        rows = self.records.queries.rows_of_messages(list(keys))
        return {keys[key]: one for key, row in rows.items() if isinstance(one := self._read(row), Recorded)}

    def after(self, position: int, limit: int = BATCH) -> list[Recorded | Unreadable]:
        """Up to `limit` records after a position, in order; one that can not be read is there as such."""
        return [self._read(row) for row in self.records.queries.rows(position + 1, limit)]

    def at(self, positions: Sequence[int]) -> list[Recorded | Unreadable]:
        """The records at these positions, in order."""
        return [self._read(row) for row in self.records.queries.rows_at(positions)]

    def histories(self, ids: Sequence[UUID], known: Known | None = None) -> dict[UUID, list[Recorded | Unreadable]]:
        """Everything that was recorded of these subjects, each in the order of recording.

        Unless it is said what is `known`, all values are taken as they are: what is wrong with one was found when
        the rows were made, and it was set aside.
        """
        streams = self.records.queries.streams(ids)
        return {id: self._read_all(rows, known or EVERYTHING_KNOWN) for id, rows in streams.items()}

    def of_topics(self, topics: Sequence[str], after: int, last: int, known: Known) -> list[Recorded | Unreadable]:
        """Some of the records with these topics after a position up to another, in order; none where there are none."""
        return self._read_all(self.records.queries.rows(after + 1, BATCH, last, topics), known)

    def recorded_of(self, ids: Sequence[UUID]) -> dict[UUID, list[Recorded]]:
        """The same, read with every check, and without what can not be read."""
        streams = self.records.queries.streams(ids)
        return {
            id: [one for row in rows if isinstance(one := self._read(row), Recorded)] for id, rows in streams.items()
        }

    def reported_in(self, data_set: str) -> list[UUID]:
        """The developments of which a complete report, perhaps not the first, names an id of this data set."""
        return self.records.queries.subjects_told(DevelopmentReported.TOPIC, f'"external_id":"{data_set}:'.encode())

    def subjects(self, positions: Sequence[int]) -> dict[int, UUID]:
        """What the records at these positions are about."""
        return self.records.queries.subjects(positions)

    def position_at(self, instant: datetime) -> int:
        """The last position that the log had come to by an instant (recorded clock)."""
        return self.records.queries.position_at(to_micros(instant))

    def recorded_at(self, position: int) -> datetime | None:
        """When the log came to a position (UTC); None where it holds none there."""
        row = self.records.queries.row(position)
        return row.recorded_instant if row else None

    def head(self) -> Head:
        """Where the log stands."""
        head = self.records.queries.head()
        return Head(head.position, from_micros(head.recorded_at) if head.position else None)

    def tip(self) -> Tip:
        """Where the log stands, with its epoch."""
        return tip_of(self.records.queries)

    def lineage(self) -> Lineage:
        """The epochs of the log."""
        return lineage_of(self.records.queries)

    def begin_epoch(self, last: int) -> None:
        """Begin a new epoch: positions of all before are right up to `last` at most."""
        with self.records.appending() as transaction:
            for epoch, known in epochs_ended(lineage_of(transaction.queries), last):
                transaction.execute("INSERT INTO epochs (epoch, last) VALUES (?, ?)", (epoch, known))

    def await_position(self, position: int, seconds: float) -> bool:
        """Wait until the log has come to a position; whether it has within so many seconds.

        Where the log is restored meanwhile it is not waited any longer: then the position may mean something else.
        """
        signal, until = self.records.signal, time.monotonic() + seconds
        epoch = self.tip().epoch
        while True:
            heard = signal.rung
            tip = self.tip()
            if tip.position >= position:
                return True
            if tip.epoch != epoch:
                return False
            self.records.listen()
            remaining = until - time.monotonic()
            if remaining <= 0:
                return False
            signal.wait(heard, min(remaining, POLL))

    def known_after(self, position: int) -> Known:
        """Which records after a position hold nothing wrong because this process appended them."""
        written = self._appender.written
        return Known(written.stop - 1) if position + 1 in written else NOTHING_KNOWN

    def tail(self, after: int = 0, leaf_hash: bytes | None = None, epoch: str | None = None) -> Tail:
        """A reader that follows the log from a position.

        With the leaf hash of that record it notices where the log was exchanged, and with the epoch where it was
        restored, be it to the same records.
        """
        return Tail(Follower(self.records, after, leaf_hash, epoch), self._read_all)

    def sign(self) -> str:
        """The signed checkpoint of where the log stands now (a C2SP note)."""
        return self._appender.sign()

    def checkpoint_over(self, position: int) -> str:
        """The first signed checkpoint that covers a position (a C2SP note); signed now, where nothing beyond it was.

        It stays the same for ever: whatever is signed later is of a greater size.
        """
        return self.records.queries.checkpoint_over(position) or self.sign()

    def key_fault(self) -> str | None:
        """What is wrong with the file of the signing key, without naming it; None where nothing is."""
        records = self.records
        if records.key_file is None:
            return None
        last = records.queries.last_checkpoint()
        return key_fault(records.key_file, records.queries.origin() or "", records.verifier, last and last[1])

    @property
    def last_failure(self) -> LastFailure | None:
        """Why what was to be appended last could not be; None where it could."""
        return self._appender.last_failure

    def look_at_clock(self) -> datetime:
        """What the recorded clock says; warns once where it is behind the last record or jumped ahead."""
        return self._appender.look_at_clock()

    def close(self) -> None:
        """Sign what was appended, and let go of the store."""
        if self._closed:
            return
        self._closed = True
        try:
            self._appender.close()
        except (PersistenceError, TimelineError) as error:
            log.warning("the last records could not be signed", reason=str(error))
        finally:
            self.records.close()
            super().close()

    def _read_all(self, rows: Sequence[Row], known: Known) -> list[Recorded | Unreadable]:
        """Records as events; the values of those that are known to be right are taken as they are."""
        with trusting():
            right = {row.position: self._read(row) for row in rows if row.position <= known.last}
        for position in known.doubtful & right.keys():
            del right[position]
        return [right.get(row.position) or self._read(row) for row in rows]

    def _read(self, row: Row) -> Recorded | Unreadable:
        try:
            event = cast("Event", self._facts.to_domain_event(row.stored_event))
        except Exception as error:  # whatever is wrong with one record must not hide the rest
            reason = f"{type(error).__name__}: {error}"
            return Unreadable(row.position, row.recorded_instant, row.subject, row.topic, reason)
        return Recorded(row.position, row.recorded_instant, event)


def holds_log(address: Address) -> bool:
    """Whether there is a log at an address; raises `StoreUnusable` where that can not be told."""
    return address.path.exists() if isinstance(address, SqliteAddress) else has_log(address)


def _environment(address: Address, *, read_only: bool) -> dict[str, str]:
    """What the library asks for; each engine's real parameters are set by our factories."""
    if isinstance(address, SqliteAddress):
        return {"SQLITE_DBNAME": read_only_name(address.path) if read_only else existing_name(address.path)}
    given = dict.fromkeys(("POSTGRES_DBNAME", "POSTGRES_HOST", "POSTGRES_USER", "POSTGRES_PASSWORD"), "-")
    return {
        **given,
        "POSTGRES_SCHEMA": address.schema,
        "POSTGRES_POOL_SIZE": "1",
        "POSTGRES_MAX_OVERFLOW": "15",
        "POSTGRES_CONNECT_TIMEOUT": "5",
        "POSTGRES_ENABLE_DB_FUNCTIONS": "n",
    }
