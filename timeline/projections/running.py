"""The runner: brings the live generation up to date with the log, batch by batch, each exactly once.

Rows and position change in one transaction under the write lock of the generation. So there is one runner at a time
whatever the number of processes: a second waits for the batch, finds the position moved on, and goes on from there; one
that is killed leaves a whole batch or nothing.
"""

from collections.abc import Callable
from threading import Event, Lock
from time import monotonic, sleep
from typing import Protocol

import structlog
from eventsourcing.persistence import PersistenceError
from msgspec import Struct

from timeline.domain.facts import Recorded, Unreadable
from timeline.errors import LogReplaced, RowsBehind, StoreUnusable
from timeline.projections.building import build, known_to_be_right
from timeline.projections.generations import Busy, Generations
from timeline.projections.knowledge import Knowledge
from timeline.projections.projection import Projection
from timeline.projections.quoting import quoting
from timeline.projections.writing import remembered, write
from timeline.readmodel.databases import Asked, Database, Writing
from timeline.readmodel.standing import set_aside_in
from timeline.store.log import ConflictLog
from timeline.store.reading_on import NOTHING_KNOWN

log = structlog.get_logger(__name__)

BATCH = 1_000
"""Records in one transaction."""
GATHER = 0.25
"""Seconds within which what comes is made together, unless somebody waits for it."""
PATIENCE = 5.0
"""Seconds for which another process is left to make rows that somebody waits for."""
DOUBT = 30.0
"""Seconds for which nobody waits for it after it was too slow for one."""
STALL_SECONDS = 1.0
"""After rows could not be written it is not tried again for so long: who asks is answered from those that are there."""
_PAUSE = 0.2
_GLANCE = 0.002

Progress = Callable[[int], None]


class Helper(Protocol):
    """Another process that follows the log."""

    def hurry(self) -> bool:
        """Tell it that somebody waits for rows; False where there is none."""


class Lag(Struct, frozen=True):
    """How far the rows are behind the log: the last position of each.

    `replaced`: the log is not the one, or no longer holds all, of which the rows were made.
    """

    position: int
    log_position: int
    replaced: bool = False

    @property
    def behind(self) -> int:
        """Records that are not in the rows yet."""
        return max(0, self.log_position - self.position)


class Runner:
    """Keeps the rows of one log up to date. May be used by many threads at once."""

    def __init__(self, log: ConflictLog, generations: Generations, batch: int = BATCH) -> None:
        self._log = log
        self._generations = generations
        self._batch = batch
        self._one_at_a_time = Lock()
        self._known: tuple[Database, Knowledge] | None = None
        self._began = False
        self._helper: Helper | None = None
        self._doubted_until = 0.0
        self._stalled_until = 0.0
        self._failing_because = ""

    def leave_to(self, helper: Helper) -> None:
        """Leave it to another process to make the rows, and make them here only where it does not."""
        self._helper = helper

    def database(self, progress: Progress = lambda _: None) -> Database:
        """The live generation; the first one is built where there is none yet (`progress` as for `rebuild`)."""
        while (database := self._generations.live()) is None or not self._fits(database):
            try:
                self.rebuild(progress)
            except Busy:
                Event().wait(_PAUSE)  # Another process builds it; then it is there.
                self._generations.look_again()
        return database

    def _fits(self, database: Database) -> bool:
        """Whether the rows are of this log: looked at once, since it may have been exchanged while nobody used it."""
        if not self._began:
            position, _ = _progress(database)
            if position and known_to_be_right(self._log, database) is NOTHING_KNOWN:
                log.warning("the rows are of another log and are built anew", position=position)
                return False
            self._began = True
        return True

    def catch_up(self, *, settled: bool = False) -> Database:
        """Bring the rows up to where the log stands now; `settled`: after what is being written at this moment.

        Returns the generation that was brought there. Raises `LogReplaced` where the rows are of another log, or
        of more than it holds, `RowsBehind` where they can not be written, and `StoreUnusable`.
        """
        if settled:
            self._log.tail().settle()
        head = self._log.records.queries.head()
        began = monotonic()
        while True:
            database = self.database()
            position, leaf_hash = _progress(database)
            if position == head.position and leaf_hash != (head.leaf_hash if position else None):
                raise LogReplaced(f"position {position} no longer holds what was read from it; rebuild the rows")
            if position >= head.position and (position == head.position or self._is_there(position, leaf_hash)):
                return database
            if self._is_made_elsewhere(monotonic() - began):
                sleep(_GLANCE)
                continue
            with self._one_at_a_time:
                self._advance(database)

    def freshest(self, *, settled: bool = False) -> Database:
        """The rows brought up to date; where they can not be written, as on a full disk, the rows as they are.

        How far those came they say themselves. Raises `RowsBehind` where there are none, and what `catch_up` raises.
        """
        if monotonic() < self._stalled_until and (database := self._generations.live()):
            return database
        try:
            database = self.catch_up(settled=settled)
        except RowsBehind as error:
            self._fails(error.detail)
            self._stalled_until = monotonic() + STALL_SECONDS
            self._doubted_until = monotonic() + DOUBT  # the other process fares no better
            if database := self._generations.live():
                return database
            raise
        self._fails("")
        return database

    def _fails(self, reason: str) -> None:
        """Log that the rows can not be brought up to date, and that they can be again: once for each reason."""
        if reason == self._failing_because:
            return
        self._failing_because = reason
        if reason:
            log.error("the rows can not be brought up to date; trying again", reason=reason)
        else:
            log.info("the rows are brought up to date again")

    def follow(self, stop: Event, awaited: Event | None = None) -> None:
        """Keep the rows up to date until `stop` is set. Whatever fails is logged and tried again: nobody else would.

        `awaited` is set, and the log's signal rung, by one who waits for them.
        """
        awaited = awaited or Event()
        self._log.records.listen()
        signal = self._log.records.signal
        while not stop.is_set():
            heard = signal.rung
            awaited.clear()
            try:
                self.catch_up()
                self._fails("")
                self._generations.sweep()
            except LogReplaced as error:
                log.warning("the log was restored; the rows are built anew", reason=error.detail)
                self._rebuild_in_time()
            except (StoreUnusable, PersistenceError) as error:
                self._fails(str(error))
            except Exception:
                log.exception("the rows can not be brought up to date; trying again")
            awaited.wait(GATHER)
            signal.wait(heard, 1.0)

    def lag(self) -> Lag:
        """How far the rows are behind. Nothing is brought up to date for it, nor built."""
        database = self._generations.live()
        if database is None:
            return Lag(0, self._log.head().position)
        position, leaf_hash = _progress(database)
        there = self._log.records.queries.row(position) if position else None
        return Lag(position, self._log.head().position, (there.leaf_hash if there else None) != leaf_hash)

    def set_aside(self) -> tuple[Unreadable, ...]:
        """The events that could not be handled so far; nothing is brought up to date for it either."""
        database = self._generations.live()
        return set_aside_in(database) if database else ()

    def rebuild(self, progress: Progress = lambda _: None) -> int:
        """Build a new generation from the log beside the live one and switch over; the position that it came to.

        `progress` is told how many more were. Raises `Busy` where another process is building. Where the log was
        exchanged past this software, a new epoch of it begins: nobody knows what of its positions is still right.
        """
        if self._was_exchanged():
            log.warning("the log was exchanged without `timeline restore`; a new epoch begins")
            self._log.begin_epoch(0)
        return build(self._log, self._generations, progress)

    def retry(self, progress: Progress = lambda _: None) -> tuple[int, int]:
        """Try again to handle what was set aside; how many events that helped, and how many are still set aside.

        Where it helps a new generation is built: then the rows are those that there would be if nothing had ever
        gone wrong.
        """
        database = self.catch_up()
        aside = [row[0] for row in database.fetch("SELECT position FROM set_aside")]
        known = remembered(database, self._log)
        projection = Projection(self._log, known, quoting(database, database.engine, known, self._log))
        helped = [one for one in self._log.at(aside) if isinstance(one, Recorded) and projection.handles(one)]
        if not helped:
            return 0, len(aside)
        self.rebuild(progress)
        still = self.catch_up().fetch("SELECT position FROM set_aside")
        return len(set(aside) - {row[0] for row in still}), len(still)

    @property
    def generation(self) -> int:
        """The number of the generation that is read."""
        return self._generations.number

    def close(self) -> None:
        """Let go of the generations."""
        self._generations.close()

    def _was_exchanged(self) -> bool:
        """Whether the log does not hold what the rows were made of, and no restore tells why.

        Rows that can not be read say nothing of it.
        """
        try:
            database = self._generations.live()
            position, leaf_hash = _progress(database) if database else (0, None)
        except StoreUnusable:
            return False
        there = self._log.records.queries.row(position) if position else None
        if not position or (there and there.leaf_hash == leaf_hash):
            return False
        shared = self._log.lineage().shared_by_all
        return shared is None or position <= shared

    def _rebuild_in_time(self) -> None:
        """Build the rows anew; what fails is logged and tried again with the next round."""
        try:
            self.rebuild()
        except Busy:
            self._generations.look_again()  # another process does it
        except Exception:
            log.exception("the rows can not be built anew; trying again")

    def _is_made_elsewhere(self, waited: float) -> bool:
        """Whether one who has waited so long may leave the rows to the other process; it is told that he waits."""
        if self._helper is None or monotonic() < self._doubted_until:
            return False
        if waited >= PATIENCE:
            log.warning("the process that makes rows is too slow; who asks makes them", waited=round(waited, 1))
            self._doubted_until = monotonic() + DOUBT
            return False
        return self._helper.hurry()

    def _is_there(self, position: int, leaf_hash: bytes | None) -> bool:
        """Whether the log, which grew since it was asked, holds what the rows were made of; raises `LogReplaced`."""
        self._log.tail(position, leaf_hash).read(1)
        return True

    def _advance(self, database: Database) -> None:
        """One batch, in one transaction. Raises `RowsBehind` where it can not be written."""
        try:
            with database.writing() as writing:
                self._write_batch(database, writing)
        except BaseException as error:
            self._known = None  # What it remembers may be of a batch that is not kept.
            if isinstance(error, StoreUnusable) and not isinstance(error, LogReplaced):
                raise RowsBehind(error.detail, "the rows can not be brought up to date") from error
            raise

    def _write_batch(self, database: Database, writing: Writing) -> None:
        position, leaf_hash = _progress(writing)
        tail = self._log.tail(position, leaf_hash)
        records = tail.read(self._batch, self._log.known_after(position))
        if not records:
            return
        known = self._knowledge(database, writing, position)
        written = Projection(self._log, known, quoting(writing, database.engine, known, self._log)).project(records)
        write(writing, database.engine, written, known, position, tail.leaf_hash)

    def _knowledge(self, database: Database, writing: Writing, position: int) -> Knowledge:
        """What the projection remembers; read anew where somebody else moved on meanwhile."""
        if self._known is None or self._known[0] is not database or self._known[1].position != position:
            self._known = database, remembered(writing, self._log)
        return self._known[1]


def _progress(asked: Asked) -> tuple[int, bytes | None]:
    position, leaf_hash = asked.fetch("SELECT position, leaf_hash FROM progress")[0]
    return position, leaf_hash
