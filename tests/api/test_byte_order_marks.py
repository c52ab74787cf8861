"""A body in another encoding than UTF-8, or with a byte order mark, is refused by words that say so."""

import codecs
import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.scenarios import Scene, message

Send = Callable[[Scene, Callable[[str], bytes]], TestResponse]
Encode = Callable[[str], bytes]


def fast(scene: Scene, encode: Encode) -> TestResponse:
    return scene.post(encode(json.dumps(message())))


def ordinary(scene: Scene, encode: Encode) -> TestResponse:
    body = encode(json.dumps(message()))
    return scene.client.post("/api/v1/events?atomic=false", data=body, content_type="application/json")


def binary(scene: Scene, encode: Encode) -> TestResponse:
    told: dict[str, Any] = message()
    headers = {f"ce-{name}": value for name, value in told.items() if name != "data"}
    return scene.client.post("/api/v1/events", data=encode(json.dumps(told["data"])), headers=headers)


def batch(scene: Scene, encode: Encode) -> TestResponse:
    return scene.post(encode(json.dumps([message()])), "application/cloudevents-batch+json")


def lines(scene: Scene, encode: Encode) -> TestResponse:
    return scene.post(encode(json.dumps(message())), "application/x-ndjson")


def detail_of(answer: TestResponse) -> str:
    """What is wrong with the body, or with its one line."""
    problem = answer.get_json()
    detail: str = problem["items"][0]["problem"]["detail"] if "items" in problem else problem["detail"]
    return detail


ENCODINGS: dict[str, tuple[Encode, str]] = {
    "UTF-8": (
        lambda text: text.encode("utf-8-sig"),
        "the body begins with a byte order mark (BOM) of UTF-8; send UTF-8 without one",
    ),
    "UTF-16 little": (
        lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        "the body begins with a byte order mark (BOM) of UTF-16; send UTF-8 without one",
    ),
    "UTF-16 big": (
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        "the body begins with a byte order mark (BOM) of UTF-16; send UTF-8 without one",
    ),
    "UTF-32 little": (
        lambda text: codecs.BOM_UTF32_LE + text.encode("utf-32-le"),
        "the body begins with a byte order mark (BOM) of UTF-32; send UTF-8 without one",
    ),
    "UTF-32 big": (
        lambda text: codecs.BOM_UTF32_BE + text.encode("utf-32-be"),
        "the body begins with a byte order mark (BOM) of UTF-32; send UTF-8 without one",
    ),
    "UTF-16 little without a mark": (
        lambda text: text.encode("utf-16-le"),
        "the body seems to be UTF-16 or UTF-32; send UTF-8",
    ),
    "UTF-16 big without a mark": (
        lambda text: text.encode("utf-16-be"),
        "the body seems to be UTF-16 or UTF-32; send UTF-8",
    ),
    "UTF-32 without a mark": (
        lambda text: text.encode("utf-32-be"),
        "the body seems to be UTF-16 or UTF-32; send UTF-8",
    ),
}


@pytest.mark.parametrize("send", [fast, ordinary, binary, batch, lines])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_mark_is_named_on_every_way(scene: Scene, send: Send, encoding: str) -> None:
    encode, detail = ENCODINGS[encoding]
    refused = send(scene, encode)

    assert (refused.status_code, detail_of(refused)) == (400, detail)
    assert scene.head == 0


def test_of_lines_the_first_alone_is_refused_for_a_mark(scene: Scene) -> None:
    told = [json.dumps(message(id=id)) for id in ("a", "b")]
    answer = scene.post("\n".join(told).encode("utf-8-sig"), "application/x-ndjson")
    summary, first, second = [json.loads(line) for line in answer.get_data().splitlines()]

    assert (summary["accepted"], summary["rejected"]) == (1, 1)
    assert "byte order mark (BOM) of UTF-8" in first["problem"]["detail"]
    assert second["outcome"] == "accepted"


def test_a_mark_between_files_that_were_put_together_is_named_too(scene: Scene) -> None:
    told = [json.dumps(message(id=id)).encode("utf-8-sig" if id == "b" else "utf-8") for id in ("a", "b")]
    answer = scene.post(b"\n".join(told), "application/x-ndjson")

    assert "byte order mark" in json.loads(answer.get_data().splitlines()[2])["problem"]["detail"]


@pytest.mark.parametrize("body", [b"\xff", b"{", b"", b"\xc3{"])
def test_other_bytes_are_told_as_before(scene: Scene, body: bytes) -> None:
    detail = scene.post(body).get_json()["detail"]

    assert detail.startswith(("the body is not UTF-8", "the body is not JSON"))
