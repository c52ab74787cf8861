"""What changed in what was known of each development between two moments of the reported or of the recorded clock."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct, structs

from timeline.domain.facts import Recorded
from timeline.domain.history import DevelopmentState
from timeline.domain.moments import format_instant
from timeline.domain.vocabulary import Aspect, Status
from timeline.errors import InvalidValue
from timeline.readmodel.causes import Causes
from timeline.readmodel.cuts import HeldCuts
from timeline.readmodel.differing import recorded_between, reported_between
from timeline.readmodel.documents import Documents
from timeline.readmodel.entries import Entry
from timeline.readmodel.filters import Filters
from timeline.readmodel.past import Past
from timeline.readmodel.standing import Standing

_TOGETHER = 1_000
"""Developments that are compared at once."""


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
    the development, of entries that are part of it, and of sources that changed sides.
    """

    kind: ChangeKind
    entry: Entry
    fields: dict[str, tuple[Any, Any]]
    statuses: dict[Aspect, tuple[Status | None, Status | None]]
    because: tuple[Recorded, ...]
    merged_into: DevelopmentState | None = None


class Changes(Struct, frozen=True):
    """The changes between two moments, by front and then in the order of the timeline."""

    clock: Clock
    since: HeldCuts
    until: HeldCuts
    changes: tuple[Change, ...]


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


def changed_between(
    past: Past, standing: Standing, clock: Clock, then: HeldCuts, now: HeldCuts, filters: Filters
) -> Changes:
    """The changes from what holds at the cuts `then` to what holds at the cuts `now`, one clock apart."""
    if clock is Clock.REPORTED:
        ids = reported_between(standing, then, now, filters.fronts)
    else:
        ids = recorded_between(past, standing, then, now)
    found: list[Change] = []
    for start in range(0, len(ids), _TOGETHER):
        some = ids[start : start + _TOGETHER]
        histories = past.histories(list(standing.merged.together(some)))
        earlier, later = (Documents(past, standing, held.cuts, histories) for held in (then, now))
        before, after = earlier.entries(some), later.entries(some)
        because = Causes(standing, then, now, earlier, later)
        for id in some:
            new = after.get(id)
            change = _change(before.get(id), new, None if new else later.merged_into(id))
            if change and filters.pass_entry(change.entry.state, change.entry.statuses):
                found.append(structs.replace(change, because=because.of(id, before.get(id), after.get(id))))
    return Changes(clock, then, now, tuple(sorted(found, key=lambda one: one.entry.sort_key)))


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
