"""Many events in one request: what became of each, all or none, and a stream of lines that is read as it comes."""

import io
import json
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.scenarios import Scene, bearer, message
from timeline.access.tokens import Scope
from timeline.api.app import create_api
from timeline.api.batches import TOGETHER
from timeline.config import Config

ARRAY = "application/cloudevents-batch+json"
LINES = "application/x-ndjson"
BAD = message(id="bad", data={"title": ""})


def post_lines(scene: Scene, *lines: Any, query: str = "", **headers: str) -> TestResponse:
    """POST lines; bytes and text go as they are."""
    body = b"\n".join(
        line if isinstance(line, bytes) else (line if isinstance(line, str) else json.dumps(line)).encode()
        for line in lines
    )
    return scene.client.post(f"/api/v1/events{query}", data=body, content_type=LINES, headers=headers)


def told(response: TestResponse) -> list[Any]:
    """The lines of an answer: the counts, and then what became of each."""
    return [json.loads(line) for line in response.get_data().splitlines()]


def test_a_batch_says_of_each_event_what_became_of_it(scene: Scene) -> None:
    response = scene.post([message(), BAD, message(), message(id="b")], ARRAY)
    answer = response.get_json()

    assert response.status_code == 200
    assert {name: answer[name] for name in ("events", "accepted", "duplicate", "rejected", "withheld")} == {
        "events": 4, "accepted": 2, "duplicate": 1, "rejected": 1, "withheld": 0,
    }  # fmt: skip
    assert [one["outcome"] for one in answer["items"]] == ["accepted", "rejected", "duplicate", "accepted"]
    assert [one.get("position") for one in answer["items"]] == [1, None, 1, 2]
    assert answer["items"][1]["problem"]["errors"][0]["field"] == "data.title"
    assert scene.head == 2


def test_lines_are_answered_by_lines_in_their_order(scene: Scene) -> None:
    summary, *items = told(post_lines(scene, message(), "", "{", message(id="b")))

    assert (summary["accepted"], summary["rejected"]) == (2, 1)
    assert [(one["line"], one["outcome"]) for one in items] == [(1, "accepted"), (3, "rejected"), (4, "accepted")]
    assert items[1]["problem"]["status"] == 400


def test_the_answer_may_tell_of_the_refused_alone(scene: Scene) -> None:
    summary, *items = told(post_lines(scene, message(), BAD, query="?outcomes=refused"))

    assert summary["accepted"] == 1
    assert [one["line"] for one in items] == [2]


@pytest.mark.parametrize("content_type", [ARRAY, LINES])
def test_all_or_none_leaves_nothing_behind_where_one_is_refused(scene: Scene, content_type: str) -> None:
    events = [message(), message("account.given", id="c", subject="nowhere:1", data={"source": "a", "stance": {}})]
    body = json.dumps(events) if content_type == ARRAY else "\n".join(map(json.dumps, events))

    response = scene.client.post("/api/v1/events?atomic=true", data=body, content_type=content_type)
    problem = response.get_json(force=True)

    assert (response.status_code, response.content_type) == (422, "application/problem+json")
    assert [one["outcome"] for one in problem["items"]] == ["withheld", "rejected"]
    assert scene.head == 0


def test_all_or_none_is_decided_with_what_the_log_holds(scene: Scene) -> None:
    first = message(data={"external_id": "ds:1"})
    stance = {"source": "a", "stance": {"occurrence": "asserts"}}
    account = message("account.given", id="c", subject="ds:1", data=stance)
    stranger = message("account.given", id="d", subject="ds:2", data=stance)

    refused = post_lines(scene, first, account, stranger, query="?atomic=true")
    after_refusal = scene.head
    accepted = post_lines(scene, first, account, query="?atomic=true")

    assert [one["outcome"] for one in refused.get_json(force=True)["items"]] == ["withheld", "withheld", "rejected"]
    assert after_refusal == 0
    assert told(accepted)[0]["accepted"] == 2
    assert scene.get("/developments/ds:1")["item"]["version"] == 2


def test_all_or_none_takes_no_more_than_one_transaction_holds(scene: Scene) -> None:
    events = (message(id=f"m-{number}") for number in range(4_001))
    response = post_lines(scene, *events, query="?atomic=true")

    assert response.status_code == 422
    assert "4000" in response.get_json(force=True)["detail"]
    assert scene.head == 0


def test_a_line_over_the_limit_is_refused_and_the_others_are_not(scene: Scene) -> None:
    summary, *items = told(post_lines(scene, message(), b"x" * 300_000, message(id="b")))

    assert summary["accepted"] == 2
    assert items[1]["problem"]["status"] == 413


def test_lines_are_appended_as_they_come(scene: Scene) -> None:
    heads = []

    def body() -> Iterator[bytes]:
        for number in range(3_000):
            yield json.dumps(message(id=f"m-{number}")).encode() + b"\n"
            if number % 1_000 == 999:
                heads.append(scene.head)

    class Stream:
        def __init__(self) -> None:
            self._rest, self._body = b"", body()

        def read(self, size: int) -> bytes:
            while len(self._rest) < size and (more := next(self._body, b"")):
                self._rest += more
            given, self._rest = self._rest[:size], self._rest[size:]
            return given

    response = scene.client.post(
        "/api/v1/events", content_type=LINES, environ_overrides={"wsgi.input": Stream(), "wsgi.input_terminated": True}
    )

    assert told(response)[0]["accepted"] == 3_000
    assert heads[-1] > 0


def test_a_body_that_is_cut_off_is_refused_but_what_came_whole_is_kept(scene: Scene) -> None:
    line = json.dumps(message()).encode() + b"\n"
    response = scene.client.post(
        "/api/v1/events", data=line, content_type=LINES, environ_overrides={"CONTENT_LENGTH": str(len(line) + 10)}
    )

    assert response.status_code == 400
    assert scene.head == 1


def test_a_body_that_is_no_array_is_no_batch(scene: Scene) -> None:
    assert scene.post(message(), ARRAY).status_code == 400
    assert scene.post([], ARRAY).get_json()["events"] == 0


def test_a_version_is_expected_of_one_event_only(scene: Scene) -> None:
    assert post_lines(scene, message(), **{"If-Match": '"1"'}).status_code == 422
    assert scene.head == 0


def test_in_binary_mode_the_attributes_stand_in_headers(scene: Scene) -> None:
    told = message()
    headers = {"ce-specversion": "1.0", "ce-type": told["type"], "ce-source": told["source"], "ce-id": "caf%C3%A9"}

    response = scene.client.post(
        "/api/v1/events", data=json.dumps(told["data"]), content_type="application/json", headers=headers
    )

    assert response.status_code == 201
    assert scene.get("/events")["items"][0]["id"] == "café"


def test_an_idempotency_key_stands_for_the_id_of_an_event_that_has_none(scene: Scene) -> None:
    told = {name: value for name, value in message().items() if name != "id"}

    def post(body: Any, key: str) -> TestResponse:
        return scene.client.post("/api/v1/events", json=body, headers={"Idempotency-Key": key})

    statuses = [post(told, '"k-1"').status_code, post(told, "k-1").status_code, post(told, "k-2").status_code]
    other = post({**told, "time": "2023-05-23T12:00:00Z"}, "k-1")

    assert statuses == [201, 200, 201]
    assert other.status_code == 409
    assert [(one["field"], one["value"]) for one in other.get_json()["errors"]] == [("Idempotency-Key", "k-1")]
    assert post(told, "a b").status_code == 422
    assert scene.head == 2


def test_a_stream_with_an_idempotency_key_may_be_sent_again(scene: Scene) -> None:
    told_ = {name: value for name, value in message().items() if name != "id"}
    first, again = (told(post_lines(scene, told_, told_, **{"Idempotency-Key": "k"}))[0] for _ in range(2))

    assert (first["accepted"], again["duplicate"]) == (2, 2)


def test_two_senders_with_the_same_key_are_in_each_others_way_no_more_than_others(scene: Scene) -> None:
    told_ = {name: value for name, value in message().items() if name != "id"}
    answers = [
        scene.app.test_client().post(
            "/api/v1/events", json=body, headers={"Idempotency-Key": "1", "Authorization": authorization}
        )
        for authorization in (bearer(scene.tokens, "desk", Scope.APPEND), bearer(scene.tokens, "other", Scope.APPEND))
        for body in (told_, {**told_, "time": "2023-05-23T12:00:00Z"})
    ]

    assert [answer.status_code for answer in answers] == [201, 409, 201, 409]
    assert scene.head == 2


def test_a_key_that_stood_for_other_lines_is_named_in_what_became_of_each(scene: Scene) -> None:
    told_ = {name: value for name, value in message().items() if name != "id"}
    post_lines(scene, told_, **{"Idempotency-Key": "k"})
    (item,) = post_lines(scene, {**told_, "time": "2023-05-23"}, **{"Idempotency-Key": "k"}).get_json()["items"]

    assert item["outcome"] == "rejected"
    assert [one["field"] for one in item["problem"]["errors"]] == ["Idempotency-Key"]


@pytest.fixture
def stopping(scene: Scene) -> tuple[Event, Any]:
    """Set, it has the application stop that the client beside it asks."""
    event = Event()
    app = create_api(scene.log, scene.runner, scene.reader, scene.tokens, Config(), scene.clock, event)
    client = app.test_client()
    client.environ_base.update(scene.client.environ_base)
    return event, client


def body_that_stops_after(lines: int, all_of_them: int, stopping: Event) -> Iterator[bytes]:
    """Lines, each in a block of its own, and the order to stop behind some of them."""
    for number in range(all_of_them):
        if number == lines:
            stopping.set()
        yield json.dumps(message(id=f"m-{number}")).encode() + b"\n"


@pytest.mark.parametrize("read", [1, TOGETHER - 1, TOGETHER, TOGETHER + 7])
def test_a_stream_that_has_to_stop_says_how_much_of_it_was_appended(scene: Scene, stopping: Any, read: int) -> None:
    event, client = stopping
    blocks = body_that_stops_after(read, 3 * TOGETHER, event)
    response = post_blocks(client, blocks)
    answer = response.get_json(force=True)

    assert (response.status_code, response.mimetype) == (503, "application/problem+json")
    assert answer["type"] == "urn:timeline:problem:service-stopping"
    assert response.headers["Retry-After"]
    assert answer["accepted"] == answer["events"] == scene.head == read
    assert next(blocks, None) is not None, "the rest of the body was read all the same"


def test_of_a_stream_that_is_sent_again_only_what_was_missing_is_appended(scene: Scene, stopping: Any) -> None:
    event, client = stopping
    lines = list(body_that_stops_after(1_500, 2_000, event))
    event.clear()
    blocks = body_that_stops_after(1_500, 2_000, event)
    post_blocks(client, blocks)
    event.clear()
    summary, *_ = told(client.post("/api/v1/events?outcomes=refused", data=b"".join(lines), content_type=LINES))

    assert (summary["duplicate"], summary["accepted"], scene.head) == (1_500, 500, 2_000)


@pytest.mark.parametrize("query", ["", "?atomic=true"])
@pytest.mark.parametrize("type", [ARRAY, LINES])
def test_a_batch_that_comes_to_a_service_that_stops_appends_nothing(
    scene: Scene, stopping: Any, query: str, type: str
) -> None:
    event, client = stopping
    event.set()
    body = json.dumps([message()] if type == ARRAY else message())
    response = client.post(f"/api/v1/events{query}", data=body, content_type=type)

    assert response.status_code == 503
    assert response.get_json(force=True)["events"] == scene.head == 0


def test_of_a_batch_of_all_or_none_that_has_to_stop_nothing_is_appended(scene: Scene, stopping: Any) -> None:
    event, client = stopping
    response = post_blocks(client, body_that_stops_after(5, 9, event), "?atomic=true")

    assert response.status_code == 503
    assert response.get_json(force=True)["accepted"] == scene.head == 0


def post_blocks(client: Any, blocks: Iterator[bytes], query: str = "") -> TestResponse:
    """POST a stream of lines whose length nobody knows."""
    body = {"wsgi.input": Blocks(blocks), "wsgi.input_terminated": True}
    response: TestResponse = client.post(f"/api/v1/events{query}", content_type=LINES, environ_overrides=body)
    return response


class Blocks(io.RawIOBase):
    """A body that comes block by block."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = next(self._blocks, b"")
        buffer[: len(block)] = block
        return len(block)
