"""A batch of which every event was refused is no success, whoever looks at the status alone."""

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.scenarios import Scene, bearer, message
from timeline.access.tokens import Scope

ARRAY = "application/cloudevents-batch+json"
LINES = "application/x-ndjson"
BOTH = pytest.mark.parametrize("kind", [ARRAY, LINES])
BAD = message(id="bad", data={"title": ""})
UNKNOWN = message("account.given", id="u", subject="ucdp-ged:9", data={"source": "a", "stance": {"place": "denies"}})


def post(scene: Scene, kind: str, *told: Any, query: str = "", **headers: str) -> TestResponse:
    body = json.dumps(told) if kind == ARRAY else "\n".join(map(json.dumps, told))
    return scene.client.post(f"/api/v1/events{query}", data=body, content_type=kind, headers=headers)


@BOTH
@pytest.mark.parametrize("query", ["", "?outcomes=refused", "?strict=true"])
def test_a_batch_refused_whole_is_a_problem_with_the_counts_and_the_reasons(
    scene: Scene, kind: str, query: str
) -> None:
    answer = post(scene, kind, BAD, UNKNOWN, query=query)
    problem = answer.get_json()

    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert (problem["type"], problem["status"]) == ("urn:timeline:problem:all-refused", 422)
    assert problem["detail"] == "all 2 events were refused; `items` says why"
    assert (problem["events"], problem["accepted"], problem["rejected"]) == (2, 0, 2)
    assert [(one["line"], one["outcome"]) for one in problem["items"]] == [(1, "rejected"), (2, "rejected")]
    assert problem["items"][0]["problem"]["errors"][0]["field"] == "data.title"
    assert scene.head == 0


@BOTH
def test_a_status_that_all_refusals_share_is_that_of_the_batch(scene: Scene, kind: str) -> None:
    assess = {"Authorization": bearer(scene.tokens, "assessor", Scope.ASSESS)}
    bound = {"Authorization": f"Bearer {scene.tokens.create('bound', [Scope.APPEND], sources=['//b'])[0]}"}
    post(scene, kind, message())
    scope = post(scene, kind, message(id="b"), message(id="c"), **assess)
    source = post(scene, kind, message(id="b"), **bound)
    reused = post(scene, kind, message(data={"title": "Another"}))
    mixed = post(scene, kind, message(data={"title": "Another"}), BAD)

    assert [one.status_code for one in (scope, source, reused, mixed)] == [403, 403, 409, 422]
    assert [one.get_json()["status"] for one in (scope, source, reused, mixed)] == [403, 403, 409, 422]
    assert 'error="insufficient_scope"' in scope.headers["WWW-Authenticate"]
    assert "WWW-Authenticate" not in source.headers


def test_lines_that_are_no_json_are_a_bad_request(scene: Scene) -> None:
    answer = scene.client.post("/api/v1/events", data=b"{\n]\n", content_type=LINES)

    assert (answer.status_code, answer.get_json()["rejected"]) == (400, 2)


@BOTH
def test_a_batch_of_which_something_was_there_or_taken_is_a_success(scene: Scene, kind: str) -> None:
    answers = [post(scene, kind, *told) for told in ([message(), BAD], [message()], [message(), BAD], [])]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert {answer.content_type for answer in answers} <= {"application/json", "application/x-ndjson"}


@BOTH
def test_all_or_none_refuses_as_before(scene: Scene, kind: str) -> None:
    answer = post(scene, kind, BAD, BAD, query="?atomic=true")

    assert (answer.status_code, answer.get_json()["type"]) == (422, "urn:timeline:problem:none-appended")


@BOTH
def test_a_secret_in_what_was_refused_is_not_repeated(scene: Scene, kind: str) -> None:
    secret, _ = scene.tokens.create("leaky", [Scope.APPEND])

    assert secret not in post(scene, kind, message(kind=secret), {"type": secret}).get_data(as_text=True)


def test_many_refusals_are_told_without_being_held_at_once(scene: Scene) -> None:
    answer = post(scene, LINES, *[message(id=f"bad-{number}", data={"title": ""}) for number in range(2_500)])

    assert answer.status_code == 422
    assert len(answer.get_json()["items"]) == answer.get_json()["rejected"] == 2_500
