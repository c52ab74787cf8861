"""One marshmallow schema for the `data` of each event type, and the way back from fact to `data`.

The schemas give structure and names; what a value may be is the domain's to say. `data_of` is the
inverse: reading back what it wrote gives an equal fact (a property test holds that).
"""

from typing import Any

import msgspec
from marshmallow import Schema, ValidationError, post_load, validates_schema

from timeline.domain import checks, descriptions, facts
from timeline.domain.moments import Occurred
from timeline.domain.values import Account, MessageId
from timeline.domain.vocabulary import (
    Aspect,
    Credibility,
    Nature,
    Reliability,
    SourceKind,
    Verdict,
)
from timeline.wire.fields import (
    CheckedString,
    Count,
    DevelopmentName,
    Number,
    OccurredField,
    Text,
    Word,
    YesOrNo,
    by_domain,
    occurred_on_wire,
)
from timeline.wire.values import AccountSchema, ArrayOf, DescriptionSchema, NestedIn, Strict, frozen


class AccountGivenSchema(AccountSchema):
    """`data` of `account.given`."""

    @post_load
    def wrap(self, account: Account, **_: Any) -> facts.AccountGiven:
        """The fact around the account."""
        return facts.AccountGiven(account)


class _ReasonSchema(Strict):
    reason = Text(5_000, allow_none=True)


class AccountWithdrawnSchema(_ReasonSchema):
    """`data` of `account.withdrawn`; without `aspects` the source takes back all it said."""

    source = CheckedString(checks.slug, required=True)
    aspects = ArrayOf(Word(Aspect))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> facts.AccountWithdrawn:
        """The fact."""
        return facts.AccountWithdrawn(data["source"], tuple(data.get("aspects", ())), data.get("reason"))


class DevelopmentReportedSchema(DescriptionSchema):
    """`data` of `development.reported`."""

    external_id = CheckedString(checks.external_id, allow_none=True)
    account = NestedIn(AccountSchema, required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> facts.DevelopmentReported:
        """The fact."""
        account = data.pop("account")
        description = by_domain(descriptions.Description, **frozen(data))
        return facts.DevelopmentReported(description, account)


class DescriptionChangesSchema(DescriptionSchema):
    """The fields that a revision sets; null clears an optional one."""

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> descriptions.DescriptionChanges:
        """The value object."""
        changes: descriptions.DescriptionChanges = by_domain(descriptions.DescriptionChanges, **frozen(data))
        return changes


class DevelopmentRevisedSchema(_ReasonSchema):
    """`data` of `development.revised`."""

    changes = NestedIn(DescriptionChangesSchema(partial=True), required=True)
    nature = Word(Nature, required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> facts.DevelopmentRevised:
        """The fact."""
        return facts.DevelopmentRevised(**data)


class DevelopmentAssessedSchema(Strict):
    """`data` of `development.assessed`."""

    aspect = Word(Aspect, required=True)
    verdict = Word(Verdict, required=True)
    credibility = Word(Credibility, required=True)
    rationale = Text(10_000, required=True)
    assessor = Text(200, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> facts.DevelopmentAssessed:
        """The fact."""
        return facts.DevelopmentAssessed(**data)


class DevelopmentRetractedSchema(Strict):
    """`data` of `development.retracted`."""

    reason = Text(5_000, required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> facts.DevelopmentRetracted:
        """The fact."""
        return facts.DevelopmentRetracted(**data)


class DevelopmentMergedSchema(_ReasonSchema):
    """`data` of `development.merged`."""

    into = DevelopmentName(required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> facts.DevelopmentMerged:
        """The fact."""
        return facts.DevelopmentMerged(**data)


class FrontChangesSchema(Strict):
    """The fields of a front that a revision sets."""

    name = Text(200)
    area = ArrayOf(Number(-180, 180), allow_none=True)
    occurred = OccurredField(allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Any:
        """The value object."""
        return by_domain(descriptions.FrontChanges, **frozen(data))


class FrontOpenedSchema(FrontChangesSchema):
    """`data` of `front.opened`."""

    slug = CheckedString(checks.slug, required=True)
    name = Text(200, required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Any:
        """The fact."""
        return by_domain(facts.FrontOpened, **frozen(data))


class FrontRevisedSchema(_ReasonSchema):
    """`data` of `front.revised`."""

    changes = NestedIn(FrontChangesSchema, required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> facts.FrontRevised:
        """The fact."""
        return facts.FrontRevised(**data)


class FrontClosedSchema(_ReasonSchema):
    """`data` of `front.closed`."""

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> facts.FrontClosed:
        """The fact."""
        return facts.FrontClosed(**data)


class SourceChangesSchema(Strict):
    """The fields of a source that a revision sets."""

    name = Text(200)
    kind = Word(SourceKind)
    affiliation = CheckedString(checks.slug, allow_none=True)
    reliability = Word(Reliability)
    url = CheckedString(checks.url, allow_none=True)
    same_as = CheckedString(
        checks.slug,
        allow_none=True,
        metadata={"description": "Slug of another source that this one is: the two are one voice."},
    )

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Any:
        """The value object."""
        return by_domain(descriptions.SourceChanges, **data)


class SourceRegisteredSchema(SourceChangesSchema):
    """`data` of `source.registered`."""

    slug = CheckedString(checks.slug, required=True)
    name = Text(200, required=True)
    kind = Word(SourceKind, required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Any:
        """The fact."""
        return by_domain(facts.SourceRegistered, **data)


class SourceRevisedSchema(_ReasonSchema):
    """`data` of `source.revised`."""

    changes = NestedIn(SourceChangesSchema, required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> facts.SourceRevised:
        """The fact."""
        return facts.SourceRevised(**data)


class DataSetImportedSchema(Strict):
    """`data` of `dataset.imported`."""

    slug = CheckedString(checks.slug, required=True)
    rows = Count(required=True)
    sha256 = CheckedString(checks.sha256, required=True)
    whole = YesOrNo()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> facts.DataSetImported:
        """The fact."""
        return facts.DataSetImported(**data)


class MessageSchema(Strict):
    """The message that brought an event: its CloudEvents `source` and `id`."""

    source = Text(500, required=True)
    id = Text(200, required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> MessageId:
        """The value object."""
        return MessageId(**data)


class EntryVoidedSchema(Strict):
    """`data` of `entry.voided`: the event that was entered by mistake, by its position or by its message, and why."""

    position = Count(metadata={"minimum": 1, "description": "The position of an event of the subject."})
    message = NestedIn(MessageSchema)
    reason = Text(5_000, required=True)

    @validates_schema
    def guard_one_name(self, data: dict[str, Any], **_: Any) -> None:
        """One of the two names the event: with both, one might be wrong."""
        if ("position" in data) == ("message" in data):
            allowed = "the position of an event of this subject, or the message that brought it, and not both"
            raise ValidationError(f"expected {allowed}", "position")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> facts.EntryVoided:
        """The fact."""
        voided: facts.EntryVoided = by_domain(facts.EntryVoided, **data)
        return voided


SCHEMAS: dict[str, Schema] = {
    facts.DevelopmentReported.TOPIC: DevelopmentReportedSchema(),
    facts.AccountGiven.TOPIC: AccountGivenSchema(),
    facts.AccountWithdrawn.TOPIC: AccountWithdrawnSchema(),
    facts.DevelopmentRevised.TOPIC: DevelopmentRevisedSchema(),
    facts.DevelopmentAssessed.TOPIC: DevelopmentAssessedSchema(),
    facts.DevelopmentRetracted.TOPIC: DevelopmentRetractedSchema(),
    facts.DevelopmentMerged.TOPIC: DevelopmentMergedSchema(),
    facts.FrontOpened.TOPIC: FrontOpenedSchema(),
    facts.FrontRevised.TOPIC: FrontRevisedSchema(),
    facts.FrontClosed.TOPIC: FrontClosedSchema(),
    facts.SourceRegistered.TOPIC: SourceRegisteredSchema(),
    facts.SourceRevised.TOPIC: SourceRevisedSchema(),
    facts.DataSetImported.TOPIC: DataSetImportedSchema(),
    facts.EntryVoided.TOPIC: EntryVoidedSchema(),
}
"""The schema of each event type's `data`."""


def data_of(fact: facts.Fact) -> dict[str, Any]:
    """The `data` that tells this fact on the wire."""
    match fact:
        case facts.DevelopmentReported(description, account):
            return {**_plain(description), "account": _plain(account)}
        case facts.AccountGiven(account):
            return _plain(account)
        case facts.DevelopmentRevised() | facts.FrontRevised() | facts.SourceRevised():
            return {**_plain(fact), "changes": _plain(fact.changes)}
        case facts.EntryVoided(reason, _, message) if message:  # another log has it at another position
            return {"message": _plain(message), "reason": reason}
        case _:
            return _plain(fact)


def _plain(struct: msgspec.Struct) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(struct)
    moment = getattr(struct, "occurred", None)
    if isinstance(moment, Occurred):
        plain["occurred"] = occurred_on_wire(moment)
    return plain
