"""The thread that follows the log outlives whatever goes wrong meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import pytest
from eventsourcing.persistence import OperationalError

from tests.scenarios import Scene, given, reported
from timeline.errors import StoreUnusable


@contextmanager
def followed(scene: Scene) -> Iterator[Thread]:
    stop = Event()
    thread = Thread(target=scene.runner.follow, args=(stop,), daemon=True)
    thread.start()
    yield thread
    stop.set()
    thread.join(5)


def comes_true(condition: Any, patience: float = 10) -> bool:
    give_up = monotonic() + patience
    while not condition() and monotonic() < give_up:
        sleep(0.02)
    return bool(condition())


@pytest.mark.parametrize(
    "error", [OperationalError("the line is dead"), StoreUnusable("no"), OSError("disk"), ZeroDivisionError("a bug")]
)
def test_rows_are_followed_again_after_an_outage_of_any_sort(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    scene.tell(reported())
    scene.runner.catch_up()
    failed = Event()

    def fails() -> Any:
        failed.set()
        raise error

    with monkeypatch.context() as outage:
        outage.setattr(scene.log.records.queries, "head", fails)
        with followed(scene) as thread:
            assert comes_true(failed.is_set)
            outage.undo()
            scene.tell(given("ua-mod", "denies"))

            assert comes_true(lambda: scene.runner.lag().position == 2)
            assert thread.is_alive()
