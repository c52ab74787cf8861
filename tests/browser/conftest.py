"""A real Chromium on a real server with the demo in it."""

import json
import os
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from tests.benchmarks.generated import fill
from tests.browser.chromium import Chromium
from tests.scenarios import bearer
from timeline.access.tokens import Scope
from timeline.bootstrap import Service, open_service
from timeline.config import Config, fixtures_folder
from timeline.import_commands import DEMO_FILES
from timeline.importers.ndjson import read
from timeline.webapp import create_app

_CROWD = 8_000
"""Developments of the crowded store."""


class Server(str):
    """The address of a server, with the `Authorization` of one who may append there, and whether it has the demo."""

    authorization = ""
    has_demo = True


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the demo, which all tests share and none may write to."""
    with serving_demo(tmp_path_factory.mktemp("store")) as address:
        address.authorization = ""
        yield address


@contextmanager
def serving_demo(folder: Path) -> Iterator[Server]:
    """A server with the demo, the store of which lies in a folder."""
    config = Config(str(folder / "demo.db"), title="Russia-Ukraine war")
    service = open_service(config)
    for name in DEMO_FILES:
        for line in read(fixtures_folder() / name):
            service.log.record(line.read)  # type: ignore[arg-type]
    with serving(service, config) as address:
        yield address


@pytest.fixture(scope="session")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with so much in it that it can not all be drawn; `TIMELINE_CROWDED` names a store to take instead."""
    given = os.environ.get("TIMELINE_CROWDED")
    config = Config(given or str(tmp_path_factory.mktemp("store") / "crowded.db"), title="Ten years")
    service = open_service(config)
    if not given:
        fill(service.log, _CROWD)
    with serving(service, config) as address:
        yield address


@contextmanager
def serving(service: Service, config: Config) -> Iterator[Server]:
    """The address of a server of a service, which is closed in the end."""
    running = make_server("127.0.0.1", 0, create_app(service, config), threaded=True)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    address = Server(f"http://127.0.0.1:{running.server_port}")
    address.authorization = bearer(service.tokens, "browser", Scope.APPEND, Scope.ASSESS)
    yield address
    running.shutdown()
    thread.join()
    running.server_close()
    service.close()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        chromium = Chromium(playwright, tmp_path_factory.mktemp("chromium"))
        yield chromium
        chromium.close()


class Visit:
    """A page with what it complained about and whom it called."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page, self.server = page, server
        self.complaints: list[str] = []
        self.outside: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: None if self._ours(request.url) else self.outside.append(request.url))

    def _ours(self, url: str) -> bool:
        return url.startswith((self.server, "data:", "blob:"))

    def open(self, search: str = "") -> "Visit":
        self.page.goto(f"{self.server}/{search}")
        self.page.wait_for_selector("#overview .main-svg")
        self.settled()
        return self

    def settled(self) -> None:
        """Wait until nothing is being asked or drawn any more."""
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_selector("[data-dash-is-loading=true]", state="detached")

    def search(self) -> str:
        return str(self.page.evaluate("window.location.search"))

    def answered(self, day: str) -> None:
        """Wait until the page shows the server's answer for this day, and not only the control that asked for it."""
        self.page.wait_for_selector(f"#share[href*='as_of={day}']")
        self.settled()

    def append(self, type: str, id: str, data: dict[str, Any], time: str, **more: str) -> None:
        """Append an event through the API."""
        event = {"type": type, "source": "//tests/browser", "id": id, "time": time, "data": data, **more}
        headers = {"Content-Type": "application/json", "Authorization": self.server.authorization}
        request = urllib.request.Request(f"{self.server}/api/v1/events", json.dumps(event).encode(), headers)
        with urllib.request.urlopen(request) as answer:
            assert answer.status in (200, 201)

    def statuses(self) -> dict[str, int]:
        """Status -> how many developments have it, as the filters tell."""
        names = self.page.locator("#statuses label").all_inner_texts()
        counts = self.page.locator("#status-counts > div").all_inner_texts()
        return {name.strip(): int(count.replace(",", "")) for name, count in zip(names, counts, strict=True)}

    def rows(self) -> dict[str, str]:
        """Title -> status, as the table shows them."""
        self.page.wait_for_selector("#table tbody tr")
        cells = self.page.eval_on_selector_all(
            "#table tbody tr",
            "rows => rows.map(row => [row.cells[2].innerText.trim(), row.cells[3].innerText.trim()])",
        )
        return {title: status.replace("\n", " ") for title, status in cells}


@pytest.fixture
def visit(chromium: Chromium, server: Server) -> Iterator[Visit]:
    """A visit of the demo."""
    with visiting(chromium, server) as visit:
        yield visit


@pytest.fixture
def writing_visit(chromium: Chromium, tmp_path: Path) -> Iterator[Visit]:
    """A visit of a demo of its own, to which the test may append."""
    with serving_demo(tmp_path) as address, visiting(chromium, address) as visit:
        yield visit


@contextmanager
def visiting(chromium: Chromium, server: Server) -> Iterator[Visit]:
    """A visit of a server at a desk."""
    # Playwright waits for functions by evaluating text in the page, which the page's own policy forbids.
    with chromium.page(viewport={"width": 1400, "height": 900}, bypass_csp=True) as page:
        yield Visit(page, server)


@pytest.fixture
def guarded(chromium: Chromium, server: Server) -> Iterator[Visit]:
    """A page under the policy that readers have, too."""
    with chromium.page(viewport={"width": 1400, "height": 900}) as page:
        yield Visit(page, server)


@pytest.fixture
def phone(chromium: Chromium, server: Server) -> Iterator[Visit]:
    with chromium.page(viewport={"width": 390, "height": 844}, has_touch=True, bypass_csp=True) as page:
        yield Visit(page, server)
