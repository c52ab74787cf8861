"""A database of a read model for one test, on either engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.engines import Engine
from timeline.readmodel.databases import Database
from timeline.readmodel.postgres_database import PostgresDatabase
from timeline.readmodel.sqlite_database import SqliteDatabase
from timeline.store.addresses import PostgresAddress, parse_address


@contextmanager
def opened(engine: Engine) -> Iterator[Database]:
    """An empty database on an engine."""
    if engine.name == "sqlite":
        database: Database = SqliteDatabase(Path(engine.store))
    else:
        engine.sql(f"CREATE SCHEMA {engine.schema}")
        address = parse_address(engine.store)
        assert isinstance(address, PostgresAddress)
        database = PostgresDatabase(address.connection)
    yield database
    database.close()


@contextmanager
def in_a_file() -> Iterator[Database]:
    """An empty database in a file of its own, for one of many examples."""
    with TemporaryDirectory() as folder:
        database = SqliteDatabase(Path(folder) / "rows.db")
        yield database
        database.close()
