"""The envelope: CloudEvents 1.0 JSON to submissions, and recorded events back to CloudEvents.

Only `type` and `data` are required. Extension attributes of others are passed over, as CloudEvents asks; but what is
spelt nearly as an attribute that we read is refused, and so is what belongs into `data`: a misspelt `time` would
otherwise date a claim to the moment it was sent.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any
from uuid import UUID, uuid4

from marshmallow import INCLUDE, Schema, ValidationError, fields

from timeline.domain import checks
from timeline.domain.aggregates import Submission
from timeline.domain.facts import (
    DataSetImported,
    DevelopmentReported,
    EntryVoided,
    Fact,
    FrontOpened,
    Recorded,
    SourceRegistered,
    Unreadable,
)
from timeline.domain.moments import format_instant
from timeline.domain.values import (
    MessageId,
    data_set_id,
    development_id_of,
    development_id_of_message,
    front_id,
    source_id,
)
from timeline.errors import InvalidMessage, InvalidValue, shown
from timeline.wire.facts import SCHEMAS, data_of
from timeline.wire.fast_reading import Read, read_at_once
from timeline.wire.fields import CheckedString, Instant, Text, development_id
from timeline.wire.json_body import malformed

DEFAULT_SOURCE = "//timeline/api"
"""CloudEvents `source` of messages that name none."""

IGNORED = (
    *("datacontenttype", "dataschema", "position", "recordedby", "recordedtime", "traceparent", "tracestate", "voids"),
    *("exportasof", "exportknownat", "exportposition", "exportcheckpoint"),
)
"""Attributes that may be there and say nothing to us: our own answers carry some of them.

Who brought an event (`recordedby`) is never what a message says: it is the token that it came with.
"""


def _spec_version(field: str, value: Any) -> str:
    if value != "1.0":
        raise InvalidValue(field, value, "'1.0'")
    return "1.0"


def _type(field: str, value: Any) -> str:
    if not isinstance(value, str) or value not in SCHEMAS:
        raise InvalidValue(field, value, f"one of {', '.join(SCHEMAS)}")
    return value


_CATALOGUED = {"front": front_id, "source": source_id, "dataset": data_set_id}
"""What is named by its slug."""


_DATA = "expected an object, the data of the event"


class EnvelopeSchema(Schema):
    """The attributes of a CloudEvent that the service reads."""

    class Meta:
        """Unknown attributes are looked at by `parse_event`, which knows which to ignore."""

        unknown = INCLUDE

    specversion = CheckedString(_spec_version)
    type = CheckedString(_type, required=True)
    source = Text(500)
    id = Text(200)
    subject = Text(300, allow_none=True)
    time = Instant(allow_none=True)
    data = fields.Raw(required=True, error_messages={"required": _DATA, "null": _DATA})


_ENVELOPE = EnvelopeSchema()
KNOWN = frozenset((*_ENVELOPE.fields, *IGNORED))
"""The attributes that a message may have and that say something to us, or are ours."""
_READ = tuple(_ENVELOPE.fields)
_IN_DATA = frozenset(name for schema in SCHEMAS.values() for name in schema.fields) - KNOWN
"""What has its place in the data of some type of event."""
NEARLY = 0.7
"""How alike two names are of which one may be the other, misspelt (`difflib`: 1 is equal)."""
_EXTENSION = re.compile("[a-z0-9]{1,100}")
"""The name of an extension attribute."""


def parse_event(message: Any) -> Submission:
    """The submission that a message asks for. Raises `InvalidMessage`, with every field that is wrong."""
    if not isinstance(message, Mapping):
        raise malformed("a message is a JSON object with at least type and data")
    return parse_at_once(message) or _submission(read_by_schemas(message))


def parse_at_once(message: Any) -> Submission | None:
    """The same for a message that is frequent and surely right; None for any other."""
    read = read_at_once(message, KNOWN, DEFAULT_SOURCE) if isinstance(message, Mapping) else None
    return _submission(read) if read else None


def _submission(read: Read) -> Submission:
    if isinstance(read.fact, EntryVoided):
        subject, *alternatives = _voided_subjects(read.subject)
        return Submission(subject, read.reported_at, read.message, read.fact, alternatives=tuple(alternatives))
    return Submission(_subject(read.subject, read.fact, read.message), read.reported_at, read.message, read.fact)


def _why_not_extension(name: str, value: Any) -> str | None:
    """Why an attribute is refused that is none of ours; None for one of ours and for an extension.

    The name of an extension is of lower-case letters and digits, its value a text, a truth value or an integer of 32
    bits (CloudEvents 1.0, sections 3.1 and 3.2).
    """
    if name in KNOWN:
        return None
    if name in _IN_DATA:
        return f"expected it in data: data.{name}"
    for meant in _READ:
        if abs(len(meant) - len(name)) < 2 and SequenceMatcher(None, meant, name.lower()).ratio() > NEARLY:
            return f"expected no attribute of this name; perhaps {meant} is meant"
    of_type = isinstance(value, str | None) or (isinstance(value, int) and -(2**31) <= value < 2**31)
    if not _EXTENSION.fullmatch(name) or not of_type:
        return "expected no attribute of this name"
    return None


def read_by_schemas(message: Mapping[str, Any]) -> Read:
    """What a message says, however rare. Raises `InvalidMessage`, with every field that is wrong."""
    unknown = {name: why for name, value in message.items() if (why := _why_not_extension(name, value))}
    try:
        envelope = _ENVELOPE.load({name: value for name, value in message.items() if name in KNOWN})
    except ValidationError as error:
        raise _invalid(message, {**_nested(error), **unknown}) from None
    if unknown:
        raise _invalid(message, unknown)
    if not isinstance(message["data"], Mapping):
        raise _invalid(message, {"data": _DATA})
    try:
        fact: Fact = SCHEMAS[envelope["type"]].load(envelope["data"])
    except ValidationError as error:
        raise _invalid(message, {"data": _nested(error)}) from None
    message_id = MessageId(envelope.get("source", DEFAULT_SOURCE), envelope.get("id") or str(uuid4()))
    return Read(message_id, envelope.get("subject"), envelope.get("time"), fact)


def dump_event(one: Recorded | Unreadable) -> dict[str, Any]:
    """The CloudEvent of a recorded event, with `position` and `recordedtime` as extension attributes.

    `recordedby` is the name of the token that brought it, where one did; `voids` is the position that a void names.
    A record that can not be read has no `data`; the extension attribute `unreadable` says why.
    """
    if isinstance(one, Unreadable):
        return {
            "specversion": "1.0",
            "type": one.topic,
            "source": "//timeline/unreadable",
            "id": str(one.position),
            "subject": str(one.subject),
            "position": one.position,
            "recordedtime": format_instant(one.recorded_at),
            "unreadable": one.reason,
        }
    event = one.event
    return {
        "specversion": "1.0",
        "type": event.fact.TOPIC,
        "source": event.message.source,
        "id": event.message.id,
        "subject": str(event.originator_id),
        "time": format_instant(event.reported_at),
        "datacontenttype": "application/json",
        "position": one.position,
        "recordedtime": format_instant(one.recorded_at),
        **({"recordedby": event.recorded_by} if event.recorded_by else {}),
        **({"voids": event.fact.position} if isinstance(event.fact, EntryVoided) else {}),
        "data": data_of(event.fact),
    }


def _subject(name: str | None, fact: Fact, message: MessageId) -> UUID:
    sort = fact.TOPIC.partition(".")[0]
    implied = _implied_subject(fact)
    if name is None:
        if implied:
            return implied
        if isinstance(fact, DevelopmentReported):
            return development_id_of_message(message.source, message.id)
        raise _invalid({}, {"subject": f"expected the id of a {sort.replace('account', 'development')}"})
    try:
        named = development_id("subject", name) if sort in ("development", "account") else _named(sort, name)
    except InvalidValue:
        allowed = "expected a development id (UUID) or '<data set>:<id there>'"
        if sort in _CATALOGUED:
            allowed = f"expected the slug of a {sort}"
        raise _invalid({"subject": name}, {"subject": allowed}) from None
    if implied and named != implied:
        allowed = "expected the slug that data.slug gives"
        if sort == "development":
            allowed = "expected the development that data.external_id gives, or no subject"
        raise _invalid({"subject": name}, {"subject": allowed})
    return named


def _voided_subjects(name: str | None) -> list[UUID]:
    """What the subject of a void may be: a development, or what is named by its slug."""
    if name is not None:
        for subjects_of in (_developments, _slugs):
            try:
                return subjects_of(name)
            except InvalidValue:
                continue
    allowed = "a development id (UUID), '<data set>:<id there>', or the slug of a front, a source or a data set"
    raise _invalid({"subject": name}, {"subject": f"expected {allowed}"})


def _developments(name: str) -> list[UUID]:
    return [development_id("subject", name)]


def _slugs(name: str) -> list[UUID]:
    slug = checks.slug("subject", name)
    return [identity_of(slug) for identity_of in _CATALOGUED.values()]


def _implied_subject(fact: Fact) -> UUID | None:
    match fact:
        case DevelopmentReported(description) if description.external_id:
            return development_id_of(description.external_id)
        case FrontOpened(slug):
            return front_id(slug)
        case SourceRegistered(slug):
            return source_id(slug)
        case DataSetImported(slug):
            return data_set_id(slug)
    return None


def _named(sort: str, name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError:
        slug = checks.slug("subject", name)
        return _CATALOGUED[sort](slug)


def _invalid(message: Mapping[str, Any], errors: Mapping[str, Any]) -> InvalidMessage:
    listed = tuple(
        {
            "field": shown(".".join(map(str, path))),
            "value": shown(_at(message, path)),
            "allowed": allowed.removeprefix("expected "),
        }
        for path, allowed in _flat(errors)
    )
    return InvalidMessage("; ".join(f"{one['field']}: expected {one['allowed']}" for one in listed), listed)


def _nested(error: ValidationError) -> Mapping[str, Any]:
    messages: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
    schema_wide = messages.pop("_schema", None)
    return {**messages, **({"": schema_wide} if schema_wide else {})}


def _flat(errors: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """The leaves of marshmallow's nested messages; the path of a dotted name is taken apart."""
    if isinstance(errors, Mapping):
        for name, inner in errors.items():
            # Marshmallow files the messages of an object's entries under its keys `key` and `value`.
            parts = [] if name in ("", "_schema", "value", "key") else str(name).split(".")
            yield from _flat(inner, (*path, *parts))
    elif isinstance(errors, list):
        for inner in errors:
            yield from _flat(inner, path)
    else:
        yield path, str(errors)


def _at(message: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        if isinstance(message, Mapping):
            message = message.get(name)
        elif isinstance(message, list) and _is_index(str(name)) and int(name) < len(message):
            message = message[int(name)]
        else:
            return None
    return message


def _is_index(name: str) -> bool:
    return name.isascii() and name.isdecimal() and len(name) < 10
