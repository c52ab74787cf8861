"""A store with dates at the ends of the calendar and places at 0,0 and across 180 degrees, in a real browser."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.chromium import Chromium
from tests.browser.conftest import Server, Visit, serving
from timeline.bootstrap import open_service
from timeline.config import Config, fixtures_folder
from timeline.domain.values import development_id_of
from timeline.import_commands import DEMO_FILES
from timeline.importers.ndjson import read
from timeline.wire.events import parse_event

FAR = ("0001", "0223", "2203", "9998")
DESK, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}
BEFORE_ALL = "?as_of=0001-01-01"
"""When nothing was known yet."""
VIEWS = [
    *(f"?view={view}{more}" for view in ("gantt", "points", "map", "table") for more in ("", "&window=1m")),
    "?lanes=actor", "?from=2023-01-01&to=2023-12-31", "?from=2023-05-22&to=2023-05-22",
    "?from=0001-01-01&to=9998-12-31&as_of=9998-12-31", BEFORE_ALL, "?as_of=9998-12-31",
]  # fmt: skip
PAGES = ["fronts", "fronts/belgorod-border", "sources", "sources/ru-mod", "actors"]


def event(name: str, occurred: str, place: dict[str, Any] | None = None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "front": "belgorod-border", "kind": "other", "title": f"Of {name}", "occurred": occurred,
        "external_id": f"test:{name}", "account": {"source": "ru-mod", "stance": {"occurrence": "asserts"}},
    }  # fmt: skip
    if place:
        data["place"] = place
    message = {"type": "development.reported", "source": "//tests/outside", "id": name, "time": "2023-05-23T08:00:00Z"}
    return {**message, "data": data}


EVENTS = [
    *(event(year, f"{year}-05-22") for year in FAR),
    event("nought", "2023-05-21", {"name": "Depot", "lat": 0, "lon": 0, "country": "UA"}),
    event("east", "2023-05-21", {"name": "East", "lat": 65, "lon": 179.5}),
    event("west", "2023-05-22", {"name": "West", "lat": 65, "lon": -179.5}),
]


@pytest.fixture(scope="module", params=["beside the demo", "alone"])
def far(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with them beside the demo, and one with nothing else."""
    config = Config(str(tmp_path_factory.mktemp("far") / "far.db"), title="Far off")
    service = open_service(config)
    for name in DEMO_FILES if request.param == "beside the demo" else ():
        for line in read(fixtures_folder() / name):
            service.log.record(line.read)  # type: ignore[arg-type]
    for one in EVENTS:
        service.log.record(parse_event(one))
    with serving(service, config) as address:
        address.has_demo = request.param == "beside the demo"
        yield address


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def visitor(request: pytest.FixtureRequest, chromium: Chromium, far: Server) -> Iterator[Visit]:
    touch = request.param is PHONE
    with chromium.page(viewport=request.param, has_touch=touch, bypass_csp=True) as page:
        yield Visit(page, far)


def test_every_view_and_page_is_drawn_and_names_what_lies_outside(visitor: Visit) -> None:
    shown, narrow = visitor.page, visitor.page.viewport_size == PHONE
    for search in VIEWS[::3] if narrow or not visitor.server.has_demo else VIEWS:  # all of them once, for time
        visitor.open(search)
        assert not shown.locator(".notice").all_inner_texts(), search
        assert re.search(r"\d of \d", shown.inner_text("#shown")), search
        named = "back to " if "as_of=9998" in search else "2 later, the first in 2203"
        assert search == BEFORE_ALL or named in shown.inner_text("#outside"), search
        assert shown.evaluate("document.documentElement.scrollWidth") <= shown.viewport_size["width"]  # type: ignore[index]
    for path in [*PAGES, *(f"developments/{development_id_of(f'test:{year}')}" for year in FAR)][:: 4 if narrow else 1]:
        shown.goto(f"{visitor.server}/{path}")
        shown.wait_for_selector("#subpage h1")
        assert "could not be shown" not in shown.inner_text("#subpage h1"), path

    assert visitor.complaints == []


def test_the_signs_lead_to_what_lies_outside_by_keyboard_and_by_finger(visitor: Visit) -> None:
    shown = visitor.open().page
    finger = shown.viewport_size == PHONE

    def press(text: str) -> None:
        sign = shown.locator(f"#outside a:has-text('{text}')")
        if finger:
            assert sign.bounding_box()["height"] >= 44  # type: ignore[index]
            sign.tap()
        else:
            sign.focus()
            shown.keyboard.press("Enter")

    if shown.locator("#outside a:has-text('2 earlier')").count():  # of five developments, two are no small share
        press("2 earlier")
    shown.wait_for_selector("#chart .textpoint:has-text('Of 0223')")
    assert "Of 0001" in shown.inner_text("#chart")
    visitor.settled()
    press("2 later")
    shown.wait_for_selector("#chart .textpoint:has-text('Of 2203')")
    assert "Of 9998" in shown.inner_text("#chart")
    visitor.settled()
    assert shown.inner_text("#as-of-label") == "22 May 9998"
    press("As of 22 May 9998")
    shown.wait_for_selector("#as-of-label:has-text('2023')")

    visitor.settled()
    assert "as_of" not in visitor.search()
    assert visitor.complaints == []


def test_the_day_before_the_far_one_is_the_end_of_the_slider(visitor: Visit) -> None:
    shown = visitor.open("?as_of=2203-06-01&view=table").page
    assert shown.inner_text("#as-of-label") == "1 June 2203"
    last = shown.get_attribute("#as-of [role=slider]", "aria-valuemax")
    assert shown.get_attribute("#as-of [role=slider]", "aria-valuenow") == last

    shown.click("#step-back")
    shown.wait_for_selector("#as-of-label:has-text('2023')")
    visitor.settled()

    assert "as_of" not in visitor.search()
    assert visitor.complaints == []


def test_the_map_keeps_its_frame_and_leads_to_all_places(visitor: Visit) -> None:
    shown = visitor.open("?view=map").page
    sign = shown.locator("#map a:has-text('far from all others')")
    assert "Depot" in sign.inner_text()

    sign.click()
    shown.wait_for_selector("#map a:has-text('Show where most of it lies')")
    visitor.settled()

    assert "beyond its edges" not in shown.inner_text("#map figcaption")
    shown.click("#map a:has-text('Show where most of it lies')")
    shown.wait_for_selector("#map a:has-text('far from all others')")
    assert "map=" not in visitor.search()
    assert visitor.complaints == []


def test_a_chart_at_an_end_of_the_calendar_can_be_moved_and_zoomed(visitor: Visit) -> None:
    shown = visitor.open("?from=0001-01-01&to=0224-01-01").page

    for button in ("#earlier", "#zoom-out", "#earlier", "#zoom-in"):
        shown.click(button)
        visitor.settled()
        assert re.search(r"from=\d{4}-\d\d-\d\d&to=\d{4}-\d\d-\d\d", visitor.search())
    visitor.open("?from=9000-01-01&to=9998-12-31&as_of=9998-12-31")
    for button in ("#later", "#zoom-out", "#later"):
        shown.click(button)
        visitor.settled()

    assert not shown.locator(".notice").all_inner_texts()
    assert visitor.complaints == []
