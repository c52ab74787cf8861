"""What the README says of the CloudEvents SDK, run on the SDK itself."""

import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

from tests.scenarios import Scene, message

README = Path(__file__).parent.parent / "README.md"


def snippet() -> str:
    """The Python of the README's paragraph about the SDK."""
    told = README.read_text("utf-8").partition("**The CloudEvents SDK sets `time` to now.**")[2]
    block = told.partition("\n\n    ")[2].partition("\n\n`api`")[0]
    return textwrap.dedent(f"    {block}")


@pytest.fixture
def api(scene: Scene) -> httpx.Client:
    """The client of the tour, before the application itself."""
    client = httpx.Client(transport=httpx.WSGITransport(app=scene.app), base_url="http://localhost/api/v1")
    client.headers["Authorization"] = scene.client.environ_base["HTTP_AUTHORIZATION"]
    return client


def test_the_readme_sends_an_event_that_counts_from_when_it_was_said(
    scene: Scene, api: httpx.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.post(message(data={"external_id": "chronicle:kozinka-liberated"}))
    exec(snippet(), {"api": api})

    event = scene.get("/events")["items"][1]
    assert (event["id"], event["time"], event["data"]["source"]) == ("sdk-1", "2023-05-23T10:00:00Z", "interfax")
    assert "'position': 2" in capsys.readouterr().out


@pytest.mark.parametrize("send", [to_structured_event, to_binary_event])
def test_without_a_time_the_sdk_says_now_as_the_readme_warns(scene: Scene, api: httpx.Client, send: Any) -> None:
    now = datetime.now(UTC)
    scene.clock.now = now + timedelta(hours=1)
    told = message()
    attributes = {name: told[name] for name in ("type", "source", "id")}
    sent = send(CloudEvent(attributes, told["data"]))
    answer = api.post("/events", content=sent.body, headers=sent.headers)

    assert answer.status_code == 201
    assert abs(datetime.fromisoformat(scene.get("/events")["items"][0]["time"]) - now) < timedelta(minutes=10)


@pytest.mark.parametrize("send", [to_structured_event, to_binary_event])
def test_events_of_the_sdk_with_extensions_are_taken(scene: Scene, api: httpx.Client, send: Any) -> None:
    told = message()
    attributes = {name: told[name] for name in ("type", "source", "id")} | {"comexample": "x", "traceparent": "00-1"}
    attributes["time"] = datetime(2023, 5, 22, tzinfo=UTC)
    sent = send(CloudEvent(attributes, told["data"]))
    answer = api.post("/events", content=sent.body, headers=sent.headers)

    assert answer.status_code == 201
