"""What else was reported nearby: in time, and in place as the crow flies."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines import Engine
from tests.scenarios import BAKHMUT, Scene, open_scene, reported
from timeline.domain.values import Place, development_id_of
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.nearby import _around, kilometres


def tell(scene: Scene, title: str, occurred: str, place: Place | None, **more: Any) -> None:
    told = reported(title=title, occurred=occurred, place=place, **more)
    scene.tell(told, "2023-05-30", development_id_of(f"test:{title}"))


def titles(scene: Scene, **asked: Any) -> list[str]:
    return [one.row.title for one in scene.reader.nearby(BAKHMUT, WantedCuts(), **asked)[1]]


def test_the_nearest_in_time_and_place_come_first_and_what_is_too_far_away_does_not(engine: Engine) -> None:
    with open_scene(engine) as scene:
        scene.tell(reported(place=Place("Bakhmut", 48.6, 38.0), occurred="2023-05-20"), "2023-05-30")
        tell(scene, "Soledar, five days before", "2023-05-15", Place("Soledar", 48.69, 38.07), front="soledar")
        tell(scene, "Bakhmut, the day after", "2023-05-21", Place("Bakhmut", 48.6, 38.0))
        tell(scene, "Kherson, the same day", "2023-05-20", Place("Kherson", 46.6, 32.6))
        tell(scene, "Bakhmut, three weeks later", "2023-06-10", Place("Bakhmut", 48.6, 38.0))
        tell(scene, "Somewhere, the same day", "2023-05-20", Place("Somewhere"))

        _, found = scene.reader.nearby(BAKHMUT, WantedCuts())

        assert [one.row.title for one in found] == ["Bakhmut, the day after", "Soledar, five days before"]
        assert [one.days for one in found] == [1, -5]
        assert [round(one.km or 0, 1) for one in found] == [0.0, 11.3]
        assert titles(scene, limit=1) == ["Bakhmut, the day after"]
        assert titles(scene, km=1_000) == [
            "Bakhmut, the day after", "Soledar, five days before", "Kherson, the same day"
        ]  # fmt: skip


def test_of_what_has_no_place_the_neighbours_are_those_of_its_front(scene: Scene) -> None:
    scene.tell(reported(occurred="2023-05-20"), "2023-05-30")
    tell(scene, "Here", "2023-05-22", Place("Bakhmut", 48.6, 38.0))
    tell(scene, "Elsewhere", "2023-05-20", None, front="kherson")

    _, found = scene.reader.nearby(BAKHMUT, WantedCuts())

    assert [(one.row.title, one.days, one.km) for one in found] == [("Here", 2, None)]


@pytest.mark.parametrize("occurred", ["../2023-05-20", "9998", "0001-01-01"])
def test_at_the_ends_of_all_dates_there_is_nothing_nearby(scene: Scene, occurred: str) -> None:
    scene.tell(reported(occurred=occurred, place=Place("Bakhmut", 48.6, 38.0)), "2023-05-30")

    assert titles(scene, days=10_000) == []


points = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@settings(max_examples=1_000)
@given(points, st.tuples(st.floats(-3, 3), st.floats(-5, 5)), st.floats(0, 20_100))
def test_the_box_holds_all_that_is_near_enough(point: Any, step: Any, km: float) -> None:
    lat, lon = min(90.0, max(-90.0, point[0] + step[0])), (point[1] + step[1] + 180) % 360 - 180
    west, south, east, north = _around(*point, km)

    within = south <= lat <= north and (west <= lon <= east if west <= east else lon >= west or lon <= east)
    assert within or kilometres(point, (lat, lon)) > km
