"""A server that does not answer, and readers who stay where they are whatever is drawn anew."""

from playwright.sync_api import Route

from tests.browser.conftest import Visit


def test_a_server_that_does_not_answer_is_told_and_asked_again(visit: Visit) -> None:
    visit.open("?as_of=2023-05-22")

    def away(route: Route) -> None:
        route.abort()

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
