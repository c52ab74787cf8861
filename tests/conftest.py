"""The few fixtures worth it: a whole service on a temporary file, and a log alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.scenarios import FakeClock, Scene, open_log, open_scene
from timeline.store.log import ConflictLog

settings.register_profile(
    "suite", deadline=None, max_examples=100, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with open_scene(tmp_path / "scene.db") as opened:
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def log(tmp_path: Path, clock: FakeClock) -> Iterator[ConflictLog]:
    with open_log(tmp_path / "log.db", clock) as opened:
        yield opened
