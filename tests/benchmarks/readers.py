"""What reads a log into a table in the benchmark of the rebuild: two ways that plain `eventsourcing` offers.

Both read the same log of the library's own application, on PostgreSQL, through its own mapper, and keep the same
row a report and the position they have come to. They are timed without the filling, and fail if a row is missing.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID, uuid4

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL, Identifier

from tests.benchmarks.contenders import TcpServer, Whole, plain_postgres, sample

BATCH = 1_000
PATIENCE = 600.0

_TABLE = """CREATE TABLE IF NOT EXISTS {}.reports (
    id uuid PRIMARY KEY, title text, summary text, front text, kind text, start text,
    place text, lat double precision, lon double precision,
    source text, stance text, quote text, url text, reported_at timestamptz
)"""
_UPSERT = """INSERT INTO {}.reports VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET
    (title, summary, front, kind, start, place, lat, lon, source, stance, quote, url, reported_at) = (
        EXCLUDED.title, EXCLUDED.summary, EXCLUDED.front, EXCLUDED.kind, EXCLUDED.start, EXCLUDED.place,
        EXCLUDED.lat, EXCLUDED.lon, EXCLUDED.source, EXCLUDED.stance, EXCLUDED.quote, EXCLUDED.url,
        EXCLUDED.reported_at
    )"""


class Reports(Application[UUID]):
    """The application that reads; of this name its table is the one that `Whole` fills, `stored_events`."""

    name = "stored"


class ReportsView(PostgresTrackingRecorder):
    """The rows and the tracking, both in one transaction."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        schema = Identifier(datastore.schema)
        self.sql_create_statements.append(SQL(_TABLE).format(schema))
        self._upsert = SQL(_UPSERT).format(schema)

    def keep(self, row: tuple[Any, ...], tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(self._upsert, row, prepare=True)


class ReportsProjection(Projection[ReportsView]):
    """A row for each event; the log has events of one sort, so nothing is dispatched."""

    name = "reports"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.keep(_row(domain_event), tracking)


def library_loop(server: TcpServer, events: int = 20_000) -> float:
    """Events a second of a plain loop: a thousand are read and mapped, their rows and the position put at once."""
    with (
        _filled(server, "library_loop", events) as env,
        Reports(env) as application,
        psycopg.connect(server.url, autocommit=True) as connection,
    ):
        schema = Identifier(env["POSTGRES_SCHEMA"])
        connection.execute(SQL(_TABLE).format(schema))
        connection.execute(SQL("CREATE TABLE {}.position (value bigint)").format(schema))
        connection.execute(SQL("INSERT INTO {}.position VALUES (0)").format(schema))
        upsert, move = SQL(_UPSERT).format(schema), SQL("UPDATE {}.position SET value = %s").format(schema)
        position = 0
        begin = time.perf_counter()
        while some := application.recorder.select_notifications(position, BATCH, inclusive_of_start=False):
            rows = [_row(application.mapper.to_domain_event(one)) for one in some]
            position = some[-1].id
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany(upsert, rows)
                cursor.execute(move, (position,))
        return events / (time.perf_counter() - begin)


def projection_runner(server: TcpServer, events: int = 3_000) -> float:
    """Events a second of the library's runner, from its start until the last event is tracked."""
    with _filled(server, "projection_runner", events) as env:
        with Reports(env) as application:
            last = application.recorder.max_notification_id()
        begin = time.perf_counter()
        with ProjectionRunner(
            application_class=Reports, projection_class=ReportsProjection, view_class=ReportsView, env=env
        ) as runner:
            # One long wait sleeps up to 0.8 seconds between two looks; short ones see the end within 0.1.
            while time.perf_counter() - begin < PATIENCE:
                with suppress(TimeoutError):
                    runner.wait(last, timeout=0.05)
                    break
            took = time.perf_counter() - begin
        runner.view.datastore.close()
        return events / took


@contextmanager
def _filled(server: TcpServer, name: str, events: int) -> Iterator[dict[str, str]]:
    """A schema with a log of so many events, as an environment; dropped in the end, when it must have their rows."""
    schema = f"{name}_{uuid4().hex[:8]}"
    factory = plain_postgres(server, schema)
    log = Whole(factory)
    for first in range(0, events, BATCH):
        log.append_many([sample(number) for number in range(first, min(first + BATCH, events))])
    log.close()
    yield {**factory.env, "PERSISTENCE_MODULE": "eventsourcing.postgres"}
    with psycopg.connect(server.url, autocommit=True) as connection:
        found = connection.execute(SQL("SELECT count(*) FROM {}.reports").format(Identifier(schema))).fetchone()
        if found != (events,):
            raise RuntimeError(f"{name} was to put {events:,} rows, and put {found}")
        connection.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(schema)))


def _row(event: DomainEventProtocol[Any]) -> tuple[Any, ...]:
    told = event.told  # type: ignore[attr-defined]
    description, account = told["fact"]["description"], told["fact"]["account"]
    place = description["place"]
    return (
        event.originator_id,
        description["title"],
        description["summary"],
        description["front"],
        description["kind"],
        description["occurred"]["edtf"],
        place["name"],
        place["lat"],
        place["lon"],
        account["source"],
        account["stance"]["occurrence"],
        account["quote"],
        account["url"],
        told["reported_at"],
    )
