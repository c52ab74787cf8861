"""Counts in the browser: two tones on the page and in a step, and both numbers told of a cell."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.benchmarks.generated import fill
from tests.browser.chromium import Chromium
from tests.browser.conftest import Server, Visit, serving
from timeline.bootstrap import open_service
from timeline.config import Config

CELLS = """() => {
    const film = window.timelineChart.view.film;
    return [film.counts, film.spread];
}"""


@pytest.fixture(scope="module")
def uncertain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with more than can be drawn one by one, of a third of which the day is not known."""
    config = Config(str(tmp_path_factory.mktemp("store") / "uncertain.db"), title="Ten years")
    service = open_service(config)
    fill(service.log, 3_500, uncertain=1 / 3)
    with serving(service, config) as address:
        yield address


@pytest.fixture
def counted(uncertain: Server, chromium: Chromium) -> Iterator[Visit]:
    with chromium.page(viewport={"width": 1400, "height": 900}) as page:
        yield Visit(page, uncertain)


def pointed_at(visit: Visit) -> str:
    return visit.page.inner_text("#pointed-at")


def cell_with_both(visit: Visit) -> Any:
    """Where on the screen a cell stands in which something is placed and something is spread."""
    return visit.page.evaluate(
        """() => {
            const view = window.timelineChart.view, { counts, edges, rowsEach } = view.film;
            const at = counts[0].findIndex((_, n) => view.sumOf(counts[0][n]) && view.sumOf(view.spreadIn(0, n)) > 1);
            const box = view.plot().getBoundingClientRect(), size = view.plot()._fullLayout._size;
            const high = size.h / Math.max(counts.length * rowsEach, 4);
            return [box.left + size.l + (view.drawnAt(edges[at]) + view.drawnAt(edges[at + 1])) / 2,
                    box.top + size.t + 1.5 * high];
        }"""
    )


def test_the_page_has_both_tones_and_its_key_says_so(counted: Visit) -> None:
    counted.open()

    assert counted.page.locator("#chart .heatmaplayer image").count() == 3
    assert counted.page.locator("#overview .heatmaplayer image").count() == 2
    assert "fainter: the day is not known" in counted.page.inner_text("#key-items, .key")
    assert counted.complaints == []


def test_whoever_points_at_a_cell_is_told_what_is_placed_and_what_is_spread(counted: Visit) -> None:
    counted.open()

    x, y = cell_with_both(counted)
    counted.page.mouse.move(x, y)
    counted.page.wait_for_selector("#pointed-at:visible")

    told = pointed_at(counted)
    assert "on known days" in told
    assert "spread over possible days" in told
    assert "about" in told


def test_a_step_paints_the_same_tones_that_the_page_then_has(counted: Visit) -> None:
    counted.open("?as_of=2023-03-31")
    before = counted.page.evaluate(CELLS)
    counted.page.route("**/_dash-update-component*", lambda route: None)

    counted.page.focus("#as-of [role=slider]")
    counted.page.keyboard.press("PageDown")
    counted.page.wait_for_selector("#chart .recounted path")
    stepped = counted.page.evaluate(CELLS)
    colours = counted.page.evaluate(
        "[...document.querySelectorAll('#chart .recounted path')].map(p => p.getAttribute('fill'))"
    )

    assert stepped != before
    assert any(blue > red + 12 for red, _, blue in (map(int, c[4:-1].split(",")) for c in colours if c[:3] == "rgb"))
    counted.page.unroute_all(behavior="ignoreErrors")
    counted.page.goto("about:blank")
    counted.open("?as_of=2023-03-21")
    assert counted.page.evaluate(CELLS) == stepped
    assert counted.complaints == []
