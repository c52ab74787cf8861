"""Prints how fast the log takes events in, and how fast it answers, at 200, 2,000 and 20,000 developments.

Run it by itself: `python tests/benchmarks/bench_replay.py [DEVELOPMENTS ...]`. It asserts nothing; the figures
are medians on this machine. The generator is seeded, so that two runs measure the same history.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.scenarios import FakeClock, Scene, given, open_scene, reported
from timeline.domain.aggregates import Submission
from timeline.domain.facts import Fact
from timeline.domain.moments import parse_cut
from timeline.domain.values import MessageId, development_id_of
from timeline.readmodel.cuts import WantedCuts

SIZES = (200, 2_000, 20_000)
FRONTS = ("bakhmut", "kherson", "kharkiv", "kyiv", "mariupol", "belgorod-border", "zaporizhzhia")
SOURCES = tuple(f"source-{number}" for number in range(40))
BEGIN = datetime(2022, 2, 24, tzinfo=UTC)
BATCHES, BATCH = 5, 100
MIDWAY = WantedCuts(as_of=parse_cut("2022-11-15", "as_of"))


def submissions(developments: int, seed: int = 1) -> Iterator[Submission]:
    """Developments over 500 days, each with a report and up to three more accounts, some of them late."""
    random = Random(seed)
    for number in range(developments):
        day = BEGIN + timedelta(days=random.randrange(440))
        id = development_id_of(f"bench:{number}")
        last = (day + timedelta(days=random.randrange(1, 60))).date()
        occurred = f"{day.date()}/{last}" if random.random() < 0.2 else str(day.date())
        facts: list[Fact] = [
            reported(
                random.choice(SOURCES), front=random.choice(FRONTS), title=f"Development {number}", occurred=occurred
            )
        ]
        words = ("asserts", "asserts", "denies", "concedes")
        facts += [given(random.choice(SOURCES), random.choice(words)) for _ in range(random.randrange(4))]
        for place, fact in enumerate(facts):
            reported_at = day + timedelta(hours=random.randrange(24 * (1 + 9 * place)))
            yield Submission(id, reported_at, MessageId("//bench", f"{number}-{place}"), fact)


def fill(scene: Scene, developments: int) -> int:
    """Put it all in, a thousand events a transaction; returns how many events that were."""
    told = list(submissions(developments))
    for start in range(0, len(told), 1_000):
        scene.log.record_all(told[start : start + 1_000])
    return len(told)


def appends_a_second() -> float:
    """Single appends a second: the median of some batches."""
    rates = []
    with tempfile.TemporaryDirectory() as folder, open_scene(Path(folder) / "bench.db") as scene:
        source = submissions(BATCHES * BATCH)
        for _ in range(BATCHES):
            begin = time.perf_counter()
            for _ in range(BATCH):
                scene.log.record(next(source))
            rates.append(BATCH / (time.perf_counter() - begin))
    return statistics.median(rates)


def timed(work: Callable[[], object], seconds: float = 5.0) -> tuple[float, float]:
    """Median and 99th percentile in milliseconds, of as many runs as fit the time (5 to 200)."""
    work()
    times: list[float] = []
    begin = time.perf_counter()
    while len(times) < 5 or (len(times) < 200 and time.perf_counter() - begin < seconds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1_000)
    return statistics.median(times), sorted(times)[min(len(times) - 1, int(len(times) * 0.99))]


def main(sizes: tuple[int, ...]) -> None:
    """Print the tables."""
    console = Console()
    console.print(f"Single appends: {appends_a_second():,.0f} a second (median of {BATCHES} batches of {BATCH})")
    table = Table(title="Replay as of 2022-11-15, in milliseconds")
    for column in ("Developments", "Events", "Catch up, s", "Timeline median", "p99", "API, 500 items, median", "p99 "):
        table.add_column(column, justify="right")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder, open_scene(Path(folder) / "bench.db") as scene:
            scene.clock = FakeClock(BEGIN + timedelta(days=700))
            events = fill(scene, size)
            begin = time.perf_counter()
            scene.reader.hold(WantedCuts())
            caught_up = time.perf_counter() - begin
            timeline = timed(lambda scene=scene: scene.reader.timeline(MIDWAY))
            api = timed(lambda scene=scene: scene.raw("/timeline", as_of="2022-11-15", limit=500))
            figures = (f"{value:,.1f}" for value in (caught_up, *timeline, *api))
            table.add_row(f"{size:,}", f"{events:,}", *figures)
    console.print(table)


if __name__ == "__main__":
    main(tuple(int(argument) for argument in sys.argv[1:]) or SIZES)
