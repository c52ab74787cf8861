"""Nothing acknowledged is lost, nothing is there twice: programs are killed, and many start at once."""

import time
from random import Random

from tests.engines import Engine
from tests.killing import Started
from tests.scenarios import open_log
from tests.store import writer
from timeline.domain.facts import Recorded
from timeline.store.log import ConflictLog
from timeline.store.verification import verify

KILLS = 20


def messages(log: ConflictLog) -> dict[str, int]:
    """Message id -> position, of everything that the log holds; each must be there once."""
    found: dict[str, int] = {}
    position = 0
    while batch := log.after(position):
        for one in batch:
            assert isinstance(one, Recorded)
            assert one.event.message.id not in found
            found[one.event.message.id] = one.position
        position = batch[-1].position
    return found


def test_killed_writers_lose_nothing_that_they_acknowledged(engine: Engine) -> None:
    random = Random(7)
    acknowledged: dict[str, int] = {}
    for kill in range(10 * KILLS):
        if kill >= KILLS and len(acknowledged) > KILLS:
            break
        started = Started(writer.main, engine.store, str(engine.key_file), f"w{kill}", 3, folder=engine.folder).begun()
        time.sleep(random.uniform(0.02, 0.25))
        started.kill()
        _, *told = started.lines()
        acknowledged |= {message: int(position) for message, position in map(str.split, told)}

    with open_log(engine) as log:
        held = messages(log)
        assert len(acknowledged) > KILLS
        assert {message: held.get(message) for message in acknowledged} == acknowledged
        assert sorted(held.values()) == list(range(1, len(held) + 1))
        assert verify(log).problems == ()


def test_ten_programs_that_start_together_on_nothing_make_one_log(engine: Engine) -> None:
    programs = [Started(writer.main, engine.store, str(engine.key_file), folder=engine.folder) for _ in range(10)]
    ended = [program.ended() for program in programs]

    with open_log(engine) as log:
        assert ended == [0] * 10
        assert [program.lines() for program in programs] == [["open 0"]] * 10
        assert len(engine.sql("SELECT origin FROM log")) == 1
        assert verify(log).problems == ()
