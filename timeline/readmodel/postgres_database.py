"""A read model in a schema of a PostgreSQL database, beside the log's."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import Connection
from psycopg_pool import ConnectionPool, PoolTimeout

from timeline.errors import StoreUnusable
from timeline.readmodel.databases import Database, Rows

READERS = 8
"""Connections that read at the same time."""
_WRITING = 0x544C5256
"""First half of the advisory lock; the second is made of the schema's name."""
_LOCK = f"SELECT pg_advisory_xact_lock({_WRITING}, hashtext(current_schema()))".encode()


class PostgresTransaction:
    """A transaction on a connection to the schema."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def fetch(self, statement: str, given: Sequence[Any] = ()) -> Rows:
        """All rows of a query."""
        return _fetched(self._connection, statement, given)

    def execute(self, statement: str, given: Sequence[Any] = ()) -> None:
        """Run one statement."""
        self._connection.execute(percent(statement), given)

    def execute_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement once for each row."""
        # One by one: the driver's own `executemany` sends a pipeline, which hangs over UNIX sockets with much data.
        for row in rows:
            self._connection.execute(percent(statement), row)

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Write many rows into one table."""
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN".encode()) as copy,
        ):
            for row in rows:
                copy.write_row(row)


class PostgresDatabase(Database):
    """The tables in a schema; `parameters` are those of a connection on which unqualified names are of it."""

    engine = "postgres"

    def __init__(self, parameters: dict[str, Any]) -> None:
        self._pool: ConnectionPool[Connection[Any]] = ConnectionPool(
            kwargs={**parameters, "autocommit": True},
            min_size=0,
            max_size=READERS,
            timeout=30,
            max_idle=60,
            open=True,
        )

    def fetch(self, statement: str, given: Sequence[Any] = ()) -> Rows:
        """All rows of a query; where the server was restarted meanwhile it is put again, on another connection."""
        try:
            try:
                return self._fetched(statement, given)
            except psycopg.OperationalError:
                self._pool.check()
                return self._fetched(statement, given)
        except (psycopg.Error, PoolTimeout) as error:
            raise StoreUnusable(f"the read model can not be read: {error}") from error

    def _fetched(self, statement: str, given: Sequence[Any]) -> Rows:
        with self._pool.connection() as connection:
            return _fetched(connection, statement, given)

    @contextmanager
    def writing(self) -> Iterator[PostgresTransaction]:
        """An advisory lock, until the transaction ends."""
        self._pool.check()  # reading is tried again where a connection broke; what was begun to be written is not
        try:
            with self._pool.connection() as connection, connection.transaction():
                connection.execute(_LOCK)
                yield PostgresTransaction(connection)
        except (psycopg.Error, PoolTimeout) as error:
            raise StoreUnusable(f"the read model can not be written: {error}") from error

    def close(self) -> None:
        """Close its connections."""
        self._pool.close()


def _fetched(connection: Connection[Any], statement: str, given: Sequence[Any]) -> Rows:
    """All rows. A search is not prepared: it would be planned for any word, which takes a hundred times as long for a
    rare one.
    """
    prepare = False if "@@" in statement else None
    return connection.execute(percent(statement), given, prepare=prepare, binary=True).fetchall()


@lru_cache(maxsize=2_000)
def percent(statement: str) -> bytes:
    """The statement with this driver's placeholders."""
    return statement.replace("%", "%%").replace("?", "%s").encode()
