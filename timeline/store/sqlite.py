"""The log in one SQLite file: the library's recorder with a table of our own.

What the library's table lacks: a position that is the declared key (a bare rowid may be renumbered by
VACUUM), the recorded clock, and the key of idempotency, all written in the one append transaction.
"""

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteFactory,
)
from eventsourcing.utils import Environment
from msgspec import Struct

from timeline.domain.values import MessageId
from timeline.errors import StoreUnusable

APPLICATION_ID = 0x544C4F47
"""Marks the file as one of ours (`TLOG`; see `PRAGMA application_id`)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS {table} (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    originator_id TEXT NOT NULL,
    originator_version INTEGER NOT NULL,
    topic TEXT NOT NULL,
    state BLOB NOT NULL,
    recorded_at INTEGER NOT NULL, -- microseconds since 1970, UTC
    message_source TEXT,
    message_id TEXT,
    UNIQUE (originator_id, originator_version),
    UNIQUE (message_source, message_id)
);
CREATE INDEX IF NOT EXISTS {table}_recorded_at ON {table} (recorded_at);
CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS {table}_no_replace BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE position = NEW.position)
    OR EXISTS (SELECT 1 FROM {table} WHERE originator_id = NEW.originator_id
        AND originator_version = NEW.originator_version)
    OR EXISTS (SELECT 1 FROM {table} WHERE message_source = NEW.message_source AND message_id = NEW.message_id)
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
"""


class Row(Struct, frozen=True):
    """A stored event with its place in the log and the time (UTC) at which the log learnt it."""

    position: int
    recorded_at: datetime
    stored_event: StoredEvent


class _Pool(SQLiteConnectionPool):
    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=FULL")
        return connection


class LogFactory(SQLiteFactory):
    """The library's factory, with connections that wait for the disk before they acknowledge."""

    def __init__(self, env: Environment) -> None:
        super().__init__(env)
        self.datastore.pool = _Pool(db_name=self.datastore.pool.db_name, lock_timeout=30)


class LogRecorder(SQLiteApplicationRecorder):
    """Inserts events with their recorded clock and message key, and reads them in the order of position."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        table = self.events_table_name
        self._insert = (
            f"INSERT INTO {table} "
            "(originator_id, originator_version, topic, state, recorded_at, message_source, message_id) "
            "VALUES (?, ?, ?, ?, "
            # Never before the record in front of it, even if the system clock jumped back.
            f"max(?, coalesce((SELECT recorded_at FROM {table} ORDER BY position DESC LIMIT 1), 0)), ?, ?)"
        )
        self._select = f"SELECT * FROM {table} "
        self.select_max_notification_id_statement = f"SELECT MAX(position) FROM {table}"

    def construct_create_table_statements(self) -> list[str]:
        """The table, its indexes and the triggers that refuse UPDATE and DELETE."""
        return re.split(r";\n(?=CREATE)", _SCHEMA.format(table=self.events_table_name))

    def _insert_events(
        self,
        c: SQLiteCursor,
        stored_events: Sequence[StoredEvent],
        *,
        messages: Sequence[MessageId] = (),
        now: datetime | None = None,
        **_: Any,
    ) -> Sequence[int]:
        recorded_at = ((now or datetime.now(UTC)) - _EPOCH) // _MICROSECOND
        keys: list[tuple[str | None, str | None]] = [(message.source, message.id) for message in messages]
        keys = keys or [(None, None)] * len(stored_events)
        positions = []
        for stored, (source, id) in zip(stored_events, keys, strict=True):
            originator = _hex(stored.originator_id)
            c.execute(
                self._insert,
                (originator, stored.originator_version, stored.topic, stored.state, recorded_at, source, id),
            )
            positions.append(c.lastrowid)
        return positions

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The library's way of reading the log, on our column names."""
        first = (start if inclusive_of_start else start + 1) if start is not None else 0
        wanted = f"AND topic IN ({','.join('?' * len(topics))}) " if topics else ""
        rows = self._rows(
            f"WHERE position >= ? AND position <= ? {wanted}ORDER BY position LIMIT ?",
            (first, 2**63 - 1 if stop is None else stop, *topics, limit),
        )
        return [
            Notification(
                id=row.position,
                originator_id=row.stored_event.originator_id,
                originator_version=row.stored_event.originator_version,
                topic=row.stored_event.topic,
                state=row.stored_event.state,
            )
            for row in rows
        ]

    def rows_after(self, position: int, limit: int) -> list[Row]:
        """Up to `limit` records after a position, in order."""
        return self._rows("WHERE position > ? ORDER BY position LIMIT ?", (position, limit))

    def row_of_message(self, message: MessageId) -> Row | None:
        """The record that this message brought, if it did."""
        rows = self._rows("WHERE message_source = ? AND message_id = ?", (message.source, message.id))
        return rows[0] if rows else None

    def last_row(self, recorded_by: datetime | None = None) -> Row | None:
        """The last record, or the last that the log held at an instant."""
        if recorded_by is None:
            rows = self._rows("ORDER BY position DESC LIMIT 1", ())
        else:
            rows = self._rows(
                "WHERE recorded_at <= ? ORDER BY recorded_at DESC, position DESC LIMIT 1",
                ((recorded_by - _EPOCH) // _MICROSECOND,),
            )
        return rows[0] if rows else None

    def _rows(self, clause: str, parameters: tuple[Any, ...]) -> list[Row]:
        with self.datastore.transaction(commit=False) as c:
            c.execute(self._select + clause, parameters)
            return [
                Row(
                    row["position"],
                    _EPOCH + row["recorded_at"] * _MICROSECOND,
                    StoredEvent(
                        originator_id=UUID(row["originator_id"]),
                        originator_version=row["originator_version"],
                        topic=row["topic"],
                        state=row["state"],
                    ),
                )
                for row in c.fetchall()
            ]


def claim_file(path: Path) -> None:
    """Mark a new file as a log of ours; raises `StoreUnusable` for a file that is something else."""
    try:
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
            mark = connection.execute("PRAGMA application_id").fetchone()[0]
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if mark == 0 and tables == 0:
                connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            elif mark != APPLICATION_ID:
                raise StoreUnusable(f"{path} is an SQLite file of something else; name another file")
    except sqlite3.Error as error:
        raise StoreUnusable(f"{path} can not be used as a store: {error}") from error


def _hex(id: UUID | str) -> str:
    return id.hex if isinstance(id, UUID) else id
