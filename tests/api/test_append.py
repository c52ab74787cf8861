"""`POST /events`, to the letter of the issue: appended once, refused by field, and nothing written that is wrong."""

import json
from typing import Any

import pytest

from tests.scenarios import Scene, message, registered
from timeline.domain.facts import FrontOpened
from timeline.domain.values import MessageId, development_id_of, development_id_of_message, front_id


@pytest.fixture
def known(scene: Scene) -> Scene:
    """A log that knows the source and the front of the message."""
    scene.tell(registered("freedom-of-russia-legion"))
    scene.tell(FrontOpened("belgorod-border", "Belgorod border"), id=front_id("belgorod-border"))
    return scene


STANCE = {"source": "belgorod-governor", "stance": {"attribution": "denies"}}
UNKNOWN = "6c64c0b1-0b9d-4ea8-a8b0-0cb8e7c92b65"


def given(subject: Any, **attributes: Any) -> dict[str, Any]:
    return message("account.given", **{"id": "a-2", "subject": subject, "data": STANCE, **attributes})


def test_an_event_is_appended(known: Scene) -> None:
    response = known.post(message())

    assert response.status_code == 201
    assert response.content_type == "application/json"
    tip = known.log.tip()
    assert response.get_json() == {
        "origin": tip.origin,
        "epoch": tip.epoch,
        "position": 3,
        "subject": str(development_id_of_message("//example.org/desk", "a-1")),
        "version": 1,
        "recorded_at": "2023-06-01T12:00:00Z",
        "warnings": [],
    }


def test_the_same_message_again_answers_200_with_the_same_body(scene: Scene) -> None:
    first = scene.post(message())
    scene.clock.advance(hours=3)
    again = scene.post(message())

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.get_data() == first.get_data()
    assert scene.head == 1


def test_the_same_id_with_other_content_answers_409(scene: Scene) -> None:
    scene.post(message())
    response = scene.post(message(data={"title": "Something else"}))

    assert response.status_code == 409
    assert response.content_type == "application/problem+json"
    assert response.get_json()["errors"][0]["field"] == "id"
    assert scene.head == 1


def test_a_structured_cloud_event_is_read_by_its_content_type(scene: Scene) -> None:
    body = json.dumps({**message(), "specversion": "1.0", "datacontenttype": "application/json"})

    assert scene.post(body, "application/cloudevents+json; charset=utf-8").status_code == 201


def test_an_event_as_the_log_gives_it_is_the_same_message_again(scene: Scene) -> None:
    scene.post(message())
    (stored,) = scene.get("/events")["items"]

    assert scene.post(stored).status_code == 200


def test_an_account_may_name_its_development_by_either_id(scene: Scene) -> None:
    scene.post(message(data={"external_id": "chronicle:grayvoron"}))
    by_name = scene.post(given("chronicle:grayvoron"))
    by_id = scene.post(given(str(development_id_of("chronicle:grayvoron")), id="a-3"))

    assert [by_name.status_code, by_id.status_code] == [201, 201]
    assert by_name.get_json()["subject"] == by_id.get_json()["subject"]
    assert by_id.get_json()["version"] == 3


def test_an_account_of_the_past_changes_the_replays_from_its_time_on_and_no_others(scene: Scene) -> None:
    subject = scene.post(message(time="2023-05-22T12:00:00Z")).get_json()["subject"]
    cuts = ["2023-05-22T12:00:00Z", "2023-05-23T08:59:59Z", "2023-05-23T09:00:00Z", "2023-05-24", "2023-06-01"]

    def replays(**query: Any) -> list[bytes]:
        return [scene.raw("/timeline", known_at=cut, as_of="2023-05-31", **query) for cut in cuts]

    def attribution(raw: bytes) -> str:
        return json.loads(raw)["items"][0]["aspects"]["attribution"]

    before, before_fixed = replays(), replays(recorded_at=1)
    scene.clock.advance(hours=1)
    response = scene.post(given(subject, time="2023-05-23T09:00:00Z"))
    after, after_fixed = replays(), replays(recorded_at=1)

    assert response.status_code == 201
    assert [attribution(raw) for raw in before] == ["claimed"] * 5
    assert [attribution(raw) for raw in after] == ["claimed"] * 2 + ["disputed"] * 3
    assert [json.loads(raw)["items"] for raw in after[:2]] == [json.loads(raw)["items"] for raw in before[:2]]
    assert after_fixed == before_fixed
    assert replays(recorded_at="2023-06-01T12:30:00Z")[-1] != after[-1]
    assert json.loads(scene.raw("/timeline", recorded_at="2023-06-01T12:30:00Z"))["recorded_at"]["position"] == 1


def test_a_plain_date_is_known_from_the_start_of_its_day(scene: Scene) -> None:
    scene.post(message(time="2023-05-22"))

    assert scene.get("/timeline", known_at="2023-05-22T00:00:00Z", as_of="2023-05-22")["items"]
    assert not scene.get("/timeline", known_at="2023-05-21", as_of="2023-05-22")["items"]


BAD: dict[str, tuple[Any, str, int, str]] = {
    "malformed JSON": ('{"type": "development.reported",', "application/json", 400, "body"),
    "a key twice": ('{"type": "front.opened", "type": "front.closed", "data": {}}', "application/json", 400, "body"),
    "an array": ([message()], "application/json", 400, "body"),
    "an unknown type": (message("development.guessed"), "application/json", 422, "type"),
    "an unknown stance": (
        message(data={"account": {"source": "a", "stance": {"occurrence": "hopes"}}}),
        "application/json", 422, "data.account.stance.occurrence"),
    "an impossible date": (message(data={"occurred": "2023-02-30"}), "application/json", 422, "data.occurred"),
    "an impossible time": (message(time="2023-02-30T12:00:00Z"), "application/json", 422, "time"),
    "a report from the future": (message(time="2023-06-01T12:00:01Z"), "application/json", 422, "time"),
    "a latitude of 200": (
        message(data={"place": {"name": "a", "lat": 200, "lon": 35}}), "application/json", 422, "data.place.lat"),
    "a missing title": (message(data={"title": ...}), "application/json", 422, "data.title"),
    "an unknown development": (given(UNKNOWN), "application/json", 422, "subject"),
    "an unknown development by external id": (given("nowhere:1"), "application/json", 422, "subject"),
    "a wrong content type": (message(), "text/plain", 415, "Content-Type"),
    "no content type": (message(), "", 415, "Content-Type"),
    "a body over the limit": (message(data={"summary": "a" * 200_000}), "application/json", 413, "body"),
    "an id reused with other content": (message(id="first", data={"title": "b"}), "application/json", 409, "id"),
    "no data": (message() | {"data": None}, "application/json", 422, "data"),
    "data that are a text": (message() | {"data": "x"}, "application/json", 422, "data"),
    "an unknown field": (message(data={"titel": "b"}), "application/json", 422, "data.titel"),
    "an unknown attribute": (message(tiem="2023-05-22"), "application/json", 422, "tiem"),
    "an attribute named as a place in a list": (
        message(**{"data.actors.²": 1}), "application/json", 422, "data.actors.²"),
    "a withdrawal of what was never said": (
        message("account.withdrawn", id="w", subject=str(development_id_of_message("//example.org/desk", "first")),
                data={"source": "nobody"}), "application/json", 422, "source"),
    "a merge into itself": (
        message("development.merged", id="m", subject=str(development_id_of_message("//example.org/desk", "first")),
                data={"into": str(development_id_of_message("//example.org/desk", "first"))}),
        "application/json", 422, "into"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "content_type", "status", "field"), BAD.values(), ids=BAD)
def test_bad_input_is_answered_by_a_problem_document_and_writes_nothing(
    scene: Scene, body: Any, content_type: str, status: int, field: str
) -> None:
    scene.post(message(id="first"))
    before = scene.raw("/events")

    response = scene.post(body, content_type)
    problem = response.get_json(force=True)

    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert (problem["status"], problem["instance"]) == (status, "/api/v1/events")
    assert problem["type"].startswith("urn:timeline:problem:")
    assert problem["title"]
    assert [one["field"] for one in problem["errors"]] == [field]
    assert all(set(one) == {"field", "value", "allowed"} and one["allowed"] for one in problem["errors"])
    assert field in problem["detail"] or status == 400
    assert scene.head == 1
    assert scene.raw("/events") == before


@pytest.mark.parametrize("body", [{**message(), "\ud800": 1}, message(data={"\udfff": 1})], ids=["attribute", "field"])
def test_a_name_that_is_half_a_letter_is_refused_as_any_unknown_name(scene: Scene, body: Any) -> None:
    response = scene.post(body)

    assert response.status_code == 422
    assert len(response.get_json(force=True)["errors"]) == 1
    assert scene.head == 0


def test_a_refused_message_may_be_sent_again_once_it_is_mended(scene: Scene) -> None:
    assert scene.post(message(data={"title": ""})).status_code == 422
    assert scene.post(message()).status_code == 201


@pytest.mark.parametrize("data", [b'{"type": "front.opened", "data": {"slug": "a", "name": "\\ud83d\\ude00"}}'])
def test_letters_beyond_the_basic_plane_are_letters(scene: Scene, data: bytes) -> None:
    assert scene.post(data).status_code == 201
    assert scene.get("/fronts")["items"][0]["name"] == "\N{GRINNING FACE}"


HUGE = "1" + "0" * 400


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (message(data={"place": {"name": "a", "lat": int(HUGE), "lon": 1}}), "data.place.lat"),
        (message(data={"tallies": {"deaths": {"best": int(HUGE)}}}), "data.tallies.deaths.best"),
        (message(id=int(HUGE)), "id"),
        (message(type=int(HUGE)), "type"),
        ({**message(), "colour": int(HUGE)}, "colour"),
    ],
    ids=lambda told: told if isinstance(told, str) else "",
)
def test_a_number_of_400_digits_is_refused_as_any_wrong_number(scene: Scene, body: Any, field: str) -> None:
    response = scene.post(body)

    assert response.status_code == 422
    assert [one["field"] for one in response.get_json()["errors"]] == [field]
    assert scene.head == 0


def test_a_merge_may_name_its_target_by_the_id_that_it_was_brought_in_under(scene: Scene) -> None:
    for number in ("one", "two"):
        scene.post(message(id=number, data={"external_id": f"ds:{number}"}))

    merged = scene.post(message("development.merged", id="m", subject="ds:one", data={"into": "ds:two"}))

    assert merged.status_code == 201
    assert scene.get("/developments/ds:one")["item"]["merged_into"] == str(development_id_of("ds:two"))


@pytest.mark.parametrize("data", [None, "x", 5, []])
def test_data_that_are_no_object_are_told_what_they_should_be(scene: Scene, data: Any) -> None:
    (error,) = scene.post({**message(), "data": data}).get_json(force=True)["errors"]

    assert (error["field"], error["allowed"]) == ("data", "an object, the data of the event")


@pytest.mark.parametrize("version", ['"3"', '"1"'])
def test_another_version_than_the_expected_one_is_named_by_the_header_that_expected_it(
    scene: Scene, version: str
) -> None:
    scene.post(message())
    scene.post(given(str(development_id_of_message("//example.org/desk", "a-1")), id="b"))
    told = given(str(development_id_of_message("//example.org/desk", "a-1")), id="c")
    refused = scene.client.post("/api/v1/events", json=told, headers={"If-Match": version})

    assert refused.status_code == 412
    assert refused.get_json(force=True)["errors"] == [
        {"field": "If-Match", "value": version, "allowed": 'the current version, "2"'}
    ]
    assert scene.client.post("/api/v1/events", json=told, headers={"If-Match": '"2"'}).status_code == 201


def test_a_subject_that_should_be_new_and_is_not_is_named_by_the_header_as_well(scene: Scene) -> None:
    told = message(data={"external_id": "ds:1"})
    scene.post(told)
    refused = scene.client.post("/api/v1/events", json={**told, "id": "b"}, headers={"If-None-Match": "*"})

    assert refused.status_code == 412
    (error,) = refused.get_json(force=True)["errors"]
    assert (error["field"], error["value"]) == ("If-None-Match", "*")


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip", "x"])
@pytest.mark.parametrize("content_type", ["application/json", "application/x-ndjson"])
def test_a_body_in_a_coding_that_is_not_undone_is_refused(scene: Scene, coding: str, content_type: str) -> None:
    refused = scene.client.post(
        "/api/v1/events", data=b"{}", content_type=content_type, headers={"Content-Encoding": coding}
    )

    assert refused.status_code == 415
    assert refused.headers["Accept-Encoding"] == "identity"
    assert [one["field"] for one in refused.get_json(force=True)["errors"]] == ["Content-Encoding"]


@pytest.mark.parametrize("coding", ["identity", "Identity", ""])
def test_a_body_that_is_said_to_be_as_it_is_is_read(scene: Scene, coding: str) -> None:
    headers = {"Content-Encoding": coding}

    assert scene.client.post("/api/v1/events", json=message(), headers=headers).status_code == 201


def test_binary_mode_needs_no_content_type_and_takes_extensions_of_others(scene: Scene) -> None:
    headers = {"ce-specversion": "1.0", "ce-type": "development.reported", "ce-source": "//desk", "ce-id": "b-1"}
    headers |= {"ce-traceparent": "00-0af7", "ce-partitionkey": "7", "ce-sequence": "12"}
    response = scene.client.post("/api/v1/events", data=json.dumps(message()["data"]), headers=headers)

    assert response.status_code == 201, response.get_data(as_text=True)
    assert scene.log.after(0)[0].event.message == MessageId("//desk", "b-1")  # type: ignore[union-attr]


@pytest.mark.parametrize("query", ["", "?atomic=false"], ids=["at once", "the long way"])
def test_an_id_that_an_idempotency_key_may_stand_for_is_refused(scene: Scene, query: str) -> None:
    one = scene.client.post(f"/api/v1/events{query}", json=message(id="key/tests/1"))
    binary = scene.client.post(
        "/api/v1/events", json=message()["data"], headers={"ce-type": "development.reported", "ce-id": "key/tests/1"}
    )
    many = scene.post([message(id="key/tests/1")], "application/cloudevents-batch+json").get_json()

    assert (one.status_code, binary.status_code) == (422, 422)
    assert one.get_json()["errors"][0]["field"] == "id"
    assert "Idempotency-Key" in one.get_json()["detail"]
    assert many["rejected"] == 1
    assert scene.head == 0
