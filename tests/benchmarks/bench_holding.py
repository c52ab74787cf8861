"""Prints how a server answers others while sockets hold it, and how late thousands of listeners are told of events.

    python tests/benchmarks/bench_holding.py [--sockets N] [--listeners N] [--rate N] [--seconds N]

Each kind of `tests/holding.py` is held by so many sockets, from one address and from twenty, while another process
asks from another address, on new connections, from before the first socket is opened. Then so many listeners follow
one stream while events are appended at a rate. Nothing is asserted; the figures are of this machine, which runs all.
"""

import argparse
import asyncio
import json
import multiprocessing
import random
import re
import resource
import statistics
import sys
import time
from datetime import datetime
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop
from msgspec import Struct, field
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.generated import fill
from tests.holding import KINDS, footprint, held
from tests.scenarios import message
from tests.servers import UNLIMITED, Running, serving
from timeline.store.log import ConflictLog

PATHS = ("/healthz", "/api/v1/fronts", "/")
DEVELOPMENTS = 2_000
HELD_SECONDS = 5
ADDRESSES = 20
ANOTHER = "127.0.1.1"
"""Where who asks comes from, whom nobody is to keep waiting."""
CAUGHT_UP_SECONDS = 15
"""After the last event, for whoever reads slowly: the process of the listeners has one core."""
SAMPLED = 50
"""Of one listener in so many the delay is taken; of all is seen whether they were told everything."""


class Answered(Struct):
    """Milliseconds until each answer, by path, and how many answers were no 200."""

    times: dict[str, list[float]] = field(default_factory=lambda: {path: [] for path in PATHS})
    failed: int = 0

    def in_words(self) -> list[str]:
        """Median and maximum of each path, and the failures."""
        medians = (f"{statistics.median(times):.0f} / {max(times):.0f}" for times in self.times.values())
        return [*medians, str(self.failed)]


def _ask(port: int, ended: Connection) -> None:
    answered = Answered()
    while not ended.poll():
        for path in PATHS:
            began = time.perf_counter()
            try:
                connection = HTTPConnection("127.0.0.1", port, timeout=10, source_address=(ANOTHER, 0))
                connection.request("GET", path)
                response = connection.getresponse()
                response.read()
                answered.failed += response.status != 200
                connection.close()
            except OSError:
                answered.failed += 1
            answered.times[path].append((time.perf_counter() - began) * 1_000)
        time.sleep(0.05)
    ended.send(answered)


class Asking:
    """A process that asks until the context ends; then `answered` is what it saw."""

    def __init__(self, port: int) -> None:
        self._ended, other = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("fork").Process(target=_ask, args=(port, other))
        self.answered = Answered()

    def __enter__(self) -> "Asking":
        self._process.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.send(None)
        self.answered = self._ended.recv()
        self._process.join()


def _hold(server: Running, head: int, sockets: int, console: Console) -> None:
    table = Table(
        "held", "from", *PATHS, "not 200", "threads", "files", "MB", title=f"{sockets} sockets, ms: median / max"
    )
    with Asking(server.port) as asking:
        time.sleep(HELD_SECONDS)
    table.add_row("nothing", "", *asking.answered.in_words(), *_counted(server))
    for kind, asked in KINDS.items():
        request = asked.replace(b"after=0", b"after=%d" % head)
        for addresses in (1, ADDRESSES):
            with Asking(server.port) as asking, held(server, request, sockets, addresses):
                time.sleep(HELD_SECONDS)
            table.add_row(kind, str(addresses), *asking.answered.in_words(), *_counted(server))
    console.print(table)


def _counted(server: Running) -> list[str]:
    """What is left once the sockets are closed."""
    time.sleep(2)
    left = footprint(server)
    return [str(left.threads), str(left.descriptors), str(left.megabytes)]


class Listener(asyncio.Protocol):
    """Counts the events that it is told of, and how late."""

    def __init__(self, delays: list[float] | None) -> None:
        self.told = 0
        self._delays = delays

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        transport.write(b"GET /api/v1/events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """Count."""
        self.told += data.count(b"data: {")
        if self._delays is not None:
            now = time.time()
            for found in re.finditer(rb'"recordedtime":"([^"]+)"', data):
                self._delays.append(now - datetime.fromisoformat(found[1].decode()).timestamp())


def _streams_open(server: Running) -> float:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/metrics")
    found = re.search(rb"^timeline_event_streams_open ([0-9.]+)", connection.getresponse().read(), re.MULTILINE)
    connection.close()
    return float(found[1]) if found else 0.0


async def _listen(server: Running, token: str, args: argparse.Namespace, console: Console) -> None:
    loop, delays = asyncio.get_running_loop(), list[float]()
    before = footprint(server)
    listeners = []
    for number in range(args.listeners):
        listener = Listener(None if number % SAMPLED else delays)
        address = (f"127.0.0.{2 + number % ADDRESSES}", 0)
        await loop.create_connection(lambda one=listener: one, "127.0.0.1", server.port, local_addr=address)
        listeners.append(listener)
    while _streams_open(server) < args.listeners:  # who begins later is told of later events alone
        await asyncio.sleep(0.5)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    events, began = int(args.seconds * args.rate), time.monotonic()
    for number in range(events):
        body = json.dumps(message(id=f"{random.random()}")).encode()
        head = f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        writer.write(f"POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert b" 201 " in answer, answer
        await reader.readexactly(int(re.search(rb"content-length: (\d+)", answer.lower())[1]))  # type: ignore[index]
        await asyncio.sleep(max(0.0, began + (number + 1) / args.rate - time.monotonic()))
    taken = time.monotonic() - began
    await asyncio.sleep(CAUGHT_UP_SECONDS)
    delays.sort()
    incomplete = sum(listener.told != events for listener in listeners)
    console.print(
        f"{args.listeners} listeners, {events / taken:.0f} events a second for {taken:.0f} s: told after "
        f"{statistics.median(delays) * 1_000:.0f} ms (median), {delays[int(len(delays) * 0.99)] * 1_000:.0f} ms (99th "
        f"percentile), {delays[-1] * 1_000:.0f} ms (most); {incomplete} were not told of all; "
        f"{before.megabytes} MB before, {footprint(server).megabytes} MB with them"
    )


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--sockets", type=int, nargs="*", default=[300, 2_000])
    asked.add_argument("--listeners", type=int, default=5_000)
    asked.add_argument("--rate", type=float, default=50)
    asked.add_argument("--seconds", type=float, default=60)
    args = asked.parse_args()
    most = max([args.listeners, *args.sockets]) + 1_000
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, hard), hard))
    console = Console(width=150)
    with TemporaryDirectory() as folder:
        store = str(Path(folder, "log.db"))
        with ConflictLog(store) as log:
            fill(log, DEVELOPMENTS)
            head = log.head().position
        with serving(store, **UNLIMITED) as server:
            with Asking(server.port):  # the rows are made, and the page is compiled
                time.sleep(HELD_SECONDS)
            for sockets in args.sockets:
                _hold(server, head, sockets, console)
            uvloop.run(_listen(server, server.token("desk", "append"), args, console))


if __name__ == "__main__":
    main()
