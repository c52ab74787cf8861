"""What the recorders of both engines share: the library's interface, answered from our tables."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.persistence import (
    ApplicationRecorder,
    Notification,
    StoredEvent,
    Subscription,
)

from timeline.domain.moments import to_micros
from timeline.errors import StoreUnusable
from timeline.store.checkpoints import Signer, Verifier, load_key
from timeline.store.queries import LogQueries
from timeline.store.records import New
from timeline.store.tailing import LogSubscription, Signal
from timeline.store.transactions import AppendTransaction

Verifiable = tuple[int, int, bytes, int, bytes, bytes | None, bytes, bytes]
"""Of a record: position, recorded_at, the subject's 16 bytes, version, topic, message key, state, leaf hash."""
FETCHED = 256
"""How many of them are fetched at once: what fits the processor's cache."""


class LogRecorder(ApplicationRecorder):
    """Inserts events as records of the log and reads them in the order of position."""

    may_try_again = False
    """Whether a transaction that failed may do better when it is tried again, on another connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key_file: Path | None = None
        self._signer: Signer | None = None
        self.new_origin = f"conflict-timeline/{uuid4()}"
        """The name that the log gets if it is new."""

    def signer(self, origin: str) -> Signer:
        """Signs checkpoints of the log of this name; the key is read when one is first signed.

        Raises `StoreUnusable` where the key can not be used.
        """
        if self.key_file is None:
            raise StoreUnusable("the log was opened without a signing key")
        if self._signer is None or self._signer.origin != origin:
            self._signer = Signer(origin, load_key(self.key_file))
        return self._signer

    @property
    def verifier(self) -> Verifier | None:
        """What checks the signatures of this process; None where it has not signed yet."""
        return self._signer.verifier if self._signer else None

    @cached_property
    def signal(self) -> Signal:
        """Rings when something was appended by this process, or when the database says that something was."""
        return Signal()

    @cached_property
    def queries(self) -> LogQueries:
        """The questions, each on a connection of its own."""
        return LogQueries(self.fetch, self.among)

    @abstractmethod
    def appending(self) -> AbstractContextManager[AppendTransaction]:
        """The write lock of the log, in a transaction that commits when the context ends."""

    @abstractmethod
    def fetch(self, statement: str, given: Sequence[Any]) -> list[tuple[Any, ...]]:
        """All rows of a query, as tuples."""

    @abstractmethod
    def stream(self, after: int, last: int) -> Iterator[list[Verifiable]]:
        """The records after a position up to another as they are verified, in batches, without holding them all."""

    @abstractmethod
    def among(self, column: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
        """The condition that a column holds one of these values, and what is given for it."""

    def why_misplaced(self) -> str | None:
        """Why what is open is not the log's any more; None where it is, as far as can be told without asking it."""
        return None

    @property
    def file_identity(self) -> str | None:
        """What tells the log's file from whatever else may come to stand under its name; None where it is no file."""
        return None

    def listen(self) -> None:
        """Have the signal rung when other processes append, where the database can say so."""

    def close(self) -> None:
        """Stop what `listen` began."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int]:
        """The library's way in: records without a message, all or none."""
        new = [New(event) for event in stored_events]
        with self.appending() as transaction:
            rows = transaction.append(new, transaction.queries.head(), to_micros(datetime.now(UTC)))
        return [row.position for row in rows]

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """The events of one stream."""
        id = originator_id if isinstance(originator_id, UUID) else UUID(originator_id)
        rows = self.queries.streams([id])[id]
        wanted = [row for row in rows if (gt is None or row.version > gt) and (lte is None or row.version <= lte)]
        ordered = wanted[::-1] if desc else wanted
        return [row.stored_event for row in ordered[:limit]]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The library's way of reading the log."""
        return self.queries.notifications(start, limit, stop, topics, inclusive_of_start)

    def max_notification_id(self) -> int | None:
        """The last position; None for an empty log."""
        return self.queries.head().position or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Follow the log, on both engines in the same way."""
        return LogSubscription(self, gt, topics)

    def name_log(self, transaction: AppendTransaction) -> None:
        """Give a new log its name."""
        if transaction.queries.origin() is None:
            transaction.execute("INSERT INTO log (origin) VALUES (?)", (self.new_origin,))
