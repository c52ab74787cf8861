"""TimelineJS itself, in a real Chromium, shows what the export gives it."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, Route

from tests.browser.chromium import Chromium
from tests.exporters.making import disputed, entry, export_of, written
from tests.scenarios import instant, reported
from timeline.domain.values import front_id
from timeline.exporters import EXPORTERS
from timeline.exporters.export import Export, Of

DIST = Path(__file__).parents[2] / "build" / "timelinejs" / "package" / "dist"
HOST = "http://timeline.test/"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="stylesheet" href="css/timeline.css">
<script src="js/timeline.js"></script></head><body><div id="embed" style="width: 1200px; height: 700px"></div></body>
</html>"""
TYPES = {".js": "text/javascript", ".css": "text/css"}
HOSTILE = "<img src=x onerror=\"document.body.dataset.ran='yes'\"> & <b>bold</b>"


class Shown:
    """A page on which TimelineJS shows a file, with what it complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.route("**/*", self._answer)

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(HOST).partition("?")[0]
        if route.request.url == HOST:
            route.fulfill(body=PAGE, content_type="text/html")
        elif route.request.url.startswith(HOST) and (DIST / path).is_file():
            route.fulfill(body=(DIST / path).read_bytes(), content_type=TYPES.get(Path(path).suffix, "font/woff"))
        else:
            route.fulfill(body="", content_type="text/css")  # fonts of others and the like: nobody is called

    def show(self, content: bytes) -> "Shown":
        """Have it shown, and wait until it is."""
        self.page.goto(HOST)
        self.page.evaluate("data => { window.shown = new TL.Timeline('embed', data, {}) }", json.loads(content))
        self.page.wait_for_selector(".tl-timemarker, .tl-message-content", state="attached")
        self.page.wait_for_function("window.shown.ready")
        return self

    def texts(self, selector: str) -> list[str]:
        """What is read at a place, in the order of the page."""
        return [text.strip() for text in self.page.locator(selector).all_text_contents()]

    def errors(self) -> list[str]:
        """What TimelineJS found wrong with the file."""
        return list(self.page.evaluate("window.shown.config.messages.errors"))


@pytest.fixture
def shown(chromium: Chromium) -> Iterator[Shown]:
    if not DIST.is_dir():
        pytest.skip("TimelineJS is not there: `.ci/tools` fetches it by npm, where there is one")
    with chromium.page(viewport={"width": 1300, "height": 800}) as page:
        yield Shown(page)


def id_of(number: int) -> UUID:
    return front_id(f"any-{number}")


def test_every_development_with_a_start_is_shown_and_of_the_rest_is_told_how_many(shown: Shown) -> None:
    dates = ["2023-05-20", "2022", "2022-11~/2023-05-20", "2022-22", "195X", "2023-05-22/..", "0005-01-01", "../2023"]
    entries = [
        entry(reported(occurred=date, title=f"At {date}"), id=id_of(number)) for number, date in enumerate(dates)
    ]
    shown.show(written("timelinejs", *entries))

    assert sorted(shown.texts(".tl-timemarker .tl-headline")) == sorted(f"At {date}" for date in dates[:-1])
    assert set(shown.texts(".tl-timegroup-message")) == {"Bakhmut & around"}
    (title,) = shown.texts(".tl-slide-titleslide .tl-text-content")
    assert "Not shown, because nobody says when they began: 1 (At ../2023)." in title
    assert "position 7" in title
    assert shown.complaints == shown.errors() == []


def test_dates_are_told_as_exactly_as_they_are_known(shown: Shown) -> None:
    dates = {
        "2023-05-20": "May 20, 2023",
        "2023-05": "May 2023",
        "2022": "2022",
        "2022-11~/2023-05-20": "about 2022-11 to 2023-05-20",
        "2022-22": "summer 2022",
        "2023-05-22/..": "2023-05-22 to 2023-06-01, still going on",
        "2022-11/2023-01": "November 2022January 2023",
    }
    shown.show(written("timelinejs", *(entry(reported(occurred=d, title=d), id=id_of(n)) for n, d in enumerate(dates))))
    slides = zip(shown.texts(".tl-slide .tl-headline"), shown.texts(".tl-slide .tl-headline-date"), strict=True)

    told = {title: "".join(date.replace("\u2014", "").split("  ")) for title, date in slides if title in dates}
    assert told == dates


def test_no_text_is_taken_for_html(shown: Shown) -> None:
    told = export_of()
    hostile = Export(HOSTILE, Of.DEVELOPMENTS, told.held, {}, told.checkpoint, {"bakhmut": HOSTILE})
    entries = [
        disputed(title=HOSTILE, summary=HOSTILE),
        entry(reported(title=HOSTILE, occurred="../2023"), id=id_of(1)),
    ]
    shown.show(b"".join(EXPORTERS["timelinejs"].write(hostile, entries)))

    assert shown.texts(".tl-timemarker .tl-headline") == [HOSTILE]
    assert shown.texts(".tl-timegroup-message") == [HOSTILE]
    assert shown.texts(".tl-slide-titleslide .tl-headline") == [HOSTILE]
    assert HOSTILE in shown.texts(".tl-slide:not(.tl-slide-titleslide) .tl-text-content")[0]
    assert shown.page.evaluate("document.body.dataset.ran") is None
    assert shown.page.locator("#embed img, #embed b").count() == 0
    assert shown.complaints == shown.errors() == []


def test_the_demo_is_shown_as_the_api_exports_it(shown: Shown, server: str) -> None:
    with urllib.request.urlopen(f"{server}/api/v1/exports/timelinejs?as_of=2023-05-31") as answer:
        content = answer.read()
    shown.show(content)
    data: Any = json.loads(content)

    assert shown.page.locator(".tl-timemarker").count() == len(data["events"]) > 100
    assert len(set(shown.texts(".tl-timegroup-message"))) == len({event["group"] for event in data["events"]})
    assert shown.complaints == shown.errors() == []


def test_an_exact_time_is_shown_in_utc(shown: Shown) -> None:
    told = entry(reported(occurred="2023-05-22T14:30:00+03:00", title="Exact"))
    (event,) = json.loads(written("timelinejs", told))["events"]
    shown.show(written("timelinejs", told))

    at = instant("2023-05-22T11:30:00Z")
    assert event["start_date"] == {
        "year": at.year, "month": at.month, "day": at.day, "hour": at.hour, "minute": at.minute, "second": at.second,
    }  # fmt: skip
    assert "2023-05-22 11:30:00 UTC" in shown.texts(".tl-slide .tl-headline-date")
