"""Undo over the API: what was entered by mistake is voided by whoever brought it, and told as struck out."""

from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.engines import Engine
from tests.scenarios import Scene, bearer, message, open_scene
from timeline.access.tokens import Scope

SUBJECT = "test:entry"


@pytest.fixture
def shared(engine: Engine) -> Iterator[Scene]:
    """A service on a log, once on each engine."""
    with open_scene(engine) as opened:
        yield opened


def post(scene: Scene, body: Any, authorization: str | None = None, **headers: str) -> TestResponse:
    if authorization:
        headers["Authorization"] = authorization
    return scene.client.post("/api/v1/events", json=body, headers=headers)


def accepted(scene: Scene, type: str, id: str, data: dict[str, Any], subject: str | None = SUBJECT, **more: Any) -> int:
    """The position of an event that was appended."""
    answer = post(scene, message(type, id=id, subject=subject, data=data, **more))
    assert answer.status_code == 201, answer.get_data(as_text=True)
    position: int = answer.get_json()["position"]
    return position


def void(position: int, id: str = "v-1", subject: str | None = SUBJECT, **more: Any) -> dict[str, Any]:
    return message("entry.voided", id=id, subject=subject, data={"position": position, "reason": "Wrong row."} | more)


def entry(scene: Scene) -> int:
    """A development that one source asserts."""
    return accepted(scene, "development.reported", "a-1", {"external_id": SUBJECT}, None)


def status(scene: Scene, **cuts: Any) -> str:
    told: str = scene.get(f"/developments/{SUBJECT}", **cuts)["item"]["status"]
    return told


def test_a_mistaken_retraction_is_lifted_whatever_was_said_meanwhile(shared: Scene) -> None:
    entry(shared)
    retracted = accepted(shared, "development.retracted", "a-2", {"reason": "Wrong row."}, time="2023-05-24T10:00:00Z")
    denied = {"source": "ru-mod", "stance": {"occurrence": "denies"}}
    accepted(shared, "account.given", "a-3", denied, time="2023-05-25T10:00:00Z")
    before = shared.raw("/timeline", recorded_at=3)

    position = accepted(shared, "entry.voided", "v-1", {"position": retracted, "reason": "It stands."})

    assert status(shared) == "disputed"
    assert status(shared, known_at="2023-05-24") == "claimed"
    assert status(shared, recorded_at=position - 1) == "retracted"
    assert shared.raw("/timeline", recorded_at=3) == before


def test_the_event_is_named_by_position_or_by_message_and_both_are_the_same_message_again(scene: Scene) -> None:
    entry(scene)
    for number, named in enumerate(({"position": 2}, {"message": {"source": "//example.org/desk", "id": "a-2"}}), 1):
        accepted(scene, "account.given", f"a-{number + 1}", {"source": "bbc", "stance": {"occurrence": "denies"}})
        said = void(0, f"v-{number}")
        said["data"] = {"reason": "Wrong row.", **named}
        if number == 2:
            said["data"]["message"]["id"] = "a-3"

        first, again = post(scene, said), post(scene, said)

        assert (first.status_code, again.status_code) == (201, 200)
        assert first.get_json() == again.get_json()
        assert status(scene) == "claimed"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"reason": "x"}, "data.position"),
        ({"reason": "x", "position": 1, "message": {"source": "a", "id": "b"}}, "data.position"),
        ({"position": 1}, "data.reason"),
        ({"position": 0, "reason": "x"}, "data.position"),
        ({"position": -1, "reason": "x"}, "data.position"),
        ({"position": "1", "reason": "x"}, "data.position"),
        ({"message": {"source": "a"}, "reason": "x"}, "data.message.id"),
        ({"message": "a", "reason": "x"}, "data.message"),
        ({"position": 1, "reason": " "}, "data.reason"),
        ({"position": 1, "reason": "x", "why": "x"}, "data.why"),
    ],
    ids=str,
)
def test_what_names_no_event_is_refused_by_field(scene: Scene, data: dict[str, Any], field: str) -> None:
    entry(scene)
    answer = post(scene, {**void(1), "data": data})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]
    assert scene.head == 1


def test_an_event_of_another_subject_or_of_none_is_not_voided(shared: Scene) -> None:
    entry(shared)
    accepted(shared, "development.reported", "b-1", {"external_id": "test:other"}, None)

    of_other, of_none = post(shared, void(2)), post(shared, void(9))
    nobody, nameless = post(shared, void(1, subject="test:unknown")), post(shared, void(1, subject=None))

    assert [answer.status_code for answer in (of_other, of_none, nobody, nameless)] == [422] * 4
    assert of_other.get_json()["errors"][0]["field"] == "position"
    assert shared.head == 2


def test_what_is_voided_is_not_voided_again_and_its_void_can_be(scene: Scene) -> None:
    entry(scene)
    accepted(scene, "development.retracted", "a-2", {"reason": "Wrong."})
    accepted(scene, "entry.voided", "v-1", {"position": 2, "reason": "Right."})

    again = post(scene, void(2, "v-2"))
    accepted(scene, "entry.voided", "v-3", {"position": 3, "reason": "It was wrong after all."})

    assert again.status_code == 422
    assert "voided already, by that at 3" in again.get_json()["detail"]
    assert status(scene) == "retracted"


@pytest.mark.parametrize(
    ("opened", "revised", "slug", "path", "name"),
    [
        ("front.opened", "front.revised", "bakhmut", "/fronts", "Bakhmut"),
        ("source.registered", "source.revised", "bbc", "/sources", "BBC"),
    ],
)
def test_fronts_and_sources_are_named_by_slug(
    shared: Scene, opened: str, revised: str, slug: str, path: str, name: str
) -> None:
    kind = {"kind": "media"} if opened.startswith("source") else {}
    accepted(shared, opened, "a-1", {"slug": slug, "name": name, **kind}, None)
    accepted(shared, revised, "a-2", {"changes": {"name": "Wrong"}}, slug)
    changed = shared.get(path)["items"][0]["name"]

    answer = post(shared, void(2, subject=slug))

    assert (answer.status_code, changed) == (201, "Wrong")
    assert shared.get(path)["items"][0]["name"] == name
    assert shared.get(path, recorded_at=2)["items"][0]["name"] == "Wrong"
    post(shared, void(1, "v-2", subject=slug))
    assert [one for one in shared.get(path)["items"] if one.get("registered", True)] == []


def test_whoever_brought_an_event_voids_it_and_others_need_assess(shared: Scene) -> None:
    desk, other = (bearer(shared.tokens, name, Scope.APPEND) for name in ("desk", "other"))
    analyst = bearer(shared.tokens, "analyst", Scope.ASSESS)
    post(shared, message(id="a-1", data={"external_id": SUBJECT}), desk)
    for number in (2, 3):
        said = message("development.retracted", id=f"a-{number}", subject=SUBJECT, data={"reason": "Wrong."})
        post(shared, said, desk)

    refused = post(shared, void(2), other)
    own, by_analyst = post(shared, void(2), desk), post(shared, void(3, "v-3"), analyst)

    assert refused.status_code == 403
    assert refused.headers["WWW-Authenticate"].endswith('error="insufficient_scope", scope="assess"')
    assert (own.status_code, by_analyst.status_code) == (201, 201)
    assert status(shared) == "claimed"


def test_in_a_batch_a_void_may_name_what_came_before_it(shared: Scene) -> None:
    told = [
        message(id="a-1", data={"external_id": SUBJECT}),
        message("development.retracted", id="a-2", subject=SUBJECT, data={"reason": "Wrong."}),
        {**void(2), "data": {"message": {"source": "//example.org/desk", "id": "a-2"}, "reason": "Right."}},
        void(3, "v-2"),
        void(4, "v-3"),
    ]

    answer = shared.client.post("/api/v1/events", json=told, content_type="application/cloudevents-batch+json")

    assert [item["outcome"] for item in answer.get_json()["items"]] == ["accepted"] * 5
    assert status(shared) == "claimed"
    assert shared.get("/developments/" + SUBJECT)["item"]["version"] == 5


def test_the_history_strikes_out_what_is_voided_and_says_why(scene: Scene) -> None:
    entry(scene)
    accepted(scene, "development.retracted", "a-2", {"reason": "Wrong."})
    accepted(scene, "entry.voided", "v-1", {"position": 2, "reason": "It stands."})

    reported, retracted, voiding = scene.get(f"/developments/{SUBJECT}/history")["steps"]

    assert (reported["voided"], reported["voids"]) == (None, None)
    assert (retracted["voided"]["position"], retracted["voided"]["reason"]) == (3, "It stands.")
    assert retracted["voided"]["recorded_by"] == "tests"
    assert (voiding["type"], voiding["voids"], voiding["status"]) == ("entry.voided", 2, "claimed")
    assert [step["voided"] for step in scene.get(f"/developments/{SUBJECT}/history", recorded_at=2)["steps"]] == [
        None
    ] * 2


def test_a_development_of_which_nothing_is_left_has_a_history_and_no_state(scene: Scene) -> None:
    entry(scene)
    accepted(scene, "entry.voided", "v-1", {"position": 1, "reason": "Test entry."})

    history = scene.get(f"/developments/{SUBJECT}/history")

    assert scene.get(f"/developments/{SUBJECT}", expect=404)
    assert [step["type"] for step in history["steps"]] == ["development.reported", "entry.voided"]
    assert scene.get("/timeline")["items"] == []
    assert scene.get("/timeline", recorded_at=1)["items"] != []
    (change,) = scene.get("/changes", clock="recorded", since=1, until=2)["items"]
    assert (change["change"], change["because"][0]["type"], change["because"][0]["voids"]) == (
        "voided",
        "entry.voided",
        1,
    )
    assert change["because"][0]["reason"] == "Test entry."


def test_what_was_voided_is_no_change_of_what_was_known(scene: Scene) -> None:
    entry(scene)
    accepted(scene, "development.retracted", "a-2", {"reason": "Wrong."}, time="2023-05-24T10:00:00Z")
    told = scene.get("/changes", since="2023-05-23", until="2023-05-25")["items"]
    accepted(scene, "entry.voided", "v-1", {"position": 2, "reason": "It stands."}, time="2023-05-26T10:00:00Z")

    assert [one["change"] for one in told] == ["withdrawn"]
    assert scene.get("/changes", since="2023-05-23", until="2023-05-27")["items"] == []
    (change,) = scene.get("/changes", clock="recorded", since=2, until=3)["items"]
    assert (change["change"], change["status"]) == ("new", {"from": "retracted", "to": "claimed"})


def test_an_unmerge_gives_each_its_own_accounts_back_and_changes_and_feeds_say_merged(shared: Scene) -> None:
    entry(shared)
    accepted(shared, "development.reported", "b-1", {"external_id": "test:other", "title": "The same"}, None)
    merge = accepted(shared, "development.merged", "b-2", {"into": SUBJECT}, "test:other", time="2023-05-24T10:00:00Z")
    merged = shared.get("/changes", since="2023-05-23", until="2023-05-25")["items"]
    feed = shared.raw("/changes.atom", since="2023-05-23", until="2023-05-25").decode()
    together = shared.get("/timeline")["items"]

    accepted(shared, "entry.voided", "v-1", {"position": merge, "reason": "Two towns."}, "test:other")

    (change,) = [one for one in merged if one["external_id"] == "test:other"]
    assert (change["change"], change["merged_into"]) == ("merged", together[0]["id"])
    assert "merged into “Fighters enter Grayvoron”" in feed
    assert "withdrawn" not in feed
    assert [len(item["accounts"]) for item in together] == [2]
    assert [len(item["accounts"]) for item in shared.get("/timeline")["items"]] == [1, 1]
    assert [len(item["accounts"]) for item in shared.get("/timeline", recorded_at=merge)["items"]] == [2]


def test_a_version_that_was_read_can_be_named_after_a_void(scene: Scene) -> None:
    entry(scene)
    accepted(scene, "development.retracted", "a-2", {"reason": "Wrong."})
    accepted(scene, "entry.voided", "v-1", {"position": 2, "reason": "It stands."})
    version = scene.get("/developments/" + SUBJECT)["item"]["version"]

    said = message(
        "account.given", id="a-4", subject=SUBJECT, data={"source": "bbc", "stance": {"occurrence": "denies"}}
    )
    answer = post(scene, said, **{"If-Match": f'"{version}"'})

    assert (version, answer.status_code) == (3, 201)


def test_the_log_names_the_voided_position_and_another_log_takes_it_in(scene: Scene, tmp_path: Any) -> None:
    accepted(scene, "source.registered", "s-1", {"slug": "bbc", "name": "BBC", "kind": "media"}, None)
    entry(scene)
    accepted(scene, "development.retracted", "a-2", {"reason": "Wrong."})
    accepted(scene, "entry.voided", "v-1", {"position": 3, "reason": "It stands."})
    events = scene.get("/events")["items"]

    with open_scene(tmp_path / "other.db") as other:
        other.client.post("/api/v1/events", json=events[1:], content_type="application/cloudevents-batch+json")

        assert events[3]["voids"] == 3
        assert events[3]["data"] == {"message": {"source": "//example.org/desk", "id": "a-2"}, "reason": "It stands."}
        assert other.get("/events")["items"][2]["voids"] == 2
        assert status(other) == "claimed"


def test_an_undone_merge_is_left_out_where_another_log_takes_the_events_in(scene: Scene, tmp_path: Any) -> None:
    entry(scene)
    accepted(scene, "development.reported", "b-1", {"external_id": "test:other", "title": "Other"}, None)
    merge = accepted(scene, "development.merged", "m-1", {"into": "test:other"})
    accepted(scene, "entry.voided", "v-1", {"position": merge, "reason": "Two towns."})
    accepted(scene, "account.given", "a-2", {"source": "bbc", "stance": {"occurrence": "denies"}})
    exported = scene.client.get("/api/v1/exports/cloudevents").get_json(force=True)

    with open_scene(tmp_path / "other.db") as other:
        answer = other.client.post(
            "/api/v1/events", json=exported, content_type="application/cloudevents-batch+json"
        ).get_json()

        assert answer["rejected"] == 0
        assert [item["title"] for item in other.get("/timeline")["items"]] == [
            item["title"] for item in scene.get("/timeline")["items"]
        ]
        assert status(other) == status(scene) == "disputed"


def test_what_is_said_of_a_voided_development_is_warned_of_and_refused_where_strict(scene: Scene) -> None:
    entry(scene)
    accepted(scene, "entry.voided", "v-1", {"position": 1, "reason": "Test entry."})
    said = message(
        "account.given", id="a-2", subject=SUBJECT, data={"source": "bbc", "stance": {"occurrence": "denies"}}
    )

    refused = scene.client.post("/api/v1/events?strict=true", json=said)
    answer = post(scene, said)
    again = post(scene, message(id="a-3", data={"external_id": SUBJECT}))

    assert refused.status_code == 422
    assert "subject-voided" in {warning["code"] for warning in answer.get_json()["warnings"]}
    assert "subject-voided" not in {warning["code"] for warning in again.get_json()["warnings"]}
    assert status(scene) == "disputed"
