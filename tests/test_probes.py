"""What a real server says of its own faults: in its probe, in its log, and never with a path of the machine."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.faking import faked_time
from tests.scenarios import message
from tests.servers import TIMELINE, UNLIMITED, Running, free_port, serving


@contextmanager
def desk_of(server: Running) -> Iterator[httpx.Client]:
    """A client that may do everything."""
    secret = server.token("desk", "admin", "append", "assess")
    with httpx.Client(base_url=server.address, headers={"Authorization": f"Bearer {secret}"}, timeout=30) as client:
        yield client


def post(client: httpx.Client, name: str) -> httpx.Response:
    return client.post("/api/v1/events", json=message(id=name))


def failing(client: httpx.Client) -> list[str]:
    return [check["name"] for check in client.get("/readyz").json()["checks"] if not check["ok"]]


def wait_until(held: Callable[[], Any]) -> None:
    until = time.monotonic() + 60
    while not held():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_key_that_is_taken_away_is_told_by_probe_and_log_and_nothing_is_lost(tmp_path: Path) -> None:
    with serving(str(tmp_path / "log.db"), **UNLIMITED) as server, desk_of(server) as client:
        assert post(client, "first").status_code == 201
        client.get("/api/v1/log/checkpoint").raise_for_status()
        client.get("/api/v1/timeline", params={"min_position": 1}).raise_for_status()
        assert failing(client) == []
        (key_file,) = tmp_path.glob("*.key")
        key = key_file.read_bytes()
        key_file.unlink()
        # Nobody asks the probe: the log tells by itself.
        wait_until(lambda: '"check":"key"' in server.printed)
        assert failing(client) == ["key"]
        assert post(client, "second").status_code == 201
        client.get("/api/v1/log/checkpoint").raise_for_status()
        key_file.write_bytes(key)
        assert failing(client) == []
    done = subprocess.run([*TIMELINE, "--store", str(tmp_path / "log.db"), "verify"], check=False, capture_output=True)

    assert done.returncode == 0, done.stdout


def test_a_clock_two_years_ahead_and_back_is_told_by_a_real_server(tmp_path: Path) -> None:
    with (
        faked_time(tmp_path) as faked,
        serving(str(tmp_path / "log.db"), **UNLIMITED, **faked.variables) as server,
        desk_of(server) as client,
    ):
        assert post(client, "first").status_code == 201
        wait_until(lambda: failing(client) == [] and client.get("/api/v1/timeline").is_success)
        faked.shift("+2y")
        wait_until(lambda: "the clock jumped ahead" in server.printed)
        recorded = post(client, "second").json()["recorded_at"]
        faked.shift("+0")
        wait_until(lambda: failing(client) == ["clock"])
        wait_until(lambda: "the clock is behind the last record" in server.printed)
        third = post(client, "third")

        assert (third.status_code, third.json()["recorded_at"]) == (201, recorded)
        assert server.printed.count("the clock is behind the last record") <= 2  # of two processes, each once


@pytest.mark.parametrize(
    "redirected", ["1>&- 2>&-", "0<&- 1>&- 2>&-", "1>/dev/full 2>/dev/full", "2>&-", "1>/dev/full"]
)
def test_requests_are_answered_where_nobody_can_be_told_of_them(tmp_path: Path, redirected: str) -> None:
    store, port = str(tmp_path / "log.db"), free_port()
    command = f'exec "$@" {redirected}'
    arguments = [*TIMELINE, "--store", store, "serve", "--port", str(port)]
    process = subprocess.Popen(["/bin/sh", "-c", command, "sh", *arguments], env={**os.environ, **UNLIMITED})
    try:
        server = Running(port, store, process, tmp_path)
        wait_until(lambda: process.poll() is not None or _answers(server))
        assert process.poll() is None
        with desk_of(server) as client:
            answered = [post(client, f"m-{number}").status_code for number in range(20)]
            read = client.get("/api/v1/timeline", params={"min_position": 20})
    finally:
        process.terminate()
        process.wait(30)
    done = subprocess.run([*TIMELINE, "--store", store, "verify"], check=False, capture_output=True)

    assert answered == [201] * 20
    assert (read.status_code, read.json()["recorded_at"]["position"]) == (200, 20)
    assert done.returncode == 0, done.stdout


def _answers(server: Running) -> bool:
    try:
        return httpx.get(f"{server.address}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def _spoil_rows(folder: Path) -> None:
    for file in folder.glob("log.db.rows-*"):
        file.write_bytes(b"no database " * 1_000)


def _spoil_tokens(folder: Path) -> None:
    (folder / "log.db.access").unlink()
    (folder / "log.db.access").write_bytes(b"no database " * 1_000)


def _spoil_log(folder: Path) -> None:
    for name in ("log.db", "log.db-wal"):
        (folder / name).write_bytes(b"no database " * 300)


def _replace_key(folder: Path) -> None:
    for file in folder.glob("*.key"):
        file.unlink()
        file.mkdir()


def _remove_all(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()


FAULTS = {
    "rows that are no database": _spoil_rows,
    "tokens that are no database": _spoil_tokens,
    "a log that is no database": _spoil_log,
    "a key that is a folder": _replace_key,
    "everything removed": _remove_all,
}
ASKED = (
    "/readyz", "/metrics", "/api/v1/timeline", "/api/v1/fronts?recorded_at=1", "/api/v1/events",
    "/api/v1/log/checkpoint", "/api/v1/log/keys", "/api/v1/changes.atom", "/api/v1/exports/csv",
    "/api/v1/checks", "/", "/api/v1/openapi.json",
)  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_no_answer_names_a_folder_of_the_machine_whatever_is_broken(tmp_path: Path, fault: str) -> None:
    folder = tmp_path / "very-secret-folder"
    folder.mkdir()
    with serving(str(folder / "log.db"), **UNLIMITED) as server, desk_of(server) as client:
        assert post(client, "first").status_code == 201
        client.get("/api/v1/timeline", params={"min_position": 1}).raise_for_status()
        FAULTS[fault](folder)
        answers = [client.get(path) for path in ASKED] + [post(client, f"m-{number}") for number in range(2)]
        lines = b'{"id":"x"}\n'
        answers.append(client.post("/api/v1/events", content=lines, headers={"Content-Type": "application/x-ndjson"}))

        assert not [answered.text for answered in answers if "very-secret-folder" in answered.text]
        assert not [answered.text for answered in answers if "log.db" in answered.text]
        assert client.get("/healthz").status_code == 200
