"""What the API tells of fronts, sources, actors and places, as the OpenAPI document tells it."""

from marshmallow import Schema, fields

from timeline.api.change_schemas import VoidNoticeSchema
from timeline.api.parameters import said
from timeline.api.schemas import FrontEntrySchema, Held, SourceEntrySchema
from timeline.domain.vocabulary import Aspect, Kind, Stance, Status
from timeline.wire.fields import Word


class CatalogueStepSchema(Schema):
    """An event about a front or a source itself."""

    position = fields.Integer(required=True)
    reported_at = fields.String(required=True)
    recorded_at = fields.String(required=True)
    type = fields.String(required=True)
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


_HISTORY = said("What was told of it itself, in the order of reporting.")


class FrontActorSchema(Schema):
    """An actor of developments on a front."""

    name = fields.String(required=True)
    developments = fields.Integer(required=True, metadata=said("Developments on this front that name it."))


class FrontSourceSchema(Schema):
    """A source that gave an account of developments on a front."""

    slug = fields.String(required=True)
    name = fields.String(required=True)
    developments = fields.Integer(required=True, metadata=said("Developments on this front that it speaks of."))


class FrontDetailSchema(FrontEntrySchema):
    """A front, with its developments counted and what was told of the front itself."""

    kinds = fields.Dict(
        keys=Word(Kind), values=fields.Integer(), required=True, metadata=said("Its developments by kind.")
    )
    actors = fields.List(
        fields.Nested(FrontActorSchema), required=True, metadata=said("The actors named most often, 30 at most.")
    )
    more_actors = fields.Integer(required=True, metadata=said("How many other actors there are."))
    sources = fields.List(
        fields.Nested(FrontSourceSchema), required=True, metadata=said("The sources that speak most often, 30 at most.")
    )
    more_sources = fields.Integer(required=True, metadata=said("How many other sources there are."))
    history = fields.List(fields.Nested(CatalogueStepSchema), required=True, metadata=_HISTORY)


class FrontSchema(Held):
    """One front."""

    item = fields.Nested(FrontDetailSchema, required=True)


_COVERED = "of the accounts covered"


class SourceDetailSchema(SourceEntrySchema):
    """A source, with what its accounts say, how that fared, and what was told of the source itself."""

    accounts = fields.Integer(
        required=True,
        allow_none=True,
        metadata=said("Accounts that it gave; null where an older log holds too many of them to count here."),
    )
    accounts_in_force = fields.Integer(required=True, allow_none=True)
    accounts_covered = fields.Integer(
        required=True, metadata=said("Its latest accounts, which all that follows is counted on.")
    )
    complete = fields.Boolean(required=True, metadata=said("Whether those are all of its accounts."))
    withdrawn = fields.Integer(required=True, metadata=said(f"Taken back as a whole, {_COVERED}."))
    withdrawn_in_part = fields.Integer(required=True, metadata=said(f"Taken back on some aspects, {_COVERED}."))
    first_reported_at = fields.String(
        required=True, allow_none=True, metadata=said(f"When the first was reported {_COVERED}: instant, UTC.")
    )
    last_reported_at = fields.String(
        required=True, allow_none=True, metadata=said(f"When the last was reported {_COVERED}: instant, UTC.")
    )
    stances = fields.Dict(
        keys=Word(Aspect),
        values=fields.Dict(keys=Word(Stance), values=fields.Integer()),
        required=True,
        metadata=said("How many accounts take which stance on an aspect."),
    )
    fared = fields.Dict(
        keys=Word(Aspect),
        values=fields.Dict(keys=Word(Status), values=fields.Integer()),
        required=True,
        metadata=said("Of the developments of which it asserts an aspect, how many stand how on it now."),
    )
    history = fields.List(fields.Nested(CatalogueStepSchema), required=True, metadata=_HISTORY)


class SourceSchema(Held):
    """One source."""

    item = fields.Nested(SourceDetailSchema, required=True)


class _Names(Held):
    total = fields.Integer(required=True, metadata=said("How many names there are on all pages."))
    complete = fields.Boolean(
        required=True,
        metadata=said(
            "False where `q`, `external_id` or `id` would have had more than 10000 developments looked at: the first "
            "of them, in the order of timelines, are counted."
        ),
    )
    next_cursor = fields.String(required=True, allow_none=True, metadata=said("Of the next page; null on the last."))


class ActorEntrySchema(Schema):
    """Who is named in developments."""

    name = fields.String(required=True)
    developments = fields.Integer(required=True, metadata=said("Developments that name it."))
    roles = fields.Dict(
        keys=fields.String(), values=fields.Integer(), required=True, metadata=said("The same by its role in them.")
    )


class ActorsSchema(_Names):
    """A page of the actors."""

    items = fields.List(fields.Nested(ActorEntrySchema), required=True)


class PlaceEntrySchema(Schema):
    """Where developments were, by name."""

    name = fields.String(required=True)
    developments = fields.Integer(required=True, metadata=said("Developments that name it."))


class PlacesSchema(_Names):
    """A page of the places."""

    items = fields.List(fields.Nested(PlaceEntrySchema), required=True)
