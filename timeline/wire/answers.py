"""The answers of the service as JSON values: timeline items, cuts, fronts, sources, histories."""

from datetime import datetime
from typing import Any

import msgspec

from timeline.domain.descriptions import Description
from timeline.domain.facts import (
    AccountGiven,
    AccountWithdrawn,
    DevelopmentAssessed,
    DevelopmentReported,
    Recorded,
    SourceRegistered,
)
from timeline.domain.history import DevelopmentState
from timeline.domain.moments import Occurred, format_instant
from timeline.domain.status import GivenAccount
from timeline.domain.vocabulary import Aspect
from timeline.domain.voids import voided_position
from timeline.readmodel.changes import Change, Changes, Clock
from timeline.readmodel.cuts import HeldCuts
from timeline.readmodel.entries import DensityAnswer, Entry, FrontEntry, SourceEntry, Step, TimelineAnswer
from timeline.readmodel.findings import Finding
from timeline.readmodel.versions import STATUSES
from timeline.wire.facts import data_of

ITEM_FIELDS = (
    "id", "front", "kind", "title", "summary", "occurred", "place", "actors", "tallies", "tags", "external_id",
    "language", "status", "aspects", "assessments", "accounts", "first_reported_at", "last_reported_at", "version",
    "position", "retracted", "merged_into",
)  # fmt: skip
"""What `item` tells, in this order."""
_PLACE_FIELDS = ("name", "lat", "lon", "precision", "admin", "country", "description")


def timeline_answer(answer: TimelineAnswer, next_cursor: str | None = None) -> dict[str, Any]:
    """The timeline as the API gives it and `timeline replay --json` prints it."""
    return {**held(answer.held), "items": [item(entry) for entry in answer.entries], "next_cursor": next_cursor}


def held(cuts: HeldCuts) -> dict[str, Any]:
    """The three cuts of an answer."""
    recorded_at = _instant(cuts.recorded_at)
    return {
        "as_of": format_instant(cuts.cuts.as_of),
        "known_at": format_instant(cuts.cuts.known_at),
        "recorded_at": {"position": cuts.cuts.position, "instant": recorded_at},
    }


def item(entry: Entry) -> dict[str, Any]:
    """A development in a timeline."""
    state, description = entry.state, entry.state.described
    plain: dict[str, Any] = msgspec.to_builtins(description)
    place = plain.get("place")
    return {
        "id": str(state.id),
        "front": description.front,
        "kind": description.kind.value,
        "title": description.title,
        "summary": description.summary,
        "occurred": occurred(description.occurred, open=entry.open),
        "place": {key: place.get(key) for key in _PLACE_FIELDS} if place else None,
        "actors": list(plain.get("actors", ())),
        "tallies": tallies(description),
        "tags": list(description.tags),
        "external_id": description.external_id,
        "language": description.language,
        "status": entry.status.value,
        "aspects": {aspect.value: status.value for aspect, status in entry.statuses.items()},
        "assessments": assessments(state),
        "accounts": [account(given) for given in state.accounts],
        "first_reported_at": _instant(state.first_reported_at),
        "last_reported_at": _instant(state.last_reported_at),
        "version": state.version,
        "position": state.position,
        "retracted": state.retracted,
        "merged_into": str(state.merged_into) if state.merged_into else None,
    }


def tallies(description: Description) -> dict[str, dict[str, Any]]:
    """What was counted, by name."""
    return {
        name: {"low": tally.low, "best": tally.best, "high": tally.high}
        | ({"as_published": True} if tally.as_published else {})
        for name, tally in description.tallies.items()
    }


def assessments(state: DevelopmentState) -> dict[str, Any]:
    """The verdicts in force, by aspect."""
    return {
        aspect.value: {
            "assessor": None,
            **msgspec.to_builtins(given.assessment),
            "reported_at": format_instant(given.reported_at),
            "position": given.position,
        }
        for aspect, given in state.assessments.items()
    }


def occurred(moment: Occurred, *, open: bool) -> dict[str, Any]:
    """When something happened: the EDTF string, its four bounds, and whether it was open at the cut."""
    exact = {
        name: format_instant(instant)
        for name, instant in (("start", moment.exact_start), ("end", moment.exact_end))
        if instant
    }
    return {
        "edtf": moment.edtf,
        "start": moment.start.shown(),
        "end": moment.end.shown(),
        "open": open,
        **({"exact": exact} if exact else {}),
    }


def account(given: GivenAccount) -> dict[str, Any]:
    """What a source said, when, and whether it still stands by it."""
    told = given.account
    return {
        "source": told.source,
        "stance": {aspect.value: stance.value for aspect, stance in told.stance.items()},
        "quote": told.quote,
        "gist": told.gist,
        "url": told.url,
        "origin": told.origin,
        "archive_sha256": told.archive_sha256,
        "published": told.published,
        "reported_at": format_instant(given.reported_at),
        "in_force": given.in_force,
        "withdrawn": sorted(aspect.value for aspect in given.withdrawn),
        "position": given.position,
    }


def told(one: tuple[Entry, GivenAccount]) -> dict[str, Any]:
    """An account for itself, with the development that it is about."""
    entry, given = one
    description = entry.state.described
    return {
        "development": str(entry.state.id),
        "front": description.front,
        "title": description.title,
        "status": entry.status.value,
        **account(given),
    }


def front(entry: FrontEntry) -> dict[str, Any]:
    """A lane, with its developments counted by status."""
    opened = entry.front.opened
    return {
        "slug": entry.slug,
        "name": opened.name,
        "area": list(opened.area) if opened.area else None,
        "occurred": occurred(opened.occurred, open=opened.occurred.never_closed) if opened.occurred else None,
        "closed": entry.front.closed,
        "developments": entry.developments,
        "statuses": {status.value: count for status, count in sorted(entry.counts.items())},
    }


def density(found: DensityAnswer) -> dict[str, Any]:
    """How many developments of a status began in a bucket on a front; buckets with none are left out.

    Numbers that are whole are told as whole ones.
    """
    items = []
    for row in found.density.rows:
        spread = int(row.spread) if row.spread.is_integer() else row.spread
        items.append(
            {
                "front": found.slugs[row.front],
                "start": row.day.isoformat() if row.day else None,
                "status": STATUSES[row.status - 1].value,
                "developments": row.placed + spread,
                "placed": row.placed,
                "spread": spread,
            }
        )
    return {"bucket": found.density.bucket.value, "items": items}


def source(entry: SourceEntry) -> dict[str, Any]:
    """A source, with its accounts counted."""
    told = entry.source
    return {
        "slug": told.slug,
        "name": told.name,
        "kind": told.kind.value if entry.registered else None,
        "affiliation": told.affiliation,
        "reliability": told.reliability.value if entry.registered else None,
        "url": told.url,
        "same_as": told.same_as,
        "same": list(entry.same),
        "registered": entry.registered,
        "accounts": entry.accounts,
        "accounts_in_force": entry.in_force,
    }


def finding(found: Finding) -> dict[str, Any]:
    """Something that was probably not meant, and where it is."""
    warning = found.warning
    return {
        "code": warning.code.value,
        "field": warning.field,
        "value": warning.value,
        "detail": warning.detail,
        "meant": warning.meant,
        "development": str(found.id) if found.id else None,
        "title": found.title,
        "front": found.front,
        "source": found.source,
        "developments": found.developments,
    }


def step(one: Step) -> dict[str, Any]:
    """One event in the reporting of a development."""
    event = one.recorded.event
    return {
        "position": one.recorded.position,
        "reported_at": format_instant(event.reported_at),
        "recorded_at": format_instant(one.recorded.recorded_at),
        "type": event.fact.TOPIC,
        "by": speaker(one),
        "recorded_by": event.recorded_by,
        "data": data_of(event.fact),
        "voids": voided_position(one.recorded),
        "voided": void_notice(one.voided_by) if one.voided_by else None,
        "status": one.statuses[Aspect.OCCURRENCE].value,
        "aspects": {aspect.value: status.value for aspect, status in one.statuses.items()},
    }


def void_notice(void: Recorded) -> dict[str, Any]:
    """The void that takes an event out, and why."""
    return {
        "position": void.position,
        "recorded_at": format_instant(void.recorded_at),
        "recorded_by": void.event.recorded_by,
        "reason": getattr(void.event.fact, "reason", None),
    }


def speaker(one: Step) -> str | None:
    """Who is behind an event: the source that speaks, or the analyst that assesses."""
    return _speaker(one.recorded)


def _speaker(one: Recorded) -> str | None:
    match one.event.fact:
        case DevelopmentReported(_, told) | AccountGiven(told):
            return told.source
        case AccountWithdrawn(slug):
            return slug
        case DevelopmentAssessed() as assessed:
            return assessed.assessor
        case SourceRegistered(slug):
            return slug
    return None


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else format_instant(instant)


def changes(found: Changes, next_cursor: str | None = None) -> dict[str, Any]:
    """A page of what changed between two moments; on the recorded clock these are when the log came there."""
    then, now = found.since, found.until
    since, until = (one.cuts.known_at if found.clock is Clock.REPORTED else one.recorded_at for one in (then, now))
    return {
        "clock": found.clock.value,
        "since": _instant(since),
        "until": _instant(until),
        "known_at": format_instant(now.cuts.known_at),
        "recorded_since": held(then)["recorded_at"],
        "recorded_at": held(now)["recorded_at"],
        "items": [change(one) for one in found.changes],
        "next_cursor": next_cursor,
    }


def change(one: Change) -> dict[str, Any]:
    """How a development changed, and because of which events."""
    description = one.entry.state.described
    old, new = one.statuses.get(Aspect.OCCURRENCE, (one.entry.status, one.entry.status))
    return {
        "change": one.kind.value,
        "id": str(one.entry.state.id),
        "external_id": description.external_id,
        "front": description.front,
        "title": description.title,
        "merged_into": str(one.merged_into.id) if one.merged_into else None,
        "status": {"from": old, "to": new},
        "aspects": {aspect.value: {"from": was, "to": now} for aspect, (was, now) in one.statuses.items()},
        "fields": {
            name: {"from": msgspec.to_builtins(was), "to": msgspec.to_builtins(now)}
            for name, (was, now) in one.fields.items()
        },
        "because": [cause(event) for event in one.because],
    }


def cause(one: Recorded) -> dict[str, Any]:
    """An event behind a change: who speaks, and the account that was given, if it was one."""
    fact = one.event.fact
    told = fact.account if isinstance(fact, DevelopmentReported | AccountGiven) else None
    return {
        "position": one.position,
        "subject": str(one.event.originator_id),
        "reported_at": format_instant(one.event.reported_at),
        "recorded_at": format_instant(one.recorded_at),
        "type": fact.TOPIC,
        "voids": voided_position(one),
        "by": _speaker(one),
        "account": msgspec.to_builtins(told) if told else None,
        "reason": getattr(fact, "reason", None),
    }
