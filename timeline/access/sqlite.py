"""Tokens beside a SQLite log: in a file of their own (`timeline.db.access`), which only its owner can read.

Not in the log's file: a copy of that is a backup, and goes to places where tokens have no business. Before each
question it is looked whether the file is still the one that is open: one that was exchanged or taken away is noticed.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Lock
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
    scopes TEXT NOT NULL, -- separated by spaces; "strict" among them marks a strict token, "source=..." a source
    created_at INTEGER NOT NULL, -- microseconds since 1970, UTC, as those that follow
    expires_at INTEGER,
    revoked_at INTEGER
) WITHOUT ROWID"""


class SqliteEngine:
    """The file of the tokens."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = str(path)
        self._lock = Lock()
        self._kept: tuple[tuple[int, int], sqlite3.Connection] | None = None
        """The file that is open for questions, by device and number, and the connection to it."""
        self._known_to_be_ours = False
        """Whether it was seen that the file that is open is one of ours; then it stays so."""

    def fetch(self, statement: str, given: Sequence[Any] = ()) -> Rows:
        """All rows of a query; none where there is no file yet, or nothing in it."""
        with self._lock:
            try:
                connection = self._current()
                if connection is None or not (self._known_to_be_ours or self._is_ours(connection)):
                    return []
                self._known_to_be_ours = True
                return connection.execute(statement, given).fetchall()
            except (sqlite3.Error, OSError) as error:
                self._let_go()
                raise self._unusable(error) from error

    @contextmanager
    def writing(self) -> Iterator[SqliteTransaction]:
        """The write lock of the file, until the context ends: then all of it is on disk, or none."""
        try:
            # Made before SQLite opens it, and never opened past SQLite later: closing it would drop SQLite's locks.
            if not self._path.exists():
                with suppress(FileExistsError):
                    os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            with closing(self._connect()) as connection:
                connection.execute("PRAGMA synchronous=EXTRA")  # the journal's end, which commits, is on disk as well
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
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from error

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._let_go()

    def _current(self) -> sqlite3.Connection | None:
        """The connection to the file as it stands there now; None where there is none."""
        try:
            found = os.stat(self._name)  # noqa: PTH116 - a path object takes as long as the question itself
        except FileNotFoundError:
            self._let_go()
            return None
        file = (found.st_dev, found.st_ino)
        if self._kept is None or self._kept[0] != file:
            self._let_go()
            self._kept = (file, self._connect())
        return self._kept[1]

    def _let_go(self) -> None:
        if self._kept:
            self._kept[1].close()
        self._kept, self._known_to_be_ours = None, False

    def _connect(self) -> sqlite3.Connection:
        """A connection to the file, which is never made by opening it."""
        name = f"{self._path.absolute().as_uri()}?mode=rw"
        return sqlite3.connect(name, timeout=_PATIENCE, isolation_level=None, uri=True, check_same_thread=False)

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

    def _unusable(self, error: Exception) -> StoreUnusable:
        return StoreUnusable(f"{self._path} can not be used for access tokens: {error}")
