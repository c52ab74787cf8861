"""Each restore begins a new epoch of the log, and says how far the positions of the earlier ones are still right."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.engines import Engine
from tests.scenarios import open_log
from tests.store.test_verification import fill
from timeline.errors import HoldsRecords
from timeline.store.addresses import parse_address
from timeline.store.backups import backup, restore
from timeline.store.epochs import Lineage, Replacement
from timeline.store.log import ConflictLog


def put(path: Path, engine: Engine, **more: Any) -> list[Replacement]:
    """Restore a backup over what is there; what it did."""
    said: list[Replacement] = []
    restore(path, parse_address(engine.store), key_file=engine.key_file, replace=True, consent=said.append, **more)
    return said


def lineage(engine: Engine) -> Lineage:
    with open_log(engine) as log:
        return log.lineage()


def grow(log: ConflictLog, count: int, name: int = 0) -> None:
    """So many more records; another name makes others of them."""
    fill(log, count, name or log.head().position)


def endings(engine: Engine) -> tuple[str, ...]:
    return ("log.ndjson", "log.ndjson.gz", "log.db") if engine.name == "sqlite" else ("log.ndjson",)


def test_a_log_that_was_never_restored_is_in_the_epoch_that_its_name_gives(engine: Engine) -> None:
    with open_log(engine) as log:
        grow(log, 2)
        origin = log.records.queries.origin() or ""
        assert log.lineage() == Lineage(origin, sha256(origin.encode()).hexdigest()[:12], {})
        assert (log.tip().position, log.tip().epoch) == (2, log.lineage().epoch)
        assert engine.sql("SELECT * FROM epochs") == []


def test_a_log_that_was_made_before_there_were_epochs_has_one_when_it_is_opened(engine: Engine) -> None:
    with open_log(engine) as log:
        grow(log, 2)
        before = log.lineage()
    engine.sql("DROP TABLE epochs")

    assert lineage(engine) == before


def test_the_epochs_of_a_log_are_append_only(engine: Engine, tmp_path: Path) -> None:
    with open_log(engine) as log:
        grow(log, 2)
        backup(log, tmp_path / "log.ndjson")
    put(tmp_path / "log.ndjson", engine)

    for statement in ("DELETE FROM epochs", "UPDATE epochs SET last = 9"):
        with pytest.raises(Exception, match="append-only"):
            engine.sql(statement)


def test_an_older_backup_ends_the_epoch_where_it_ends(engine: Engine, tmp_path: Path) -> None:
    for ending in endings(engine):
        with open_log(engine) as log:
            grow(log, 3, 100 * (log.head().position + 1))
            size, first = log.head().position, log.lineage()
            backup(log, tmp_path / ending)
            grow(log, 5, 1_000 * size)

        said = put(tmp_path / ending, engine)
        assert [str(one) for one in said] == [f"drops 5 records ({size + 1}-{size + 5}), keeps {size}, adds 0"]
        now = lineage(engine)
        assert now.origin == first.origin
        assert now.epoch not in (first.epoch, *first.earlier)
        assert now.earlier == {**first.earlier, first.epoch: size}


def test_the_same_records_again_end_the_epoch_at_the_head_and_nothing_is_dropped(
    engine: Engine, tmp_path: Path
) -> None:
    with open_log(engine) as log:
        grow(log, 4)
        first = log.lineage().epoch
        backup(log, tmp_path / "log.ndjson")

    assert put(tmp_path / "log.ndjson", engine) == [Replacement(held=4, size=4, shared=4)]
    assert lineage(engine).earlier == {first: 4}


def test_a_newer_backup_brings_an_epoch_back_as_far_as_it_had_come(engine: Engine, tmp_path: Path) -> None:
    with open_log(engine) as log:
        grow(log, 3)
        first = log.lineage().epoch
        backup(log, tmp_path / "old.ndjson")
        grow(log, 5, 100)
        backup(log, tmp_path / "new.ndjson")
    put(tmp_path / "old.ndjson", engine)
    with open_log(engine) as log:
        second = log.lineage().epoch
        grow(log, 6, 200)

    assert put(tmp_path / "new.ndjson", engine) == [Replacement(held=9, size=8, shared=3)]
    assert lineage(engine).earlier == {first: 8, second: 3}


def test_twice_restored_each_epoch_ends_where_it_parted(engine: Engine, tmp_path: Path) -> None:
    with open_log(engine) as log:
        grow(log, 2)
        first = log.lineage().epoch
        backup(log, tmp_path / "two.ndjson")
        grow(log, 2, 100)
        backup(log, tmp_path / "four.ndjson")
        grow(log, 2, 200)
    put(tmp_path / "four.ndjson", engine)
    second = lineage(engine)
    put(tmp_path / "two.ndjson", engine)

    assert second.earlier == {first: 4}
    assert lineage(engine).earlier == {first: 2, second.epoch: 2}


def test_a_backup_of_another_log_keeps_nothing_of_the_epochs_of_the_one_it_replaces(
    make_engine: Any, engine: Engine, tmp_path: Path
) -> None:
    with make_engine("sqlite") as other, open_log(other) as log:
        grow(log, 3, 500)
        theirs = log.lineage()
        backup(log, tmp_path / "other.ndjson")
    with open_log(engine) as log:
        grow(log, 5)
        ours = log.lineage().epoch

    assert put(tmp_path / "other.ndjson", engine) == [Replacement(held=5, size=3, shared=0)]
    now = lineage(engine)
    assert (now.origin, now.earlier) == (theirs.origin, {theirs.epoch: 3, ours: 0})


def test_into_an_empty_place_whoever_had_not_seen_more_than_the_backup_goes_on(
    make_engine: Any, engine: Engine, tmp_path: Path
) -> None:
    with make_engine("sqlite") as other, open_log(other) as log:
        grow(log, 3)
        theirs = log.lineage()
        backup(log, tmp_path / "log.ndjson")

    assert put(tmp_path / "log.ndjson", engine) == []
    assert lineage(engine).earlier == {theirs.epoch: 3}


def test_the_epochs_go_along_in_a_backup(engine: Engine, make_engine: Any, tmp_path: Path) -> None:
    with open_log(engine) as log:
        grow(log, 3)
        backup(log, tmp_path / "first.ndjson")
    put(tmp_path / "first.ndjson", engine)
    for ending in endings(engine):
        path = tmp_path / f"second-{ending}"
        with open_log(engine) as log:
            known = log.lineage()
            backup(log, path)
        with make_engine("sqlite") as other:
            put(path, other)
            assert lineage(other).earlier == {**known.earlier, known.epoch: 3}


def test_a_store_that_holds_records_is_left_alone_and_what_would_be_dropped_is_named(
    engine: Engine, tmp_path: Path
) -> None:
    with open_log(engine) as log:
        grow(log, 3)
        backup(log, tmp_path / "log.ndjson")
        grow(log, 1, 100)
        before = log.lineage()

    with pytest.raises(HoldsRecords, match=r"holds 4 records; .* drops 1 record \(4\), keeps 3, adds 0"):
        restore(tmp_path / "log.ndjson", parse_address(engine.store), key_file=engine.key_file)
    assert lineage(engine) == before
