"""What changed in what was known of each development between two moments of the reported clock."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct

from timeline.domain.facts import Recorded
from timeline.domain.history import DevelopmentState
from timeline.domain.vocabulary import Aspect, Status
from timeline.readmodel.cuts import HeldCuts
from timeline.readmodel.entries import Entry


class ChangeKind(StrEnum):
    """The most that happened to a development; the others may have happened as well."""

    NEW = "new"
    """It came into view, or came back after it was withdrawn."""
    WITHDRAWN = "withdrawn"
    """The entry as a whole was withdrawn, or merged into another."""
    REVISED = "revised"
    """Its description changed."""
    STATUS = "status"
    """Only what others said of it changed how it stands."""


class Change(Struct, frozen=True):
    """How a development changed: the entry after (before, where nothing is left), and from what to what.

    `fields` and `statuses` hold what differs, old and new; a status is None where nobody had spoken to the
    aspect. `because` are the events reported in between, in the order of the fold.
    """

    kind: ChangeKind
    entry: Entry
    fields: dict[str, tuple[Any, Any]]
    statuses: dict[Aspect, tuple[Status | None, Status | None]]
    because: tuple[Recorded, ...]


class Changes(Struct, frozen=True):
    """The changes between two moments, by front and then in the order of the timeline."""

    since: HeldCuts
    until: HeldCuts
    changes: tuple[Change, ...]


def compared(
    before: Mapping[UUID, Entry], after: Mapping[UUID, Entry], reported_between: Callable[[UUID], Iterable[Recorded]]
) -> Iterable[Change]:
    """What differs between two states of knowledge, development by development."""
    for id in {**before, **after}:
        old, new = before.get(id), after.get(id)
        kind = _kind(old, new)
        if kind is None:
            continue
        fields = _differing_fields(old.state, new.state) if old and new else {}
        entry = new or before[id]
        yield Change(kind, entry, fields, _differing_statuses(old, new), tuple(reported_between(id)))


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
