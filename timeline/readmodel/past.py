"""What the read model asks of the log: the whole of what was reported, for the few developments of a page."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from timeline.domain.facts import Recorded, Unreadable


class Past(Protocol):
    """The log, read by subject, by position and by recorded clock."""

    def histories(self, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Recorded | Unreadable]]:
        """Everything that was recorded of these subjects, each in the order of recording."""

    def at(self, positions: Sequence[int]) -> list[Recorded | Unreadable]:
        """The records at these positions, in order."""

    def subjects(self, positions: Sequence[int]) -> dict[int, UUID]:
        """What the records at these positions are about."""

    def position_at(self, instant: datetime) -> int:
        """The last position that was recorded by an instant."""

    def recorded_at(self, position: int) -> datetime | None:
        """When a position was recorded; None where there is none."""
