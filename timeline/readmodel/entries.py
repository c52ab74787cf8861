"""What answers are made of: developments, lanes, sources and steps of reporting at the cuts of a question."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct

from timeline.domain.facts import Recorded, SourceRegistered
from timeline.domain.history import DevelopmentState, FrontState
from timeline.domain.moments import to_micros
from timeline.domain.vocabulary import Aspect, Status
from timeline.readmodel.cuts import HeldCuts
from timeline.readmodel.density import Density
from timeline.readmodel.filters import Filters

_ALWAYS = datetime(1, 1, 1, tzinfo=UTC)


class Entry(Struct, frozen=True):
    """A development in an answer: its state and statuses at the cuts, and whether it was open on `as_of`."""

    state: DevelopmentState
    statuses: dict[Aspect, Status]
    open: bool

    @property
    def status(self) -> Status:
        """The headline: how the occurrence stands."""
        return self.statuses[Aspect.OCCURRENCE]

    @property
    def sort_key(self) -> tuple[datetime, UUID]:
        """Order of every list: when it may have begun, then identity."""
        return self.state.described.occurred.start.earliest or _ALWAYS, self.state.id

    @property
    def place(self) -> tuple[int, bytes]:
        """The same as rows have it."""
        begun, id = self.sort_key
        return to_micros(begun), id.bytes


class TimelineAnswer(Struct, frozen=True):
    """The developments that had occurred by `as_of`, as known at `known_at`, in order of their start.

    `more`: there are others behind them, on the next page.
    """

    held: HeldCuts
    entries: tuple[Entry, ...]
    more: bool = False

    def narrowed(self, filters: Filters) -> "TimelineAnswer":
        """The entries that pass the filters."""
        return TimelineAnswer(
            self.held, tuple(entry for entry in self.entries if filters.pass_entry(entry.state, entry.statuses))
        )


class Page(Struct, frozen=True):
    """A page of a timeline as it is told, and the place after which the next one begins; None where there is none."""

    held: HeldCuts
    items: list[bytes]
    ends: tuple[int, bytes] | None


class FrontEntry(Struct, frozen=True):
    """A lane with how many developments of each status stand on it."""

    slug: str
    front: FrontState
    counts: dict[Status, int]

    @property
    def name(self) -> str:
        """What it is called."""
        return self.front.opened.name

    @property
    def developments(self) -> int:
        """How many developments stand on the lane."""
        return sum(self.counts.values())


class DensityAnswer(Struct, frozen=True):
    """How many developments began when, by front (the slugs of their numbers are told) and status."""

    density: Density
    slugs: Mapping[int, str]


class SourceEntry(Struct, frozen=True):
    """A source with how many accounts it gave, how many of them are in force, and which others are the same."""

    source: SourceRegistered
    registered: bool
    accounts: int
    in_force: int
    same: tuple[str, ...] = ()


class Step(Struct, frozen=True):
    """One event in the reporting of a development, with the statuses after it.

    `voided_by` is the void in force that names it: then it changed nothing.
    """

    recorded: Recorded
    statuses: dict[Aspect, Status]
    voided_by: Recorded | None = None
