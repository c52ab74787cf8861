"""Bodies of unknown length, on a real server and a raw socket: read whole, or refused and nothing written."""

import json
import socket
import threading
from collections.abc import Iterator
from http.client import HTTPResponse
from typing import Any

import pytest
from werkzeug.serving import make_server

from tests.scenarios import Scene, message

LIMIT = 100_000
"""The body limit of the scenes."""


@pytest.fixture
def port(scene: Scene) -> Iterator[int]:
    """A server of the scene on a port of its own."""
    running = make_server("127.0.0.1", 0, scene.app, threaded=True)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield running.server_port
    running.shutdown()
    thread.join()
    running.server_close()


def post_chunked(scene: Scene, port: int, body: bytes, chunk: int) -> tuple[int, Any]:
    """Send a body in chunks, with no word of how long it is; status and JSON of the answer."""
    authorization = scene.client.environ_base["HTTP_AUTHORIZATION"].encode()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(
            b"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
            b"Authorization: " + authorization + b"\r\n\r\n"
        )
        parts = [body[at : at + chunk] for at in range(0, len(body), chunk)]
        connection.sendall(b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n")
        response = HTTPResponse(connection)
        response.begin()
        return response.status, json.loads(response.read())


def padded(length: int) -> bytes:
    """A message that says all in its first bytes, padded with white space, so that every cut of it reads well."""
    return json.dumps(message()).encode().ljust(length)


@pytest.mark.parametrize("chunk", [1_000, 65_536, 200_000])
def test_a_chunked_body_up_to_the_limit_is_read_whole(scene: Scene, port: int, chunk: int) -> None:
    status, _ = post_chunked(scene, port, padded(LIMIT), chunk)

    assert status == 201
    assert scene.head == 1


@pytest.mark.parametrize("chunk", [1_000, 65_536, 200_000])
@pytest.mark.parametrize("length", [LIMIT + 1, LIMIT + 50_000])
def test_a_chunked_body_over_the_limit_is_refused_and_nothing_is_written(
    scene: Scene, port: int, length: int, chunk: int
) -> None:
    status, problem = post_chunked(scene, port, padded(length), chunk)

    assert status == 413
    assert [one["field"] for one in problem["errors"]] == ["body"]
    assert scene.head == 0
