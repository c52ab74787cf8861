"""What the loop appends by itself is bound by the same rules as what goes through the application."""

import json
from collections.abc import Iterator
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


def append(server: Running, token: str, query: str = "", **more: Any) -> tuple[int, Any]:
    """Status and body of the answer to one message."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", f"/api/v1/events{query}", json.dumps(message(**more)), headers)
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    return answer.status, body


def test_a_token_uses_its_own_sources_alone(server: Running) -> None:
    created = server.timeline("token", "create", "desk-a", "--scope", "append", "--source", "//desk-a")
    secret = created.split()[-1]
    own, below = (append(server, secret, source=source, id=source) for source in ("//desk-a", "//desk-a/east"))
    other = append(server, secret, source="//desk-ab")
    slow = append(server, secret, "?atomic=false", source="//desk-ab")

    assert (own[0], below[0], other[0]) == (201, 201, 403)
    assert other == slow
    assert other[1]["errors"] == [{"field": "source", "value": "//desk-ab", "allowed": "//desk-a and what is below it"}]


def test_an_id_that_stands_for_a_key_is_refused(server: Running) -> None:
    status, problem = append(server, server.token("desk", "append"), id="key/desk/1")

    assert (status, problem["errors"][0]["field"]) == (422, "id")
