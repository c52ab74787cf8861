"""Fingers: they scroll past charts, move them sideways, tap on marks, and find the speed while the history plays."""

from typing import Any

import pytest

from tests.browser.conftest import Visit


def swipe(visit: Visit, start: tuple[int, int], end: tuple[int, int]) -> None:
    """A finger goes from one place to another within half a second."""
    wire = visit.page.context.new_cdp_session(visit.page)

    def touch(type: str, *points: dict[str, Any]) -> None:
        wire.send("Input.dispatchTouchEvent", {"type": type, "touchPoints": list(points)})

    touch("touchStart", {"x": start[0], "y": start[1]})
    for step in range(1, 16):
        x, y = (a + (b - a) * step / 15 for a, b in zip(start, end, strict=True))
        touch("touchMove", {"x": x, "y": y})
        visit.page.wait_for_timeout(16)
    touch("touchEnd")
    visit.page.wait_for_timeout(600)
    visit.settled()


@pytest.mark.parametrize("view", ["gantt", "map"])
def test_a_finger_that_goes_up_scrolls_the_page_wherever_it_is(phone: Visit, view: str) -> None:
    phone.open(f"?as_of=2023-05-23&window=6m&view={view}")
    before = phone.search()

    swipe(phone, (200, 780), (205, 380))

    assert phone.page.evaluate("window.scrollY") > 200
    assert phone.search() == before


def test_a_finger_that_goes_sideways_moves_the_chart(phone: Visit) -> None:
    phone.open("?as_of=2023-05-23&window=6m")

    swipe(phone, (300, 760), (120, 764))

    assert "from=2023-" in phone.search()
    assert phone.page.evaluate("window.scrollY") == 0
    assert phone.complaints == []


def test_a_finger_over_the_strip_chooses_a_window(phone: Visit) -> None:
    phone.open()
    box = phone.page.locator("#overview .nsewdrag").first.bounding_box()
    assert box

    swipe(phone, (120, round(box["y"] + 10)), (260, round(box["y"] + 12)))

    assert "from=2022-" in phone.search()


def test_a_tap_opens_a_development(phone: Visit) -> None:
    phone.open("?as_of=2023-05-22&from=2023-04-15&to=2023-05-23&front=bakhmut&status=disputed")
    box = phone.page.locator("#chart .scatterlayer .points path:visible").first.bounding_box()
    assert box

    phone.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    phone.page.wait_for_selector("#panel h2")


def test_on_a_phone_the_speed_is_there_while_the_history_plays(phone: Visit) -> None:
    phone.open("?as_of=2022-06-01")
    assert not phone.page.is_visible("#speed")

    phone.page.click("#play")
    phone.page.wait_for_selector("#speed", state="visible")
    phone.page.click("#speed label:has-text('16')")
    phone.page.wait_for_selector("#as-of-label:has-text('2023')")
    phone.page.click("#play")

    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
