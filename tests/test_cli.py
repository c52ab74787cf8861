"""The command line: what each command does, says, and exits with (0 done, 1 found something wrong, 2 wrong usage)."""

import json
import os
import pty
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.scenarios import NOW, FakeClock, message, open_log
from timeline import bootstrap
from timeline.cli import main
from timeline.store.checkpoints import Signer
from timeline.webapp import create_app

Run = Callable[..., Result]
ROOT = Path(__file__).parent.parent


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command on a store in a folder of its own, with a wide terminal and a clock that stands still."""
    monkeypatch.chdir(tmp_path)
    for name in ("TIMELINE_STORE", "TIMELINE_KEY", "TIMELINE_TITLE", "TIMELINE_BODY_LIMIT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(bootstrap, "now", lambda: NOW.replace(year=2024))
    store = f"sqlite:///{tmp_path}/cli.db"
    return lambda *args, store=store: CliRunner().invoke(main, ["--store", store, *args])


def write(path: Path, *lines: Any) -> str:
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return str(path)


def make_empty(path: Path) -> None:
    """A store with nothing in it."""
    with open_log(path):
        pass


def untimed(id: str, **more: Any) -> dict[str, Any]:
    return {name: value for name, value in message(id=id, **more).items() if name != "time"}


def counted(done: Result) -> int:
    """How many lines an import says that it has read."""
    return sum(int(part.split()[0]) for part in done.stdout.splitlines()[0].split(", "))


def test_the_demo_fills_an_empty_store_and_adds_nothing_twice(run: Run) -> None:
    first, again = run("demo"), run("demo")

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert first.stdout.splitlines()[0].endswith(", 0 refused")
    assert again.stdout.startswith("0 events added, ")
    assert counted(again) == counted(first)


def test_the_demo_leaves_a_store_with_other_events_alone(run: Run, tmp_path: Path) -> None:
    run("import", "--format", "ndjson", write(tmp_path / "a.ndjson", message()))
    refused = run("demo")

    assert refused.exit_code == 2
    assert "already holds other events" in refused.stderr
    assert json.loads(run("status", "--json").stdout)["recorded_at"]["position"] == 1


def test_a_file_that_is_no_store_of_ours_is_not_touched(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("Notes of somebody else.")
    refused = run("demo", store=str(other))

    assert refused.exit_code == 1
    assert "notes.txt" in refused.stderr
    assert "Traceback" not in refused.output
    assert other.read_text() == "Notes of somebody else."


def test_an_import_names_the_lines_that_it_refuses_and_keeps_the_rest(run: Run, tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.ndjson",
        message(),
        "",
        "{not json",
        message(id="b", data={"occurred": "2023-02-30"}),
        message(id="c"),
    )
    done = run("import", "--format", "ndjson", file, "--rejects", str(tmp_path / "rejects.ndjson"))
    rejects = [json.loads(line) for line in (tmp_path / "rejects.ndjson").read_text().splitlines()]

    assert done.exit_code == 1
    assert done.stdout.splitlines()[0] == "2 events added, 0 were there before, 2 refused"
    assert f"{file}:3: " in done.stderr
    assert f"{file}:4: data.occurred: " in done.stderr
    assert [(one["file"], one["line"]) for one in rejects] == [(file, 3), (file, 4)]
    assert rejects[1]["errors"][0] == {
        "field": "data.occurred",
        "value": "2023-02-30",
        "allowed": rejects[1]["errors"][0]["allowed"],
    }


def test_an_import_goes_on_after_a_line_with_a_name_that_is_half_a_letter(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "a.ndjson", {**message(id="a"), "\ud800": 1}, message(id="b"))
    done = run("import", "--format", "ndjson", file, "--rejects", str(tmp_path / "rejects.ndjson"))

    assert done.exit_code == 1
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert done.stdout.splitlines()[0] == "1 events added, 0 were there before, 1 refused"


def test_an_import_again_adds_nothing_and_goes_on_where_it_broke_off(run: Run, tmp_path: Path) -> None:
    part = write(tmp_path / "part.ndjson", message())
    whole = write(tmp_path / "whole.ndjson", message(), message(id="b"))
    run("import", "--format", "ndjson", part)
    done = run("import", "--format", "ndjson", whole)

    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == "1 events added, 1 were there before, 0 refused"


def test_lines_without_a_time_are_reported_when_the_import_says(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "a.ndjson", untimed("a"), message(id="b", time="2023-05-23"))
    run("import", "--format", "ndjson", "--reported-at", "2023-05-22", file)
    items = json.loads(run("replay", "--json").stdout)["items"]

    assert {item["first_reported_at"] for item in items} == {"2023-05-22T00:00:00Z", "2023-05-23T00:00:00Z"}


def test_replay_prints_the_answer_of_the_api(run: Run, tmp_path: Path) -> None:
    run("demo")
    asked = {"as_of": "2023-05-22", "known_at": "2023-06-30", "recorded_at": "700"}
    printed = run("replay", "--front", "bakhmut", "--json", *[
        part for name, value in asked.items() for part in (f"--{name.replace('_', '-')}", value)
    ])  # fmt: skip
    config = bootstrap.Config(store=str(tmp_path / "cli.db"))
    service = bootstrap.open_service(config)
    try:
        client = create_app(service, config).test_client()
        answer = client.get("/api/v1/timeline", query_string={**asked, "front": "bakhmut", "limit": 1_000})
    finally:
        service.close()

    assert printed.exit_code == 0
    assert json.loads(printed.stdout)["items"]
    assert json.loads(printed.stdout) == answer.get_json()


def test_replay_shows_a_table(run: Run, tmp_path: Path) -> None:
    denied = {"source": "governor", "stance": {"attribution": "denies"}}
    subject = "test:entry"
    run("import", "--format", "ndjson", write(
        tmp_path / "a.ndjson",
        message(data={"external_id": subject, "occurred": "2023-05-22/.."}),
        message("account.given", id="b", subject=subject, data=denied),
    ))  # fmt: skip
    shown = run("replay", "--as-of", "2023-05-22")

    assert shown.exit_code == 0
    for words in (
        "Fighters enter Grayvoron",
        "2023-05-22/.. (open)",
        "claimed",
        "attribution disputed",
        "1 developments",
    ):
        assert words in shown.stdout


def test_status_tells_where_the_log_stands(run: Run, tmp_path: Path) -> None:
    make_empty(tmp_path / "cli.db")
    empty = json.loads(run("status", "--json").stdout)
    run("import", "--format", "ndjson", write(tmp_path / "a.ndjson", message()))
    report, shown = json.loads(run("status", "--json").stdout), run("status")

    assert (empty["recorded_at"], empty["developments"]) == ({"position": 0, "instant": None}, 0)
    assert report["recorded_at"] == {"position": 1, "instant": "2024-06-01T12:00:00Z"}
    assert (report["fronts"], report["sources"], report["developments"]) == (1, 1, 1)
    assert (report["statuses"], report["set_aside"]) == ({"claimed": 1}, [])
    assert shown.exit_code == 0
    assert "Position" in shown.stdout


@pytest.mark.parametrize("command", ["replay", "status"])
def test_a_store_that_is_not_there_is_not_made_by_looking_at_it(run: Run, tmp_path: Path, command: str) -> None:
    refused = run(command)

    assert refused.exit_code == 1
    assert "there is no store at" in refused.stderr
    assert not (tmp_path / "cli.db").exists()


def test_status_exits_1_where_an_event_had_to_be_set_aside(run: Run, tmp_path: Path) -> None:
    from eventsourcing.persistence import StoredEvent

    from timeline.domain.values import front_id

    with open_log(tmp_path / "cli.db", FakeClock()) as log:
        log.recorder.insert_events([StoredEvent(front_id("a"), 1, "account.guessed", b"{}")], now=NOW)
    told = run("status")

    assert told.exit_code == 1
    assert "position 1 (account.guessed): " in told.stdout
    assert json.loads(run("status", "--json").stdout)["set_aside"][0]["position"] == 1


WRONG: list[list[str]] = [
    ["replay", "--as-of", "2023-02-30"],
    ["replay", "--known-at", "soon"],
    ["replay", "--recorded-at", "99"],
    ["replay", "--front", "nowhere"],
    ["replay", "--nonsense"],
    ["import", "--format", "ndjson"],
    ["import", "--format", "csv", "here.ndjson"],
    ["import", "here.ndjson"],
    ["import", "--format", "ndjson", "nowhere.ndjson"],
    ["import", "--format", "ndjson", "--reported-at", "May", "here.ndjson"],
    ["serve", "--port", "0"],
    ["guess"],
]


@pytest.mark.parametrize("args", WRONG, ids=" ".join)
def test_wrong_usage_exits_2_and_says_why(run: Run, tmp_path: Path, args: list[str]) -> None:
    make_empty(tmp_path / "cli.db")
    write(tmp_path / "here.ndjson", message())
    wrong = run(*args)

    assert wrong.exit_code == 2
    assert "Error: " in wrong.stderr
    assert "Traceback" not in wrong.output


@pytest.mark.parametrize(
    ("store", "exit_code"),
    [
        ("postgresql://me:hunter2@127.0.0.1:1/timeline", 1),
        ("sqlite://me:hunter2@db.example.org/timeline.db", 2),
        ("sqlite:////tmp/x.db?password=hunter2", 2),
        ("postgresql://me:hunter2@[broken/timeline", 2),
        ("mysql+hunter2://me:hunter2@db/x", 2),
    ],
)
def test_an_error_never_shows_the_password_of_a_store(run: Run, store: str, exit_code: int) -> None:
    wrong = run("status", store=store)

    assert wrong.exit_code == exit_code
    assert wrong.exception is None or isinstance(wrong.exception, SystemExit)
    assert "me:hunter2" not in wrong.output
    assert "password=hunter2" not in wrong.output


def test_a_store_name_that_no_file_can_have_is_refused(run: Run) -> None:
    wrong = run("status", store="sqlite:////tmp/x%00.db")

    assert wrong.exit_code in (1, 2)
    assert isinstance(wrong.exception, SystemExit)


def test_a_wrong_setting_of_the_environment_is_wrong_usage(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMELINE_BODY_LIMIT", "much")
    wrong = run("status")

    assert wrong.exit_code == 2
    assert "TIMELINE_BODY_LIMIT" in wrong.stderr


def test_the_store_of_the_environment_is_used_where_none_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_empty(tmp_path / "other.db")
    monkeypatch.setenv("TIMELINE_STORE", str(tmp_path / "other.db"))
    told = CliRunner().invoke(main, ["status", "--json"])

    assert told.exit_code == 0
    assert json.loads(told.stdout)["store"] == str(tmp_path / "other.db")


def test_help_lists_every_command_with_a_line_about_it(run: Run) -> None:
    told = CliRunner().invoke(main, ["--help"])

    assert told.exit_code == 0
    assert set(main.commands) >= {"demo", "serve", "import", "replay", "status"}
    for name, command in main.commands.items():
        assert any(line.split()[:1] == [name] and len(line.split()) > 3 for line in told.stdout.splitlines())
        assert [one.name for one in command.params if isinstance(one, click.Option) and not one.help] == []


def test_changes_shows_what_became_of_things_between_two_dates(run: Run) -> None:
    run("demo")
    asked = ("changes", "--since", "2023-05-20", "--until", "2023-05-22", "--front", "bakhmut")
    shown, printed = run(*asked), run(*asked, "--json")

    items = {one["title"]: one for one in json.loads(printed.stdout)["items"]}
    assert shown.exit_code == printed.exit_code == 0
    assert items["Bakhmut capture claimed"]["status"] == {"from": "claimed", "to": "disputed"}
    assert "Bakhmut capture claimed" in shown.stdout
    assert "disputed" in shown.stdout
    assert run("changes", "--since", "2023-05-23", "--until", "2023-05-22").exit_code == 2


def test_verify_says_that_nothing_was_altered(run: Run) -> None:
    run("demo")
    told, asked = run("verify"), run("verify", "--json")

    report = json.loads(asked.stdout)
    assert told.exit_code == asked.exit_code == 0
    assert f"{report['size']} records" in told.stdout
    assert "nothing was altered" in told.stdout
    assert (report["whole"], report["problems"], len(report["root"])) == (True, [], 64)


def test_verify_names_the_first_bad_position_and_exits_1(run: Run, tmp_path: Path) -> None:
    run("demo")
    with closing(sqlite3.connect(tmp_path / "cli.db", isolation_level=None)) as database:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute("UPDATE events SET state = x'00' WHERE position = 77")
        database.execute("DROP TRIGGER events_no_update")
        database.execute("UPDATE events SET state = replace(state, 'a', 'b') WHERE position = 77")
    told = run("verify")

    assert told.exit_code == 1
    assert "something was altered" in told.stdout
    assert "position 77 was altered" in told.stderr


def test_verify_takes_a_key_and_refuses_what_is_none(run: Run) -> None:
    run("demo")
    stranger = Signer("somebody/else", Ed25519PrivateKey.generate()).verifier

    assert run("verify", "--key", str(stranger)).exit_code == 1
    assert run("verify", "--key", "mine").exit_code == 2


@pytest.mark.parametrize("name", ["log.ndjson", "log.ndjson.gz", "copy.db"])
def test_a_backup_is_restored_into_an_empty_store(run: Run, tmp_path: Path, name: str) -> None:
    run("demo")
    file, other = str(tmp_path / name), str(tmp_path / "other.db")
    made, again = run("backup", file), run("backup", file)
    restored, refused = run("restore", file, store=other), run("restore", file, store=other)

    assert (made.exit_code, again.exit_code, restored.exit_code, refused.exit_code) == (0, 1, 0, 2)
    assert "nothing was altered" in restored.stdout
    assert "already holds" in refused.stderr
    assert run("replay", "--json", store=other).stdout == run("replay", "--json").stdout
    assert run("restore", "--replace", file, store=other).exit_code == 0
    assert len(list(tmp_path.glob("other.db.before-restore-*"))) == 1


def on_a_terminal(*args: str, answer: str) -> tuple[int, str]:
    """The exit code and the output of a command on a terminal, where somebody answers what it asks."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "timeline.cli", *args]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT) as process:
        os.close(theirs)
        os.write(ours, answer.encode())
        shown = b""
        with suppress(OSError):  # Linux says so where the other end is closed
            while part := os.read(ours, 10_000):
                shown += part
        code = process.wait(60)
    os.close(ours)
    return code, shown.decode()


def test_a_restore_says_what_it_drops_and_asks_on_a_terminal(run: Run, tmp_path: Path) -> None:
    file, more, store = str(tmp_path / "log.ndjson"), tmp_path / "more.ndjson", str(tmp_path / "cli.db")
    run("demo")
    run("backup", file)
    more.write_text(
        '{"type":"account.given","source":"//t","id":"1","subject":"chronicle:kozinka-liberated","time":"2023-06-20",'
        '"data":{"source":"ru-mod","stance":{"occurrence":"denies"}}}'
    )
    assert run("import", str(more), "--format", "ndjson").exit_code == 0

    drops = "drops 1 record (834), keeps 833, adds 0"
    refused = run("restore", file)
    declined, question = on_a_terminal("--store", store, "restore", file, answer="n\n")
    kept = run("status", "--json").stdout
    agreed, _ = on_a_terminal("--store", store, "restore", file, answer="y\n")
    unasked, shown = on_a_terminal("--store", store, "restore", "--yes", file, answer="")

    assert refused.exit_code == 2
    assert drops in " ".join(refused.stderr.split())
    assert (declined, agreed, unasked) == (1, 0, 0)
    assert drops in question
    assert "[y/N]" in question
    assert json.loads(kept)["recorded_at"]["position"] == 834
    assert json.loads(run("status", "--json").stdout)["recorded_at"]["position"] == 833
    assert "drops 0 records, keeps 833, adds 0" in shown
    assert "[y/N]" not in shown


def test_a_restore_that_was_told_to_replace_goes_on_without_a_terminal_and_says_what_it_drops(
    run: Run, tmp_path: Path
) -> None:
    file = str(tmp_path / "log.ndjson")
    run("demo")
    run("backup", file)
    done = run("restore", "--replace", file)

    assert done.exit_code == 0
    assert "drops 0 records, keeps 833, adds 0" in done.stderr


def test_the_signing_key_may_be_elsewhere(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMELINE_KEY", str(tmp_path / "keys" / "mine.pem"))
    refused = run("demo")
    (tmp_path / "keys").mkdir()
    done = run("demo")

    assert refused.exit_code == 1
    assert "TIMELINE_KEY" in refused.stderr
    assert done.exit_code == 0
    assert (tmp_path / "keys" / "mine.pem").exists()
    assert not (tmp_path / "cli.db.key").exists()
