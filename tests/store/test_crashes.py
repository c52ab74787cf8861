"""Nothing acknowledged is lost, nothing is there twice: programs are killed, and many start at once."""

import subprocess
import sys
import time
from pathlib import Path
from random import Random

from tests.engines import Engine
from tests.scenarios import open_log
from timeline.domain.facts import Recorded
from timeline.store.log import ConflictLog
from timeline.store.verification import verify

KILLS = 20
ROOT = Path(__file__).parent.parent.parent


def start(engine: Engine, prefix: str, threads: int) -> subprocess.Popen[str]:
    arguments = [engine.store, str(engine.key_file), prefix, str(threads)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.store.writer", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


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
    for kill in range(KILLS):
        writer = start(engine, f"w{kill}", threads=3)
        assert writer.stdout
        writer.stdout.readline()
        time.sleep(random.uniform(0.02, 0.25))
        writer.kill()
        told, _ = writer.communicate()
        whole = told[: told.rfind("\n") + 1]
        acknowledged |= {message: int(position) for message, position in map(str.split, whole.splitlines())}

    with open_log(engine) as log:
        held = messages(log)
        assert len(acknowledged) > 10 * KILLS
        assert {message: held.get(message) for message in acknowledged} == acknowledged
        assert sorted(held.values()) == list(range(1, len(held) + 1))
        assert verify(log).problems == ()


def test_ten_programs_that_start_together_on_nothing_make_one_log(engine: Engine) -> None:
    programs = [start(engine, f"p{number}", threads=0) for number in range(10)]
    told = [program.communicate(timeout=120)[0] for program in programs]

    with open_log(engine) as log:
        assert [program.returncode for program in programs] == [0] * 10
        assert told == ["open 0\n"] * 10
        assert len(engine.sql("SELECT origin FROM log")) == 1
        assert verify(log).problems == ()
