"""The chart in a real browser: what is in view as of any day, how one moves in it, also without a mouse."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Route

from tests.browser.chromium import Chromium
from tests.browser.conftest import Server, Visit

GRAYVORON, KOZINKA = "Fighters enter Grayvoron", "Kozinka said to be liberated"
CAPTURE, FORMED = "Bakhmut capture claimed", "Russian Volunteer Corps formed"
ARTICLE = {
    "20 May 2023": {CAPTURE: "claimed"},
    "21 May 2023": {CAPTURE: "disputed"},
    "22 May 2023": {CAPTURE: "disputed", GRAYVORON: "corroborated", KOZINKA: "claimed", FORMED: "claimed"},
    "23 May 2023": {CAPTURE: "disputed", GRAYVORON: "corroborated", FORMED: "claimed"},
}
"""Day -> how the article's developments stand on it."""
WINDOW = "?as_of=2023-05-20&from=2022-06-01&to=2023-06-10"


@pytest.fixture
def crowd(chromium: Chromium, crowded: Server) -> Iterator[Visit]:
    """A page on a store with far more in it than can be drawn."""
    with chromium.page(viewport={"width": 1400, "height": 900}, bypass_csp=True) as page:
        yield Visit(page, crowded)


def in_view(visit: Visit) -> list[dict[str, Any]]:
    """What the chart shows: id, title, status and lane of each mark."""
    marks: list[dict[str, Any]] = visit.page.evaluate("window.timelineChart.inView()")
    return marks


def statuses(visit: Visit) -> dict[str, str]:
    return {mark["title"]: mark["status"] for mark in in_view(visit)}


def asked(visit: Visit) -> list[str]:
    """Grows with each question that the page puts to the server."""
    questions: list[str] = []
    visit.page.on("request", lambda one: questions.append(one.url) if "_dash-update" in one.url else None)
    return questions


def drawn(visit: Visit) -> list[str]:
    """What is to be seen of the marks: every shape that is not hidden, where it stands."""
    shapes: list[str] = visit.page.eval_on_selector_all(
        "#chart .barlayer .point, #chart .scatterlayer .point, #chart .textpoint",
        """all => all.filter(one => one.style.display !== "none").map(one => {
            const box = one.getBoundingClientRect();
            const top = document.querySelector("#chart").getBoundingClientRect().y;
            return [one.classList[0], ...[box.x, box.y - top, box.width].map(Math.round)].join();
        })""",
    )
    return shapes


def test_the_article_is_replayed_by_keyboard_alone(visit: Visit) -> None:
    visit.open(WINDOW)
    assert "outside this window" in visit.page.inner_text("#shown")
    for _ in range(40):
        if visit.page.evaluate("document.activeElement.getAttribute('role')") == "slider":
            break
        visit.page.keyboard.press("Tab")

    seen = {"20 May 2023": statuses(visit)}
    for day in list(ARTICLE)[1:]:
        visit.page.keyboard.press("ArrowRight")
        visit.page.wait_for_selector(f"#as-of-label:has-text('{day}')")
        seen[day] = statuses(visit)

    for day, expected in ARTICLE.items():
        assert {title: seen[day].get(title) for title in expected} == expected
    assert GRAYVORON not in seen["21 May 2023"]
    assert visit.complaints == []


def test_a_step_is_shown_before_the_server_is_asked_and_what_changed_is_pointed_out(visit: Visit) -> None:
    visit.open(WINDOW.replace("05-20", "05-21"))
    visit.page.route("**/_dash-update-component*", lambda route: None)

    visit.page.click("#step-on")
    visit.page.wait_for_selector("#just-changed:has-text('Fighters enter Grayvoron')")

    assert statuses(visit)[GRAYVORON] == "corroborated"
    assert visit.page.locator("#chart .just-changed-mark").count() > 0


def test_a_step_is_not_taken_back_by_the_answer_for_the_day_before(visit: Visit) -> None:
    visit.open(WINDOW)
    held: list[Route] = []
    visit.page.route("**/_dash-update-component*", lambda route: held.append(route), times=2)

    visit.page.click("#step-on")
    visit.page.wait_for_function("window.location.search.includes('as_of=2023-05-21')")
    while len(held) < 2:  # the page's own and that of the pages beside it
        visit.page.wait_for_timeout(20)
    visit.page.click("#step-on")
    for route in held:
        route.continue_()
    visit.answered("2023-05-22")

    assert visit.page.inner_text("#as-of-label") == "22 May 2023"
    assert visit.page.get_attribute("#as-of [role=slider]", "aria-valuetext") == "22 May 2023"
    assert statuses(visit)[GRAYVORON] == "corroborated"


def test_a_slider_that_is_slow_to_follow_a_button_is_not_taken_for_the_reader(visit: Visit) -> None:
    visit.open(WINDOW)
    visit.page.click("#step-on")
    visit.page.wait_for_function(
        "document.querySelector('#as-of [role=slider]').getAttribute('aria-valuenow') === '19498'"
    )
    visit.page.click("#step-on")

    visit.page.eval_on_selector("#as-of [role=slider]", "thumb => thumb.setAttribute('aria-valuenow', '19498')")
    visit.answered("2023-05-22")

    assert visit.page.inner_text("#as-of-label") == "22 May 2023"


def test_a_film_is_sent_once_and_every_day_of_it_is_what_the_server_would_have_drawn(visit: Visit) -> None:
    visit.open(WINDOW)
    questions = asked(visit)

    played = []
    for _ in range(3):
        visit.page.click("#step-on")
        visit.page.wait_for_timeout(450)
        visit.settled()
        played.append((visit.search(), in_view(visit), drawn(visit)))

    assert len(questions) >= 3
    for search, marks, shapes in played:
        visit.page.goto("about:blank")
        visit.open(search)
        visit.page.wait_for_function("window.timelineChart.inView().length")
        assert in_view(visit) == marks
        assert drawn(visit) == shapes


def test_a_link_that_is_copied_and_opened_shows_the_same_picture(visit: Visit) -> None:
    visit.open(WINDOW + "&known_at=now&lanes=place&order=name&status=disputed&status=corroborated&theme=dark")
    link = visit.page.get_attribute("#share", "href")
    marks, shapes = in_view(visit), drawn(visit)

    visit.page.goto("about:blank")
    visit.open(f"{(link or '').lstrip('/')}&theme=dark")

    assert len(marks) > 5
    assert in_view(visit) == marks
    assert drawn(visit) == shapes


def test_bars_end_at_the_as_of_line_and_point_on_where_they_are_still_open(visit: Visit) -> None:
    visit.open("?as_of=2022-06-15&front=donbas&from=2022-02-01&to=2022-12-31")

    line = visit.page.locator(".as-of-line").bounding_box()
    arrows = visit.page.eval_on_selector_all(
        "#chart .scatterlayer path.point",
        """all => all.filter(one => one.style.display !== "none" &&
            one.closest(".trace").__data__[0].trace.meta.part === "arrow").map(one => one.getBoundingClientRect().x)""",
    )

    assert line
    assert arrows
    assert all(abs(x - line["x"]) < 10 for x in arrows)
    reaching = visit.page.eval_on_selector_all(
        "#chart .barlayer .point",
        """(all, line) => all.filter(one => one.style.display !== "none")
            .filter(one => one.getBoundingClientRect().right > line + 1).map(one => one.getAttribute("clip-path"))""",
        line["x"],
    )
    assert reaching
    assert set(reaching) == {"url(#as-of-clip)"}


def test_a_lane_is_folded_and_unfolded_by_keyboard_and_the_address_keeps_it(visit: Visit) -> None:
    visit.open("?as_of=2023-05-22")
    marks = len(in_view(visit))

    visit.page.focus("#headings button:has-text('Mariupol')")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#headings button[aria-expanded=false]")

    assert "fold=mariupol" in visit.search()
    assert not [mark for mark in in_view(visit) if mark["lane"] == "mariupol"]
    assert "18 folded" in visit.page.inner_text("#shown")
    assert "18 developments" in visit.page.inner_text("#headings .heading:has-text('Mariupol')")

    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#headings button[aria-expanded=false]", state="detached")
    assert len(in_view(visit)) == marks


@pytest.mark.parametrize(("lanes", "name"), [("actor", "Russian Volunteer Corps"), ("place", "Bakhmut")])
def test_lanes_may_be_those_of_actors_or_of_places(visit: Visit, lanes: str, name: str) -> None:
    visit.open("?as_of=2023-05-22&from=2023-03-01&to=2023-05-30")

    visit.page.click(f"#lanes label:has-text('{lanes.capitalize()}')")
    visit.page.wait_for_selector(f"#headings strong:has-text('{name}')")

    assert f"lanes={lanes}" in visit.search()
    visit.page.wait_for_function(
        "name => window.timelineChart.inView().some(mark => mark.lane.startsWith(name))", arg=name
    )
    assert [mark for mark in in_view(visit) if mark["lane"].startswith(name)]


def test_lanes_come_in_the_order_that_is_chosen(visit: Visit) -> None:
    visit.open("?as_of=2023-05-22")

    visit.page.click("#order label:has-text('By name')")
    visit.page.wait_for_function("document.querySelector('#headings strong').textContent === 'Bakhmut and Soledar'")

    names = visit.page.locator("#headings strong").all_inner_texts()
    assert names == sorted(names)


def test_a_search_finds_words_of_quotes_and_is_cleared_again(visit: Visit) -> None:
    visit.open("?as_of=2023-05-22")
    everything = len(in_view(visit))

    visit.page.fill("#search", "kozinka")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_function("window.location.search.includes('q=kozinka')")
    visit.page.wait_for_function(f"window.timelineChart.inView().length < {everything}")

    assert KOZINKA in statuses(visit)

    visit.page.click("#reset-filters")
    visit.page.wait_for_function(f"window.timelineChart.inView().length === {everything}")
    assert "q=" not in visit.search()


def test_the_marks_are_read_and_opened_by_keyboard(visit: Visit) -> None:
    visit.open("?as_of=2023-05-22&from=2023-05-15&to=2023-05-25&front=belgorod-border")
    visit.page.focus("#chart-frame")

    told = []
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
        visit.page.keyboard.press(key)
        told.append(visit.page.inner_text("#pointed-at strong"))
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#panel h2")

    assert told[0] != told[1]
    assert told[3] == told[1]
    assert visit.page.inner_text("#panel h2") == told[3]


def test_the_wheel_scrolls_the_page_and_zooms_with_control(visit: Visit) -> None:
    visit.open("?as_of=2023-05-22")
    visit.page.mouse.move(800, 600)

    visit.page.mouse.wheel(0, 400)
    visit.page.wait_for_function("window.scrollY > 100")
    visit.settled()
    scrolled = visit.search()
    visit.page.keyboard.down("Control")
    visit.page.mouse.wheel(0, -400)
    visit.page.keyboard.up("Control")
    visit.page.wait_for_function("window.location.search.includes('from=')")

    assert scrolled == "?as_of=2023-05-22"


def test_from_ten_years_to_one_day_there_are_counts_first_and_then_the_developments(crowd: Visit) -> None:
    crowd.open()
    assert crowd.page.locator("#chart .heatmaplayer image").count() == 2
    assert "Too much to draw" in crowd.page.inner_text("#hint")
    marks = []

    for _ in range(14):
        before = crowd.search()
        crowd.page.click("#zoom-in")
        crowd.page.wait_for_function("search => window.location.search !== search", arg=before)
        crowd.settled()
        marks.append(crowd.page.locator("#chart .barlayer .point, #chart .scatterlayer .points .point").count())
        if crowd.page.evaluate("new Set(location.search.match(/[0-9]{4}-[0-9]{2}-[0-9]{2}/g)).size === 1"):
            break

    assert marks[0] == 0
    assert marks[-1] > 0
    assert max(marks) < 6_000
    assert crowd.complaints == []


def cells(visit: Visit) -> Any:
    """What the chart knows of its counts."""
    return visit.page.evaluate("window.timelineChart.view.film.counts")


def test_a_step_asks_for_counts_alone_and_they_are_those_that_the_page_then_has(crowd: Visit) -> None:
    crowd.open("?as_of=2019-03-31")
    before, line = cells(crowd), crowd.page.get_attribute(".as-of-line", "x1")
    crowd.page.route("**/_dash-update-component*", lambda route: None)

    crowd.page.focus("#as-of [role=slider]")
    crowd.page.keyboard.press("PageDown")
    crowd.page.wait_for_selector("#chart .recounted path")
    stepped, day = cells(crowd), crowd.page.inner_text("#as-of-label")
    shown = crowd.page.inner_text("#shown").split()[0]

    assert stepped != before
    assert crowd.page.get_attribute(".as-of-line", "x1") != line
    assert not crowd.page.locator("#chart .heatmaplayer image").first.is_visible()
    crowd.page.unroute_all(behavior="ignoreErrors")
    number = crowd.page.get_attribute("#as-of [role=slider]", "aria-valuenow")
    search = "?as_of=" + date.fromordinal(date(1970, 1, 1).toordinal() + int(number or 0)).isoformat()
    crowd.page.goto("about:blank")
    crowd.open(search)
    assert crowd.page.inner_text("#as-of-label") == day
    assert cells(crowd) == stepped
    assert crowd.page.inner_text("#shown").split()[0] == shown
    assert crowd.complaints == []


def test_what_was_painted_of_a_step_makes_way_for_the_page(crowd: Visit) -> None:
    crowd.open("?as_of=2019-03-31")

    crowd.page.click("#step-back")
    crowd.answered("2019-03-30")

    assert crowd.page.locator("#chart .recounted").count() == 0
    assert crowd.page.locator("#chart .heatmaplayer image").first.is_visible()


def test_a_click_on_a_cell_of_counts_goes_there(crowd: Visit) -> None:
    crowd.open()

    crowd.page.mouse.move(700, 520)
    box = crowd.page.locator("#chart .heatmaplayer image").first.bounding_box()
    assert box
    crowd.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 34)
    crowd.page.wait_for_selector("#pointed-at:has-text('began')")
    crowd.page.mouse.down()
    crowd.page.mouse.up()
    crowd.page.wait_for_function("window.location.search.includes('from=')")
    crowd.page.wait_for_function(
        "window.timelineChart.inView && !document.querySelector('#hint').textContent.includes('Too much')"
    )

    assert in_view(crowd)


def test_only_what_is_merely_possible_is_dotted_however_the_chart_was_moved(visit: Visit) -> None:
    visit.open("?as_of=2023-05-22")
    for search in (
        "?as_of=2023-05-23&window=6m",
        "?as_of=2022-06-01&from=2022-03-01&to=2022-08-01",
        "?as_of=2023-05-22",
    ):
        visit.page.evaluate("search => window.dash_clientside.set_props('url', {search})", search)
        visit.page.wait_for_selector(f"#share[href*='{search[1:17]}']")
        visit.settled()

        dotted = visit.page.eval_on_selector_all(
            "#chart .barlayer .trace",
            """all => all.map(one => [one.__data__[0].trace.meta.part,
                [...one.querySelectorAll("path")].some(path => path.style.strokeDasharray !== "")])""",
        )
        assert {part for part, some in dotted if some} == {"possible"}
