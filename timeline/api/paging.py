"""Keyset cursors: where a page ended, with the cuts of the first page, so that the next one misses nothing."""

import base64
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from timeline.errors import InvalidValue
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.entries import Entry, TimelineAnswer

_Instant = Annotated[datetime, Meta(tz=True)]


class Cursor(Struct, frozen=True, array_like=True):
    """The cuts of a paged answer, and the sort key of the last entry that was given."""

    as_of: _Instant
    known_at: _Instant
    position: Annotated[int, Meta(ge=0)]
    start: _Instant
    id: str

    @property
    def cuts(self) -> WantedCuts:
        """The cuts that every page of the answer shares."""
        return WantedCuts(self.as_of, self.known_at, self.position)


def read_cursor(text: str) -> Cursor:
    """The cursor that an earlier answer gave as `next_cursor`."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text.encode("ascii")), type=Cursor)
    except ValueError:
        raise not_a_cursor(text) from None


def not_a_cursor(text: str) -> InvalidValue:
    """The refusal of a cursor that no answer gave."""
    return InvalidValue("cursor", text, "the next_cursor of an earlier answer, unchanged")


def page(answer: TimelineAnswer, cursor: Cursor | None, limit: int) -> tuple[TimelineAnswer, str | None]:
    """The entries after the cursor, at most `limit`, and the cursor of the page behind them."""
    rest = [entry for entry in answer.entries if cursor is None or entry.sort_key > (cursor.start, cursor.id)]
    shown = tuple(rest[:limit])
    following = _cursor_after(answer, shown[-1]) if len(rest) > limit else None
    return TimelineAnswer(answer.held, shown), following


def _cursor_after(answer: TimelineAnswer, last: Entry) -> str:
    cuts = answer.held.cuts
    cursor = Cursor(cuts.as_of, cuts.known_at, cuts.position, *last.sort_key)
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode("ascii")
