"""What the API takes in its query strings and gives in its answers, as the OpenAPI document tells it.

Query schemas are loaded; answer schemas only document, since answers are built by `timeline.wire.answers`
(a test holds every answer against its schema).
"""

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validates_schema

from timeline.domain import checks
from timeline.domain.moments import parse_cut, parse_instant
from timeline.domain.vocabulary import Aspect, Kind, Status
from timeline.errors import InvalidValue
from timeline.readmodel.cuts import WantedCuts, wanted_cuts
from timeline.readmodel.filters import Filters
from timeline.wire.fields import MESSAGES, SCHEMA_MESSAGES, Checked, CheckedString, Messages, Text, Word
from timeline.wire.values import AccountSchema, ActorSchema, PlaceSchema, TallySchema

_CUT = "a date (the end of that day, UTC) or an instant with offset (RFC 3339)"


def said(description: str) -> dict[str, Any]:
    """A description for the OpenAPI document."""
    return {"description": description}


def _recorded_at(_: str, value: Any) -> Any:
    return wanted_cuts(recorded_at=value).recorded_at


def _box(field: str, value: Any) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(part) for part in value.split(","))
    except ValueError:
        raise InvalidValue(field, value, "west,south,east,north in degrees") from None
    checks.number(field, west, -180, 180)
    checks.number(field, south, -90, 90)
    checks.number(field, east, -180, 180)
    checks.number(field, north, south, 90)
    return west, south, east, north


def whole(least: int, most: int) -> Any:
    """A check for a whole number in a query string."""

    def check(field: str, value: Any) -> int:
        if not (isinstance(value, str) and value.isdecimal() and len(value) < 19 and least <= int(value) <= most):
            raise InvalidValue(field, value, f"a whole number from {least} to {most}")
        return int(value)

    return check


class Whole(Checked, fields.Integer):
    """A whole number in a query string."""

    default_error_messages: Messages = MESSAGES


class _Cut(CheckedString):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(lambda field, value: parse_cut(value, field), **kwargs)


class Query(Schema):
    """A query string."""

    error_messages = SCHEMA_MESSAGES

    class Meta:
        """A misspelt parameter is refused: its absence would silently change the answer."""

        unknown = RAISE


class CutsQuery(Query):
    """The three cuts of every read."""

    as_of = _Cut(metadata=said(f"History as it stood then: {_CUT}. Default: `known_at`, or now."))
    known_at = _Cut(metadata=said(f"What was reported by then: {_CUT}. Default: `as_of`, or now."))
    recorded_at = CheckedString(
        _recorded_at, metadata=said(f"What this log held then: a position, or {_CUT}. Default: the latest.")
    )


class TimelineQuery(CutsQuery):
    """Cuts, filters and paging of a timeline. A filter may be given several times: any of its values will do."""

    front = fields.List(CheckedString(checks.slug), metadata=said("Slug of a front."))
    kind = fields.List(Word(Kind), metadata=said("Kind of development."))
    status = fields.List(Word(Status), metadata=said("Headline status."))
    actor = fields.List(Text(200), metadata=said("Name of an actor."))
    source = fields.List(CheckedString(checks.slug), metadata=said("Slug of a source that gave an account."))
    q = Text(200, metadata=said("Text looked for in title, summary, place and accounts, regardless of case."))
    bbox = CheckedString(_box, metadata=said("west,south,east,north in degrees (WGS 84)."))
    since = CheckedString(
        lambda field, value: parse_instant(value, field),
        data_key="from",
        metadata=said("Only what may have been going on at or after: a date (its start, UTC) or an instant."),
    )
    until = _Cut(data_key="to", metadata=said(f"Only what may have been going on at or before: {_CUT}."))
    limit = Whole(whole(1, 1_000), load_default=500, metadata=said("Items a page, 1 to 1000; default 500."))
    cursor = fields.String(metadata=said("`next_cursor` of the page before; carries that answer's cuts."))

    @validates_schema
    def in_order(self, query: dict[str, Any], **_: Any) -> None:
        """A window that ends before it begins can hold nothing; whoever asks for it means another."""
        if "since" in query and "until" in query and query["since"] > query["until"]:
            raise ValidationError("expected a time not after `to`", "from")


class EventsQuery(Query):
    """Where to read on in the log."""

    after = Whole(whole(0, 2**53), load_default=0, metadata=said("Position after which to begin; default 0."))
    limit = Whole(whole(1, 1_000), load_default=500, metadata=said("Events a page, 1 to 1000; default 500."))


def cuts_of(query: dict[str, Any]) -> WantedCuts:
    """The cuts of a loaded query."""
    return WantedCuts(query.get("as_of"), query.get("known_at"), query.get("recorded_at"))


def filters_of(query: dict[str, Any]) -> Filters:
    """The filters of a loaded query."""
    return Filters(
        fronts=frozenset(query.get("front", ())),
        kinds=frozenset(query.get("kind", ())),
        statuses=frozenset(query.get("status", ())),
        actors=frozenset(query.get("actor", ())),
        sources=frozenset(query.get("source", ())),
        text=query.get("q"),
        box=query.get("bbox"),
        since=query.get("since"),
        until=query.get("until"),
    )


class ReceiptSchema(Schema):
    """What became of an appended event."""

    position = fields.Integer(required=True, metadata=said("Its place in the log."))
    subject = fields.UUID(required=True, metadata=said("The development, front or source that it is about."))
    version = fields.Integer(required=True, metadata=said("How many events that subject has with this one."))
    recorded_at = fields.String(required=True, metadata=said("When the log learnt it (UTC)."))


class _Recorded(Schema):
    position = fields.Integer(required=True)
    instant = fields.String(required=True, allow_none=True)


class _Held(Schema):
    as_of = fields.String(required=True, metadata=said("Instant, UTC."))
    known_at = fields.String(required=True, metadata=said("Instant, UTC."))
    recorded_at = fields.Nested(_Recorded, required=True)


class _Bound(Schema):
    earliest = fields.String(required=True, allow_none=True, metadata=said("Date, or instant where exact."))
    latest = fields.String(required=True, allow_none=True, metadata=said("Date, or instant where exact."))


class _Occurred(Schema):
    edtf = fields.String(required=True, metadata=said("EDTF, level 0 or 1."))
    start = fields.Nested(_Bound, required=True)
    end = fields.Nested(_Bound, required=True)
    open = fields.Boolean(required=True, metadata=said("A span that had not certainly ended by `as_of`."))
    exact = fields.Dict(keys=fields.String(), values=fields.String())


class _GivenAccount(AccountSchema):
    reported_at = fields.String(required=True)
    in_force = fields.Boolean(required=True, metadata=said("False once the source took all of it back."))
    withdrawn = fields.List(fields.String(), required=True, metadata=said("Aspects that it took back."))
    position = fields.Integer(required=True)


class ItemSchema(Schema):
    """A development at the cuts of the answer."""

    id = fields.UUID(required=True)
    front = fields.String(required=True)
    kind = Word(Kind, required=True)
    title = fields.String(required=True)
    summary = fields.String(required=True, allow_none=True)
    occurred = fields.Nested(_Occurred, required=True)
    place = fields.Nested(PlaceSchema, required=True, allow_none=True)
    actors = fields.List(fields.Nested(ActorSchema), required=True)
    tallies = fields.Dict(keys=fields.String(), values=fields.Nested(TallySchema), required=True)
    tags = fields.List(fields.String(), required=True)
    external_id = fields.String(required=True, allow_none=True)
    language = fields.String(required=True, allow_none=True)
    status = Word(Status, required=True, metadata=said("Headline: how the occurrence stands."))
    aspects = fields.Dict(keys=Word(Aspect), values=Word(Status), required=True)
    assessments = fields.Dict(keys=Word(Aspect), values=fields.Dict(), required=True)
    accounts = fields.List(fields.Nested(_GivenAccount), required=True)
    first_reported_at = fields.String(required=True)
    last_reported_at = fields.String(required=True)
    version = fields.Integer(required=True, metadata=said("How many events stand behind it at these cuts."))
    position = fields.Integer(required=True, metadata=said("The last of them."))
    retracted = fields.Boolean(required=True)
    merged_into = fields.UUID(required=True, allow_none=True)


class TimelineSchema(_Held):
    """A page of a timeline."""

    items = fields.List(fields.Nested(ItemSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class DevelopmentSchema(_Held):
    """One development."""

    item = fields.Nested(ItemSchema, required=True)


class _Step(Schema):
    position = fields.Integer(required=True)
    reported_at = fields.String(required=True)
    recorded_at = fields.String(required=True)
    type = fields.String(required=True)
    by = fields.String(required=True, allow_none=True)
    data = fields.Dict(required=True)
    status = Word(Status, required=True)
    aspects = fields.Dict(keys=Word(Aspect), values=Word(Status), required=True)


class HistorySchema(_Held):
    """How the reporting of a development went."""

    steps = fields.List(fields.Nested(_Step), required=True)


class _Front(Schema):
    slug = fields.String(required=True)
    name = fields.String(required=True)
    area = fields.List(fields.Float(), required=True, allow_none=True)
    occurred = fields.Nested(_Occurred, required=True, allow_none=True)
    closed = fields.Boolean(required=True)
    developments = fields.Integer(required=True)
    statuses = fields.Dict(keys=Word(Status), values=fields.Integer(), required=True)


class FrontsSchema(_Held):
    """The lanes of the timeline."""

    items = fields.List(fields.Nested(_Front), required=True)


class _Source(Schema):
    slug = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, allow_none=True)
    affiliation = fields.String(required=True, allow_none=True)
    reliability = fields.String(required=True, allow_none=True)
    url = fields.String(required=True, allow_none=True)
    registered = fields.Boolean(required=True)
    accounts = fields.Integer(required=True)
    accounts_in_force = fields.Integer(required=True)


class SourcesSchema(_Held):
    """The sources."""

    items = fields.List(fields.Nested(_Source), required=True)


class EventsSchema(Schema):
    """A page of the log."""

    items = fields.List(fields.Dict(), required=True, metadata=said("CloudEvents 1.0, in the order of position."))


class HealthSchema(Schema):
    """How the service is."""

    status = fields.String(required=True)
    position = fields.Integer(required=True, metadata=said("Where the log stands."))
    set_aside = fields.List(fields.Integer(), required=True, metadata=said("Positions that can not be read."))


class ProblemSchema(Schema):
    """What went wrong (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    errors = fields.List(fields.Dict(), metadata=said("Field by field: `field`, `value`, `allowed`."))
