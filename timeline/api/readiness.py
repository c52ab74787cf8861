"""Whether the service should be asked: what was seen of the log, its rows, disk, clock and key, judged check by check.

`seen` looks, without writing anything; `readiness` judges and is pure. Details are for strangers: they name no path.
"""

import os
import time
from collections.abc import Callable
from datetime import datetime
from threading import Event, Lock

import structlog
from eventsourcing.persistence import PersistenceError
from msgspec import Struct

from timeline.domain.facts import Unreadable
from timeline.errors import StoreFull, StoreUnusable
from timeline.projections.running import Lag, Runner
from timeline.store.addresses import SqliteAddress
from timeline.store.clocks import behind_last_record
from timeline.store.log import ConflictLog

log = structlog.get_logger(__name__)

MAX_RECORDS_BEHIND = 10_000
"""Records that the rows may be behind the log before others had better be asked."""
FAILURE_SECONDS = 60.0
"""A failed append counts for so long, unless another succeeded or what made it fail is seen to be over."""
MIN_ROOM_BYTES = 1_000_000
"""With less room than this an append that failed for want of it would fail again."""
WATCH_SECONDS = 5.0
"""It is looked so often though nobody asks, for the log to tell what goes wrong."""


class Check(Struct, frozen=True):
    """One thing that has to be right; `reason` has what only the log of the service is told."""

    name: str
    ok: bool
    detail: str
    reason: str = ""


class Seen(Struct, frozen=True, kw_only=True):
    """What was found when somebody looked."""

    read_error: str = ""
    """Why the log can not be read."""
    rows_error: str = ""
    """Why the rows can not be read."""
    generation: int = 0
    lag: Lag | None = None
    set_aside: tuple[Unreadable, ...] = ()
    misplaced: str | None = None
    """Why what is open is not the log any more."""
    append_error: StoreUnusable | None = None
    """Why the last append failed, where it did."""
    append_failed_seconds: float = 0.0
    """How long ago."""
    is_writable: bool = True
    """Whether the system lets the folder and the file of the store be written."""
    room_bytes: int | None = None
    """Room on the disk of the store; None where it can not be seen, as on another machine."""
    disk_floor: int = 0
    now: datetime
    last_recorded: datetime | None = None
    key_fault: str | None = None


class Readiness(Struct, frozen=True):
    """The checks, and what they were made of."""

    checks: tuple[Check, ...]
    seen: Seen

    @property
    def is_ready(self) -> bool:
        """Whether all checks hold."""
        return all(check.ok for check in self.checks)

    @property
    def status(self) -> str:
        """`ready`; `replaced` or `behind` where only the rows are not right; else `not-ready`."""
        failing = [check.name for check in self.checks if not check.ok]
        if failing == ["rows"] and self.seen.lag and not self.seen.rows_error:
            return "replaced" if self.seen.lag.replaced else "behind"
        return "not-ready" if failing else "ready"


def readiness(seen: Seen) -> Readiness:
    """Judge what was seen."""
    checks = (_readable, _in_place, _writable, _disk, _rows, _key, _clock)
    return Readiness(tuple(check(seen) for check in checks), seen)


def _readable(seen: Seen) -> Check:
    if seen.read_error:
        return Check("log-readable", False, "the log can not be read", seen.read_error)
    return Check("log-readable", True, "the log can be read")


def _in_place(seen: Seen) -> Check:
    return Check("log-in-place", seen.misplaced is None, seen.misplaced or "the log is where it was opened")


def _writable(seen: Seen) -> Check:
    name = "log-writable"
    if not seen.is_writable:
        return Check(name, False, "the system lets nobody write to the store")
    has_room = seen.room_bytes is not None and seen.room_bytes >= max(seen.disk_floor, MIN_ROOM_BYTES)
    is_over = seen.append_failed_seconds > FAILURE_SECONDS or (isinstance(seen.append_error, StoreFull) and has_room)
    if seen.append_error and not is_over:
        return Check(
            name, False, f"the last append failed: {seen.append_error.public_detail}", seen.append_error.detail
        )
    return Check(name, True, "nothing is known that keeps appends from the log")


def _disk(seen: Seen) -> Check:
    if seen.room_bytes is None:
        return Check("disk", True, "the disk of the store can not be seen from here")
    if seen.room_bytes < seen.disk_floor:
        return Check("disk", False, f"{seen.room_bytes} bytes are left, fewer than {seen.disk_floor}")
    return Check("disk", True, f"at least {seen.disk_floor} bytes are left")


def _rows(seen: Seen) -> Check:
    if seen.rows_error or seen.lag is None:
        return Check("rows", False, "how far the rows are can not be told", seen.rows_error)
    if seen.lag.replaced:
        return Check("rows", False, "the rows are of another log, and have to be built anew")
    if not seen.generation:
        return Check("rows", False, "the rows have not been built yet")
    if seen.lag.behind > MAX_RECORDS_BEHIND:
        return Check("rows", False, f"the rows are more than {MAX_RECORDS_BEHIND} records behind the log")
    return Check("rows", True, f"the rows are at most {MAX_RECORDS_BEHIND} records behind the log")


def _key(seen: Seen) -> Check:
    return Check("key", seen.key_fault is None, seen.key_fault or "the signing key is the one that signed last")


def _clock(seen: Seen) -> Check:
    behind = behind_last_record(seen.now, seen.last_recorded)
    if behind:
        return Check("clock", False, f"the clock is {round(behind.total_seconds())} seconds behind the last record")
    return Check("clock", True, "the clock is not behind the last record")


class Probe:
    """Looks at a service, judges, and has the log say what went wrong or came right since it looked last."""

    def __init__(self, log: ConflictLog, runner: Runner, now: Callable[[], datetime], disk_floor: int) -> None:
        self._log = log
        self._runner = runner
        self._now = now
        self._disk_floor = disk_floor
        self._telling = Lock()
        self._failing: dict[str, str] = {}
        self._stopping = Event()

    def look(self) -> Readiness:
        """How the service stands now."""
        found = readiness(self._seen())
        if not self._stopping.is_set():
            self._tell(found)
        return found

    def watch(self, stopping: Event) -> None:
        """Look again and again until the service is `stopping`."""
        self._stopping = stopping
        while not stopping.is_set():
            try:
                self.look()
            except Exception:  # whatever it is, the watch goes on
                log.exception("how the service stands can not be told")
            stopping.wait(WATCH_SECONDS)

    def _tell(self, found: Readiness) -> None:
        with self._telling:
            for check in found.checks:
                if check.name == "rows" and not found.seen.generation:
                    continue  # a service that begins
                was_failing = check.name in self._failing
                if check.ok and was_failing:
                    del self._failing[check.name]
                    log.info("a check of readiness holds again", check=check.name)
                elif not check.ok and not was_failing:
                    self._failing[check.name] = check.detail
                    log.error("a check of readiness fails", check=check.name, detail=check.detail, reason=check.reason)

    def _seen(self) -> Seen:
        found: dict[str, object] = {"now": self._now(), "disk_floor": self._disk_floor}
        try:
            found["now"] = self._log.look_at_clock()
            found["last_recorded"] = self._log.head().recorded_at
            found["key_fault"] = self._log.key_fault()
        except (StoreUnusable, PersistenceError) as error:
            found["read_error"] = str(error) or type(error).__name__
        try:
            found |= {"generation": self._runner.generation, "lag": self._runner.lag()}
            found["set_aside"] = self._runner.set_aside()
        except (StoreUnusable, PersistenceError, OSError) as error:
            found["rows_error"] = str(error) or type(error).__name__
        found["misplaced"] = self._log.records.why_misplaced()
        if failure := self._log.last_failure:
            found |= {"append_error": failure.error, "append_failed_seconds": time.monotonic() - failure.at}
        if isinstance(self._log.address, SqliteAddress):
            found |= _file_seen(self._log.address)
        return Seen(**found)  # type: ignore[arg-type]


def _file_seen(address: SqliteAddress) -> dict[str, object]:
    folder = address.path.absolute().parent
    is_writable = os.access(folder, os.W_OK) and (not address.path.exists() or os.access(address.path, os.W_OK))
    try:
        disk = os.statvfs(folder)
    except OSError:
        return {"is_writable": False, "room_bytes": 0}
    return {"is_writable": is_writable, "room_bytes": disk.f_bavail * disk.f_frsize}
