"""A timeline item straight as JSON: byte for byte what `answers.item` gives once it is encoded, in a third of the time.

Pages tell hundreds of developments. The encoder writes identities, words and instants by itself, so that none of them
is made a text first, nor an item a dictionary. A property test holds both spellings.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Raw, Struct

from timeline.domain.moments import Occurred
from timeline.domain.status import GivenAccount
from timeline.domain.values import Actor, Place
from timeline.domain.vocabulary import Aspect, Kind, Stance, Status
from timeline.readmodel.entries import Entry
from timeline.wire import answers

_ENCODER = msgspec.json.Encoder()


class _Place(Struct, gc=False):
    name: str
    lat: float | None
    lon: float | None
    precision: str | None
    admin: str | None
    country: str | None
    description: str | None


class _Account(Struct, gc=False):
    source: str
    stance: Mapping[Aspect, Stance]
    quote: str | None
    gist: str | None
    url: str | None
    origin: str | None
    archive_sha256: str | None
    published: str | None
    reported_at: datetime
    in_force: bool
    withdrawn: list[str]
    position: int


class _Item(Struct, gc=False):
    """The fields in the order of `answers.ITEM_FIELDS`."""

    id: UUID
    front: str
    kind: Kind
    title: str
    summary: str | None
    occurred: Raw
    place: _Place | None
    actors: Sequence[Actor]
    tallies: dict[str, dict[str, Any]]
    tags: Sequence[str]
    external_id: str | None
    language: str | None
    status: Status
    aspects: Mapping[Aspect, Status]
    assessments: dict[str, Any]
    accounts: list[_Account]
    first_reported_at: datetime | None
    last_reported_at: datetime | None
    version: int
    position: int
    retracted: bool
    merged_into: UUID | None


def item_bytes(entry: Entry) -> bytes:
    """A development in a timeline."""
    state, description = entry.state, entry.state.described
    return _ENCODER.encode(
        _Item(
            state.id,
            description.front,
            description.kind,
            description.title,
            description.summary,
            _occurred(description.occurred, entry.open),
            _place(description.place) if description.place else None,
            description.actors,
            answers.tallies(description) if description.tallies else {},
            description.tags,
            description.external_id,
            description.language,
            entry.status,
            entry.statuses,
            answers.assessments(state) if state.assessments else {},
            [_account(given) for given in state.accounts],
            _utc(state.first_reported_at),
            _utc(state.last_reported_at),
            state.version,
            state.position,
            state.retracted,
            state.merged_into,
        )
    )


def _account(given: GivenAccount) -> _Account:
    told = given.account
    return _Account(
        told.source,
        told.stance,
        told.quote,
        told.gist,
        told.url,
        told.origin,
        told.archive_sha256,
        told.published,
        _utc(given.reported_at),
        given.in_force,
        sorted(aspect.value for aspect in given.withdrawn) if given.withdrawn else [],
        given.position,
    )


def _place(place: Place) -> _Place:
    return _Place(place.name, place.lat, place.lon, place.precision, place.admin, place.country, place.description)


@lru_cache(maxsize=20_000)
def _occurred(moment: Occurred, open: bool) -> Raw:
    """Most developments last a day, which others happened on as well."""
    return Raw(_ENCODER.encode(answers.occurred(moment, open=open)))


def _utc(instant: Any) -> Any:
    return instant if instant is None or instant.tzinfo is UTC else instant.astimezone(UTC)
