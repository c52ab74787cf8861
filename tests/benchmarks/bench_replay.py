"""Prints how fast questions about the past are answered, and how fast their rows are built, at a million developments.

    python tests/benchmarks/bench_replay.py [--developments N] [--engine sqlite|postgres|both] [--log FILE]
        [--uncertain PART]

It fills a log with the conflict of `generated` (a SQLite file, kept if `--log` names it, copied to PostgreSQL), builds
the rows, and asks. `--uncertain`: of which part of the developments the day is not known. It asserts nothing; the
figures are of this machine, medians of one run. Beside the rebuild stand the library's own ways of making rows of a log
(`readers`).
"""

import argparse
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Thread

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.contenders import TcpServer
from tests.benchmarks.generated import BEGIN, DAYS, END, FRONTS, fill
from tests.benchmarks.readers import library_loop, projection_runner
from timeline.projections.engines import generations_of
from timeline.projections.running import Runner
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.density import Bucket
from timeline.readmodel.filters import Filters
from timeline.readmodel.questions import Reader
from timeline.store.addresses import parse_address
from timeline.store.backups import backup, restore
from timeline.store.log import ConflictLog

RUNS = 300
READERS = 8


def windows(seed: int) -> Iterator[tuple[WantedCuts, Filters]]:
    """Ninety days of one of the greater fronts, as known some time after, at random."""
    random = Random(seed)
    while True:
        since = BEGIN + timedelta(days=random.randrange(DAYS - 90))
        known_at = min(END, since + timedelta(days=random.randrange(60, 400)))
        front = random.choice(FRONTS[:10])
        filters = Filters(fronts=frozenset([front]), since=since, until=since + timedelta(days=90))
        yield WantedCuts(END, known_at), filters


def timed(work: Callable[[], object], runs: int) -> list[float]:
    """How many milliseconds each run took."""
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        times.append((time.perf_counter() - begin) * 1_000)
    return times


def side_by_side(ask: Callable[[int], Callable[[], object]], runs: int) -> list[float]:
    """The same by several threads at once."""
    times: list[float] = []
    threads = [Thread(target=lambda n=n: times.extend(timed(ask(n + 2), runs))) for n in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def shown(times: list[float]) -> tuple[str, str]:
    """Median and 99th percentile."""
    return f"{statistics.median(times):.1f}", f"{sorted(times)[int(len(times) * 0.99)]:.1f}"


def questions(reader: Reader) -> Iterator[tuple[str, Callable[[int], Callable[[], object]], int]]:
    """The questions by name: what asks them (for a thread of a number), and how often."""

    def window(number: int) -> Callable[[], object]:
        asked = windows(number)
        return lambda: reader.rows(*next(asked), limit=500)

    def documents(number: int) -> Callable[[], object]:
        asked = windows(number)
        return lambda: reader.timeline(*next(asked), limit=500)

    def overview(number: int) -> Callable[[], object]:
        random = Random(number)
        return lambda: reader.density(WantedCuts(END, BEGIN + timedelta(days=random.randrange(365, DAYS))), Bucket.WEEK)

    def changes(number: int) -> Callable[[], object]:
        random = Random(number)

        def ask() -> object:
            since = BEGIN + timedelta(days=random.randrange(DAYS - 10))
            return reader.changes(since, since + timedelta(days=2), None, Filters(fronts=frozenset(FRONTS[5:6])))

        return ask

    def search(number: int) -> Callable[[], object]:
        random = Random(number)
        return lambda: reader.timeline(WantedCuts(END), Filters(text=f"report {random.randrange(10**5)}"), limit=50)

    yield "rows of a window: 90 days of a front as of K, at most 500", window, RUNS
    yield "the same with the whole of each development", documents, RUNS // 6
    yield "overview: ten years by week, 20 fronts, as of K", overview, RUNS // 3
    yield "what changed in two days on one front", changes, RUNS // 10
    yield "search for a number among all titles", search, RUNS // 10


def measure(log: ConflictLog, console: Console, size: Callable[[], int], developments: int) -> None:
    """Build the rows of a log, ask every question, and print."""
    generations = generations_of(log.address, grace=0)
    runner = Runner(log, generations)
    begun = time.perf_counter()
    position = runner.rebuild()
    first = position / (time.perf_counter() - begun)
    begun = time.perf_counter()
    runner.rebuild()
    again = position / (time.perf_counter() - begun)
    console.print(f"{position:,} records; rows built at {first:,.0f} a second, built anew at {again:,.0f} a second")
    generations.sweep()
    console.print(f"rows: {size() / developments:,.0f} bytes a development, search index and counts among them")
    reader = Reader(runner.catch_up, log, lambda: datetime.now(UTC))
    gc.collect()
    gc.freeze()  # as the server does, once it has begun
    table = Table(title=f"{generations.engine}, milliseconds")
    for column in ("question", "median", "p99", f"{READERS} readers, median", "p99"):
        table.add_column(column, justify="left" if column == "question" else "right")
    for name, ask, runs in questions(reader):
        timed(ask(0), 3)
        alone = timed(ask(1), runs)
        together = side_by_side(ask, max(3, runs // 4))
        table.add_row(name, *shown(alone), *shown(together))
    console.print(table)
    runner.close()


@contextmanager
def sqlite_log(given: Path | None, developments: int, uncertain: float, console: Console) -> Iterator[ConflictLog]:
    """The log in a file: the one that is there, or a new one."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        path = given or folder / "bench.db"
        is_new = not path.exists()
        log = ConflictLog(path)
        if is_new:
            console.print(f"log filled at {fill(log, developments, uncertain):,.0f} events a second")
        yield log
        log.close()


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--developments", type=int, default=1_000_000)
    asked.add_argument("--engine", choices=("sqlite", "postgres", "both"), default="both")
    asked.add_argument("--log", type=Path)
    asked.add_argument("--uncertain", type=float, default=0.0)
    told = asked.parse_args()
    console = Console(width=140)
    with sqlite_log(told.log, told.developments, told.uncertain, console) as log:
        if told.engine != "postgres":
            measure(log, console, lambda: _size_of_files(log), told.developments)
        if told.engine != "sqlite":
            with on_postgres(log, lambda server: library(server, console)) as copy:
                measure(copy, console, lambda: _size_of_schemas(copy), told.developments)


def _size_of_files(log: ConflictLog) -> int:
    path = Path(str(log.address))
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}.rows-*"))


def _size_of_schemas(log: ConflictLog) -> int:
    rows = log.records.fetch(
        "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname LIKE ? AND c.relkind IN ('r')",
        (f"{log.address.schema}_rows_%",),
    )
    return int(rows[0][0])


def library(server: TcpServer, console: Console) -> None:
    """Print how fast the library's own ways of reading are."""
    for name, read in (("a loop through its mapper", library_loop), ("ProjectionRunner", projection_runner)):
        rates = [read(server) for _ in range(3)]
        console.print(f"eventsourcing, {name}: {statistics.median(rates):,.0f} events a second")


@contextmanager
def on_postgres(log: ConflictLog, before: Callable[[TcpServer], None] = lambda _: None) -> Iterator[ConflictLog]:
    """The same log on a PostgreSQL server of its own, on which something else may be done before."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = TcpServer(Path(folder))
        before(server)
        dump = Path(folder) / "log.ndjson"
        backup(log, dump)
        restore(dump, parse_address(server.store("bench")), key_file=Path(folder) / "key")
        copy = ConflictLog(server.store("bench"), key_file=Path(folder) / "key")
        yield copy
        copy.close()
        server.close()


if __name__ == "__main__":
    main()
