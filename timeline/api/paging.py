"""Keyset cursors: where a page ended, with the cuts of the first page, so that the next one misses nothing.

A cursor goes on with one question. It carries a digest of the filters of the first page, and beside it nothing may be
asked that the first page was not asked: an answer that silently were of other filters or cuts would be wrong.
"""

import base64
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from timeline.domain.moments import from_micros, to_micros
from timeline.errors import InvalidValue
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.entries import Page
from timeline.readmodel.rows import After
from timeline.store.epochs import EpochId, Lineage, first_epoch
from timeline.store.log import ConflictLog
from timeline.wire.positions import Place, guard_held

_Instant = Annotated[datetime, Meta(tz=True)]


class Listing(Struct, frozen=True):
    """What a page is of where filters alone do not say it, by name: a cursor of one list goes on with no other."""

    name: str
    filters: Struct


class Cursor(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The cuts of a paged answer, the sort key of the last entry that was given, and what was asked for.

    `recorded_at` is the recorded cut of the first page where that was an instant, of which `position` came.
    """

    as_of: _Instant
    known_at: _Instant
    position: Annotated[int, Meta(ge=0)]
    start: _Instant
    id: UUID
    filters: str
    recorded_at: _Instant | None
    epoch: EpochId | None = None
    """That of the position; cursors that were given before there were epochs are of the log's first."""

    @property
    def cuts(self) -> WantedCuts:
        """The cuts that every page of the answer shares."""
        return WantedCuts(self.as_of, self.known_at, self.position)

    @property
    def after(self) -> After:
        """Where the page before ended."""
        return to_micros(self.start), self.id.bytes

    def goes_on_with(self, wanted: WantedCuts, filters: Struct) -> bool:
        """Whether these are what the first page was asked; cuts may be left out, since the cursor has them."""
        return (
            self.filters == digest(filters)
            and wanted.as_of in (None, self.as_of)
            and wanted.known_at in (None, self.known_at)
            and wanted.recorded_at in (None, self.position, self.recorded_at)
        )


def read_cursor(log: ConflictLog, text: str, wanted: WantedCuts, filters: Struct) -> Cursor:
    """The cursor that an earlier answer to the same question gave as `next_cursor`.

    Raises `InvalidValue`, and `OutOfEpoch` where the log no longer holds what that answer was read from.
    """
    try:
        cursor = msgspec.json.decode(base64.urlsafe_b64decode(text.encode("ascii")), type=Cursor)
    except ValueError:
        raise not_a_cursor(text) from None
    if not cursor.goes_on_with(wanted, filters):
        allowed = (
            "the same filters and sort beside it as on the page before, and the same cuts or none; leave it out to "
            "ask anew"
        )
        raise InvalidValue("cursor", text, allowed)
    epoch = cursor.epoch or first_epoch(log.tip().origin)
    guard_held(log, Place(cursor.position, epoch), "cursor")
    return cursor


def not_a_cursor(text: str) -> InvalidValue:
    """The refusal of a cursor that no answer gave."""
    return InvalidValue("cursor", text, "the next_cursor of an earlier answer, unchanged")


def cursor_behind(
    lineage: Lineage, page: Page, wanted: WantedCuts, filters: Struct, before: Cursor | None
) -> str | None:
    """The cursor of the page behind this one, which was asked for so; None where there is none.

    `lineage` is that of the log before the page was read. The cursor is of the oldest epoch in which its position means
    the same, so that a restore that keeps what was read changes nothing in it.
    """
    if page.ends is None:
        return None
    cuts, (start, id) = page.held.cuts, page.ends
    given = wanted.recorded_at if isinstance(wanted.recorded_at, datetime) else None
    recorded_at = before.recorded_at if before else given
    cursor = Cursor(
        cuts.as_of,
        cuts.known_at,
        cuts.position,
        from_micros(start),
        UUID(bytes=id),
        digest(filters),
        recorded_at,
        lineage.oldest(cuts.position),
    )
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode("ascii")


def digest(filters: Struct) -> str:
    """The filters in a few letters, the same in whatever order their values were given."""
    return base64.urlsafe_b64encode(sha256(msgspec.json.encode(_in_order(filters))).digest()[:9]).decode("ascii")


def _in_order(value: Any) -> Any:
    if isinstance(value, Struct):
        return [_in_order(getattr(value, name)) for name in value.__struct_fields__]
    return sorted(map(str, value)) if isinstance(value, frozenset) else value
