"""A reader of a test finds nothing of the reader before."""

from tests.browser.chromium import Chromium
from tests.browser.conftest import Server


def test_a_page_keeps_nothing_of_the_page_before(chromium: Chromium, server: Server) -> None:
    for _ in range(2):
        with chromium.page(viewport={"width": 1400, "height": 900}, bypass_csp=True) as page:
            page.goto(f"{server}/fronts")
            found = page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]")
            page.evaluate("document.cookie = 'kept=1'; localStorage.kept = 1; sessionStorage.kept = 1")

            assert found == ["", 0, 0]
