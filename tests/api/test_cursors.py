"""A cursor goes on with the question of its first page, and with no other."""

import base64
import json
from typing import Any

import pytest

from tests.scenarios import Scene, fill

HOUR = "2023-06-01T12:00:00Z"
"""When everything here is recorded."""


@pytest.fixture
def filled(scene: Scene) -> Scene:
    """Eight developments, every second one on the front of Bakhmut."""
    fill(scene, 8)
    return scene


def pages(scene: Scene, path: str = "/timeline", later: dict[str, Any] | None = None, **first: Any) -> list[str]:
    """The titles of all pages; beside the cursor of the later ones stands what they are to be asked."""
    found, query = [], first
    while True:
        answer = scene.get(path, limit=2, **query)
        found += [one["title"] for one in answer["items"]]
        if not answer["next_cursor"]:
            return found
        query = {**(first if later is None else later), "cursor": answer["next_cursor"]}


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ({"as_of": "2023-01-06", "front": "bakhmut"}, {"front": "bakhmut"}),
        ({"as_of": "2023-01-06"}, {"as_of": "2023-01-06T23:59:59.999999Z", "known_at": "2023-01-06"}),
        ({"recorded_at": 6}, {"recorded_at": 6}),
        ({"recorded_at": HOUR}, {"recorded_at": HOUR}),
        ({"recorded_at": "2030-01-01"}, {"recorded_at": "2030-01-01"}),
        (
            {"kind": "capture", "status": ["claimed", "disputed"]},
            {"status": ["disputed", "claimed"], "kind": "capture"},
        ),
        ({"q": "development"}, {"q": "development"}),
    ],
    ids=str,
)
def test_the_same_filters_stand_beside_it_and_the_same_cuts_or_none(filled: Scene, first: Any, later: Any) -> None:
    assert pages(filled, later=later, **first) == [one["title"] for one in filled.get("/timeline", **first)["items"]]


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ({"front": "bakhmut"}, {}),
        ({}, {"front": "bakhmut"}),
        ({"front": "bakhmut"}, {"front": "kherson"}),
        ({"q": "development"}, {"q": "bakhmut"}),
        ({"from": "2023-01-01"}, {"from": "2023-01-02"}),
        ({"as_of": "2023-02-01"}, {"as_of": "2023-02-02"}),
        ({"as_of": "2023-02-01"}, {"known_at": "2023-02-02"}),
        ({"recorded_at": 8}, {"recorded_at": 7}),
        ({}, {"recorded_at": HOUR}),
        ({"recorded_at": "2030-01-01"}, {"recorded_at": "2030-01-02"}),
    ],
    ids=str,
)
def test_beside_it_nothing_may_be_asked_that_the_first_page_was_not(filled: Scene, first: Any, later: Any) -> None:
    cursor = filled.get("/timeline", limit=2, **first)["next_cursor"]
    problem = filled.get("/timeline", expect=422, cursor=cursor, **later)

    assert [one["field"] for one in problem["errors"]] == ["cursor"]
    assert "the same filters" in problem["errors"][0]["allowed"]


def test_how_many_and_what_of_them_is_told_may_change_from_page_to_page(filled: Scene) -> None:
    first = filled.get("/timeline", limit=2)
    second = filled.get("/timeline", limit=3, fields="title", cursor=first["next_cursor"])

    assert second["items"] == [{"title": f"Development {number}"} for number in (2, 3, 4)]


def test_the_timeline_of_a_front_has_pages_too(filled: Scene) -> None:
    path = "/fronts/bakhmut/timeline"
    elsewhere = filled.get("/fronts/kherson/timeline", limit=1)["next_cursor"]

    assert pages(filled, path) == [f"Development {number}" for number in (0, 2, 4, 6)]
    assert filled.get(path, expect=422, cursor=elsewhere)["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize(
    ("place", "forged"),
    [
        (0, "2023-05-22T00:00:00"),
        (2, -9),
        (2, 99),
        (4, "x"),
        (5, "x"),
        (6, 5),
        (7, "more"),
        (slice(1, None), []),
    ],
    ids=["no offset", "negative position", "position not reached", "no id", "filters", "no moment", "long", "short"],
)
def test_a_forged_cursor_is_refused_by_name(filled: Scene, place: Any, forged: Any) -> None:
    told = json.loads(base64.urlsafe_b64decode(filled.get("/timeline", limit=2)["next_cursor"]))
    if place == len(told):
        told.append(forged)
    told[place] = forged
    cursor = base64.urlsafe_b64encode(json.dumps(told).encode()).decode()

    status = 410 if place == 2 and forged > 0 else 422
    assert [one["field"] for one in filled.get("/timeline", expect=status, cursor=cursor)["errors"]] == ["cursor"]


@pytest.mark.parametrize(
    ("first", "later"),
    [({}, {"sort": "reported"}), ({"sort": "reported"}, {}), ({"sort": "reported"}, {"sort": "-reported"})],
    ids=str,
)
@pytest.mark.parametrize("path", ["/timeline", "/fronts/bakhmut/timeline"])
def test_a_cursor_goes_on_in_the_order_of_its_first_page(filled: Scene, path: str, first: Any, later: Any) -> None:
    cursor = filled.get(path, limit=2, **first)["next_cursor"]

    assert filled.get(path, expect=422, cursor=cursor, **later)["errors"][0]["field"] == "cursor"


def test_a_list_may_be_read_from_its_end(filled: Scene) -> None:
    forwards = pages(filled, sort="recorded")

    assert forwards == [f"Development {number}" for number in range(8)]
    assert pages(filled, sort="-recorded") == pages(filled, sort="-reported") == forwards[::-1]
    assert pages(filled, sort="-occurred", q="development") == pages(filled, sort="-occurred") == forwards[::-1]


def test_an_order_that_there_is_not_is_refused_with_those_that_there_are(filled: Scene) -> None:
    (error,) = filled.get("/timeline", expect=422, sort="title")["errors"]

    assert error["field"] == "sort"
    assert "-reported" in error["allowed"]
