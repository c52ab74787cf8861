"""The fixtures: the article's facts day by day, the chronology's measures, and no line that is refused."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.scenarios import FakeClock, Scene, instant, open_scene
from timeline import bootstrap
from timeline.cli import main
from timeline.config import fixtures_folder
from timeline.import_commands import DEMO_FILES
from timeline.wire.events import parse_event
from timeline.wire.json_body import parse_json

ARTICLE, CHRONOLOGY = (fixtures_folder() / name for name in reversed(DEMO_FILES))
TODAY = "2024-06-01T12:00:00Z"


def load(scene: Scene, *files: Path) -> None:
    scene.clock.set(TODAY)
    for file in files:
        for line in file.read_bytes().splitlines():
            if line.strip():
                scene.log.record(parse_event(parse_json(line)))


def lines(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


@pytest.fixture(scope="module")
def chronology(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The chronology alone."""
    with open_scene(tmp_path_factory.mktemp("chronology") / "x.db") as scene:
        load(scene, CHRONOLOGY)
        yield scene


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that `timeline demo` filled."""
    path = tmp_path_factory.mktemp("demo") / "x.db"
    clock = FakeClock(instant(TODAY))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap, "now", clock)
        done = CliRunner().invoke(main, ["--store", f"sqlite:///{path}", "demo"])
    assert done.exit_code == 0, done.output
    return path


def replay(store: Path, *args: str) -> list[Any]:
    """The items that `timeline replay --json` prints."""
    done = CliRunner().invoke(main, ["--store", f"sqlite:///{store}", "replay", *args, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["items"]


def one(items: list[Any], **wanted: Any) -> Any:
    """The one item that has these values (`title`: these words)."""
    words = wanted.pop("title", "").casefold().split()
    found = [
        item
        for item in items
        if all(item[name] == value for name, value in wanted.items())
        and all(word in item["title"].casefold() for word in words)
    ]
    assert len(found) == 1, [item["title"] for item in found or items]
    return found[0]


def test_on_22_may_the_capture_of_bakhmut_is_disputed_and_the_battle_ends(demo: Path) -> None:
    items = replay(demo, "--front", "bakhmut", "--as-of", "2023-05-22")
    capture = one(items, kind="capture", title="Bakhmut capture")
    battle = one(items, kind="engagement", title="battle of Bakhmut")

    assert capture["status"] == "disputed"
    assert capture["aspects"]["extent"] in ("claimed", "corroborated")
    assert {account["stance"].get("extent") for account in capture["accounts"]} >= {"concedes"}
    assert battle["occurred"]["open"] is False
    assert battle["occurred"]["end"]["latest"] <= "2023-05-22"
    assert battle["occurred"]["start"]["earliest"] <= "2022-11-30"


def test_on_15_january_the_battle_is_open_and_nobody_has_taken_the_city(demo: Path) -> None:
    items = replay(demo, "--front", "bakhmut", "--as-of", "2023-01-15")

    assert one(items, title="battle of Bakhmut")["occurred"]["open"] is True
    assert [item["title"] for item in items if item["kind"] == "capture" and "Bakhmut" in item["title"]] == []


def test_with_todays_knowledge_the_battle_was_open_on_15_january(demo: Path) -> None:
    items = replay(demo, "--front", "bakhmut", "--as-of", "2023-01-15", "--known-at", "2023-06-30")

    assert one(items, title="battle of Bakhmut")["occurred"]["open"] is True


def test_the_grayvoron_entry_is_common_ground_and_who_did_it_is_not(demo: Path) -> None:
    items = replay(demo, "--front", "belgorod-border", "--as-of", "2023-05-22")
    entry = one(items, kind="entry", title="Grayvoron")
    by_stance = {account["source"]: account["stance"].get("attribution") for account in entry["accounts"]}

    assert entry["aspects"]["occurrence"] == entry["status"] == "corroborated"
    assert entry["aspects"]["attribution"] == "disputed"
    assert by_stance["belgorod-governor"] == "denies"
    assert by_stance["freedom-of-russia-legion"] == by_stance["ua-stratcom"] == "asserts"


def test_kozinka_is_claimed(demo: Path) -> None:
    assert one(replay(demo, "--as-of", "2023-05-22"), front="belgorod-border", title="Kozinka")["status"] == "claimed"


def test_the_corps_was_formed_in_august_of_the_year_before(demo: Path) -> None:
    items = replay(demo, "--as-of", "2023-05-22")
    corps, legion = one(items, kind="formation", title="Corps"), one(items, kind="formation", title="Legion")

    assert corps["occurred"]["edtf"] == "2022-08"
    assert corps["occurred"]["start"] == {"earliest": "2022-08-01", "latest": "2022-08-31"}
    assert legion["occurred"]["edtf"] == "2022"


@pytest.mark.parametrize(
    ("day", "capture", "entry"),
    [
        ("2023-05-19", None, None),
        ("2023-05-20", "claimed", None),
        ("2023-05-21", "disputed", None),
        ("2023-05-22", "disputed", "corroborated"),
        ("2023-05-23", "disputed", "corroborated"),
    ],
)
def test_the_article_day_by_day(tmp_path: Path, day: str, capture: str | None, entry: str | None) -> None:
    with open_scene(tmp_path / "article.db") as scene:
        load(scene, ARTICLE)
        items = scene.get("/timeline", as_of=day)["items"]

    told = {(item["front"], item["kind"]): item["status"] for item in items if item["kind"] in ("capture", "entry")}
    assert told.get(("bakhmut", "capture")) == capture
    assert told.get(("belgorod-border", "entry")) == entry


def test_the_article_tells_everything_that_the_issue_lists(tmp_path: Path) -> None:
    with open_scene(tmp_path / "article.db") as scene:
        load(scene, ARTICLE)
        items = scene.get("/timeline", as_of="2023-05-22")["items"]
        sources = scene.get("/sources")["items"]
    told = json.dumps([items, sources], ensure_ascii=False).casefold()

    assert len(items) >= 10
    for words in ("kozinka", "grayvoron", "gladkov", "national guard", "fsb", "stay at home", "kremlin", "demilitari",
                  "negotiat", "rybar", "villages", "telegram", "six months"):  # fmt: skip
        assert words in told, words


@pytest.mark.parametrize("file", [ARTICLE, CHRONOLOGY], ids=lambda file: file.stem)
def test_no_line_is_refused_and_every_event_has_a_date_an_id_and_a_sender(tmp_path: Path, file: Path) -> None:
    told = lines(file)
    with open_scene(tmp_path / "x.db") as scene:
        load(scene, file)

        assert scene.head == len(told)
        assert scene.reader.set_aside() == ()
    assert [event for event in told if not all(event.get(name) for name in ("time", "source", "id"))] == []


@pytest.mark.parametrize("files", [(ARTICLE,), (CHRONOLOGY,)], ids=["article", "chronology"])
def test_every_source_that_speaks_or_is_spoken_of_is_registered(tmp_path: Path, files: tuple[Path, ...]) -> None:
    with open_scene(tmp_path / "x.db") as scene:
        load(scene, *files)
        sources = scene.get("/sources")["items"]
        origins = {a["origin"] for i in scene.get("/timeline")["items"] for a in i["accounts"] if a["origin"]}

    assert [source["slug"] for source in sources if not source["registered"]] == []
    assert origins <= {source["slug"] for source in sources}


def test_the_chronology_is_as_large_and_as_contested_as_it_has_to_be(chronology: Scene) -> None:
    items = chronology.get("/timeline", as_of="2023-12-31", limit=1_000)["items"]
    sources = [source for source in chronology.get("/sources")["items"] if source["accounts"]]
    accounts = [account for item in items for account in item["accounts"]]
    events = lines(CHRONOLOGY)
    changed = {event["subject"] for event in events
               if event["type"] in ("account.withdrawn", "development.retracted")
               or (event["type"] == "development.revised" and event["data"]["nature"] == "correction")}  # fmt: skip

    assert len(items) >= 150
    assert len({item["front"] for item in items}) >= 7
    assert len(accounts) >= 300
    assert len(sources) >= 40
    assert len({source["affiliation"] for source in sources}) >= 4
    assert sum("disputed" in item["aspects"].values() for item in items) >= 30
    assert len(changed) >= 15
    assert sum(uncertain(item) for item in items) >= 40
    assert sum(weeks_long(item) for item in items) >= 25
    assert sum(item["place"] is not None and item["place"]["lat"] is not None for item in items) >= 140
    assert all((item["occurred"]["end"]["latest"] or "2023") >= "2022-02" for item in items)


def test_the_chronology_speaks_of_every_status_and_in_words_of_its_own(chronology: Scene) -> None:
    items = chronology.get("/timeline", as_of="2023-12-31", limit=1_000)["items"]
    counts = Counter(item["status"] for item in items)

    assert set(counts) >= {"claimed", "corroborated", "disputed", "confirmed", "retracted"}
    assert [item["title"] for item in items if not item["accounts"]] == []
    assert [item["title"] for item in items if not item["summary"]] == []


def test_no_account_is_older_than_what_it_speaks_of(chronology: Scene) -> None:
    items = chronology.get("/timeline", as_of="2023-12-31", limit=1_000)["items"]
    early = [
        (item["title"], account["source"])
        for item in items
        for account in item["accounts"]
        if account["reported_at"][:10] < (item["occurred"]["start"]["earliest"] or "")[:10]
    ]

    assert early == []


def test_the_order_of_the_files_makes_no_difference_to_any_replay(tmp_path: Path) -> None:
    answers = []
    for files in ((CHRONOLOGY, ARTICLE), (ARTICLE, CHRONOLOGY)):
        with open_scene(tmp_path / f"{files[0].stem}.db") as scene:
            load(scene, *files)
            days = ("2022-03-31", "2022-11-15", "2023-05-20", "2023-05-21", "2023-05-22", "2023-08-31")
            answers.append([unpositioned(scene.get("/timeline", as_of=day, limit=1_000)["items"]) for day in days])

    assert answers[0] == answers[1]


def unpositioned(value: Any) -> Any:
    """The value without positions, which do depend on the order of recording."""
    if isinstance(value, dict):
        return {name: unpositioned(inner) for name, inner in value.items() if name != "position"}
    return [unpositioned(inner) for inner in value] if isinstance(value, list) else value


def uncertain(item: Any) -> bool:
    """A date that is vague, approximate or open."""
    edtf = item["occurred"]["edtf"]
    ends = [part for part in edtf.split("/") if "T" not in part]
    return any(mark in edtf for mark in "?~%X") or any(part in ("", "..") or len(part) < 10 for part in ends)


def weeks_long(item: Any) -> bool:
    """A span of two weeks or more."""
    start, end = item["occurred"]["start"]["earliest"], item["occurred"]["end"]["latest"]
    if "/" not in item["occurred"]["edtf"]:
        return False
    return end is None or start is None or instant(end[:10]) - instant(start[:10]) >= timedelta(days=14)


def test_every_account_of_the_article_names_its_source_and_date_and_the_readme_names_the_article() -> None:
    told = [line for line in lines(ARTICLE) if line["source"] == "//fixtures/article-2023-05-22"]
    accounts = [line["data"].get("account", line["data"]) for line in told]
    readme = (ARTICLE.parent / "README.md").read_text("utf-8")

    assert len(accounts) == 17
    assert all(account["source"] and line["time"] >= "2023-05-20" for line, account in zip(told, accounts, strict=True))
    assert "Nexstar, 22 May 2023" in readme
    assert "That article is its source" in readme
