"""The pages beside the timeline in a real browser."""

import pytest

from tests.browser.conftest import Visit
from timeline.domain.values import development_id_of

GRAYVORON = development_id_of("chronicle:grayvoron-entry")
PAGES = {
    f"developments/{GRAYVORON}": "Fighters enter Grayvoron",
    "fronts/bakhmut": "Bakhmut and Soledar",
    "actors/Wagner%20Group": "Wagner Group",
    "sources/ru-mod": "Ministry of Defence of the Russian Federation",
    "fronts": "Fronts",
    "actors": "Actors",
    "sources": "Sources",
    "nosuch/page": "Nothing known here",
}
"""Address -> heading."""


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

    visit.page.click(".cited:has-text('@misc') [title='Copy the BibTeX entry']")
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
