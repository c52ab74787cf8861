"""Thousands of malformed requests: each is refused, none is a failure of ours, nothing is written (soak: 20,000)."""

import json
import os
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.scenarios import Scene, message, open_scene

COUNT = int(os.environ.get("TIMELINE_SOAK_REQUESTS", "2000"))
TYPES = [
    "application/json", "application/cloudevents+json", "application/cloudevents-batch+json", "application/x-ndjson",
    "text/plain", "application/json; charset=latin-1", "multipart/form-data; boundary=x", "", "a/b/c",
]  # fmt: skip
HEADERS = [
    "If-Match", "If-None-Match", "Idempotency-Key", "ce-type", "ce-id", "ce-specversion", "ce-time", "Prefer",
    "Content-Encoding", "Accept", "X-Request-ID", "Last-Event-ID", "Expect", "Range", "Accept-Encoding", "Origin",
]  # fmt: skip
ODD: list[Any] = [
    None, True, -1, 1e308, 10**40, "", " ", "\u0000", "\ud800", "𐍈" * 50, [], {}, [[]] * 9, {"a": {"b": {}}},
    "2023-02-30", "//", "' OR 1=1 --", "=cmd()", "x" * 3_000, "9999-99-99T99:99:99Z", "\u202e",
]  # fmt: skip


def broken(random: Random) -> bytes:
    """A message with something wrong somewhere; now and then no JSON at all."""
    told = message(id=f"f-{random.random()}")
    for _ in range(random.randint(1, 3)):
        place = told
        while random.random() < 0.6 and (inner := [one for one in place.values() if isinstance(one, dict) and one]):
            place = random.choice(inner)
        place[random.choice([*place, "x", "\udfff", ""])] = deepcopy(random.choice(ODD))
    text = json.dumps(told)
    match random.randint(0, 5):
        case 0:
            return text[: random.randrange(len(text))].encode()
        case 1:
            return bytes(random.randrange(256) for _ in range(random.randrange(200)))
        case 2:
            return f"[{text},".encode() + text.encode("utf-16")
        case 3:
            return b"[" * random.randrange(3_000)
    return text.encode()


def value(random: Random) -> str:
    """A header's value that means nothing, of signs that a header may have."""
    return random.choice(["", "*", '"', '"1', "0", "-1", "wait=x", "a" * 300, "%zz%00", "é", "1,2", 'W/"1"', "b=;"])


def resident() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """One that is asked as often as one likes: what is too often is refused unread."""
    with open_scene(tmp_path / "log.db", writes_per_minute=0) as opened:
        yield opened


@pytest.mark.parametrize("part", range(4))
def test_what_is_malformed_is_refused_and_leaves_nothing_behind(scene: Scene, part: int) -> None:
    random = Random(part)
    scene.post(message())
    sizes = []
    for number in range(COUNT // 4):
        headers = {random.choice(HEADERS): value(random) for _ in range(random.randint(0, 3))}
        body, content_type = broken(random), random.choice(TYPES)
        before = scene.head
        response = scene.client.post("/api/v1/events", data=body, content_type=content_type, headers=headers)
        told = f"{content_type!r} {headers} {body[:500]!r}: {response.status_code}"

        assert response.status_code < 500, told
        assert response.status_code != 429, told
        if response.status_code >= 300:
            assert scene.head == before, told
        response.close()
        if number % (COUNT // 16) == COUNT // 16 - 1:
            sizes.append(resident())

    assert sizes[-1] - sizes[0] < 20_000_000, f"memory grew: {sizes}"
