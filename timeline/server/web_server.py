"""Starting the server, stopping it, and the order in which things end (uvicorn, on one process and one event loop)."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import structlog
import uvicorn
import uvloop
from flask import Flask

from timeline.access.keeping import Tokens
from timeline.api.app import SHARED, Shared
from timeline.config import Config
from timeline.server.acceptor import Acceptor, ConnectionLimits
from timeline.server.append_lane import AppendLane
from timeline.server.bodies import BodyLimits
from timeline.server.budgets import ANSWERS, DOWNLOADS, UPLOADS, Budget, Budgets, Kind
from timeline.server.connections import Connection, sweep
from timeline.server.followers import Followers
from timeline.server.gate import Gate
from timeline.server.listener import connections_allowed
from timeline.server.pool import Pool

log = structlog.get_logger(__name__)

REQUESTS_WAIT_SECONDS = 8
"""Running requests have so long to end once the server is told to stop."""
KEEP_ALIVE_SECONDS = 30
FILE_THREADS = 4
"""They write long bodies to files and let go of what was answered."""
SWITCH_SECONDS = 0.001
"""A thread that has something to do leaves the others so much of a second before it is its turn (Python: 0.005)."""


class WebServer(uvicorn.Server):
    """uvicorn's server, which accepts connections in our way and tells those who follow the log when it stops."""

    def __init__(
        self, config: uvicorn.Config, listener: socket.socket, limits: ConnectionLimits, on_stop: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._on_stop = on_stop
        self._acceptor = Acceptor(listener, limits, self._connection, asyncio.get_running_loop())

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - as uvicorn's
        """Begin to accept connections; those are ours who were waiting already."""
        await self.lifespan.startup()
        self.servers = []
        self._acceptor.start()
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End: take nothing new, let running requests end for a while, then end them."""
        self._acceptor.stop()
        self._on_stop()
        await super().shutdown(sockets)

    def _connection(self, ended: Callable[[], None]) -> Connection:
        return Connection(self.config, self.server_state, self.lifespan.state, ended)


def run(app: Flask, tokens: Tokens, config: Config, listener: socket.socket, stopping: Event) -> None:
    """Answer requests on a socket that listens, until the process is told to stop (SIGTERM, SIGINT)."""
    _log_as_we_do()
    sys.setswitchinterval(SWITCH_SECONDS)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _heard)  # what uvicorn raises again once it has ended in order
    uvloop.run(_serve(app, tokens, config, listener, stopping))


async def _serve(app: Flask, tokens: Tokens, config: Config, listener: socket.socket, stopping: Event) -> None:
    shared: Shared = app.extensions[SHARED]
    allowed = connections_allowed()
    # Behind a proxy all connections are its own; whose request it is then stands in its head.
    connections = ConnectionLimits(allowed, allowed if config.trusted_proxies else allowed // 2)
    if config.streams > allowed:
        log.warning("fewer may follow the log than is set; the system allows so many connections", allowed=allowed)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(FILE_THREADS, thread_name_prefix="file"))
    pool = Pool()
    follow = Budget(config.streams, min(config.streams, config.streams_per_address))
    budgets = Budgets({
        Kind.FOLLOW: follow, Kind.UPLOAD: UPLOADS, Kind.DOWNLOAD: DOWNLOADS, Kind.ANSWER: ANSWERS
    })  # fmt: skip
    followers = Followers(shared.broadcast, tokens, pool)
    limits = BodyLimits(config.batch_limit, config.request_seconds)
    lane = AppendLane(shared.appends_one, pool) if shared.appends_one else None
    gate = Gate(app.wsgi_app, lane, pool, budgets, followers, shared.metrics, tokens, limits, config.trusted_proxies)

    def on_stop() -> None:
        stopping.set()
        followers.end()

    server = WebServer(
        uvicorn.Config(
            gate,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=REQUESTS_WAIT_SECONDS,
        ),
        listener,
        connections,
        on_stop,
    )
    beside = [asyncio.create_task(sweep(server.server_state)), asyncio.create_task(followers.look_after())]
    try:
        await server.serve([listener])
    finally:
        for task in beside:
            task.cancel()
        gate.close()
        pool.close()


def _heard(*_: Any) -> None:
    """A signal to stop that was acted upon."""


class _AsLogLines(logging.Handler):
    """What uvicorn says goes where all log lines go."""

    def emit(self, record: logging.LogRecord) -> None:
        log.log(record.levelno, record.getMessage().strip(), logger=record.name, exc_info=record.exc_info)


def _log_as_we_do() -> None:
    """Of what uvicorn says only failures are kept: what a stranger sends that is no HTTP is no news."""
    for name in ("uvicorn", "uvicorn.error", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [_AsLogLines()], False
        logger.setLevel(logging.ERROR)
