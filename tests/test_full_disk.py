"""On a full disk reads go on from the rows that are there, writes say that there is no room, and both recover."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tests.filesystems import SmallDisk, small_disk
from tests.scenarios import message
from tests.servers import UNLIMITED, Running, serving

LINES = "application/x-ndjson"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as mounted:
        yield mounted


@pytest.fixture
def server(disk: SmallDisk) -> Iterator[Running]:
    with serving(str(disk.folder / "log.db"), **UNLIMITED, TIMELINE_DISK_FLOOR="1000000") as running:
        yield running


class Desk:
    """Appends to a server and reads from it."""

    def __init__(self, server: Running) -> None:
        token = server.token("desk", "append")
        self.client = httpx.Client(base_url=server.address, headers={"Authorization": f"Bearer {token}"}, timeout=30)

    def post(self, name: str, padding: int = 0) -> httpx.Response:
        return self.client.post("/api/v1/events", json=_report(name, padding))

    def post_lines(self, names: list[str]) -> httpx.Response:
        lines = b"\n".join(msgspec.json.encode(_report(name, 4_000)) for name in names)
        return self.client.post("/api/v1/events", content=lines, headers={"Content-Type": LINES})

    def read(self, **query: Any) -> httpx.Response:
        return self.client.get("/api/v1/timeline", params=query)

    def head(self) -> int:
        return int(self.client.get("/readyz").json()["log_position"])


def _report(name: str, padding: int = 0) -> dict[str, Any]:
    return message(id=name, data={"title": f"Entry {name}", "summary": os.urandom(padding // 2).hex() or "y"})


@pytest.fixture
def desk(server: Running) -> Iterator[Desk]:
    desk = Desk(server)
    yield desk
    desk.client.close()


def _acknowledged_until_full(desk: Desk, disk: SmallDisk) -> tuple[list[str], httpx.Response]:
    """Fill the disk, and append until it is refused; the ids that were acknowledged, and the refusal."""
    disk.fill()
    names: list[str] = []
    while (answered := desk.post(f"late-{len(names)}", 10_000)).status_code == 201:
        names.append(f"late-{len(names)}")
    return names, answered


def test_a_full_disk_refuses_writes_and_goes_on_reading(desk: Desk, disk: SmallDisk, server: Running) -> None:
    assert desk.post("first").status_code == 201
    assert _position(desk.read(min_position=1)) == 1
    late, refused = _acknowledged_until_full(desk, disk)
    read = desk.read()
    ready = desk.client.get("/readyz")

    assert refused.status_code == 507
    assert refused.json()["type"] == "urn:timeline:problem:store-full"
    assert "sending the same message again is safe" in refused.json()["detail"]
    assert read.status_code == 200
    assert _position(read) == desk.head() - int(read.headers.get("Timeline-Rows-Behind", 0))
    assert ready.status_code == 503
    assert not _check(ready, "disk")["ok"]
    for answered in (refused, read, ready):
        assert str(disk.folder) not in answered.text

    disk.free()
    _wait_until_ready(desk)
    again = desk.post(f"late-{len(late)}", 10_000)
    read = desk.read(min_position=again.json()["position"])

    assert again.status_code == 201
    assert _position(read) == len(late) + 2
    assert "Timeline-Rows-Behind" not in read.headers
    held = desk.client.get("/api/v1/events", params={"limit": 1000}).json()["items"]
    assert {item["id"] for item in held} == {"first", *late, f"late-{len(late)}"}


def test_a_stream_of_events_that_fills_the_disk_says_how_far_it_came(desk: Desk, disk: SmallDisk) -> None:
    disk.fill(leave_bytes=6_000_000)
    answered = desk.post_lines([f"many-{number}" for number in range(4_000)])
    counted = answered.json()

    assert answered.status_code == 507, counted
    assert 0 < counted["accepted"] == desk.head()
    assert counted["rejected"] == 0
    assert str(disk.folder) not in answered.text


def test_a_server_does_not_begin_on_a_disk_that_is_read_only(disk: SmallDisk) -> None:
    store = str(disk.folder / "log.db")
    with serving(store) as server:
        desk = Desk(server)
        assert desk.post("first").status_code == 201
        desk.client.close()
    disk.remount("ro")
    began = server.start_another(store)
    disk.remount("rw")

    assert began.returncode == 1
    assert "can not be used as a store" in began.stderr
    assert "Traceback" not in began.stderr


def _position(answered: httpx.Response) -> int:
    return int(answered.json()["recorded_at"]["position"])


def _check(answered: httpx.Response, name: str) -> dict[str, Any]:
    return next(check for check in answered.json()["checks"] if check["name"] == name)


def _wait_until_ready(desk: Desk) -> None:
    until = time.monotonic() + 60
    while desk.client.get("/readyz").status_code != 200:
        assert time.monotonic() < until, desk.client.get("/readyz").text
        time.sleep(0.1)
