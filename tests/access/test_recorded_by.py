"""Who brought an event is kept with it: by the token's name, for good, and never by what a message says of itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engines import Engine
from tests.scenarios import BAKHMUT, NOW, Scene, bearer, message, open_scene, reported
from timeline.access.tokens import Scope
from timeline.domain.facts import Event
from timeline.domain.values import MessageId
from timeline.store.addresses import parse_address
from timeline.store.backups import backup, restore
from timeline.store.transcoding import FactMapper


def post(scene: Scene, authorization: str, body: Any) -> Any:
    return scene.client.post("/api/v1/events", json=body, headers={"Authorization": authorization})


def test_an_event_carries_the_name_of_the_token_that_brought_it(scene: Scene) -> None:
    desk = bearer(scene.tokens, "desk-bot", Scope.APPEND)
    post(scene, desk, message(data={"external_id": "test:entry"}))
    (event,) = scene.get("/events")["items"]
    (step,) = scene.get("/developments/test:entry/history")["steps"]

    assert event["recordedby"] == "desk-bot"
    assert step["recorded_by"] == "desk-bot"


def test_a_client_can_not_say_who_it_is(scene: Scene) -> None:
    desk = bearer(scene.tokens, "desk-bot", Scope.APPEND)
    answer = post(scene, desk, {**message(), "recordedby": "somebody-else"})

    assert answer.status_code == 201
    assert scene.get("/events")["items"][0]["recordedby"] == "desk-bot"


def test_the_same_message_with_another_token_is_the_same_message_and_keeps_the_first_name(scene: Scene) -> None:
    one, other = (bearer(scene.tokens, name, Scope.APPEND) for name in ("one", "other"))
    first, again = post(scene, one, message()), post(scene, other, message())

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.get_json() == first.get_json()
    assert [event["recordedby"] for event in scene.get("/events")["items"]] == ["one"]


def test_an_event_that_came_by_the_command_line_names_nobody(scene: Scene) -> None:
    scene.tell(reported())
    (event,) = scene.get("/events")["items"]
    (step,) = scene.get(f"/developments/{BAKHMUT}/history")["steps"]

    assert "recordedby" not in event
    assert step["recorded_by"] is None


def test_a_record_without_a_name_has_the_bytes_that_it_always_had() -> None:
    event = Event(BAKHMUT, 1, NOW, MessageId("//test", "m"), reported())
    stored = FactMapper().to_stored_event(event).state

    assert json.loads(stored).keys() == {"reported_at", "message", "fact"}
    assert b"recorded_by" not in stored


@pytest.mark.parametrize("name", ["log.ndjson", "copy.db"])
def test_the_name_outlives_backup_and_restore(engine: Engine, tmp_path: Path, name: str) -> None:
    if engine.name == "postgres" and name == "copy.db":
        pytest.skip("a PostgreSQL log has no such copy")
    with open_scene(engine) as scene:
        post(scene, bearer(scene.tokens, "desk-bot", Scope.APPEND), message())
        before = scene.get("/events")
        backup(scene.log, tmp_path / name)
    target = Engine("sqlite", str(tmp_path / "restored.db"), tmp_path)
    restore(tmp_path / name, parse_address(target.store), key_file=engine.key_file)

    with open_scene(target) as scene:
        assert scene.get("/events")["items"] == before["items"]
        assert before["items"][0]["recordedby"] == "desk-bot"
