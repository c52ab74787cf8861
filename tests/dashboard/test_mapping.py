"""The map of a view: the places of developments as told at its cuts, and what is only roughly known of them."""

import pytest

from dashboards import detail, mapping
from dashboards.figures.map import most_in_a_square
from dashboards.filters import read
from dashboards.page import Page, page
from tests.scenarios import BAKHMUT, GRAYVORON, NOW, Scene, reported
from timeline.domain.values import Place
from timeline.domain.vocabulary import PlacePrecision


@pytest.fixture
def told(scene: Scene) -> Scene:
    """One development in a town, one somewhere in a province."""
    town = Place("Bakhmut", 48.595, 38.0, PlacePrecision.NEAR)
    province = Place("Belgorod oblast", 50.6, 37.2, PlacePrecision.PROVINCE)
    scene.tell(reported(place=town), "2023-05-20", BAKHMUT)
    scene.tell(
        reported("legion", front="belgorod-border", title="Fighters seen", occurred="2023-05-22", place=province),
        "2023-05-22",
        GRAYVORON,
    )
    return scene


def shown(scene: Scene, search: str = "as_of=2023-05-23") -> Page:
    return page(scene.reader, read(f"{search}&view=map"), 1_000, "light", NOW)


def names(shown: Page) -> list[str]:
    assert shown.map
    (trace,) = [one for one in shown.map.figure["data"] if one.get("name") == "places"]
    return [text.strip("\u2002") for text in trace["text"]]


def test_a_mark_has_the_name_of_its_place_and_a_rough_one_is_pale_and_told(told: Scene) -> None:
    told_map = shown(told)

    assert names(told_map) == ["Bakhmut"]
    assert told_map.map
    assert "Of 1 no more than the province is known" in told_map.map.words
    paleness = {
        id: opacity
        for trace in told_map.map.figure["data"]
        if trace.get("mode") == "markers" and "customdata" in trace
        for id, opacity in zip(trace["customdata"], trace["marker"]["opacity"], strict=True)
    }
    assert paleness[str(GRAYVORON)] < paleness[str(BAKHMUT)] == 1


def test_the_map_shows_what_was_known_on_the_day(told: Scene) -> None:
    told_map = shown(told, "as_of=2023-05-21")

    assert told_map.map
    assert told_map.map.words.startswith("1 development at 1 place.")


@pytest.mark.parametrize("limited", [detail, mapping])
def test_too_many_developments_are_counted_in_squares(
    told: Scene, limited: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limited, "MOST_MARKS", 1)

    told_map = shown(told)

    assert told_map.map
    assert told_map.map.words.startswith("2 developments counted in squares")
    assert most_in_a_square(told_map.map.figure) == 1
    assert "in a square" in str(told_map.key)
