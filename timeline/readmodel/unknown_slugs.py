"""The refusal of a question about a front or a source that is not known at its cuts.

It names the slug that was probably meant, and where the log first names the one that was asked for.
"""

from collections.abc import Mapping

from timeline.domain.checks import is_slug
from timeline.domain.facts import Recorded
from timeline.domain.history import Cuts
from timeline.domain.moments import format_instant
from timeline.errors import NothingKnown, shown
from timeline.plausibility.guesses import probably_meant
from timeline.readmodel.past import Past
from timeline.readmodel.standing import Standing


def unknown_front(past: Past, standing: Standing, slug: str, names: Mapping[str, str]) -> NothingKnown:
    """The refusal of a front; `names` are the fronts that are known at the cuts, by slug."""
    position = standing.front_named_at(slug) if is_slug(slug) else None
    return _unknown("front", slug, names, _first_named(past, position))


def unknown_source(past: Past, standing: Standing, cuts: Cuts, slug: str) -> NothingKnown:
    """The refusal of a source."""
    registered = {name: source.name for name, source in standing.sources(cuts).items()}
    names = {**{name: name for name in standing.sources_named(cuts.position)}, **registered}
    names.pop(slug, None)
    position = standing.source_named_at(slug) if is_slug(slug) else None
    return _unknown("source", slug, names, _first_named(past, position))


def _unknown(noun: str, slug: str, names: Mapping[str, str], first_named: str) -> NothingKnown:
    meant = probably_meant(slug, names) if is_slug(slug) else None
    such_as = f", such as {meant}" if meant else ""
    detail = f"slug: no {noun} {shown(slug)!r} is known at these cuts"
    if first_named:
        detail += f"; {first_named}"
    elif meant:
        detail += f"; {meant} is"
    allowed = f"the slug of a {noun} known at these cuts{such_as}"
    return NothingKnown(detail, ({"field": "slug", "value": shown(slug), "allowed": allowed},))


def _first_named(past: Past, position: int | None) -> str:
    """Where the log first names it, in words; empty where it never did."""
    if position is None:
        return ""
    told = f"the log first names it at position {position}"
    for record in past.at([position]):
        if isinstance(record, Recorded):
            reported_at, recorded_at = record.event.reported_at, record.recorded_at
            told += f", reported {format_instant(reported_at)} and recorded {format_instant(recorded_at)}"
    return told
