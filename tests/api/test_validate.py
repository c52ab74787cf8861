"""`POST /events?validate=true` says what would become of events, and appends none of them."""

from typing import Any

import msgspec
import pytest
from werkzeug.test import TestResponse

from tests.scenarios import Scene, bearer, message
from timeline.access.tokens import Scope

BATCH = "application/cloudevents-batch+json"
LINES = "application/x-ndjson"


def validate(scene: Scene, body: Any, content_type: str = "application/json", query: str = "", **headers: str) -> Any:
    """The answer to events that are to be validated; nothing of them may be in the log."""
    before = scene.head
    response: TestResponse = scene.client.post(
        f"/api/v1/events?validate=true{query}",
        data=body if isinstance(body, bytes) else msgspec.json.encode(body),
        content_type=content_type,
        headers=headers,
    )
    assert scene.head == before
    return response


def test_the_answer_is_the_receipt_without_a_position(scene: Scene) -> None:
    validated = validate(scene, message())
    appended = scene.post(message()).get_json()

    assert validated.status_code == 200
    assert "ETag" not in validated.headers
    told = validated.get_json()
    assert told == {"validated": True, **{name: appended[name] for name in ("subject", "version", "warnings")}}
    assert appended["position"] == 1
    assert told["warnings"] != []


def test_an_event_that_is_there_has_the_receipt_that_it_had(scene: Scene) -> None:
    appended = scene.post(message()).get_json()

    assert validate(scene, message()).get_json() == {"validated": True, **appended}


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (message(id="b", data={"title": ""}), {}, 422),
        (message(data={"title": "Something else"}), {}, 409),
        (message(id="b", subject="8e03978e-40d5-43dd-bc93-6894a57f9324"), {"If-Match": '"3"'}, 412),
        (message("account.given", id="b", data={"source": "x", "stance": {"occurrence": "asserts"}}), {}, 422),
        (b"{", {}, 400),
    ],
)
def test_what_an_append_refuses_is_refused_alike(scene: Scene, body: Any, headers: dict[str, str], status: int) -> None:
    scene.post(message())
    validated = validate(scene, body, **headers)
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    appended = scene.client.post("/api/v1/events", data=raw, content_type="application/json", headers=headers)

    assert validated.status_code == appended.status_code == status
    assert validated.get_json(force=True) == appended.get_json(force=True)


def test_with_strict_what_has_warnings_is_refused(scene: Scene) -> None:
    assert validate(scene, message(), query="&strict=true").status_code == 422


def test_a_batch_is_told_of_each_event_on_those_before_it(scene: Scene) -> None:
    report = message()
    subject = validate(scene, report).get_json()["subject"]
    account = message(
        "account.given", id="b", subject=subject, data={"source": "x", "stance": {"occurrence": "denies"}}
    )
    batch = [report, account, account, message(id="c", data={"title": ""})]
    told = validate(scene, batch, BATCH).get_json()

    assert {name: told[name] for name in ("validated", "events", "accepted", "duplicate", "rejected", "withheld")} == {
        "validated": True, "events": 4, "accepted": 2, "duplicate": 1, "rejected": 1, "withheld": 0,
    }  # fmt: skip
    assert [one["outcome"] for one in told["items"]] == ["accepted", "accepted", "duplicate", "rejected"]
    assert not any("position" in one for one in told["items"])
    appended = scene.post(batch, BATCH).get_json()
    assert [one["outcome"] for one in appended["items"]] == [one["outcome"] for one in told["items"]]
    assert [one.get("warnings") for one in appended["items"]] == [one.get("warnings") for one in told["items"]]


def test_lines_are_told_of_line_by_line(scene: Scene) -> None:
    lines = b"\n".join(msgspec.json.encode(message(id=str(number))) for number in range(1_200))
    told = validate(scene, lines, LINES, "&outcomes=refused")

    assert told.mimetype == LINES
    assert told.data.startswith(b'{"validated":true,"events":1200,"accepted":1200,')


def test_all_or_none_would_be_none_where_one_is_refused(scene: Scene) -> None:
    told = validate(scene, [message(), message(id="b", data={"title": ""})], BATCH, "&atomic=true")
    appended = scene.client.post(
        "/api/v1/events?atomic=true",
        data=msgspec.json.encode([message(), message(id="b", data={"title": ""})]),
        content_type=BATCH,
    )

    assert told.status_code == appended.status_code
    assert {**told.get_json(force=True), "validated": True} == {**appended.get_json(force=True), "validated": True}


def test_more_than_4000_are_refused_rather_than_told_of_in_part(scene: Scene) -> None:
    lines = b"\n".join([b"{}", *[msgspec.json.encode(message(id=str(number))) for number in range(4_000)]])

    assert validate(scene, lines, LINES).status_code == 422
    assert validate(scene, lines, LINES, "&atomic=true").status_code == 422


def test_who_may_not_append_may_not_validate(scene: Scene) -> None:
    reader = bearer(scene.tokens, "reader", Scope.READ)
    writer = bearer(scene.tokens, "writer", Scope.APPEND)
    scene.post(message())
    verdict = {"aspect": "occurrence", "verdict": "confirmed", "credibility": 2, "rationale": "Pictures."}
    assessed = message(
        "development.assessed", id="b", subject=str(scene.post(message()).get_json()["subject"]), data=verdict
    )

    assert validate(scene, message(id="c"), Authorization=reader).status_code == 403
    assert validate(scene, assessed, Authorization=writer).status_code == 403
    assert validate(scene, assessed).status_code == 200


def test_a_dry_run_counts_as_no_event(scene: Scene) -> None:
    validate(scene, message())
    validate(scene, [message()], BATCH)

    metrics = scene.client.get("/metrics").get_data(as_text=True)
    assert 'timeline_events_appended_total{outcome="accepted"} 0.0' in metrics


def test_the_switch_takes_true_and_false_alone(scene: Scene) -> None:
    response = scene.client.post(
        "/api/v1/events?validate=1", data=msgspec.json.encode(message()), content_type="application/json"
    )

    assert response.status_code == 422
    assert response.get_json(force=True)["errors"][0]["field"] == "validate"
    assert scene.head == 0
