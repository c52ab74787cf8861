"""Accepting connections: many at a time, and no more than there may be.

The loop itself (uvloop) accepts one with each of its turns, so that whoever comes behind two thousand others waits for
two thousand turns. Here one turn accepts all who wait, up to a number. An address that has its share, or anybody once
there are none left, is closed at once, before it costs more than that.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable
from functools import partial

import structlog
from msgspec import Struct, field

from timeline.server.connections import Connection

log = structlog.get_logger(__name__)

ACCEPTED_A_TURN = 200
PAUSE_SECONDS = 0.5
"""Nothing is accepted for so long where the system has no descriptors left."""
WARN_SECONDS = 10.0
"""That connections are refused is logged once in so many seconds."""


class ConnectionLimits(Struct, frozen=True):
    """How many connections there may be: in all and of one address."""

    total: int
    per_address: int


class Acceptor(Struct):
    """Accepts connections on a socket that listens; used from the event loop alone."""

    listener: socket.socket
    limits: ConnectionLimits
    protocol: Callable[[Callable[[], None]], Connection]
    """Makes the protocol of a connection, which calls what it is given once it has ended."""
    loop: asyncio.AbstractEventLoop
    total: int = 0
    by_address: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    """Connections that were closed at once since the last warning."""
    _tasks: set["asyncio.Task[object]"] = field(default_factory=set)

    def start(self) -> None:
        """Begin to accept."""
        self.loop.add_reader(self.listener, self._accept)

    def stop(self) -> None:
        """Accept no more."""
        self.loop.remove_reader(self.listener)

    def _accept(self) -> None:
        for _ in range(ACCEPTED_A_TURN):
            try:
                connection, address = self.listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:
                log.warning("no connection can be accepted for now", reason=error.strerror)
                self.stop()
                self.loop.call_later(PAUSE_SECONDS, self._start_again)
                return
            if self.total >= self.limits.total or self.by_address[address[0]] >= self.limits.per_address:
                connection.close()
                self._count_refused()
            else:
                self._take(connection, address[0])

    def _take(self, connection: socket.socket, address: str) -> None:
        connection.setblocking(False)
        self.total += 1
        self.by_address[address] += 1
        protocol = partial(self.protocol, partial(self._ended, address))
        task = self.loop.create_task(self.loop.connect_accepted_socket(protocol, connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _ended(self, address: str) -> None:
        self.total -= 1
        self.by_address[address] -= 1
        if not self.by_address[address]:
            del self.by_address[address]

    def _start_again(self) -> None:
        if self.listener.fileno() >= 0:
            self.start()

    def _count_refused(self) -> None:
        self.refused += 1
        if self.refused == 1:
            self.loop.call_later(WARN_SECONDS, self._warn)

    def _warn(self) -> None:
        log.warning("connections were closed at once, since there were too many", refused=self.refused, open=self.total)
        self.refused = 0
