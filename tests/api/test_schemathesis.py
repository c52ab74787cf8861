"""Schemathesis (its command, with all its checks) finds nothing that is not as the OpenAPI document says it is.

The stream of events is left out: it has no end, and schemathesis waits for one.
"""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

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
def test_every_answer_is_as_the_document_says(service: Running, with_token: bool, tmp_path: Path) -> None:
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
        *("--report-har-path", str(tmp_path / "asked.har")),
        *("--exclude-path", "/api/v1/events/stream", *token),
    ]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400)

    assert told.returncode == 0, told.stdout[-6_000:] + told.stderr[-2_000:]
    assert " passed" in told.stdout or "Tested:" in told.stdout
    assert never_asked(service, tmp_path / "asked.har") == set()


def never_asked(service: Running, report: Path) -> set[tuple[str, str]]:
    """Path and name of each query parameter of the document that no request had; a cursor is no thing to make up."""
    with urllib.request.urlopen(f"{service.address}/api/v1/openapi.json") as answer:
        paths = json.load(answer)["paths"]
    asked: dict[str, set[str]] = {}
    for entry in json.loads(report.read_text("utf-8"))["log"]["entries"]:
        url = urlsplit(entry["request"]["url"])
        names = set(parse_qs(url.query, keep_blank_values=True))
        for path in paths:
            if re.fullmatch(re.sub(r"\{[a-z]+\}", "[^/]+", path), url.path):
                asked.setdefault(path, set()).update(names)
    return {
        (path, one["name"])
        for path, methods in paths.items()
        for operation in methods.values()
        if isinstance(operation, dict) and path != "/api/v1/events/stream"
        for one in operation.get("parameters", ())
        if one["in"] == "query" and one["name"] not in (*asked.get(path, ()), "cursor")
    }
