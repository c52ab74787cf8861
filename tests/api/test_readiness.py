"""What `/readyz` makes of what it sees: each check alone decides, and no detail names a path."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from structlog.testing import capture_logs

from tests.scenarios import BAKHMUT, NOW, FakeClock, Scene, given, open_log, reported, submission
from timeline.api.readiness import FAILURE_SECONDS, MAX_RECORDS_BEHIND, Seen, readiness
from timeline.errors import StoreFull, StoreUnusable
from timeline.projections.running import Lag
from timeline.store.log import ConflictLog

WELL = Seen(generation=1, lag=Lag(5, 5), now=NOW, last_recorded=NOW, room_bytes=10_000_000, disk_floor=2_000_000)
FULL = StoreFull("/secret/log.db: no room", "there is no room")
BROKEN = StoreUnusable("/secret/log.db: broken", "it is broken")

FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "the log can not be read": ("log-readable", {"read_error": "/secret/log.db is gone"}),
    "the folder can not be written": ("log-writable", {"is_writable": False}),
    "the last append failed": ("log-writable", {"append_error": BROKEN, "append_failed_seconds": 1.0}),
    "the disk is nearly full": ("disk", {"room_bytes": 1_999_999}),
    "the rows are far behind": ("rows", {"lag": Lag(0, MAX_RECORDS_BEHIND + 1)}),
    "the rows are of another log": ("rows", {"lag": Lag(5, 5, replaced=True)}),
    "no rows were built": ("rows", {"generation": 0}),
    "the rows can not be read": ("rows", {"rows_error": "/secret/log.db.rows-1-1", "lag": None}),
    "the key is another": ("key", {"key_fault": "the signing key is gone"}),
    "the clock is behind": ("clock", {"last_recorded": NOW + timedelta(seconds=61)}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_fails_its_check_and_no_other(fault: str) -> None:
    name, changed = FAULTS[fault]
    found = readiness(structs.replace(WELL, **changed))

    assert [check.name for check in found.checks if not check.ok] == [name]
    assert not found.is_ready
    assert found.status != "ready"
    assert not any("secret" in check.detail for check in found.checks)


def test_a_service_without_a_fault_is_ready() -> None:
    assert readiness(WELL).status == "ready"


@pytest.mark.parametrize(
    "passed",
    [
        {"append_error": BROKEN, "append_failed_seconds": FAILURE_SECONDS + 1},
        {"append_error": FULL, "append_failed_seconds": 1.0},
        {"last_recorded": NOW + timedelta(seconds=59)},
        {"lag": Lag(0, MAX_RECORDS_BEHIND)},
        {"last_recorded": None, "lag": Lag(0, 0)},
        {"room_bytes": None},
    ],
    ids=lambda one: ", ".join(one),
)
def test_what_passed_or_is_within_its_limit_fails_nothing(passed: dict[str, Any]) -> None:
    assert readiness(structs.replace(WELL, **passed)).is_ready


def test_an_append_that_failed_for_want_of_room_counts_while_there_is_none() -> None:
    found = readiness(structs.replace(WELL, append_error=FULL, append_failed_seconds=1.0, room_bytes=0, disk_floor=0))

    assert [check.name for check in found.checks if not check.ok] == ["log-writable"]


def checks_failing(scene: Scene) -> list[str]:
    answered = scene.client.get("/readyz")
    failing = [check["name"] for check in answered.get_json()["checks"] if not check["ok"]]
    assert answered.status_code == (503 if failing else 200)
    return failing


def test_a_clock_that_was_two_years_ahead_is_told_when_it_jumps_and_when_it_goes_back(scene: Scene) -> None:
    scene.tell(reported())
    scene.get("/timeline")
    with capture_logs() as ahead:
        scene.clock.advance(days=730)
        scene.tell(given("ua-mod", "denies"))
        scene.tell(given("rybar", "denies"))
    scene.get("/timeline")
    assert checks_failing(scene) == []
    with capture_logs() as back:
        scene.clock.advance(days=-730)
        scene.tell(given("wagner", "denies"))
        scene.tell(given("ua-stratcom", "denies"))
    scene.get("/timeline")

    assert [line["seconds"] for line in ahead if line["event"].startswith("the clock jumped ahead")] == [730 * 86_400]
    assert [line["seconds"] for line in back if line["event"].startswith("the clock is behind")] == [730 * 86_400]
    assert checks_failing(scene) == ["clock"]
    assert scene.head == 5


def test_a_clock_behind_the_last_record_is_told_when_the_log_is_opened_and_asked(tmp_path: Path) -> None:
    clock = FakeClock()
    with open_log(tmp_path / "log.db", clock) as log:
        log.record(submission(reported(), id=BAKHMUT))
    clock.advance(minutes=-2)
    with open_log(tmp_path / "log.db", clock) as log, capture_logs() as told:
        log.look_at_clock()
        log.look_at_clock()

    assert [line["event"] for line in told] == ["the clock is behind the last record; new ones take its time"]


def test_a_desk_that_was_closed_for_a_week_is_no_news(tmp_path: Path) -> None:
    clock = FakeClock()
    with open_log(tmp_path / "log.db", clock) as log:
        log.record(submission(reported(), id=BAKHMUT))
    clock.advance(days=7)
    with open_log(tmp_path / "log.db", clock) as log, capture_logs() as told:
        log.record(submission(given("ua-mod", "denies"), id=BAKHMUT, message="n"))

    assert not [line for line in told if line["log_level"] == "warning"]


def signed(scene: Scene) -> Path:
    scene.tell(reported())
    scene.get("/timeline")
    scene.log.sign()
    key_file = scene.log.records.key_file
    assert key_file
    assert checks_failing(scene) == []
    return key_file


def other_key(folder: Path) -> bytes:
    """The key of another log."""
    with open_log(folder / "other.db") as other:
        other.record(submission(reported()))
        other.sign()
        assert other.records.key_file
        return other.records.key_file.read_bytes()


@pytest.mark.parametrize("fault", ["removed", "exchanged", "spoilt", "a folder"])
def test_a_key_that_is_not_the_one_that_signed_is_told_and_appends_go_on(
    scene: Scene, tmp_path: Path, fault: str
) -> None:
    key_file = signed(scene)
    key = key_file.read_bytes()
    key_file.unlink()
    if fault == "exchanged":
        key_file.write_bytes(other_key(tmp_path))
    elif fault == "spoilt":
        key_file.write_bytes(b"no key")
    elif fault == "a folder":
        key_file.mkdir()
    with capture_logs() as told:
        failing = checks_failing(scene), checks_failing(scene)
    scene.tell(given("ua-mod", "denies"))

    assert failing == (["key"], ["key"])
    assert [line["check"] for line in told if line["log_level"] == "error"] == ["key"]
    assert str(tmp_path) not in scene.client.get("/readyz").get_data(as_text=True)
    assert scene.head == 2
    if fault == "a folder":
        key_file.rmdir()
    key_file.write_bytes(key)
    scene.get("/timeline")
    assert checks_failing(scene) == []


def test_signing_with_another_key_than_before_is_warned_of_once(tmp_path: Path) -> None:
    store = tmp_path / "log.db"
    with open_log(store) as log:
        log.record(submission(reported()))
        log.sign()
        key_file = log.records.key_file
    assert key_file
    key_file.write_bytes(other_key(tmp_path))
    with capture_logs() as told, open_log(store) as log:
        again(log, "second")
        log.sign()
        again(log, "third")
        log.sign()

    assert [line["event"].split(";")[0] for line in told if line["log_level"] == "warning"] == [
        "another key signs the log than the one that signed last"
    ]


def again(log: ConflictLog, name: str) -> None:
    log.record(submission(given("ua-mod", "denies"), message=name))


def test_a_log_that_nobody_signed_yet_needs_no_key(scene: Scene) -> None:
    scene.tell(reported())
    scene.get("/timeline")

    assert checks_failing(scene) == []
