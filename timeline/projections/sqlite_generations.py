"""Generations of rows on SQLite: files beside that of the log."""

import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from glob import escape
from pathlib import Path

from timeline.errors import StoreUnusable
from timeline.projections.generations import GRACE, Busy, Generations
from timeline.projections.projection import VERSION
from timeline.readmodel.databases import Database, Writing
from timeline.readmodel.sqlite_database import SqliteDatabase, SqliteTransaction
from timeline.store.durable import to_disk

_WHILE_BUILDING = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-262144", "temp_store=FILE")
"""What is not finished is thrown away, so nothing has to be kept safe until it is."""


class SqliteGenerations(Generations):
    """Each generation is a file beside the log's: `timeline.db.rows-1-7` is number 7 of version 1."""

    engine = "sqlite"
    outlasts = True

    def __init__(self, log_file: Path, version: int = VERSION, grace: float = GRACE) -> None:
        super().__init__(version, grace)
        self._log_file = log_file.absolute()

    @contextmanager
    def building(self) -> Iterator[Writing]:
        """A file that nobody looks at until it is renamed."""
        unfinished = self._path(self.version, "new")
        try:
            with self._only_builder():
                self._remove_unfinished()
                connection = sqlite3.connect(unfinished, isolation_level=None, check_same_thread=False)
                try:
                    for setting in _WHILE_BUILDING:
                        connection.execute(f"PRAGMA {setting}")
                    connection.execute("BEGIN")
                    yield SqliteTransaction(connection)
                    connection.execute("COMMIT")
                    connection.execute("PRAGMA journal_mode=WAL")  # a switch that who opens it first would not be given
                except BaseException:
                    connection.close()
                    unfinished.unlink(missing_ok=True)
                    raise
                connection.close()
                number = max(self._complete(self.version), default=0) + 1
                to_disk(unfinished)
                self._lock_file.touch()  # tells when the newest was finished (`_age`)
                unfinished.rename(self._path(self.version, number))
                to_disk(unfinished.parent)
        except (sqlite3.Error, OSError) as error:
            raise StoreUnusable(f"the rows of {self._log_file.name} can not be built: {error}") from error
        self.look_again()

    @contextmanager
    def _only_builder(self) -> Iterator[None]:
        """A lock that the system takes back if the process dies."""
        with closing(sqlite3.connect(self._lock_file, timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise  # whoever takes it for somebody who is building would wait for ever
                raise Busy(f"the rows of {self._log_file.name} are being built by another process") from error
            yield

    def _remove_unfinished(self) -> None:
        """Take away what was begun and not finished, whichever version of the program began it."""
        for file in self._log_file.parent.glob(f"{escape(self._log_file.name)}.rows-*-new"):
            file.unlink(missing_ok=True)

    @property
    def _lock_file(self) -> Path:
        return self._log_file.with_name(f"{self._log_file.name}.rows-lock")

    def _complete(self, version: int) -> list[int]:
        pattern = re.compile(rf"{re.escape(self._log_file.name)}\.rows-{version}-(\d+)")
        found = (pattern.fullmatch(name) for name in os.listdir(self._log_file.parent))  # noqa: PTH208 - names alone
        return [int(match[1]) for match in found if match]

    def _open(self, number: int) -> Database:
        return SqliteDatabase(self._path(self.version, number))

    def _age(self, _version: int, _number: int) -> float:
        # Its own file changes with every batch, and its times with it.
        return time.time() - self._lock_file.stat().st_mtime if self._lock_file.exists() else 0.0

    def _remove(self, version: int, number: int) -> str:
        path = self._path(version, number)
        for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            file.unlink(missing_ok=True)
        return path.name

    def _path(self, version: int, number: int | str) -> Path:
        return self._log_file.with_name(f"{self._log_file.name}.rows-{version}-{number}")
