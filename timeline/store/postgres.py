"""The log in a schema of a PostgreSQL database: the library's recorder on tables of our own.

Writers take one advisory lock and give out the positions under it, where the library locks the table and lets
a sequence give them out: so a rollback leaves no hole, and positions become visible in their order. The
library's insert by database functions does neither, and is never used. Statements are sent one by one:
its pipelines hang over UNIX sockets with much data.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, cast

import psycopg
from eventsourcing.persistence import InterfaceError, OperationalError
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresFactory
from eventsourcing.utils import Environment, retry
from psycopg import Cursor
from psycopg.rows import dict_row, tuple_row

from timeline.errors import StoreUnusable
from timeline.store.addresses import PostgresAddress
from timeline.store.listening import Listener
from timeline.store.queries import COLUMNS, LogQueries
from timeline.store.recorders import FETCHED, LogRecorder, Verifiable
from timeline.store.records import Row
from timeline.store.transactions import AppendTransaction

_WRITING, _CREATING = 0x544C4F47, 0x544C4F48
"""First halves of our advisory locks; the second is made of the schema's name, so that it outlives a restore."""

_TABLES = (
    "CREATE SCHEMA IF NOT EXISTS {schema}",
    "CREATE TABLE IF NOT EXISTS {schema}.log (origin text PRIMARY KEY)",
    """CREATE TABLE IF NOT EXISTS {schema}.events (
        position bigint PRIMARY KEY CHECK (position > 0),
        recorded_at bigint NOT NULL, -- microseconds since 1970, UTC
        originator_id uuid NOT NULL,
        originator_version bigint NOT NULL,
        topic text NOT NULL,
        message_key bytea UNIQUE,
        leaf_hash bytea NOT NULL,
        state bytea NOT NULL,
        UNIQUE (originator_id, originator_version)
    )""",
    """CREATE TABLE IF NOT EXISTS {schema}.tree_nodes (
        level int NOT NULL, number bigint NOT NULL, hash bytea NOT NULL, PRIMARY KEY (level, number)
    )""",
    "CREATE TABLE IF NOT EXISTS {schema}.signers (verifier text PRIMARY KEY, since bigint NOT NULL)",
    "CREATE TABLE IF NOT EXISTS {schema}.checkpoints (size bigint PRIMARY KEY, note text NOT NULL)",
    """CREATE TABLE IF NOT EXISTS {schema}.epochs (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, epoch text NOT NULL, last bigint
    )""",
    """CREATE OR REPLACE FUNCTION {schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the log is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    *(
        f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {{schema}}.{table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse()"
        for table in ("log", "events", "tree_nodes", "signers", "checkpoints", "epochs")
    ),
)


_VERIFIABLE = b"""SELECT position, recorded_at, uuid_send(originator_id), originator_version,
    convert_to(topic, 'UTF8'), message_key, state, leaf_hash
    FROM events WHERE position > %s AND position <= %s ORDER BY position"""

_INSERT = f"INSERT INTO events ({COLUMNS}) VALUES (%b, %b, %b, %b, %b, %b, %b, %b)".encode()
_COPY = f"COPY events ({COLUMNS}) FROM STDIN (FORMAT binary)".encode()

_LOCK = f"""SELECT pg_advisory_xact_lock({_WRITING}, hashtext(current_schema())),
    CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END"""
"""The write lock, and that a commit waits for the disk even where the server's settings would not."""


_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
"""Whatever the server's defaults are: a snapshot taken before the lock is held would be of the past."""


class PostgresLogFactory(PostgresFactory):
    """The library's factory on the parameters of our address, whatever its own environment variables say."""

    def __init__(self, env: Environment, address: PostgresAddress) -> None:
        super().__init__(env)
        self.datastore.enable_db_functions = False
        self.datastore.pool.kwargs = {"row_factory": dict_row, **address.connection}


class PostgresTransaction(AppendTransaction):
    """An append transaction on a PostgreSQL connection."""

    def __init__(self, cursor: Cursor[Any], recorder: "PostgresLogRecorder") -> None:
        super().__init__(LogQueries(lambda sql, given: _fetched(cursor, sql, given), recorder.among), recorder.signer)
        self._cursor = cursor
        self.wrote = False

    def insert_rows(self, rows: Sequence[Row]) -> None:
        """Write records: one by an INSERT, which takes one round trip, more by COPY, which is cheaper for each."""
        self.wrote = True
        if len(rows) == 1:
            self._cursor.execute(_INSERT, _values(rows[0]), prepare=True)
        else:
            with self._cursor.copy(_COPY) as copy:
                copy.set_types(("int8", "int8", "uuid", "int8", "text", "bytea", "bytea", "bytea"))
                for row in rows:
                    copy.write_row(_values(row))
        if self._cursor.rowcount != len(rows):
            raise StoreUnusable(f"the database took {self._cursor.rowcount} of {len(rows)} records; nothing is kept")

    def execute(self, statement: str, given: Sequence[Any] = ()) -> None:
        """Run a statement."""
        self._cursor.execute(_percent(statement), given)


class PostgresLogRecorder(LogRecorder, PostgresApplicationRecorder):
    """The library's recorder on our tables."""

    may_try_again = True
    _listener: Listener | None = None

    def create_table(self) -> None:
        """The schema, its tables and triggers; of many that start at once one makes them, the rest find them."""
        schema = self.datastore.schema
        with self._transaction() as cursor:
            create_lock(cursor, schema)
            cursor.execute("SELECT to_regclass(%s)", (f"{schema}.epochs",))  # the table that was added last
            if cursor.fetchone() == (None,):
                there = cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,)).fetchone()
                for statement in _TABLES[1 if there else 0 :]:
                    cursor.execute(statement.format(schema=schema).encode())
            self.name_log(PostgresTransaction(cursor, self))

    @contextmanager
    def appending(self) -> Iterator[PostgresTransaction]:
        """The write lock of the log, until the context ends: then all of it is committed, or none."""
        with self.datastore.get_connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            try:
                # Statements of their own in one message: what follows sees what the last holder of the lock committed.
                cursor.execute(f"{_BEGIN}; {_LOCK}".encode(), prepare=False)
                transaction = PostgresTransaction(cursor, self)
                yield transaction
                news = f"NOTIFY {self.channel_name}; " if transaction.wrote else ""
                cursor.execute(f"{news}COMMIT".encode(), prepare=False)
            except BaseException:
                if not connection.closed:
                    connection.rollback()
                raise
        self.signal.ring()

    @retry((InterfaceError, OperationalError), max_attempts=5, wait=0.2)
    def fetch(self, statement: str, given: Sequence[Any]) -> list[tuple[Any, ...]]:
        """All rows of a query, as tuples."""
        with self.datastore.get_connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            return _fetched(cursor, statement, given)

    def stream(self, after: int, last: int) -> Iterator[list[Verifiable]]:
        """The records as they are verified; the server sends them as they are asked for."""
        with self._transaction() as cursor, cursor.connection.cursor("verifiable", row_factory=tuple_row) as reading:
            reading.execute(_VERIFIABLE, (after, last), binary=True)
            while rows := reading.fetchmany(FETCHED):
                yield rows

    def among(self, column: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
        """The values as one array, so that the statement stays the same however many they are."""
        return _among(column, values)

    def listen(self) -> None:
        """Have the signal rung when other processes append; without it a follower asks once a second."""
        if self._listener is None:
            kwargs = cast("dict[str, Any]", self.datastore.pool.kwargs)
            parameters = {name: value for name, value in kwargs.items() if name != "row_factory"}
            self._listener = Listener(parameters, self.channel_name, self.signal)

    def close(self) -> None:
        """Stop listening."""
        if self._listener:
            self._listener.close()

    @contextmanager
    def _transaction(self) -> Iterator[Cursor[Any]]:
        with (
            self.datastore.get_connection() as connection,
            connection.cursor(row_factory=tuple_row) as cursor,
            connection.transaction(),
        ):
            yield cursor


@contextmanager
def schema_queries(address: PostgresAddress) -> Iterator[LogQueries]:
    """The questions about the log in a schema, on a connection of their own."""
    with psycopg.connect(**address.connection) as connection, connection.cursor() as cursor:
        yield cursor_queries(cursor)


def cursor_queries(cursor: Cursor[Any]) -> LogQueries:
    """The questions about the log of the schema that a cursor is in."""
    return LogQueries(lambda sql, given: _fetched(cursor, sql, given), _among)


def _among(column: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
    return f"{column} = ANY(?)", [list(values)]


def has_log(address: PostgresAddress) -> bool:
    """Whether the schema holds a log. Raises `StoreUnusable` where the server can not be asked."""
    try:
        with psycopg.connect(**address.connection) as connection:
            there = connection.execute("SELECT to_regclass(%s)", (f"{address.schema}.checkpoints",)).fetchone()
    except psycopg.Error as error:
        raise StoreUnusable(f"{address} can not be used as a store: {error}") from error
    return there != (None,)


def create_lock(cursor: Cursor[Any], schema: str) -> None:
    """Keep everybody else from making, naming or writing to the log of a schema, until the transaction ends."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_CREATING, schema))
    cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_WRITING, schema))


def _fetched(cursor: Cursor[Any], statement: str, given: Sequence[Any]) -> list[tuple[Any, ...]]:
    return cursor.execute(_percent(statement), given, binary=True).fetchall()


def _values(row: Row) -> tuple[Any, ...]:
    return (
        row.position, row.recorded_at, row.subject, row.version, row.topic, row.message_key, row.leaf_hash, row.state
    )  # fmt: skip


@lru_cache(maxsize=1_000)
def _percent(statement: str) -> bytes:
    """The statement with this driver's placeholders."""
    return statement.replace("?", "%s").encode()
