"""The pages beside the timeline in a real browser."""

from collections.abc import Iterator

import pytest

from dashboards.theme import DARK
from tests.browser.chromium import Chromium
from tests.browser.conftest import Server, Visit
from timeline.domain.values import development_id_of

GRAYVORON = development_id_of("chronicle:grayvoron-entry")
CAPTURE = development_id_of("chronicle:bakhmut-capture")
PAGES = {
    f"developments/{GRAYVORON}": "Fighters enter Grayvoron",
    "fronts/bakhmut": "Bakhmut and Soledar",
    "actors/Wagner%20Group": "Wagner Group",
    "sources/ru-mod": "Ministry of Defence of the Russian Federation",
    "fronts": "Fronts",
    "actors": "Actors",
    "sources": "Sources",
    "sources/nosuch": "Nothing known here",
    "nosuch/page": "There is no such page",
}
"""Address -> heading."""
_WHICH = "[...document.querySelectorAll('#subpage a, #subpage button, #subpage input')].indexOf(document.activeElement)"


def go(visit: Visit, address: str) -> Visit:
    visit.page.goto(f"{visit.server}/{address}")
    visit.page.wait_for_selector("#subpage h1")
    visit.settled()
    return visit


@pytest.mark.parametrize("address", PAGES)
def test_every_page_opens_at_its_own_address_without_complaint(visit: Visit, address: str) -> None:
    go(visit, f"{address}?as_of=2023-05-23")

    assert visit.page.inner_text("#subpage h1") == PAGES[address]
    assert visit.page.title().startswith(PAGES[address])
    assert not visit.page.is_visible("#timeline")
    assert visit.complaints == []
    assert visit.outside == []


def test_one_goes_from_the_panel_to_the_page_on_to_a_neighbour_and_back_with_the_cuts_kept(visit: Visit) -> None:
    visit.open(f"?as_of=2023-05-23&id={GRAYVORON}")
    visit.page.click("#panel a:has-text('The whole page')")
    visit.page.wait_for_selector("#subpage h1:has-text('Fighters enter Grayvoron')")

    visit.page.click("#subpage a:has-text('Kozinka')")
    visit.page.wait_for_selector("#subpage h1:has-text('Kozinka')")
    assert "as_of=2023-05-23" in visit.search()

    headers = [visit.page.locator(f"{side} .pages-nav a").all_text_contents() for side in ("#timeline", "#subpage")]
    assert headers == [["Timeline", "Fronts", "Actors", "Sources", "API"]] * 2
    visit.page.click("#subpage header a >> nth=0")
    visit.page.wait_for_selector("#as-of-label:has-text('23 May 2023')")
    assert visit.page.is_visible("#timeline")
    assert visit.complaints == []


def test_the_cuts_of_a_page_can_be_changed_on_it(visit: Visit) -> None:
    go(visit, f"developments/{GRAYVORON}?as_of=2023-05-22")

    visit.page.fill("#page-day", "2023-05-20")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#subpage h1:has-text('Nothing known here')")
    assert "as_of=2023-05-20" in visit.search()

    visit.page.click("#page-clock")
    visit.page.wait_for_selector("#subpage h1:has-text('Fighters enter Grayvoron')")
    assert "known_at=now" in visit.search()


def test_a_citation_is_copied(visit: Visit) -> None:
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    go(visit, f"developments/{GRAYVORON}?as_of=2023-05-23")

    visit.page.click("button:has-text('Copy BibTeX')")
    # Others may copy something in the meantime: what was seen is what is looked at.
    copied = visit.page.evaluate(
        """async () => {
            for (;;) {
                const text = await navigator.clipboard.readText();
                if (text.startsWith("@misc")) return text;
                await new Promise(done => setTimeout(done, 50));
            }
        }"""
    )

    assert "recorded_at=" in copied


@pytest.mark.parametrize("address", PAGES)
def test_no_page_is_wider_than_a_narrow_phone(phone: Visit, address: str) -> None:
    phone.page.set_viewport_size({"width": 360, "height": 800})

    go(phone, f"{address}?as_of=2023-05-23&theme=dark")

    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert phone.page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_page_is_in_the_colours_that_its_reader_prefers_from_the_start(chromium: Chromium, server: Server) -> None:
    with chromium.page(color_scheme="dark", bypass_csp=True) as page:
        go(Visit(page, server), f"developments/{GRAYVORON}?as_of=2023-05-23")

        page.wait_for_selector("#subpage .js-plotly-plot .main-svg")
        ink = page.evaluate("document.querySelector('#subpage .js-plotly-plot')._fullLayout.font.color")

    assert ink == DARK.ink


@pytest.fixture
def in_new_york(chromium: Chromium, server: Server) -> Iterator[Visit]:
    with chromium.page(timezone_id="America/New_York", bypass_csp=True) as page:
        yield Visit(page, server)


def test_times_of_day_are_told_in_utc_or_in_the_zone_of_the_reader_who_keeps_the_choice(
    in_new_york: Visit,
) -> None:
    visit = go(in_new_york, f"developments/{CAPTURE}?as_of=2023-05-23")
    said = visit.page.locator("#subpage time >> nth=0")
    assert said.inner_text() == "20 May 2023, 21:30 UTC"

    visit.page.click("#subpage .zone")
    visit.page.wait_for_selector("#subpage .zone[aria-pressed=true]")
    assert said.inner_text() == "20 May 2023, 17:30 UTC-4"
    assert "Days and cuts are those of UTC" in visit.page.inner_text("#subpage .page-cuts")

    visit.open("?as_of=2023-05-22&from=2023-05-22&to=2023-05-22")
    visit.page.wait_for_selector("#overview .annotation:has-text('hours')")
    day = visit.page.locator("#overview .annotation").text_content()
    assert day == "22 May 2023, UTC (hours: America/New_York, UTC-4)"
    hours = visit.page.locator("#overview .x2tick").all_text_contents()
    visit.page.click("#timeline .zone")
    visit.page.wait_for_selector("#timeline .zone[aria-pressed=false]")
    visit.page.wait_for_function("document.querySelector('#overview .annotation').textContent === '22 May 2023, UTC'")

    assert visit.page.locator("#overview .x2tick").all_text_contents() != hours
    assert visit.complaints == []


def test_the_colours_are_changed_on_a_page_and_stay_on_the_next_one(visit: Visit) -> None:
    go(visit, "fronts?as_of=2023-05-23&theme=light")

    visit.page.click("#page-theme")
    visit.page.wait_for_selector("#page-theme:has-text('Light')")
    assert visit.page.evaluate("document.documentElement.dataset.theme") == "dark"

    visit.page.click("#subpage a:has-text('Bakhmut and Soledar')")
    visit.page.wait_for_selector("#subpage h1:has-text('Bakhmut and Soledar')")
    assert "theme=dark" in visit.search()


def test_the_keyboard_reaches_every_link_and_button_and_copies(visit: Visit) -> None:
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    go(visit, f"developments/{GRAYVORON}?as_of=2023-05-23")
    wanted = visit.page.locator("#subpage a, #subpage button, #subpage input").count()
    seen: set[str] = set()

    for _ in range(wanted + 40):
        visit.page.keyboard.press("Tab")
        seen.add(str(visit.page.evaluate(_WHICH)))
    assert len({one for one in seen if one != "-1"}) == wanted

    visit.page.focus("button:has-text('Copy link')")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("button:has-text('Copied')")


def test_the_reader_of_a_screen_is_told_of_the_next_page(visit: Visit) -> None:
    go(visit, "sources?as_of=2023-05-23")
    visit.page.evaluate("window.scrollTo(0, 400)")

    visit.page.click("#subpage a:has-text('Ministry of Defence of the Russian Federation')")
    visit.page.wait_for_selector("#subpage h1:has-text('Ministry of Defence')")
    visit.settled()
    assert visit.page.evaluate("document.activeElement.tagName") == "H1"
    assert visit.page.evaluate("window.scrollY") == 0


def test_the_field_of_the_day_keeps_the_focus_when_the_page_is_told_anew(visit: Visit) -> None:
    go(visit, "fronts/bakhmut?as_of=2023-05-22")

    visit.page.fill("#page-day", "2023-05-23")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector(".page-cuts[data-day='2023-05-23']")
    visit.settled()
    assert visit.page.evaluate("document.activeElement.id") == "page-day"


def test_a_day_that_is_none_is_said_to_be_none(visit: Visit) -> None:
    go(visit, "fronts/bakhmut?as_of=2023-02-30")

    assert "a day such as 2023-05-22" in visit.page.inner_text("#subpage .notice")


def test_the_page_of_a_development_reloads_as_it_was_and_the_api_answers_beside_it(visit: Visit) -> None:
    go(visit, f"developments/{GRAYVORON}?as_of=2023-05-23&theme=dark")
    before = visit.page.inner_text("#subpage main")

    visit.page.reload()
    visit.page.wait_for_selector("#subpage h1")
    visit.settled()
    assert visit.page.inner_text("#subpage main") == before
    assert visit.page.request.get(f"{visit.server}/healthz").ok
    assert visit.page.request.get(f"{visit.server}/api/v1/nosuch").status == 404


def test_the_link_of_a_citation_opens_that_very_page(visit: Visit) -> None:
    go(visit, f"developments/{GRAYVORON}?as_of=2023-05-23&known_at=now")
    before = visit.page.inner_text("#subpage .accounts >> nth=0")
    link = visit.page.inner_text(".citation >> nth=0")

    visit.page.goto(link)
    visit.page.wait_for_selector("#subpage .pin")
    assert visit.page.inner_text("#subpage .accounts >> nth=0") == before
    assert visit.page.inner_text(".citation >> nth=0") == link
