"""A message id belongs to its token's desk: which sources a token may use, and what it learns of the ids of others."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.scenarios import Scene, message, reported, submission
from timeline.access.tokens import Scope, Token

Send = Callable[[Scene, str, dict[str, Any]], TestResponse]


def authorized(scene: Scene, name: str, *sources: str, scopes: tuple[Scope, ...] = (Scope.APPEND,)) -> str:
    """The `Authorization` of a new token with these sources."""
    return f"Bearer {scene.tokens.create(name, scopes, sources=sources)[0]}"


def fast(scene: Scene, by: str, told: dict[str, Any]) -> TestResponse:
    return scene.client.post("/api/v1/events", json=told, headers={"Authorization": by})


def ordinary(scene: Scene, by: str, told: dict[str, Any]) -> TestResponse:
    return scene.client.post("/api/v1/events?atomic=false", json=told, headers={"Authorization": by})


def binary(scene: Scene, by: str, told: dict[str, Any]) -> TestResponse:
    attributes = {f"ce-{name}": value for name, value in told.items() if name != "data"}
    return scene.client.post("/api/v1/events", json=told["data"], headers={"Authorization": by, **attributes})


def by_key(scene: Scene, by: str, told: dict[str, Any]) -> TestResponse:
    without = {name: value for name, value in told.items() if name != "id"}
    headers = {"Authorization": by, "Idempotency-Key": "k-1"}
    return scene.client.post("/api/v1/events", json=without, headers=headers)


WAYS = pytest.mark.parametrize("send", [fast, ordinary, binary, by_key])


@WAYS
@pytest.mark.parametrize("source", ["//desk-a", "//desk-a/east", "//desk-a#1", "//desk-a?x"])
def test_a_token_uses_its_source_and_what_is_below(scene: Scene, send: Send, source: str) -> None:
    assert send(scene, authorized(scene, "desk-a", "//desk-a"), message(source=source)).status_code == 201


@WAYS
@pytest.mark.parametrize("source", ["//desk-ab", "//desk-b", "//desk", "//DESK-A", "x//desk-a", "//desk-a.org"])
def test_a_token_uses_no_other_source(scene: Scene, send: Send, source: str) -> None:
    refused = send(scene, authorized(scene, "desk-a", "//desk-a"), message(source=source))
    problem = refused.get_json()

    assert refused.status_code == 403
    assert problem["type"] == "urn:timeline:problem:source-not-allowed"
    assert problem["errors"] == [{"field": "source", "value": source, "allowed": "//desk-a and what is below it"}]
    assert scene.head == 0


@WAYS
def test_a_message_that_names_no_source_is_of_none_of_the_tokens(scene: Scene, send: Send) -> None:
    told = message()
    del told["source"]
    refused = send(scene, authorized(scene, "desk-a", "//desk-a"), told)

    assert refused.status_code == 403
    assert refused.get_json()["errors"][0]["value"] == "//timeline/api"


@pytest.mark.parametrize("content_type", ["application/cloudevents-batch+json", "application/x-ndjson"])
def test_in_a_batch_each_source_is_looked_at(scene: Scene, content_type: str) -> None:
    told = [message(id="a-1", source="//desk-a"), message(id="a-2", source="//desk-b", data={"title": "Two"})]
    body = "\n".join(map(json.dumps, told)) if "ndjson" in content_type else json.dumps(told)
    by = authorized(scene, "desk-a", "//desk-a")
    answer = scene.client.post("/api/v1/events", data=body, content_type=content_type, headers={"Authorization": by})

    assert '"accepted":1' in answer.get_data(as_text=True)
    assert "urn:timeline:problem:source-not-allowed" in answer.get_data(as_text=True)


@pytest.mark.parametrize("type", ["entry.voided", "development.assessed"])
def test_voids_and_verdicts_are_of_its_source_as_well(scene: Scene, type: str) -> None:
    by = authorized(scene, "desk-a", "//desk-a", scopes=(Scope.ADMIN,))
    fast(scene, by, message(source="//desk-a"))
    data = {"position": 1, "reason": "a mistake"}
    if type == "development.assessed":
        data = {"aspect": "occurrence", "verdict": "confirmed", "credibility": 2, "rationale": "seen", "assessor": "me"}
    told = message(type, id="v-1", source="//desk-b", subject=scene.get("/events")["items"][0]["subject"], data=data)

    assert fast(scene, by, told).get_json()["type"] == "urn:timeline:problem:source-not-allowed"


@pytest.mark.parametrize("own", [("urn:desk-a:",), ("//other", "//desk-a/"), ("//desk-a", "urn:desk-a:")])
def test_a_source_that_ends_at_a_boundary_allows_what_begins_like_it(scene: Scene, own: tuple[str, ...]) -> None:
    by = authorized(scene, "desk-a", *own)
    below = "urn:desk-a:east" if "urn:desk-a:" in own else "//desk-a/east"

    assert fast(scene, by, message(source=below)).status_code == 201


@WAYS
def test_a_revoked_and_replaced_token_has_the_sources_that_it_was_made_with_last(scene: Scene, send: Send) -> None:
    authorized(scene, "desk", "//desk-a")
    secret, _ = scene.tokens.create("desk", [Scope.APPEND], replace=True, sources=["//desk-b"])

    assert send(scene, f"Bearer {secret}", message(source="//desk-a")).status_code == 403
    assert send(scene, f"Bearer {secret}", message(source="//desk-b")).status_code == 201


SECRETIVE = message(id="a-1", data={"title": "Another title", "summary": "Another summary."})


@pytest.mark.parametrize("send", [fast, ordinary, binary])
def test_who_uses_the_id_of_another_learns_only_that(scene: Scene, send: Send) -> None:
    one, other = authorized(scene, "one"), authorized(scene, "other")
    send(scene, one, message(id="a-1"))
    refused = send(scene, other, SECRETIVE)

    assert refused.status_code == 409
    assert refused.get_json()["detail"] == "id: 'a-1' of '//example.org/desk' was used by another sender"
    assert "position" not in refused.get_data(as_text=True)
    assert "one" not in refused.get_json()["errors"][0].values()


@pytest.mark.parametrize("send", [fast, ordinary, binary])
def test_the_sender_is_told_where_their_own_id_stands(scene: Scene, send: Send) -> None:
    one = authorized(scene, "one")
    send(scene, one, message(id="a-1"))

    assert "already stands at position 1" in send(scene, one, SECRETIVE).get_json()["detail"]


def test_what_was_imported_is_another_senders(scene: Scene) -> None:
    told = message(id="m-1", source="//test")
    scene.log.record(submission(reported(), message="m-1"))
    refused = fast(scene, authorized(scene, "one"), told)

    assert refused.status_code == 409
    assert "was used by another sender" in refused.get_json()["detail"]


@pytest.mark.parametrize("send", [fast, ordinary, binary])
def test_the_same_content_of_another_token_is_a_duplicate_as_before(scene: Scene, send: Send) -> None:
    first = send(scene, authorized(scene, "one"), message())
    again = send(scene, authorized(scene, "other"), message())

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.get_json() == first.get_json()


@pytest.mark.parametrize(
    ("own", "source", "may"),
    [
        ((), "//any", True),
        (("//a",), "//a", True),
        (("//a",), "//a:80", False),
        (("//a",), "//a/../b", True),
        (("//a/",), "//a", False),
        (("//a b",), "//a b/c", True),
    ],
)
def test_what_is_below_is_told_by_the_next_character(own: tuple[str, ...], source: str, may: bool) -> None:
    assert Token("desk", frozenset(), None, sources=own).may_use(source) is may  # type: ignore[arg-type]


@pytest.mark.parametrize("content_type", ["application/cloudevents-batch+json", "application/x-ndjson"])
def test_all_or_none_appends_none_where_one_source_is_not_the_tokens(scene: Scene, content_type: str) -> None:
    told = [message(id="a-1", source="//desk-a"), message(id="a-2", source="//desk-b", data={"title": "Two"})]
    body = "\n".join(map(json.dumps, told)) if "ndjson" in content_type else json.dumps(told)
    headers = {"Authorization": authorized(scene, "desk-a", "//desk-a")}
    answer = scene.client.post("/api/v1/events?atomic=true", data=body, content_type=content_type, headers=headers)

    assert (answer.status_code, answer.get_json()["type"]) == (422, "urn:timeline:problem:none-appended")
    assert answer.get_json()["items"][1]["problem"]["type"] == "urn:timeline:problem:source-not-allowed"
    assert scene.head == 0


def test_a_dry_run_refuses_a_source_as_an_append_does(scene: Scene) -> None:
    headers = {"Authorization": authorized(scene, "desk-a", "//desk-a")}
    told = message(source="//desk-b")
    dry = scene.client.post("/api/v1/events?validate=true", json=told, headers=headers)
    wet = scene.client.post("/api/v1/events", json=told, headers=headers)
    many = scene.client.post(
        "/api/v1/events?validate=true",
        data=json.dumps([message(source="//desk-a"), told]),
        content_type="application/cloudevents-batch+json",
        headers=headers,
    )

    assert (dry.status_code, dry.get_json()) == (wet.status_code, wet.get_json())
    assert dry.status_code == 403
    assert [one["outcome"] for one in many.get_json()["items"]] == ["accepted", "rejected"]
    assert many.get_json()["items"][1]["problem"]["errors"] == wet.get_json()["errors"]
    assert scene.head == 0
