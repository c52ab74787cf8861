"""The log keeps what it was told: in order, once, for ever."""

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from threading import Barrier, Thread
from typing import Any, ClassVar

import psycopg
import pytest
from hypothesis import given as given_that
from msgspec import structs

from tests.engines import Engine
from tests.scenarios import BAKHMUT, NOW, FakeClock, given, open_log, registered, reported, submission
from tests.strategies import submissions
from timeline.domain import facts
from timeline.domain.facts import AccountGiven, Event
from timeline.domain.moments import format_instant
from timeline.domain.values import MessageId, development_id_of, source_id
from timeline.errors import InvalidValue, MessageIdReused, StoreUnusable
from timeline.store import transcoding
from timeline.store.log import ConflictLog, Head
from timeline.store.records import New
from timeline.store.transcoding import FactMapper
from timeline.store.verification import verify

FIXED_TOPICS = [
    "development.reported",
    "account.given",
    "account.withdrawn",
    "development.revised",
    "development.assessed",
    "development.retracted",
    "development.merged",
    "front.opened",
    "front.revised",
    "front.closed",
    "source.registered",
    "source.revised",
    "dataset.imported",
    "entry.voided",
]


def tell(log: ConflictLog, number: int, id: Any = BAKHMUT) -> Any:
    return log.record(submission(reported(title=f"Report {number}"), id=id, message=f"m-{number}"))


def in_threads(work: Callable[[int], None], count: int) -> None:
    """All at once; the first error of any is raised here."""
    barrier, errors = Barrier(count), list[BaseException]()

    def run(number: int) -> None:
        barrier.wait()
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_an_empty_log_stands_at_position_0(log: ConflictLog) -> None:
    assert log.head() == Head(0, None)
    assert log.after(0) == []


def test_each_event_gets_the_next_position_and_the_next_version_of_its_subject(log: ConflictLog) -> None:
    other = development_id_of("test:other")
    receipts = [tell(log, 1), tell(log, 2, other), tell(log, 3)]

    assert [(one.position, one.subject, one.version) for one in receipts] == [
        (1, BAKHMUT, 1),
        (2, other, 1),
        (3, BAKHMUT, 2),
    ]
    assert log.head() == Head(3, NOW)
    assert [one.position for one in log.after(1)] == [2, 3]
    assert [one.position for one in log.after(0, limit=2)] == [1, 2]


def test_positions_survive_vacuum(engine: Engine) -> None:
    with open_log(engine) as log:
        for number in range(3):
            tell(log, number)
        before = log.after(0)
    engine.sql("VACUUM")
    with open_log(engine) as log:
        assert log.after(0) == before
        assert tell(log, 9).position == 4


def test_a_rolled_back_append_leaves_no_hole_in_the_positions(log: ConflictLog) -> None:
    tell(log, 1)
    lost = FactMapper().to_stored_event(Event(BAKHMUT, 2, NOW, MessageId("//test", "lost"), given("bbc")))
    with suppress(RuntimeError), log.records.appending() as transaction:
        transaction.append([New(lost)], transaction.queries.head(), 0)
        raise RuntimeError
    tell(log, 2)

    assert [one.position for one in log.after(0)] == [1, 2]


def test_recorded_at_never_decreases_when_the_clock_jumps_back(log: ConflictLog, clock: FakeClock) -> None:
    tell(log, 1)
    clock.advance(hours=-5)
    tell(log, 2)
    clock.advance(hours=7)
    last = tell(log, 3)

    instants = [one.recorded_at for one in log.after(0)]
    assert instants == [NOW, NOW, clock.now]
    assert last.recorded_at == clock.now
    assert log.head() == Head(3, clock.now)


def test_the_same_message_again_gives_the_same_receipt_and_adds_nothing(log: ConflictLog, clock: FakeClock) -> None:
    first = tell(log, 1)
    clock.advance(hours=1)
    again = tell(log, 1)

    assert again.repeated
    assert not first.repeated
    assert structs.replace(again, repeated=False) == first
    assert log.head().position == 1


def test_a_message_without_a_time_may_be_repeated_later(log: ConflictLog, clock: FakeClock) -> None:
    first = log.record(submission(reported(), reported_at=None))
    clock.advance(hours=1)

    assert log.record(submission(reported(), reported_at=None)).position == first.position


@pytest.mark.parametrize(
    "other",
    [
        submission(reported(title="Other")),
        submission(reported(), id=development_id_of("test:other")),
        submission(reported(), "2023-05-22"),
        submission(given("ru-mod")),
    ],
    ids=["title", "subject", "time", "type"],
)
def test_a_message_id_with_other_content_is_refused(log: ConflictLog, other: Any) -> None:
    log.record(submission(reported()))

    with pytest.raises(MessageIdReused) as refused:
        log.record(other)
    assert refused.value.errors[0]["field"] == "id"
    assert log.head().position == 1


def test_an_id_is_another_one_with_another_sender(log: ConflictLog) -> None:
    log.record(submission(reported()))
    receipt = log.record(structs.replace(submission(reported()), message=MessageId("//other", "m")))

    assert receipt.position == 2
    assert log.holds(MessageId("//other", "m"))
    assert not log.holds(MessageId("//nobody", "m"))


@pytest.mark.parametrize("length", [2, 20, 21, 100])
def test_long_ids_are_told_apart_to_the_last_letter(log: ConflictLog, length: int) -> None:
    ids = ["ґ" * length, "ґ" * (length - 1) + "g", "g" * length]
    receipts = [
        log.record(submission(reported(), id=development_id_of(f"test:{n}"), message=id)) for n, id in enumerate(ids)
    ]

    assert [one.position for one in receipts] == [1, 2, 3]
    assert all(log.holds(MessageId("//test", id)) for id in ids)


def test_racing_writers_with_one_message_make_one_event(log: ConflictLog) -> None:
    receipts: list[Any] = []
    in_threads(lambda _: receipts.append(log.record(submission(reported()))), 8)

    assert {one.position for one in receipts} == {1}
    assert sorted(one.repeated for one in receipts) == [False] + [True] * 7
    assert log.head().position == 1


def test_racing_writers_on_one_subject_all_get_in(log: ConflictLog) -> None:
    tell(log, 0)
    in_threads(lambda n: [log.record(submission(given("legion"), message=f"{n}-{i}")) for i in range(2)] and None, 8)

    versions = [one.event.originator_version for one in log.after(0)]
    assert versions == list(range(1, 18))


def test_two_programs_may_write_to_one_store(engine: Engine) -> None:
    with open_log(engine) as one, open_log(engine) as two:
        in_threads(lambda n: tell((one, two)[n % 2], n, BAKHMUT), 16)

        assert [recorded.position for recorded in one.after(0)] == list(range(1, 17))
        assert [recorded.event.originator_version for recorded in one.after(0)] == list(range(1, 17))
        assert one.after(0) == two.after(0)
        assert verify(one).problems == ()


@pytest.mark.parametrize("table", ["events", "tree_nodes", "checkpoints", "signers", "log"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_itself_refuses_to_change_or_delete(engine: Engine, statement: str, table: str) -> None:
    column = {"events": "topic", "tree_nodes": "hash", "checkpoints": "note", "signers": "since", "log": "origin"}[
        table
    ]
    with open_log(engine) as log:
        log.record_all([submission(reported(), message=str(number)) for number in range(300)])
    before = engine.sql(f"SELECT * FROM {table}")
    assert before
    if engine.name == "sqlite" and statement.startswith("TRUNCATE"):
        statement = "DELETE FROM {} WHERE 1=0 OR 1=1"

    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError), match="append-only"):
        engine.sql(statement.format(table, column, column))
    assert engine.sql(f"SELECT * FROM {table}") == before


@pytest.mark.parametrize("changed", ["", "position + 100", "position + 100 AS position, 'x' AS message_key"])
def test_sqlite_does_not_replace_a_record_either(tmp_path: Path, changed: str) -> None:
    engine = Engine("sqlite", str(tmp_path / "log.db"), tmp_path)
    with open_log(engine) as log:
        tell(log, 1)
    before = engine.sql("SELECT * FROM events")
    columns = ["position", "recorded_at", "originator_id", "originator_version", "topic", "message_key", "leaf_hash",
               "state"]  # fmt: skip
    other = dict(zip(columns, columns, strict=True))
    if changed:
        other["position"] = "position + 100"
    if "message_key" in changed:
        other["originator_version"] = "originator_version + 1"

    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        engine.sql(
            f"INSERT OR REPLACE INTO events ({', '.join(columns)}) SELECT {', '.join(other.values())} FROM events"
        )
    assert engine.sql("SELECT * FROM events") == before


def test_a_log_opened_again_holds_everything(engine: Engine) -> None:
    with open_log(engine) as log:
        tell(log, 1)
        log.record(submission(registered("ru-mod", "russia"), id=source_id("ru-mod"), message="m-2"))
        before = log.after(0)
    with open_log(engine) as log:
        assert log.after(0) == before
        assert tell(log, 1).repeated
        assert tell(log, 3).position == 3


@pytest.mark.parametrize("content", ["CREATE TABLE notes (a)", "PRAGMA user_version=7; CREATE TABLE notes (a)"])
def test_a_foreign_sqlite_file_is_refused_and_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "notes.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(content)
    before = path.read_bytes()

    with pytest.raises(StoreUnusable, match=r"notes\.db"):
        ConflictLog(path, FakeClock())
    assert path.read_bytes() == before


def test_what_is_no_database_or_nowhere_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("Not a database, and long enough to be read as the header of one, were it one." * 3)

    for path in (text, tmp_path, tmp_path / "nowhere" / "log.db"):
        with pytest.raises(StoreUnusable):
            ConflictLog(path, FakeClock())


def test_a_report_from_the_future_is_refused_and_nothing_is_written(log: ConflictLog) -> None:
    with pytest.raises(InvalidValue) as refused:
        log.record(submission(reported(), "2023-06-01T12:00:01Z"))

    assert refused.value.field == "time"
    assert log.head().position == 0


@given_that(submissions())
def test_every_event_survives_its_byte_form(told: Any) -> None:
    event = Event(told.subject, 3, told.reported_at, told.message, told.fact)
    stored = FactMapper().to_stored_event(event)

    assert FactMapper().to_domain_event(stored) == event
    assert FactMapper().to_stored_event(FactMapper().to_domain_event(stored)) == stored
    assert (stored.topic, stored.originator_id, stored.originator_version) == (told.fact.TOPIC, told.subject, 3)


def test_the_topics_are_fixed_for_ever() -> None:
    assert [fact.TOPIC for fact in facts.FACTS] == FIXED_TOPICS
    assert list(facts.TOPICS) == FIXED_TOPICS


def test_the_byte_form_is_one_spelling_that_stays() -> None:
    event = Event(BAKHMUT, 1, NOW, MessageId("//test", "m"), given("ua-mod", "denies", extent="concedes"))

    assert FactMapper().to_stored_event(event).state == (
        b'{"reported_at":"2023-06-01T12:00:00Z","message":{"source":"//test","id":"m"},'
        b'"fact":{"account":{"source":"ua-mod","stance":{"extent":"concedes","occurrence":"denies"}}}}'
    )


def test_an_older_shape_of_a_fact_reads_in_the_newer_one(monkeypatch: pytest.MonkeyPatch, log: ConflictLog) -> None:
    log.record(submission(reported()))
    log.record(submission(given("ua-mod", quote="Old words."), message="m-2"))

    class Newer(AccountGiven, frozen=True):
        VERSION: ClassVar[int] = 3

    def second(fact: dict[str, Any]) -> dict[str, Any]:
        return {"account": {**fact["account"], "gist": fact["account"]["quote"]}}

    def third(fact: dict[str, Any]) -> dict[str, Any]:
        return {"account": {**fact["account"], "gist": fact["account"]["gist"] + " Upcast."}}

    monkeypatch.setitem(facts.TOPICS, AccountGiven.TOPIC, Newer)
    monkeypatch.setattr(transcoding, "UPCASTS", {(AccountGiven.TOPIC, 1): second, (AccountGiven.TOPIC, 2): third})

    read = log.after(1)[0].event
    assert read.fact.account == given("ua-mod", quote="Old words.", gist="Old words. Upcast.").account
    assert format_instant(read.reported_at) == "2023-05-21T00:00:00Z"
