"""The recorded clock, watched: a wrong one stamps records that nobody can change afterwards."""

import time
from datetime import datetime, timedelta
from threading import Lock

import structlog

from timeline.domain.moments import format_instant, from_micros
from timeline.store.records import Head

log = structlog.get_logger(__name__)

MAX_BEHIND = timedelta(minutes=1)
"""The clock may be so far behind the last record: two machines never agree to the second."""
MAX_JUMP = timedelta(days=1)
"""The clock may come so much further than time that passed."""


def seconds_up() -> float:
    """Seconds that passed since some moment, whatever was done to the clock; those asleep count, where it is known."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def behind_last_record(now: datetime, last_recorded: datetime | None) -> timedelta | None:
    """How far the clock is behind the last record; None where that is within `MAX_BEHIND`."""
    behind = last_recorded - now if last_recorded else timedelta(0)
    return behind if behind > MAX_BEHIND else None


class ClockWatch:
    """Warns of a clock that can not be right, once for each time that it goes wrong. For many threads at once."""

    def __init__(self, now: datetime) -> None:
        self._lock = Lock()
        self._seen = now
        self._seen_up = seconds_up()
        self._is_behind = False

    def look(self, now: datetime, head: Head) -> None:
        """See what the clock says while the log stands at `head`."""
        last = from_micros(head.recorded_at) if head.position else None
        up = seconds_up()
        with self._lock:
            jumped = now - self._seen - timedelta(seconds=up - self._seen_up)
            self._seen, self._seen_up = now, up
            behind = behind_last_record(now, last)
            is_news = behind is not None and not self._is_behind
            self._is_behind = behind is not None
        if last and jumped > MAX_JUMP and now - last > MAX_JUMP:
            seconds = round(jumped.total_seconds())
            log.warning("the clock jumped ahead; records that take its time keep it", **_told(now, last, seconds))
        if last and behind and is_news:
            seconds = round(behind.total_seconds())
            log.warning("the clock is behind the last record; new ones take its time", **_told(now, last, seconds))


def _told(now: datetime, last: datetime, seconds: int) -> dict[str, str | int]:
    return {"now": format_instant(now), "last_recorded_at": format_instant(last), "seconds": seconds}
