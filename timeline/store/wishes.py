"""A submission on its way into the log, and what becomes of it."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import cast
from uuid import UUID

from msgspec import Struct, structs

from timeline.domain.aggregates import Submission
from timeline.domain.facts import Event
from timeline.domain.moments import from_micros
from timeline.errors import MessageIdReused, TimelineError
from timeline.plausibility.registry import ReceiptWarning
from timeline.store.epochs import Tip
from timeline.store.records import Row

_instant_of = lru_cache(maxsize=1_000)(from_micros)
"""What is written together is recorded at one instant."""


class Receipt(Struct, frozen=True, gc=False):
    """What became of a submission. `repeated`: the same message had been recorded before, nothing was added.

    `warnings` are those of the first time: on what the log held before it.
    """

    position: int
    subject: UUID
    version: int
    recorded_at: datetime
    repeated: bool = False
    warnings: tuple[ReceiptWarning, ...] = ()
    origin: str = ""
    """The name of the log to which the position belongs, and its epoch."""
    epoch: str = ""
    recorded: bool = True
    """False: it was only rehearsed, so that position and time are those that it would have had."""


class Wish(Struct, gc=False):
    """A submission on its way: the version that its subject must have, if any, and what became of it."""

    submission: Submission
    key: bytes
    expected_version: int | None = None
    outcome: Receipt | TimelineError | None = None
    together: object = None
    """Wishes that follow one another with the same are accepted all or none."""
    perhaps_written: bool = False
    """The connection broke while it was being committed, so that it may be there already."""
    strict: bool = False
    """Refused where it would be accepted with warnings."""

    def settled(self) -> Receipt:
        """The receipt, or the refusal raised."""
        if isinstance(self.outcome, TimelineError):
            raise self.outcome
        return cast("Receipt", self.outcome)


class Decided(Struct, frozen=True, gc=False):
    """A wish that is or will be in the log: at a row that was there, or as the `number`-th of the new ones."""

    row: Row | None = None
    number: int = 0
    repeated: bool = False
    warnings: tuple[ReceiptWarning, ...] = ()

    @property
    def first(self) -> bool:
        """Whether it is this wish that writes it."""
        return self.row is None and not self.repeated

    def receipt(self, new: Sequence[Row], tip: Tip) -> Receipt:
        """The receipt, once the new rows are there, in the log and the epoch of this tip."""
        row = self.row or new[self.number]
        recorded_at = _instant_of(row.recorded_at)
        written = row.position, row.subject, row.version, recorded_at
        return Receipt(*written, self.repeated, self.warnings, tip.origin, tip.epoch)

    def rehearsed(self, new: Sequence[Row], tip: Tip) -> Receipt:
        """The receipt that there would be, were the new rows there."""
        return structs.replace(self.receipt(new, tip), recorded=self.row is not None)


class Undone(Exception):
    """Raised where what was decided is to be told and not to be written."""


def guard_same(submission: Submission, event: Event, where: str) -> None:
    """Raises `MessageIdReused` for a message whose id stands for something else.

    A token is told no more of what another token, or an import, brought than that the id is used.
    """
    if not submission.asks_for(event):
        message = submission.message
        is_own = submission.recorded_by in (None, event.recorded_by)
        used = f"already stands {where} with other content" if is_own else "was used by another sender"
        raise MessageIdReused(
            f"id: {message.id!r} of {message.source!r} {used}",
            ({"field": "id", "value": message.id, "allowed": "an id not used before by this source"},),
        )
