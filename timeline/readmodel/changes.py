"""What changed in what was known of each development between two moments of the reported clock."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct

from timeline.domain.facts import Recorded
from timeline.domain.history import DevelopmentState
from timeline.domain.moments import to_micros
from timeline.domain.vocabulary import Aspect, Status
from timeline.readmodel.cuts import HeldCuts
from timeline.readmodel.documents import Documents
from timeline.readmodel.entries import Entry
from timeline.readmodel.filters import Filters
from timeline.readmodel.past import Past
from timeline.readmodel.standing import Standing

_HELD = "recorded_from <= ? AND (recorded_to IS NULL OR recorded_to > ?)"
_DIFFERING = f"""
    WITH before AS (
        SELECT id, front, described_by, aspects FROM versions
        WHERE reported_to > ? AND reported_to <= ? AND reported_from <= ? AND {_HELD}
    ), after AS (
        SELECT id, front, described_by, aspects FROM versions
        WHERE reported_from > ? AND reported_from <= ? AND (reported_to IS NULL OR reported_to > ?) AND {_HELD}
    )
    SELECT before.id, coalesce(after.front, before.front) FROM before LEFT JOIN after ON after.id = before.id
    WHERE after.id IS NULL OR after.described_by <> before.described_by OR after.aspects <> before.aspects
    UNION ALL
    SELECT after.id, after.front FROM after LEFT JOIN before ON before.id = after.id WHERE before.id IS NULL"""
"""The developments that looked another way at the later moment. Whatever row held at the one and not at the other ended
or began in between, so both sides are short stretches of an index."""


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


def changed_between(past: Past, standing: Standing, then: HeldCuts, now: HeldCuts, filters: Filters) -> Changes:
    """The changes from what was known `then` to what was known `now`, both as recorded at the position of `now`."""
    since, until, position = to_micros(then.cuts.known_at), to_micros(now.cuts.known_at), now.cuts.position
    recorded = (position, position)
    given = (since, until, since, *recorded, since, until, until, *recorded)
    fronts = set(standing.front_numbers(filters.fronts))
    ids = [UUID(bytes=id) for id, front in standing.database.fetch(_DIFFERING, given) if front in fronts]
    histories = past.histories(list(standing.merged.together(ids)))
    earlier, later = (Documents(past, standing, held.cuts, histories) for held in (then, now))
    before, after, known = earlier.entries(ids), later.entries(ids), later.known(ids)
    found = []
    for id in ids:
        because = tuple(one for one in known[id] if one.event.reported_at > then.cuts.known_at)
        change = _change(before.get(id), after.get(id), because)
        if change and filters.pass_entry(change.entry.state, change.entry.statuses):
            found.append(change)
    return Changes(then, now, tuple(sorted(found, key=lambda one: one.entry.sort_key)))


def _change(old: Entry | None, new: Entry | None, because: tuple[Recorded, ...]) -> Change | None:
    kind = _kind(old, new)
    entry = new or old
    if kind is None or entry is None:
        return None
    fields = _differing_fields(old.state, new.state) if old and new else {}
    return Change(kind, entry, fields, _differing_statuses(old, new), because)


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
