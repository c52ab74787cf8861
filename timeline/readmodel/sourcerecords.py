"""The record of a source: who it is, what it was registered as over time, and how what it said fared.

How many accounts it gave is counted as for all sources (`voices`). How they fared is seen on the developments, each
folded from the log; of a source that speaks very much the latest accounts are taken, and the record says so.
"""

from collections import Counter
from datetime import datetime

from msgspec import Struct

from timeline.domain.checks import is_slug
from timeline.domain.facts import EntryVoided, Recorded, SourceRegistered, SourceRevised
from timeline.domain.history import Cuts, combined, fold_source
from timeline.domain.status import GivenAccount
from timeline.domain.values import source_id
from timeline.domain.vocabulary import Aspect, Stance, Status
from timeline.domain.voids import voided_in
from timeline.readmodel.documents import Documents
from timeline.readmodel.past import Past
from timeline.readmodel.search import positions, source_word
from timeline.readmodel.standing import Standing
from timeline.readmodel.unknown_slugs import unknown_source

MOST_ACCOUNTS = 5_000
"""Accounts that a record is made of, if not more are asked for."""


class SourceStep(Struct, frozen=True):
    """What was told of a source itself: the event, and the source as it stood after it.

    `source` is None where it was not registered after it; `reason` is that of a revision or of a void, and `voided_by`
    the void in force that names the event.
    """

    recorded: Recorded
    source: SourceRegistered | None
    reason: str | None = None
    voided_by: Recorded | None = None


class SourceRecord(Struct, frozen=True):
    """A source at the cuts of a question, whether or not what it speaks of had occurred by `as_of`.

    `accounts` and `in_force` (not taken back as a whole) count all that it gave; None where that was not to be counted
    and the record is not complete. The rest is of `covered` of them, the latest to be recorded, and of all where it is
    `complete`: `stances` by aspect; `fared`, by aspect, how many of the
    developments of which it asserted that aspect stand how; `withdrawn` accounts that it took back as a whole,
    `withdrawn_in_part` of some aspects; and when the first and the last were reported (UTC).
    """

    source: SourceRegistered
    registered: bool
    history: tuple[SourceStep, ...]
    accounts: int | None
    in_force: int | None
    stances: dict[Aspect, dict[Stance, int]]
    fared: dict[Aspect, dict[Status, int]]
    withdrawn: int
    withdrawn_in_part: int
    first_reported_at: datetime | None
    last_reported_at: datetime | None
    covered: int
    complete: bool
    same: tuple[str, ...]
    """The slugs of all other sources that are the same."""


def source_record(
    past: Past, standing: Standing, cuts: Cuts, slug: str, counted: tuple[int, int] | None, most: int
) -> SourceRecord:
    """The record at these cuts; `counted` are the accounts that it gave and those in force, if they were counted.

    Raises `NothingKnown` where the source is neither registered nor gave an account, as with what is no slug.
    """
    if not is_slug(slug):
        raise unknown_source(past, standing, cuts, slug)
    history = _history(standing, cuts, slug)
    registered = fold_source([step.recorded for step in history]) is not None
    if not history and counted and not counted[0]:
        raise unknown_source(past, standing, cuts, slug)
    database = standing.database
    told = positions(database, database.engine, source_word(slug), cuts.position, most=most + 1, newest=True)
    covered = frozenset(told[:most])
    documents = Documents(past, standing, cuts)
    identity_of = standing.identities(cuts)
    states = documents.states(standing.merged.together(past.subjects(list(covered)).values()))
    accounts = [one for state in states.values() for one in _own(state.accounts, slug, covered)]
    complete = len(told) <= most
    if not history and not accounts and complete:
        raise unknown_source(past, standing, cuts, slug)
    if counted is None and complete:
        counted = len(accounts), sum(one.in_force for one in accounts)
    given, in_force = counted or (None, None)
    fared: dict[Aspect, Counter[Status]] = {}
    for state in combined(states).values():
        asserted = {
            aspect
            for one in _own(state.accounts, slug, covered)
            for aspect, stance in one.account.stance.items()
            if stance is Stance.ASSERTS
        }
        if asserted:
            statuses = state.statuses(identity_of)
            for aspect in asserted:
                fared.setdefault(aspect, Counter())[statuses[aspect]] += 1
    stances: dict[Aspect, Counter[Stance]] = {}
    for one in accounts:
        for aspect, stance in one.account.stance.items():
            stances.setdefault(aspect, Counter())[stance] += 1
    times = [one.reported_at for one in accounts]
    return SourceRecord(
        standing.source(slug, cuts),
        registered,
        history,
        given,
        in_force,
        {aspect: dict(stances[aspect]) for aspect in Aspect if aspect in stances},
        {aspect: dict(fared[aspect]) for aspect in Aspect if aspect in fared},
        sum(not one.in_force for one in accounts),
        sum(one.in_force and bool(one.withdrawn & set(one.account.stance)) for one in accounts),
        min(times, default=None),
        max(times, default=None),
        len(accounts),
        complete,
        standing.same_sources(slug, cuts),
    )


def _history(standing: Standing, cuts: Cuts, slug: str) -> tuple[SourceStep, ...]:
    """What was told of the source, in the order of the fold."""
    events = standing.catalogue_events(source_id(slug), cuts)
    voided = voided_in(events)
    steps = []
    for count, one in enumerate(events, 1):
        fact = one.event.fact
        reason = fact.reason if isinstance(fact, SourceRevised | EntryVoided) else None
        steps.append(SourceStep(one, fold_source(events[:count], voided), reason, voided.get(one.position)))
    return tuple(steps)


def _own(accounts: tuple[GivenAccount, ...], slug: str, covered: frozenset[int]) -> list[GivenAccount]:
    return [one for one in accounts if one.account.source == slug and one.position in covered]
