"""Where rows can not be written answers come from those that are there, and say so; nothing claims what they lack."""

from datetime import timedelta

import pytest

from tests.scenarios import NOW, Scene, given, reported
from timeline.domain.moments import format_instant


def _refuse_rows(scene: Scene) -> None:
    """Have the rows' database refuse to be written, as a full disk does."""
    refusing = "CREATE TRIGGER refuse BEFORE UPDATE ON progress BEGIN SELECT RAISE(ABORT, 'there is no room'); END"
    with scene.runner.database().writing() as writing:
        writing.execute(refusing)


def _take_rows(scene: Scene) -> None:
    """Have it take them again."""
    with scene.runner.database().writing() as writing:
        writing.execute("DROP TRIGGER refuse")


@pytest.fixture
def stalled(scene: Scene) -> Scene:
    """Two records in the rows, and three more in the log for which the rows have no room."""
    scene.tell(reported())
    scene.tell(given("ua-mod", "denies"))
    scene.get("/timeline")
    _refuse_rows(scene)
    scene.clock.advance(hours=1)
    for source in ("rybar", "wagner", "ua-stratcom"):
        scene.tell(given(source))
    return scene


def test_an_answer_says_by_how_many_records_it_is_behind(stalled: Scene) -> None:
    answered = stalled.client.get("/api/v1/timeline")
    position = answered.get_json()["recorded_at"]["position"]

    assert answered.status_code == 200
    assert position < stalled.head
    assert answered.headers["Timeline-Rows-Behind"] == str(stalled.head - position)


def test_a_fixed_moment_that_the_rows_lack_is_refused_and_one_that_they_hold_is_answered(stalled: Scene) -> None:
    stalled.clock.advance(hours=1)
    lacking = (str(stalled.head), format_instant(NOW + timedelta(hours=1)))
    refused = [stalled.get("/timeline", 503, recorded_at=cut)["type"] for cut in lacking]
    held = [stalled.get("/timeline", recorded_at=cut) for cut in ("2", format_instant(NOW))]

    assert refused == ["urn:timeline:problem:rows-behind"] * 2
    assert [answered["recorded_at"]["position"] for answered in held] == [2, 2]
    assert stalled.get("/timeline", 422, recorded_at=str(stalled.head + 1))


def test_a_reader_who_waits_for_a_position_that_the_rows_lack_is_refused(stalled: Scene) -> None:
    assert stalled.get("/timeline", 503, min_position=str(stalled.head))["type"] == "urn:timeline:problem:rows-behind"


def test_an_answer_that_was_behind_is_not_taken_for_that_of_the_whole_log(stalled: Scene) -> None:
    behind = stalled.client.get("/api/v1/timeline")
    _take_rows(stalled)
    stalled.runner.catch_up()
    stalled.runner._stalled_until = 0.0
    tag = {"If-None-Match": behind.headers["ETag"]}
    whole, held = stalled.client.get("/api/v1/timeline"), stalled.client.get("/api/v1/timeline", headers=tag)

    assert [answered.status_code for answered in (whole, held)] == [200, 200]
    assert whole.get_json()["recorded_at"]["position"] == held.get_json()["recorded_at"]["position"] == stalled.head
    assert "Timeline-Rows-Behind" not in whole.headers


def test_rows_are_made_again_by_themselves_once_there_is_room(stalled: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("timeline.projections.running.STALL_SECONDS", 0.0)
    assert stalled.get("/timeline")["recorded_at"]["position"] < stalled.head
    _take_rows(stalled)

    assert stalled.get("/timeline")["recorded_at"]["position"] == stalled.head
