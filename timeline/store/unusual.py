"""Judges whether what is appended is unusual, on all that the log held before it.

What has to be remembered for that (`plausibility.catalogue`) is read from the log once, when something is first
appended, and followed from then on: under the write lock it is as far as the log is, whoever wrote to it.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from timeline.domain.aggregates import Stream
from timeline.domain.facts import DevelopmentReported, EntryVoided, Fact, FrontOpened, SourceRegistered
from timeline.errors import InvalidValue
from timeline.plausibility.catalogue import ANY_POSITION, Catalogue
from timeline.plausibility.registry import ReceiptWarning
from timeline.plausibility.submissions import take_in, warnings_of
from timeline.store.queries import LogQueries
from timeline.store.records import Head, Row

_READ_TOGETHER = 5_000
_TOPICS = (SourceRegistered.TOPIC, FrontOpened.TOPIC, DevelopmentReported.TOPIC, EntryVoided.TOPIC)

StreamOf = Callable[[UUID], Stream]


class _Occurred(Struct, gc=False):
    edtf: str
    exact_start: datetime | None = None
    exact_end: datetime | None = None


class _Description(Struct, gc=False):
    front: str
    occurred: _Occurred


class _Fact(Struct, gc=False):
    """As much of a fact as is remembered, whatever its topic."""

    slug: str = ""
    name: str = ""
    position: int | None = None
    description: _Description | None = None


class _State(Struct, gc=False):
    fact: _Fact


_DECODE = msgspec.json.Decoder(_State).decode


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
        try:
            position = self._head.position
            while rows := queries.states(position + 1, head.position, _TOPICS, _READ_TOGETHER):
                for position, topic, state in rows:
                    self._read(position, topic, state)
                self._catalogue.keep()
        except BaseException:
            self._catalogue, self._head = Catalogue(), Head()  # else what was read would be read, and counted, again
            raise
        self._head = head

    def forget(self) -> None:
        """Read the log from the beginning when it is next caught up with: it was restored."""
        self._catalogue, self._head = Catalogue(), Head()

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
            fact = _DECODE(state).fact
            if fact.description:
                occurred = fact.description.occurred
                exact = occurred.exact_start, occurred.exact_end
                self._catalogue.add_development(fact.description.front, occurred.edtf, *exact, position)
            elif fact.position is not None:
                self._catalogue.add_void(fact.position, position)
            elif topic == SourceRegistered.TOPIC:
                self._catalogue.add_source(fact.slug, fact.name, position)
            elif topic == FrontOpened.TOPIC:
                self._catalogue.add_front(fact.slug, fact.name, position)
        except (msgspec.MsgspecError, InvalidValue):
            return
