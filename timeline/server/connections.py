"""The connections, and how long each may take for what it does.

The protocol is uvicorn's. What it lacks is added here: deadlines for heads and for answers that nobody reads, and being
told at once that the other side has gone. Deadlines are looked at once a second for all connections together, so that a
request costs no timer.
"""

import asyncio
import re
from collections.abc import Callable
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

CONNECTION = "timeline.connection"
"""Where the scope of a request has its connection."""
CYCLE = "timeline.cycle"
"""Where the scope of a request has what uvicorn keeps of it and its answer."""
MAX_HEAD_BYTES = 65_536
HEAD_SECONDS = 20.0
"""A connection may take so long to send the head of its first request, or to end one that it began."""
UNREAD_SECONDS = 30.0
"""After so long without `READ_BYTES` of an answer having been taken its connection is cut."""
READ_BYTES = 16_384
CLOSING_SECONDS = 30.0
SWEEP_SECONDS = 1.0
_UPGRADE = re.compile(rb"\r\nupgrade:", re.IGNORECASE)
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Connection(HttpToolsProtocol):
    """A connection of uvicorn's with limits and deadlines."""

    def __init__(
        self, config: Config, server_state: ServerState, app_state: dict[str, Any], ended: Callable[[], None]
    ) -> None:
        super().__init__(config, server_state, app_state)
        self.is_lost = False
        self._on_lost = [ended]
        self._head_bytes = 0
        self._head_due: float | None = None
        self._expects_head = True
        self._unread: tuple[float, int] | None = None
        """Since when an answer is not taken, and how many bytes of it were left then."""
        self._closing_since: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin: the head of a request is due."""
        super().connection_made(transport)
        self._head_due = self.loop.time() + HEAD_SECONDS

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits for this connection that it has gone."""
        self.is_lost = True
        super().connection_lost(exc)
        self._unset_keepalive_if_required()  # which uvicorn leaves to run where the other side broke off
        callbacks, self._on_lost = self._on_lost, []
        for callback in callbacks:
            callback()

    def when_lost(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have a function called when the other side has gone; returns what takes that back."""
        if self.is_lost:
            self.loop.call_soon(callback)
            return lambda: None
        self._on_lost.append(callback)

        def forget() -> None:
            if callback in self._on_lost:
                self._on_lost.remove(callback)

        return forget

    def abort(self) -> None:
        """Cut the connection; what was not sent yet is dropped."""
        if self.transport is not None:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take what came; a head may not be of any length."""
        if self._head_due is not None:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES + len(data):
                self.transport.write(_TOO_LARGE)
                self.transport.close()
                return
        super().data_received(_without_upgrade(data) if self._expects_head and b"pgrade" in data else data)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._head_bytes = 0
        self._head_due = self.loop.time() + HEAD_SECONDS
        super().on_message_begin()
        cast("dict[str, Any]", self.scope)[CONNECTION] = self

    def on_headers_complete(self) -> None:
        """The head of a request is whole."""
        self._head_due = None
        self._expects_head = False
        super().on_headers_complete()
        cast("dict[str, Any]", self.scope)[CYCLE] = self.cycle

    def on_message_complete(self) -> None:
        """A request is whole; what comes next is the head of another."""
        self._expects_head = True
        super().on_message_complete()

    def look_at_deadlines(self, now: float) -> None:
        """Cut the connection where it takes too long."""
        if self.transport.is_closing():
            self._closing_since = self._closing_since or now
            if now - self._closing_since > CLOSING_SECONDS:
                self.abort()
        elif self._head_due is not None and now > self._head_due:
            self.transport.close()
        elif not self.flow.write_paused:
            self._unread = None
        else:
            left = self.transport.get_write_buffer_size()
            if self._unread is None or left <= self._unread[1] - READ_BYTES:
                self._unread = now, left
            elif now - self._unread[0] > UNREAD_SECONDS:
                self.abort()


def _without_upgrade(data: bytes) -> bytes:
    """A head whose wish for another protocol is hidden, as a server may pass it over (RFC 9110, section 7.8).

    Java's client asks for HTTP/2 with each first request; the parser would take the body of it for that protocol.
    """
    head, end, rest = data.partition(b"\r\n\r\n")
    return _UPGRADE.sub(b"\r\nX-Upgra:", head) + end + rest


def body_that_came(cycle: RequestResponseCycle) -> bytes | None:
    """The body of a request where all of it is there already; else None, and it has to be received."""
    return None if cycle.more_body or cycle.waiting_for_100_continue else bytes(cycle.body)


def write_whole(cycle: RequestResponseCycle, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> bool:
    """Answer a request in one write, where that may be done; else False, and nothing was written.

    As uvicorn does, but for looking at each header for what ours can not have. For answers with a Content-Length.
    """
    if cycle.response_started or cycle.disconnected or cycle.flow.write_paused or not cycle.keep_alive:
        return False
    lines = [STATUS_LINE[status], *(b"%s: %s\r\n" % header for header in (*cycle.default_headers, *headers))]
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    cycle.transport.write(b"".join((*lines, b"\r\n", body)))
    cycle.message_event.set()
    cycle.on_response()
    return True


def write_chunk(cycle: RequestResponseCycle, frame: bytes) -> bool:
    """Write a framed chunk of an answer that has begun; False where it has to wait, and nothing was written."""
    if cycle.flow.write_paused or cycle.disconnected or not cycle.chunked_encoding or cycle.response_complete:
        return False
    cycle.transport.write(frame)
    return True


async def sweep(state: ServerState) -> None:
    """Look at the deadlines of all connections, once a second, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        now = loop.time()
        for connection in list(state.connections):
            if isinstance(connection, Connection):
                connection.look_at_deadlines(now)
