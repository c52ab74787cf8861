"""Schemathesis (its command, with all its checks) finds nothing that is not as the OpenAPI document says it is.

The stream of events is left out: it has no end, and schemathesis waits for one.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios import BAKHMUT, given, instant, registered, reported
from tests.servers import UNLIMITED, Running, serving
from timeline.domain.aggregates import Submission
from timeline.domain.values import MessageId, source_id
from timeline.store.log import ConflictLog

ROOT = Path(__file__).parents[2]
PHASES = os.environ.get("TIMELINE_SOAK_PHASES", "examples,fuzzing")
"""What is run; `make soak` has `coverage` as well, some eight thousand requests in a minute and a half."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service that knows of one development."""
    store = tmp_path_factory.mktemp("schemathesis") / "told.db"
    log = ConflictLog(store)
    facts = [(registered("ru-mod", "russia"), source_id("ru-mod")), (reported(), BAKHMUT), (given("ua-mod"), BAKHMUT)]
    for number, (fact, id) in enumerate(facts):
        log.record(Submission(id, instant("2023-05-21"), MessageId("//test", str(number)), fact))
    log.close()
    with serving(str(store), **UNLIMITED) as running:
        yield running


@pytest.mark.parametrize("with_token", [True, False], ids=["with a token", "without"])
def test_every_answer_is_as_the_document_says(service: Running, with_token: bool) -> None:
    token = ["--header", f"Authorization: Bearer {service.token('tests', 'admin')}"] if with_token else []
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{service.address}/api/v1/openapi.json"),
        *(
            "--phases",
            PHASES,
            "--max-examples",
            "3",
            "--seed",
            "1",
            "--no-color",
        ),
        *("--exclude-path", "/api/v1/events/stream", *token),
    ]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400)

    assert told.returncode == 0, told.stdout[-6_000:] + told.stderr[-2_000:]
    assert " passed" in told.stdout or "Tested:" in told.stdout
