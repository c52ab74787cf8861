"""The byte form of events: JSON, one fixed spelling for one event, with the fact's version beside it.

A stored event is never rewritten. When a fact's shape changes, its `VERSION` rises and one function
in `UPCASTS` tells how the older JSON reads in the newer shape.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from msgspec import Struct

from timeline.domain.checks import as_recorded
from timeline.domain.facts import FACTS, TOPICS, Event, Fact, Recorded
from timeline.domain.values import MessageId
from timeline.errors import InvalidValue, StoreUnusable
from timeline.store.records import Row

F = TypeVar("F", bound=Fact)

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
UPCASTS: dict[tuple[str, int], Upcast] = {}
"""(topic, version) -> the fact's JSON as the next version spells it."""


class State(Struct, Generic[F], frozen=True, omit_defaults=True):
    """What is stored of an event beside its stream, its version in it, and its topic.

    What has its default is not written, so that a record from before a field was known has the same bytes.
    """

    reported_at: datetime
    message: MessageId
    fact: F
    fact_version: int = 1
    recorded_by: str | None = None


class _Versioned(Struct, frozen=True):
    fact_version: int = 1


_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODERS: dict[str, msgspec.json.Decoder[State[Any]]] = {
    fact.TOPIC: msgspec.json.Decoder(State[fact])  # type: ignore[valid-type]
    for fact in FACTS
}
_VERSION_DECODER = msgspec.json.Decoder(_Versioned)


class FactMapper(Mapper[UUID]):
    """Turns events into stored events and back, in place of the library's attribute-by-attribute mapper."""

    def __init__(self) -> None:
        super().__init__(JSONTranscoder())

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """The stored form of an event."""
        event: Event = domain_event
        state = State(event.reported_at, event.message, event.fact, event.fact.VERSION, event.recorded_by)
        return StoredEvent(event.originator_id, event.originator_version, event.fact.TOPIC, _ENCODER.encode(state))

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The event of a stored form. Raises `msgspec.ValidationError` for bytes that no version ever wrote."""
        with as_recorded():
            state = _decoded(stored_event.topic, stored_event.state)
        id = stored_event.originator_id
        return Event(
            id if isinstance(id, UUID) else UUID(id),
            stored_event.originator_version,
            state.reported_at,
            state.message,
            state.fact,
            state.recorded_by,
        )

    def recorded(self, row: Row) -> Recorded:
        """The event of a record. Raises `StoreUnusable` for one that can not be read."""
        try:
            event: Event = self.to_domain_event(row.stored_event)
        except (msgspec.MsgspecError, InvalidValue) as error:
            unread = f"id: the record at position {row.position} can not be read"
            raise StoreUnusable(f"{unread}: {error}", unread) from error
        return Recorded(row.position, row.recorded_instant, event)


def _decoded(topic: str, state: bytes) -> State[Any]:
    if topic not in TOPICS:
        raise msgspec.ValidationError(f"no fact is known by the topic {topic!r}")
    newest = TOPICS[topic].VERSION
    version = _VERSION_DECODER.decode(state).fact_version if newest > 1 else newest
    if version == newest:
        return _DECODERS[topic].decode(state)
    raw = msgspec.json.decode(state)
    for step in range(version, newest):
        raw["fact"] = UPCASTS[topic, step](raw["fact"])
    return _DECODERS[topic].decode(msgspec.json.encode(raw))
