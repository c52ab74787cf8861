"""Every page, light and dark, on a desk and on a telephone, is in order by WCAG 2.2 AA as far as axe-core can tell."""

import pytest

from tests.browser.accessibility import AXE, violations
from tests.browser.conftest import Visit
from tests.soaking import THOROUGH
from timeline.domain.values import development_id_of

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="axe-core could not be fetched by npm (.ci/tools)")

GRAYVORON = development_id_of("chronicle:grayvoron-entry")
ADDRESSES = (
    "?as_of=2023-05-22",
    "?as_of=2023-05-22&view=points&known_at=now",
    "?as_of=2023-05-22&view=map",
    "?as_of=2023-05-22&view=table",
    f"?as_of=2023-05-23&id={GRAYVORON}",
    f"developments/{GRAYVORON}?as_of=2023-05-23",
    "fronts/bakhmut?as_of=2023-05-23",
    "actors/Wagner%20Group?as_of=2023-05-23",
    "sources/ru-mod?as_of=2023-05-23",
    "sources?as_of=2023-05-23",
    "nosuch?as_of=2023-05-23",
)

AT_NIGHT = ADDRESSES if THOROUGH > 1 else ADDRESSES[::2]
ON_A_TELEPHONE = ADDRESSES if THOROUGH > 1 else ADDRESSES[::3]
"""Looked at in `make test`; all of them are in `make soak`."""


def look(visit: Visit, address: str) -> list[str]:
    visit.page.goto(f"{visit.server}/{address}&theme=light")
    return found(visit)


def found(visit: Visit) -> list[str]:
    """What axe finds once the page stands: drawn, titled, and Dash's lists made into groups (assets/accessible.js)."""
    visit.page.wait_for_selector("#overview .main-svg, #subpage h1")
    visit.settled()
    visit.page.wait_for_selector("html[data-page][data-theme]")
    visit.page.wait_for_selector(
        "[data-name] :is([role=option], [aria-selected]), [role=slider]:not([aria-label])", state="detached"
    )
    visit.page.wait_for_timeout(300)
    return violations(visit.page)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_is_accessible_on_a_desk_by_day_and_by_night(visit: Visit, address: str) -> None:
    assert look(visit, address) == []
    if address not in AT_NIGHT:
        return

    visit.page.click("#theme, #page-theme")
    visit.page.wait_for_selector("html[data-theme=dark]")
    assert found(visit) == []


@pytest.mark.parametrize("address", ON_A_TELEPHONE)
def test_a_page_is_accessible_on_a_telephone(phone: Visit, address: str) -> None:
    assert look(phone, address) == []


def test_a_crowded_timeline_is_accessible(visit: Visit, crowded: str) -> None:
    visit.page.goto(f"{crowded}/")

    assert found(visit) == []
