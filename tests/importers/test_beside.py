"""A long release is read by a process beside: what comes in is the same as when it is read here."""

from collections.abc import Sequence
from functools import partial
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.generated_ucdp import write
from tests.importers.making import release_of
from tests.scenarios import NOW, Scene, instant
from timeline.domain.aggregates import Submission
from timeline.importers import releases
from timeline.importers.beside import tell_beside
from timeline.importers.releases import bring_in, release_file
from timeline.importers.snapshots import Release
from timeline.importers.telling import Heap, tell
from timeline.importers.ucdp import read_rows
from timeline.importers.ucdp_fronts import FrontRules
from timeline.store.log import ConflictLog

RELEASE = Release("ucdp-ged", instant("2019-06-01"), whole=True)
NEXT = Release("ucdp-ged", instant("2020-06-01"), whole=True)
GENERATED = Release("ucdp-ged", instant("2024-06-01"), whole=True)
"""What is made up happens up to the end of 2023."""


@pytest.fixture
def late(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene.clock.now = NOW
    monkeypatch.setattr(releases, "LONG", 0)
    return scene


def again(scene: Scene) -> Any:
    """What opens the log once more."""
    return partial(ConflictLog, scene.log.address, read_only=True)


def test_a_file_read_beside_says_what_it_says_when_it_is_read_here(late: Scene, tmp_path: Path) -> None:
    first = release_of(tmp_path / "a.csv", {"id": "1"}, {"id": "2", "best": "6"}, {"id": "3"})
    bring_in(RELEASE, release_file(first), late.log, late.log.record_all)
    rows = [{"id": str(number), "source_office": f"Office {number % 7}"} for number in range(2, 2_100)]
    second = release_of(tmp_path / "b.csv", *rows, {"id": "9", "best": "many"}, {"id": "2"})
    listed = {f"ucdp-ged:{number}" for number in range(2, 2_100)}
    here: list[Heap] = list(tell(NEXT, read_rows(second, FrontRules.load()), late.log, listed))
    beside = list(tell_beside(NEXT, second, None, again(late), listed))

    assert beside == here
    assert [len(heap.refused) for heap in here] == [0, 0, 2, 0]
    facts = {one.submission.fact.TOPIC for heap in here for one in heap.told}
    assert facts >= {"development.reported", "development.revised", "development.retracted", "source.registered"}


def test_a_release_comes_in_whole_although_the_process_that_reads_it_is_killed(late: Scene, tmp_path: Path) -> None:
    late.clock.set("2026-01-01")
    file = release_file(write(tmp_path / "release.csv", 12_000))
    killed = []

    def record_all(some: Sequence[Submission]) -> Any:
        for helper in () if killed else active_children():
            helper.kill()
            killed.append(helper)
        return late.log.record_all(some)

    outcome = bring_in(GENERATED, file, late.log, record_all, open_past=again(late))

    assert killed
    assert outcome.sealed
    assert (outcome.added, outcome.repeated) == (late.log.head().position, 0)
    once_more = bring_in(GENERATED, file, late.log, late.log.record_all, open_past=again(late))
    assert (once_more.added, once_more.repeated, once_more.sealed) == (0, 12_000, True)


def test_a_file_that_another_process_can_not_read_is_refused_as_one_that_is_read_here(
    late: Scene, tmp_path: Path
) -> None:
    file = release_file(release_of(tmp_path / "a.csv", {"id": "1"}))
    file.path.unlink()

    with pytest.raises(FileNotFoundError):
        bring_in(Release("ucdp-ged", instant("2019-06-01"), whole=False), file, late.log, late.log.record_all,
                 open_past=again(late))  # fmt: skip
