"""What changed in what was known of each development between two moments of the reported or of the recorded clock.

Changes are given page by page, however many there are: what may have changed is read in their order from where the page
before ended, and only that is folded from the log.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct, structs

from timeline.domain.facts import Recorded
from timeline.domain.history import DevelopmentState
from timeline.domain.moments import format_instant, from_micros
from timeline.domain.vocabulary import Aspect, Status
from timeline.errors import InvalidValue
from timeline.readmodel.causes import Causes
from timeline.readmodel.cuts import HeldCuts
from timeline.readmodel.differing import Candidate, Candidates, Order, Place, ReportedCandidates
from timeline.readmodel.documents import Documents
from timeline.readmodel.entries import Entry
from timeline.readmodel.filters import Filters
from timeline.readmodel.past import Past
from timeline.readmodel.record_walk import RecordedCandidates, ids_on_fronts
from timeline.readmodel.rows import Window
from timeline.readmodel.selection import asks_documents, named
from timeline.readmodel.standing import Standing

MAX_DEVELOPMENTS_COMPARED = 5_000
"""Of which a page is made at most; it then has fewer changes than were asked for."""
MAX_BATCHES_READ = 10
"""As of developments, of reads of what may have changed."""
MAX_CAUSES_TOLD = 10_000
"""Events behind the changes of a page, after which it ends with the change that has the last of them."""
_FIRST_TOGETHER, _MOST_TOGETHER = 25, 200
"""Developments that are compared at once, at first and at most."""
_EVENTS_TOGETHER = 1_000
"""Events of theirs that are read at once, about."""


class Clock(StrEnum):
    """On which clock two moments are compared."""

    REPORTED = "reported"
    """What was known then and what later, as the log holds it at one position."""
    RECORDED = "recorded"
    """What the log held then and what later, of what was reported up to one moment."""


class ChangeKind(StrEnum):
    """The most that happened to a development; the others may have happened as well."""

    NEW = "new"
    """It came into view, or came back after it was withdrawn."""
    WITHDRAWN = "withdrawn"
    """The entry as a whole was withdrawn."""
    MERGED = "merged"
    """It turned out to be the same as another, and is part of that now."""
    VOIDED = "voided"
    """All reports of it were entered by mistake."""
    REVISED = "revised"
    """Its description changed."""
    STATUS = "status"
    """Only what others said of it changed how it stands."""


class Change(Struct, frozen=True):
    """How a development changed: the entry after (before, where nothing is left), and from what to what.

    `merged_into` is the development that it is part of now, where it was merged.
    `fields` and `statuses` hold what differs, old and new; a status is None where nobody had spoken to the
    aspect. `because` are the events that exist at the later moment and not at the earlier, in the order of the fold: of
    the development, of entries that are part of it, and of sources that changed sides. `changed_at` is when it came to
    look as it does, where that orders the changes.
    """

    kind: ChangeKind
    entry: Entry
    fields: dict[str, tuple[Any, Any]]
    statuses: dict[Aspect, tuple[Status | None, Status | None]]
    because: tuple[Recorded, ...]
    merged_into: DevelopmentState | None = None
    changed_at: datetime | None = None


class Changes(Struct, frozen=True):
    """A page of the changes between two moments; `ends` is the place after which the next one begins, if there is one.

    It may have fewer changes than were asked for, or none, and there may be others all the same.
    """

    clock: Clock
    since: HeldCuts
    until: HeldCuts
    changes: tuple[Change, ...]
    ends: Place | None = None


class Paging(Struct, frozen=True):
    """In which order changes are told, after which place, and how many."""

    order: Order = Order.TIMELINE
    after: Place | None = None
    limit: int = 500


def guard_stretch(
    clock: Clock,
    since: int | datetime,
    until: int | datetime,
    known_at: datetime | None,
    recorded_at: int | datetime | None,
) -> None:
    """Raises `InvalidValue`, naming the field, for moments that are not of the clock or not in order."""
    if clock is Clock.REPORTED:
        for name, moment in (("since", since), ("until", until)):
            if isinstance(moment, int):
                raise InvalidValue(name, moment, f"a date or an instant; positions are for clock={Clock.RECORDED}")
        if known_at is not None:
            allowed = f"no known_at with clock={clock}: what was known goes from since to until"
            raise InvalidValue("known_at", format_instant(known_at), allowed)
    elif recorded_at is not None:
        shown = recorded_at if isinstance(recorded_at, int) else format_instant(recorded_at)
        allowed = f"no recorded_at with clock={clock}: what was recorded goes from since to until"
        raise InvalidValue("recorded_at", shown, allowed)
    if isinstance(since, datetime) and isinstance(until, datetime) and since > until:
        raise InvalidValue("since", format_instant(since), "a moment not after until")


class Comparison:
    """The changes from what holds at the cuts `then` to what holds at the cuts `now`, one clock apart, page by page."""

    def __init__(
        self,
        past: Past,
        standing: Standing,
        clock: Clock,
        then: HeldCuts,
        now: HeldCuts,
        filters: Filters,
        paging: Paging,
    ) -> None:
        self.standing = standing
        self._past = past
        self._clock = clock
        self._then, self._now = then, now
        self._filters = filters
        self._paging = paging
        ids = named(standing, past, Window(now.cuts, (), filters)) if asks_documents(filters) else None
        self._candidates: Candidates
        if clock is Clock.REPORTED:
            self._candidates = ReportedCandidates(standing, then, now, filters, paging.order, ids)
        else:
            ids = ids_on_fronts(standing, filters.fronts) if ids is None and filters.fronts else ids
            self._candidates = RecordedCandidates(past, standing, then, now, paging.order, ids)
        self._together = _FIRST_TOGETHER
        self._walk = self._after(paging.after)
        self._ahead: list[tuple[Place, Change]] = []

    def page(self) -> Changes:
        """The next page."""
        found, self._ahead = self._ahead, []
        for place, change in self._walk:
            if change is None:  # so much was looked at that the page ends here
                return self._told(found, place)
            if len(found) == self._paging.limit:
                self._ahead = [(place, change)]
                return self._told(found, found[-1][0])
            found.append((place, change))
        return self._told(found, None)

    def _told(self, found: Sequence[tuple[Place, Change]], ends: Place | None) -> Changes:
        changes = tuple(change for _, change in found)
        if self._clock is Clock.REPORTED and self._paging.order is Order.NEWEST:
            changes = tuple(structs.replace(change, changed_at=from_micros(-key)) for (key, _), change in found)
        return Changes(self._clock, self._then, self._now, changes, ends)

    def _after(self, place: Place | None) -> Iterator[tuple[Place, Change | None]]:
        """The changes from behind a place on, each with its own; a place with None where that is enough for a page."""
        batches = compared = causes = 0
        for candidates, behind in self._candidates.after(place):
            for some in self._portions(candidates):
                for one, change in self._compared(some):
                    yield one.place, change
                    causes += len(change.because)
                    if causes > MAX_CAUSES_TOLD:
                        yield one.place, None
                        causes = 0
                compared += len(some)
                if compared >= MAX_DEVELOPMENTS_COMPARED:
                    yield some[-1].place, None
                    batches = compared = causes = 0
            batches += 1
            if batches >= MAX_BATCHES_READ:
                yield behind, None
                batches = compared = causes = 0

    def _portions(self, candidates: Sequence[Candidate]) -> Iterator[Sequence[Candidate]]:
        start = 0
        while some := candidates[start : start + self._together]:
            yield some
            start += len(some)

    def _compared(self, some: Sequence[Candidate]) -> list[tuple[Candidate, Change]]:
        ids = list(dict.fromkeys(one.id for one in some))
        histories = self._past.histories(list(self.standing.merged.together(ids)))
        events = sum(map(len, histories.values()))
        self._together = min(max(_EVENTS_TOGETHER * len(some) // max(events, 1), 1), _MOST_TOGETHER)
        earlier, later = (Documents(self._past, self.standing, one.cuts, histories) for one in (self._then, self._now))
        before, after = earlier.entries(ids), later.entries(ids)
        because = Causes(self.standing, self._then, self._now, earlier, later)
        found: list[tuple[Candidate, Change]] = []
        for one in some:
            old, new = before.get(one.id), after.get(one.id)
            change = None
            if self._candidates.holds(one, histories, in_view=new is not None):
                change = _change(old, new, None if new else later.merged_into(one.id))
            if change and self._filters.pass_entry(change.entry.state, change.entry.statuses):
                found.append((one, structs.replace(change, because=because.of(one.id, old, new))))
        return found


def _change(old: Entry | None, new: Entry | None, merged_into: DevelopmentState | None) -> Change | None:
    kind = _kind(old, new)
    entry = new or old
    if kind is None or entry is None:
        return None
    if kind is ChangeKind.WITHDRAWN and new is None:
        kind = ChangeKind.MERGED if merged_into else ChangeKind.VOIDED
    fields = _differing_fields(old.state, new.state) if old and new else {}
    return Change(kind, entry, fields, _differing_statuses(old, new), (), merged_into)


def _kind(old: Entry | None, new: Entry | None) -> ChangeKind | None:
    there = [entry is not None and not entry.state.retracted for entry in (old, new)]
    match there:
        case [False, True]:
            return ChangeKind.NEW
        case [True, False]:
            return ChangeKind.WITHDRAWN
        case [False, False]:
            return None
    if old and new and old.state.description != new.state.description:
        return ChangeKind.REVISED
    return ChangeKind.STATUS if _differing_statuses(old, new) else None


def _differing_fields(old: DevelopmentState, new: DevelopmentState) -> dict[str, tuple[Any, Any]]:
    one, other = old.described, new.described
    pairs = ((name, getattr(one, name), getattr(other, name)) for name in one.__struct_fields__)
    return {name: (was, now) for name, was, now in pairs if was != now}


def _differing_statuses(old: Entry | None, new: Entry | None) -> dict[Aspect, tuple[Status | None, Status | None]]:
    was, now = (entry.statuses if entry else {} for entry in (old, new))
    pairs = ((aspect, was.get(aspect), now.get(aspect)) for aspect in Aspect)
    return {aspect: (one, other) for aspect, one, other in pairs if one != other}
