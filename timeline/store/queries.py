"""What is read from a log, in one set of SQL for SQLite and PostgreSQL.

`fetch` runs a statement (placeholders `?`) and gives all rows as tuples: on a connection of its own for
readers, on the append transaction's for the writer.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import Notification

from timeline.store.records import Head, Row
from timeline.store.tree import root

Fetch = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
Among = Callable[[str, Sequence[Any]], tuple[str, list[Any]]]
"""(column, values) -> the condition that the column holds one of the values, and what is given for it."""

COLUMNS = "position, recorded_at, originator_id, originator_version, topic, message_key, leaf_hash, state"
"""Of a record, in the order of `Row`."""
_EPOCH = "SELECT epoch FROM epochs WHERE last IS NULL ORDER BY number DESC LIMIT 1"
_STANDING = f"SELECT origin, ({_EPOCH}), coalesce((SELECT max(position) FROM events), 0) FROM log"
_MOST_READ = 2_000
"""How many states are looked through at once."""
_MOST_NAMED = 500
"""How many values one IN list holds."""


class LogQueries:
    """The questions that a log answers."""

    def __init__(self, fetch: Fetch, among: Among) -> None:
        self.fetch = fetch
        self._among = among

    def origin(self) -> str | None:
        """The log's own name, given once when it was made."""
        rows = self.fetch("SELECT origin FROM log", ())
        return rows[0][0] if rows else None

    def epochs(self) -> list[tuple[str, int | None]]:
        """The rows about epochs in the order in which they were added: epoch, last (see `epochs`)."""
        return [(epoch, last) for epoch, last in self.fetch("SELECT epoch, last FROM epochs ORDER BY number", ())]

    def standing(self) -> tuple[str, str | None, int]:
        """In one question: the log's name, its epoch (None: the first), and its last position."""
        rows = self.fetch(_STANDING, ())
        return rows[0] if rows else ("", None, 0)

    def head(self) -> Head:
        """Where the log stands."""
        rows = self.fetch("SELECT position, recorded_at, leaf_hash FROM events ORDER BY position DESC LIMIT 1", ())
        return Head(*rows[0]) if rows else Head()

    def rows(self, first: int, limit: int, last: int | None = None, topics: Sequence[str] = ()) -> list[Row]:
        """Up to `limit` records from position `first` (to `last`), in order."""
        condition, given = "position >= ?", list[Any]((first,))
        if last is not None:
            condition, given = condition + " AND position <= ?", [*given, last]
        if topics:
            condition, given = f"{condition} AND topic IN ({marks(topics)})", [*given, *topics]
        statement = f"SELECT {COLUMNS} FROM events WHERE {condition} ORDER BY position LIMIT ?"
        return [_row(values) for values in self.fetch(statement, (*given, limit))]

    def states(self, first: int, last: int, topics: Sequence[str], limit: int) -> list[tuple[int, str, bytes]]:
        """Up to `limit` records of these topics from one position to another, in order: position, topic, state."""
        statement = f"""SELECT position, topic, state FROM events
            WHERE position >= ? AND position <= ? AND topic IN ({marks(topics)}) ORDER BY position LIMIT ?"""
        return self.fetch(statement, (first, last, *topics, limit))

    def rows_of_messages(self, keys: Sequence[bytes]) -> dict[bytes, Row]:
        """The records that these messages brought, by key."""
        return {row.message_key: row for row in self._named("message_key", keys) if row.message_key}

    def concerned(self, keys: Sequence[bytes], ids: Sequence[UUID]) -> tuple[Head, list[Row]]:
        """In one question: where the log stands, and the records that these messages brought or of these subjects."""
        found: dict[int, Row] = {}
        last = f"SELECT * FROM (SELECT {COLUMNS} FROM events ORDER BY position DESC LIMIT 1) AS last"
        for start in range(0, max(len(keys), len(ids)), _MOST_NAMED):
            statements, given = [last], []
            for column, values in (("message_key", keys), ("originator_id", ids)):
                if some := values[start : start + _MOST_NAMED]:
                    condition, named = self._among(column, some)
                    statements.append(f"SELECT {COLUMNS} FROM events WHERE {condition}")
                    given += named
            rows = [_row(values) for values in self.fetch(" UNION ALL ".join(statements), given)]
            found |= {row.position: row for row in rows}
        ordered = [found[position] for position in sorted(found)]
        return (ordered[-1].head if ordered else Head()), ordered

    def streams(self, ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
        """All records of these subjects, each subject's in the order of its versions."""
        found: dict[UUID, list[Row]] = {id: [] for id in ids}
        for row in self._named("originator_id", ids):
            found[row.subject].append(row)
        return {id: sorted(rows, key=lambda row: row.version) for id, rows in found.items()}

    def kept_hashes(self, level: int, start: int, stop: int) -> list[bytes]:
        """The hashes of the tree that are kept, of one level (0: the leaves), from `start` to before `stop`."""
        if start >= stop:
            return []
        if level == 0:
            statement = "SELECT leaf_hash FROM events WHERE position > ? AND position <= ? ORDER BY position"
            given: tuple[int, ...] = (start, stop)
        else:
            statement = "SELECT hash FROM tree_nodes WHERE level = ? AND number >= ? AND number < ? ORDER BY number"
            given = (level, start, stop)
        hashes: list[bytes] = [row[0] for row in self.fetch(statement, given)]
        if len(hashes) != stop - start or not all(isinstance(hash, bytes) for hash in hashes):
            raise LookupError(f"of the tree's level {level}, hashes {start} to {stop - 1} are not all there")
        return hashes

    def root(self, size: int) -> bytes:
        """The root of the tree over the first records."""
        return root(size, self.kept_hashes)

    def rows_at(self, positions: Sequence[int]) -> list[Row]:
        """The records at these positions, in order."""
        return sorted(self._named("position", positions), key=lambda row: row.position)

    def subjects(self, positions: Sequence[int]) -> dict[int, UUID]:
        """The subjects of the records at these positions."""
        found: dict[int, UUID] = {}
        for start in range(0, len(positions), _MOST_NAMED):
            condition, given = self._among("position", positions[start : start + _MOST_NAMED])
            rows = self.fetch(f"SELECT position, originator_id FROM events WHERE {condition}", given)
            found |= {position: _uuid(subject) for position, subject in rows}
        return found

    def subjects_with_history(self, last: int) -> list[UUID]:
        """The subjects of which at least a second event was recorded up to a position."""
        statement = "SELECT originator_id FROM events WHERE originator_version = 2 AND position <= ?"
        return [_uuid(row[0]) for row in self.fetch(statement, (last,))]

    def plain(self, first: int, last: int) -> list[tuple[int, bytes, int, str, bytes]]:
        """The records of a stretch as they are: position, subject, version, topic, state."""
        statement = """SELECT position, originator_id, originator_version, topic, state FROM events
            WHERE position >= ? AND position <= ? ORDER BY position"""
        rows = self.fetch(statement, (first, last))
        if rows and isinstance(rows[0][1], UUID):
            return [(position, id.bytes, version, topic, state) for position, id, version, topic, state in rows]
        return rows

    def subjects_told(self, topic: str, part: bytes) -> list[UUID]:
        """The subjects of records of this topic with these bytes in their state, in the order of the log."""
        found: dict[Any, None] = {}
        last = 0
        states = "SELECT position, originator_id, state FROM events"
        statement = f"{states} WHERE position > ? AND topic = ? ORDER BY position LIMIT ?"
        while rows := self.fetch(statement, (last, topic, _MOST_READ)):
            found |= {subject: None for _, subject, state in rows if part in state}
            last = rows[-1][0]
        return [_uuid(subject) for subject in found]

    def position_at(self, micros: int) -> int:
        """The last position that was recorded by an instant (microseconds since 1970, UTC).

        The recorded clock never runs back with position, so halving finds it without an index.
        """
        before, after = 0, self.head().position + 1
        while after - before > 1:
            middle = (before + after) // 2
            rows = self.fetch("SELECT recorded_at FROM events WHERE position = ?", (middle,))
            if rows and rows[0][0] <= micros:
                before = middle
            else:
                after = middle
        return before

    def row(self, position: int) -> Row | None:
        """The record at a position."""
        rows = self.rows(position, 1, position)
        return rows[0] if rows else None

    def checkpoint_at(self, size: int) -> str | None:
        """The checkpoint that was signed at exactly this size (a note)."""
        rows = self.fetch("SELECT note FROM checkpoints WHERE size = ?", (size,))
        return rows[0][0] if rows else None

    def checkpoint_over(self, position: int) -> str | None:
        """The checkpoint of the least size that covers a position (a note)."""
        rows = self.fetch("SELECT note FROM checkpoints WHERE size >= ? ORDER BY size LIMIT 1", (position,))
        return rows[0][0] if rows else None

    def checkpoints(self, after: int = -1, last: int | None = None) -> list[tuple[int, str]]:
        """The signed checkpoints by size, beginning after a size: (size, note)."""
        statement = "SELECT size, note FROM checkpoints WHERE size > ? AND size <= ? ORDER BY size"
        return [(size, note) for size, note in self.fetch(statement, (after, 2**62 if last is None else last))]

    def last_checkpoint(self) -> tuple[int, str] | None:
        """The signed checkpoint of the greatest size."""
        rows = self.fetch("SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1", ())
        return (rows[0][0], rows[0][1]) if rows else None

    def signers(self) -> list[tuple[str, int]]:
        """The public keys that signed checkpoints of this log: verifier key, and since which size."""
        rows = self.fetch("SELECT verifier, since FROM signers ORDER BY since, verifier", ())
        return [(verifier, since) for verifier, since in rows]

    def verifiers(self) -> list[str]:
        """The same without the sizes."""
        return [verifier for verifier, _ in self.signers()]

    def notifications(
        self, start: int | None, limit: int, stop: int | None, topics: Sequence[str], inclusive: bool
    ) -> list[Notification]:
        """The records as the library's readers take them."""
        first = 0 if start is None else start + (not inclusive)
        return [
            Notification(
                id=row.position,
                originator_id=row.subject,
                originator_version=row.version,
                topic=row.topic,
                state=row.state,
            )
            for row in self.rows(first, limit, stop, topics)
        ]

    def _named(self, column: str, values: Sequence[Any]) -> list[Row]:
        """The records with one of these values, in no order: asked for one, PostgreSQL may walk the whole log."""
        found = []
        for start in range(0, len(values), _MOST_NAMED):
            condition, given = self._among(column, values[start : start + _MOST_NAMED])
            found += self.fetch(f"SELECT {COLUMNS} FROM events WHERE {condition}", given)
        return [_row(values) for values in found]


def _row(values: tuple[Any, ...]) -> Row:
    position, recorded_at, subject, version, topic, key, leaf, state = values
    return Row(position, recorded_at, _uuid(subject), version, topic, key, leaf, state)


def _uuid(subject: UUID | bytes) -> UUID:
    return subject if isinstance(subject, UUID) else UUID(bytes=subject)


def marks(values: Sequence[Any]) -> str:
    """A placeholder for each value."""
    return ", ".join("?" * len(values))
