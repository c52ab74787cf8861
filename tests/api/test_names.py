"""Lists of the actors and places that developments name: their order, and pages that go on with one question."""

from typing import Any

import pytest

from tests.scenarios import Scene, reported
from timeline.domain.values import Actor, Place, development_id_of
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.filters import Filters


@pytest.fixture
def named(scene: Scene) -> Scene:
    """Six developments: two places, and an actor more each time."""
    for number in range(6):
        place = Place("Bakhmut" if number % 3 else "Kherson")
        actors = (*(Actor(f"Group {other}", "attacker") for other in range(number + 1)), Actor("Group 0", "claimant"))
        told = reported(
            front=("bakhmut", "kherson")[number % 2], place=place, actors=actors, tags=("city",) * (number % 2)
        )
        scene.tell(told, f"2023-05-{number + 20}", development_id_of(f"test:{number}"))
    return scene


def test_the_most_frequent_come_first_and_each_development_counts_once(named: Scene) -> None:
    first, second, *_ = named.get("/actors")["items"]

    assert first == {"name": "Group 0", "developments": 6, "roles": {"attacker": 6, "claimant": 6}}
    assert (second["name"], second["developments"]) == ("Group 1", 5)
    assert named.get("/places")["items"] == [
        {"name": "Bakhmut", "developments": 4},
        {"name": "Kherson", "developments": 2},
    ]
    assert named.get("/places", tag="city", known_at="2023-05-22")["items"] == [{"name": "Bakhmut", "developments": 1}]


def test_pages_go_on_at_the_cuts_of_the_first_whatever_is_reported_meanwhile(named: Scene) -> None:
    whole = named.get("/actors")["items"]
    page = named.get("/actors", limit=2)
    found = page["items"]
    while page["next_cursor"]:
        later = reported(actors=(Actor("Group 5", "attacker"), Actor(f"Another {len(found)}", "attacker")))
        named.tell(later, "2023-05-20", development_id_of(f"later:{len(found)}"))
        page = named.get("/actors", limit=2, cursor=page["next_cursor"])
        found += page["items"]

    assert found == whole
    assert page["total"] == len(whole)


@pytest.mark.parametrize(
    ("path", "query"),
    [("/places", {}), ("/actors", {"front": "bakhmut"}), ("/timeline", {}), ("/actors", {"recorded_at": 2})],
)
def test_a_cursor_goes_on_with_no_other_question(named: Scene, path: str, query: Any) -> None:
    cursor = named.get("/actors", limit=2)["next_cursor"]

    problem = named.get(path, expect=422, cursor=cursor, **query)
    assert problem["errors"][0]["field"] == "cursor"


def test_where_nothing_passes_the_list_is_empty(named: Scene) -> None:
    for path in ("/actors", "/places"):
        for query in ({"front": "kyiv"}, {"recorded_at": 0}, {"q": "nowhere"}, {"id": "none:1"}):
            answer = named.get(path, **query)
            assert (answer["items"], answer["total"], answer["next_cursor"]) == ([], 0, None)


def test_of_very_many_developments_that_a_word_finds_the_first_are_counted_and_it_is_said(named: Scene) -> None:
    filters = Filters(text="capture")
    _, whole = named.reader.actors_named(WantedCuts(), filters)
    _, first = named.reader.places_named(WantedCuts(), filters, most=2)
    _, exactly = named.reader.places_named(WantedCuts(), filters, most=6)

    assert (whole.complete, whole.entries[0].developments) == (True, 6)
    assert (first.complete, sum(one.developments for one in first.entries)) == (False, 2)
    assert (exactly.complete, sum(one.developments for one in exactly.entries)) == (True, 6)
    assert named.get("/actors", q="capture")["complete"] is True
