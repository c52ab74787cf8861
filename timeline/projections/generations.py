"""Generations: the read model that is asked, and the one that is being built to take its place.

A generation has a number and belongs to one version of the projection; the live one of a version is the one with the
highest number. It comes into the world complete: on SQLite a file that is renamed when it is finished, on PostgreSQL a
schema that is made in one transaction. So nobody ever reads a half, and what was begun and not finished is thrown
away by the next one who builds. Each process looks about once a second whether there is a newer generation.
"""

import os
import re
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from glob import escape
from pathlib import Path
from threading import Lock
from typing import Any

import psycopg
from msgspec import structs

from timeline.errors import StoreUnusable
from timeline.projections.projection import VERSION
from timeline.readmodel.databases import Database, Writing
from timeline.readmodel.postgres_database import PostgresDatabase, PostgresTransaction
from timeline.readmodel.sqlite_database import SqliteDatabase, SqliteTransaction
from timeline.store.addresses import Address, PostgresAddress, SqliteAddress

GRACE = 60.0
"""Seconds for which a generation stays after another took its place, for those who still read it."""
_LOOK = 1.0
_WHILE_BUILDING = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-262144", "temp_store=FILE")
"""What is not finished is thrown away, so nothing has to be kept safe until it is."""
_BUILDING = 0x544C4742
"""First half of the advisory lock of who builds."""


class Busy(StoreUnusable):
    """Raised when another process is building the rows at this moment."""

    slug = "busy"
    title = "Somebody else is doing that"


class Generations(ABC):
    """The generations of one log, for one version of the projection."""

    engine: str
    outlasts: bool
    """Whether who has a generation open can go on with it once it was taken away."""

    def __init__(self, version: int = VERSION, grace: float = GRACE) -> None:
        self.version = version
        self.grace = grace
        self._lock = Lock()
        self._live: tuple[int, Database] | None = None
        self._looked = 0.0
        self._replaced: list[tuple[float, Database]] = []

    @property
    def number(self) -> int:
        """The number of the live generation; 0 where there is none yet."""
        self.live()
        return self._live[0] if self._live else 0

    def live(self) -> Database | None:
        """The generation to read from and to write to; None where this version has none yet."""
        with self._lock:
            now = time.monotonic()
            if self._live is None or now - self._looked > _LOOK:
                self._looked = now
                self._switch_to(max(self._complete(self.version), default=0), now)
            return self._live[1] if self._live else None

    def look_again(self) -> None:
        """Look for a newer generation at the next question, not only once a second."""
        with self._lock:
            self._looked = 0.0

    @abstractmethod
    def building(self) -> AbstractContextManager[Writing]:
        """An empty place that becomes the live generation when the context ends, or is thrown away where it raises.

        Raises `Busy` where another process is building.
        """

    def sweep(self) -> list[str]:
        """Take away what another generation took the place of long enough ago; the names of what went."""
        newest = max(self._complete(self.version), default=0)
        older = [
            (version, number)
            for version in range(self.version + 1)
            for number in sorted(self._complete(version))
            if (version, number) < (self.version, newest)
        ]
        if not older or self._age(self.version, newest) < self.grace:
            return []
        return [self._remove(version, number) for version, number in older]

    def close(self) -> None:
        """Let go of the databases."""
        with self._lock:
            for _, database in self._replaced:
                database.close()
            if self._live:
                self._live[1].close()
            self._live, self._replaced = None, []

    def _switch_to(self, number: int, now: float) -> None:
        """Read from another generation; who still asks the one before may finish."""
        for since, database in list(self._replaced):
            if now - since > self.grace:
                database.close()
                self._replaced.remove((since, database))
        if (not number and self.outlasts) or (self._live and self._live[0] == number):
            return
        if self._live:
            self._replaced.append((now, self._live[1]))
        self._live = (number, self._open(number)) if number else None

    @abstractmethod
    def _complete(self, version: int) -> list[int]:
        """The numbers of the finished generations of a version."""

    @abstractmethod
    def _open(self, number: int) -> Database:
        """The database of a finished generation of this version."""

    @abstractmethod
    def _age(self, version: int, number: int) -> float:
        """Seconds since a generation was finished."""

    @abstractmethod
    def _remove(self, version: int, number: int) -> str:
        """Take a generation away; its name."""


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
                    _remove_file(unfinished)
                    raise
                connection.close()
                number = max(self._complete(self.version), default=0) + 1
                _to_disk(unfinished)
                self._lock_file.touch()  # tells when the newest was finished (`_age`)
                unfinished.rename(self._path(self.version, number))
                _to_disk(unfinished.parent)
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
            _remove_file(file)

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
            _remove_file(file)
        return path.name

    def _path(self, version: int, number: int | str) -> Path:
        return self._log_file.with_name(f"{self._log_file.name}.rows-{version}-{number}")


class PostgresGenerations(Generations):
    """Each generation is a schema beside the log's: `timeline_rows_1_7` is number 7 of version 1."""

    engine = "postgres"
    outlasts = False

    def __init__(self, address: PostgresAddress, version: int = VERSION, grace: float = GRACE) -> None:
        super().__init__(version, grace)
        self._address = address

    @contextmanager
    def building(self) -> Iterator[Writing]:
        """A schema that nobody sees until the one transaction in which it is made and filled is committed."""
        with self._connection() as connection, connection.transaction():
            claim = "SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))"
            if connection.execute(claim, (_BUILDING, self._address.schema)).fetchone() != (True,):
                raise Busy(f"the rows of {self._address} are being built by another process")
            number = max(self._complete(self.version), default=0) + 1
            schema = self._schema(self.version, number)
            connection.execute(f"CREATE SCHEMA {schema}".encode())
            connection.execute(f"SET LOCAL search_path = {schema}".encode())
            connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
            connection.execute("SET LOCAL work_mem = '128MB'")
            yield PostgresTransaction(connection)
            finished = f"COMMENT ON SCHEMA {schema} IS '{time.time():.0f}'"  # when it was finished
            connection.execute(finished.encode())
        self.look_again()

    def _complete(self, version: int) -> list[int]:
        pattern = f"{self._address.schema}_rows_{version}_"
        with self._connection() as connection:
            names = connection.execute("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s)", (pattern,))
            return [int(name[len(pattern) :]) for (name,) in names if name[len(pattern) :].isdecimal()]

    def _open(self, number: int) -> Database:
        return PostgresDatabase(structs.replace(self._address, schema=self._schema(self.version, number)).connection)

    def _age(self, version: int, number: int) -> float:
        with self._connection() as connection:
            told = connection.execute(
                "SELECT obj_description(to_regnamespace(%s)::oid, 'pg_namespace')", (self._schema(version, number),)
            ).fetchone()
        return time.time() - float(told[0]) if told and told[0] else 0.0

    def _remove(self, version: int, number: int) -> str:
        schema = self._schema(version, number)
        with self._connection() as connection:
            connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE".encode())
        return schema

    def _schema(self, version: int, number: int) -> str:
        return f"{self._address.schema}_rows_{version}_{number}"

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        try:
            with psycopg.connect(**self._address.connection, autocommit=True) as connection:
                yield connection
        except psycopg.Error as error:
            raise StoreUnusable(f"the rows of {self._address} can not be used: {error}") from error


def generations_of(address: Address, version: int = VERSION, grace: float = GRACE) -> Generations:
    """The generations beside the log of an address."""
    if isinstance(address, SqliteAddress):
        return SqliteGenerations(address.path, version, grace)
    return PostgresGenerations(address, version, grace)


def _remove_file(path: Path) -> None:
    path.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    """Have what was written to a file or folder survive the loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
