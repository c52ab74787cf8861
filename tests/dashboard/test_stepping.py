"""A step of the replay: counts as of another day are those that the whole page of that day would have."""

from urllib.parse import urlencode

import pytest

from dashboards.charts import counts_on
from dashboards.figures.counted import counted
from dashboards.figures.counts import cells_told
from dashboards.filters import read
from dashboards.page import hold, inside_of, page
from dashboards.stepping import ADDRESS, register_steps
from tests.scenarios import BAKHMUT, GRAYVORON, NOW, Scene, given, reported

LANES = ["belgorod-border", "bakhmut"]


@pytest.fixture
def told(scene: Scene) -> Scene:
    """Two developments on two fronts, of which one is disputed a day later."""
    register_steps(scene.app, scene.reader, lambda: NOW)
    scene.tell(reported(), "2023-05-20", BAKHMUT)
    scene.tell(given("ua-mod", "denies"), "2023-05-21", BAKHMUT)
    entry = reported("legion", front="belgorod-border", title="Fighters enter Grayvoron", occurred="2023-05-22")
    scene.tell(entry, "2023-05-22", GRAYVORON)
    return scene


@pytest.mark.parametrize("day", ["2023-05-19", "2023-05-20", "2023-05-21", "2023-05-22"])
@pytest.mark.parametrize("search", ["", "status=claimed", "front=bakhmut", "front=nosuch", "known_at=now"])
def test_a_step_counts_what_the_page_of_that_day_counts(told: Scene, day: str, search: str) -> None:
    view = read(f"as_of={day}&{search}")
    shown = page(told.reader, view, 1_000, "light", NOW)
    if "nosuch" in search:
        view = read(f"as_of={day}")
    window = shown.window

    asked = [("left", window.left), ("right", window.right), *(("lane", lane) for lane in LANES)]
    answer = told.client.get(f"{ADDRESS}?as_of={day}&{search}&{urlencode(asked)}")

    on = counts_on(window)
    _, wanted, _ = hold(told.reader, view, shown.last_day, NOW, [])
    _, density = told.reader.density(wanted, on.bucket, inside_of(view, window.left, window.right))
    assert answer.get_json() == cells_told(counted(density, LANES, on))


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("", "left"),
        ("left=1", "right"),
        ("left=one&right=2", "left"),
        ("left=2&right=1", "left"),
        ("left=0&right=inf", "right"),
        ("left=nan&right=1", "left"),
    ],
)
def test_a_window_that_is_none_is_refused_and_named(told: Scene, query: str, named: str) -> None:
    answer = told.client.get(f"{ADDRESS}?as_of=2023-05-22&{query}")

    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert named in answer.get_json(force=True)["detail"]
