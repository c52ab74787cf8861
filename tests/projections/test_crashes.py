"""Programs are killed at any moment: no row is missing, none is there twice, and nobody has to do anything about it."""

import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from random import Random

from tests.benchmarks.generated import END, conflict
from tests.engines import Engine
from tests.projections.tables import all_rows
from tests.scenarios import FakeClock, open_log
from timeline.projections.generations import generations_of
from timeline.projections.running import Runner

KILLS = 20
ROOT = Path(__file__).parent.parent.parent


def started(engine: Engine, work: str) -> subprocess.Popen[str]:
    """The program, once it has begun."""
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.projections.program", engine.store, str(engine.key_file), work],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout
    assert program.stdout.readline() == f"{work}\n"
    return program


def test_killed_runners_leave_the_rows_that_one_would_have_made(engine: Engine) -> None:
    random = Random(5)
    with open_log(engine, FakeClock(END)) as log:
        told = conflict(1_200)
        log.record_all(list(islice(told, 300)))
        runner = Runner(log, generations_of(log.address))
        database = runner.catch_up()
        positions = []
        for _ in range(KILLS):
            log.record_all(list(islice(told, 50)))
            program = started(engine, "follow")
            time.sleep(random.uniform(0.0, 0.15))
            program.kill()
            program.communicate()
            positions.append(database.fetch("SELECT position FROM progress")[0][0])
        followed = all_rows(runner.catch_up())
        runner.rebuild()

        assert positions == sorted(positions)
        assert len(set(positions)) > KILLS / 4
        assert all_rows(runner.catch_up()) == followed
        runner.close()


def test_a_killed_rebuild_is_thrown_away_and_the_live_generation_stands(engine: Engine) -> None:
    random = Random(6)
    with open_log(engine, FakeClock(END)) as log:
        log.record_all(list(conflict(1_200)))
        runner = Runner(log, generations_of(log.address, grace=0))
        before = all_rows(runner.catch_up())
        numbers = []
        for _ in range(KILLS):
            program = started(engine, "rebuild")
            time.sleep(random.uniform(0.0, 0.6))
            program.kill()
            program.communicate()
            assert all_rows(runner.catch_up()) == before
            numbers.append(runner.generation)
        runner.rebuild()

        assert all_rows(runner.catch_up()) == before
        assert runner.generation > numbers[-1]
        runner.close()
