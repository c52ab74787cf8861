"""Clients that are made of the OpenAPI document page the log, append an event and read a timeline on a real server.

The generators that take long are for `make soak`.
"""

import json
import os
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.clients import generating
from tests.scenarios import BAKHMUT, given, instant, registered, reported
from tests.servers import UNLIMITED, Running, serving
from timeline.domain.aggregates import Submission
from timeline.domain.values import MessageId, source_id
from timeline.store.log import ConflictLog

Generator = Callable[[Path, Path], list[str | Path]]

SOAK = pytest.mark.skipif("TIMELINE_SOAK_CLIENTS" not in os.environ, reason="takes long: `make soak` has it")
GENERATORS = [
    generating.with_openapi_python_client,
    pytest.param(generating.with_openapi_typescript, marks=SOAK),
    pytest.param(generating.with_openapi_generator_python, marks=SOAK),
    pytest.param(generating.with_openapi_generator_typescript, marks=SOAK),
    pytest.param(generating.with_openapi_generator_go, marks=SOAK),
    pytest.param(generating.with_openapi_generator_java, marks=SOAK),
]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Running]:
    """A service that holds three events, so that they are two pages of two."""
    store = tmp_path / "told.db"
    log = ConflictLog(store)
    facts = [(registered("ru-mod", "russia"), source_id("ru-mod")), (reported(), BAKHMUT), (given("ua-mod"), BAKHMUT)]
    for number, (fact, id) in enumerate(facts):
        log.record(Submission(id, instant("2023-05-21"), MessageId("//test", f"m-{number}"), fact))
    log.close()
    with serving(str(store), **UNLIMITED) as running:
        yield running


@pytest.mark.parametrize("generator", GENERATORS)
def test_a_generated_client_pages_the_log_appends_and_reads_a_timeline(
    service: Running, tmp_path: Path, generator: Generator
) -> None:
    document, folder = tmp_path / "openapi.json", tmp_path / "program"
    with urllib.request.urlopen(f"{service.address}/api/v1/openapi.json") as answer:
        document.write_bytes(answer.read())
    folder.mkdir()
    command = generator(document, folder)
    printed = generating.run(command, folder, {"ADDRESS": service.address, "TOKEN": service.token("client", "append")})

    assert json.loads(printed) == {
        "before": ["m-0", "m-1", "m-2"],
        "after": ["m-0", "m-1", "m-2", "generated"],
        "titles": ["Bakhmut capture claimed", "Bakhmut captured"],
        "version": 1,
    }
