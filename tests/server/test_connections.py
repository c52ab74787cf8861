"""A connection that was broken off leaves nothing behind."""

import asyncio
import socket
import struct
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from tests.loops import run
from timeline.server.connections import Connection


async def _answer(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def _broken_off() -> Connection:
    """The connection of a client that was answered, may ask again, and resets it."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    config = uvicorn.Config(_answer, interface="asgi3", lifespan="off", log_config=None)
    config.load()
    made: list[Connection] = []

    def protocol() -> Connection:
        made.append(Connection(config, ServerState(), {}, ended.set))
        return made[-1]

    async with await loop.create_server(protocol, "127.0.0.1", 0) as server:
        client = socket.create_connection(server.sockets[0].getsockname())
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert (await asyncio.to_thread(client.recv, 12)) == b"HTTP/1.1 200"
        assert made[0].timeout_keep_alive_task is not None
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closing resets it
        client.close()
        await ended.wait()
    return made[0]


def test_a_connection_that_is_reset_is_not_kept_until_its_keep_alive_is_over() -> None:
    assert run(_broken_off()).timeout_keep_alive_task is None
