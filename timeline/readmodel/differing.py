"""Which developments may look another way at the later of two moments of the reported clock, in an order of changes.

The version rows tell: what looks another way then has a row that began in between, or it has none any more, which only
a merge brings about. Some are read at a time, from where the page before ended, so that it does not matter how many
there are.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from itertools import chain
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from timeline.domain.facts import Recorded, Unreadable
from timeline.domain.moments import to_micros
from timeline.readmodel.cuts import HeldCuts
from timeline.readmodel.filters import Filters
from timeline.readmodel.rows import RECORDED, condition
from timeline.readmodel.standing import Standing

MAX_ROWS_READ, MAX_NEWEST_READ = 5_000, 1_000
"""Version rows that are read at once, where all have to be sorted for it, and where an index has them in order."""
MAX_IDS_NAMED = 2_000
"""Developments that a question names at most; of more, the rows of all are read."""

Place = tuple[int, bytes]
"""Where a change stands in its order: a number that rises along the order, and the identity of the development."""
Histories = Mapping[UUID, Sequence[Recorded | Unreadable]]


class Order(Enum):
    """The orders of changes."""

    TIMELINE = "timeline"
    """That of timelines; on the recorded clock, that in which the log last learnt something of each."""
    NEWEST = "newest"
    """What changed last comes first."""


class Candidate(Struct, frozen=True):
    """A development that may look another way, and where it then stands. `gone`: if it is not in view any more."""

    place: Place
    gone: bool = False

    @property
    def id(self) -> UUID:
        """Its identity."""
        return UUID(bytes=self.place[1])


class Candidates(Protocol):
    """Those of one question."""

    def after(self, place: Place | None) -> Iterator[tuple[list[Candidate], Place]]:
        """From behind a place on, some at a time (perhaps none), and behind which place the others are.

        One development may be among them at several places.
        """

    def holds(self, candidate: Candidate, histories: Histories, *, in_view: bool) -> bool:
        """Whether this is the one place of a development that is in view at the later cuts, or is not."""


_KEYS = {Order.TIMELINE: ("start_at", "start_at, id"), Order.NEWEST: ("-reported_from", "reported_from DESC, id")}
"""What places begin with, and how an index is followed in this order."""
_LATER = f"""SELECT {{key}}, id FROM versions
    WHERE reported_from > ? AND reported_from <= ? AND (reported_to IS NULL OR reported_to > ?) AND {RECORDED}"""
"""What began in between, and is in force at the later moment."""
_GONE = {
    Order.TIMELINE: f"""SELECT start_at AS key, id FROM versions
        WHERE reported_to > ? AND reported_to <= ? AND {RECORDED} AND reported_from <= ?
        AND id IN (SELECT id FROM merges)""",
    Order.NEWEST: f"""SELECT -max(reported_to) AS key, id FROM versions
        WHERE reported_to > ? AND reported_to <= ? AND {RECORDED} AND reported_from <= ?
        AND id IN (SELECT id FROM merges) GROUP BY id""",
}
"""What ended in between, of all that was ever merged: where it stood, or when it was last in view."""


class ReportedCandidates:
    """Those between two cuts of the reported clock.

    What rows can tell of the filters is met already; `ids` are those that the other filters leave (None: any).
    """

    def __init__(
        self, standing: Standing, then: HeldCuts, now: HeldCuts, filters: Filters, order: Order, ids: set[UUID] | None
    ) -> None:
        self._database = standing.database
        self._since, self._until = to_micros(then.cuts.known_at), to_micros(now.cuts.known_at)
        self._recorded = (now.cuts.position, now.cuts.position)
        self._order = order
        self._most = MAX_NEWEST_READ if order is Order.NEWEST else MAX_ROWS_READ
        self._merged = any(True for _ in standing.merged.ids())
        self._ids = ids
        self._conditions = _conditions(standing, filters, ids)

    def after(self, place: Place | None) -> Iterator[tuple[list[Candidate], Place]]:
        """From behind a place on, some at a time, and behind which place the others are."""
        while found := sorted(chain(self._later(place), self._gone(place)), key=lambda one: one.place)[: self._most]:
            place = found[-1].place
            yield [one for one in found if self._ids is None or one.id in self._ids], place

    def holds(self, candidate: Candidate, histories: Histories, *, in_view: bool) -> bool:  # noqa: ARG002
        """Whether it is in view as the place has it."""
        return candidate.gone is not in_view

    def _later(self, place: Place | None) -> list[Candidate]:
        key, order = _KEYS[self._order]
        statement = _LATER.format(key=key)
        given: list[Any] = [self._since, self._until, self._until, *self._recorded]
        for condition_, values in self._conditions:
            statement += f" AND {condition_}"
            given += values
        if place and self._order is Order.NEWEST:
            statement += " AND reported_from <= ?"  # by which the index is entered there
            given.append(-place[0])
        if place:
            statement += f" AND ({key}, id) > (?, ?)"
            given += place
        rows = self._database.fetch(f"{statement} ORDER BY {order} LIMIT {self._most}", given)
        return [Candidate((key, bytes(id))) for key, id in rows]

    def _gone(self, place: Place | None) -> list[Candidate]:
        if not self._merged:
            return []
        before = self._since if self._order is Order.TIMELINE else self._until
        given = [self._since, self._until, *self._recorded, before, *(place or ())]
        behind = " WHERE (key, id) > (?, ?)" if place else ""
        statement = f"SELECT key, id FROM ({_GONE[self._order]}) AS ended{behind}"
        rows = self._database.fetch(f"{statement} ORDER BY key, id LIMIT {self._most}", given)
        return [Candidate((key, bytes(id)), gone=True) for key, id in rows]


def _conditions(standing: Standing, filters: Filters, ids: set[UUID] | None) -> list[tuple[str, list[Any]]]:
    """What has to be true of a row that is in force at the later moment."""
    found: list[tuple[str, list[Any]]] = []
    if filters.fronts:
        found.append(_among("front", standing.front_numbers(filters.fronts)))
    if ids is not None and len(ids) <= MAX_IDS_NAMED:
        found.append(_among("id", [one.bytes for one in ids]))
    if filters.until:
        found.append(("start_at <= ?", [to_micros(filters.until)]))
    more, values = condition(filters)
    return [*found, (more, values)] if more else found


def _among(column: str, values: list[Any]) -> tuple[str, list[Any]]:
    return (f"{column} IN ({', '.join('?' * len(values))})", values) if values else ("1 = 0", [])
