"""A conflict of ten years as a seeded generator tells it, with the skew of real ones.

Few fronts have most of the developments; most last a day, some a season, some are not over; most are reported within
days, some after years. One in five reports is followed by something else that is said of a development, mostly of a
recent one: another account, a correction, an assessment, a withdrawal, a merge. All begin on a known day, unless some
are to be `uncertain`: then it is known of those only about when, in which month or season, or in which year.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from math import sin
from random import Random
from uuid import UUID

from msgspec import structs

from timeline.domain.aggregates import Submission
from timeline.domain.descriptions import Description, DescriptionChanges
from timeline.domain.facts import (
    AccountGiven,
    DevelopmentAssessed,
    DevelopmentMerged,
    DevelopmentReported,
    DevelopmentRetracted,
    DevelopmentRevised,
    Fact,
    SourceRegistered,
)
from timeline.domain.moments import Occurred
from timeline.domain.values import Account, Actor, MessageId, Place, Tally, development_id_of, source_id
from timeline.domain.vocabulary import Aspect, Credibility, Kind, Nature, SourceKind, Stance, Verdict
from timeline.store.log import ConflictLog

TOGETHER = 2_000
BEGIN = datetime(2014, 3, 1, tzinfo=UTC)
DAYS = 3_650
END = BEGIN + timedelta(days=DAYS)
FRONTS = tuple(f"front-{number:02}" for number in range(1, 21))
SIDES = ("north", "south", None, None)
SOURCES = tuple(f"source-{number:03}" for number in range(1, 201))
EXTRA = 0.2
"""Of every report, how many other events follow."""

_FRONT_WEIGHTS = [1 / rank for rank in range(1, len(FRONTS) + 1)]
_SOURCE_WEIGHTS = [1 / rank for rank in range(1, len(SOURCES) + 1)]
_KINDS = (Kind.STRIKE, Kind.ENGAGEMENT, Kind.ADVANCE, Kind.CAPTURE, Kind.CASUALTIES, Kind.AIR_ALERT)
_KIND_WEIGHTS = (50, 25, 10, 2, 8, 5)
_PLACES = tuple(f"{first}{second}" for first in ("Old ", "New ", "Upper ", "") for second in (
    "Bridge", "Crossing", "Mill", "Harbour", "Quarry", "Ford", "Market", "Station", "Hill", "Weir"))  # fmt: skip
_ACTORS = tuple(Actor(name, role) for role in ("attacker", "defender") for name in ("Army of the North", "Guard",
    "River militia", "Border brigade", "Southern command"))  # fmt: skip


def conflict(developments: int, seed: int = 1, uncertain: float = 0) -> Iterator[Submission]:
    """What is appended, in order: the sources, then so many developments and a fifth as many other events.

    Of a part of the developments, `uncertain`, it is not known on which day they began; the rest stays as it is.
    """
    random, doubt = Random(seed), Random(seed)
    for number, slug in enumerate(SOURCES):
        registered = SourceRegistered(slug, slug.title(), SourceKind.MEDIA, SIDES[number % len(SIDES)])
        yield Submission(source_id(slug), BEGIN, MessageId("//generated", slug), registered)
    known: list[UUID] = []
    for number in range(developments):
        now = _moment(number / developments)
        id = development_id_of(f"generated:{number:08}")
        source = random.choices(SOURCES, _SOURCE_WEIGHTS)[0]
        known.append(id)
        reported = _reported(random, number, now, source)
        if doubt.random() < uncertain:
            reported = _doubted(doubt, reported)
        yield Submission(id, now, MessageId("//generated", f"{number:08}"), reported)
        if random.random() < EXTRA:
            back = min(len(known), 1 + int(random.expovariate(1 / 2_000)))
            fact = _said_later(random, known[-back - 1] if back < len(known) else None)
            late = timedelta(days=random.randrange(1, 400)) if random.random() < 0.1 else timedelta()
            yield Submission(known[-back], max(BEGIN, now - late), MessageId("//generated", f"{number:08}-more"), fact)


def fill(log: ConflictLog, developments: int, uncertain: float = 0) -> float:
    """Put the whole conflict into a log; how many events a second that were."""
    told = conflict(developments, uncertain=uncertain)
    begun, events = time.perf_counter(), 0
    while some := list(islice(told, TOGETHER)):
        events += len(log.record_all(some))
    return events / (time.perf_counter() - begun)


def _moment(share: float) -> datetime:
    """When a report comes: a wave of offensives over ten years, never running back."""
    return BEGIN + timedelta(days=DAYS * (share + 0.02 * (1 - abs(2 * share - 1)) * sin(40 * share)))


def _reported(random: Random, number: int, now: datetime, source: str) -> DevelopmentReported:
    began = (now - timedelta(days=min(int(random.expovariate(0.5)), 900))).date()
    roll = random.random()
    if roll < 0.88:
        occurred = began.isoformat()
    elif roll < 0.98:
        occurred = f"{began}/{began + timedelta(days=random.randrange(1, 60))}"
    elif roll < 0.995:
        occurred = f"{began - timedelta(days=random.randrange(60, 500))}/{began}"
    else:
        occurred = f"{began}/.."
    place = random.choice(_PLACES)
    low = random.randrange(0, 30)
    front = random.choices(FRONTS, _FRONT_WEIGHTS)[0]
    return DevelopmentReported(
        Description(
            front,
            random.choices(_KINDS, _KIND_WEIGHTS)[0],
            f"Fire on {place}, report {number}",
            Occurred(occurred),
            summary=f"Fire along the road to {place} for some hours; nobody else was there to see it.",
            place=Place(place, 44 + random.random() * 8, 22 + random.random() * 18),
            actors=tuple(random.sample(_ACTORS, 2)),
            tallies={"killed": Tally(low, low + 2, low + 9)},
            external_id=f"generated:{number:08}",
        ),
        Account(
            source,
            {Aspect.OCCURRENCE: Stance.ASSERTS},
            gist=f"It was heard from the early morning on, {source} writes.",
            url=f"https://example.org/{source}/{number}",
        ),
    )


def _doubted(doubt: Random, reported: DevelopmentReported) -> DevelopmentReported:
    """The same, of which it is not known any more on which day it began."""
    begun = reported.description.occurred.start.earliest
    assert begun  # of all of them one is told
    month = f"{begun:%Y-%m}"
    season = f"{begun.year}-{21 + (begun.month - 3) // 3 if 3 <= begun.month < 12 else 24}"
    until = f"{month}/{begun.date() + timedelta(days=doubt.randrange(40, 90))}"
    forms = (month, f"{begun:%Y}", f"{begun.date()}~", f"{begun.date()}?", f"{month}~", season, until)
    occurred = Occurred(doubt.choices(forms, (35, 5, 25, 10, 10, 5, 10))[0])
    return DevelopmentReported(structs.replace(reported.description, occurred=occurred), reported.account)


def _said_later(random: Random, neighbour: UUID | None) -> Fact:
    roll = random.random()
    source = random.choices(SOURCES, _SOURCE_WEIGHTS)[0]
    if roll < 0.6:
        stance = random.choices((Stance.ASSERTS, Stance.DENIES, Stance.CONCEDES), (6, 3, 1))[0]
        return AccountGiven(Account(source, {Aspect.OCCURRENCE: stance}, gist="Said on the evening of that day."))
    if roll < 0.88:
        low = random.randrange(0, 40)
        changes = DescriptionChanges(tallies={"killed": Tally(low, low + 1, low + 5)}, summary="Counted anew.")
        return DevelopmentRevised(changes, Nature.CORRECTION)
    if roll < 0.94:
        return DevelopmentAssessed(Aspect.OCCURRENCE, Verdict.CONFIRMED, Credibility.PROBABLY_TRUE, "Seen on film.")
    if roll < 0.99 or neighbour is None:
        return DevelopmentRetracted("Reported twice by mistake.")
    return DevelopmentMerged(neighbour)
