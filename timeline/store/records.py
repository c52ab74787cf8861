"""A record of the log: what is kept of one event, and the fixed bytes that the tree's leaves are hashed from.

`docs/log-format.md` tells the same to those who check a record without this software.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from msgspec import Struct

from timeline.domain.moments import from_micros
from timeline.domain.values import MessageId
from timeline.store.tree import leaf_hash

LONGEST_ID = 40
"""Bytes of a message's id that its key holds as they are."""


class Head(Struct, frozen=True, gc=False):
    """Where a log stands: its last position, when it came to it (microseconds since 1970, UTC), and its leaf hash."""

    position: int = 0
    recorded_at: int = 0
    leaf_hash: bytes = b""


class Row(Struct, frozen=True, gc=False):
    """A record as the database holds it. `recorded_at` is in microseconds since 1970, UTC.

    `message_key` is None only where a record came in without a message (the library's own tests do that).
    """

    position: int
    recorded_at: int
    subject: UUID
    version: int
    topic: str
    message_key: bytes | None
    leaf_hash: bytes
    state: bytes

    @property
    def recorded_instant(self) -> datetime:
        """When the log learnt it (UTC)."""
        return from_micros(self.recorded_at)

    @property
    def stored_event(self) -> StoredEvent:
        """What the library knows of it."""
        return StoredEvent(
            originator_id=self.subject, originator_version=self.version, topic=self.topic, state=self.state
        )

    @property
    def head(self) -> Head:
        """The log as it stood with this record as its last."""
        return Head(self.position, self.recorded_at, self.leaf_hash)


class New(Struct, frozen=True, gc=False):
    """A record to be: an event and the key of the message that brought it, not yet placed in the log."""

    event: StoredEvent
    message_key: bytes | None = None


def placed(new: Sequence[New], head: Head, now: int) -> list[Row]:
    """The records in their places after the head. None is recorded before the one in front of it."""
    recorded_at = max(now, head.recorded_at)
    rows = []
    for position, one in enumerate(new, head.position + 1):
        event = one.event
        subject = event.originator_id if isinstance(event.originator_id, UUID) else UUID(event.originator_id)
        header = header_of(
            position, recorded_at, subject.hex, event.originator_version, event.topic, one.message_key
        )  # fmt: skip
        rows.append(
            Row(
                position,
                recorded_at,
                subject,
                event.originator_version,
                event.topic,
                one.message_key,
                leaf_hash(header.encode() + event.state),
                event.state,
            )
        )
    return rows


def header_of(
    position: int, recorded_at: int, subject: str, version: int, topic: str, message_key: bytes | None
) -> str:
    """The first line of a record's bytes; the state follows as it is. `subject` is the UUID in plain hexadecimal."""
    key = message_key.hex() if message_key else "-"
    return f"{position} {recorded_at} {subject} {version} {topic} {key}\n"


def record_bytes(row: Row) -> bytes:
    """The bytes of which a record's leaf hash is made."""
    header = header_of(row.position, row.recorded_at, row.subject.hex, row.version, row.topic, row.message_key)
    return header.encode() + row.state


def key_of(message: MessageId) -> bytes:
    """The key of idempotency: 8 bytes of the SHA-256 of the source, then the id, or its SHA-256 where it is long.

    Ids that follow one another stay neighbours, so that an import does not touch the whole index with each batch:
    at 200,000 records that is 42 ms for a thousand against 73 with a hash of both.
    """
    id = message.id.encode()
    tail = id if len(id) <= LONGEST_ID else b"\xff" + sha256(id).digest()  # 0xff begins no text in UTF-8
    return _speaker_key(message.source) + tail


@lru_cache(maxsize=10_000)
def _speaker_key(source: str) -> bytes:
    return sha256(source.encode()).digest()[:8]
