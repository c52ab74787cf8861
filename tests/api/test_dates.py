"""Dates as they were meant: what is sent, what is answered, and what may be sent on to another log."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import NewEngine
from tests.engines import Engine
from tests.scenarios import Scene, message, open_scene
from timeline.domain.values import development_id_of

NIGHT = {"edtf": "2023-06-11", "exact": {"start": "2023-06-11T01:15:00+03:00", "end": "2023-06-11T02:40:00+03:00"}}
SOME_DAY = "[2023-01-24..2023-02-06]"
AFTER = {"as_of": "2023-06-30", "known_at": "2023-06-30"}
Json = dict[str, Any]


@pytest.fixture
def both(engine: Engine) -> Iterator[Scene]:
    """A service on each engine."""
    with open_scene(engine) as opened:
        yield opened


def say(scene: Scene, occurred: Any, number: int = 1) -> Json:
    """Report something of that date; the answer."""
    data = {"occurred": occurred, "external_id": f"test:{number}"}
    answered = scene.post(message(id=f"m-{number}", data=data))
    return {"status": answered.status_code, **(answered.get_json(force=True) or {})}


def told(scene: Scene, occurred: Any, **cuts: str) -> Json:
    """How the API tells of something of that date, in the timeline and by itself, which must agree."""
    assert say(scene, occurred)["status"] == 201
    (item,) = scene.get("/timeline", **{**AFTER, **cuts})["items"]
    alone = scene.get(f"/developments/{development_id_of('test:1')}", **{**AFTER, **cuts})["item"]
    assert alone["occurred"] == item["occurred"]
    return dict(item["occurred"])


def refusal(scene: Scene, occurred: Any) -> tuple[str, str]:
    """The field that a date is refused for, and what is expected there."""
    answered = say(scene, occurred)
    assert answered["status"] == 422, answered
    (error,) = answered["errors"]
    return error["field"], error["allowed"]


def test_an_alert_by_night_belongs_to_the_day_of_its_own_clock(both: Scene) -> None:
    occurred = told(both, NIGHT)

    assert occurred["edtf"] == "2023-06-11"
    assert occurred["start"] == {"earliest": "2023-06-10T22:15:00Z", "latest": "2023-06-10T22:15:00Z"}
    assert occurred["end"] == {"earliest": "2023-06-10T23:40:00Z", "latest": "2023-06-10T23:40:00Z"}
    assert both.get("/timeline", as_of="2023-06-10", known_at="2023-06-30")["items"]


def test_two_instants_with_a_slash_are_an_exact_span(both: Scene) -> None:
    occurred = told(both, "2023-05-22T12:00:00Z/2023-05-22T13:00:00Z", as_of="2023-05-22T12:30:00Z")

    assert occurred["edtf"] == "2023-05-22"
    assert occurred["exact"] == {"start": "2023-05-22T12:00:00Z", "end": "2023-05-22T13:00:00Z"}
    assert occurred["open"] is True


@pytest.mark.parametrize("as_of", ["2023-01-24", "2023-01-31", "2023-02-05", "2023-02-06", "2023-06-30"])
def test_some_day_of_a_range_is_never_open(both: Scene, as_of: str) -> None:
    occurred = told(both, SOME_DAY, as_of=as_of)

    assert occurred == {
        "edtf": SOME_DAY,
        "start": {"earliest": "2023-01-24", "latest": "2023-02-06"},
        "end": {"earliest": "2023-01-24", "latest": "2023-02-06"},
        "open": False,
    }


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("2023-01-01", "2023-01-23", False),
        ("2023-01-01", "2023-01-24", True),
        ("2023-01-30", "2023-01-30", True),
        ("2023-02-06", "2023-02-28", True),
        ("2023-02-07", "2023-02-28", False),
    ],
)
def test_it_is_found_in_every_window_in_which_it_may_lie(both: Scene, since: str, until: str, found: bool) -> None:
    say(both, SOME_DAY)

    assert bool(both.get("/timeline", **AFTER, **{"from": since, "to": until})["items"]) is found


@pytest.mark.parametrize(
    "occurred", [NIGHT, SOME_DAY, "2023-05-22T12:00:00.25+03:00/2023-05-23T01:00:00+03:00"], ids=str
)
def test_what_the_log_gives_another_log_takes_and_gives_again(
    scene: Scene, make_engine: NewEngine, occurred: Any
) -> None:
    say(scene, occurred)
    (event,) = scene.get("/events")["items"]

    with make_engine("sqlite") as place, open_scene(place) as other:
        assert other.post(event).status_code == 201
        (again,) = other.get("/events")["items"]

    assert again["data"]["occurred"] == event["data"]["occurred"]


def test_the_log_keeps_the_offset_that_was_said(scene: Scene) -> None:
    say(scene, NIGHT)

    assert scene.get("/events")["items"][0]["data"]["occurred"] == NIGHT


def test_rows_are_built_anew_from_dates_at_any_offset(both: Scene) -> None:
    dates = [NIGHT, SOME_DAY, {"edtf": "2023-05-22", "exact": {"start": "2023-05-22T23:30:00-05:00"}}]
    for number, occurred in enumerate(dates):
        say(both, occurred, number)
    before = both.get("/timeline", **AFTER)["items"]

    both.runner.rebuild()
    after = both.get("/timeline", **AFTER)["items"]

    assert after == before
    assert len(after) == 3


@pytest.mark.parametrize(
    ("occurred", "field", "reason"),
    [
        ("-1985", "data.occurred", "negative years"),
        ("Y170000002", "data.occurred", "longer years, with Y"),
        ("2001-34", "data.occurred", "34, the second quarter, is level 2: write '[2001-04..2001-06]'"),
        ("2001-25", "data.occurred", "25, spring of the northern hemisphere, is level 2: write '2001-21'"),
        ("156X-12-25", "data.occurred", "X is level 2"),
        ("2016-12-31T23:59:60Z", "data.occurred", "a leap second is told as second 59"),
        ("[1667,1668]", "data.occurred", "one date of a list is level 2"),
        ("{1667..1668}", "data.occurred", "is level 2"),
        ("[..1760]", "data.occurred", "one without a first or a last date"),
        ({"edtf": "-1985"}, "data.occurred", "negative years"),
        (
            {"edtf": "2023-05-22", "exact": {"start": "2023-05-22"}},
            "data.occurred.exact.start",
            "a plain date is no instant",
        ),
        (
            {"edtf": "2023-05-22", "exact": {"end": "2023-05-22"}},
            "data.occurred.exact.end",
            "a plain date is no instant",
        ),
        (
            {"edtf": "2016-12-31", "exact": {"end": "2016-12-31T23:59:60Z"}},
            "data.occurred.exact.end",
            "a leap second is told as second 59",
        ),
        ({"edtf": "2023-05-22", "exact": []}, "data.occurred.exact", "an object of start and end"),
        (
            {"edtf": "2023-05-22", "exact": {"start": "2023-05-21T22:00:00Z"}},
            "data.occurred.exact.start",
            "within 2023-05-22, by the clock of its own offset",
        ),
        (
            {"edtf": SOME_DAY, "exact": {"start": "2023-01-30T22:00:00Z"}},
            "data.occurred.exact.start",
            "the day is not known",
        ),
    ],
)
def test_a_refusal_says_why(scene: Scene, occurred: Any, field: str, reason: str) -> None:
    named, allowed = refusal(scene, occurred)

    assert named == field
    assert reason in allowed


@pytest.mark.parametrize(
    "occurred",
    ["2001-24", "2023-05-22~", {"edtf": "2023-05-22", "exact": {"start": "2023-05-22T01:00:00+03:00"}}],
    ids=str,
)
def test_what_is_right_is_taken(scene: Scene, occurred: Any) -> None:
    assert say(scene, occurred)["status"] == 201
