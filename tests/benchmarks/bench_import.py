"""Prints how fast a release of UCDP GED comes in, stage by stage, beside plain `eventsourcing` saving what it holds.

The release is made up (`generated_ucdp`): one account a row, so one event a row. It goes into an empty log, and into
one that holds as many other records. Run it by itself: `python tests/benchmarks/bench_import.py [--help]`. It asserts
nothing; the figures are medians of rounds in which all take turns, so that the ratios hold on a busy machine too.
"""

import argparse
import gc
import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import copy
from typing import Any

import structlog
from click.testing import CliRunner
from msgspec import json
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.contenders import MAPPER, Sample, Whole, plain_sqlite, sample
from tests.benchmarks.generated_ucdp import ROWS, write
from timeline.cli import main as timeline
from timeline.collecting import uncollected
from timeline.domain.aggregates import Submission
from timeline.domain.facts import Event
from timeline.importers.releases import bring_in, release_file
from timeline.importers.snapshots import Release
from timeline.importers.ucdp import UcdpRow, read_rows
from timeline.importers.ucdp_fronts import FrontRules
from timeline.store.log import ConflictLog

ROUNDS = 3
BATCH = 1_000
AT = "2024-06-01"
RELEASE = Release("ucdp-ged", datetime(2024, 6, 1, tzinfo=UTC), whole=False)


def read(file: Path) -> int:
    """How many rows of the release could be read and checked."""
    with uncollected():
        return sum(isinstance(row, UcdpRow) for row in read_rows(file, FrontRules.load()))


def submissions_of(file: Path, folder: Path) -> list[Submission]:
    """All that an import appends."""
    told: list[Submission] = []

    def keep(some: Sequence[Submission]) -> Any:
        told.extend(some)
        return log.record_all(some)

    log = ConflictLog(folder / "told.db")
    bring_in(RELEASE, release_file(file), log, keep)
    log.close()
    return told


def append(submissions: Sequence[Submission], store: Path) -> None:
    """All of it into an empty log, 4,000 at a time."""
    log = ConflictLog(store)
    with uncollected():
        for start in range(0, len(submissions), 4_000):
            log.record_all(submissions[start : start + 4_000])
    log.close()


def import_(file: Path, store: Path, *options: str) -> None:
    """The command, from the file on disk until all of it is durable and the log is closed."""
    arguments = ("--store", str(store), "import", str(file), "--format", "ucdp", "--reported-at", AT, *options)
    done = CliRunner().invoke(timeline, arguments)
    if done.exit_code:
        raise RuntimeError(done.output)


def save(samples: Sequence[Sample], store: Path) -> None:
    """The same states by the library's own application, 1,000 aggregates at a time."""
    application = Whole(plain_sqlite(store))
    for start in range(0, len(samples), BATCH):
        application.append_many(samples[start : start + BATCH])
    application.close()


def samples_of(submissions: Sequence[Submission]) -> Iterator[Sample]:
    """What our records hold, as the library's application takes it."""
    for one in submissions:
        assert one.reported_at
        event = Event(one.subject, 1, one.reported_at, one.message, one.fact)
        stored = MAPPER.to_stored_event(event)
        yield Sample(one, event, stored, json.decode(stored.state))


def filled(store: Path, records: int) -> Path:
    """A log of so many other records."""
    log = ConflictLog(store)
    for start in range(0, records, 4_000):
        log.record_all([sample(number).submission for number in range(start, min(start + 4_000, records))])
    log.close()
    return store


@contextmanager
def a_copy(store: Path, name: str) -> Iterator[Path]:
    """A log like this one, for one import."""
    made = store.with_name(name)
    copy(store, made)
    if (key := Path(f"{store}.key")).exists():
        copy(key, f"{made}.key")
    yield made
    for file in made.parent.glob(f"{name}*"):
        file.unlink()


def main(rows: int, folder: Path | None, say: Callable[[object], None]) -> None:
    """Print the table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory(prefix="timeline-bench-", dir=folder, ignore_cleanup_errors=True) as place:
        run(rows, Path(place), say)


def run(rows: int, folder: Path, say: Callable[[object], None]) -> None:
    """Time all in turns."""
    file = write(folder / "release.csv", rows)
    submissions = submissions_of(file, folder)
    samples = list(samples_of(submissions))
    full = filled(folder / "full.db", rows)
    gc.collect()
    gc.freeze()  # what was built for all is nobody's to look through while it is timed

    def into_full(*options: str) -> float:
        with a_copy(full, "copy.db") as store:
            return timed(lambda: import_(file, store, *options))

    def fresh(work: Callable[[Path], None]) -> float:
        took = timed(lambda: work(folder / "fresh.db"))
        for one in folder.glob("fresh.db*"):
            one.unlink()
        return took

    stages: dict[str, Callable[[], float]] = {
        "parse only": lambda: timed(lambda: read(file)),
        "append only": lambda: fresh(lambda store: append(submissions, store)),
        "end to end, empty log": lambda: fresh(lambda store: import_(file, store)),
        "end to end, empty log, --snapshot": lambda: fresh(lambda store: import_(file, store, "--snapshot")),
        f"end to end, {rows:,} other records": into_full,
        f"end to end, {rows:,} other records, --snapshot": lambda: into_full("--snapshot"),
        "eventsourcing: application, 1,000 a save": lambda: fresh(lambda store: save(samples, store)),
    }
    times: dict[str, list[float]] = {name: [] for name in stages}
    for _ in range(ROUNDS):
        for name, stage in stages.items():
            os.sync()
            times[name].append(stage())
    plain = times["eventsourcing: application, 1,000 a save"]
    table = Table(title=f"{rows:,} rows, {file.stat().st_size / rows:,.0f} bytes each; medians of {ROUNDS}")
    for column in ("", "rows a second", "s", "x eventsourcing"):
        table.add_column(column, justify="right" if column else "left")
    for name, took in times.items():
        ratio = statistics.median(other / mine for mine, other in zip(took, plain, strict=True))
        middle = statistics.median(took)
        table.add_row(name, f"{rows / middle:,.0f}", f"{middle:.1f}", f"{ratio:.2f}")
    say(table)


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--folder", type=Path, help="where file and databases are put; must be on a real disk")
    given = parser.parse_args()
    main(given.rows, given.folder, Console(width=140).print)
