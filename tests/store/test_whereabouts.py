"""Nothing is acknowledged into a file that is not the log's any more, nor into a log that went back or is another."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from threading import Event

import pytest

from tests.engines import Engine
from tests.scenarios import message, open_log, registered, submission
from tests.servers import UNLIMITED, Running, serving
from timeline.domain.aggregates import Submission
from timeline.domain.values import source_id
from timeline.errors import StoreUnusable
from timeline.store.addresses import parse_address
from timeline.store.log import ConflictLog
from timeline.store.whereabouts import LogFile


def append(log: ConflictLog, id: str) -> int:
    return log.record(told(id)).position


def told(id: str) -> Submission:
    """A source that is registered, by a message of this id."""
    return submission(registered(id), id=source_id(id), message=id)


def ids_in(path: Path) -> list[str]:
    log = ConflictLog(path, read_only=True)
    try:
        return [one.event.message.id for one in log.after(0, 10_000)]  # type: ignore[union-attr]
    finally:
        log.close()


def away(path: Path) -> None:
    path.rename(path.with_name("elsewhere.db"))


def deleted(path: Path) -> None:
    path.unlink()


def exchanged(path: Path) -> None:
    """Another log is moved over it."""
    with open_log(path.with_name("other.db")) as other:
        append(other, "other")
    path.with_name("other.db").replace(path)


def without_its_wal(path: Path) -> None:
    Path(f"{path}-wal").unlink()


def with_another_wal(path: Path) -> None:
    Path(f"{path}-wal").rename(path.with_name("kept-wal"))
    Path(f"{path}-wal").write_bytes(b"")


class Meanwhile:
    """A context in which something happens before it ends."""

    def __init__(self, context: object, happens: Callable[[], None]) -> None:
        self._context = context
        self._happens = happens

    def __enter__(self) -> object:
        return self._context.__enter__()  # type: ignore[attr-defined]

    def __exit__(self, *error: object) -> object:
        self._happens()
        return self._context.__exit__(*error)  # type: ignore[attr-defined]


@pytest.mark.parametrize("happens", [away, deleted, exchanged, without_its_wal, with_another_wal])
def test_nothing_is_acknowledged_once_the_file_is_not_the_logs(tmp_path: Path, happens: Callable[[Path], None]) -> None:
    path = tmp_path / "log.db"
    log = ConflictLog(path)
    assert append(log, "before") == 1

    happens(path)
    for number in range(3):
        with pytest.raises(StoreUnusable, match="sending the same"):
            append(log, f"after-{number}")

    assert path.name not in str(log.records.why_misplaced() or "")


def test_a_file_that_goes_while_it_is_committed_is_not_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.db"
    with open_log(path) as log:
        append(log, "before")
        insert = type(log.records).appending

        def once(recorder: object) -> object:
            context = insert(recorder)  # type: ignore[arg-type]
            return Meanwhile(context, lambda: away(path))

        monkeypatch.setattr(type(log.records), "appending", once)
        with pytest.raises(StoreUnusable, match="deleted or moved"):
            append(log, "meanwhile")
        monkeypatch.undo()
        (tmp_path / "elsewhere.db").rename(path)

        assert log.record(told("meanwhile")).repeated
        assert append(log, "after") == 3


@pytest.mark.parametrize("records", [1, 400], ids=["shorter", "longer"])
def test_nothing_is_acknowledged_once_another_log_was_copied_over_it(tmp_path: Path, records: int) -> None:
    path, other = tmp_path / "log.db", tmp_path / "other.db"
    with open_log(other) as log:
        log.record_all([told(f"other-{number}") for number in range(records)])
    with open_log(path) as log:
        for number in range(100):
            append(log, f"a-{number}")

        shutil.copyfile(other, path)  # as `cp` does, by way of an empty file

        refuses_everything(log)


def test_nothing_is_acknowledged_once_an_earlier_copy_was_copied_over_the_log(tmp_path: Path) -> None:
    path, backup = tmp_path / "log.db", tmp_path / "backup.db"
    with open_log(path) as log:
        for number in range(100):
            append(log, f"a-{number}")
        with closing(sqlite3.connect(path)) as beside:
            beside.execute("VACUUM INTO ?", (str(backup),))
        append(log, "later")

        shutil.copyfile(backup, path)

        refuses_everything(log)


def refuses_everything(log: ConflictLog) -> None:
    for number in range(3):
        with pytest.raises(StoreUnusable, match="overwritten"):
            append(log, f"after-{number}")
        with pytest.raises(StoreUnusable, match="overwritten"):
            log.after(0, 10)


def test_checkpoints_of_whatever_process_are_not_taken_for_a_file_that_was_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    done = Event()

    def copy() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as beside:
            while not done.is_set():
                for mode in ("PASSIVE", "FULL", "RESTART", "TRUNCATE"):
                    beside.execute(f"PRAGMA wal_checkpoint({mode})")

    with open_log(path) as log, ThreadPoolExecutor() as pool:
        copying = [pool.submit(copy) for _ in range(2)]
        appending = [pool.submit(lambda of=of: [append(log, f"{of}-{n}") for n in range(200)]) for of in range(3)]
        found = [one.result() for one in appending]
        done.set()
        for one in copying:
            one.result()

        assert sorted(position for positions in found for position in positions) == list(range(1, 601))


def test_a_file_that_is_given_the_number_of_a_write_ahead_log_that_sqlite_deleted_is_not_taken_for_it(
    tmp_path: Path,
) -> None:
    path, wal = tmp_path / "log.db", tmp_path / "log.db-wal"
    path.touch()
    wal.touch()
    file = LogFile(path)
    assert file.why_misplaced() is None

    with ExitStack() as opened:
        wal.unlink()  # by SQLite, with its last connection
        for number in range(50):
            opened.enter_context((tmp_path / f"another-{number}").open("wb"))
        wal.touch()

        assert file.why_misplaced() is None


def test_no_log_is_begun_beside_what_was_appended_to_one_that_was_moved_away(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with open_log(path) as log:
        append(log, "a")
        away(path)
        with pytest.raises(StoreUnusable, match="put the file back"):
            ConflictLog(path)
        (tmp_path / "elsewhere.db").rename(path)
        assert append(log, "b") == 2

    assert ids_in(path) == ["a", "b"]


@pytest.mark.parametrize("happens", [away, exchanged])
def test_the_process_that_makes_rows_opens_no_other_file_than_the_servers(
    tmp_path: Path, happens: Callable[[Path], None]
) -> None:
    path = tmp_path / "log.db"
    with open_log(path) as log:
        append(log, "a")
        happens(path)
        found = path.read_bytes() if path.exists() else None
        ended = subprocess.run(
            [sys.executable, "-m", "timeline.row_process", log.records.file_identity], check=False, timeout=60,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, env={**os.environ, "TIMELINE_STORE": str(path)},
        )  # fmt: skip

        assert ended.returncode == 1
        assert "is not the file of the log that is open elsewhere" in ended.stderr
        assert found == (path.read_bytes() if path.exists() else None)


def test_where_the_file_is_put_back_the_log_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with open_log(path) as log:
        append(log, "a")
        away(path)
        with pytest.raises(StoreUnusable):
            append(log, "b")
        (tmp_path / "elsewhere.db").rename(path)

        assert append(log, "b") == 2


def test_no_file_is_made_in_the_place_of_one_that_was_deleted(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with open_log(path) as log:
        append(log, "a")
        deleted(path)
        with pytest.raises(StoreUnusable):
            append(log, "b")
        assert log.head().position == 1

        assert not path.exists()


def test_a_log_that_went_back_past_this_software_takes_nothing_more(engine: Engine) -> None:
    with open_log(engine) as log:
        for number in range(5):
            append(log, f"a-{number}")
        for trigger in ("events_no_delete",) if engine.name == "sqlite" else ():
            engine.sql(f"DROP TRIGGER {trigger}")
        if engine.name == "postgres":
            engine.sql("DROP TRIGGER events_append_only ON events")
        engine.sql("DELETE FROM events WHERE position > 2")

        with pytest.raises(StoreUnusable, match="does not hold any more"):
            append(log, "b")


def test_another_log_in_its_place_takes_nothing(engine: Engine) -> None:
    with open_log(engine) as log:
        append(log, "a")
        for table in ("log", "epochs"):
            names = ("no_update", "no_delete", "no_replace") if engine.name == "sqlite" else ("append_only",)
            for name in names:
                on = f" ON {table}" if engine.name == "postgres" else ""
                engine.sql(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")
        engine.sql("UPDATE log SET origin = 'conflict-timeline/another'")

        with ConflictLog(parse_address(engine.store), key_file=engine.key_file) as second:
            append(second, "b")
        with pytest.raises(StoreUnusable, match="another log in the place"):
            append(log, "c")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with serving(str(tmp_path / "log.db"), **UNLIMITED) as running:
        yield running


def post(server: Running, token: str, id: str) -> tuple[int, dict[str, object]]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", "/api/v1/events", json.dumps(message(id=id)), headers)
    response = connection.getresponse()
    body = json.loads(response.read())
    connection.close()
    return response.status, body


@pytest.mark.parametrize("happens", [away, exchanged, without_its_wal])
def test_a_server_says_so_once_and_loses_nothing_that_it_acknowledged(
    server: Running, tmp_path: Path, happens: Callable[[Path], None]
) -> None:
    path, token = tmp_path / "log.db", server.token("desk", "append")
    acknowledged = [id for id in ("a", "b", "c") if post(server, token, id)[0] == 201]

    happens(path)
    refused = [post(server, token, id) for id in ("d", "e", "f")]

    assert acknowledged == ["a", "b", "c"]
    assert {status for status, _ in refused} == {503}
    assert all(str(tmp_path) not in str(body) for _, body in refused)
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(30)
    told = [line for line in server.printed.splitlines() if "the log is not where it was" in line]
    assert len(told) == 1
    if happens is away:
        (tmp_path / "elsewhere.db").rename(path)  # with what is still in the write-ahead log, which stayed
    if happens is not exchanged:  # the file itself was thrown away there, by whoever put another in its place
        assert ids_in(path) == acknowledged
