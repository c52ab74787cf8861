"""Texts that run from right to left beside those that do not, in a real browser: neither turns the other round."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import Chromium
from tests.browser.conftest import Server, Visit, serving
from tests.scenarios import BAKHMUT, GRAYVORON, KOZINKA, given, reported, submission
from timeline.bootstrap import open_service
from timeline.config import Config
from timeline.domain import checks
from timeline.domain.values import Actor, Place

HEBREW = "כוחות נכנסו לבלגורוד!"
ARABIC = "معركة باخموت (2023)"
RLO = "Attack by \u202eside B on side A"


@pytest.fixture(scope="module")
def directions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with titles of both directions, and one of an older log that turns round what follows it."""
    config = Config(str(tmp_path_factory.mktemp("store") / "directions.db"), title="A war")
    service = open_service(config)
    with checks.as_recorded():
        facts = [
            (GRAYVORON, reported(title=HEBREW, place=Place("בלגורוד", 50.6, 36.6), actors=(Actor("צבא", "attacker"),))),
            (GRAYVORON, given("ua-mod", "denies", quote="לא נכון!", gist="Not so.")),
            (KOZINKA, reported(title=ARABIC, actors=(Actor("فاغنر", "attacker"),))),
            (BAKHMUT, reported(title=RLO)),
        ]
    for number, (subject, fact) in enumerate(facts):
        service.log.record(submission(fact, f"2023-05-2{number}", subject, f"m-{number}"))
    with serving(service, config) as address:
        yield address


@pytest.fixture
def visiting(chromium: Chromium, directions: Server) -> Iterator[Visit]:
    with chromium.page(viewport={"width": 1400, "height": 1000}, bypass_csp=True) as page:
        yield Visit(page, directions)


_PLACES = """([selector, parts]) => {
    const nth = typeof selector === "number";
    const root = nth ? document.querySelectorAll(".citation")[selector] : document.querySelector(selector);
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const found = {};
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        for (const part of parts) {
            const at = node.data.indexOf(part);
            if (at < 0 || found[part]) continue;
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + part.length);
            const box = range.getBoundingClientRect();
            found[part] = [Math.round(box.left), Math.round(box.top)];
        }
    }
    return parts.map((part) => found[part]);
}"""
"""Where parts of a text stand: left and top, in pixels."""


@pytest.mark.parametrize(
    ("id", "title"), [(GRAYVORON, HEBREW), (KOZINKA, ARABIC), (BAKHMUT, "Attack by side B on side A")]
)
def test_a_citation_runs_on_behind_a_title_of_either_direction(visiting: Visit, id: object, title: str) -> None:
    visiting.page.goto(f"{visiting.server}/developments/{id}?as_of=2023-05-25")
    visiting.page.wait_for_selector("#subpage .citation")
    visiting.settled()

    citation = visiting.page.locator(".citation").nth(1).text_content() or ""
    assert title in citation
    before, after = visiting.page.evaluate(_PLACES, [1, ["“", "” ("]])
    assert before[1] == after[1]
    assert before[0] < after[0]
    assert title in visiting.page.title()
    assert visiting.complaints == []


def test_a_copied_citation_is_the_text_that_is_shown(visiting: Visit) -> None:
    visiting.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visiting.page.goto(f"{visiting.server}/developments/{GRAYVORON}?as_of=2023-05-25")
    visiting.page.wait_for_selector("#subpage .citation")
    visiting.settled()

    visiting.page.click("button:has-text('Copy citation')")
    visiting.page.wait_for_selector("button:has-text('Copied')")

    copied = visiting.page.evaluate("navigator.clipboard.readText()")
    assert copied == visiting.page.locator(".citation").nth(1).text_content()
    assert f"“\u2068{HEBREW}\u2069” (" in copied


def test_titles_of_both_directions_stand_in_panel_table_and_chart_unturned(visiting: Visit, tmp_path: Path) -> None:
    visiting.open(f"?as_of=2023-05-25&id={GRAYVORON}&view=table")

    assert visiting.page.inner_text("#panel h2") == HEBREW
    assert set(visiting.rows()) == {HEBREW, ARABIC, "Attack by side B on side A"}
    role, name = visiting.page.evaluate(_PLACES, ["#panel dl", [" (", "צבא"]])
    assert name[0] < role[0]
    visiting.open(f"?as_of=2023-05-25&id={GRAYVORON}")
    visiting.page.screenshot(path=str(tmp_path / "panel.png"))
    assert visiting.complaints == []
