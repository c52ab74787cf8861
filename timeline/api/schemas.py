"""What the API gives in its answers, as the OpenAPI document tells it.

These only document, since answers are built by `timeline.wire.answers` (a test holds every answer against
its schema).
"""

from marshmallow import INCLUDE, Schema, fields

from timeline.api.outcomes import Outcome
from timeline.api.parameters import said
from timeline.domain.vocabulary import Aspect, Kind, Status
from timeline.plausibility.registry import WarningCode, in_words
from timeline.readmodel.density import Bucket
from timeline.wire.fields import Word
from timeline.wire.values import AccountSchema, ActorSchema, PlaceSchema, TallySchema


class WarningSchema(Schema):
    """Something about an event that was accepted, and is probably not what was meant."""

    code = Word(
        WarningCode,
        required=True,
        metadata=said(in_words(WarningCode)),
    )
    field_ = fields.String(
        required=True, data_key="field", metadata=said("The field of the message, such as `data.account.source`.")
    )
    value = fields.Raw(required=True, allow_none=True, metadata=said("What stands there."))
    detail = fields.String(required=True, metadata=said("The same in a sentence."))
    meant = fields.Raw(
        required=True, allow_none=True, metadata=said("What was probably meant; null where that can not be told.")
    )


_WARNINGS = (
    "What is probably not meant, though it was accepted: none, as a rule. `strict=true` refuses it. A message "
    "that was sent before is told those of the first time: on what the log held before it."
)


EPOCH = "Which life of the log positions belong to: a restore begins a new one."
_VALIDATED = "With `validate=true`: nothing was appended; what is there is what would become of it."


class ReceiptSchema(Schema):
    """What became of an appended event."""

    validated = fields.Boolean(metadata=said(_VALIDATED))
    position = fields.Integer(required=True, metadata=said("Its place in the log."))
    subject = fields.UUID(required=True, metadata=said("The development, front or source that it is about."))
    version = fields.Integer(required=True, metadata=said("How many events that subject has with this one."))
    recorded_at = fields.String(required=True, metadata=said("When the log learnt it (UTC)."))
    origin = fields.String(required=True, metadata=said("The log's name."))
    epoch = fields.String(required=True, metadata=said(EPOCH))
    warnings = fields.List(fields.Nested(WarningSchema), required=True, metadata=said(_WARNINGS))


class _Became(Schema):
    line = fields.Integer(required=True, metadata=said("Which event of the request, counted from 1."))
    outcome = Word(Outcome, required=True)
    position = fields.Integer(metadata=said("Its place in the log."))
    subject = fields.UUID(metadata=said("The development, front or source that it is about."))
    version = fields.Integer(metadata=said("How many events that subject has with this one."))
    recorded_at = fields.String(metadata=said("When the log learnt it (UTC)."))
    epoch = fields.String(metadata=said(EPOCH))
    warnings = fields.List(fields.Nested(WarningSchema), metadata=said(_WARNINGS))
    problem = fields.Nested(lambda: ProblemSchema(), metadata=said("Why it was refused."))


class BatchSchema(Schema):
    """What became of the events of a batch. Of a stream of lines the counts are the first line, each item another."""

    validated = fields.Boolean(metadata=said(_VALIDATED))
    events = fields.Integer(required=True, metadata=said("How many there were."))
    accepted = fields.Integer(required=True)
    duplicate = fields.Integer(required=True, metadata=said("Appended before, by the same `source` and `id`."))
    rejected = fields.Integer(required=True)
    withheld = fields.Integer(required=True, metadata=said("Not appended because another was refused (`atomic`)."))
    items = fields.List(fields.Nested(_Became), required=True)


class Recorded(Schema):
    """A place in the log."""

    position = fields.Integer(required=True)
    instant = fields.String(required=True, allow_none=True)


class Held(Schema):
    """The three cuts of an answer."""

    as_of = fields.String(required=True, metadata=said("Instant, UTC."))
    known_at = fields.String(required=True, metadata=said("Instant, UTC."))
    recorded_at = fields.Nested(Recorded, required=True)


class _Bound(Schema):
    earliest = fields.String(required=True, allow_none=True, metadata=said("Date, or instant where exact."))
    latest = fields.String(required=True, allow_none=True, metadata=said("Date, or instant where exact."))


class _Occurred(Schema):
    edtf = fields.String(required=True, metadata=said("EDTF, level 0 or 1, or one day of a range (level 2)."))
    start = fields.Nested(_Bound, required=True)
    end = fields.Nested(_Bound, required=True)
    open = fields.Boolean(required=True, metadata=said("A span that had not certainly ended by `as_of`."))
    exact = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata=said("The instants of start and end that were said, UTC; the log's events keep their offsets."),
    )


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


class TimelineSchema(Held):
    """A page of a timeline."""

    items = fields.List(fields.Nested(ItemSchema(partial=True)), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class DevelopmentSchema(Held):
    """One development."""

    item = fields.Nested(ItemSchema(partial=True), required=True)


class _Density(Schema):
    front = fields.String(required=True)
    start = fields.String(
        required=True,
        allow_none=True,
        metadata=said(
            "First day of the bucket (UTC); null: nobody says when it began, or only within more than 179 years."
        ),
    )
    status = Word(Status, required=True)
    developments = fields.Float(
        required=True, metadata=said("`placed` and `spread` together. All items of all days sum to how many there are.")
    )
    placed = fields.Integer(required=True, metadata=said("Those of which it is known on which day they began."))
    spread = fields.Float(
        required=True,
        metadata=said(
            "What falls to this bucket of the others: each counts as one in all, spread evenly over the days on which "
            "it may have begun, up to that of `as_of`. A multiple of 2^-32, so that sums are exact."
        ),
    )


class DensitySchema(Held):
    """How many developments began when, by front and status; buckets with none are left out."""

    bucket = Word(Bucket, required=True)
    items = fields.List(fields.Nested(_Density), required=True)


class FrontEntrySchema(Schema):
    """A lane of the timeline, with its developments counted."""

    slug = fields.String(required=True)
    name = fields.String(required=True)
    area = fields.List(fields.Float(), required=True, allow_none=True)
    occurred = fields.Nested(_Occurred, required=True, allow_none=True)
    closed = fields.Boolean(required=True)
    developments = fields.Integer(required=True)
    statuses = fields.Dict(keys=Word(Status), values=fields.Integer(), required=True)


class FrontsSchema(Held):
    """The lanes of the timeline."""

    items = fields.List(fields.Nested(FrontEntrySchema), required=True)


class SourceEntrySchema(Schema):
    """A source, with its accounts counted."""

    slug = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, allow_none=True)
    affiliation = fields.String(required=True, allow_none=True)
    reliability = fields.String(required=True, allow_none=True)
    url = fields.String(required=True, allow_none=True)
    same_as = fields.String(
        required=True, allow_none=True, metadata=said("Slug of another source that it was said to be the same as.")
    )
    same = fields.List(
        fields.String(),
        required=True,
        metadata=said(
            "All other sources that are the same as this one, whichever says so, and through others: one voice."
        ),
    )
    registered = fields.Boolean(
        required=True, metadata=said("False: its accounts count as claims, never as one of two independent voices.")
    )
    accounts = fields.Integer(required=True)
    accounts_in_force = fields.Integer(required=True)


class SourcesSchema(Held):
    """The sources."""

    items = fields.List(fields.Nested(SourceEntrySchema), required=True)


class _Finding(WarningSchema):
    development = fields.UUID(required=True, allow_none=True, metadata=said("The development that it is about."))
    title = fields.String(required=True, allow_none=True, metadata=said("What that is called."))
    front = fields.String(required=True, allow_none=True, metadata=said("The front that it is about, or is on."))
    source = fields.String(required=True, allow_none=True, metadata=said("The source that it is about."))
    developments = fields.Integer(required=True, metadata=said("How many developments it concerns."))


class ChecksSchema(Held):
    """What the log holds that was probably not meant, as receipts warned of it; `as_of` leaves nothing out."""

    total = fields.Integer(required=True, metadata=said("How much of it there is on all pages."))
    complete = fields.Boolean(
        required=True,
        metadata=said("False where a log holds so much of it that some was not looked at: `front` and `code` find it."),
    )
    items = fields.List(fields.Nested(_Finding), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class HealthSchema(Schema):
    """That the process answers."""

    status = fields.String(required=True, metadata=said("Always `ok`: `/readyz` tells how the store is."))


class SetAsideSchema(Schema):
    """An event that could not be handled."""

    position = fields.Integer(required=True)
    type = fields.String(required=True)
    reason = fields.String(required=True)


class CheckSchema(Schema):
    """One thing that has to be right for the service to be asked."""

    name = fields.String(
        required=True, metadata=said("`log-readable`, `log-writable`, `disk`, `rows`, `key` or `clock`; more may come.")
    )
    ok = fields.Boolean(required=True)
    detail = fields.String(required=True, metadata=said("What was found, for people; it names no path."))


class ReadySchema(Schema):
    """Whether the service should be asked, and how far the rows that answers are read from are."""

    status = fields.String(
        required=True,
        metadata=said(
            "`ready`; where only the rows are not right, `behind`: too far behind the log, or `replaced`: made of "
            "another log, to be rebuilt; otherwise `not-ready`: `checks` says why."
        ),
    )
    checks = fields.List(fields.Nested(CheckSchema), required=True)
    generation = fields.Integer(required=True, metadata=said("Which build of the rows is read."))
    position = fields.Integer(required=True, allow_none=True, metadata=said("Where the rows stand."))
    log_position = fields.Integer(required=True, allow_none=True, metadata=said("Where the log stands."))
    behind = fields.Integer(required=True, allow_none=True, metadata=said("Records that are not in the rows yet."))
    set_aside = fields.List(
        fields.Nested(SetAsideSchema), required=True, metadata=said("Events that could not be handled.")
    )


class FieldErrorSchema(Schema):
    """A field that was refused."""

    field_ = fields.String(required=True, data_key="field", metadata=said("Its name, such as `data.occurred`."))
    value = fields.Raw(required=True, allow_none=True, metadata=said("What stands there."))
    allowed = fields.String(required=True, metadata=said("What may stand there."))


class ProblemSchema(Schema):
    """What went wrong (RFC 9457). There may be more members: of a batch they say how far it came."""

    class Meta:
        """RFC 9457 lets a problem have members of its own."""

        unknown = INCLUDE

    type = fields.String(required=True, metadata=said("`urn:timeline:problem:` and a name that stays."))
    title = fields.String(required=True)
    status = fields.Integer(required=True, metadata=said("The status of the answer."))
    detail = fields.String(required=True, metadata=said("What is wrong, in a sentence."))
    instance = fields.String(required=True, metadata=said("The path that was asked for."))
    errors = fields.List(fields.Nested(FieldErrorSchema), metadata=said("Field by field."))
    request_id = fields.String(metadata=said("Where the failure is ours: what the log lines of the request carry."))
    events = fields.Integer(metadata=said("Of a batch: how many events were read."))
    accepted = fields.Integer(metadata=said("Of a batch: how many were appended."))
    duplicate = fields.Integer(metadata=said("Of a batch: how many had been appended before."))
    rejected = fields.Integer(metadata=said("Of a batch: how many were refused."))
    withheld = fields.Integer(metadata=said("Of a batch: how many were not appended because another was refused."))
    items = fields.List(fields.Nested(lambda: _Became()), metadata=said("Of a batch: what became of each event."))


class GoneSchema(ProblemSchema):
    """A position does not mean in this log what it meant where it was given out (RFC 9457)."""

    head = fields.Integer(required=True, metadata=said("Where the log stands."))
    origin = fields.String(required=True, metadata=said("The log's name."))
    epoch = fields.String(required=True, metadata=said(EPOCH))
    restart_after = fields.String(
        required=True,
        metadata=said("The last position that is surely shared, with the epoch: begin again after it; drop the rest."),
    )
