"""A dry run of several files foretells what their import does, since each is decided on those before it."""

from pathlib import Path

import pytest

from tests.importers.making import release_of
from tests.importers.test_asking import Run, run  # noqa: F401
from tests.scenarios import NOW, Scene, instant
from timeline.importers import releases
from timeline.importers.releases import bring_in, release_file
from timeline.importers.snapshots import Release, known_of
from timeline.store.rehearsal import Rehearsal


def two_files(folder: Path) -> tuple[Path, Path]:
    """Releases that share an id."""
    first = release_of(folder / "a.csv", {"id": "1"}, {"id": "2"})
    return first, release_of(folder / "b.csv", {"id": "2", "best": "8"}, {"id": "3"})


@pytest.mark.parametrize("long", [8_000_000, 0])
@pytest.mark.parametrize("before", [False, True])
def test_a_dry_run_of_files_that_share_an_id_says_what_the_import_then_does(
    run: Run,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    long: int,
    before: bool,
) -> None:
    monkeypatch.setattr(releases, "LONG", long)
    if before:
        run(release_of(tmp_path / "c.csv", {"id": "9"}), "2018-06-01")
    first, second = two_files(tmp_path)
    dry = run(first, "2019-06-01", str(second), "--dry-run")
    real = run(first, "2019-06-01", str(second))

    told = real.stdout.splitlines()
    assert dry.stdout.splitlines()[1 : len(told) + 1] == told
    assert "developments: 3 new, 1 revised" in real.stdout


def test_a_rehearsal_knows_the_ids_of_what_it_accepted(scene: Scene, tmp_path: Path) -> None:
    scene.clock.now = NOW
    first, second = two_files(tmp_path)
    release = Release("ucdp-ged", instant("2019-06-01"), whole=False)
    rehearsal = Rehearsal(scene.log, scene.clock)
    bring_in(release, release_file(first), scene.log, scene.log.record_all)
    for file in (first, second):
        bring_in(release, release_file(file), rehearsal, rehearsal.record_all)
    foreseen = known_of(release, rehearsal)
    bring_in(release, release_file(second), scene.log, scene.log.record_all)

    assert foreseen == known_of(release, scene.log)
    assert set(foreseen) == {"ucdp-ged:1", "ucdp-ged:2", "ucdp-ged:3"}
