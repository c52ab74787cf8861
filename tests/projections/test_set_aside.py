"""An event that can not be read is set aside with its reason, stays in sight, and everything else goes on."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import StoredEvent

from tests.engines import Engine
from tests.projections.tables import all_rows
from tests.scenarios import BAKHMUT, GRAYVORON, NOW, Scene, given, open_scene, registered, reported
from timeline.domain.descriptions import DescriptionChanges, SourceChanges
from timeline.domain.facts import DevelopmentRevised, Fact, SourceRevised
from timeline.domain.values import MessageId, development_id_of, source_id
from timeline.domain.vocabulary import Aspect, Nature, Status
from timeline.projections.engines import generations_of
from timeline.projections.first_words import _found_by
from timeline.projections.running import Runner
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.questions import Reader
from timeline.readmodel.versions import look_of
from timeline.store.backups import backup as write_backup
from timeline.store.backups import restore

OTHER = development_id_of("test:other")


def store(scene: Scene, topic: str, state: bytes, id: UUID = OTHER) -> None:
    """Put bytes into the log that no version of ours wrote."""
    broken = StoredEvent(originator_id=id, originator_version=1, topic=topic, state=state)
    scene.log.recorder.insert_events([broken], messages=[MessageId("//broken", str(scene.head))], now=NOW)


BROKEN: dict[str, tuple[str, bytes]] = {
    "not JSON": ("account.given", b"\xff\x00"),
    "half of an event": ("account.given", b'{"reported_at": "2023-05-21T00:00:00Z"}'),
    "a value that is not allowed": (
        "account.given",
        b'{"reported_at":"2023-05-21T00:00:00Z","message":{"source":"a","id":"b"},"fact":{"account":{"source":"A B"}}}',
    ),
    "a topic of a later version": ("account.guessed", b"{}"),
}


@pytest.mark.parametrize(("topic", "state"), BROKEN.values(), ids=BROKEN)
def test_an_unreadable_event_is_set_aside_and_the_rest_goes_on(scene: Scene, topic: str, state: bytes) -> None:
    scene.tell(reported())
    store(scene, topic, state)
    scene.tell(given("ua-mod", "denies"))

    answer = scene.get("/timeline")
    ready = scene.client.get("/readyz").get_json()
    (aside,) = scene.reader.set_aside()

    assert [item["status"] for item in answer["items"]] == ["disputed"]
    assert answer["recorded_at"]["position"] == 3
    assert (aside.position, aside.topic) == (2, topic)
    assert aside.reason
    assert (ready["position"], [one["position"] for one in ready["set_aside"]]) == (3, [2])


def test_an_unreadable_event_does_not_stop_those_who_read_the_log(scene: Scene) -> None:
    scene.tell(reported())
    store(scene, *BROKEN["not JSON"])
    scene.tell(given("ua-mod", "denies"))

    positions = [event["position"] for event in scene.get("/events")["items"]]
    assert positions[0] == 1
    assert positions[-1] == 3


def test_an_event_is_set_aside_once_however_often_the_log_is_asked(scene: Scene) -> None:
    store(scene, *BROKEN["not JSON"])
    for _ in range(3):
        scene.get("/timeline")

    assert len(scene.reader.set_aside()) == 1


def test_a_reader_that_starts_late_sees_what_one_that_followed_saw(scene: Scene) -> None:
    for source, day in (("ru-mod", "2023-05-22"), ("ua-mod", "2023-05-20"), ("legion", "2023-05-21")):
        scene.tell(reported(source), day)
        scene.get("/timeline")
    scene.runner.rebuild()
    late = Reader(scene.runner.catch_up, scene.log, scene.clock)

    def seen(reader: Any) -> Any:
        return reader.timeline(WantedCuts()), reader.sources(WantedCuts()), reader.fronts(WantedCuts())

    assert seen(late) == seen(scene.reader)


def test_nothing_is_appended_to_a_subject_of_which_a_record_can_not_be_read(scene: Scene) -> None:
    scene.tell(reported())
    store(scene, *BROKEN["a value that is not allowed"])
    head = scene.head

    response = scene.post(
        {"type": "account.given", "subject": str(OTHER), "data": {"source": "bbc", "stance": {"date": "asserts"}}}
    )

    assert response.status_code == 503
    assert response.get_json()["type"] == "urn:timeline:problem:store-unusable"
    assert scene.head == head


def test_readiness_names_what_is_set_aside_and_how_far_the_rows_are(scene: Scene) -> None:
    scene.tell(reported())
    store(scene, *BROKEN["a topic of a later version"])
    scene.clock.now = datetime.now(UTC)  # which is when the broken event was recorded
    before = scene.client.get("/readyz")
    scene.get("/timeline")
    after = scene.client.get("/readyz")

    assert before.status_code == 503
    assert before.get_json()["behind"] == 2
    assert after.status_code == 200
    told = after.get_json()
    assert all(check["ok"] for check in told.pop("checks"))
    assert told == {
        "status": "ready",
        "generation": 1,
        "position": 2,
        "log_position": 2,
        "behind": 0,
        "set_aside": [{"position": 2, "type": "account.guessed", "reason": told["set_aside"][0]["reason"]}],
    }


@pytest.mark.parametrize("reason", ["a sign \0 that PostgreSQL refuses", "half a sign \ud800 that no file holds"])
def test_an_event_is_set_aside_whatever_signs_its_error_has(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    def fails(_: Any) -> Any:
        raise ValueError(reason)

    with open_scene(engine) as scene:
        scene.tell(reported())
        monkeypatch.setattr("timeline.projections.projection.indexed", fails)
        scene.tell(given("ua-mod", "denies"))

        assert scene.get("/timeline")["recorded_at"]["position"] == 2
        assert scene.client.get("/readyz").get_json()["set_aside"][-1]["position"] == 2


def test_a_service_is_not_ready_where_its_rows_are_of_more_than_the_log_holds(scene: Scene, tmp_path: Path) -> None:
    scene.tell(reported())
    write_backup(scene.log, tmp_path / "backup.ndjson")
    scene.tell(given("ua-mod", "denies"))
    scene.runner.catch_up()
    restore(tmp_path / "backup.ndjson", scene.log.address, replace=True)

    ready = scene.client.get("/readyz")

    assert (ready.status_code, ready.get_json()["status"]) == (503, "replaced")
    scene.runner.rebuild()
    assert scene.client.get("/readyz").status_code == 200


def poisoned(monkeypatch: pytest.MonkeyPatch, title: str) -> None:
    """From now on the projection fails at whatever has this title."""

    def look(state: Any, statuses: Any) -> Any:
        if state.described.title == title:
            raise ZeroDivisionError("a bug")
        return look_of(state, statuses)

    monkeypatch.setattr("timeline.projections.biographies.look_of", look)
    monkeypatch.setattr("timeline.projections.projection.look_of", look)

    def found_by(description: Any, account: Any) -> set[str]:
        if description.title == title:
            raise ZeroDivisionError("a bug")
        return _found_by(description, account)

    monkeypatch.setattr("timeline.projections.first_words._found_by", found_by)


POISON: dict[str, tuple[Fact, UUID]] = {
    "the first report of a development": (reported(title="Poison", front="elsewhere"), OTHER),
    "another report of one that is known": (reported("ua-mod", title="Poison", front="elsewhere"), BAKHMUT),
    "a revision": (DevelopmentRevised(DescriptionChanges(title="Poison"), Nature.UPDATE), BAKHMUT),
}


@pytest.mark.parametrize(("fact", "id"), POISON.values(), ids=POISON)
def test_a_poison_event_is_set_aside_and_after_the_fix_a_retry_makes_as_if_it_had_never_happened(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, fact: Fact, id: UUID
) -> None:
    with open_scene(engine) as scene:
        scene.tell(reported())
        with monkeypatch.context() as bug:
            poisoned(bug, "Poison")
            scene.tell(fact, "2023-05-22", id)
            scene.tell(given("ua-mod", "denies"), "2023-05-23")
            scene.tell(reported(title="Another", front="elsewhere"), "2023-05-23", GRAYVORON)

            answer = scene.get("/timeline")
            (aside,) = scene.reader.set_aside()
            titles = {item["title"]: item["position"] for item in answer["items"]}
            assert titles == {"Bakhmut capture claimed": 3, "Another": 4}
            assert (aside.position, aside.reason) == (2, "ZeroDivisionError: a bug")
            assert scene.runner.retry() == (0, 1)
            assert scene.get("/timeline") == answer

        assert scene.runner.retry() == (1, 0)
        retried = all_rows(scene.runner.catch_up())
        found = scene.get("/timeline")["items"]
        assert "Poison" in {item["title"] for item in found}

        untroubled = Runner(scene.log, generations_of(scene.log.address, version=99), batch=1)
        assert all_rows(untroubled.catch_up()) == retried
        untroubled.close()


def test_what_is_told_of_a_source_is_set_aside_once_though_it_fails_with_many_developments(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(state: Any, statuses: Any) -> Any:
        if statuses[Aspect.OCCURRENCE] is Status.CORROBORATED:
            raise ZeroDivisionError("a bug")
        return look_of(state, statuses)

    monkeypatch.setattr("timeline.projections.biographies.look_of", look)
    monkeypatch.setattr("timeline.projections.parts.GROUPS", 1)
    with open_scene(engine) as scene:
        for slug in ("ru-mod", "wagner"):
            scene.tell(registered(slug, "russia"), "2023-05-01")
        for id in (BAKHMUT, GRAYVORON):
            scene.tell(reported(), "2023-05-21", id)
            scene.tell(given("wagner"), "2023-05-21", id)
        scene.runner.catch_up()
        scene.tell(SourceRevised(SourceChanges(affiliation="nobody")), "2023-05-22", source_id("wagner"))
        scene.tell(reported(), "2023-05-23", OTHER)

        assert [item["status"] for item in scene.get("/timeline")["items"]] == ["claimed"] * 3
        assert [one.position for one in scene.reader.set_aside()] == [7]
        scene.runner.rebuild()
        assert [one.position for one in scene.reader.set_aside()] == [7]
