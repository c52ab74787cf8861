"""What an acknowledgement is worth: once, in order, whoever else writes, and whatever becomes of the connection."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from tests.engines import Engine, PostgresServer
from tests.scenarios import BAKHMUT, FakeClock, Scene, given, message, open_log, open_scene, reported, submission
from tests.store.test_log import in_threads, tell
from timeline.domain.facts import DevelopmentMerged, Event
from timeline.domain.moments import format_instant, to_micros
from timeline.domain.values import MessageId, development_id_of
from timeline.errors import MessageIdReused, NotAcceptable, StoreUnusable, TimelineError, VersionMismatch
from timeline.store.addresses import PostgresAddress, parse_address
from timeline.store.log import ConflictLog
from timeline.store.records import New
from timeline.store.transcoding import FactMapper
from timeline.store.verification import verify
from timeline.store.wishes import Receipt


def test_many_at_once_are_each_accepted_or_refused_for_themselves(log: ConflictLog) -> None:
    tell(log, 0)
    outcomes = log.record_all(
        [
            submission(given("bbc"), message="a"),
            submission(given("bbc"), id=development_id_of("test:nobody"), message="b"),
            submission(given("bbc"), message="a"),
            submission(given("tass"), message="a"),
            submission(reported(title="Report 0"), message="m-0"),
            submission(given("tass"), message="c"),
        ]
    )

    kinds = [type(one) for one in outcomes]
    receipts = [one for one in outcomes if isinstance(one, Receipt)]
    assert kinds[0] is kinds[2] is kinds[4] is kinds[5] is Receipt
    assert issubclass(kinds[1], TimelineError)
    assert kinds[3] is MessageIdReused
    assert [(one.position, one.version, one.repeated) for one in receipts] == [
        (2, 2, False),
        (2, 2, True),
        (1, 1, True),
        (3, 3, False),
    ]
    assert log.head().position == 3


def test_what_one_of_a_batch_reports_the_next_may_build_on(log: ConflictLog) -> None:
    new = development_id_of("test:new")
    outcomes = log.record_all(
        [submission(reported(), id=new, message="a"), submission(given("bbc"), id=new, message="b")]
    )

    assert [one.version for one in outcomes if isinstance(one, Receipt)] == [1, 2]


def test_a_thousand_new_developments_can_be_saved_at_once(log: ConflictLog) -> None:
    # The library hung here for ever, over UNIX sockets.
    many = [submission(reported(), id=development_id_of(f"test:{n}"), message=str(n)) for n in range(2_500)]
    outcomes = log.record_all(many)

    assert [one.position for one in outcomes if isinstance(one, Receipt)] == list(range(1, 2_501))


def test_writers_that_come_together_are_written_together(log: ConflictLog, monkeypatch: pytest.MonkeyPatch) -> None:
    transactions: list[int] = []
    appending = log.records.appending

    @contextmanager
    def counted() -> Iterator[Any]:
        with appending() as transaction:
            transactions.append(1)
            yield transaction

    monkeypatch.setattr(log.records, "appending", counted)
    in_threads(lambda n: [tell(log, n * 100 + i, development_id_of(f"test:{n}")) for i in range(20)] and None, 8)

    assert log.head().position == 160
    assert len(transactions) < 160


def test_an_expected_version_that_is_not_the_current_one_is_refused(log: ConflictLog) -> None:
    tell(log, 1)
    with pytest.raises(VersionMismatch) as refused:
        log.record(submission(given("bbc"), message="a"), expected_version=2)
    receipt = log.record(submission(given("bbc"), message="a"), expected_version=1)
    again = log.record(submission(given("bbc"), message="a"), expected_version=1)

    assert refused.value.current == 1
    assert receipt.version == again.version == 2
    assert again.repeated


def test_of_two_that_expect_the_same_version_one_gets_in(log: ConflictLog) -> None:
    tell(log, 1)
    outcomes: list[object] = []

    def write(number: int) -> None:
        try:
            outcomes.append(log.record(submission(given("bbc"), message=f"r-{number}"), expected_version=1).version)
        except VersionMismatch as error:
            outcomes.append(error.current)

    in_threads(write, 6)

    assert outcomes == [2] * 6
    assert log.head().position == 2


def test_a_subject_that_must_not_exist_yet_must_not(log: ConflictLog) -> None:
    assert log.record(submission(reported(), message="a"), expected_version=0).version == 1

    with pytest.raises(VersionMismatch):
        log.record(submission(reported(), message="b"), expected_version=0)


def test_the_api_speaks_of_versions_as_entity_tags(scene: Scene) -> None:
    first = scene.post(message())
    event = message("account.given", id="b", subject=first.json["subject"])  # type: ignore[index]
    event["data"] = {"source": "bbc", "stance": {"occurrence": "asserts"}}

    def post(**headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return scene.client.post("/api/v1/events", json=event, headers=named)

    refused, wrong, new = post(If_Match='"7"'), post(If_Match="7"), post(If_None_Match="*")
    accepted = post(If_Match=first.headers["ETag"])
    assert first.headers["ETag"] == '"1"'
    assert (refused.status_code, wrong.status_code, new.status_code) == (412, 422, 412)
    assert refused.get_json(force=True)["errors"][0]["allowed"] == 'the current version, "1"'
    assert (accepted.status_code, accepted.headers["ETag"]) == (201, '"2"')
    assert scene.head == 2


def test_a_merge_is_decided_on_what_the_other_stream_is_now(log: ConflictLog) -> None:
    other = development_id_of("test:other")
    log.record_all([submission(reported(), message="a"), submission(reported(), id=other, message="b")])
    log.record(submission(DevelopmentMerged(other), message="c"))

    with pytest.raises(NotAcceptable):
        log.record(submission(DevelopmentMerged(BAKHMUT), id=other, message="d"))


def test_a_log_that_lost_its_last_records_takes_no_more(engine: Engine) -> None:
    with open_log(engine) as log:
        for number in range(3):
            tell(log, number)
    engine.unlock()
    engine.sql("DELETE FROM events WHERE position = 3")

    with open_log(engine) as log:
        with pytest.raises(StoreUnusable, match="missing"):
            tell(log, 9)
        assert log.head().position == 2


def test_the_instant_of_a_record_is_taken_once_the_writer_has_its_turn(log: ConflictLog, clock: FakeClock) -> None:
    started, hold = threading.Event(), threading.Event()

    def writer_that_takes_its_time() -> None:
        with log.records.appending():
            started.set()
            hold.wait(10)

    slow = threading.Thread(target=writer_that_takes_its_time)
    slow.start()
    started.wait(10)
    waiting = threading.Thread(target=lambda: tell(log, 1))
    waiting.start()
    clock.advance(minutes=5)
    hold.set()
    slow.join()
    waiting.join()

    assert log.after(0)[0].recorded_at == clock.now


class CuttingProxy:
    """Passes on what a client and the server say; once told to, cuts the line right after a COMMIT went through."""

    LONGEST = 32
    """Bytes of the longest text after which it may be told to cut."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.cut_after: bytes | None = None
        self.most = 1
        self.cuts = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(self._path)
            cut = threading.Event()
            answering = threading.Thread(target=self._pass, args=(server, client, cut, False))
            answering.start()
            self._pass(client, server, cut, True)
            answering.join()

    def _pass(self, source: socket.socket, target: socket.socket, cut: threading.Event, asking: bool) -> None:
        before = b""  # what was looked for may come in two pieces
        with suppress(OSError):
            while data := source.recv(65_536):
                if not asking and cut.is_set():
                    break  # The server has committed and says so; nobody hears it.
                seen, before = before + data, data[-self.LONGEST :]
                if asking and self.cut_after and self.cut_after in seen:
                    self.cuts += 1
                    self.cut_after = self.cut_after if self.cuts < self.most else None
                    cut.set()
                target.sendall(data)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@pytest.fixture
def proxied(postgres: PostgresServer, make_engine: Any) -> Iterator[tuple[ConflictLog, CuttingProxy, Engine]]:
    with make_engine("postgres") as engine:
        address = parse_address(engine.store)
        assert isinstance(address, PostgresAddress)
        proxy = CuttingProxy(f"{address.parameters['host']}/.s.PGSQL.5432")
        there = {**address.parameters, "host": "127.0.0.1", "port": str(proxy.port)}
        log = ConflictLog(PostgresAddress(there, engine.schema), FakeClock(), engine.key_file)
        yield log, proxy, engine
        log.close()
        proxy.close()


def test_a_commit_whose_answer_was_lost_is_acknowledged_once(proxied: Any) -> None:
    log, proxy, _ = proxied
    tell(log, 1)
    proxy.cut_after = b"COMMIT"
    receipt = tell(log, 2)

    assert proxy.cuts == 1
    assert (receipt.position, receipt.repeated) == (2, False)
    assert tell(log, 2).repeated
    assert [one.position for one in log.after(0)] == [1, 2]


def test_an_answer_that_was_lost_twice_is_still_that_of_the_first_time(proxied: Any) -> None:
    log, proxy, _ = proxied
    tell(log, 1)
    proxy.most, proxy.cut_after = 2, b"COMMIT"
    receipt = tell(log, 2)

    assert proxy.cuts == 2
    assert (receipt.position, receipt.repeated) == (2, False)


def test_a_line_that_was_cut_before_the_commit_writes_it_once(proxied: Any) -> None:
    log, proxy, _ = proxied
    tell(log, 1)
    proxy.cut_after = b"INSERT INTO events"
    receipt = tell(log, 2)

    assert proxy.cuts == 1
    assert (receipt.position, receipt.version, receipt.repeated) == (2, 2, False)
    assert log.head().position == 2


def test_a_restart_of_the_server_in_the_middle_loses_nothing(make_engine: Any, postgres: PostgresServer) -> None:
    with make_engine("postgres") as engine, open_log(engine) as log:
        tell(log, 0)
        acknowledged: list[int] = []

        def write(number: int) -> None:
            acknowledged.extend(tell(log, number * 1_000 + i).position for i in range(1, 40))

        writers = threading.Thread(target=in_threads, args=(write, 4))
        writers.start()
        postgres.restart()
        writers.join()

        assert sorted(acknowledged) == list(range(2, 158))
        assert [one.position for one in log.after(0)] == list(range(1, 158))
        assert verify(log).problems == ()


def test_the_whole_service_answers_from_postgresql_too(make_engine: Any) -> None:
    with make_engine("postgres") as engine, open_scene(engine) as scene:
        posted = scene.post(message())

        assert posted.status_code == 201
        assert scene.get("/timeline")["items"][0]["title"] == "Fighters enter Grayvoron"


def test_an_audit_cut_at_an_instant_waits_for_what_is_being_recorded_at_it(engine: Engine) -> None:
    with open_scene(engine) as scene:
        scene.tell(reported())
        scene.clock.advance(minutes=1)
        written, asked = threading.Event(), threading.Event()

        def write_slowly() -> None:
            late = Event(BAKHMUT, 2, scene.clock.now, MessageId("//slow", "a"), given("ua-mod", "denies"))
            with scene.log.records.appending() as transaction:
                new = New(FactMapper().to_stored_event(late))
                transaction.append([new], transaction.queries.head(), to_micros(scene.clock.now))
                written.set()
                asked.wait(0.5)

        writer = threading.Thread(target=write_slowly)
        writer.start()
        written.wait(10)
        recorded_at = format_instant(scene.clock.now)
        scene.clock.advance(minutes=1)
        first = scene.raw("/timeline", recorded_at=recorded_at)
        asked.set()
        writer.join()

        assert scene.raw("/timeline", recorded_at=recorded_at) == first
        assert scene.get("/timeline", recorded_at=recorded_at)["recorded_at"]["position"] == 2
