"""Prints how long the page takes to show developments, in Chromium, beside vis-timeline 8 and TimelineJS 3.

    python tests/benchmarks/bench_page.py [--sizes 100 10000 ...] [--store 1000000=FILE ...] [--runs N]

For each size: from navigation until marks are to be seen; medians of the runs, a new browser context each. The others
are given the same titles, starts and ends, as far as they get within a minute. Then frames a second while a chart of
about 2,000 marks is panned and zoomed, the time of a step of the replay with and without the server, and the weight of
the page. Nothing is asserted; the figures are of this machine.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Error, Page, Playwright, Route, sync_playwright
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.generated import fill
from tests.browser.chromium import FLAGS, NAMES
from tests.servers import UNLIMITED, Running, serving
from timeline.readmodel.cuts import WantedCuts
from timeline.store.log import ConflictLog

BUILD = Path(__file__).parents[2] / "build"
CAP = 60_000
"""Milliseconds after which somebody is given up."""
HOST = "http://peer.test/"
VISIBLE = """() => document.querySelector("#chart .js-plotly-plot .barlayer path, #chart .js-plotly-plot .points path, \
#chart .js-plotly-plot .heatmaplayer image") !== null"""
VIS = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="vis/umd/vis-timeline-graph2d.min.css">
<script src="vis/umd/vis-timeline-graph2d.min.js"></script><div id="shown"></div>
<script>fetch("items.json").then(one => one.json()).then(items => {
  const data = items.map((one, n) => ({id: n, content: one.title, start: one.start, end: one.end || undefined}));
  new vis.Timeline(document.getElementById("shown"), new vis.DataSet(data), {height: "700px"});
});</script>"""
TIMELINEJS = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="tl/css/timeline.css">
<script src="tl/js/timeline.js"></script><div id="shown" style="width:1200px;height:700px"></div>
<script>const day = text => { const [year, month, day] = text.split("-").map(Number); return {year, month, day}; };
fetch("items.json").then(one => one.json()).then(items => new TL.Timeline("shown", {events: items.map(one => ({
  start_date: day(one.start), end_date: one.end ? day(one.end) : undefined,
  text: {headline: one.title}}))}, {}));</script>"""
PEERS = {
    "vis-timeline 8": (VIS, {"vis/": BUILD / "vis-timeline" / "package" / "standalone"}, ".vis-item"),
    "TimelineJS 3": (TIMELINEJS, {"tl/": BUILD / "timelinejs" / "package" / "dist"}, ".tl-timemarker"),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 10_000, 100_000])
    parser.add_argument(
        "--store", action="append", default=[], metavar="SIZE=FILE", help="a store that is there already"
    )
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    stores = {int(size): file for size, _, file in (one.partition("=") for one in given.store)}
    console = Console(width=110)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = _browser(playwright)
        shown = Table(title="From navigation until marks are to be seen, ms (medians)")
        for column in ("developments", "this page", *PEERS):
            shown.add_column(column, justify="right")
        for size in sorted({*given.sizes, *stores}):
            store = stores.get(size) or _filled(folder, size)
            with serving(store, **UNLIMITED) as server:
                ours = _median(lambda server=server: _time_to_marks(browser, server), given.runs)  # type: ignore[misc]
                items = _items(store, size)
                others = [_peer(playwright, name, items, given.runs if size <= 10_000 else 1) for name in PEERS]
                shown.add_row(f"{size:,}", f"{ours:,.0f}", *others)
                if size == max({*given.sizes, *stores}):
                    _details(browser, server, given.runs, console)
        console.print(shown)
        browser.close()


def _browser(playwright: Playwright) -> Browser:
    path = next(found for name in NAMES if name and (found := which(name)))
    return playwright.chromium.launch(executable_path=path, args=FLAGS)


def _filled(folder: str, size: int) -> str:
    store = str(Path(folder) / f"{size}.db")
    log = ConflictLog(store)
    fill(log, size)
    log.close()
    return store


def _items(store: str, size: int) -> list[dict[str, str | None]]:
    """Title, start and end (days) of up to 100,000 developments, as the others take them."""
    from timeline.bootstrap import open_service
    from timeline.config import Config

    service = open_service(Config(store))
    _, rows = service.reader.rows(WantedCuts(), limit=min(size, 100_000))
    service.close()
    told = []
    for row in rows:
        start, end = row.occurred.start.earliest, row.occurred.end.latest
        if start:
            last = end.date().isoformat() if end and end.date() > start.date() else None
            told.append({"title": row.title, "start": start.date().isoformat(), "end": last})
    return told


def _median(measure: Callable[[], float], runs: int) -> float:
    return statistics.median(measure() for _ in range(runs))


@contextmanager
def _page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 900}, bypass_csp=True)
    yield context.new_page()
    context.close()


def _time_to_marks(browser: Browser, server: Running, search: str = "") -> float:
    with _page(browser) as page:
        begun = time.perf_counter()
        page.goto(f"{server.address}/{search}", wait_until="commit")
        page.wait_for_function(VISIBLE, timeout=CAP)
        return (time.perf_counter() - begun) * 1000


def _peer(playwright: Playwright, name: str, items: list[dict[str, str | None]], runs: int) -> str:
    """In a browser of its own, which ends with it: a page that is given up would go on beside what comes next."""
    document, folders, mark = PEERS[name]
    if not all(folder.exists() for folder in folders.values()):
        return "not fetched"

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(HOST).partition("?")[0]
        folder = next((start for start in folders if path.startswith(start)), None)
        if path == "":
            route.fulfill(body=document, content_type="text/html")
        elif path == "items.json":
            route.fulfill(body=json.dumps(items), content_type="application/json")
        elif folder and (file := folders[folder] / path.removeprefix(folder)).is_file():
            kinds = {".js": "text/javascript", ".css": "text/css"}
            route.fulfill(body=file.read_bytes(), content_type=kinds.get(file.suffix, "font/woff"))
        else:
            route.fulfill(status=404, body="")

    def once(browser: Browser) -> float:
        with _page(browser) as page:
            page.route("**/*", answer)
            begun = time.perf_counter()
            page.goto(HOST, wait_until="commit")
            page.wait_for_selector(mark, timeout=CAP, state="attached")
            return (time.perf_counter() - begun) * 1000

    browser = _browser(playwright)
    try:
        return f"{_median(lambda: once(browser), runs):,.0f}"
    except Error:
        return f"nothing in {CAP // 1000} s"
    finally:
        browser.close()


FRAMES = """() => { window.gaps = []; let last = performance.now();
  const next = now => { window.gaps.push(now - last); last = now; window.counting = requestAnimationFrame(next); };
  window.counting = requestAnimationFrame(next); }"""


def _details(browser: Browser, server: Running, runs: int, console: Console) -> None:
    table = Table(title="On the largest of them")
    for column in ("what", "median", "worst"):
        table.add_column(column, justify="right")
    search = _about_2000(browser, server)
    with _page(browser) as page:
        _open(page, server, search)
        marks = page.evaluate("window.timelineChart.inView().length")
        for name, move in (("panning", _pan), ("zooming", _zoom)):
            page.evaluate(FRAMES)
            move(page)
            gaps = sorted(page.evaluate("(cancelAnimationFrame(window.counting), window.gaps.slice(2))"))
            middle = statistics.median(gaps)
            table.add_row(
                f"frames a second, {name}, {marks:,} marks", f"{1000 / middle:,.0f}", f"{1000 / gaps[-1]:,.0f}"
            )
            _open(page, server, search)
        if page.evaluate("window.timelineChart.plays()"):
            steps = [_step(page) for _ in range(runs * 2)]
            table.add_row(
                "step of the replay in the browser, ms", f"{statistics.median(steps):,.0f}", f"{max(steps):,.0f}"
            )
    with _page(browser) as page:
        _open(page, server, "")
        if not page.evaluate("window.timelineChart.plays()"):
            steps = [_step(page) for _ in range(runs * 2)]
            _add(table, "the same through the server, ms", steps)
    for name, weight in zip(("first visit", "repeat visit"), _weights(browser, server), strict=True):
        table.add_row(f"transferred, {name}, KB", f"{weight / 1000:,.0f}", "")
    console.print(table)


def _add(table: Table, what: str, times: list[float]) -> None:
    table.add_row(what, f"{statistics.median(times):,.0f}", f"{max(times):,.0f}")


def _about_2000(browser: Browser, server: Running) -> str:
    """A window of the greatest front that has as many marks as are drawn one by one."""
    best = ""
    for days in (400, 200, 120, 90, 60, 30, 14, 7, 3):
        first = 19_000 - days // 2
        day = [time.strftime("%Y-%m-%d", time.gmtime(number * 86_400)) for number in (first, first + days)]
        best = f"?as_of={day[1]}&from={day[0]}&to={day[1]}&front=front-01"
        with _page(browser) as page:
            _open(page, server, best)
            if page.evaluate("document.querySelectorAll('#chart .heatmaplayer image').length") == 0:
                return best
    return best


def _open(page: Page, server: Running, search: str) -> None:
    page.goto(f"{server.address}/{search}")
    page.wait_for_function(VISIBLE, timeout=CAP)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)


def _pan(page: Page) -> None:
    page.mouse.move(900, 620)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(900 - step * 5, 620)
        page.wait_for_timeout(16)
    page.evaluate("cancelAnimationFrame(window.counting)")
    page.mouse.up()


def _zoom(page: Page) -> None:
    page.mouse.move(800, 620)
    page.keyboard.down("Control")
    for _ in range(12):
        page.mouse.wheel(0, -40)
        page.wait_for_timeout(40)
    page.evaluate("cancelAnimationFrame(window.counting)")
    page.keyboard.up("Control")


STEP = """() => new Promise(done => {
  const thumb = document.querySelector("#as-of [role=slider]");
  const place = () => document.querySelector(".as-of-line").getAttribute("x1"), before = place();
  const begun = performance.now();
  const over = () => requestAnimationFrame(() => done(performance.now() - begun));
  thumb.focus();
  thumb.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true }));
  const look = () => (place() !== before ? over() : requestAnimationFrame(look));
  requestAnimationFrame(look);
})"""
"""A press of a key until the frame is drawn in which the as-of line, and all with it, stands on the next day."""


def _step(page: Page) -> float:
    took: float = page.evaluate(STEP)
    page.wait_for_timeout(700)
    page.wait_for_load_state("networkidle")
    return took


def _weights(browser: Browser, server: Running) -> Iterator[float]:
    """Bytes over the wire of a first visit, and of the same again with what the browser kept."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, bypass_csp=True)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    received: list[float] = []

    def finished(told: dict[str, Any]) -> None:
        received.append(told["encodedDataLength"])

    wire.on("Network.loadingFinished", finished)
    for _ in range(2):
        received.clear()
        _open(page, server, "")
        yield sum(received)
    context.close()


if __name__ == "__main__":
    main()
