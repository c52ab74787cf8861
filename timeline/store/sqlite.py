"""The log in one SQLite file: the library's recorder on tables of our own.

What the library's table lacks: a position that is the declared key (a bare rowid may be renumbered by
VACUUM), the recorded clock, the key of idempotency and the tree, all written in the one append transaction;
and triggers by which the database itself refuses to change or delete.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteConnection, SQLiteConnectionPool, SQLiteFactory
from eventsourcing.utils import Environment

from timeline.errors import LogMisplaced, StoreUnusable
from timeline.store.epochs import EpochRow
from timeline.store.queries import COLUMNS, LogQueries, marks
from timeline.store.recorders import FETCHED, LogRecorder, Verifiable
from timeline.store.records import Row
from timeline.store.transactions import AppendTransaction
from timeline.store.whereabouts import LogFile, guard_file

APPLICATION_ID = 0x544C4F47
"""Marks the file as one of ours (`TLOG`; see `PRAGMA application_id`)."""
LAYOUT = 2
"""Which tables the file has (`PRAGMA user_version`); 1 had no tree."""

LOCK_TIMEOUT = 30
"""Seconds that a writer waits for another process's."""

_TABLES = (
    """CREATE TABLE IF NOT EXISTS log (origin TEXT PRIMARY KEY) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS events (
        position INTEGER PRIMARY KEY CHECK (position > 0),
        recorded_at INTEGER NOT NULL, -- microseconds since 1970, UTC
        originator_id BLOB NOT NULL,
        originator_version INTEGER NOT NULL,
        topic TEXT NOT NULL,
        message_key BLOB,
        leaf_hash BLOB NOT NULL,
        state BLOB NOT NULL,
        UNIQUE (originator_id, originator_version),
        UNIQUE (message_key)
    )""",
    """CREATE TABLE IF NOT EXISTS tree_nodes (
        level INTEGER NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, number)
    ) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS signers (verifier TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS checkpoints (size INTEGER PRIMARY KEY, note TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS epochs (number INTEGER PRIMARY KEY, epoch TEXT NOT NULL, last INTEGER)""",
)

# INSERT OR REPLACE deletes without a delete trigger, so each key is looked up first.
_UNIQUE = {
    "log": "EXISTS (SELECT 1 FROM log)",
    "events": """NEW.position <= (SELECT max(position) FROM events)
        OR EXISTS (SELECT 1 FROM events WHERE originator_id = NEW.originator_id
            AND originator_version = NEW.originator_version)
        OR EXISTS (SELECT 1 FROM events WHERE message_key = NEW.message_key)""",
    "tree_nodes": "EXISTS (SELECT 1 FROM tree_nodes WHERE level = NEW.level AND number = NEW.number)",
    "signers": "EXISTS (SELECT 1 FROM signers WHERE verifier = NEW.verifier)",
    "checkpoints": "EXISTS (SELECT 1 FROM checkpoints WHERE size = NEW.size)",
    "epochs": "EXISTS (SELECT 1 FROM epochs WHERE number = NEW.number)",
}
"""Table -> when a new row would replace one that is there."""

_REFUSALS = tuple(
    f"CREATE TRIGGER IF NOT EXISTS {{table}}_{name} BEFORE {moment} "
    "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
    for name, moment in (
        ("no_update", "UPDATE ON {table}"),
        ("no_delete", "DELETE ON {table}"),
        ("no_replace", "INSERT ON {table} WHEN {there}"),
    )
)

_TRIGGERS = tuple(
    statement.format(table=table, there=there) for table, there in _UNIQUE.items() for statement in _REFUSALS
)
_SCHEMA = (*_TABLES, *_TRIGGERS)


_VERIFIABLE = """SELECT position, recorded_at, originator_id, originator_version, CAST(topic AS BLOB), message_key,
    state, leaf_hash FROM events WHERE position > ? AND position <= ? ORDER BY position"""


_SETTINGS = ("synchronous=FULL", "cache_size=-16384", "wal_autocheckpoint=4000")
"""Of each connection: commits wait for the disk; 16 MB of pages are kept; the WAL is emptied at 16 MB."""


class _Pool(SQLiteConnectionPool):
    file: LogFile | None = None

    def _create_connection(self) -> SQLiteConnection:
        try:
            connection = sqlite3.connect(
                self.db_name,
                timeout=LOCK_TIMEOUT,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=200,
                uri=self.db_name.startswith("file:"),
            )  # the library's own keeps one prepared statement, so that each is parsed anew each time
            for setting in _SETTINGS:
                connection.execute(f"PRAGMA {setting}")
            if self.file and (reason := self.file.why_misplaced()):  # or this would be a connection to something else
                connection.close()
                raise InterfaceError(reason)
        except (sqlite3.Error, UnicodeDecodeError) as error:  # of a damaged file its own words may be no text
            raise InterfaceError(str(error)) from error
        return SQLiteConnection(connection, self.max_age)


class SqliteFactory(SQLiteFactory):
    """The library's factory, with connections that wait for the disk before they acknowledge."""

    def __init__(self, env: Environment) -> None:
        super().__init__(env)
        self.datastore.pool = _Pool(db_name=self.datastore.pool.db_name, lock_timeout=LOCK_TIMEOUT)


class SqliteTransaction(AppendTransaction):
    """An append transaction on a SQLite cursor."""

    def __init__(self, cursor: sqlite3.Cursor, recorder: "SqliteLogRecorder") -> None:
        queries = LogQueries(lambda statement, given: cursor.execute(statement, given).fetchall(), recorder.among)
        super().__init__(queries, recorder.signer)
        self._cursor = cursor
        self.wrote = False

    def insert_rows(self, rows: Sequence[Row]) -> None:
        """Write records."""
        self.wrote = True
        self._cursor.executemany(
            f"INSERT INTO events ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (row.position, row.recorded_at, row.subject.bytes, row.version, row.topic, row.message_key,
                 row.leaf_hash, row.state)
                for row in rows
            ],
        )  # fmt: skip

    def execute(self, statement: str, given: Sequence[Any] = ()) -> None:
        """Run a statement."""
        self._cursor.execute(statement, given)


class SqliteLogRecorder(LogRecorder, SQLiteApplicationRecorder):  # type: ignore[misc]
    """The library's recorder on our tables."""

    _file: LogFile | None = None

    def watch(self, path: Path) -> None:
        """Append nothing any more once the file that is open is not the one of this name."""
        self._file = self.datastore.pool.file = LogFile(path)  # type: ignore[attr-defined]

    def why_misplaced(self) -> str | None:
        """Why the file that is open is not the log's any more."""
        return self._file.why_misplaced() if self._file else None

    @property
    def file_identity(self) -> str | None:
        """What tells the file from whatever else may come to stand under its name."""
        return self._file.identity if self._file else None

    def _guard_place(self, *, committed: bool) -> None:
        if self._file and (reason := self._file.why_misplaced(committed=committed)):
            raise LogMisplaced(reason)

    def _guard_content(self) -> None:
        if self._file and (reason := self._file.why_unreadable()):
            raise StoreUnusable(reason)

    def create_table(self) -> None:
        """The tables, their indexes and the triggers; whoever comes first makes them, the rest find them."""
        with self.appending() as transaction:
            for statement in _SCHEMA:
                transaction.execute(statement)
            self.name_log(transaction)

    @contextmanager
    def appending(self) -> Iterator[SqliteTransaction]:
        """The write lock of the file, until the context ends: then all of it is on disk, or none.

        Raises `LogMisplaced` where the file is not the log's any more; then nothing may be acknowledged.
        """
        self._guard_place(committed=False)
        with self.datastore.get_connection(commit=True) as connection, _translated(), connection.cursor() as cursor:
            cursor.row_factory = None
            cursor.execute("BEGIN IMMEDIATE")
            try:
                transaction = SqliteTransaction(cursor, self)
                yield transaction
                cursor.execute("COMMIT")
                if transaction.wrote:
                    self._guard_place(committed=True)
            except BaseException:
                if cursor.connection.in_transaction:
                    cursor.execute("ROLLBACK")
                raise
        self.signal.ring()

    def fetch(self, statement: str, given: Sequence[Any]) -> list[tuple[Any, ...]]:
        """All rows of a query, as tuples."""
        self._guard_content()
        with self.datastore.get_connection(commit=False) as connection, connection.cursor() as cursor, _translated():
            cursor.row_factory = None
            return cursor.execute(statement, given).fetchall()

    def stream(self, after: int, last: int) -> Iterator[list[Verifiable]]:
        """The records as they are verified."""
        self._guard_content()
        with self.datastore.get_connection(commit=False) as connection, connection.cursor() as cursor, _translated():
            cursor.row_factory = None
            cursor.execute(_VERIFIABLE, (after, last))
            while rows := cursor.fetchmany(FETCHED):
                yield rows

    def among(self, column: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
        """The values one by one; a UUID as its 16 bytes."""
        return _among(column, values)


def claim_file(path: Path, identity: str | None = None) -> None:
    """Mark a new file as a log of ours; raises `StoreUnusable` for a file that is something else, and leaves it be.

    `identity`: the file that it has to be (`LogFile.identity`), for who opens what another process has open.
    """
    guard_file(path, identity)
    try:
        with closing(sqlite3.connect(path, timeout=LOCK_TIMEOUT, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            if _marks(connection) == (0, 0) and not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version={LAYOUT}")
            _guard_ours(path, connection)
            connection.execute("COMMIT")
            _use_write_ahead_log(connection)
    except sqlite3.Error as error:
        raise StoreUnusable(f"{path} can not be used as a store: {error}") from error


def replace_content(target: Path, source: Path, prepare: Callable[[LogQueries], Sequence[EpochRow]]) -> None:
    """Put the records of one log file in the place of another's, as one transaction of the target.

    `prepare` is given the target as it stands, may raise, and gives the rows that are added about epochs; whoever
    writes to the target waits meanwhile, so what it was given still holds when the switch is made.
    """
    with closing(sqlite3.connect(target, timeout=LOCK_TIMEOUT, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("ATTACH ? AS restored", (str(source),))
        connection.execute("BEGIN IMMEDIATE")
        try:
            epochs = prepare(_queries(connection))
            triggers = "SELECT name FROM main.sqlite_master WHERE type = 'trigger'"
            for (trigger,) in connection.execute(triggers).fetchall():
                connection.execute(f'DROP TRIGGER main."{trigger}"')
            for table in _UNIQUE:
                connection.execute(f"DELETE FROM main.{table}")
                connection.execute(f"INSERT INTO main.{table} SELECT * FROM restored.{table}")
            connection.executemany("INSERT INTO main.epochs (epoch, last) VALUES (?, ?)", epochs)
            for statement in _TRIGGERS:
                connection.execute(statement)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


@contextmanager
def file_queries(path: Path) -> Iterator[LogQueries]:
    """The questions about the log in a file, which is only read."""
    with closing(sqlite3.connect(read_only_name(path), uri=True, timeout=LOCK_TIMEOUT)) as connection:
        yield _queries(connection)


def _queries(connection: sqlite3.Connection) -> LogQueries:
    return LogQueries(lambda sql, given: connection.execute(sql, given).fetchall(), _among)


def _among(column: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
    return f"{column} IN ({marks(values)})", [one.bytes if isinstance(one, UUID) else one for one in values]


def existing_name(path: Path) -> str:
    """The file as SQLite opens it to write, where it is there: it never makes another in its place."""
    return f"{path.absolute().as_uri()}?mode=rw"


def read_only_name(path: Path) -> str:
    """The file as SQLite opens it to read only; on a medium that takes no writing it must not even be locked."""
    name = f"{path.absolute().as_uri()}?mode=ro"
    return name if os.access(path.parent, os.W_OK) else f"{name}&immutable=1"


def guard_log_file(path: Path) -> None:
    """Raises `StoreUnusable` for a file that is no log of ours; nothing is written to it."""
    try:
        with closing(sqlite3.connect(read_only_name(path), uri=True)) as connection:
            _guard_ours(path, connection)
    except sqlite3.Error as error:
        raise StoreUnusable(f"{path} can not be read as a log: {error}") from error


def _guard_ours(path: Path, connection: sqlite3.Connection) -> None:
    mark, layout = _marks(connection)
    if mark != APPLICATION_ID:
        raise StoreUnusable(f"{path} is an SQLite file of something else; name another file")
    if layout != LAYOUT:
        raise StoreUnusable(f"{path} was made by another version of this program (layout {layout}, here {LAYOUT})")


def _marks(connection: sqlite3.Connection) -> tuple[int, int]:
    mark, layout = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    return mark, layout


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch the file to WAL. The lock that this takes once in a file's life is not waited for by SQLite itself."""
    give_up = time.monotonic() + LOCK_TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.02)


@contextmanager
def _translated() -> Iterator[None]:
    """The driver's errors as the library's."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise IntegrityError(str(error)) from error
    except (sqlite3.Error, UnicodeDecodeError) as error:  # as above
        raise OperationalError(str(error)) from error
