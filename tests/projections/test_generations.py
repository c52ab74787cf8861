"""Generations: how they are opened, replaced and taken away, and what becomes of one that can not be made or read."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from time import sleep

import pytest

from tests.scenarios import Scene, reported
from timeline.errors import StoreUnusable
from timeline.projections.generations import Busy
from timeline.projections.projection import VERSION
from timeline.projections.running import Runner
from timeline.projections.sqlite_generations import SqliteGenerations
from timeline.readmodel.sqlite_database import SqliteDatabase


def log_file(scene: Scene) -> Path:
    return Path(str(scene.log.address))


def rows_file(scene: Scene, number: int = 1) -> Path:
    return log_file(scene).with_name(f"{log_file(scene).name}.rows-{VERSION}-{number}")


def test_where_the_lock_of_who_builds_can_not_be_taken_the_question_is_refused_and_nobody_waits(scene: Scene) -> None:
    scene.tell(reported())
    lock = log_file(scene).with_name(f"{log_file(scene).name}.rows-lock")
    with closing(sqlite3.connect(lock)) as connection:
        connection.execute("CREATE TABLE something (more)")
    written = bytearray(lock.read_bytes())
    written[18] = 3  # a format that SQLite only reads, as it only reads what belongs to somebody else
    lock.write_bytes(written)

    with pytest.raises(StoreUnusable, match="can not be built") as refused:
        scene.runner.catch_up()

    assert not isinstance(refused.value, Busy)


def test_where_the_file_of_the_rows_can_not_be_written_the_question_is_refused(scene: Scene) -> None:
    scene.tell(reported())
    log_file(scene).with_name(f"{log_file(scene).name}.rows-{VERSION}-new").mkdir()

    with pytest.raises(StoreUnusable, match="can not be built"):
        scene.runner.catch_up()


def test_a_new_generation_can_be_opened_while_another_process_reads_it(scene: Scene) -> None:
    scene.tell(reported())
    scene.runner.rebuild()

    with closing(sqlite3.connect(rows_file(scene), isolation_level=None)) as another:
        another.execute("BEGIN")
        another.execute("SELECT position FROM progress")
        database = SqliteDatabase(rows_file(scene))

        assert database.fetch("SELECT position FROM progress") == [(1,)]
        database.close()


def test_what_was_replaced_is_taken_away_however_often_the_new_one_is_written_to(scene: Scene) -> None:
    scene.tell(reported())
    generations = SqliteGenerations(log_file(scene), grace=0.3)
    runner = Runner(scene.log, generations)
    runner.catch_up()
    runner.rebuild()
    assert generations.sweep() == []

    sleep(0.4)
    with closing(sqlite3.connect(rows_file(scene, 2))) as another:
        another.execute("CREATE TABLE something (more)")
        another.commit()
        another.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    assert generations.sweep() == [rows_file(scene, 1).name]
    assert not rows_file(scene, 1).exists()
    runner.close()


def test_what_another_version_began_and_never_finished_goes_with_the_next_build(scene: Scene) -> None:
    scene.tell(reported())
    unfinished = log_file(scene).with_name(f"{log_file(scene).name}.rows-0-new")
    unfinished.write_bytes(b"half")

    scene.runner.catch_up()

    assert not unfinished.exists()


def test_who_still_asks_a_generation_that_was_let_go_of_is_refused_and_does_not_wait_for_ever(scene: Scene) -> None:
    scene.tell(reported())
    database = scene.runner.catch_up()
    database.close()

    with pytest.raises(StoreUnusable), ThreadPoolExecutor() as threads:
        threads.submit(database.fetch, "SELECT 1").result(timeout=5)


@pytest.mark.parametrize("damage", [b"not a database, " * 500, b""], ids=["something else", "nothing"])
def test_rows_that_can_not_be_read_can_be_built_anew(scene: Scene, damage: bytes) -> None:
    scene.tell(reported())
    with closing(SqliteGenerations(log_file(scene))) as first:
        Runner(scene.log, first).catch_up()
    rows_file(scene).write_bytes(damage)

    assert scene.runner.rebuild() == 1
    assert [item["status"] for item in scene.get("/timeline")["items"]] == ["claimed"]
