"""The facts that the log keeps, in the past tense: what was reported, said, taken back, assessed.

A fact is what a message says; the `Event` around it adds whose stream it belongs to, when it was
reported, and the message that carried it. Topics are fixed for ever: a fact is never renamed, only
followed by a newer version that an upcast fills in (see `timeline.store.transcoding`).
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from msgspec import Struct

from timeline.domain import checks
from timeline.domain.descriptions import Description, DescriptionChanges, FrontChanges, SourceChanges, check_fields
from timeline.domain.moments import Occurred
from timeline.domain.values import Account, MessageId
from timeline.domain.vocabulary import Aspect, Credibility, Nature, Reliability, SourceKind, Verdict
from timeline.errors import InvalidValue


class Fact(Struct, frozen=True, omit_defaults=True, gc=False):
    """Root of all facts. `TOPIC` is the name under which it is stored and sent, `VERSION` that of its shape.

    No fact holds a cycle, so the garbage collector is spared looking at them (`gc=False`), as at all values.
    """

    TOPIC: ClassVar[str]
    VERSION: ClassVar[int] = 1


class DevelopmentReported(Fact, frozen=True, omit_defaults=True):
    """A source reported a development: a complete description, and that source's account."""

    TOPIC: ClassVar[str] = "development.reported"

    description: Description
    account: Account


class AccountGiven(Fact, frozen=True, omit_defaults=True):
    """A source gave its account of a development that is already known."""

    TOPIC: ClassVar[str] = "account.given"

    account: Account


class AccountWithdrawn(Fact, frozen=True, omit_defaults=True):
    """A source took back what it had said so far: all of it, or only what it said of some aspects."""

    TOPIC: ClassVar[str] = "account.withdrawn"

    source: str
    aspects: tuple[Aspect, ...] = ()
    reason: str | None = None

    def __post_init__(self) -> None:
        checks.slug("source", self.source)
        checks.optional_text("reason", self.reason, 5_000)


class DevelopmentRevised(Fact, frozen=True, omit_defaults=True):
    """The description changed: because the world moved on, or because the earlier report was wrong."""

    TOPIC: ClassVar[str] = "development.revised"

    changes: DescriptionChanges
    nature: Nature
    reason: str | None = None

    def __post_init__(self) -> None:
        checks.optional_text("reason", self.reason, 5_000)


class DevelopmentAssessed(Fact, frozen=True, omit_defaults=True):
    """An analyst gave a verdict on an aspect, with the Admiralty credibility and the grounds for it."""

    TOPIC: ClassVar[str] = "development.assessed"

    aspect: Aspect
    verdict: Verdict
    credibility: Credibility
    rationale: str
    assessor: str | None = None

    def __post_init__(self) -> None:
        checks.text("rationale", self.rationale, 10_000)
        checks.optional_text("assessor", self.assessor, 200)


class DevelopmentRetracted(Fact, frozen=True, omit_defaults=True):
    """The entry as a whole was withdrawn. A later complete report brings it back."""

    TOPIC: ClassVar[str] = "development.retracted"

    reason: str

    def __post_init__(self) -> None:
        checks.text("reason", self.reason, 5_000)


class DevelopmentMerged(Fact, frozen=True, omit_defaults=True):
    """The entry turned out to be the same thing as another; its accounts count there from then on."""

    TOPIC: ClassVar[str] = "development.merged"

    into: UUID
    reason: str | None = None

    def __post_init__(self) -> None:
        checks.optional_text("reason", self.reason, 5_000)


class FrontOpened(Fact, frozen=True, omit_defaults=True):
    """A lane of the timeline was opened. `area` is a bounding box in degrees: west, south, east, north."""

    TOPIC: ClassVar[str] = "front.opened"

    slug: str
    name: str
    area: tuple[float, float, float, float] | None = None
    occurred: Occurred | None = None

    def __post_init__(self) -> None:
        check_fields(self)


class FrontRevised(Fact, frozen=True, omit_defaults=True):
    """What is known of a front changed."""

    TOPIC: ClassVar[str] = "front.revised"

    changes: FrontChanges
    reason: str | None = None

    def __post_init__(self) -> None:
        checks.optional_text("reason", self.reason, 5_000)


class FrontClosed(Fact, frozen=True, omit_defaults=True):
    """A front fell quiet or was given up as a lane; its developments stay."""

    TOPIC: ClassVar[str] = "front.closed"

    reason: str | None = None

    def __post_init__(self) -> None:
        checks.optional_text("reason", self.reason, 5_000)


class SourceRegistered(Fact, frozen=True, omit_defaults=True):
    """Somebody who speaks was registered. `affiliation` is the side; none: the source stands only for itself.

    `same_as` is the slug of another source that this one is: the same speaker under two names.
    """

    TOPIC: ClassVar[str] = "source.registered"

    slug: str
    name: str
    kind: SourceKind
    affiliation: str | None = None
    reliability: Reliability = Reliability.CANNOT_BE_JUDGED
    url: str | None = None
    same_as: str | None = None

    def __post_init__(self) -> None:
        check_fields(self)
        if self.same_as == self.slug:
            raise InvalidValue("same_as", self.same_as, "another source than the one that is registered")


class SourceRevised(Fact, frozen=True, omit_defaults=True):
    """What is known of a source changed."""

    TOPIC: ClassVar[str] = "source.revised"

    changes: SourceChanges
    reason: str | None = None

    def __post_init__(self) -> None:
        checks.optional_text("reason", self.reason, 5_000)


class DataSetImported(Fact, frozen=True, omit_defaults=True):
    """A release of a data set was brought in, as it was published at the time of the event.

    `whole`: the release is all of the data set at that time, so what it leaves out is not in it any more.
    `rows` counts what was read of it, `sha256` is the digest of the file.
    """

    TOPIC: ClassVar[str] = "dataset.imported"

    slug: str
    rows: int
    sha256: str
    whole: bool = False

    def __post_init__(self) -> None:
        check_fields(self)
        checks.count("rows", self.rows)
        checks.sha256("sha256", self.sha256)


class EntryVoided(Fact, frozen=True, omit_defaults=True):
    """An event of the same stream was entered by mistake and never was right: it is in no fold any more.

    A sender names the event by its `position` or by its `message`. The log keeps both: another log, where positions
    differ, finds it by message. `topic` is that of the event which a chain of voids takes out, or brings back, in the
    end; it says what the stream is about.
    """

    TOPIC: ClassVar[str] = "entry.voided"

    reason: str
    position: int | None = None
    message: MessageId | None = None
    topic: str | None = None

    def __post_init__(self) -> None:
        checks.text("reason", self.reason, 5_000)
        if self.position is None and self.message is None:
            raise InvalidValue("position", None, "the position of the event that is voided, or its message")
        if self.position is not None and checks.count("position", self.position) == 0:
            raise InvalidValue("position", 0, "a position of the log, from 1")

    def asks_for(self, voided: "EntryVoided") -> bool:
        """Whether a void that the log keeps is what this one asks for."""
        return (
            self.reason == voided.reason
            and self.position in (None, voided.position)
            and self.message in (None, voided.message)
        )


FACTS: tuple[type[Fact], ...] = (
    DevelopmentReported,
    AccountGiven,
    AccountWithdrawn,
    DevelopmentRevised,
    DevelopmentAssessed,
    DevelopmentRetracted,
    DevelopmentMerged,
    FrontOpened,
    FrontRevised,
    FrontClosed,
    SourceRegistered,
    SourceRevised,
    DataSetImported,
    EntryVoided,
)
"""Every fact that the log can hold: those of DESIGN section 3 in their order, then those that came later."""

TOPICS: dict[str, type[Fact]] = {fact.TOPIC: fact for fact in FACTS}


def sort_of(topic: str) -> str:
    """What a fact of this topic is about: a `development`, a `front`, a `source`, a `dataset`, or any `entry`."""
    sort = topic.partition(".")[0]
    return "development" if sort == "account" else sort


def category_of(fact: Fact) -> str:
    """What a fact is about; of a void, what the event is about that it voids."""
    return sort_of((fact.topic if isinstance(fact, EntryVoided) else None) or fact.TOPIC)


class Event(Struct, frozen=True, gc=False):
    """A fact in its stream: the `originator_version`-th of the aggregate `originator_id`.

    `reported_at` is the reported clock (UTC). `recorded_by` names the access token that brought it, for the audit; None
    where it came by the command line. The names are those that `eventsourcing` looks for.
    """

    originator_id: UUID
    originator_version: int
    reported_at: datetime
    message: MessageId
    fact: Fact
    recorded_by: str | None = None


class Recorded(Struct, frozen=True, gc=False):
    """An event in the log: its position, and when the log learnt it (the recorded clock, UTC)."""

    position: int
    recorded_at: datetime
    event: Event

    @property
    def reported_order(self) -> tuple[datetime, int]:
        """The key of every fold: `(reported_at, position)`."""
        return self.event.reported_at, self.position


class Unreadable(Struct, frozen=True):
    """A record of the log that this version of the code can not read, with the reason."""

    position: int
    recorded_at: datetime
    subject: UUID
    topic: str
    reason: str
