"""Prints how fast the log appends and verifies, beside raw inserts and plain `eventsourcing`, on both engines.

Run it by itself: `python tests/benchmarks/bench_store.py [--help]`. It asserts nothing; the figures are medians
of rounds in which all contenders take turns on the same events, so that the ratios hold on a busy machine too.
"""

import argparse
import gc
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Barrier, Thread

import structlog
from msgspec import Struct
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.contenders import (
    Contender,
    Ours,
    Recorder,
    Sample,
    TcpServer,
    Whole,
    on_postgres,
    on_sqlite,
    sample,
)
from timeline.store.log import ConflictLog
from timeline.store.verification import verify

ROUNDS = 5
BATCH = 1_000
WRITERS = 8


class Sizes(Struct, frozen=True):
    """How many events each round appends in each way, and how many records are verified."""

    single: int
    together: int
    batches: int
    verified: int

    @property
    def a_round(self) -> int:
        """How many events one round takes."""
        return self.single + self.together + self.batches * BATCH

    def times(self, factor: float) -> "Sizes":
        """Bigger or smaller ones; whole batches, and as many appends by each writer."""
        together = max(1, round(self.together * factor / WRITERS)) * WRITERS
        batches = max(1, round(self.batches * factor))
        return Sizes(max(1, round(self.single * factor)), together, batches, max(1, round(self.verified * factor)))


USUAL = Sizes(single=400, together=1_600, batches=4, verified=200_000)


class Figures(Struct):
    """What a contender did, a value a round: events a second, and each append by the writers in seconds."""

    single: list[float] = []
    together: list[float] = []
    batches: list[float] = []
    waits: list[float] = []

    def wait(self, share: float) -> float:
        """The time, in milliseconds, within which that share of the writers' appends was acknowledged."""
        return sorted(self.waits)[int((len(self.waits) - 1) * share)] * 1_000


def one_by_one(contender: Contender, samples: Sequence[Sample]) -> float:
    """Events a second of one writer."""
    begin = time.perf_counter()
    for one in samples:
        contender.append(one)
    return len(samples) / (time.perf_counter() - begin)


def by_writers(contender: Contender, samples: Sequence[Sample], waits: list[float]) -> float:
    """Events a second of several threads that append one by one; each one's time is added to `waits`."""
    start = Barrier(WRITERS + 1)

    def write(mine: Sequence[Sample]) -> None:
        took = []
        start.wait()
        for one in mine:
            begin = time.perf_counter()
            contender.append(one)
            took.append(time.perf_counter() - begin)
        waits.extend(took)

    threads = [Thread(target=write, args=(samples[number::WRITERS],)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    start.wait()
    begin = time.perf_counter()
    for thread in threads:
        thread.join()
    return len(samples) / (time.perf_counter() - begin)


def in_batches(contender: Contender, samples: Sequence[Sample]) -> float:
    """Events a second, a batch a transaction."""
    begin = time.perf_counter()
    for first in range(0, len(samples), BATCH):
        contender.append_many(samples[first : first + BATCH])
    return len(samples) / (time.perf_counter() - begin)


def run_round(contender: Contender, samples: Sequence[Sample], sizes: Sizes, figures: Figures) -> None:
    """One round of one contender: all three ways to append."""
    rest = sizes.single + sizes.together
    figures.single.append(one_by_one(contender, samples[: sizes.single]))
    figures.together.append(by_writers(contender, samples[sizes.single : rest], figures.waits))
    figures.batches.append(in_batches(contender, samples[rest:]))


def appended(contenders: Sequence[Contender], rounds: Sequence[Sequence[Sample]], sizes: Sizes) -> dict[str, Figures]:
    """The figures of all; the first round warms up, and in each the next one begins."""
    figures = {contender.name: Figures() for contender in contenders}
    for number, samples in enumerate(rounds):
        first = number % len(contenders)
        for contender in (*contenders[first:], *contenders[:first]):
            run_round(contender, samples, sizes, Figures() if number == 0 else figures[contender.name])
    return figures


def verified(log: ConflictLog, records: int, first: int) -> list[float]:
    """Records a second of the rounds of verifying a log, once it has so many records."""
    while (missing := records - log.head().position) > 0:
        count = min(missing, 10 * BATCH)
        log.record_all(sample(number).submission for number in range(first, first + count))
        first += count
    rates = []
    for _ in range(ROUNDS + 1):
        begin = time.perf_counter()
        found = verify(log)
        rates.append(found.size / (time.perf_counter() - begin))
        if found.problems:
            raise RuntimeError(f"the log does not verify: {found.problems}")
    return rates[1:]


def shown(engine: str, figures: dict[str, Figures]) -> Table:
    """The table of an engine; `x` is how many times the library's recorder, and the library's application."""
    table = Table(title=f"{engine}: events a second, x its recorder, x its application")
    for column in ("", "1 writer", "x", "x", f"{WRITERS} writers", "x", "x", "p50 ms", "p99 ms", "batches", "x", "x"):
        table.add_column(column, justify="right" if column else "left", no_wrap=True)
    for name, mine in figures.items():
        cells = [name]
        for way in ("single", "together", "batches"):
            rates = getattr(mine, way)
            cells.append(f"{statistics.median(rates):,.0f}")
            for plain in (figures[Recorder.name], figures[Whole.name]):
                # Rounds are compared with each other: each pair was measured within seconds.
                ratios = [one / other for one, other in zip(rates, getattr(plain, way), strict=True)]
                cells.append(f"{statistics.median(ratios):.2f}")
            if way == "together":
                cells += [f"{mine.wait(0.5):.1f}", f"{mine.wait(0.99):.1f}"]
        table.add_row(*cells)
    return table


@contextmanager
def engine_of(name: str, folder: Path) -> Iterator[list[Contender]]:
    """The contenders on an engine, closed in the end."""
    with ExitStack() as stack:
        if name == "SQLite":
            made = on_sqlite(folder)
        else:
            server = TcpServer(folder)
            stack.callback(server.close)
            made = on_postgres(server, folder)
        contenders = []
        for contender in made:
            stack.callback(contender.close)
            contenders.append(contender)
        yield contenders


def main(engines: Sequence[str], sizes: Sizes, folder: Path | None, say: Callable[[object], None]) -> None:
    """Print the tables."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    count = sizes.a_round
    rounds = [[sample(first + number) for number in range(count)] for first in range(0, (ROUNDS + 1) * count, count)]
    length = statistics.mean(len(one.stored.state) for one in rounds[0])
    say(f"Events of {length:.0f} bytes; {count:,} a round; medians of {ROUNDS} rounds after one to warm up")
    gc.collect()
    gc.freeze()  # what was built for all is nobody's to look through while it is timed
    verifications = Table(title="Verify: records a second")
    for column in ("", "records", "median", "slowest", "fastest"):
        verifications.add_column(column, justify="right" if column else "left")
    for name in engines:
        with (
            tempfile.TemporaryDirectory(prefix="timeline-bench-", dir=folder, ignore_cleanup_errors=True) as place,
            engine_of(name, Path(place)) as contenders,
        ):
            say(shown(name, appended(contenders, rounds, sizes)))
            ours = next(one for one in contenders if isinstance(one, Ours))
            rates = verified(ours.log, sizes.verified, len(rounds) * count)
            middle = statistics.median(rates)
            numbers = (ours.log.head().position, middle, min(rates), max(rates))
            verifications.add_row(name, *(f"{number:,.0f}" for number in numbers))
    say(verifications)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=float, default=1.0, help="so many times as many events and records")
    parser.add_argument("--engine", choices=("SQLite", "PostgreSQL"), help="only this one")
    parser.add_argument("--folder", type=Path, help="where the databases are put; must be on a real disk")
    given = parser.parse_args()
    asked = [given.engine] if given.engine else ["SQLite", "PostgreSQL"]
    main(asked, USUAL.times(given.times), given.folder, Console(width=140).print)
