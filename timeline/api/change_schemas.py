"""What the API tells of how things changed: changes between two moments, and the history of a development."""

from marshmallow import Schema, fields

from timeline.api.parameters import said
from timeline.api.schemas import Held, Recorded
from timeline.domain.vocabulary import Aspect, Status
from timeline.readmodel.changes import ChangeKind, Clock
from timeline.wire.fields import Word
from timeline.wire.values import AccountSchema


class _FromTo(Schema):
    old = fields.Raw(required=True, allow_none=True, data_key="from")
    new = fields.Raw(required=True, allow_none=True, data_key="to")


class _Cause(Schema):
    position = fields.Integer(required=True)
    subject = fields.UUID(required=True, metadata=said("The development or the source that the event is about."))
    reported_at = fields.String(required=True)
    recorded_at = fields.String(required=True)
    type = fields.String(required=True)
    voids = fields.Integer(required=True, allow_none=True, metadata=said("Position of the event that a void names."))
    by = fields.String(required=True, allow_none=True, metadata=said("Slug of the source, or name of the analyst."))
    account = fields.Nested(AccountSchema, required=True, allow_none=True, metadata=said("What was said, if it was."))
    reason = fields.String(required=True, allow_none=True)


class _Change(Schema):
    change = Word(ChangeKind, required=True, metadata=said("The most that happened to it."))
    id = fields.UUID(required=True)
    external_id = fields.String(required=True, allow_none=True)
    front = fields.String(required=True)
    title = fields.String(required=True)
    merged_into = fields.UUID(
        required=True, allow_none=True, metadata=said("The development that it is part of now, where it was merged.")
    )
    status = fields.Nested(_FromTo, required=True, metadata=said("Headline status; `from` is null where it is new."))
    aspects = fields.Dict(keys=Word(Aspect), values=fields.Nested(_FromTo), required=True)
    fields_ = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(_FromTo),
        required=True,
        data_key="fields",
        metadata=said("Fields of the description that differ, old and new."),
    )
    because = fields.List(fields.Nested(_Cause), required=True, metadata=said("The events in between."))


class ChangesSchema(Schema):
    """What changed in what was known."""

    clock = Word(Clock, required=True)
    since = fields.String(
        required=True,
        allow_none=True,
        metadata=said("Instant, UTC; on the recorded clock that of the position, null before the first."),
    )
    until = fields.String(required=True, allow_none=True, metadata=said("The same of the later moment."))
    known_at = fields.String(required=True, metadata=said("What was known at the later moment: instant, UTC."))
    recorded_since = fields.Nested(Recorded, required=True, metadata=said("What the log held at the earlier moment."))
    recorded_at = fields.Nested(Recorded, required=True, metadata=said("What the log held at the later moment."))
    items = fields.List(fields.Nested(_Change), required=True)
    next_cursor = fields.String(
        required=True, allow_none=True, metadata=said("Of the next page; null where there are no other changes.")
    )


class VoidNoticeSchema(Schema):
    """The void that takes an event out."""

    position = fields.Integer(required=True)
    recorded_at = fields.String(required=True)
    recorded_by = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)


class _Step(Schema):
    position = fields.Integer(required=True)
    reported_at = fields.String(required=True)
    recorded_at = fields.String(required=True)
    type = fields.String(required=True)
    by = fields.String(required=True, allow_none=True)
    recorded_by = fields.String(
        required=True, allow_none=True, metadata=said("Name of the token that brought it; null: the command line.")
    )
    data = fields.Dict(required=True)
    voids = fields.Integer(required=True, allow_none=True, metadata=said("Position of the event that a void names."))
    voided = fields.Nested(
        VoidNoticeSchema,
        required=True,
        allow_none=True,
        metadata=said("The void that names this event: it was entered by mistake, and changed nothing."),
    )
    status = Word(Status, required=True)
    aspects = fields.Dict(keys=Word(Aspect), values=Word(Status), required=True)


class HistorySchema(Held):
    """How the reporting of a development went."""

    steps = fields.List(fields.Nested(_Step), required=True)
