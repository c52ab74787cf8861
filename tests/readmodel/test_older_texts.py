"""What was recorded before a rule came is read as it was: texts of an older log that would be refused today."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.engines import Engine
from tests.projections.tables import all_rows
from tests.scenarios import BAKHMUT, GRAYVORON, Scene, given, message, open_scene, reported
from timeline.cli import main
from timeline.domain import checks
from timeline.domain.descriptions import DescriptionChanges, FrontChanges, SourceChanges
from timeline.domain.facts import DevelopmentRevised, FrontOpened, FrontRevised, SourceRegistered, SourceRevised
from timeline.domain.values import Actor, Place, front_id, source_id
from timeline.domain.vocabulary import Nature, SourceKind

RLO = "Attack by \u202eside B on side A"
INVISIBLE = "\u200b\u200b\u2060"
UNCLOSED = "\u2067Group"


def older_log(scene: Scene) -> None:
    """Append what was accepted before; a later event of today follows each."""
    with checks.as_recorded():
        facts = [
            (front_id("bakhmut"), FrontOpened("bakhmut", f"Bakhmut {RLO}")),
            (source_id("ru-mod"), SourceRegistered("ru-mod", f"MoD {RLO}", SourceKind.MINISTRY)),
            (BAKHMUT, reported(title=RLO, place=Place(RLO), actors=(Actor(UNCLOSED, "x"),), tags=(RLO,), summary=RLO)),
            (BAKHMUT, given("ua-mod", "denies", quote=RLO, gist=INVISIBLE)),
            (GRAYVORON, reported(title=INVISIBLE)),
        ]
    later = [
        (front_id("bakhmut"), FrontRevised(FrontChanges(area=(30.0, 40.0, 31.0, 41.0)))),
        (source_id("ru-mod"), SourceRevised(SourceChanges(affiliation="russia"))),
        (BAKHMUT, DevelopmentRevised(DescriptionChanges(summary="Side B attacks"), Nature.UPDATE)),
        (BAKHMUT, given("wagner")),
    ]
    for number, (subject, fact) in enumerate([*facts, *later]):
        scene.tell(fact, f"2023-05-{number + 1:02}", subject)


def test_an_older_log_is_read_whole_incrementally_and_rebuilt(engine: Engine) -> None:
    with open_scene(engine) as scene:
        scene.runner.catch_up()
        older_log(scene)
        followed = all_rows(scene.runner.catch_up())
        scene.runner.rebuild()

        assert all_rows(scene.runner.catch_up()) == followed
        assert scene.reader.set_aside() == ()
        titles = {item["title"] for item in scene.get("/timeline")["items"]}
        assert titles == {RLO, INVISIBLE}
        assert "Side B attacks" in json.dumps(scene.get(f"/developments/{BAKHMUT}"))
        assert f"Bakhmut {RLO}" in json.dumps(scene.get("/fronts"), ensure_ascii=False)
        assert len(scene.get("/timeline", actor=UNCLOSED)["items"]) == 1
        assert len(scene.get("/timeline", q=f"{RLO}")["items"]) == 1
        assert "unreadable" not in json.dumps(scene.get("/events"))


@pytest.mark.parametrize(
    ("title", "named"), [(RLO, "U+202E"), (INVISIBLE, "U+200B"), (UNCLOSED, "U+2067"), ("a\u2069", "U+2069")]
)
def test_such_a_text_is_refused_where_it_comes_in_by_every_way(tmp_path: Path, title: str, named: str) -> None:
    with open_scene(tmp_path / "log.db") as scene:
        body = message(data={"title": title})
        single, batch = scene.post(body), scene.post([body], "application/cloudevents-batch+json")

        problem = single.get_json()
        assert single.status_code == 422
        assert problem["errors"][0]["field"] == "data.title"
        assert named in problem["errors"][0]["allowed"]
        assert named in json.dumps(batch.get_json())
        assert scene.head == 0


def test_a_subject_and_the_names_of_messages_are_looked_at_as_well(tmp_path: Path) -> None:
    with open_scene(tmp_path / "log.db") as scene:
        for field in ("id", "source", "subject"):
            problem = scene.post(message(**{field: f"ucdp:{RLO}"})).get_json()

            assert problem["errors"][0]["field"] == field


def test_what_people_read_of_an_older_log_is_told_without_the_controls(tmp_path: Path) -> None:
    with open_scene(tmp_path / "log.db") as scene:
        older_log(scene)
        for path in (
            "/changes.atom?since=2023-01-01",
            "/changes.json?since=2023-01-01",
            "/exports/icalendar",
            "/exports/timelinejs",
        ):
            told = scene.client.get(f"/api/v1{path}")

            assert told.status_code == 200, path
            body = json.dumps(told.get_json()) if "json" in told.content_type else told.get_data(as_text=True)
            body = body.replace("\r\n ", "")
            assert "Attack by side B on side A" in body, path
            assert "\u202e" not in body, path
            assert "u202e" not in body, path


def test_what_machines_read_of_an_older_log_is_what_was_recorded(tmp_path: Path) -> None:
    with open_scene(tmp_path / "log.db") as scene:
        older_log(scene)

        for format in ("csv", "ndjson", "geojson", "cloudevents"):
            assert "\u202e" in scene.client.get(f"/api/v1/exports/{format}").get_data(as_text=True), format


def test_a_terminal_is_told_texts_as_they_can_be_shown(tmp_path: Path) -> None:
    store = str(tmp_path / "log.db")
    with open_scene(tmp_path / "log.db") as scene:
        older_log(scene)
        scene.tell(reported(title="[red]Brackets[/] [/nothing]"), id=GRAYVORON)

    replayed = CliRunner().invoke(main, ["--store", store, "replay"], env={"COLUMNS": "200"})
    changed = CliRunner().invoke(
        main, ["--store", store, "changes", "--since", "2023-01-01", "--until", "2023-05-31"], env={"COLUMNS": "200"}
    )

    for told in (replayed, changed):
        assert told.exit_code == 0, told.output
        assert "Attack by side B on side A" in " ".join(told.output.split())
        assert "\u202e" not in told.output
    assert "[red]Brackets[/] [/nothing]" in replayed.output
