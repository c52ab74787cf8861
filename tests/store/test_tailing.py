"""Whoever follows the log sees every event once, in order, whatever happens to writers, server and connections."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from tests.engines import Engine, PostgresServer
from tests.scenarios import BAKHMUT, NOW, given, open_log, reported, submission
from tests.store.test_log import in_threads, tell
from timeline.domain.facts import Event
from timeline.domain.values import MessageId, development_id_of
from timeline.errors import LogReplaced
from timeline.projections.engines import generations_of
from timeline.projections.running import Runner
from timeline.store import tailing
from timeline.store.log import ConflictLog
from timeline.store.postgres import PostgresLogRecorder
from timeline.store.records import New
from timeline.store.transcoding import FactMapper

SECONDS = float(os.environ.get("TIMELINE_SOAK_SECONDS", "10"))
"""How long writers and a tailer run side by side; `make soak` takes a minute."""


class Following:
    """A thread that follows a log from the start and notes the positions that it was given."""

    def __init__(self, log: ConflictLog) -> None:
        self.positions: list[int] = []
        self.error: BaseException | None = None
        self.tail = log.tail()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            for batch in self.tail.follow(self._stop):
                self.positions += [one.position for one in batch]
        except BaseException as error:
            self.error = error

    def until(self, position: int, seconds: float = 30) -> list[int]:
        """Wait until it has come so far; what it saw until then."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up and not self.error and (not self.positions or self.positions[-1] < position):
            time.sleep(0.01)
        return list(self.positions)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        if self.error:
            raise self.error


@contextmanager
def following(log: ConflictLog) -> Iterator[Following]:
    one = Following(log)
    try:
        yield one
    finally:
        one.stop()


def test_a_tailer_gets_what_is_there_and_what_comes(log: ConflictLog) -> None:
    for number in range(3):
        tell(log, number)
    with following(log) as tailer:
        tailer.until(3)
        for number in range(3, 6):
            tell(log, number)

        assert tailer.until(6) == [1, 2, 3, 4, 5, 6]


def test_a_tailer_says_how_far_behind_it_is(log: ConflictLog) -> None:
    tail = log.tail()
    for number in range(5):
        tell(log, number)

    assert tail.behind() == 5
    assert [one.position for one in tail.read(limit=2)] == [1, 2]
    assert (tail.position, tail.behind()) == (2, 3)
    assert [one.position for one in tail.read()] == [3, 4, 5]
    assert tail.read() == []
    assert tail.behind() == 0


def test_two_tails_of_one_log_keep_their_own_places(log: ConflictLog) -> None:
    tell(log, 1)
    one, other = log.tail(), log.tail()
    one.read()
    tell(log, 2)

    assert [event.position for event in one.read()] == [2]
    assert [event.position for event in other.read()] == [1, 2]


def test_a_tailer_in_another_program_is_told_without_a_poll(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    if engine.name == "postgres":
        monkeypatch.setattr(tailing, "POLL", 60.0)
    with open_log(engine) as mine, open_log(engine) as theirs, following(theirs) as tailer:
        time.sleep(0.3)  # Until it waits.
        for number in range(3):
            tell(mine, number)

        assert tailer.until(3, seconds=10) == [1, 2, 3]
        theirs.records.signal.ring()


def test_a_wake_up_that_never_comes_costs_a_second_and_no_event(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PostgresLogRecorder, "listen", lambda _: None)
    with open_log(engine) as mine, open_log(engine) as theirs, following(theirs) as tailer:
        tailer.until(0, seconds=0.3)
        tell(mine, 1)

        assert tailer.until(1, seconds=10) == [1]


def test_an_append_between_reading_and_waiting_is_not_slept_over(log: ConflictLog) -> None:
    tail = log.tail()
    assert tail.read() == []
    tell(log, 1)

    assert tail._follower.wait(timeout=30)


def test_the_library_s_database_functions_are_never_used(make_engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_ENABLE_DB_FUNCTIONS", "y")
    with make_engine("postgres") as engine, open_log(engine) as log:
        in_threads(lambda n: tell(log, n), 4)

        assert log.factory.datastore.enable_db_functions is False  # type: ignore[attr-defined]
        functions = "SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = ?"
        assert engine.sql(f"{functions} AND proname LIKE 'es\\_%%'", (engine.schema,)) == [(0,)]


def test_a_killed_listener_is_replaced_and_misses_nothing(make_engine: Any) -> None:
    with make_engine("postgres") as engine, open_log(engine) as log, following(log) as tailer:
        killed = []
        for number in range(30):
            if number % 10 == 5:
                killed += engine.sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND query LIKE 'LISTEN%%'"
                )
            tell(log, number)
            time.sleep(0.05)

        assert (True,) in killed
        assert tailer.until(30) == list(range(1, 31))


def test_a_restarted_server_is_followed_on_without_a_manual_step(make_engine: Any, postgres: PostgresServer) -> None:
    with make_engine("postgres") as engine, open_log(engine) as log, following(log) as tailer:
        tell(log, 1)
        tailer.until(1)
        postgres.restart()
        for number in range(2, 6):
            tell(log, number)

        assert tailer.until(5) == [1, 2, 3, 4, 5]


def test_a_reader_ahead_of_the_log_is_refused_in_clear_words(engine: Engine) -> None:
    with open_log(engine) as log:
        for number in range(3):
            tell(log, number)
        runner = Runner(log, generations_of(log.address))
        runner.catch_up()
        engine.unlock()
        engine.sql("DELETE FROM events WHERE position = 3")

        with pytest.raises(LogReplaced, match="position 3 was read before"):
            runner.catch_up()
        runner.close()

        begun_anew = Runner(log, generations_of(log.address))
        assert begun_anew.catch_up().fetch("SELECT position FROM progress") == [(2,)]
        begun_anew.close()


def test_a_log_that_was_exchanged_is_noticed(engine: Engine) -> None:
    with open_log(engine) as log:
        tail = log.tail()
        tell(log, 1)
        tail.read()
        engine.unlock()
        engine.sql("UPDATE events SET leaf_hash = ?", (b"\x01" * 32,))

        with pytest.raises(LogReplaced, match="exchanged"):
            tail.read()


def slow_down(engine: Engine) -> None:
    """Have the database hold some transactions open in the middle of their insert."""
    engine.sql(
        """CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF random() < 0.05 THEN PERFORM pg_sleep(0.05); END IF; RETURN NEW; END $$"""
    )
    engine.sql("CREATE TRIGGER dawdle BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION dawdle()")


def roll_back(log: ConflictLog) -> None:
    """Write in a transaction that is given up."""
    lost = FactMapper().to_stored_event(Event(BAKHMUT, 1_000_000, NOW, MessageId("//test", "lost"), given("bbc")))
    with suppress(RuntimeError), log.records.appending() as transaction:
        transaction.append([New(lost)], transaction.queries.head(), 0)
        raise RuntimeError


def test_eight_writers_and_a_tailer_agree_on_every_event(engine: Engine) -> None:
    stop = time.monotonic() + SECONDS
    with open_log(engine) as log, open_log(engine) as other, following(other) as tailer:
        if engine.name == "postgres":
            slow_down(engine)

        def write(number: int) -> None:
            mine = (log, other)[number % 2]
            for turn in range(1_000_000):
                if time.monotonic() > stop:
                    return
                about = development_id_of(f"test:{number}-{turn % 50}")
                mine.record(submission(reported(), id=about, message=f"{number}-{turn}"))
                if number == 0 and turn % 5 == 0:
                    roll_back(mine)

        in_threads(write, 8)
        head = log.head().position
        seen = tailer.until(head)

    assert head > 8 * SECONDS
    assert seen == list(range(1, head + 1))
    assert [row[0] for row in engine.sql("SELECT position FROM events ORDER BY position")] == seen
