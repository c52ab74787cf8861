"""Every error that a caller can be told about, under one root.

Each leaf says when it is raised. The edges (API, CLI) turn any `TimelineError` into one
problem document or one message; nothing else needs to know which leaf it was.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar


class TimelineError(Exception):
    """Root of all errors that this service raises on purpose.

    `slug` names the kind of problem for machines, `title` for people (RFC 9457, `type` and `title`).
    `errors` lists what is wrong, field by field: `{"field", "value", "allowed"}`.
    """

    slug: ClassVar[str] = "error"
    title: ClassVar[str] = "Something is wrong"
    members: Mapping[str, Any] = MappingProxyType({})
    """What a problem document says beside what all of them say."""

    def __init__(self, detail: str, errors: tuple[dict[str, Any], ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors

    @property
    def public_detail(self) -> str:
        """The detail as strangers may read it: without a path of the machine or the address of a database."""
        return self.detail


class InvalidValue(TimelineError, ValueError):
    """Raised when a value can not be what its field needs; names field, value and what is allowed."""

    slug = "invalid-value"
    title = "A value is not allowed"

    def __init__(self, field: str, value: Any, allowed: str) -> None:
        self.field, self.value, self.allowed = field, shown(value), allowed
        super().__init__(
            f"{field}: {self.value!r} is not allowed; expected {allowed}",
            ({"field": field, "value": self.value, "allowed": allowed},),
        )

    def under(self, parent: str) -> "InvalidValue":
        """The same error with the field named from one level further out (`place` + `lat` -> `place.lat`)."""
        return InvalidValue(f"{parent}.{self.field}", self.value, self.allowed)


class InvalidMessage(TimelineError):
    """Raised when a message has one or more fields that are missing, unknown or wrong."""

    slug = "invalid-message"
    title = "The message is not valid"


class MalformedMessage(TimelineError):
    """Raised when what was sent can not be read as a JSON object at all."""

    slug = "malformed-message"
    title = "The message can not be read"


class UnsupportedContentType(TimelineError):
    """Raised when a request carries a content type that the endpoint does not read."""

    slug = "unsupported-content-type"
    title = "This content type is not read here"


class UnsupportedEncoding(TimelineError):
    """Raised when a request carries a body in a content coding (`Content-Encoding`) that the service does not undo."""

    slug = "unsupported-content-encoding"
    title = "This content coding is not read here"

    def __init__(self, given: str) -> None:
        allowed = "identity, or no such header: bodies are read as they are"
        listed = ({"field": "Content-Encoding", "value": shown(given), "allowed": allowed},)
        super().__init__(f"Content-Encoding: expected {allowed}", listed)


class MessageTooLarge(TimelineError):
    """Raised when a request body is over the limit."""

    slug = "message-too-large"
    title = "The message is too large"


class UnknownSubject(TimelineError):
    """Raised when a message names a development, front or source that this log does not hold."""

    slug = "unknown-subject"
    title = "The log holds nothing under that name"


class NothingKnown(TimelineError):
    """Raised when a reader asks for something of which nothing is known at the cuts of the question."""

    slug = "nothing-known"
    title = "Nothing is known of that"


class NotAcceptable(TimelineError):
    """Raised when a well-formed message contradicts what the log already holds."""

    slug = "not-acceptable"
    title = "The message does not fit what the log holds"


class StrictRefusal(TimelineError):
    """Raised when a message would be accepted with warnings, and whoever sends it asked to have it refused then."""

    slug = "refused-as-strict"
    title = "The message would be accepted with warnings"


class MessageIdReused(TimelineError):
    """Raised when a (`source`, `id`) pair that was already used comes again with other content."""

    slug = "message-id-reused"
    title = "That message id was used for something else"


class VersionMismatch(TimelineError):
    """Raised when a message expects its subject at another version than it has; names the one that it has."""

    slug = "version-mismatch"
    title = "The subject has changed"

    def __init__(self, subject: Any, expected: int | None, current: int) -> None:
        self.subject, self.expected, self.current = subject, expected, current
        super().__init__(
            f"expected_version: {subject} is at version {current}, not {expected}",
            ({"field": "expected_version", "value": expected, "allowed": f"the current version, {current}"},),
        )

    def under(self, header: str, value: str) -> "VersionMismatch":
        """The same error with the header named that expected the version."""
        error = VersionMismatch(self.subject, self.expected, self.current)
        error.detail = f"{header}: {self.subject} is at version {self.current}"
        wanted = f'the current version, "{self.current}"' if self.expected else "a subject that does not exist yet"
        error.errors = ({"field": header, "value": shown(value), "allowed": wanted},)
        return error


class Withheld(TimelineError):
    """Raised for what would have been accepted, had not another of those it was to be appended with been refused."""

    slug = "withheld"
    title = "Another event of the same request was refused"

    def __init__(self) -> None:
        super().__init__("all were to be appended or none, and another one was refused; nothing was written")


class NoneAppended(TimelineError):
    """Raised when all events of a request were to be appended or none, and one of them was refused."""

    slug = "none-appended"
    title = "Nothing was appended"

    def __init__(self) -> None:
        super().__init__("all events were to be appended or none, and some were refused; `items` says why")


class TooSlow(TimelineError):
    """Raised when a request, or what it waits for, takes longer than it may."""

    slug = "too-slow"
    title = "That took too long"


class ServiceStopping(TimelineError):
    """Raised when a request would take longer than the service, which was told to stop, goes on."""

    slug = "service-stopping"
    title = "The service is about to stop"


class NotThereYet(TimelineError):
    """Raised when a reader asks for an answer of a log that has come further than this one has."""

    slug = "not-there-yet"
    title = "The log has not come that far"


class OutOfEpoch(TimelineError):
    """Raised when a position does not mean in this log what it meant to the one who brings it.

    It is beyond the head, or of another epoch: the log was restored since, or is another one. `where` names the log's
    `head`, `origin` and `epoch`, and `restart_after`: the position, with its epoch, after which to begin again.
    """

    slug = "position-gone"
    title = "The log no longer holds what was read at that position"

    def __init__(self, field: str, value: Any, why: str, where: dict[str, Any]) -> None:
        self.members = where
        allowed = f"a position of the epoch {where['epoch']} up to {where['head']}"
        super().__init__(
            f"{field}: {why}; begin again after {where['restart_after']}",
            ({"field": field, "value": shown(value), "allowed": allowed},),
        )


class OtherEpoch(OutOfEpoch):
    """Raised when a reader asks for an answer of a log that has come to a position of another epoch."""

    slug = "other-epoch"
    title = "The log is in another epoch"


class TooManyStreams(TimelineError):
    """Raised when as many readers as may follow the log at once do so already."""

    slug = "too-many-streams"
    title = "Too many follow the log at once"

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} streams are open; `GET /api/v1/events?after=` reads on without one")


class Unauthenticated(TimelineError):
    """Raised when a request needs a token and brings none."""

    slug = "unauthenticated"
    title = "A token is needed"


class InvalidToken(TimelineError):
    """Raised when a request brings a token that is not accepted; which of the reasons it is, nobody is told."""

    slug = "invalid-token"
    title = "The token is not accepted"

    def __init__(self) -> None:
        super().__init__("Authorization: the token is unknown, expired or revoked")


class InsufficientScope(TimelineError):
    """Raised when a token is accepted and does not allow what was asked."""

    slug = "insufficient-scope"
    title = "The token does not allow this"

    def __init__(self, name: str, scope: str) -> None:
        self.scope = scope
        super().__init__(f"Authorization: the token {name} lacks the scope {scope}")


class TooManyRequests(TimelineError):
    """Raised when somebody asks more often than the limits allow; `retry_after` is in seconds."""

    slug = "too-many-requests"
    title = "Too many requests"

    def __init__(self, detail: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(detail)


class StoreUnusable(TimelineError):
    """Raised when the store can not be opened, read or written, or is not one of ours.

    `detail` is for the log and the command line; `public_detail` is all that strangers are told.
    """

    slug = "store-unusable"
    title = "The event store can not be used"

    def __init__(self, detail: str, public_detail: str | None = None) -> None:
        super().__init__(detail)
        self._public_detail = public_detail

    @property
    def public_detail(self) -> str:
        """What the raiser said for everybody; where it said nothing, only that the log of the service has more."""
        return self._public_detail or "the event store can not be used; the log of the service says why"


class StoreFull(StoreUnusable):
    """Raised when something can not be written because the disk of the store has no room left."""

    slug = "store-full"
    title = "The event store has no room left"


class RowsBehind(StoreUnusable):
    """Raised when the rows can not be brought up to date with the log, and the answer needs what they lack."""

    slug = "rows-behind"
    title = "The rows have not come that far"


class LogMisplaced(StoreUnusable):
    """Raised when what a log was opened on is not what stands under its name any more, so that nothing is appended."""

    slug = "log-misplaced"
    title = "The log is not where it was"

    def __init__(self, reason: str) -> None:
        detail = f"{reason}; nothing is acknowledged, and sending the same again is safe"
        super().__init__(detail, detail)


class HoldsRecords(StoreUnusable):
    """Raised when a store that holds records would be replaced by a backup, and that was not asked for."""

    slug = "holds-records"
    title = "The store holds records"


class LogReplaced(StoreUnusable):
    """Raised when a reader is ahead of the log, or the log no longer holds what was read from it."""

    slug = "log-replaced"
    title = "The log is not the one that was read"

    @property
    def public_detail(self) -> str:
        """The detail: it speaks of positions only."""
        return self.detail


def too_large(field: str, most: int | None) -> MessageTooLarge:
    """The refusal of what has more bytes than are read."""
    allowed = f"at most {most} bytes"
    return MessageTooLarge(f"{field}: {allowed} are read", ({"field": field, "value": None, "allowed": allowed},))


def shown(value: Any) -> Any:
    """The value as an error may show it: JSON scalars as they are, the rest as a short text."""
    if value is None or isinstance(value, bool | int | float):
        return value if value == value and value not in (float("inf"), float("-inf")) else str(value)
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= 200 else text[:199] + "…"
