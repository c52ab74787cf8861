"""Sending an answer: whole, or part by part as the other side takes it."""

from collections.abc import Awaitable, Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from timeline.server.connections import Connection, write_chunk, write_whole
from timeline.server.wsgi import Answer

Send = Callable[[Any], Awaitable[None]]

PIECE_BYTES = 65_536
"""No more than this is given to a connection at once, so that what is not read stays with the answer."""


class Sender:
    """Sends one answer on one connection."""

    def __init__(self, send: Send, connection: Connection, cycle: RequestResponseCycle) -> None:
        self._send = send
        self._connection = connection
        self._cycle = cycle
        self.has_begun = False

    @property
    def is_lost(self) -> bool:
        """Whether the other side has gone."""
        return self._connection.is_lost

    async def begin(self, answer: Answer) -> None:
        """Send the head of an answer."""
        self.has_begun = True
        await self._send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})

    async def send(self, part: bytes) -> None:
        """Send a part of the body, once the other side has taken enough of those before."""
        if part:
            await self._send({"type": "http.response.body", "body": part, "more_body": True})

    def push(self, frame: bytes) -> bool:
        """Send a chunk, which is framed already, at once; False where the other side has not taken those before."""
        return write_chunk(self._cycle, frame)

    async def end(self, part: bytes = b"") -> None:
        """Send the last part."""
        await self._send({"type": "http.response.body", "body": part, "more_body": False})

    async def send_whole(self, answer: Answer) -> None:
        """Send an answer that is there as a whole."""
        body = answer.body
        if len(body) <= PIECE_BYTES and answer.has_length:
            self.has_begun = write_whole(self._cycle, answer.status, answer.headers, body)
            if self.has_begun:
                return
        await self.begin(answer)
        start = 0
        while len(body) - start > PIECE_BYTES:
            await self.send(body[start : start + PIECE_BYTES])
            start += PIECE_BYTES
        await self.end(body[start:] if start else body)

    def abort(self) -> None:
        """Cut the connection: the other side must not take what it has for the whole."""
        self._connection.abort()
