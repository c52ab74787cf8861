"""Who follows the log through the server: told at once, ended when the token is, and told goodbye when it stops."""

import json
import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPConnection
from typing import Any

import pytest

from tests.engines import Engine
from tests.scenarios import message
from tests.servers import UNLIMITED, Running, serving


@pytest.fixture
def server(engine: Engine) -> Iterator[Running]:
    with serving(engine.store, TIMELINE_KEY=str(engine.key_file), **UNLIMITED) as running:
        yield running


def request(path: str, **headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


Open = Callable[..., socket.socket]


@pytest.fixture
def opened(server: Running) -> Iterator[Open]:
    """Sends a request on a connection of its own, which is closed in the end."""
    with ExitStack() as stack:

        def open(path: str, **headers: str) -> socket.socket:
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=60))
            connection.sendall(request(path, **headers))
            return connection

        yield open


def append(server: Running, token: str, **more: Any) -> int:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", "/api/v1/events", json.dumps(message(**more)), headers)
    found = connection.getresponse()
    found.read()
    connection.close()
    return found.status


def read_until(connection: socket.socket, wanted: bytes) -> bytes:
    told = b""
    while wanted not in told:
        more = connection.recv(65_536)
        assert more, f"the connection ended after {told!r}"
        told += more
    return told


def rest_of(connection: socket.socket) -> bytes:
    told = b""
    while more := connection.recv(65_536):
        told += more
    return told


def test_a_stream_tells_what_is_appended_and_a_long_poll_is_answered_by_it(server: Running, opened: Open) -> None:
    token = server.token("desk", "append")
    stream = opened("/api/v1/events/stream")
    read_until(stream, b"retry: 2000")
    poll = opened("/api/v1/events?after=0&type=development.reported", Prefer="wait=60", Connection="close")

    assert append(server, token, id="a") == 201

    assert b'"id":"a"' in read_until(stream, b"\n\n\r\n")
    assert b'"id":"a"' in rest_of(poll)


def test_a_long_poll_whose_time_is_over_is_answered_by_nothing(server: Running, opened: Open) -> None:
    poll = opened("/api/v1/events?after=0", Prefer="wait=1", Connection="close")
    told = rest_of(poll)

    assert told.startswith(b"HTTP/1.1 200 ")
    assert b'"items":[]' in told


def test_what_the_filters_leave_out_does_not_answer_a_long_poll(server: Running, opened: Open) -> None:
    token = server.token("desk", "append")
    poll = opened("/api/v1/events?after=0&type=source.registered", Prefer="wait=60", Connection="close")
    opened("/api/v1/events?after=0", Prefer="wait=0").close()

    assert append(server, token, id="a") == 201
    source = {"slug": "ru-mod", "name": "MoD", "kind": "official", "affiliation": "russia"}
    assert append(server, token, type="source.registered", id="b", data=source) == 201
    items = json.loads(rest_of(poll).partition(b"\r\n\r\n")[2])["items"]

    assert [item["id"] for item in items] == ["b"]


def test_a_read_that_waits_for_a_position_is_answered_once_the_log_is_there(server: Running, opened: Open) -> None:
    token = server.token("desk", "append")
    poll = opened("/api/v1/fronts?min_position=1", Prefer="wait=60", Connection="close")

    assert append(server, token) == 201
    assert rest_of(poll).startswith(b"HTTP/1.1 200 ")


def test_streams_and_long_polls_end_when_their_token_is_revoked(server: Running, opened: Open) -> None:
    reader = server.token("reader", "read")
    stream = opened("/api/v1/events/stream", Authorization=f"Bearer {reader}")
    read_until(stream, b"retry: 2000")
    poll = opened("/api/v1/events?after=0", Authorization=f"Bearer {reader}", Prefer="wait=60")
    other = opened("/api/v1/events/stream")
    read_until(other, b"retry: 2000")

    server.timeline("token", "revoke", "reader")

    assert read_until(stream, b"0\r\n\r\n")
    assert read_until(poll, b"\r\n\r\n").startswith(b"HTTP/1.1 401 ")
    assert append(server, server.token("desk", "append")) == 201
    assert b"data: " in read_until(other, b"data: ")


def test_streams_end_when_the_server_stops(server: Running, opened: Open) -> None:
    stream = opened("/api/v1/events/stream")
    read_until(stream, b"retry: 2000")

    server.process.send_signal(signal.SIGTERM)

    assert rest_of(stream).endswith(b"0\r\n\r\n")
    assert server.process.wait(20) == 0


def test_a_long_poll_is_answered_when_the_server_stops(server: Running, opened: Open) -> None:
    other = opened("/api/v1/events/stream")
    read_until(other, b"retry: 2000")
    poll = opened("/api/v1/events?after=0", Prefer="wait=60")
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    while True:
        connection.request("GET", "/metrics")
        if b"timeline_event_streams_open 2.0" in connection.getresponse().read():
            break
    connection.close()

    server.process.send_signal(signal.SIGTERM)
    told = rest_of(poll)

    assert told.startswith(b"HTTP/1.1 200 ")
    assert b'"items":[]' in told
    assert server.process.wait(20) == 0


def test_a_listener_who_does_not_read_misses_nothing_and_keeps_nobody_waiting(server: Running, opened: Open) -> None:
    token, count = server.token("desk", "append"), 300
    slow, quick = opened("/api/v1/events/stream"), opened("/api/v1/events/stream")
    for listener in (slow, quick):
        read_until(listener, b"retry: 2000")

    def write(part: int) -> None:
        for number in range(count // 3):
            append(server, token, id=f"{part}-{number}")

    with ThreadPoolExecutor(3) as writers:
        list(writers.map(write, range(3)))

    for listener in (quick, slow):
        told = b""
        while told.count(b"data: ") < count:
            told += listener.recv(65_536)
        positions = [int(line.split()[1].split(b"-")[0]) for line in told.splitlines() if line.startswith(b"id: ")]
        assert positions == list(range(1, count + 1))
