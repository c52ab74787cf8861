"""Failures of the store, told apart (a disk without room is a matter of its own), and tried again where it helps."""

import errno
import sqlite3
import time
from collections.abc import Callable

import psycopg
import structlog
from eventsourcing.persistence import InterfaceError, OperationalError
from msgspec import Struct

from timeline.errors import StoreFull, StoreUnusable, TimelineError

log = structlog.get_logger(__name__)

ATTEMPTS = 6
"""How often a transaction is tried whose connection broke; the waits between add up to about six seconds."""


class LastFailure(Struct, frozen=True):
    """Why something could not be appended, and when (seconds of `time.monotonic`)."""

    error: StoreUnusable
    at: float


def is_full(error: BaseException | None) -> bool:
    """Whether an error, or one that it comes of, says that the disk has no room left."""
    while error is not None:
        if isinstance(error, StoreFull | psycopg.errors.DiskFull):
            return True
        if isinstance(error, sqlite3.Error) and (getattr(error, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_FULL:
            return True
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__
    return False


def store_failure(what: str, error: BaseException) -> StoreUnusable:
    """The error that tells a caller that the store failed at something; `StoreFull` where the disk has no room."""
    reason = error.detail if isinstance(error, TimelineError) else f"{type(error).__name__}: {error}"
    public = f": {error.public_detail}" if isinstance(error, TimelineError) else ""
    if is_full(error):
        return StoreFull(f"{what}: {reason}", f"{what}: its disk has no room left")
    return StoreUnusable(f"{what}: {reason}", f"{what}{public}")


def append_failure(error: BaseException) -> StoreUnusable:
    """The same of an append, which may be tried again whatever became of it."""
    failure = store_failure("the event store failed", error)
    again = "sending the same message again is safe"
    return type(failure)(f"{failure.detail}; {again}", f"{failure.public_detail}; {again}")


def with_patience(commit: Callable[[], None], attempts: int, forget: Callable[[], None]) -> None:
    """Commit, at most so many times, where the connection breaks; what was remembered is forgotten before each."""
    for attempt in range(attempts):
        try:
            return commit()
        except (OperationalError, InterfaceError) as error:
            forget()
            if attempt + 1 == attempts:
                raise
            log.warning("the store failed while appending; trying again", attempt=attempt, reason=str(error))
            time.sleep(0.1 * 2**attempt)
    return None
