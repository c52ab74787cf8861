"""The aggregates: what each stream must remember to decide whether a new fact fits.

Facts are reports, and a report may arrive late, so nearly everything is admitted in any order. What is
refused is what could never make sense: a fact about a development that nobody reported, a source
taking back what it never said, a merge into itself or round in a circle.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, structs

from timeline.domain.descriptions import Description, SourceChanges, set_fields
from timeline.domain.facts import (
    AccountGiven,
    AccountWithdrawn,
    DataSetImported,
    DevelopmentMerged,
    DevelopmentReported,
    DevelopmentRetracted,
    DevelopmentRevised,
    EntryVoided,
    Event,
    Fact,
    FrontClosed,
    FrontOpened,
    FrontRevised,
    Recorded,
    SourceRegistered,
    SourceRevised,
    category_of,
)
from timeline.domain.moments import format_instant
from timeline.domain.values import Account, MessageId, source_id
from timeline.domain.voids import voided_in
from timeline.errors import InsufficientScope, InvalidValue, NotAcceptable, UnknownSubject

MergesOf = Callable[[UUID], "Stream"]
"""Gives the stream of another development."""
HistoryOf = Callable[[UUID], Sequence[Recorded]]
"""Gives all events of a stream, in the order of recording."""


class Submission(Struct, frozen=True, gc=False):
    """A wish to append: this fact, about this subject, reported at this time, carried by this message.

    `reported_at` is None where the sender gave none: then it is reported as it is recorded. `recorded_by` names the
    access token that brought it, where one did; the same message brought by another is still the same.
    `alternatives` are other subjects that the sender may mean: the slug of a void is that of a front, a source or a
    data set. `own_only`: the sender may void only what the same token brought.
    """

    subject: UUID
    reported_at: datetime | None
    message: MessageId
    fact: Fact
    recorded_by: str | None = None
    alternatives: tuple[UUID, ...] = ()
    own_only: bool = False

    def asks_for(self, event: Event) -> bool:
        """Whether an event of the log is what this submission asks for."""
        if event.originator_id not in (self.subject, *self.alternatives):
            return False
        if self.reported_at not in (None, event.reported_at):
            return False
        if isinstance(self.fact, EntryVoided) and isinstance(event.fact, EntryVoided):
            return self.fact.asks_for(event.fact)
        return self.fact == event.fact


class Stream(Struct, frozen=True, gc=False):
    """What a stream remembers for its decisions and warnings, without what was voided; version 0 does not exist yet."""

    id: UUID
    version: int = 0
    begun_as: str | None = None
    first_said: dict[str, datetime] = {}
    """Each source that gave an account, and when it first did, on the reported clock."""
    merged_into: frozenset[UUID] = frozenset()
    front: str | None = None
    title: str | None = None
    """How a development was described last, in the order of recording."""
    described_at: datetime | None = None
    """When the last complete report of it was reported; only that brings back what was retracted or merged before."""
    retracted_at: datetime | None = None
    """When it was retracted, if nothing has brought it back since."""
    merged_at: datetime | None = None
    part_of: UUID | None = None
    """The same of the last merge."""

    @property
    def retracted(self) -> bool:
        """Whether the entry as a whole is withdrawn, as things are known now."""
        return self.retracted_at is not None

    def apply(self, event: Event) -> "Stream":
        """The stream after one more event, in the order of recording; after a void it has to be folded anew."""
        changed: dict[str, Any] = {}
        match event.fact:
            case DevelopmentReported(description, account):
                changed = {**self._described(description, event.reported_at), **self._spoken(account, event)}
            case AccountGiven(account):
                changed = self._spoken(account, event)
            case DevelopmentRevised(changes):
                changed = {name: value for name, value in set_fields(changes).items() if name in ("front", "title")}
            case DevelopmentRetracted() if not _before(event.reported_at, self.described_at):
                changed = {"retracted_at": max(event.reported_at, self.retracted_at or event.reported_at)}
            case DevelopmentMerged(into):
                changed = {"merged_into": self.merged_into | {into}}
                if not (_before(event.reported_at, self.described_at) or _before(event.reported_at, self.merged_at)):
                    changed |= {"merged_at": event.reported_at, "part_of": into}
        begun_as = self.begun_as or category_of(event.fact)
        return structs.replace(self, version=event.originator_version, begun_as=begun_as, **changed)

    def _spoken(self, account: Account, event: Event) -> dict[str, Any]:
        before = self.first_said.get(account.source, event.reported_at)
        return {"first_said": {**self.first_said, account.source: min(before, event.reported_at)}}

    def _described(self, description: Description, at: datetime) -> dict[str, Any]:
        changed: dict[str, Any] = {"front": description.front, "title": description.title}
        changed["described_at"] = max(at, self.described_at or at)
        if not _before(at, self.retracted_at):
            changed["retracted_at"] = None
        if not _before(at, self.merged_at):
            changed |= {"merged_at": None, "part_of": None}
        return changed


def _before(at: datetime, other: datetime | None) -> bool:
    """Whether it was reported before the other, which was recorded before it: then it changes nothing there."""
    return other is not None and at < other


def replayed(id: UUID, history: Sequence[Recorded]) -> Stream:
    """The stream after these events, which are in the order of recording."""
    stream, voided = Stream(id), voided_in(history)
    for event in history:
        if isinstance(event.event.fact, EntryVoided) or event.position in voided:
            stream = structs.replace(
                stream,
                version=event.event.originator_version,
                begun_as=stream.begun_as or category_of(event.event.fact),
            )
        else:
            stream = stream.apply(event.event)
    return stream


def stream_after(stream: Stream, added: Recorded, history_of: HistoryOf) -> Stream:
    """The stream after one more event, whatever its fact; `history_of` gives the events before it."""
    if isinstance(added.event.fact, EntryVoided):
        return replayed(stream.id, [*history_of(stream.id), added])
    return stream.apply(added.event)


def with_subject(submission: Submission, history_of: HistoryOf) -> Submission:
    """The submission about the one of the subjects that it may mean which has the event that it voids."""
    fact = submission.fact
    if not submission.alternatives or not isinstance(fact, EntryVoided):
        return submission
    for id in (submission.subject, *submission.alternatives):
        if named_by(fact, history_of(id)):
            return structs.replace(submission, subject=id, alternatives=())
    return submission


def decide(stream: Stream, submission: Submission, now: datetime, other: MergesOf, history_of: HistoryOf) -> Event:
    """The event that this submission adds to the stream, recorded now.

    Raises `UnknownSubject` or `NotAcceptable` where the fact can not belong there, `InsufficientScope` for a void of
    what another brought, and `InvalidValue` for a report from the future.
    """
    reported_at = submission.reported_at or now
    _guard_not_from_the_future(reported_at, now)
    fact = submission.fact
    match fact:
        case DevelopmentReported() | FrontOpened() | SourceRegistered() | DataSetImported():
            _guard_same_sort(stream, submission)
        case FrontRevised() | FrontClosed():
            _guard_exists(stream, submission)
        case SourceRevised(changes):
            _guard_exists(stream, submission)
            _guard_is_another(stream, changes)
        case AccountWithdrawn(source):
            _guard_exists(stream, submission)
            _guard_has_spoken(stream, source, reported_at)
        case DevelopmentMerged(into):
            _guard_exists(stream, submission)
            _guard_can_merge(stream, into, other)
        case EntryVoided():
            fact = voiding(fact, submission, history_of(stream.id))
        case _:
            _guard_exists(stream, submission)
    return Event(stream.id, stream.version + 1, reported_at, submission.message, fact, submission.recorded_by)


def voiding(fact: EntryVoided, submission: Submission, history: Sequence[Recorded]) -> EntryVoided:
    """The void with all that the log keeps of the event that it names.

    Raises `NotAcceptable` where the subject has no such event, or where that is voided already, and
    `InsufficientScope` where the sender may not void it.
    """
    target = named_by(fact, history)
    if target is None:
        field, value = ("message", fact.message.id) if fact.message else ("position", str(fact.position))
        raise NotAcceptable(
            f"{field}: the subject has no event {value!r} that could be voided",
            ({"field": field, "value": value, "allowed": "an event of this subject, by its position or its message"},),
        )
    if before := voided_in(history).get(target.position):
        raise NotAcceptable(
            f"position: the event at position {target.position} is voided already, by that at {before.position}",
            (
                {
                    "field": "position",
                    "value": str(target.position),
                    "allowed": f"an event that stands; void the one at {before.position} to bring this one back",
                },
            ),
        )
    if submission.own_only and target.event.recorded_by != submission.recorded_by:
        raise InsufficientScope(submission.recorded_by or "", "assess")
    named = target.event.fact
    topic = named.topic if isinstance(named, EntryVoided) else named.TOPIC
    return EntryVoided(fact.reason, target.position, target.event.message, topic)


def named_by(fact: EntryVoided, history: Iterable[Recorded]) -> Recorded | None:
    """The event that a void names, by message where it names one; None where it is not among these."""
    if fact.message:
        return next((event for event in history if event.event.message == fact.message), None)
    return next((event for event in history if event.position == fact.position), None)


def _guard_not_from_the_future(reported_at: datetime, now: datetime) -> None:
    if reported_at > now:
        raise InvalidValue("time", format_instant(reported_at), f"an instant not after now ({format_instant(now)})")


def _guard_same_sort(stream: Stream, submission: Submission) -> None:
    sort = category_of(submission.fact)
    if stream.version and stream.begun_as != sort:
        raise NotAcceptable(f"subject: {stream.id} is a {stream.begun_as}, not a {sort}", _names_subject(stream))


def _guard_exists(stream: Stream, submission: Submission) -> None:
    sort = category_of(submission.fact)
    if not stream.version or stream.begun_as != sort:
        raise UnknownSubject(f"subject: this log holds no {sort} {stream.id}", _names_subject(stream))


def _guard_is_another(stream: Stream, changes: SourceChanges) -> None:
    if isinstance(changes.same_as, str) and source_id(changes.same_as) == stream.id:
        raise InvalidValue("data.changes.same_as", changes.same_as, "another source than this one, or null")


def _guard_has_spoken(stream: Stream, source: str, reported_at: datetime) -> None:
    first = stream.first_said.get(source)
    if first is None or first > reported_at:
        raise NotAcceptable(
            f"source: {source} gave no account of {stream.id} by {format_instant(reported_at)} that it could withdraw",
            ({"field": "source", "value": source, "allowed": "a source whose account was reported by then"},),
        )


def _guard_can_merge(stream: Stream, into: UUID, other: MergesOf) -> None:
    if into == stream.id:
        raise InvalidValue("into", str(into), "another development")
    target = other(into)
    if target.begun_as != "development":
        raise UnknownSubject(
            f"into: this log holds no development {into}",
            ({"field": "into", "value": str(into), "allowed": "the id of a development"},),
        )
    seen, ahead = {into}, set(target.merged_into)
    while ahead:
        following = ahead.pop()
        if following == stream.id:
            raise NotAcceptable(
                f"into: {into} was itself merged into {stream.id}",
                ({"field": "into", "value": str(into), "allowed": "a development that does not lead back here"},),
            )
        if following not in seen:
            seen.add(following)
            ahead |= other(following).merged_into


def _names_subject(stream: Stream) -> tuple[dict[str, str], ...]:
    return ({"field": "subject", "value": str(stream.id), "allowed": "the id of something that fits the type"},)
