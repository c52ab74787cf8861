"""Keyset cursors: where a page ended, with the cuts of the first page, so that the next one misses nothing."""

import base64
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from timeline.domain.moments import from_micros, to_micros
from timeline.errors import InvalidValue
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.entries import Page
from timeline.readmodel.rows import After

_Instant = Annotated[datetime, Meta(tz=True)]


class Cursor(Struct, frozen=True, array_like=True):
    """The cuts of a paged answer, and the sort key of the last entry that was given."""

    as_of: _Instant
    known_at: _Instant
    position: Annotated[int, Meta(ge=0)]
    start: _Instant
    id: UUID

    @property
    def cuts(self) -> WantedCuts:
        """The cuts that every page of the answer shares."""
        return WantedCuts(self.as_of, self.known_at, self.position)

    @property
    def after(self) -> After:
        """Where the page before ended."""
        return to_micros(self.start), self.id.bytes


def read_cursor(text: str) -> Cursor:
    """The cursor that an earlier answer gave as `next_cursor`."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text.encode("ascii")), type=Cursor)
    except ValueError:
        raise not_a_cursor(text) from None


def not_a_cursor(text: str) -> InvalidValue:
    """The refusal of a cursor that no answer gave."""
    return InvalidValue("cursor", text, "the next_cursor of an earlier answer, unchanged")


def cursor_behind(page: Page) -> str | None:
    """The cursor of the page behind this one; None where there is none."""
    if page.ends is None:
        return None
    cuts, (start, id) = page.held.cuts, page.ends
    cursor = Cursor(cuts.as_of, cuts.known_at, cuts.position, from_micros(start), UUID(bytes=id))
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode("ascii")
