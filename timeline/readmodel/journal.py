"""The journal: every event that the log holds, filed under what it is about.

This read model is plain: it keeps the events in memory and folds them when asked, so an answer at any
three cuts is right by construction. It is filled by `timeline.projections` and asked by `questions`.
"""

from bisect import bisect_right, insort
from datetime import datetime
from uuid import UUID

from timeline.domain.facts import Recorded, Unreadable

Histories = dict[UUID, tuple[Recorded, ...]]


class Journal:
    """Events by development, front, source and data set, each in fold order; and how far the log was read.

    Histories are replaced, never changed in place, so a reader in another thread sees each as a whole.
    """

    def __init__(self) -> None:
        self.developments: Histories = {}
        self.fronts: Histories = {}
        self.sources: Histories = {}
        self.data_sets: Histories = {}
        self.set_aside: tuple[Unreadable, ...] = ()
        self._positions: list[int] = []
        self._instants: list[datetime] = []

    @property
    def position(self) -> int:
        """The last position that was read."""
        return self._positions[-1] if self._positions else 0

    def file(self, histories: Histories, one: Recorded) -> None:
        """Put an event in its place, in fold order."""
        history = list(histories.get(one.event.originator_id, ()))
        insort(history, one, key=lambda recorded: recorded.reported_order)
        histories[one.event.originator_id] = tuple(history)

    def moved_to(self, position: int, recorded_at: datetime) -> None:
        """Note that the log was read up to here."""
        self._instants.append(recorded_at)
        self._positions.append(position)

    def put_aside(self, one: Unreadable) -> None:
        """Keep an event that could not be read in sight."""
        self.set_aside = (*self.set_aside, one)

    def position_at(self, instant: datetime) -> int:
        """The last position that the log had come to by an instant (recorded clock)."""
        index = bisect_right(self._instants, instant)
        return self._positions[index - 1] if index else 0

    def recorded_at(self, position: int) -> datetime | None:
        """When the log had come to a position; None before the first."""
        index = bisect_right(self._positions, position)
        return self._instants[index - 1] if index else None
