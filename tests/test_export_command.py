"""`timeline export` and `timeline changes --clock`: what they write, and what they exit with."""

import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.scenarios import BAKHMUT, GRAYVORON, NOW, given, open_log, reported, submission
from timeline import bootstrap, export_commands
from timeline.cli import main
from timeline.exporters import EXPORTERS

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command on a store with a disputed capture and an entry, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    for name in ("TIMELINE_STORE", "TIMELINE_KEY", "TIMELINE_TITLE", "TIMELINE_BODY_LIMIT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(bootstrap, "now", lambda: NOW.replace(year=2024))
    with open_log(tmp_path / "store.db") as log:
        log.record(submission(reported(title="Capture"), "2023-05-20", BAKHMUT, "m-1"))
        log.record(submission(reported(title="Entry", front="kherson"), "2023-05-21", GRAYVORON, "m-2"))
        log.record(submission(given("ua-mod", "denies"), "2023-05-20", BAKHMUT, "m-3"))
    return lambda *args: CliRunner().invoke(main, ["--store", "store.db", *args])


@pytest.mark.parametrize("format", EXPORTERS)
def test_an_export_goes_to_standard_output_or_into_a_file_with_the_same_bytes(
    run: Run, format: str, tmp_path: Path
) -> None:
    into = run("export", "--format", format, "--recorded-at", "3", "--output", "out")
    out = run("export", "--format", format, "--recorded-at", "3")

    assert (out.exit_code, into.exit_code) == (0, 0)
    assert (tmp_path / "out").read_bytes() == out.stdout_bytes
    assert b"Capture" in out.stdout_bytes
    assert (out.stderr, into.stdout) == ("", "")
    assert "out: 2 of 2" in into.stderr


def test_cuts_and_filters_are_those_that_are_given(run: Run) -> None:
    def exported(*options: str) -> list[str]:
        table = run("export", "--format", "csv", *options).stdout_bytes.decode()
        return [row["title"] for row in csv.DictReader(io.StringIO(table, newline="")) if row["id"]]

    assert exported() == ["Capture", "Entry"] or exported() == ["Entry", "Capture"]
    assert exported("--front", "bakhmut") == ["Capture"]
    assert set(exported("--front", "bakhmut", "--front", "kherson")) == {"Capture", "Entry"}
    assert exported("--known-at", "2023-05-20") == ["Capture"]
    assert exported("--as-of", "2023-05-19") == []
    assert exported("--status", "disputed") == ["Capture"]
    assert exported("--recorded-at", "1", "--known-at", "2023-06-01") == ["Capture"]
    assert exported("--source", "ua-mod") == ["Capture"]
    assert exported("--kind", "strike") == exported("--actor", "Nobody") == exported("--from", "2023-05-21") == []


def test_changes_of_the_recorded_clock_are_exported_by_position(run: Run) -> None:
    stretch = ("--of", "changes", "--clock", "recorded", "--since", "2", "--until", "3")
    first, change = run("export", "--format", "ndjson", *stretch).stdout.splitlines()

    assert json.loads(first)["export"]["filters"] == {"clock": "recorded", "since": 2, "until": 3}
    assert json.loads(change)["status"] == {"from": "claimed", "to": "disputed"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--format", "excel"), "excel"),
        ((), "--format"),
        (("--format", "geojson", "--of", "accounts"), "of: 'accounts'"),
        (("--format", "csv", "--of", "changes", "--since", "2023-05-20"), "until: None"),
        (("--format", "csv", "--front", "Bakhmut!"), "front: 'Bakhmut!'"),
        (("--format", "csv", "--front", "bachmut"), "front: 'bachmut' is not allowed; expected"),
        (("--format", "csv", "--as-of", "2023-02-30"), "as_of: '2023-02-30'"),
        (("--format", "csv", "--recorded-at", "99"), "recorded_at: 99"),
        (("--format", "csv", "--from", "2023-05-23", "--to", "2023-05-22"), "from: '2023-05-23'"),
        (("--format", "csv", "--of", "fronts", "--kind", "strike"), "kind: "),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_wrong_usage_and_writes_nothing(
    run: Run, options: Any, told: str, tmp_path: Path
) -> None:
    done = run("export", *options, "--output", "out")

    assert done.exit_code == 2
    assert told in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_file_is_replaced_as_a_whole_or_stays_what_it_was(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").write_text("before")
    asked = export_commands.ask

    def breaks_off(*given: Any) -> Any:
        found = asked(*given)

        def content() -> Any:
            yield next(found.content)
            raise OSError("the disk is full")

        return type(found)(found.export, content())

    monkeypatch.setattr(export_commands, "ask", breaks_off)
    done = run("export", "--format", "csv", "--output", "out")
    monkeypatch.setattr(export_commands, "ask", asked)

    assert done.exit_code == 1
    assert (tmp_path / "out").read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir() if "part" in path.name) == []
    assert run("export", "--format", "csv", "--output", "out").exit_code == 0
    assert (tmp_path / "out").read_text().startswith("id,")


def test_a_pipe_is_written_to_and_stays_a_pipe(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    read: list[bytes] = []
    reader = Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    done = run("export", "--format", "csv", "--recorded-at", "3", "--output", "pipe")
    reader.join(timeout=10)

    assert done.exit_code == 0
    assert read == [run("export", "--format", "csv", "--recorded-at", "3").stdout_bytes]
    assert (tmp_path / "pipe").is_fifo()


def test_a_folder_that_is_not_there_is_told(run: Run) -> None:
    done = run("export", "--format", "csv", "--output", "nowhere/out.csv")

    assert done.exit_code == 2
    assert "nowhere/out.csv" in done.stderr


def test_the_help_tells_every_format(run: Run) -> None:
    told = run("export", "--help").stdout

    assert all(f"{one.name:12} {one.says}" in told for one in EXPORTERS.values())


def test_changes_show_what_the_log_learnt_and_who_is_behind_it(run: Run) -> None:
    done = run("changes", "--clock", "recorded", "--since", "2", "--until", "3")
    as_json = run("changes", "--clock", "recorded", "--since", "2", "--until", "3", "--json")

    assert done.exit_code == 0
    assert "From position 2 to position 3" in done.stdout
    assert "ua-mod" in done.stdout
    assert json.loads(as_json.stdout)["clock"] == "recorded"
    assert run("changes", "--since", "2", "--until", "3").exit_code == 2
