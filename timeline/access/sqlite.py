"""Tokens beside a SQLite log: in a file of their own (`timeline.db.access`), which only its owner can read.

Not in the log's file: a copy of that is a backup, and goes to places where tokens have no business. The file is
opened anew for each question (about a tenth of a millisecond), so that one that was exchanged or taken away is noticed.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from timeline.errors import StoreUnusable
from timeline.readmodel.databases import Rows
from timeline.readmodel.sqlite_database import SqliteTransaction

APPLICATION_ID = 0x544C4143
"""Marks the file as one of ours (`TLAC`; see `PRAGMA application_id`)."""
_PATIENCE = 30
"""Seconds to wait for somebody who writes."""

_TABLE = """CREATE TABLE IF NOT EXISTS tokens (
    hash BLOB PRIMARY KEY, -- SHA-256 of the secret
    name TEXT NOT NULL,
    scopes TEXT NOT NULL, -- separated by spaces
    created_at INTEGER NOT NULL, -- microseconds since 1970, UTC, as those that follow
    expires_at INTEGER,
    revoked_at INTEGER
) WITHOUT ROWID"""


class SqliteEngine:
    """The file of the tokens."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def fetch(self, statement: str, given: Sequence[Any] = ()) -> Rows:
        """All rows of a query; none where there is no file yet, or nothing in it."""
        if not self._path.exists():
            return []
        with self._connection() as connection:
            return connection.execute(statement, given).fetchall() if self._is_ours(connection) else []

    @contextmanager
    def writing(self) -> Iterator[SqliteTransaction]:
        """The write lock of the file, until the context ends: then all of it is on disk, or none."""
        try:
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StoreUnusable(f"{self._path} can not be used for access tokens: {error.strerror}") from error
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                if not self._is_ours(connection):
                    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
                    connection.execute(_TABLE)
                yield SqliteTransaction(connection)
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def close(self) -> None:
        """Nothing is held between two questions."""

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection to the file as it stands there now, which is never made by opening it."""
        name = f"{self._path.absolute().as_uri()}?mode=rw"
        try:
            with closing(sqlite3.connect(name, timeout=_PATIENCE, isolation_level=None, uri=True)) as connection:
                connection.execute("PRAGMA synchronous=EXTRA")  # the journal's end, which commits, is on disk as well
                yield connection
        except sqlite3.Error as error:
            raise StoreUnusable(f"{self._path} can not be used for access tokens: {error}") from error

    def _is_ours(self, connection: sqlite3.Connection) -> bool:
        """Whether the table is there; False for an empty file. Raises `StoreUnusable` for what is something else."""
        (mark,) = connection.execute("PRAGMA application_id").fetchone()
        if mark == APPLICATION_ID:
            return True
        if mark or connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise StoreUnusable(
                f"{self._path} is an SQLite file of something else; access tokens can not be kept there"
            )
        return False
