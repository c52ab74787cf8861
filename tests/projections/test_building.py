"""Rows that are built from nothing are the rows that came one by one, whichever way and in however many processes."""

import os
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.benchmarks.generated import END, conflict
from tests.benchmarks.generated_ucdp import write
from tests.engines import Engine
from tests.projections.tables import all_rows
from tests.scenarios import NOW, FakeClock, instant, open_log, reported, submission
from tests.strategies import FACTS, instants
from timeline.domain.facts import DevelopmentReported, Event, Recorded
from timeline.domain.values import MessageId, development_id_of
from timeline.importers.releases import bring_in, release_file
from timeline.importers.snapshots import Release
from timeline.projections import building, parts
from timeline.projections.engines import generations_of
from timeline.projections.first_words import FirstWords
from timeline.projections.knowledge import Knowledge
from timeline.projections.pieces import Piece, piece_of
from timeline.projections.projection import Projection
from timeline.projections.running import Runner
from timeline.projections.sides import Sides
from timeline.projections.writing import remembered
from timeline.readmodel.merged import Merged
from timeline.store.transcoding import FactMapper

IMPORTED = int(os.environ.get("TIMELINE_SOAK_ROWS", "4000"))
"""Rows of the imported release; `make soak` has a hundred thousand."""


def plain(piece: Piece) -> Any:
    """A piece in a form in which two can be compared."""
    words = [(position, set(found.split())) for position, found in piece.words]
    counts = [
        sorted(map(tuple, changes.tolist())) for changes in (piece.density, piece.voices, piece.sorts, piece.labels)
    ]
    names = piece.fronts, piece.sources, piece.actors
    return piece.rows, words, counts, names, piece.casts, piece.set_aside, piece.reported


@settings(max_examples=200)
@given(FACTS[DevelopmentReported], instants, st.integers(1, 10**9))
def test_a_first_report_makes_the_rows_that_the_projection_makes_of_it(
    fact: DevelopmentReported, reported_at: datetime, position: int
) -> None:
    id = development_id_of("test:first")
    event = Event(id, 1, reported_at, MessageId("//test", "first"), fact)
    words = FirstWords()

    assert words.add(position, id.bytes, FactMapper().to_stored_event(event).state)

    projection = Projection(None, Knowledge({}, {}, Sides(), Merged(), set()), lambda _: ())  # type: ignore[arg-type]
    written = projection.project([Recorded(position, NOW, event)])
    assert plain(words.piece()) == plain(piece_of(written, 1))


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log is taken apart finely, and another process helps from the beginning."""
    monkeypatch.setattr(building, "ALONE", 0)
    monkeypatch.setattr(parts, "STRETCH", 300)
    monkeypatch.setattr(parts, "GROUPS", 50)


@pytest.mark.usefixtures("small_parts")
def test_rows_that_two_processes_make_are_the_rows_that_came_in_batches(engine: Engine) -> None:
    with open_log(engine, FakeClock(END)) as log:
        runner = Runner(log, generations_of(log.address), batch=170)
        runner.catch_up()
        told = conflict(2_000)
        while some := list(islice(told, 700)):
            log.record_all(some)
            followed = runner.catch_up()
        before = all_rows(followed)

        read: list[int] = []
        runner.rebuild(read.append)

        assert all_rows(runner.catch_up()) == before
        assert sum(read) == log.head().position
        runner.close()


def gone(*_: object) -> None:
    """What becomes of a process that the system kills."""
    os._exit(1)


@pytest.mark.usefixtures("small_parts")
def test_a_build_goes_on_without_the_process_that_helped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "_begin_in_process", gone)
    with open_log(tmp_path / "log.db", FakeClock(END)) as log:
        log.record_all(list(conflict(1_000)))
        runner = Runner(log, generations_of(log.address))

        assert runner.rebuild() == log.head().position

        runner.close()


def test_a_log_may_have_more_fronts_than_a_small_number_holds(engine: Engine) -> None:
    with open_log(engine, FakeClock(END)) as log:
        runner = Runner(log, generations_of(log.address))
        database = runner.catch_up()
        with database.writing() as writing:
            writing.insert("names", ("sort", "number", "slug", "recorded_from"), [("front", 40_000, "the-last", 0)])
        told = reported(front="one-more")
        log.record(submission(told))
        knowing = Runner(log, generations_of(log.address))
        knowledge = remembered(database, log)
        knowledge.fronts |= {f"front-{number}": number for number in range(1, 40_000)}
        knowing._known = knowing.database(), knowledge

        assert [row[0] for row in knowing.catch_up().fetch("SELECT front FROM versions")] == [40_001]
        runner.close()
        knowing.close()


def test_rows_of_an_imported_release_are_the_same_rebuilt_as_they_came(engine: Engine, tmp_path: Path) -> None:
    path = write(tmp_path / "release.csv", IMPORTED)
    with open_log(engine, FakeClock(datetime(2026, 1, 1, tzinfo=UTC))) as log:
        runner = Runner(log, generations_of(log.address))
        runner.catch_up()

        def record_all(some: Any) -> Any:
            outcomes = log.record_all(some)
            runner.catch_up()
            return outcomes

        outcome = bring_in(Release("ucdp-ged", instant("2025-06-01"), whole=True), release_file(path), log, record_all)
        assert outcome.added > IMPORTED
        before = all_rows(runner.catch_up())
        runner.rebuild()

        assert len(before["versions"]) == IMPORTED
        assert all_rows(runner.catch_up()) == before
        runner.close()
