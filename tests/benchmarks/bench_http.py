"""Prints how fast the API appends and reads, beside a plain Flask and marshmallow endpoint in the same run.

    python tests/benchmarks/bench_http.py [--developments N] [--seconds S] [--lines N]

Eight connections; rounds of one and the other take turns, and medians of the rounds are shown. The last part sends a
stream of lines in one request, and imports the same file with the command. Nothing is asserted; the figures are of this
machine.
"""

import argparse
import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import httpx
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.contenders import sample
from tests.benchmarks.generated import BEGIN, DAYS, END, FRONTS, conflict
from tests.benchmarks.load import Asked, Rate, asked, measured
from tests.servers import TIMELINE, UNLIMITED, serving
from timeline.domain.moments import format_instant
from timeline.store.log import ConflictLog
from timeline.wire.facts import data_of

ROUNDS = 3
TOGETHER = 2_000
MOST_A_SECOND = 4_000


def messages(prefix: str) -> Iterator[bytes]:
    """Reports of new developments without end, as JSON of some 700 bytes."""
    for number in itertools.count():
        one = sample(number)
        told = {
            "type": "development.reported",
            "source": "//example.org/bench",
            "id": f"{prefix}-{number}",
            "time": format_instant(one.event.reported_at),
            "data": data_of(one.submission.fact),
        }
        yield json.dumps(told).encode()


@contextmanager
def plain(folder: Path, rows: Path | None = None) -> Iterator[int]:
    """The plain endpoint on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    variables = {"PLAIN_STORE": str(folder / "plain.db"), "PLAIN_ROWS": str(rows or "")}
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--port", str(port)),
        *("--blocking-threads", "8", "--no-access-log", "--log-level", "error", "tests.benchmarks.plain_api:app"),
    ]
    process = subprocess.Popen(command, env={**os.environ, **variables}, cwd=Path(__file__).parents[2])
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/nothing").close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def in_turns(console: Console, title: str, sides: dict[str, tuple[int, Iterator[Asked]]], seconds: float) -> None:
    """Measure each side, `ROUNDS` times in turns, and print; the last is what the others are compared with."""
    rates: dict[str, list[Rate]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, (port, requests) in sides.items():
            rates[name].append(measured(port, requests, seconds))
    table = Table(title=title)
    for column in ("", "requests a second", "median ms", "p99 ms", "times the last"):
        table.add_column(column, justify="right" if column else "left")
    last = statistics.median(rate.a_second for rate in rates[list(sides)[-1]])
    for name, found in rates.items():
        speed, middle, slow = (
            statistics.median(getattr(rate, what) for rate in found) for what in ("a_second", "median", "p99")
        )
        table.add_row(name, f"{speed:,.0f}", f"{middle:.1f}", f"{slow:.1f}", f"{speed / last:.2f}")
    console.print(table)


def windows(seed: int, paths: list[str]) -> Iterator[Asked]:
    """Five hundred developments from a day on, at random, as known in the end."""
    random = Random(seed)
    while True:
        since = BEGIN + timedelta(days=random.randrange(DAYS - 400))
        query = f"from={since.date()}&limit=500&known_at={END.date()}"
        yield asked(f"/api/v1{random.choice(paths)}?{query}")


def appends(console: Console, folder: Path, seconds: float) -> None:
    """Appending one event a request."""
    with serving(str(folder / "append.db"), **UNLIMITED) as ours, plain(folder) as other:
        token = f"Bearer {ours.token('bench', 'append')}"
        # Made before: what makes them would take from the servers, who share the processors with it.
        count = int(seconds * ROUNDS * MOST_A_SECOND)
        mine = [asked("/api/v1/events", 201, body, Authorization=token) for body in islice(messages("ours"), count)]
        theirs = [asked("/events", 201, body) for body in islice(messages("plain"), count)]
        sides = {"ours": (ours.port, iter(mine)), "Flask, marshmallow, an insert": (other, iter(theirs))}
        in_turns(console, "POST one event, durable", sides, seconds)


def reads(console: Console, folder: Path, developments: int, seconds: float) -> None:
    """Reading 500 developments, and reading what did not change."""
    store = folder / "read.db"
    log = ConflictLog(store)
    told = conflict(developments)
    while some := list(islice(told, TOGETHER)):
        log.record_all(some)
    log.close()
    subprocess.run([*TIMELINE, "--store", str(store), "rebuild"], check=True, capture_output=True)
    with serving(str(store), **UNLIMITED) as ours:
        fronts = [f"/fronts/{slug}/timeline" for slug in FRONTS[:5]]
        query = f"from={BEGIN.date()}&limit=500&known_at={END.date()}"
        answer = httpx.get(f"{ours.address}/api/v1/timeline?{query}", timeout=60)
        rows = folder / "rows.json"
        rows.write_text(json.dumps(answer.json()["items"]))
        with plain(folder / "rows", rows) as other:
            dumps = itertools.repeat(asked("/dump"))
            title = f"500 of {developments:,} developments, {len(answer.content):,} bytes"
            measured(ours.port, windows(1, fronts), seconds * 2)
            in_turns(
                console,
                title,
                {
                    "ours, a window of a front": (ours.port, windows(2, fronts)),
                    "ours, a window of all fronts": (ours.port, windows(3, ["/timeline"])),
                    "marshmallow dump of 500 such": (other, dumps),
                },
                seconds,
            )
            fixed = f"/api/v1/timeline?{query}&recorded_at=100"
            tag = httpx.get(f"{ours.address}{fixed}").headers["ETag"]
            unchanged = itertools.repeat(asked(fixed, 304, If_None_Match=tag))
            nothing = itertools.repeat(asked("/nothing"))
            in_turns(
                console, "the same again: 304", {"ours": (ours.port, unchanged), "Flask, nothing": (other, nothing)}, 2
            )


def lines(console: Console, folder: Path, count: int) -> None:
    """Many lines in one request, beside the command on the same file."""
    file = folder / "lines.ndjson"
    file.write_bytes(b"\n".join(islice(messages("lines"), count)) + b"\n")
    began = time.perf_counter()
    command = [*TIMELINE, "--store", str(folder / "imported.db"), "import", str(file), "--format", "ndjson"]
    subprocess.run(command, check=True, capture_output=True)
    imported = count / (time.perf_counter() - began)
    with serving(str(folder / "lines.db"), **UNLIMITED) as ours:
        headers = {"Authorization": f"Bearer {ours.token('bench', 'append')}", "Content-Type": "application/x-ndjson"}
        began = time.perf_counter()
        with file.open("rb") as body:
            answer = httpx.post(f"{ours.address}/api/v1/events", content=body, headers=headers, timeout=None)
        posted = count / (time.perf_counter() - began)
        console.print(
            f"{count:,} lines in one request: {posted:,.0f} a second, {json.loads(answer.text.splitlines()[0])}; "
            f"`timeline import`: {imported:,.0f} a second; ratio {posted / imported:.2f}; "
            f"memory of the server at most {ours.memory() / 1e6:.0f} MB"
        )


def main() -> None:
    """Print the figures."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--developments", type=int, default=100_000)
    given.add_argument("--seconds", type=float, default=5)
    given.add_argument("--lines", type=int, default=100_000)
    told = given.parse_args()
    console = Console(width=120)
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rows").mkdir()
        appends(console, folder, told.seconds)
        reads(console, folder, told.developments, told.seconds)
        lines(console, folder, told.lines)


if __name__ == "__main__":
    main()
