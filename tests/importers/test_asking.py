"""A snapshot asks before it takes away, the summary counts what changes, a dry run says the same and writes nothing."""

import gzip
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.engines import Engine
from tests.importers.making import SHARED, release_of
from tests.importers.test_files import separated_by
from tests.scenarios import NOW, Scene, instant, message
from timeline import bootstrap
from timeline.cli import main
from timeline.importers import releases
from timeline.importers.date_order import DateOrder
from timeline.importers.notes import Note
from timeline.importers.releases import Changes, UnusableSnapshot, bring_in, release_file
from timeline.importers.snapshots import Release
from timeline.store.log import ConflictLog
from timeline.store.rehearsal import Rehearsal

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Imports a release into a store in a folder of its own."""
    monkeypatch.setattr(bootstrap, "now", lambda: instant("2026-01-01"))

    def run(file: Path, at: str, *options: str, format_: str = "ucdp") -> Result:
        store = ["--store", str(tmp_path / "log.db")]
        return CliRunner().invoke(
            main, [*store, "import", str(file), "--format", format_, "--reported-at", at, *options]
        )

    return run


def files_of(folder: Path) -> Mapping[str, bytes]:
    """What stands in a folder, without what SQLite keeps beside a file that is read (an empty `-wal`, its `-shm`)."""
    names = [file for file in folder.iterdir() if file.is_file() and file.suffix != ".db-shm" and file.stat().st_size]
    return {file.name: file.read_bytes() for file in names}


def release(folder: Path, name: str, ids: Any, **cells: str) -> Path:
    return release_of(folder / name, *({"id": str(id), **cells} for id in ids))


def test_a_snapshot_that_would_withdraw_more_than_a_tenth_is_refused_until_that_is_meant(
    run: Run, tmp_path: Path
) -> None:
    run(release(tmp_path, "a.csv", range(20)), "2019-06-01", "--snapshot")
    a_tenth = run(release(tmp_path, "b.csv", range(2, 20)), "2020-06-01", "--snapshot")
    before = files_of(tmp_path)
    fewer = release(tmp_path, "c.csv", range(4, 20))
    refused = run(fewer, "2021-06-01", "--snapshot")
    kept = {name: content for name, content in files_of(tmp_path).items() if name in ("log.db", "log.db-wal")}
    meant = run(fewer, "2021-06-01", "--snapshot", "--withdraw")

    assert "developments: 0 new, 0 revised, 2 withdrawn, 18 unchanged" in a_tenth.stdout
    assert refused.exit_code == 1
    assert "would withdraw 2 of the 18 developments of ucdp-ged that are in force on 2021-06-01" in refused.stderr
    assert "say --withdraw; nothing was written" in refused.stderr
    assert kept["log.db"] == before["log.db"]
    assert "developments: 0 new, 0 revised, 2 withdrawn, 16 unchanged" in meant.stdout


def test_a_late_snapshot_is_judged_by_what_was_in_force_on_its_own_day(run: Run, tmp_path: Path) -> None:
    run(release(tmp_path, "a.csv", range(20)), "2019-06-01", "--snapshot")
    run(release(tmp_path, "c.csv", range(40)), "2021-06-01", "--snapshot")
    late = release(tmp_path, "b.csv", range(3, 20))
    refused = run(late, "2020-06-01", "--snapshot")
    done = run(late, "2020-06-01", "--snapshot", "--withdraw")

    assert "would withdraw 3 of the 20 developments" in refused.stderr
    assert "developments: 0 new, 0 revised, 3 withdrawn, 17 unchanged" in done.stdout


def test_a_snapshot_without_rows_is_refused_whatever_is_said(run: Run, tmp_path: Path) -> None:
    run(release(tmp_path, "a.csv", range(3)), "2019-06-01", "--snapshot")
    empty = run(release(tmp_path, "b.csv", ()), "2020-06-01", "--snapshot", "--withdraw")

    assert empty.exit_code == 1
    assert "it has no rows" in empty.stderr


def test_a_row_that_is_refused_is_not_counted_as_withdrawn(run: Run, tmp_path: Path) -> None:
    run(release(tmp_path, "a.csv", range(3)), "2019-06-01", "--snapshot")
    later = {"date_start": "2021-01-01", "date_end": "2021-01-01"}
    done = run(release(tmp_path, "b.csv", range(3), **later), "2020-06-01", "--snapshot")

    assert done.exit_code == 1
    assert "developments: 0 new, 0 revised, 0 withdrawn, 0 unchanged" in done.stdout
    assert ", 3 refused" in done.stdout


def test_the_summary_counts_developments_over_all_files(run: Run, tmp_path: Path) -> None:
    run(release(tmp_path, "a.csv", range(4)), "2019-06-01")
    file = release_of(tmp_path / "b.csv", {"id": "0"}, {"id": "1", "best": "8"}, {"id": "2", "source_office": "Other"},
                      {"id": "9"})  # fmt: skip
    done = run(file, "2020-06-01", str(release(tmp_path, "c.csv", (10, 11))))

    assert "developments: 3 new, 2 revised, 0 withdrawn, 1 unchanged" in done.stdout


def test_withdraw_without_a_snapshot_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    assert run(release(tmp_path, "a.csv", range(3)), "2019-06-01", "--withdraw").exit_code == 2


def test_a_dry_run_says_what_the_import_then_does_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    run(release(tmp_path, "a.csv", range(20)), "2019-06-01", "--snapshot")
    run(release(tmp_path, "c.csv", range(20), best="6"), "2021-06-01", "--snapshot")
    file = release_of(tmp_path / "b.csv", *({"id": str(id)} for id in range(1, 22)), {"id": "x"})
    file.write_text(file.read_text().replace("\nx,", "\n30,"))
    before = files_of(tmp_path)
    dry = run(file, "2020-06-01", "--snapshot", "--dry-run")
    after = files_of(tmp_path)
    real = run(file, "2020-06-01", "--snapshot")

    assert dry.exit_code == real.exit_code == 0, dry.output
    assert after == before
    told = dry.stdout.splitlines()
    assert told[0] == "dry run, nothing was written; an import would do this:"
    assert told[1:4] == real.stdout.splitlines()
    assert told[3].startswith("accepted with warnings: ")
    # Two rows are new and one is left out; what the later release said of them is brought back on its day.
    assert told[4:] == [
        "what is known would change from these days on:",
        "  2020-06-01: 4 developments",
        "  2021-06-01: 4 developments",
    ]


def test_a_dry_run_makes_no_store_and_says_what_is_refused(run: Run, tmp_path: Path) -> None:
    file = release_of(tmp_path / "a.csv", {"id": "1"}, {"id": "2", "best": "many"})
    dry = run(file, "2019-06-01", "--dry-run")

    assert dry.exit_code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert "a.csv:3: best: 'many' is not allowed" in dry.stderr
    assert "developments: 1 new" in dry.stdout


def test_a_dry_run_of_events_decides_each_on_those_before_it(run: Run, tmp_path: Path) -> None:
    told = message(id="a"), message(id="a"), message(id="b", time="2023-05-24"), message(id="c", time="2031-01-01")
    lost = {"type": "account.withdrawn", "subject": "no:1", "time": "2023-05-25", "data": {"source": "x"}}
    (tmp_path / "a.ndjson").write_text("".join(json.dumps(one) + "\n" for one in (*told, lost)))
    dry = run(tmp_path / "a.ndjson", "2019-06-01", "--dry-run", format_="ndjson")
    real = run(tmp_path / "a.ndjson", "2019-06-01", format_="ndjson")
    again = run(tmp_path / "a.ndjson", "2019-06-01", "--dry-run", format_="ndjson")

    assert dry.stdout.splitlines()[1:3] == real.stdout.splitlines()
    assert real.stdout.startswith("2 events added, 1 were there before, 2 refused\n")
    assert [line for line in dry.stderr.splitlines() if "a.ndjson:" in line] == [
        line for line in real.stderr.splitlines() if "a.ndjson:" in line
    ]
    assert dry.stdout.splitlines()[3:] == [
        "what is known would change from these days on:", "  2023-05-22: 1 development", "  2023-05-24: 1 development",
    ]  # fmt: skip
    assert again.stdout.splitlines()[1:] == [
        "0 events added, 3 were there before, 2 refused", "what is known would change on no day",
    ]  # fmt: skip


def test_a_rehearsal_on_either_engine_foresees_what_then_comes_in(engine: Engine, tmp_path: Path) -> None:
    first = Release("ucdp-ged", instant("2019-06-01"), whole=True)
    second = Release("ucdp-ged", instant("2020-06-01"), whole=True)
    with_log = ConflictLog(engine.store, lambda: instant("2026-01-01"), engine.key_file)
    try:
        bring_in(first, release_file(release(tmp_path, "a.csv", range(20))), with_log, with_log.record_all)
        file = release_file(release(tmp_path, "b.csv", range(1, 25), best="8"))
        head = with_log.head().position
        rehearsal = Rehearsal(with_log, lambda: instant("2026-01-01"))
        foreseen = bring_in(second, file, rehearsal, rehearsal.record_all)
        untouched = with_log.head().position
        outcome = bring_in(second, file, with_log, with_log.record_all)

        assert untouched == head
        assert foreseen == outcome
        assert outcome.changes == Changes(new=5, revised=19, withdrawn=1)
    finally:
        with_log.close()


def test_a_long_release_is_read_beside_by_the_same_plan_and_counts_the_same(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.clock.set("2026-01-01")
    file = release_of(
        tmp_path / "a.csv",
        {"id": "1", "date_start": "27/7/2014", "date_end": "28/7/2014"},
        {"id": "2", "adm_1": "y" * 300, "date_start": "5/7/2014", "date_end": "5/7/2014"},
        {"id": "3", "date_start": "5/7/2021", "date_end": "5/7/2021"},
    )
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(separated_by(";", file.read_text()).encode("utf-16")))
    opened = release_file(packed, date_order=DateOrder.DAY_FIRST)
    whole = Release("ucdp-ged", instant("2019-06-01"), whole=True)
    rehearsal = Rehearsal(scene.log, scene.clock)
    here = bring_in(whole, opened, rehearsal, rehearsal.record_all)
    monkeypatch.setattr(releases, "LONG", 0)
    again = partial(ConflictLog, scene.log.address, read_only=True)
    beside = bring_in(whole, opened, scene.log, scene.log.record_all, open_past=again)

    assert beside == here
    assert [(one.line, one.errors[0]["field"]) for one in beside.rejected] == [(4, "date_start")]
    assert (beside.changes, beside.notes) == (Changes(new=2), {Note.TEXTS_CUT: 1})
    days = [one["occurred"]["edtf"] for one in scene.get("/timeline", as_of="2030-01-01")["items"]]
    assert sorted(days) == ["2014-07-05", "2014-07-27/2014-07-28"]


def test_the_trial_of_a_release_that_was_cut_off(run: Run) -> None:
    trials = SHARED.parent / "trials"
    if not trials.is_dir():
        pytest.skip(f"the trials are absent: {trials}")
    first = run(trials / "ucdp-04-release.csv", "2023-06-01", "--snapshot")
    cut_off = run(trials / "ucdp-04-truncated.csv", "2024-06-01", "--snapshot")
    empty = run(trials / "ucdp-04-header-only.csv", "2024-06-01", "--snapshot")
    meant = run(trials / "ucdp-04-truncated.csv", "2024-06-01", "--snapshot", "--withdraw")

    assert [one.exit_code for one in (first, cut_off, empty, meant)] == [0, 1, 1, 0]
    assert "2 of the 3 developments" in cut_off.stderr
    assert "developments: 0 new, 0 revised, 2 withdrawn, 1 unchanged" in meant.stdout


def test_a_refused_snapshot_has_a_reason_even_without_a_refused_row(scene: Scene, tmp_path: Path) -> None:
    empty = release_file(release(tmp_path, "a.csv", ()))
    with pytest.raises(UnusableSnapshot, match="no rows") as refusal:
        bring_in(Release("ucdp-ged", NOW, whole=True), empty, scene.log, scene.log.record_all)

    assert (refusal.value.rejected, refusal.value.errors) == ((), ())
