"""Sockets that ask and then do nothing hold nobody else: no thread waits for them, and when they go nothing is left."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.holding import KINDS, footprint, held
from tests.scenarios import message
from tests.servers import UNLIMITED, Running, serving
from timeline.server.pool import THREADS

SOCKETS = 300


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server on the demo."""
    store = str(tmp_path_factory.mktemp("held") / "log.db")
    with serving(store, **UNLIMITED) as running:
        running.timeline("demo")
        yield running


def status(server: Running, path: str, method: str = "GET", **headers: str) -> int:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


def comes_true(what: Callable[[], bool], seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("addresses", [1, 20])
@pytest.mark.parametrize("kind", KINDS)
def test_others_are_answered_while_sockets_are_held_and_afterwards_nothing_is_left(
    server: Running, kind: str, addresses: int
) -> None:
    before = footprint(server)
    with held(server, KINDS[kind], SOCKETS, addresses):
        answered = [status(server, path) for path in ("/healthz", "/api/v1/fronts", "/", "/readyz", "/metrics") * 3]
        during = footprint(server)

    assert answered == [200] * 15
    assert during.threads <= before.threads + THREADS + 10  # the pool, and the loop's own helpers
    # What others asked meanwhile may have opened a few of the store's files.
    assert comes_true(lambda: footprint(server).descriptors <= before.descriptors + SOCKETS // 3)


def following(server: Running) -> int:
    """How many follow the log, as the server counts them."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", "/metrics")
    told = connection.getresponse().read().decode()
    connection.close()
    (line,) = [line for line in told.splitlines() if line.startswith("timeline_event_streams_open ")]
    return int(float(line.split()[1]))


def test_who_leaves_while_waiting_makes_room_at_once(tmp_path: Path) -> None:
    with serving(str(tmp_path / "log.db"), **UNLIMITED, TIMELINE_STREAMS="5") as server:
        for _ in range(3):
            with held(server, KINDS["a long poll"], 5, 1):
                assert comes_true(lambda: following(server) == 5)
                assert status(server, "/api/v1/events?after=0", Prefer="wait=1") == 429
            assert comes_true(lambda: following(server) == 0)
            assert status(server, "/api/v1/events?after=0", Prefer="wait=1") == 200


def test_an_address_that_has_its_share_is_refused_and_others_are_not(tmp_path: Path) -> None:
    limits = {"TIMELINE_STREAMS": "4", "TIMELINE_STREAMS_PER_ADDRESS": "2"}

    def joined(server: Running, address: str) -> tuple[bytes, socket.socket]:
        listener = socket.create_connection(("127.0.0.1", server.port), 30, (address, 0))
        listener.sendall(KINDS["a stream of events"])
        return listener.recv(4096), listener

    with serving(str(tmp_path / "log.db"), **UNLIMITED, **limits) as server:
        heads, listeners = zip(
            *(joined(server, address) for address in ["127.0.0.2"] * 3 + ["127.0.0.3"] * 2 + ["127.0.0.4"]), strict=True
        )
        for listener in listeners:
            listener.close()

    assert [head.split()[1] for head in heads] == [b"200", b"200", b"429", b"200", b"200", b"503"]
    assert b"retry-after: 5" in heads[2].lower()
    assert b"retry-after: 5" in heads[5].lower()


def test_requests_are_answered_though_nobody_reads_the_log_lines(tmp_path: Path) -> None:
    with serving(str(tmp_path / "log.db"), unread=True, **UNLIMITED) as server:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
        for _ in range(1_500):  # some hundred lines fill a pipe
            connection.request("GET", "/healthz")
            assert connection.getresponse().read() == b'{"status":"ok"}'
        connection.close()
        assert status(server, "/api/v1/fronts") == 200


def test_a_body_that_stops_is_told_so_and_nothing_of_it_is_appended(server: Running) -> None:
    token = server.token("slow", "append")
    slow = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    slow.sendall(
        b"POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
        b"Content-Type: application/x-ndjson\r\nContent-Length: 100000\r\n\r\n"
        % token.encode()
        + str(message()).encode()
    )
    answer = b""
    while more := slow.recv(65_536):
        answer += more
    slow.close()

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"it has to come faster" in answer
    assert b"connection: close" in answer.lower()


def test_a_head_that_is_longer_than_any_is_refused(server: Running) -> None:
    long = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    long.sendall(b"GET /api/v1/fronts HTTP/1.1\r\nHost: localhost\r\n")
    with suppress(BrokenPipeError, ConnectionResetError):  # it is cut off while we go on
        for number in range(3_000):
            long.sendall(b"X-%d: %s\r\n" % (number, b"x" * 100))
    with suppress(ConnectionResetError):
        assert long.recv(4096).startswith(b"HTTP/1.1 431 ")
    long.close()

    assert status(server, "/healthz") == 200


def test_a_taken_port_is_refused(server: Running, tmp_path: Path) -> None:
    second = server.start_another(str(tmp_path / "other.db"))

    assert second.returncode == 1
    assert f"port {server.port} of 127.0.0.1 can not be used" in second.stderr
    assert not (tmp_path / "other.db").exists()


def test_a_wish_for_another_protocol_is_passed_over(server: Running) -> None:
    token, body = (
        server.token("java", "append"),
        json.dumps(message(id="h2c", data={"title": "An Upgrade: of a title"})),
    )
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    upgrade = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAEAAEAAAAIAAAABAAMAAABk"}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **upgrade}
    statuses = []
    for _ in range(2):
        connection.request("POST", "/api/v1/events", body, headers)
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    connection.close()

    assert statuses == [201, 200]
