"""Prints how long changes, feeds and other answers over a whole log take, and how much memory they take above idle.

    python tests/benchmarks/bench_changes.py [--developments N] [--readers N] [--store FILE]

A server on a generated log; each question is asked by one reader, and then by several at once. Memory is the most that
the process that answers has had, above what it had when it was idle. Nothing is asserted; the figures are of this
machine.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from msgspec import Struct
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.generated import BEGIN, END, FRONTS, fill
from tests.servers import TIMELINE, UNLIMITED, Running, serving
from timeline.store.log import ConflictLog

RUNS = 3
_WHOLE = f"since={BEGIN.year - 1}-01-01&until={END.date()}"
QUESTIONS = {
    "changes, all, first page": f"/changes?{_WHOLE}",
    "changes, all, 1000 a page": f"/changes?{_WHOLE}&limit=1000",
    "changes, recorded, all": "/changes?clock=recorded&since=0&until={last}",
    "changes of a front": f"/changes?{_WHOLE}&front={FRONTS[5]}",
    "changes of an actor": f"/changes?{_WHOLE}&actor=Guard",
    "changes of a word in one title": f"/changes?{_WHOLE}&q=77123",
    "changes of two days": f"/changes?since={END.year - 1}-02-01&until={END.year - 1}-02-03",
    "feed, all": f"/changes.atom?{_WHOLE}",
    "feed, 30 days": f"/changes.json?until={END.date()}",
    "feed, recorded": "/changes.json?clock=recorded",
    "feed of a front, recorded": f"/fronts/{FRONTS[5]}/changes.json?clock=recorded",
    "csv export of changes": f"/exports/csv?of=changes&{_WHOLE}",
    "export, ndjson": f"/exports/ndjson?known_at={END.date()}",
    "export of events": f"/exports/cloudevents?known_at={END.date()}",
    "timeline, 1000 a page": f"/timeline?known_at={END.date()}&limit=1000",
    "fronts": "/fronts",
    "sources": "/sources",
    "density by day": "/density?bucket=day",
    "checks": "/checks",
}
"""What is asked, below `/api/v1`."""


class Taken(Struct, frozen=True):
    """Seconds until an answer has come as a whole (median), its bytes, and bytes of memory above idle."""

    seconds: float
    size: int
    memory: int


def asked(running: Running, path: str, readers: int) -> Taken:
    """Ask once a reader, all at the same time."""
    idle = _resident(running)
    _forget_most(running)

    def ask(_: int) -> tuple[float, int]:
        began, size = time.perf_counter(), 0
        with httpx.stream("GET", f"{running.address}/api/v1{path}", timeout=None) as answer:
            for part in answer.iter_raw():
                size += len(part)
        assert answer.status_code == 200, f"{answer.status_code} for {path}"
        return time.perf_counter() - began, size

    with ThreadPoolExecutor(readers) as pool:
        told = list(pool.map(ask, range(readers)))
    return Taken(statistics.median(one[0] for one in told), told[0][1], max(running.memory() - idle, 0))


def pages(running: Running, path: str) -> tuple[int, float, float]:
    """How many pages there are, how long all take and the slowest."""
    count, slowest, began, cursor = 0, 0.0, time.perf_counter(), ""
    with httpx.Client(timeout=None) as client:
        while cursor is not None:
            one = time.perf_counter()
            query = f"&cursor={cursor}" if cursor else ""
            cursor = client.get(f"{running.address}/api/v1{path}{query}").json()["next_cursor"]
            slowest = max(slowest, time.perf_counter() - one)
            count += 1
    return count, time.perf_counter() - began, slowest


def _forget_most(running: Running) -> None:
    for pid in _pids(running):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def _resident(running: Running) -> int:
    return max(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 for pid in _pids(running))


def _pids(running: Running) -> list[int]:
    pid = running.process.pid
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def measure(running: Running, readers: int, console: Console, last: int, only: str) -> None:
    """Ask every question, and print."""
    table = Table(title=f"one reader, and {readers} at once")
    for column in ("question", "ms", "KB", "MB above idle", f"ms, {readers}", f"MB above idle, {readers}"):
        table.add_column(column, justify="left" if column == "question" else "right")
    asked(running, f"/timeline?limit=1000&known_at={END.date()}", readers)
    for name, path in QUESTIONS.items():
        if only not in name:
            continue
        console.print(name)
        # A tag or a body that is kept would answer in the place of what is measured.
        fresh: Callable[[int], str] = lambda run, path=path: f"{path}{'&' if '?' in path else '?'}min_position={run}"  # noqa: E731
        runs = 1 if "export" in name else RUNS
        alone = [asked(running, fresh(run).format(last=last), 1) for run in range(runs)]
        together = asked(running, fresh(RUNS).format(last=last), readers)
        table.add_row(
            name,
            f"{statistics.median(one.seconds for one in alone) * 1_000:,.0f}",
            f"{alone[0].size / 1_000:,.0f}",
            f"{max(one.memory for one in alone) / 1e6:,.0f}",
            f"{together.seconds * 1_000:,.0f}",
            f"{together.memory / 1e6:,.0f}",
        )
    console.print(table)


def main() -> None:
    """Print the figures."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--developments", type=int, default=100_000)
    given.add_argument("--readers", type=int, default=8)
    given.add_argument("--store", type=Path, help="a log that was made before")
    given.add_argument("--only", default="", help="questions with this in their name")
    given.add_argument("--pages", action="store_true", help="read all pages as well")
    told = given.parse_args()
    console = Console(width=120)
    with TemporaryDirectory() if told.store is None else nullcontext(told.store.parent) as folder:
        store = told.store or Path(folder) / "log.db"
        log = ConflictLog(store)
        if told.store is None:
            fill(log, told.developments)
        last = log.head().position
        log.close()
        subprocess.run([*TIMELINE, "--store", str(store), "status"], check=True, capture_output=True)
        with serving(str(store), **UNLIMITED) as running:
            measure(running, told.readers, console, last, told.only)
            if told.pages:
                for name in ("changes, all, first page", "changes, recorded, all"):
                    count, seconds, slowest = pages(running, QUESTIONS[name].format(last=last))
                    console.print(f"{name}: {count:,} pages in {seconds:.0f} s, the slowest {slowest * 1_000:.0f} ms")


if __name__ == "__main__":
    main()
