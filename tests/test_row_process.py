"""Rows are made by a process beside the one that answers, and nobody has to know: they are there for who asks."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.engines import Engine
from tests.projections.test_following import comes_true
from tests.scenarios import Scene, given, message, reported
from tests.servers import Running, serving
from timeline.projections import running


@pytest.fixture
def server(engine: Engine) -> Iterator[Running]:
    with serving(engine.store, TIMELINE_KEY=str(engine.key_file)) as started:
        yield started


def processes(parent: int) -> dict[int, str]:
    """The processes that one started, and those that these started: their commands by their numbers."""
    found: dict[int, str] = {}
    for thread in Path(f"/proc/{parent}/task").iterdir():
        for pid in map(int, (thread / "children").read_text().split()):
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().replace("\0", " ")
            found |= {pid: command, **processes(pid)}
    return found


def makers(server: Running) -> list[int]:
    """Those that make rows."""
    return [pid for pid, command in processes(server.process.pid).items() if "timeline.row_process" in command]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def tell(server: Running, *ids: str) -> None:
    headers = {"Authorization": f"Bearer {server.token(f'desk-{ids[0]}', 'append')}"}
    for id in ids:
        answer = httpx.post(f"{server.address}/api/v1/events", json=message(id=id), headers=headers)
        assert answer.status_code == 201


def known(server: Running) -> int:
    answer = httpx.get(f"{server.address}/api/v1/timeline?limit=500", timeout=30)
    return len(answer.json()["items"])


def rows_are_at(server: Running, position: int) -> bool:
    """Whether the rows have come so far, without being asked for."""
    told: dict[str, Any] = httpx.get(f"{server.address}/readyz").json()
    return bool(told["position"] == position)


def test_rows_are_made_by_another_process_and_are_there_for_who_asks(server: Running) -> None:
    assert comes_true(lambda: len(makers(server)) == 1)

    tell(server, "a", "b", "c")

    assert known(server) == 3
    tell(server, "d")
    assert comes_true(lambda: rows_are_at(server, 4))


def test_one_that_is_killed_is_replaced_and_nobody_waits_for_it(server: Running) -> None:
    assert comes_true(lambda: bool(makers(server)))
    tell(server, "a")
    (killed,) = makers(server)

    os.kill(killed, signal.SIGKILL)
    tell(server, "b")
    began = time.monotonic()

    assert known(server) == 2
    assert time.monotonic() - began < running.PATIENCE
    assert comes_true(lambda: bool(makers(server)) and makers(server) != [killed])
    tell(server, "c")
    assert comes_true(lambda: rows_are_at(server, 3))
    assert "the process that makes rows ended" in server.printed


def test_it_ends_with_the_one_that_answers_however_that_ends(server: Running) -> None:
    assert comes_true(lambda: bool(makers(server)))
    (maker,) = makers(server)

    os.kill(server.process.pid, signal.SIGKILL)

    assert comes_true(lambda: not is_alive(maker))


class Slow:
    """A process that says that it will, and never does."""

    def __init__(self) -> None:
        self.asked = 0

    def hurry(self) -> bool:
        self.asked += 1
        return True


def test_rows_that_the_other_process_is_too_slow_to_make_are_made_by_who_asks(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "PATIENCE", 0.05)
    slow = Slow()
    scene.tell(reported())
    scene.runner.catch_up()
    scene.runner.leave_to(slow)
    scene.tell(given("ua-mod", "denies"))

    scene.runner.catch_up()

    asked = slow.asked
    assert asked > 1
    assert scene.runner.lag().behind == 0

    scene.tell(given("osint-team", "asserts"))
    scene.runner.catch_up()

    assert slow.asked == asked, "nobody waits again for one that was too slow a moment ago"
    assert scene.runner.lag().behind == 0


def test_one_that_was_too_slow_is_waited_for_again_after_a_while(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PATIENCE", 0.05)
    monkeypatch.setattr(running, "DOUBT", 0.0)
    slow = Slow()
    scene.runner.leave_to(slow)
    scene.tell(reported())
    scene.runner.catch_up()
    asked = slow.asked

    scene.tell(given("ua-mod", "denies"))
    scene.runner.catch_up()

    assert slow.asked > asked
