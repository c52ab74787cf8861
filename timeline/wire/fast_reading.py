"""The most frequent messages read in one go: what is surely right, a tenth of the time that schemas take.

Reports and accounts are built straight from their JSON, and the value objects check themselves as they always do.
Whatever is not surely right is not refused here but left to the schemas, which name what is wrong: so there is one
wording of every refusal, and what is read here is what they would have read (a property test holds both).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec
from msgspec import Struct

from timeline.domain import checks
from timeline.domain.descriptions import Description
from timeline.domain.facts import AccountGiven, DevelopmentReported, Fact
from timeline.domain.moments import parse_instant
from timeline.domain.values import Account, Actor, MessageId, Place, Tally
from timeline.domain.vocabulary import Kind
from timeline.wire.fields import occurred


class Read(Struct, frozen=True, gc=False):
    """What a message says: its id, the subject by the name that it has there, when it was reported, and the fact."""

    message: MessageId
    subject: str | None
    reported_at: datetime | None
    fact: Fact


def read_at_once(message: Mapping[str, Any], known: frozenset[str], default_source: str) -> Read | None:
    """What a message says; None where it is not surely right, as where it has other attributes than those `known`."""
    if not message.keys() <= known:
        return None
    topic, data, subject, time = (message.get(name) for name in ("type", "data", "subject", "time"))
    build = _FACTS.get(topic) if isinstance(topic, str) else None
    if build is None or type(data) is not dict or message.get("specversion", "1.0") != "1.0":
        return None
    try:
        return Read(
            MessageId(message.get("source", default_source), message["id"] if "id" in message else str(uuid4())),
            checks.optional_text("subject", subject, 300),
            None if time is None else parse_instant(time, "time"),
            build(data),
        )
    except (ValueError, msgspec.ValidationError, _Doubtful):  # a refusal, or text that has no UTF-8
        return None


class _Doubtful(Exception):
    """Raised for what the schemas have to look at."""


def _reported(data: dict[str, Any]) -> DevelopmentReported:
    _guard_known(data, _REPORTED)
    kind, tags, place, tallies = data.get("kind"), data.get("tags", ()), data.get("place"), data.get("tallies", {})
    if not isinstance(kind, str) or kind not in _KINDS or type(tags) not in (list, tuple) or type(tallies) is not dict:
        raise _Doubtful
    for tally in tallies.values():
        _guard_known(tally, _TALLY)
    description = Description(
        data.get("front", ""),
        _KINDS[kind],
        data.get("title", ""),
        occurred("occurred", data.get("occurred")),
        data.get("summary"),
        None if place is None else msgspec.convert(_known(place, _PLACE), Place),
        _actors(data["actors"]) if "actors" in data else (),
        msgspec.convert(tallies, dict[str, Tally]),
        tuple(tags),
        data.get("external_id"),
        data.get("language"),
    )
    return DevelopmentReported(description, _account(data.get("account")))


def _given(data: dict[str, Any]) -> AccountGiven:
    return AccountGiven(_account(data))


def _account(data: Any) -> Account:
    return msgspec.convert(_known(data, _ACCOUNT), Account)


def _actors(data: Any) -> tuple[Actor, ...]:
    if type(data) is not list:
        raise _Doubtful
    for actor in data:
        _guard_known(actor, _ACTOR)
    return msgspec.convert(data, tuple[Actor, ...])


def _known(data: Any, fields: frozenset[str]) -> Any:
    _guard_known(data, fields)
    return data


def _guard_known(data: Any, fields: frozenset[str]) -> None:
    """Raises `_Doubtful` for what is no object, and for one with a field that has no meaning."""
    if type(data) is not dict or not data.keys() <= fields:
        raise _Doubtful


_FACTS: dict[str, Callable[[dict[str, Any]], Fact]] = {
    DevelopmentReported.TOPIC: _reported,
    AccountGiven.TOPIC: _given,
}
_KINDS = {kind.value: kind for kind in Kind}
_REPORTED = frozenset((*Description.__struct_fields__, "account"))
_ACCOUNT, _PLACE, _ACTOR, _TALLY = (frozenset(kind.__struct_fields__) for kind in (Account, Place, Actor, Tally))
