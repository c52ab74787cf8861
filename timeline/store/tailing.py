"""Following the log: every record once, in order, for as long as one likes, on both engines in the same way.

The truth is what a query gives; it is asked again about once a second. A signal (an append in this process, a
NOTIFY of PostgreSQL) only makes it be asked sooner, so a signal that is late, lost or never sent costs a second
and no record. Positions are given out in the order of commits and have no gaps (`transactions`), so "after
the last one that I saw" can not pass over any.
"""

from collections.abc import Iterator, Sequence
from threading import Condition, Event
from typing import TYPE_CHECKING

import structlog
from eventsourcing.persistence import Notification, PersistenceError, Subscription

from timeline.errors import LogReplaced
from timeline.store.epochs import tip_of
from timeline.store.records import Row

if TYPE_CHECKING:
    from timeline.store.recorders import LogRecorder

log = structlog.get_logger(__name__)

POLL = 1.0
"""Seconds after which the log is asked without a signal."""
BATCH = 1_000


class Signal:
    """Tells those who wait that the log may have grown. Being told is a hint; not being told means nothing."""

    def __init__(self) -> None:
        self._rung = 0
        self._condition = Condition()

    @property
    def rung(self) -> int:
        """How often it has rung so far."""
        return self._rung

    def ring(self) -> None:
        """Wake everybody who waits."""
        with self._condition:
            self._rung += 1
            self._condition.notify_all()

    def wait(self, heard: int, timeout: float) -> bool:
        """Wait until it has rung more often than was heard; False where that took longer than `timeout` seconds."""
        with self._condition:
            return self._condition.wait_for(lambda: self._rung > heard, timeout)


class Follower:
    """A place in the log that moves on.

    `position` is the last record that was read. A follower that starts with the `leaf_hash` of that record
    notices from the beginning when the log was exchanged for another; any other does from its first record on. One
    that is of an `epoch` of the log gives no record of any other.
    """

    def __init__(
        self, recorder: "LogRecorder", after: int = 0, leaf_hash: bytes | None = None, epoch: str | None = None
    ) -> None:
        self.position = after
        self.leaf_hash = leaf_hash
        self._epoch = epoch
        self._recorder = recorder
        self._heard = -1

    def read(self, limit: int = BATCH) -> list[Row]:
        """What has come since, up to `limit` records; nothing where nothing has. Does not wait.

        Raises `LogReplaced` where the log no longer holds what was read from it, and the library's
        `PersistenceError` where it can not be reached: then nothing was read and it may be asked again.
        """
        heard = self._recorder.signal.rung
        rows = self._recorder.queries.rows(max(self.position, 1), limit + 1)
        self._guard_same_epoch()
        if self.position:
            self._guard_same_log(rows)
            rows = rows[1:]
        rows = rows[:limit]
        if rows:
            self.position, self.leaf_hash = rows[-1].position, rows[-1].leaf_hash
        if len(rows) < limit:
            self._heard = heard
        return rows

    def wait(self, timeout: float = POLL) -> bool:
        """Wait until something may have come since `read` last found an end; False after `timeout` seconds."""
        return self._recorder.signal.wait(self._heard, timeout)

    def settle(self) -> None:
        """Take the writers' lock and give it back."""
        with self._recorder.appending():
            pass

    def behind(self) -> int:
        """How many records there are that were not read yet."""
        return max(0, self._recorder.queries.head().position - self.position)

    def follow(self, stop: Event, limit: int = BATCH) -> Iterator[list[Row]]:
        """Batches of records as they come, until `stop` is set (looked at about once a second).

        An outage of the database is waited out. Raises `LogReplaced`.
        """
        self._recorder.listen()
        while not stop.is_set():
            try:
                rows = self.read(limit)
            except PersistenceError as error:
                log.warning("the log can not be reached; trying again", reason=str(error), position=self.position)
                stop.wait(POLL)
                continue
            if rows:
                yield rows
            else:
                self.wait()

    def _guard_same_epoch(self) -> None:
        if self._epoch is not None and tip_of(self._recorder.queries).epoch != self._epoch:
            raise LogReplaced(f"the log was restored and is no longer in its epoch {self._epoch}")

    def _guard_same_log(self, rows: Sequence[Row]) -> None:
        first = rows[0] if rows else None
        if first is None or first.position != self.position:
            raise LogReplaced(
                f"position {self.position} was read before, but the log now ends before it; what was built from "
                "it has to be built anew (start again, or rebuild)"
            )
        if self.leaf_hash is not None and first.leaf_hash != self.leaf_hash:
            raise LogReplaced(
                f"position {self.position} no longer holds what was read from it; the log was exchanged, and what was "
                "built from it has to be built anew (start again, or rebuild)"
            )


class LogSubscription(Subscription["LogRecorder"]):
    """The library's way of following, on a `Follower`; SQLite's recorder of the library has none at all."""

    def __init__(self, recorder: "LogRecorder", gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder, gt, topics)
        self._stop = Event()
        self._rows = (
            row
            for rows in Follower(recorder, gt or 0).follow(self._stop)
            for row in rows
            if not topics or row.topic in topics
        )

    def stop(self) -> None:
        """Stop; who waits for the next one is woken."""
        super().stop()
        self._stop.set()
        self._recorder.signal.ring()

    def __next__(self) -> Notification:
        row = next(self._rows)
        if self._has_been_stopped:
            raise StopIteration
        return Notification(
            id=row.position,
            originator_id=row.subject,
            originator_version=row.version,
            topic=row.topic,
            state=row.state,
        )
