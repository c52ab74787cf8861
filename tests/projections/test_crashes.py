"""Programs are killed at any moment: no row is missing, none is there twice, and nobody has to do anything about it."""

import time
from itertools import islice
from random import Random

from tests.benchmarks.generated import END, conflict
from tests.engines import Engine
from tests.killing import Started
from tests.projections import program
from tests.projections.tables import all_rows
from tests.scenarios import FakeClock, open_log
from timeline.projections.engines import generations_of
from timeline.projections.running import Runner

KILLS = 20


def killed(engine: Engine, work: str, after: float) -> None:
    """Have the program begin that work, and kill it so many seconds after."""
    started = Started(program.main, engine.store, str(engine.key_file), work, folder=engine.folder).begun()
    time.sleep(after)
    started.kill()


def test_killed_runners_leave_the_rows_that_one_would_have_made(engine: Engine) -> None:
    random = Random(5)
    with open_log(engine, FakeClock(END)) as log:
        told = conflict(1_200)
        log.record_all(list(islice(told, 300)))
        runner = Runner(log, generations_of(log.address))
        database = runner.catch_up()
        positions: list[int] = []
        for kill in range(10 * KILLS):
            if kill >= KILLS and len(set(positions)) > 2:  # some were killed in the midst of it
                break
            log.record_all(list(islice(told, 50)))
            killed(engine, "follow", after=random.uniform(0.0, 0.3))
            positions.append(database.fetch("SELECT position FROM progress")[0][0])
        followed = all_rows(runner.catch_up())
        runner.rebuild()

        assert positions == sorted(positions)
        assert len(set(positions)) > 2
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
            killed(engine, "rebuild", after=random.uniform(0.0, 0.6))
            assert all_rows(runner.catch_up()) == before
            numbers.append(runner.generation)
        runner.rebuild()

        assert all_rows(runner.catch_up()) == before
        assert runner.generation > numbers[-1]
        runner.close()
