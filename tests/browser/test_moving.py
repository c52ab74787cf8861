"""Readers who are in a hurry, who go away while something plays, and who move their window about."""

from datetime import date

import pytest

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
