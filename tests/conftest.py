"""Fixtures that more than one folder of tests uses."""

import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings

from tests.engines import Engine, PostgresServer, new_engine
from tests.scenarios import FakeClock, Scene, open_log, open_scene
from timeline.store.log import ConflictLog

settings.register_profile(
    "suite", deadline=None, max_examples=100, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")

ENGINES = ("sqlite", "postgres")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not look at it again and again, a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


NewEngine = Callable[[str], AbstractContextManager[Engine]]


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands at noon, 1 June 2023."""
    return FakeClock()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A service on an empty file."""
    with open_scene(tmp_path / "scene.db") as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for all tests."""
    with TemporaryDirectory(prefix="timeline-pg-", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(Path(folder))
        yield server
        server.close()


@pytest.fixture
def make_engine(request: pytest.FixtureRequest, tmp_path: Path) -> NewEngine:
    """Makes a place for a log on the engine of a name; the server is started when it is first asked for."""

    def make(name: str) -> AbstractContextManager[Engine]:
        server = request.getfixturevalue("postgres") if name == "postgres" else None
        return new_engine(name, tmp_path, server)

    return make


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, make_engine: NewEngine) -> Iterator[Engine]:
    """A place for a log, once on each engine."""
    with make_engine(request.param) as made:
        yield made


@pytest.fixture
def log(engine: Engine, clock: FakeClock) -> Iterator[ConflictLog]:
    """An empty log, once on each engine."""
    with open_log(engine, clock) as opened:
        yield opened
