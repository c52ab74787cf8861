"""Which events a follower of the log wants: by type, and by the front that a development was on."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from msgspec import Struct

from timeline.domain.facts import FrontOpened, Recorded, Unreadable, category_of
from timeline.projections.knowledge import front_named
from timeline.store.log import ConflictLog

Read = Recorded | Unreadable

PAGE = 1_000
MOST_LOOKED_AT = 20_000
"""Records that one request looks through for those that it wants."""


class Wanted(Struct, frozen=True):
    """Empty is everything. An event that cannot be told to be on a front is on none."""

    fronts: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()

    def has(self, type: str, fronts: frozenset[str]) -> bool:
        """Whether an event of this type, on these fronts, is wanted."""
        return (not self.types or type in self.types) and (not self.fronts or not self.fronts.isdisjoint(fronts))


def type_of(one: Read) -> str:
    """The type of an event, whether or not it can be read."""
    return one.topic if isinstance(one, Unreadable) else one.event.fact.TOPIC


def read_on(log: ConflictLog, after: int, limit: int, wanted: Wanted) -> tuple[list[Read], int]:
    """Up to `limit` wanted records after a position, and up to which position the log was looked through."""
    found: list[Read] = []
    last = after
    size = PAGE if wanted.fronts or wanted.types else min(PAGE, limit)
    while len(found) < limit and last - after < MOST_LOOKED_AT:
        records = log.after(last, size)
        for one in islice(_chosen(log, records, wanted), limit - len(found)):
            found.append(one)
            last = one.position
        if len(found) == limit or not records:
            break
        last = records[-1].position
    return found, last


def fronts_of(log: ConflictLog, records: Sequence[Read]) -> list[frozenset[str]]:
    """On which fronts each of these events is: both where it moves a development from one to another."""
    wanted = {one.event.originator_id for one in records if isinstance(one, Recorded) and _has_front(one)}
    named = {
        id: [(one.position, slug) for one in history if isinstance(one, Recorded) and (slug := _slug(one))]
        for id, history in log.histories(list(wanted)).items()
    }
    return [_fronts_at(named, one) for one in records]


def _chosen(log: ConflictLog, records: Sequence[Read], wanted: Wanted) -> Iterator[Read]:
    fronts = fronts_of(log, records) if wanted.fronts else [frozenset[str]()] * len(records)
    return (one for one, on in zip(records, fronts, strict=True) if wanted.has(type_of(one), on))


def _fronts_at(named: dict[UUID, list[tuple[int, str]]], one: Any) -> frozenset[str]:
    if isinstance(one, Unreadable):
        return frozenset()
    told = named.get(one.event.originator_id, [])
    before = [slug for position, slug in told if position < one.position]
    here = [slug for position, slug in told if position == one.position]
    return frozenset([*before[-1:], *here])


def _has_front(one: Recorded) -> bool:
    return category_of(one.event.fact) in ("development", "front")


def _slug(one: Recorded) -> str | None:
    fact = one.event.fact
    return fact.slug if isinstance(fact, FrontOpened) else front_named(one)
