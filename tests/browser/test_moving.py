"""Readers who are in a hurry, who use fingers, who go away while something plays, and a server that does not answer."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Route

from tests.browser.conftest import Visit

WINDOW = "?as_of=2023-05-01&from=2022-06-01&to=2023-06-10"


def label(visit: Visit) -> str:
    return visit.page.inner_text("#as-of-label")


@pytest.mark.parametrize("pause", [150, 310, 450])
def test_no_press_of_a_key_is_lost_however_long_the_reader_waits_between_two(visit: Visit, pause: int) -> None:
    visit.open(WINDOW)
    visit.page.focus("#as-of [role=slider]")

    for _ in range(10):
        visit.page.keyboard.press("ArrowRight")
        visit.page.wait_for_timeout(pause)
    visit.answered("2023-05-11")

    assert label(visit) == "11 May 2023"


@pytest.mark.parametrize(
    ("key", "day"),
    [
        ("ArrowLeft", "2023-04-30"),
        ("PageUp", "2023-05-11"),
        ("Shift+ArrowLeft", "2023-04-21"),
        ("Home", "2022-02-24"),
        ("End", "2023-08-29"),
    ],
)
def test_the_keys_of_a_slider_do_what_they_do_on_every_slider(visit: Visit, key: str, day: str) -> None:
    visit.open(WINDOW)
    visit.page.focus("#as-of [role=slider]")

    visit.page.keyboard.press(key)
    visit.page.wait_for_function(
        f"!window.location.search.includes('as_of') || window.location.search.includes('{day}')"
    )
    visit.settled()

    asked = visit.page.evaluate("window.timelinePage.given.asOf")
    thumb = visit.page.get_attribute("#as-of [role=slider]", "aria-valuenow")
    wanted = (date.fromisoformat(day) - date(1970, 1, 1)).days
    assert (asked, int(thumb or 0)) == (wanted, wanted)


def test_keys_after_the_pointer_are_not_taken_back_by_a_slider_that_follows_late(visit: Visit) -> None:
    visit.open("?as_of=2023-02-01&from=2022-06-01&to=2023-03-01")
    track = visit.page.locator("#as-of .dash-slider-root").bounding_box()
    assert track
    visit.page.mouse.click(track["x"] + track["width"] * 0.6, track["y"] + 10)
    visit.page.wait_for_timeout(1_000)
    begun = int(visit.page.get_attribute("#as-of [role=slider]", "aria-valuenow") or 0)
    visit.page.focus("#as-of [role=slider]")

    for _ in range(10):
        visit.page.keyboard.press("ArrowRight")
    visit.page.wait_for_timeout(400)
    visit.settled()

    assert visit.page.evaluate("window.timelinePage.given.asOf") == begun + 10
    assert visit.page.get_attribute("#as-of [role=slider]", "aria-valuenow") == str(begun + 10)


def test_a_day_before_everything_is_shown_as_the_day_it_is(visit: Visit) -> None:
    visit.open("?as_of=2022-02-20")

    assert label(visit) == "20 February 2022"
    assert visit.page.inner_text("#shown").startswith("0 of 0")
    assert visit.page.inner_text("#headline").startswith("0 developments")


def test_while_the_history_plays_what_is_older_than_the_chart_says_so(visit: Visit) -> None:
    visit.open("?as_of=2023-01-01")
    dim = "getComputedStyle(document.querySelector('#headline')).opacity"
    before = visit.page.locator("#overview .shapelayer path").last.bounding_box()
    assert before
    assert visit.page.evaluate(dim) == "1"

    visit.page.click("#play")
    visit.page.wait_for_function(f"{dim} < 1")
    visit.page.wait_for_selector("#as-of-label:has-text('February')")
    moved = visit.page.locator("#overview .shapelayer path").last.bounding_box()
    visit.page.click("#play")
    visit.page.wait_for_function(f"{dim} === '1'")

    assert moved
    assert moved["x"] > before["x"] + 10, "the as-of line of the strip goes along with that of the chart"


def test_who_steps_on_and_back_again_is_where_the_server_is(visit: Visit) -> None:
    visit.open(WINDOW)

    visit.page.click("#step-on")
    visit.page.wait_for_selector(":root[data-behind]")
    visit.page.click("#step-back")

    visit.page.wait_for_selector(":root:not([data-behind])")
    assert label(visit) == "1 May 2023"


def test_who_leaves_the_timeline_takes_no_history_along_that_plays(visit: Visit) -> None:
    visit.open("?as_of=2023-01-22")
    visit.page.click("#play")
    visit.page.wait_for_selector("#as-of-label:has-text('February')")

    visit.page.click("#pages a:has-text('Sources')")
    visit.page.wait_for_selector("#subpage h1:has-text('Sources')")
    there, long = visit.page.url, visit.page.evaluate("window.history.length")
    visit.page.wait_for_timeout(1_500)

    assert visit.page.url == there
    assert visit.page.evaluate("window.history.length") == long


def test_who_goes_back_while_the_history_plays_is_where_he_went_back_to(visit: Visit) -> None:
    visit.open("?as_of=2023-01-22")
    visit.page.click("#step-on")
    visit.answered("2023-01-23")
    visit.page.click("#play")
    visit.page.wait_for_selector("#as-of-label:has-text('February')")

    visit.page.go_back()
    visit.answered("2023-01-22")
    visit.page.wait_for_timeout(1_200)

    assert label(visit) == "22 January 2023"
    assert visit.page.get_attribute("#play", "aria-label") == "Play the history"


def test_what_plays_over_the_table_leaves_one_step_to_go_back(visit: Visit) -> None:
    visit.open("?as_of=2023-01-01&view=table")
    before = visit.page.evaluate("window.history.length")

    visit.page.click("#play")
    visit.page.wait_for_selector("#as-of-label:has-text('February')")
    visit.page.click("#play")
    visit.settled()

    assert visit.page.evaluate("window.history.length") == before + 1
    visit.page.go_back()
    visit.answered("2023-01-01")
    assert visit.search() == "?as_of=2023-01-01&view=table"


def test_a_day_that_lies_before_the_window_has_the_same_in_the_chart_and_in_the_table(visit: Visit) -> None:
    told = []
    for view in ("gantt", "table", "map"):
        visit.open(f"?as_of=2022-03-16&from=2022-06-01&to=2023-03-01&view={view}")
        told.append(visit.page.inner_text("#shown").split()[0])

    assert told == ["11", "11", "11"]


def test_a_window_of_a_day_is_moved_on_and_back_by_days(visit: Visit) -> None:
    visit.open("?from=2022-07-01&to=2022-07-01")
    for button, day in (("later", "2022-07-02"), ("later", "2022-07-03"), ("earlier", "2022-07-02")):
        visit.page.click(f"#{button}")
        visit.page.wait_for_function(f"window.location.search.includes('from={day}&to={day}')")
        visit.settled()


def test_zooming_out_ends_with_everything(visit: Visit) -> None:
    visit.open("?from=2022-07-01&to=2023-01-01")
    visit.page.mouse.move(800, 620)
    visit.page.keyboard.down("Control")
    for _ in range(60):
        visit.page.mouse.wheel(0, 120)
    visit.page.keyboard.up("Control")
    visit.page.wait_for_function("!window.location.search.includes('from')")
    visit.settled()

    assert visit.complaints == []


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


def test_a_server_that_does_not_answer_is_told_and_asked_again(visit: Visit) -> None:
    visit.open("?as_of=2023-05-22")
    away = lambda route: route.abort()  # noqa: E731 - to be taken away again
    visit.page.route("**/_dash-update-component*", away)

    visit.page.click("#step-on")
    visit.page.wait_for_selector("#lost", state="visible")
    visit.page.unroute("**/_dash-update-component*", away)
    visit.page.focus("#step-on")
    visit.page.focus("#ask-again")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#lost", state="hidden")
    visit.answered("2023-05-23")
    visit.page.wait_for_function("document.activeElement.id === 'step-on'")


def test_a_server_that_fails_is_told_on_the_other_pages_as_well(visit: Visit) -> None:
    visit.open()

    def broken(route: Route) -> None:
        route.fulfill(status=502, body="")

    visit.page.route("**/_dash-update-component*", broken)
    visit.page.click("#pages a:has-text('Sources')")

    visit.page.wait_for_selector("#lost", state="visible")
    visit.page.unroute("**/_dash-update-component*", broken)
    visit.page.click("#ask-again")
    visit.page.wait_for_selector("#subpage h1:has-text('Sources')")


def test_who_closes_a_panel_by_keyboard_is_where_he_opened_it(visit: Visit) -> None:
    visit.open("?view=table&as_of=2023-05-22&status=disputed")
    row = visit.page.locator("#table tbody button").nth(2)
    title = row.inner_text()
    row.focus()

    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#panel h2")
    visit.settled()
    visit.page.focus("#close-panel")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#panel", state="hidden")
    visit.settled()

    visit.page.wait_for_function(f"document.activeElement.innerText === {title!r}")


def test_the_cursor_of_the_chart_stays_on_what_it_opened(visit: Visit) -> None:
    visit.open("?as_of=2023-05-22&from=2023-01-01&to=2023-06-01")
    visit.page.focus("#chart-frame")
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowRight"):
        visit.page.keyboard.press(key)
    first = visit.page.inner_text("#pointed-at strong")

    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#panel h2")
    visit.settled()
    visit.page.keyboard.press("ArrowRight")
    second = visit.page.inner_text("#pointed-at strong")
    visit.page.keyboard.press("ArrowLeft")

    assert visit.page.inner_text("#pointed-at strong") == first
    assert second != first


def test_the_cursor_stays_in_its_lane(visit: Visit) -> None:
    visit.open("?as_of=2023-02-01&from=2022-08-01&to=2023-03-01&lanes=actor")
    told = "(window.timelineChart.view.film.lanes)[window.timelineChart.view.film.lane[{}]]"
    under = "window.timelineChart.view.parts.findIndex(own => own && own.some(one => one.element.matches('.cursor')))"
    lane = f"(() => {{ const at = {under}; return at < 0 ? null : {told.format('at')}; }})()"
    visit.page.focus("#chart-frame")
    while visit.page.evaluate(lane) != "Russian forces":
        visit.page.keyboard.press("ArrowDown")

    for key in ("-", "+", "-", "+"):
        visit.page.keyboard.press(key)
        visit.page.wait_for_timeout(200)
        visit.settled()
        visit.page.wait_for_function(f"{lane} !== null")
        assert visit.page.evaluate(lane) == "Russian forces"


def test_what_is_chosen_can_be_read_also_under_the_pointer(visit: Visit) -> None:
    visit.open()
    visit.page.click("#view label:has-text('Table')")
    visit.settled()

    colour, ground = visit.page.eval_on_selector(
        "#view label:has(input:checked)",
        """one => {
            const text = one.querySelector('span, div') || one;
            return [getComputedStyle(text).color, getComputedStyle(one).backgroundColor];
        }""",
    )
    assert colour != ground


def test_an_actor_whom_nobody_knows_is_named_and_nothing_is_counted(visit: Visit) -> None:
    visit.open("?actor=Nobody")

    assert "Nobody" in visit.page.inner_text("#actor")
    assert "0 of 198 shown" in visit.page.inner_text("#shown")
    assert visit.page.evaluate(
        "document.querySelector('#overview .js-plotly-plot').data[0].z.flat().every(one => one === 0)"
    )


def test_the_map_counts_what_it_shows(visit: Visit) -> None:
    visit.open("?as_of=2023-05-23&view=map&map=37,48,39,49")
    some = visit.page.inner_text("#shown")
    visit.open("?as_of=2023-05-23&view=map&map=-60,-40,-50,-30")

    assert 0 < int(some.split()[0]) < 169
    assert "not on this map" in some
    assert visit.page.inner_text("#shown").startswith("0 of 169 shown")
    visit.open("?as_of=2023-05-23&view=map&map=170,30,-175,60")
    assert visit.page.inner_text("#shown").startswith("0 of 169 shown"), "the Pacific, and not the other way round"
    assert "zoom out" in visit.page.inner_text("#hint")
