"""`timeline serve`, as a process of its own: how it ends, whom it refuses at once, and what it writes to its log."""

import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from tests.api.test_access import misplaced
from tests.engines import Engine
from tests.scenarios import message
from tests.servers import Running, serving
from timeline.store.addresses import parse_address
from timeline.store.checkpoints import parse_checkpoint
from timeline.store.log import ConflictLog


@pytest.fixture
def server(engine: Engine) -> Iterator[Running]:
    """A server on an empty log, once on each engine."""
    with serving(engine.store, TIMELINE_KEY=str(engine.key_file)) as running:
        yield running


def begin(server: Running, token: str, body: bytes) -> socket.socket:
    """A connection on which half of a message was sent."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    connection.sendall(
        b"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer %s\r\nContent-Length: %d\r\n\r\n" % (token.encode(), len(body)) + body[:20]
    )
    return connection


def answered(connection: socket.socket) -> tuple[int, Any]:
    response = HTTPResponse(connection)
    response.begin()
    return response.status, json.loads(response.read())


def ask(server: Running, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        raw = body if body is None or isinstance(body, str) else json.dumps(body)
        connection.request(method, path, raw, {"Content-Type": "application/json", **headers})
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def stored(engine: Engine) -> tuple[list[str], int]:
    """The ids of the messages in the log, and the size at which it was last signed."""
    size = engine.sql("SELECT count(*) FROM events")[0][0]
    log = ConflictLog(parse_address(engine.store), key_file=engine.key_file, read_only=True)
    try:
        checkpoint = log.records.queries.last_checkpoint()
        ids = [one.event.message.id for one in log.after(0, size + 1)]
    finally:
        log.close()
    return ids, parse_checkpoint(checkpoint[1]).size if checkpoint else 0


def test_a_request_that_runs_when_the_server_is_stopped_is_answered_and_the_log_is_signed(
    server: Running, engine: Engine
) -> None:
    body = json.dumps(message()).encode()
    connection = begin(server, server.token("desk", "append"), body)
    time.sleep(0.3)

    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    connection.sendall(body[20:])
    status, receipt = answered(connection)
    connection.close()

    assert (status, receipt["position"]) == (201, 1)
    assert server.process.wait(15) == 0
    if engine.name == "sqlite":
        assert not Path(f"{engine.store}-wal").exists(), "the log was closed"
    assert stored(engine) == (["a-1"], 1)


def test_what_was_acknowledged_while_the_server_stops_is_in_the_log(server: Running, engine: Engine) -> None:
    token, acknowledged = server.token("desk", "append"), list[str]()

    def write(writer: int) -> None:
        for number in range(10_000):
            id = f"{writer}-{number}"
            try:
                status, _, _ = ask(server, "POST", "/api/v1/events", message(id=id), Authorization=f"Bearer {token}")
            except (OSError, HTTPException):
                return
            if status == 201:
                acknowledged.append(id)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(1.5)
    server.process.send_signal(signal.SIGTERM)
    for thread in threads:
        thread.join(30)

    assert server.process.wait(15) == 0
    ids, signed = stored(engine)
    assert acknowledged
    assert set(acknowledged) <= set(ids)
    assert signed == len(ids)


def test_settings_of_the_environment_reach_the_server(tmp_path: Path) -> None:
    settings = {"TIMELINE_READING": "token", "TIMELINE_READS_PER_MINUTE": "2", "TIMELINE_TRUSTED_PROXIES": "1"}
    with serving(str(tmp_path / "log.db"), **settings) as server:
        reader = {"Authorization": f"Bearer {server.token('reader', 'read')}"}
        closed = [ask(server, "GET", path, **{"X-Forwarded-For": "192.0.2.1"})[0] for path in ("/", "/api/v1/fronts")]
        opened = [ask(server, "GET", "/api/v1/fronts", **reader)[0] for _ in range(3)]
        others = [ask(server, "GET", "/", **{"X-Forwarded-For": one})[0] for one in ("192.0.2.1", "192.0.2.2")]

    assert closed == [401, 401]
    assert opened == [200, 200, 429]
    assert others == [429, 401]


def test_a_client_that_never_ends_its_request_does_not_keep_the_log_open(tmp_path: Path) -> None:
    store = str(tmp_path / "log.db")
    with serving(store) as server:
        token = server.token("desk", "append")
        ask(server, "POST", "/api/v1/events", message(), Authorization=f"Bearer {token}")
        connection = begin(server, token, json.dumps(message(id="never")).encode())
        time.sleep(0.3)

        server.process.send_signal(signal.SIGINT)

        assert server.process.wait(15) == 0
        assert "Nobody may append yet" in server.printed
        assert stored(Engine("sqlite", store, tmp_path)) == (["a-1"], 1)
        connection.close()


def test_a_token_that_is_revoked_while_the_server_runs_is_refused(server: Running) -> None:
    token = {"Authorization": f"Bearer {server.token('desk', 'append')}"}
    before = ask(server, "POST", "/api/v1/events", message(), **token)[0]
    server.timeline("token", "revoke", "desk")
    after = ask(server, "POST", "/api/v1/events", message(id="b"), **token)[0]

    assert (before, after) == (201, 401)


def test_the_log_of_a_server_has_a_line_for_each_request_and_no_secret(server: Running) -> None:
    secret, good = server.token("leaked", "read"), server.token("desk", "append")
    requests = misplaced(secret)
    for method, path, more in requests:
        headers = {"Authorization": f"Bearer {good}", **more.get("headers", {})}
        if "content_type" in more:
            headers["Content-Type"] = more["content_type"]
        ask(server, method, path, more.get("data", more.get("json")), **headers)
    ask(
        server,
        "GET",
        "/api/v1/fronts?q=what-was-asked",
        **{"X-Request-ID": "mine-7", "Authorization": f"Bearer {secret}"},
    )
    ask(server, "POST", "/api/v1/events", message(), Authorization=f"Bearer {good[:-1]}")
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(15)

    lines = [json.loads(line) for line in server.printed.splitlines() if line.startswith("{")]
    told = [line for line in lines if line["event"] == "request" and line["route"] != "/healthz"]
    mine = next(line for line in told if line["request_id"] == "mine-7")
    assert len(told) == len(requests) + 2
    assert {name: mine[name] for name in ("method", "route", "status", "token")} == {
        "method": "GET", "route": "/api/v1/fronts", "status": 422, "token": "leaked",
    }  # fmt: skip
    assert mine["duration_ms"] > 0
    assert (told[-1]["status"], told[-1].get("token")) == (401, None)
    for hidden in (secret, good, good[:-1], "what-was-asked"):
        assert hidden not in server.printed
