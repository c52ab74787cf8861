"""Prints how fast a side bar and the pages of names are answered, at a million developments.

    python tests/benchmarks/bench_facets.py [--developments N] [--engine sqlite|postgres|both] [--log FILE]

The log is that of `bench_replay`, whose rows are built where there are none. It asserts nothing; the figures are of
this machine, medians of one run, by the wall clock and by what this process worked (the difference is waiting).
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.bench_replay import on_postgres, sqlite_log
from tests.benchmarks.generated import BEGIN, DAYS, END, FRONTS, SOURCES
from timeline.domain.vocabulary import Kind, Status
from timeline.projections.engines import generations_of
from timeline.projections.running import Runner
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.filters import Filters
from timeline.readmodel.questions import Reader
from timeline.store.log import ConflictLog

RUNS = 9


def questions(reader: Reader, last: int) -> Iterator[tuple[str, Callable[[], object]]]:
    """The questions by name."""
    random = Random(1)
    now = WantedCuts()
    since = BEGIN + timedelta(days=2_000)
    window = {"since": since, "until": since + timedelta(days=90)}

    def past() -> WantedCuts:
        return WantedCuts(BEGIN + timedelta(days=random.randrange(365, DAYS)))

    def facets(**filters: object) -> Callable[[], object]:
        return lambda: reader.facets(now, Filters(**filters))  # type: ignore[arg-type]

    yield "facets, nothing filtered", facets()
    yield "facets, nothing filtered, as of K", lambda: reader.facets(past())
    yield "facets, as of 2019 and known at the end", lambda: reader.facets(WantedCuts(since, END))
    yield "facets of the greatest front", facets(fronts=frozenset(FRONTS[:1]))
    yield "facets of 90 days", facets(**window)
    yield "facets of five years", facets(since=since - timedelta(days=1_826), until=since)
    yield "facets of what is disputed", facets(statuses=frozenset([Status.DISPUTED]))
    yield "facets of captures on a small front", facets(fronts=frozenset(FRONTS[-1:]), kinds=frozenset([Kind.CAPTURE]))
    yield "facets of an actor, 90 days", facets(actors=frozenset(["Guard"]), **window)
    yield "facets of an actor", facets(actors=frozenset(["Guard"]))
    yield "facets of a source that seldom speaks", facets(sources=frozenset(SOURCES[-1:]))
    yield "facets of a number among all titles", facets(text="report 77123")
    yield "facets of a box", facets(box=(30.0, 45.0, 32.0, 47.0))
    yield "facets of an older log", lambda: reader.facets(WantedCuts(None, None, last // 2))
    yield "all actors", lambda: reader.actors(now)
    yield "record of an actor", lambda: reader.actor_record("Guard", past())
    yield "record of a source that seldom speaks", lambda: reader.source_record(SOURCES[-1], now)
    yield "record of the source that speaks most", lambda: reader.source_record(SOURCES[0], now)
    one = reader.rows(now, Filters(since=since), 1)[1][0].id
    yield "what else was reported nearby", lambda: reader.nearby(one, now)


def measure(log: ConflictLog, console: Console) -> None:
    """Ask every question, and print."""
    generations = generations_of(log.address)
    runner = Runner(log, generations)
    runner.catch_up()
    reader = Reader(runner.catch_up, log, lambda: datetime.now(UTC))
    table = Table(title=f"{generations.engine}, milliseconds")
    for column in ("question", "first", "median", "worked"):
        table.add_column(column, justify="left" if column == "question" else "right")
    for name, ask in questions(reader, log.head().position):
        walls, works = [], []
        for _ in range(RUNS):
            wall, work = time.perf_counter(), time.process_time()
            ask()
            walls.append((time.perf_counter() - wall) * 1_000)
            works.append((time.process_time() - work) * 1_000)
        table.add_row(name, f"{walls[0]:.0f}", f"{statistics.median(walls):.0f}", f"{statistics.median(works):.0f}")
    console.print(table)
    runner.close()


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--developments", type=int, default=1_000_000)
    asked.add_argument("--engine", choices=("sqlite", "postgres", "both"), default="both")
    asked.add_argument("--log", type=Path)
    told = asked.parse_args()
    console = Console(width=120)
    with sqlite_log(told.log, told.developments, 0, console) as log:
        if told.engine != "postgres":
            measure(log, console)
        if told.engine != "sqlite":
            with on_postgres(log) as copy:
                measure(copy, console)


if __name__ == "__main__":
    main()
