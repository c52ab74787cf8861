"""A client's own message id never stands for somebody's `Idempotency-Key`, on whatever way it comes in."""

import json
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.scenarios import Scene, bearer, message, open_scene
from timeline.access.tokens import Scope
from timeline.importers.ndjson import read
from timeline.importers.running import run

MINE = "key/tests/k-1"
"""What an `Idempotency-Key: k-1` of the token `tests` stands for."""


def fast(scene: Scene, id: str) -> TestResponse:
    return scene.post(message(id=id))


def ordinary(scene: Scene, id: str) -> TestResponse:
    return scene.client.post("/api/v1/events?atomic=false", json=message(id=id))


def cloudevent(scene: Scene, id: str) -> TestResponse:
    return scene.post(message(id=id), "application/cloudevents+json")


def binary(scene: Scene, id: str) -> TestResponse:
    attributes = message(id=id)
    data = attributes.pop("data")
    headers = {f"ce-{name}": value for name, value in attributes.items()}
    return scene.client.post("/api/v1/events", json=data, headers=headers)


def percent_encoded(scene: Scene, id: str) -> TestResponse:
    return binary(scene, id.replace("key/", "%6Bey%2F"))


def beside_a_key(scene: Scene, id: str) -> TestResponse:
    return scene.client.post("/api/v1/events", json=message(id=id), headers={"Idempotency-Key": "k-1"})


@pytest.mark.parametrize("id", [MINE, "key/", "key/another/k-1"])
@pytest.mark.parametrize("send", [fast, ordinary, cloudevent, binary, percent_encoded, beside_a_key])
def test_an_id_that_stands_for_a_key_is_refused(scene: Scene, send: Any, id: str) -> None:
    refused = send(scene, id)

    assert refused.status_code == 422
    (error,) = refused.get_json()["errors"]
    assert (error["field"], error["value"]) == ("id", id)
    assert "'key/'" in error["allowed"]
    assert "Idempotency-Key" in refused.get_json()["detail"]
    assert scene.head == 0


@pytest.mark.parametrize("content_type", ["application/cloudevents-batch+json", "application/x-ndjson"])
@pytest.mark.parametrize("atomic", ["false", "true"])
def test_a_batch_refuses_such_an_event_as_one_alone_is_refused(scene: Scene, content_type: str, atomic: str) -> None:
    told = [message(id="a-1"), message(id=MINE)]
    body = "\n".join(map(json.dumps, told)) if "ndjson" in content_type else json.dumps(told)
    answer = scene.client.post(f"/api/v1/events?atomic={atomic}", data=body, content_type=content_type)
    text = answer.get_data(as_text=True)

    assert "does not begin with 'key/'" in text
    assert scene.head == (1 if atomic == "false" else 0)


@pytest.mark.parametrize("id", ["key", "keys/1", "KEY/1", "a/key/1", "-key/1"])
def test_other_ids_are_taken(scene: Scene, id: str) -> None:
    assert fast(scene, id).status_code == 201
    assert ordinary(scene, id).status_code == 200


def test_nobody_takes_the_key_of_another_before_they_use_it(scene: Scene) -> None:
    squatter = bearer(scene.tokens, "squatter", Scope.APPEND)
    taken = scene.client.post("/api/v1/events", json=message(id=MINE), headers={"Authorization": squatter})
    told = message()
    del told["id"]
    own = scene.client.post("/api/v1/events", json=told, headers={"Idempotency-Key": "k-1"})

    assert (taken.status_code, own.status_code) == (422, 201)


def test_an_export_with_such_ids_is_imported_and_read(scene: Scene, tmp_path: Path) -> None:
    told = message()
    del told["id"]
    scene.client.post("/api/v1/events", json=told, headers={"Idempotency-Key": "k-1"})
    file = tmp_path / "export.json"
    file.write_bytes(scene.raw("/exports/cloudevents"))
    with open_scene(tmp_path / "other.db") as other:
        list(run(file, read(file), other.log.record_all, None, 100))
        (event,) = other.get("/events")["items"]

    assert event["id"] == MINE
