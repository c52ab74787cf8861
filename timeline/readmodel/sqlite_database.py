"""A read model in one SQLite file, beside the log's."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import LifoQueue
from threading import Lock
from typing import Any

from timeline.errors import StoreUnusable
from timeline.readmodel.databases import Database, Rows

PATIENCE = 60
"""Seconds that a writer waits for another one."""
READERS = 1
"""Connections that read at the same time: more of them only fight for the interpreter's lock row by row."""

_SETTINGS = ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-65536", "temp_store=MEMORY")
"""What is lost with the power is built anew from the log, so a commit does not wait for the disk."""


class SqliteTransaction:
    """A transaction on a connection to the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def fetch(self, statement: str, given: Sequence[Any] = ()) -> Rows:
        """All rows of a query."""
        return self._connection.execute(statement, given).fetchall()

    def execute(self, statement: str, given: Sequence[Any] = ()) -> None:
        """Run one statement."""
        self._connection.execute(statement, given)

    def execute_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement once for each row."""
        self._connection.executemany(statement, rows)

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Write many rows into one table."""
        marks = ", ".join("?" * len(columns))
        self._connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)


class SqliteDatabase(Database):
    """The tables in a file."""

    engine = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        self._lock = Lock()
        try:
            self._writer = self._connect()
            for _ in range(READERS):
                self._idle.put(self._connect())
        except sqlite3.Error as error:
            raise StoreUnusable(f"{path} can not be used as a read model: {error}") from error

    def fetch(self, statement: str, given: Sequence[Any] = ()) -> Rows:
        """All rows of a query."""
        connection = self._idle.get()
        try:
            return connection.execute(statement, given).fetchall()
        except sqlite3.Error as error:
            raise StoreUnusable(f"{self.path} can not be read: {error}") from error
        finally:
            self._idle.put(connection)

    @contextmanager
    def writing(self) -> Iterator[SqliteTransaction]:
        """The write lock of the file."""
        with self._lock:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield SqliteTransaction(self._writer)
                self._writer.execute("COMMIT")
            except sqlite3.Error as error:
                raise StoreUnusable(f"{self.path} can not be written: {error}") from error
            finally:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")

    def close(self) -> None:
        """Close its connections, once nobody is using them; who asks afterwards is refused."""
        with self._lock:
            self._writer.close()
        closed = [self._idle.get() for _ in range(READERS)]
        for connection in closed:
            connection.close()
            self._idle.put(connection)  # so that nobody waits for one for ever

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=500
        )
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
        return connection
