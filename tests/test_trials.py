"""Small inputs that were stored or told wrongly once, each the least of its kind, with what is right.

Those in `trials/` are in our own words. A few others hold rows of a published release and are not ours to pass on: they
are read where they lie beside this checkout, and skipped with a reason elsewhere.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.dashboard.looking import drawn, frame, show, signs, texts
from tests.engines import Engine
from tests.scenarios import Scene, open_scene
from timeline import bootstrap
from timeline.cli import main
from timeline.config import fixtures_folder

OURS = Path(__file__).parent / "trials"
SHARED = Path(__file__).parents[1].parent / "shared" / "trials"
PUBLISHED = {
    "02-ucdp-day-first.csv", "07-ucdp-semicolon.csv", "07-ucdp-sep-line.csv", "09-ucdp-null-island-and-swapped.csv",
}  # fmt: skip
"""The trials that hold rows of a published release."""
NOT_HERE = "the published rows of this trial lie beside the project's own checkout only"

Import = Callable[..., Result]


@pytest.fixture
def scene(engine: Engine) -> Iterator[Scene]:
    """A service on a log, once on each engine, long after all that is reported."""
    with open_scene(engine) as opened:
        opened.clock.set("2026-12-01T12:00:00Z")
        yield opened


@pytest.fixture
def run_import(scene: Scene, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Import:
    """Runs `timeline import` on the log of the scene."""
    monkeypatch.setenv("TIMELINE_KEY", str(engine.key_file))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(bootstrap, "now", scene.clock)

    def run(name: str, *options: str, format: str = "ucdp", reported_at: str | None = "2023-06-01") -> Result:
        dated = ["--reported-at", reported_at] if reported_at else []
        arguments = ["--store", engine.store, "import", str(trial(name)), "--format", format, *dated, *options]
        return CliRunner().invoke(main, arguments)

    return run


def trial(name: str) -> Path:
    """The file of a trial; skips the test where it holds published rows and is not here."""
    if (OURS / name).exists():
        return OURS / name
    if name in PUBLISHED and not (SHARED / name).exists():
        pytest.skip(NOT_HERE)
    return SHARED / name


def posted(scene: Scene, name: str) -> list[Any]:
    """What is answered to each line of a trial, sent one by one."""
    lines = trial(name).read_text("utf-8").splitlines()
    return [scene.post(line) for line in lines]


def item(scene: Scene, external_id: str, **cuts: Any) -> dict[str, Any]:
    """A development as the API tells it."""
    told: dict[str, Any] = scene.get(f"/developments/{external_id}", **cuts)["item"]
    return told


def codes(answer: Any) -> set[str]:
    return {warning["code"] for warning in answer.get_json()["warnings"]}


def demo(scene: Scene) -> None:
    """The chronology of the demo, with its sources and fronts."""
    lines = (fixtures_folder() / "ukraine-2022-2023.ndjson").read_bytes()
    scene.client.post("/api/v1/events", data=lines, content_type="application/x-ndjson")


def test_01_one_development_of_the_year_223_is_taken_with_a_warning(scene: Scene) -> None:
    demo(scene)
    before = show(scene)
    (answer,) = posted(scene, "01-year-0223.ndjson")
    after = show(scene)

    assert answer.status_code == 201
    assert "date-far-from-front" in codes(answer)
    assert (after.whole, after.window) == (before.whole, before.window)
    assert drawn(after) == drawn(before)
    assert (after.tally.passing, signs(before)) == (before.tally.passing + 1, {})
    ((said, way),) = signs(after).items()
    assert said == "1 earlier: “Mill hit”, 22 May 0223"
    there = show(scene, way)
    assert drawn(there) == {"Mill hit"}
    assert "Mill hit" in texts(there.panel)
    for view in ("points", "map", "table"):
        assert list(signs(show(scene, f"view={view}"))) == [said]


def test_02_one_slash_date_that_cannot_be_month_first_refuses_them_all(scene: Scene, run_import: Import) -> None:
    refused = run_import("02-ucdp-day-first.csv", reported_at="2022-06-01")
    nothing = scene.get("/timeline")["items"]
    taken = run_import("02-ucdp-day-first.csv", "--date-order", "day-first", reported_at="2022-06-01")

    assert (refused.exit_code, nothing) == (1, [])
    assert "27/10/2021" in refused.output
    assert "--date-order" in refused.output
    assert taken.exit_code == 0, taken.output
    assert item(scene, "ucdp-ged:423262")["occurred"]["edtf"] == "2021-11-12"


def test_04_a_control_that_reverses_text_is_refused_by_name(scene: Scene) -> None:
    (answer,) = posted(scene, "04-rlo-title.ndjson")

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "data.title"
    assert "U+202E" in answer.get_data(as_text=True)


def test_05_an_apostrophe_is_an_apostrophe_and_a_run_of_signs_is_found_anywhere(scene: Scene) -> None:
    answers = posted(scene, "05-search.ndjson")

    def titles(q: str) -> set[str]:
        return {one["external_id"] for one in scene.get("/timeline", q=q)["items"]}

    assert [answer.status_code for answer in answers] == [201] * 4
    for apostrophe in ("\u02bc", "\u0027", "\u2019", "\u0060", "\u2032", ""):
        assert titles(f"Мар{apostrophe}їнка") == {"trials:ap0027", "trials:ap02bc"}  # noqa: RUF001
    assert titles("Слов'янськ") == {"trials:ap2019"}
    assert titles("基辅") == titles("哈尔科夫") == {"trials:cjk"}


def test_06_an_instant_belongs_to_a_day_by_its_own_offset(scene: Scene) -> None:
    (answer,) = posted(scene, "06-local-night.ndjson")
    occurred = item(scene, "trials:al2")["occurred"]

    assert answer.status_code == 201
    assert occurred["edtf"] == "2023-06-11"
    assert occurred["start"]["earliest"] == "2023-06-10T22:15:00Z"


@pytest.mark.parametrize(
    ("name", "separator"), [("07-ucdp-semicolon.csv", "semicolon"), ("07-ucdp-sep-line.csv", "semicolon")]
)
def test_07_another_separator_is_read_and_said(scene: Scene, run_import: Import, name: str, separator: str) -> None:
    done = run_import(name, reported_at="2022-06-01")

    assert done.exit_code == 0, done.output
    assert separator in done.output
    assert len(scene.get("/timeline")["items"]) == 6


def test_09_a_point_that_cannot_be_meant_is_taken_with_a_warning(scene: Scene) -> None:
    demo(scene)
    before = show(scene, "view=map&window=all")
    at_zero, exchanged = posted(scene, "09b-null-island.ndjson")
    after = show(scene, "view=map&window=all")

    assert (at_zero.status_code, exchanged.status_code) == (201, 201)
    assert {"coordinates-at-zero", "coordinates-outside-country"} <= codes(at_zero)
    assert "coordinates-exchanged" in codes(exchanged)
    assert frame(after) == frame(before)
    assert before.map
    assert after.map
    assert "beyond its edges" not in before.map.words
    assert "; 2 beyond its edges." in after.map.words
    (sign,) = after.map.signs
    assert "2 developments far from all others" in "".join(texts(sign))
    everything = show(scene, sign.href).map
    assert everything
    assert everything.developments == after.map.developments + 2
    assert {"coordinates-at-zero", "coordinates-exchanged"} <= {one["code"] for one in scene.get("/checks")["items"]}


def test_09_a_release_with_such_points_says_so(scene: Scene, run_import: Import) -> None:
    done = run_import("09-ucdp-null-island-and-swapped.csv", reported_at="2022-06-01")

    assert done.exit_code == 1
    assert "480159" in done.output
    assert item(scene, "ucdp-ged:419338")["place"]["lat"] == 0
    assert {"coordinates-at-zero", "coordinates-exchanged"} <= {one["code"] for one in scene.get("/checks")["items"]}


def test_10_what_is_said_of_a_retracted_entry_is_warned_of_and_a_void_brings_it_back(scene: Scene) -> None:
    _, retracted, *later = posted(scene, "10-undo.ndjson")
    before = item(scene, "trials:rB")["status"]
    position = retracted.get_json()["position"]

    undone = scene.post(
        {"type": "entry.voided", "subject": "trials:rB", "data": {"position": position, "reason": "No."}}
    )

    assert all("subject-retracted" in codes(answer) for answer in later)
    assert undone.status_code == 201
    assert (before, item(scene, "trials:rB")["status"]) == ("retracted", "confirmed")
    assert item(scene, "trials:rB", recorded_at=5)["status"] == "retracted"


def test_11_a_title_that_shows_nothing_is_refused(scene: Scene) -> None:
    (answer,) = posted(scene, "11-invisible-title.ndjson")

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "data.title"


DATES = {
    "-1985": "negative years (level 1), before the year 1, are not taken",
    "Y170000002": "longer years, with Y (level 1), are not taken",
    "2001-34": "34, the second quarter, is level 2: write '[2001-04..2001-06]' instead",
    "2001-25": "25, spring of the northern hemisphere, is level 2: write '2001-21' instead",
    "156X-12-25": "elsewhere, as in a year with a month after it, X is level 2",
    "2016-12-31T23:59:60Z": "a leap second is told as second 59",
    "2023-05-22T12:00:00Z/2023-05-22T13:00:00Z": None,
    "{'edtf': '2023-05-22', 'exact': {'start': '2023-05-22T01:00:00+03:00'}}": None,
    "{'edtf': '2023-05-22', 'exact': {'start': '2023-05-22'}}": "a plain date is no instant",
    "2001-24": None,
    "2023-05-22~": None,
}
"""The title of each line, and the reason why it is refused; None: it is taken."""


def test_dates_each_refusal_says_why_and_what_was_meant_is_taken(scene: Scene) -> None:
    lines = [json.loads(line) for line in trial("dates.ndjson").read_text("utf-8").splitlines()]
    answers = posted(scene, "dates.ndjson")

    assert [line["data"]["title"] for line in lines] == list(DATES)
    for answer, (title, reason) in zip(answers, DATES.items(), strict=True):
        assert answer.status_code == (201 if reason is None else 422), (title, answer.get_data(as_text=True))
        if reason is not None:
            (error,) = answer.get_json()["errors"]
            assert reason in error["allowed"], title
    shown = {one["title"]: one["occurred"] for one in scene.get("/timeline")["items"]}
    span = shown["2023-05-22T12:00:00Z/2023-05-22T13:00:00Z"]
    assert span["exact"] == {"start": "2023-05-22T12:00:00Z", "end": "2023-05-22T13:00:00Z"}
    local = shown["{'edtf': '2023-05-22', 'exact': {'start': '2023-05-22T01:00:00+03:00'}}"]
    assert (local["edtf"], local["start"]["earliest"]) == ("2023-05-22", "2023-05-21T22:00:00Z")


def test_ucdp_01_two_papers_that_quote_one_minister_are_one_voice(scene: Scene, run_import: Import) -> None:
    done = run_import("ucdp-01-one-original.csv")
    development = item(scene, "ucdp-ged:11")

    assert "pass on" in done.output
    assert development["status"] == "claimed"
    origins = {account["source"]: account["origin"] for account in development["accounts"]}
    assert origins["agence-france-presse"] == origins["reuters-news"] == "interior-minister"
    assert {one["slug"] for one in scene.get("/sources")["items"]} >= {"interior-minister"}


def test_ucdp_02_the_date_of_a_paper_is_its_own(scene: Scene, run_import: Import) -> None:
    run_import("ucdp-02-press-date.csv")
    accounts = item(scene, "ucdp-ged:21")["accounts"]

    (paper,) = [account for account in accounts if account["source"] == "radio-free-europe"]
    assert paper["published"] == "2023-02-17"
    assert paper["reported_at"] == "2023-06-01T00:00:00Z"


def test_ucdp_03_a_day_that_is_not_known_is_never_open(scene: Scene, run_import: Import) -> None:
    run_import("ucdp-03-date-prec-2.csv")
    occurred = item(scene, "ucdp-ged:31", as_of="2023-01-31", known_at="2023-06-30")["occurred"]

    assert (occurred["edtf"], occurred["open"]) == ("[2023-01-30..2023-02-01]", False)
    assert occurred["start"] == occurred["end"] == {"earliest": "2023-01-30", "latest": "2023-02-01"}


def test_ucdp_04_a_snapshot_asks_before_it_takes_away(scene: Scene, run_import: Import) -> None:
    whole = run_import("ucdp-04-release.csv", "--snapshot")
    cut = run_import("ucdp-04-truncated.csv", "--snapshot", reported_at="2023-07-01")
    head = scene.head
    empty = run_import("ucdp-04-header-only.csv", "--snapshot", reported_at="2023-07-01")
    withdrawn = run_import("ucdp-04-truncated.csv", "--snapshot", "--withdraw", reported_at="2023-07-01")

    assert (whole.exit_code, cut.exit_code, empty.exit_code, withdrawn.exit_code) == (0, 1, 1, 0)
    assert "--withdraw" in cut.output
    assert "2 withdrawn" in withdrawn.output
    assert scene.get("/timeline", recorded_at=head)["items"] == scene.get("/timeline", as_of="2023-06-30")["items"]
    assert [one["status"] for one in scene.get("/timeline")["items"]].count("retracted") == 2


def test_ucdp_06_a_row_that_happened_after_its_release_is_refused(scene: Scene, run_import: Import) -> None:
    refused = run_import("ucdp-06-after-publication.csv", reported_at="2019-06-01")

    assert refused.exit_code == 1
    assert "ucdp-06-after-publication.csv:2" in refused.output
    assert scene.get("/timeline")["items"] == []


def test_ucdp_07_figures_out_of_order_are_kept_and_marked(scene: Scene, run_import: Import) -> None:
    run_import("ucdp-07-out-of-order-figures.csv")
    deaths = item(scene, "ucdp-ged:71")["tallies"]["deaths"]

    assert deaths == {"low": 0, "best": 396, "high": 0, "as_published": True}


def test_ucdp_08_where_it_is_described_to_be_is_kept_and_found(scene: Scene, run_import: Import) -> None:
    run_import("ucdp-08-where-description.csv")

    (found,) = scene.get("/timeline", q="Bakhmut")["items"]
    assert "Lyman, Bakhmut, Avdiivka areas" in json.dumps(found["place"])


def test_ucdp_09_a_missing_header_is_named_and_its_columns_may_be_said(scene: Scene, run_import: Import) -> None:
    refused = run_import("ucdp-09-headless.csv")
    taken = run_import("ucdp-09-headless.csv", "--columns", "ged")

    assert refused.exit_code == 1
    assert "49 columns" in refused.output
    assert "--columns ged" in refused.output
    assert taken.exit_code == 0, taken.output
    assert len(scene.get("/timeline")["items"]) == 2


def test_a_release_whose_seal_was_voided_is_in_force_again_once_it_is_brought_in_again(
    scene: Scene, run_import: Import
) -> None:
    run_import("ucdp-04-release.csv", "--snapshot")
    data = {"position": scene.head, "reason": "The wrong file."}
    assert scene.post({"type": "entry.voided", "subject": "ucdp-ged", "data": data}).status_code == 201

    again = run_import("ucdp-04-release.csv", "--snapshot")
    third = run_import("ucdp-04-release.csv", "--snapshot")
    earlier = run_import("ucdp-04-truncated.csv", "--snapshot", "--withdraw", reported_at="2023-05-15")

    assert "1 events added" in again.output
    assert "0 events added" in third.output
    assert earlier.exit_code == 0, earlier.output
    assert {one["status"] for one in scene.get("/timeline")["items"]} == {"claimed"}
