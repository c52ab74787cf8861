"""Generations of rows on PostgreSQL: schemas beside that of the log."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from msgspec import structs

from timeline.errors import StoreUnusable
from timeline.projections.generations import GRACE, Busy, Generations
from timeline.projections.projection import VERSION
from timeline.readmodel.databases import Database, Writing
from timeline.readmodel.postgres_database import PostgresDatabase, PostgresTransaction
from timeline.store.addresses import PostgresAddress

_BUILDING = 0x544C4742
"""First half of the advisory lock of who builds."""


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
