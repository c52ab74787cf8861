"""Which developments may look another way at two cuts: those that are worth comparing.

Between two moments of the reported clock the version rows tell. Between two positions of the log they do not, since a
revision that came late may change a part of a description that a row does not show; there the log tells what was
recorded in between, and of whom.
"""

from collections.abc import Iterable
from uuid import UUID

from timeline.domain.facts import Recorded
from timeline.domain.moments import to_micros
from timeline.readmodel.cuts import HeldCuts
from timeline.readmodel.past import Past
from timeline.readmodel.search import origin_word, positions, source_word
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


def reported_between(standing: Standing, then: HeldCuts, now: HeldCuts, fronts: Iterable[str]) -> list[UUID]:
    """Those that look another way at the later moment of the reported clock, on these fronts (none named: on any)."""
    since, until, position = to_micros(then.cuts.known_at), to_micros(now.cuts.known_at), now.cuts.position
    recorded = (position, position)
    given = (since, until, since, *recorded, since, until, until, *recorded)
    wanted = set(standing.front_numbers(fronts))
    return [UUID(bytes=id) for id, front in standing.database.fetch(_DIFFERING, given) if front in wanted]


def recorded_between(past: Past, standing: Standing, then: HeldCuts, now: HeldCuts) -> list[UUID]:
    """Those that the log learnt something about from one position to the other, or about a side that speaks of them."""
    between = range(then.cuts.position + 1, now.cuts.position + 1)
    ids = set(past.subjects(between).values())
    for slug in _new_sides(standing, then, now, between):
        for word in (source_word(slug), origin_word(slug)):
            told = positions(standing.database, standing.database.engine, word, now.cuts.position)
            ids |= set(past.subjects(told).values())
    return sorted(standing.merged.together(ids))


def _new_sides(standing: Standing, then: HeldCuts, now: HeldCuts, between: range) -> set[str]:
    """The sources that are others, or stand on another side, than before."""
    told = (one for one in standing.events.values() if isinstance(one, Recorded) and one.position in between)
    subjects = {one.event.originator_id for one in told}
    registered = standing.registered(then.cuts) | standing.registered(now.cuts)
    slugs = {source.slug for id, source in registered.items() if id in subjects}
    was, now_is = standing.identities(then.cuts), standing.identities(now.cuts)
    return {slug for slug in standing.linked.together(slugs) if was(slug) != now_is(slug)}
