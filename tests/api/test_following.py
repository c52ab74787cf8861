"""Following the log: page by page, waiting for what comes, and as Server-Sent Events."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import pytest

from tests.scenarios import BAKHMUT, GRAYVORON, Scene, fill, given, reported
from timeline.api import streams
from timeline.api.following import Wanted
from timeline.api.streams import Broadcast
from timeline.domain.descriptions import DescriptionChanges
from timeline.domain.facts import DevelopmentRevised, FrontOpened
from timeline.domain.values import front_id
from timeline.errors import TooManyStreams


@pytest.fixture
def told(scene: Scene) -> Scene:
    """Two fronts; one development goes from one to the other."""
    scene.tell(FrontOpened("bakhmut", "Bakhmut"), "2022-01-01", front_id("bakhmut"))
    scene.tell(reported(), "2023-05-20", BAKHMUT)
    scene.tell(reported(front="belgorod"), "2023-05-20", GRAYVORON)
    scene.tell(given("ua-mod", "denies"), "2023-05-21", BAKHMUT)
    return scene


def positions(answer: Any) -> list[int]:
    return [one["position"] for one in answer["items"]]


def read_up_to(told: Scene, position: int) -> dict[str, str]:
    """What a page says of the log, and of where to read on."""
    tip = told.log.tip()
    return {"next_after": f"{position}-{tip.epoch}", "origin": tip.origin, "epoch": tip.epoch}


def test_events_are_chosen_by_front_and_by_type(told: Scene) -> None:
    assert positions(told.get("/events", front="bakhmut")) == [1, 2, 4]
    assert positions(told.get("/events", front="belgorod")) == [3]
    assert positions(told.get("/events", type="account.given")) == [4]
    assert positions(told.get("/events", front=["bakhmut", "belgorod"], type="development.reported")) == [2, 3]
    assert told.get("/events", type="account.taken", expect=422)["errors"][0]["field"] == "type"


def test_a_development_that_moves_is_news_of_both_fronts(told: Scene) -> None:
    told.tell(DevelopmentRevised(DescriptionChanges(front="belgorod"), "correction"), "2023-05-22", BAKHMUT)
    told.tell(given("wagner"), "2023-05-23", BAKHMUT)

    assert positions(told.get("/events", front="bakhmut")) == [1, 2, 4, 5]
    assert positions(told.get("/events", front="belgorod")) == [3, 5, 6]


def test_a_page_says_where_to_read_on_although_nothing_was_wanted(told: Scene) -> None:
    assert told.get("/events", type="front.closed") == {"items": [], **read_up_to(told, 4)}
    assert told.get("/events", limit=2)["next_after"] == f"2-{told.log.tip().epoch}"
    assert told.get("/events", after=4) == {"items": [], **read_up_to(told, 4)}


def test_whoever_waits_is_answered_as_soon_as_there_is_something(told: Scene) -> None:
    def append() -> None:
        time.sleep(0.2)
        told.tell(given("rybar"), "2023-05-22", BAKHMUT)

    Thread(target=append).start()
    began = time.monotonic()
    response = told.client.get("/api/v1/events?after=4&front=bakhmut", headers={"Prefer": "wait=20"})

    assert positions(response.get_json()) == [5]
    assert time.monotonic() - began < 10


def test_whoever_waits_for_nothing_is_answered_in_the_end(told: Scene) -> None:
    response = told.client.get("/api/v1/events?after=4", headers={"Prefer": "wait=1"})

    assert response.get_json() == {"items": [], **read_up_to(told, 4)}


@contextmanager
def listening(told: Scene, most: int = 5) -> Iterator[Broadcast]:
    broadcast = Broadcast(told.log, most, Event())
    try:
        yield broadcast
    finally:
        broadcast.close()


def heard(stream: Iterator[bytes], count: int) -> list[int]:
    """The ids of the next events of a stream, each with the event that has that position."""
    found: list[int] = []
    while len(found) < count:
        for block in next(stream).decode().split("\n\n"):
            if block.startswith("id: "):
                first, second = block.split("\n")
                found.append(int(first.removeprefix("id: ").partition("-")[0]))
                assert json.loads(second.removeprefix("data: "))["position"] == found[-1]
    return found


def test_a_listener_hears_the_past_from_where_it_was_and_then_what_comes(told: Scene) -> None:
    with listening(told) as broadcast:
        broadcast.join()
        stream = broadcast.sent(1, Wanted())
        past = heard(stream, 3)
        fill(told, 5)

        assert past == [2, 3, 4]
        assert heard(stream, 5) == [5, 6, 7, 8, 9]


def test_a_listener_without_a_position_hears_what_comes_from_now_on(told: Scene) -> None:
    with listening(told) as broadcast:
        broadcast.join()
        stream = broadcast.sent(None, Wanted(fronts=frozenset(["kherson"])))
        next(stream)
        fill(told, 4)

        assert heard(stream, 2) == [6, 8]


def test_whoever_is_slower_than_what_is_kept_reads_the_log_and_misses_nothing(
    told: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "KEPT", 3)
    with listening(told) as broadcast:
        broadcast.join()
        slow, fast = broadcast.sent(4, Wanted()), broadcast.sent(4, Wanted())
        next(slow)
        fill(told, 40)

        assert heard(fast, 40) == list(range(5, 45))
        assert heard(slow, 40) == list(range(5, 45))


def test_silence_is_broken_by_a_heartbeat(told: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT", 0.05)
    with listening(told) as broadcast:
        broadcast.join()
        stream = broadcast.sent(None, Wanted())
        next(stream)

        assert next(stream).startswith(b":")


def test_no_more_than_so_many_listen_at_once_and_who_leaves_makes_room(told: Scene) -> None:
    with listening(told, most=1) as broadcast:
        broadcast.join()
        with pytest.raises(TooManyStreams):
            broadcast.join()
        broadcast.leave()
        broadcast.join()


def test_every_stream_ends_when_the_service_does(told: Scene) -> None:
    with listening(told) as broadcast:
        broadcast.join()
        stream = broadcast.sent(None, Wanted())
        next(stream)
        broadcast.close()

        assert list(stream) == []


def test_where_the_log_can_not_be_read_streams_end_and_whoever_comes_back_goes_on(
    told: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise OSError("the disk is gone")

    with listening(told) as broadcast:
        broadcast.join()
        stream = broadcast.sent(4, Wanted())
        next(stream)
        monkeypatch.setattr(streams, "fronts_of", broken)
        fill(told, 2)
        assert list(stream) == []
        broadcast.leave()

        monkeypatch.undo()
        broadcast.join()
        assert heard(broadcast.sent(4, Wanted()), 2) == [5, 6]


def test_the_last_event_id_goes_before_the_query(told: Scene) -> None:
    with told.client.get("/api/v1/events/stream?after=0", headers={"Last-Event-ID": "3"}, buffered=False) as response:
        stream = iter(response.response)

        assert response.content_type.startswith("text/event-stream")
        assert heard(stream, 1) == [4]
    assert told.client.get("/api/v1/events/stream", headers={"Last-Event-ID": "x"}).status_code == 422
