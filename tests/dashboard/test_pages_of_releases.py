"""What pages and files tell of developments that a release brought: dates of the press, whose word it is, figures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dashboards.pages.asked import Asked
from dashboards.routing import contents
from tests.dashboard.looking import asked
from tests.dashboard.test_pages import shown
from tests.importers.making import release_of
from tests.importers.test_releases import into
from tests.scenarios import Scene, instant
from timeline.domain.values import development_id_of

ID = development_id_of("ucdp-ged:1")
PRESS = {
    "source_office": "Evening Post;Daily News", "source_headline": "One;Two", "source_article": "",
    "date_start": "2023-02-01", "date_end": "2023-02-01", "source_date": "2023-02-17;2023-02-03",
}  # fmt: skip
Show = Callable[..., str]


@pytest.fixture
def show(scene: Scene, tmp_path: Path) -> Show:
    """Brings a row in and gives the words of a page."""
    scene.clock.now = instant("2026-01-01")

    def shown_of(path: str = f"/developments/{ID}", **row: str) -> str:
        into(scene, release_of(tmp_path / "a.csv", {"id": "1", **PRESS, **row}), "2023-05-17")
        page: Asked = asked(scene, "?as_of=2023-06-01")
        return shown(contents(page, path))

    return shown_of


def test_a_paper_is_dated_by_itself_and_known_from_the_release_on(show: Show) -> None:
    words = show(source_original="")

    assert "published 17 February 2023, 16 days later · known from 17 May 2023, when the data set was released" in words
    assert "first reported 2 days later" in words
    assert "months later" not in words


def test_no_lag_is_told_from_the_date_of_a_release(show: Show) -> None:
    words = show(source_original="", source_date="")

    assert "Report lag not known: no report has a date but that of a release" in words
    assert "known from 17 May 2023" in words
    assert "later" not in words


def test_a_minister_speaks_and_the_papers_pass_it_on(show: Show) -> None:
    words = show(source_original="Interior Minister")

    assert "Claimed by one side only" in words
    assert "Known through Evening Post and Daily News." in words
    assert "Evening Post  after  Interior Minister" in words


def test_the_page_of_a_paper_tells_when_it_published(show: Show) -> None:
    assert "17 May 2023 published 3 February 2023" in show("/sources/daily-news", source_original="")


def test_figures_out_of_order_say_so_on_the_page(show: Show) -> None:
    words = show(low="0", best="396", high="0")

    assert "low 0, best estimate 396, high 0 (published out of order)" in words
    assert "at most 0" not in words


def test_where_it_was_is_told_in_words_on_the_page(show: Show) -> None:
    assert "near the village of Opytne" in show(where_description="near the village of Opytne")


@pytest.mark.parametrize("format", ["icalendar", "timelinejs", "csv", "geojson", "ndjson"])
def test_figures_out_of_order_say_so_in_files(show: Show, scene: Scene, format: str) -> None:
    show(low="0", best="396", high="0", where_description="near the village of Opytne")

    answer = scene.client.get(f"/api/v1/exports/{format}?known_at=2023-06-01&as_of=2023-06-01")
    text = answer.get_data(as_text=True).replace("\r\n ", "").replace("\\,", ",")
    assert "396" in text
    assert "published out of order" in text or "as_published" in text
    if format != "timelinejs":
        assert "near the village of Opytne" in text


def test_what_a_release_reads_otherwise_is_no_longer_in_force_and_nobody_took_it_back(
    show: Show, scene: Scene, tmp_path: Path
) -> None:
    show(source_original="Interior Minister")
    file = release_of(tmp_path / "b.csv", {"id": "1", **PRESS, "source_original": ""})
    into(scene, file, "2024-05-17")

    words = shown(contents(asked(scene, "?as_of=2024-06-01"), f"/developments/{ID}"))
    assert "no longer in force" in words
    assert "taken back" not in words
    assert "takes it back" not in words
    assert "Who passes on whose word is told otherwise in ucdp-ged" in words
    (item,) = scene.get("/timeline", known_at="2024-06-01", as_of="2024-06-01")["items"]
    assert item["status"] == "corroborated"


def test_an_account_may_say_when_its_source_published_it(scene: Scene) -> None:
    event: dict[str, Any] = {
        "type": "account.given", "subject": str(ID),
        "data": {"source": "paper", "stance": {"occurrence": "asserts"}, "published": "2023-02"},
    }  # fmt: skip
    report = {
        "type": "development.reported", "id": "r", "subject": str(ID), "time": "2023-05-01",
        "data": {
            "front": "bakhmut", "kind": "other", "title": "Shelling", "occurred": "2023-02-01",
            "account": {"source": "desk", "stance": {"occurrence": "asserts"}, "published": "2023-02-17"},
        },
    }  # fmt: skip
    wrong = msgspec.json.decode(msgspec.json.encode(report))
    wrong["data"]["account"]["published"] = "last week"
    answers = [scene.post(body) for body in (report, {**event, "time": "2023-05-02"}, wrong)]

    assert [answer.status_code for answer in answers] == [201, 201, 422]
    assert answers[2].get_json()["errors"][0]["field"].endswith("account.published")
    (item,) = scene.get("/timeline", as_of="2023-06-01")["items"]
    assert [one["published"] for one in item["accounts"]] == ["2023-02-17", "2023-02"]
