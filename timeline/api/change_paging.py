"""Keyset cursors of changes: where a page ended, with both cuts of the first page, so that the next one misses nothing.

As with timelines (`paging`), a cursor goes on with one question; here all that was asked stands beside it again.
"""

import base64
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct, structs

from timeline.api.paging import digest, not_a_cursor
from timeline.errors import InvalidValue
from timeline.readmodel.changes import Changes, Clock, Paging
from timeline.readmodel.differing import Order
from timeline.readmodel.filters import Filters
from timeline.readmodel.questions import Reader
from timeline.store.epochs import EpochId, Lineage
from timeline.store.log import ConflictLog
from timeline.wire.positions import Place, guard_held

_Instant = Annotated[datetime, Meta(tz=True)]
_Position = Annotated[int, Meta(ge=0, lt=2**62)]


class ChangesQuestion(Struct, frozen=True):
    """What is asked of changes: two moments of a clock, the cuts of the other clocks, and what is left out."""

    clock: Clock
    since: int | datetime | None
    until: int | datetime | None
    known_at: datetime | None = None
    recorded_at: int | datetime | None = None
    filters: Filters = Filters()


class ChangesCursor(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Both cuts of a paged answer, the place of the last change that was given, and a digest of what was asked for.

    `since` and `known_at` are the moments of the reported clock, the two positions those of the recorded clock.
    """

    since: _Instant
    since_position: _Position
    known_at: _Instant
    position: _Position
    key: Annotated[int, Meta(gt=-(2**62), lt=2**62)]
    id: UUID
    question: str
    epoch: EpochId
    """That of both positions."""

    def at_its_cuts(self, question: ChangesQuestion) -> ChangesQuestion:
        """The question with the cuts of the first page."""
        if question.clock is Clock.REPORTED:
            return structs.replace(question, since=self.since, until=self.known_at, recorded_at=self.position)
        return structs.replace(question, since=self.since_position, until=self.position, known_at=self.known_at)


def read_changes_cursor(log: ConflictLog, text: str, question: ChangesQuestion) -> ChangesCursor:
    """The cursor that an earlier answer to the same question gave as `next_cursor`.

    Raises `InvalidValue`, and `OutOfEpoch` where the log no longer holds what that answer was read from.
    """
    try:
        cursor = msgspec.json.decode(base64.urlsafe_b64decode(text.encode("ascii")), type=ChangesCursor)
    except ValueError:
        raise not_a_cursor(text) from None
    if cursor.question != digest(question):
        allowed = "the same parameters beside it as on the page before; leave it out to ask anew"
        raise InvalidValue("cursor", text, allowed)
    guard_held(log, Place(max(cursor.position, cursor.since_position), cursor.epoch), "cursor")
    return cursor


def changes_cursor_behind(lineage: Lineage, page: Changes, question: ChangesQuestion) -> str | None:
    """The cursor of the page behind this one, which was asked for so; None where there is none.

    `lineage` is that of the log before the page was read; the cursor is of the oldest epoch in which it means the same.
    """
    if page.ends is None:
        return None
    then, now, (key, id) = page.since.cuts, page.until.cuts, page.ends
    epoch = lineage.oldest(max(then.position, now.position))
    cursor = ChangesCursor(
        then.known_at, then.position, now.known_at, now.position, key, UUID(bytes=id), digest(question), epoch
    )
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode("ascii")


def page_of_changes(
    log: ConflictLog,
    reader: Reader,
    asked: ChangesQuestion,
    query: dict[str, Any],
    order: Order,
    default: ChangesQuestion | None = None,
) -> tuple[Changes, str | None]:
    """A page of changes, and the cursor of the next one. `default` is `asked` with all that was left out.

    Raises `InvalidValue` for what is not of the clock, and for a cursor of another question.
    """
    lineage = log.lineage()
    cursor = read_changes_cursor(log, query["cursor"], asked) if "cursor" in query else None
    question = cursor.at_its_cuts(asked) if cursor else default or asked
    if question.since is None or question.until is None:
        raise LookupError("since and until have no default here")
    paging = Paging(order, (cursor.key, cursor.id.bytes) if cursor else None, query["limit"])
    try:
        page = reader.changes(
            question.since,
            question.until,
            question.recorded_at,
            question.filters,
            question.clock,
            question.known_at,
            paging,
        )
    except InvalidValue:
        if cursor is None:
            raise
        raise not_a_cursor(query["cursor"]) from None
    return page, changes_cursor_behind(lineage, page, asked)
