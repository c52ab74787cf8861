"""marshmallow schemas of the values that facts are made of, and the kinds of schema and field they use."""

from typing import Any

from marshmallow import RAISE, Schema, fields, post_load

from timeline.domain import checks, moments
from timeline.domain.values import MAX_PLACE_DESCRIPTION_CHARACTERS, Account, Actor, Place, Tally
from timeline.domain.vocabulary import Kind, PlacePrecision
from timeline.wire.fields import (
    MESSAGES,
    OBJECT_MESSAGES,
    SCHEMA_MESSAGES,
    CheckedString,
    Count,
    Messages,
    Number,
    OccurredField,
    StanceField,
    Text,
    Word,
    by_domain,
)


class Strict(Schema):
    """A schema that refuses what it does not know, and says so in our words."""

    error_messages = SCHEMA_MESSAGES

    class Meta:
        """Unknown fields are refused: a misspelt name must not be lost silently."""

        unknown = RAISE


class ArrayOf(fields.List[Any]):
    """An array, refused in our words."""

    default_error_messages: Messages = MESSAGES


class ObjectOf(fields.Dict):
    """An object of one kind of value, refused in our words."""

    default_error_messages: Messages = OBJECT_MESSAGES


class NestedIn(fields.Nested):
    """An object with a schema of its own, refused in our words."""

    default_error_messages: Messages = MESSAGES


class PlaceSchema(Strict):
    """Where it happened."""

    name = Text(200, required=True)
    lat = Number(-90, 90, allow_none=True)
    lon = Number(-180, 180, allow_none=True)
    precision = Word(PlacePrecision, allow_none=True)
    admin = Text(200, allow_none=True)
    country = CheckedString(checks.country, allow_none=True)
    description = Text(
        MAX_PLACE_DESCRIPTION_CHARACTERS,
        allow_none=True,
        metadata={"description": "Where it was, in words, as the source has it."},
    )

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Place:
        """The value object."""
        place: Place = by_domain(Place, **data)
        return place


class ActorSchema(Strict):
    """A party to the development."""

    name = Text(200, required=True)
    role = Text(60, required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Actor:
        """The value object."""
        return Actor(**data)


class TallySchema(Strict):
    """A number as the source gives it."""

    low = Count(allow_none=True)
    best = Count(allow_none=True)
    high = Count(allow_none=True)
    as_published = fields.Boolean(truthy={True}, falsy={False}, error_messages={"invalid": "expected true or false"})

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Tally:
        """The value object."""
        tally: Tally = by_domain(Tally, **data)
        return tally


class AccountSchema(Strict):
    """What one source says of a development; `data` of `account.given`."""

    source = CheckedString(checks.slug, required=True)
    stance = StanceField(required=True)
    quote = Text(5_000, allow_none=True)
    gist = Text(5_000, allow_none=True)
    url = CheckedString(checks.url, allow_none=True)
    origin = CheckedString(checks.slug, allow_none=True)
    archive_sha256 = CheckedString(checks.sha256, allow_none=True)
    published = CheckedString(moments.published, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Account:
        """The value object."""
        account: Account = by_domain(Account, **data)
        return account


class DescriptionSchema(Strict):
    """How a development is described."""

    front = CheckedString(checks.slug, required=True)
    kind = Word(Kind, required=True)
    title = Text(300, required=True)
    summary = Text(10_000, allow_none=True)
    occurred = OccurredField(required=True)
    place = NestedIn(PlaceSchema, allow_none=True)
    actors = ArrayOf(NestedIn(ActorSchema))
    tallies = ObjectOf(keys=CheckedString(checks.slug), values=NestedIn(TallySchema))
    tags = ArrayOf(Text(60))
    language = CheckedString(checks.language, allow_none=True)


def frozen(data: dict[str, Any]) -> dict[str, Any]:
    """Loaded data with its arrays as tuples, as the value objects hold them."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
