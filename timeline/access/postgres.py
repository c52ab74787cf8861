"""Tokens beside a PostgreSQL log: a table in its schema, of which neither backups nor proofs know anything.

A restore, which puts another schema in the place of the log's, takes the table along (`timeline.store.backups`).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.errors import UndefinedTable
from psycopg_pool import ConnectionPool, PoolTimeout

from timeline.errors import StoreUnusable
from timeline.readmodel.databases import Rows
from timeline.readmodel.postgres_database import PostgresTransaction, percent
from timeline.store.addresses import PostgresAddress
from timeline.store.postgres import create_lock

_TABLE = """CREATE TABLE IF NOT EXISTS tokens (
    hash bytea PRIMARY KEY, -- SHA-256 of the secret
    name text NOT NULL,
    scopes text NOT NULL, -- separated by spaces; "strict" among them marks a strict token, "source=..." a source
    created_at bigint NOT NULL, -- microseconds since 1970, UTC, as those that follow
    expires_at bigint,
    revoked_at bigint
)"""


class PostgresEngine:
    """The table of the tokens."""

    def __init__(self, address: PostgresAddress) -> None:
        self._address = address
        self._pool: ConnectionPool[Connection[Any]] = ConnectionPool(
            kwargs={**address.connection, "autocommit": True},
            min_size=0,
            max_size=4,
            timeout=10,
            max_idle=60,
            check=ConnectionPool.check_connection,
            open=True,
        )

    def fetch(self, statement: str, given: Sequence[Any] = ()) -> Rows:
        """All rows of a query; none where there is no table yet."""
        try:
            with self._pool.connection() as connection:
                return connection.execute(percent(statement), given, binary=True).fetchall()
        except UndefinedTable:
            return []
        except (psycopg.Error, PoolTimeout) as error:
            raise self._unusable(error) from error

    @contextmanager
    def writing(self) -> Iterator[PostgresTransaction]:
        """The lock of who makes or replaces something in the schema, until the transaction ends."""
        try:
            with self._pool.connection() as connection, connection.transaction(), connection.cursor() as cursor:
                create_lock(cursor, self._address.schema)
                cursor.execute("SET LOCAL synchronous_commit = on")
                cursor.execute(_TABLE)
                yield PostgresTransaction(connection)
        except (psycopg.Error, PoolTimeout) as error:
            raise self._unusable(error) from error

    def close(self) -> None:
        """Close its connections."""
        self._pool.close()

    def _unusable(self, error: Exception) -> StoreUnusable:
        return StoreUnusable(f"the access tokens of {self._address} can not be used: {error}")
