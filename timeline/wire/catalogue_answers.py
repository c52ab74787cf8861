"""What the API tells of one front and of one source: what the lists tell, and what a page about it needs."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from timeline.domain.facts import Recorded
from timeline.domain.moments import format_instant
from timeline.domain.voids import voided_position
from timeline.readmodel.actors import ActorEntry
from timeline.readmodel.entries import SourceEntry
from timeline.readmodel.facets import Facet
from timeline.readmodel.front_records import FrontRecord
from timeline.readmodel.name_counts import PlaceEntry
from timeline.readmodel.sourcerecords import SourceRecord
from timeline.wire import answers
from timeline.wire.facts import data_of


def front(record: FrontRecord) -> dict[str, Any]:
    """A front, with the kinds, actors and sources of its developments and what was told of the front itself."""
    return {
        **answers.front(record.entry),
        "kinds": {kind.value: kind.count for kind in record.kinds},
        "actors": [{"name": actor.value, "developments": actor.count} for actor in record.actors],
        "more_actors": record.more_actors,
        "sources": [_speaker(source) for source in record.sources],
        "more_sources": record.more_sources,
        "history": [_step(step.recorded, step.voided_by) for step in record.history],
    }


def source(record: SourceRecord) -> dict[str, Any]:
    """A source, with what its accounts say, how that fared, and what was told of the source itself."""
    entry = SourceEntry(record.source, record.registered, record.accounts or 0, record.in_force or 0, record.same)
    first, last = record.first_reported_at, record.last_reported_at
    return {
        **answers.source(entry),
        "accounts": record.accounts,
        "accounts_in_force": record.in_force,
        "accounts_covered": record.covered,
        "complete": record.complete,
        "withdrawn": record.withdrawn,
        "withdrawn_in_part": record.withdrawn_in_part,
        "first_reported_at": format_instant(first) if first else None,
        "last_reported_at": format_instant(last) if last else None,
        "stances": _nested(record.stances),
        "fared": _nested(record.fared),
        "history": [_step(step.recorded, step.voided_by) for step in record.history],
    }


def actor(entry: ActorEntry) -> dict[str, Any]:
    """An actor, with its developments counted, in all and by its role in them."""
    return {"name": entry.name, "developments": entry.developments, "roles": entry.roles}


def place(entry: PlaceEntry) -> dict[str, Any]:
    """A place, with its developments counted."""
    return {"name": entry.name, "developments": entry.developments}


def _speaker(facet: Facet) -> dict[str, Any]:
    return {"slug": facet.value, "name": facet.label, "developments": facet.count}


def _nested(counts: Mapping[Any, Mapping[Any, int]]) -> dict[str, dict[str, int]]:
    return {_word(aspect): {_word(word): inner[word] for word in sorted(inner)} for aspect, inner in counts.items()}


def _word(word: Enum) -> str:
    return str(word.value)


def _step(one: Recorded, voided_by: Recorded | None) -> dict[str, Any]:
    """An event about a front or a source itself."""
    event = one.event
    return {
        "position": one.position,
        "reported_at": format_instant(event.reported_at),
        "recorded_at": format_instant(one.recorded_at),
        "type": event.fact.TOPIC,
        "recorded_by": event.recorded_by,
        "data": data_of(event.fact),
        "voids": voided_position(one),
        "voided": answers.void_notice(voided_by) if voided_by else None,
    }
