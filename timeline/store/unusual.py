"""Judges whether what is appended is unusual, on all that the log held before it.

What has to be remembered for that (`plausibility.catalogue`) is read from the log once, when something is first
appended, and followed from then on: under the write lock it is as far as the log is, whoever wrote to it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from timeline.domain.aggregates import Stream
from timeline.domain.facts import DevelopmentReported, EntryVoided, Fact, FrontOpened, SourceRegistered
from timeline.errors import InvalidValue
from timeline.plausibility.catalogue import ANY_POSITION, Catalogue
from timeline.plausibility.dates import named_years
from timeline.plausibility.registry import ReceiptWarning
from timeline.plausibility.submissions import take_in, warnings_of
from timeline.store.queries import LogQueries
from timeline.store.records import Head, Row

_READ_TOGETHER = 5_000
_TOPICS = (SourceRegistered.TOPIC, FrontOpened.TOPIC, DevelopmentReported.TOPIC, EntryVoided.TOPIC)

StreamOf = Callable[[UUID], Stream]


class _Slugged(Struct, gc=False):
    slug: str
    name: str


class _Void(Struct, gc=False):
    position: int


class _Occurred(Struct, gc=False):
    edtf: str
    exact_start: datetime | None = None
    exact_end: datetime | None = None


class _Description(Struct, gc=False):
    front: str
    occurred: _Occurred


class _Reported(Struct, gc=False):
    description: _Description


F = TypeVar("F")


class _State(Struct, Generic[F], gc=False):
    fact: F


_DECODE_NAMED = msgspec.json.Decoder(_State[_Slugged]).decode
_DECODE_VOID = msgspec.json.Decoder(_State[_Void]).decode
_DECODE_REPORTED = msgspec.json.Decoder(_State[_Reported]).decode


class Unusual:
    """What is remembered of one log, and the warnings that follow from it."""

    def __init__(self) -> None:
        self._catalogue = Catalogue()
        self._head = Head()

    @property
    def is_read(self) -> bool:
        """Whether anything was read from the log."""
        return self._head.position > 0

    def catch_up(self, queries: LogQueries, head: Head) -> None:
        """Come as far as the log is; where it is another log than before, read it from the beginning."""
        if head.position == self._head.position and head.leaf_hash == self._head.leaf_hash:
            return
        last = queries.row(self._head.position) if self._head.position else None
        if self._head.position and (last is None or last.leaf_hash != self._head.leaf_hash):
            self._catalogue, self._head = Catalogue(), Head()
        position = self._head.position
        while rows := queries.states(position + 1, head.position, _TOPICS, _READ_TOGETHER):
            for position, topic, state in rows:
                self._read(position, topic, state)
            self._catalogue.keep()
        self._head = head

    @property
    def mark(self) -> int:
        """How much was added since the log was last written."""
        return self._catalogue.mark

    def take_in(self, fact: Fact, number: int) -> None:
        """Know of a fact that is to be written as so many records after the head."""
        take_in(self._catalogue, fact, self._head.position + 1 + number)

    def take_back(self, mark: int = 0) -> None:
        """Forget what was taken in since a mark and is not written after all."""
        self._catalogue.take_back(mark)

    def written(self, rows: list[Row]) -> None:
        """What was taken in is in the log, in these records."""
        self._catalogue.keep()
        if rows:
            self._head = rows[-1].head

    def warnings(
        self, fact: Fact, reported_at: datetime, stream: Stream, other: StreamOf, before: int = ANY_POSITION
    ) -> tuple[ReceiptWarning, ...]:
        """The warnings about a fact that follows those of a stream, on what was recorded `before` a position."""
        return warnings_of(fact, reported_at, stream, self._catalogue, before, other)

    def _read(self, position: int, topic: str, state: bytes) -> None:
        """Take a record in; of one that can not be read, nothing is known."""
        try:
            if topic == DevelopmentReported.TOPIC:
                description = _DECODE_REPORTED(state).fact.description
                occurred = description.occurred
                year = named_years(occurred.edtf, occurred.exact_start, occurred.exact_end).first
                if year is not None:
                    self._catalogue.add_year(description.front, year, position)
                return
            if topic == EntryVoided.TOPIC:
                self._catalogue.add_void(_DECODE_VOID(state).fact.position, position)
                return
            named = _DECODE_NAMED(state).fact
            add = self._catalogue.add_source if topic == SourceRegistered.TOPIC else self._catalogue.add_front
            add(named.slug, named.name, position)
        except (msgspec.MsgspecError, InvalidValue):
            return
