"""LISTEN on PostgreSQL, as a hint: rings a signal when some process appended.

The connection is its own and may be killed, or the server restarted: it is opened anew, and the signal is
rung once it is, since nobody knows what was missed meanwhile.
"""

from contextlib import suppress
from threading import Event, Thread
from typing import Any

import psycopg
import structlog

from timeline.store.tailing import POLL, Signal

log = structlog.get_logger(__name__)


class Listener:
    """Listens in a thread of its own until it is closed."""

    def __init__(self, parameters: dict[str, Any], channel: str, signal: Signal) -> None:
        self._parameters = parameters
        self._channel = channel
        self._signal = signal
        self._stop = Event()
        self._thread = Thread(target=self._run, name=f"listen-{channel}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            with suppress(psycopg.Error):
                self._listen()
            self._stop.wait(POLL / 4)

    def _listen(self) -> None:
        with psycopg.connect(**self._parameters, autocommit=True) as connection:
            connection.execute(f"LISTEN {self._channel}".encode())
            self._signal.ring()
            while not self._stop.is_set():
                # Half a second at most, so that the end is noticed.
                for _ in connection.notifies(timeout=POLL / 2, stop_after=1):
                    self._signal.ring()
