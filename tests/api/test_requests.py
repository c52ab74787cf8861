"""Each request has a name: in its answer, and in every line that it causes in the log."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from tests.scenarios import Scene, bearer, message
from timeline import logs
from timeline.access.tokens import Scope

SECRET = "ct_" + "x" * 43
"""Looks like a token."""


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Gives the lines of the log so far."""
    before = structlog.get_config()
    logs.to_stderr()
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    structlog.configure(**before)


@pytest.mark.parametrize("given", ["a", "req-1", "0af7651916cd43dd8448eb211c80319c", "A.b_c-" + "d" * 58])
def test_a_short_and_plain_name_of_the_client_s_is_kept(scene: Scene, given: str) -> None:
    assert scene.client.get("/api/v1/fronts", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "a b", "a" * 65, "-a", 'a"b', "ключ".encode().decode("latin-1"), SECRET])
def test_any_other_is_made_here(scene: Scene, given: str) -> None:
    name = scene.client.get("/api/v1/fronts", headers={"X-Request-ID": given}).headers["X-Request-ID"]

    assert re.fullmatch(r"[0-9a-f]{32}", name)


def test_two_requests_have_two_names(scene: Scene) -> None:
    names = {scene.client.get("/healthz").headers["X-Request-ID"] for _ in range(10)}

    assert len(names) == 10


def test_a_request_is_one_line_with_what_an_operator_needs(scene: Scene, logged: Any) -> None:
    desk = bearer(scene.tokens, "desk", Scope.APPEND)
    scene.app.test_client().post(
        "/api/v1/events?q=secret", json=message(), headers={"Authorization": desk, "X-Request-ID": "r-1"}
    )
    (line,) = logged()

    assert line.pop("duration_ms") > 0
    assert line.pop("timestamp")
    assert line == {
        "event": "request",
        "level": "info",
        "request_id": "r-1",
        "method": "POST",
        "route": "/api/v1/events",
        "status": 422,
        "token": "desk",
    }


def test_what_is_answered_before_the_application_has_the_same_line(scene: Scene, logged: Any) -> None:
    read_at = {"recorded_at": scene.post(message()).json["position"]}
    tag = scene.client.get("/api/v1/timeline", query_string=read_at).headers["ETag"]
    scene.app.test_client().get("/api/v1/timeline", query_string=read_at, headers={"If-None-Match": tag})

    appended, read, unchanged = logged()
    assert appended.keys() == read.keys()
    assert unchanged.keys() == read.keys() - {"token"}
    assert (appended["route"], appended["status"], appended["token"]) == ("/api/v1/events", 201, "tests")
    assert (unchanged["status"], unchanged["event"], unchanged["level"]) == (304, "request", "info")


@pytest.mark.parametrize(("path", "route"), [("/api/v1/nothing", "/api/<path:path>"), ("/nothing", "unknown")])
def test_a_path_that_is_unknown_is_logged_by_its_rule(scene: Scene, logged: Any, path: str, route: str) -> None:
    scene.client.get(path)

    assert [line["route"] for line in logged()] == [route]


def test_a_request_that_is_refused_is_logged_as_well(scene: Scene, logged: Any) -> None:
    scene.app.test_client().post("/api/v1/events")
    scene.client.get("/api/v1/timeline?as_of=never")

    assert [(line["status"], line.get("token")) for line in logged()] == [(401, None), (422, "tests")]


def test_names_do_not_run_into_one_another(scene: Scene, logged: Any) -> None:
    scene.client.get("/api/v1/fronts", headers={"X-Request-ID": "one"})
    structlog.get_logger().info("in between")
    scene.app.test_client().get("/api/v1/fronts", headers={"X-Request-ID": "two"})
    lines = logged()

    assert [line.get("request_id") for line in lines] == ["one", None, "two"]
    assert [line.get("token") for line in lines] == ["tests", None, None]


def test_only_a_failure_of_ours_names_its_request_in_the_document(scene: Scene) -> None:
    assert "request_id" not in scene.client.get("/api/v1/timeline?as_of=never").get_json()
