"""What the API answers with of the log itself: its events, page by page."""

from marshmallow import Schema, fields

from timeline.api.parameters import said
from timeline.api.schemas import EPOCH


class LoggedEventSchema(Schema):
    """An event as the log holds it: a CloudEvent 1.0 with extension attributes of this service."""

    specversion = fields.String(required=True)
    type = fields.String(required=True, metadata=said("Such as `development.reported`. There may be more types later."))
    source = fields.String(required=True, metadata=said("Who sent it. With `id` it names the message."))
    id = fields.String(required=True)
    subject = fields.String(required=True, metadata=said("The development, front or source that it is about."))
    time = fields.String(metadata=said("When it was said, or reported (RFC 3339)."))
    datacontenttype = fields.String()
    position = fields.Integer(required=True, metadata=said("Its place in the log."))
    recordedtime = fields.String(required=True, metadata=said("When the log learnt it (UTC)."))
    recordedby = fields.String(metadata=said("Name of the token that brought it; none: the command line."))
    voids = fields.Integer(metadata=said("Position of the event that a void names."))
    unreadable = fields.String(metadata=said("Why the record can not be read; it has no `data` then."))
    data = fields.Dict(metadata=said("What its type says: as in the event of that type that `POST /events` takes."))


class EventsSchema(Schema):
    """A page of the log."""

    items = fields.List(fields.Nested(LoggedEventSchema), required=True, metadata=said("In the order of position."))
    next_after = fields.String(
        required=True, metadata=said("Position after which to read on, with the epoch of the log: `838-1f0c2d3e4b5a`.")
    )
    origin = fields.String(required=True, metadata=said("The log's name."))
    epoch = fields.String(required=True, metadata=said(EPOCH))
