"""Hypothesis strategies of what five sources tell of four developments, close enough in time to collide."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from msgspec import Struct

from tests.scenarios import NOW, Scene
from timeline.domain.aggregates import Submission
from timeline.domain.descriptions import Description, DescriptionChanges, SourceChanges
from timeline.domain.facts import (
    AccountGiven,
    AccountWithdrawn,
    DevelopmentAssessed,
    DevelopmentMerged,
    DevelopmentReported,
    DevelopmentRetracted,
    DevelopmentRevised,
    EntryVoided,
    Fact,
    SourceRegistered,
    SourceRevised,
)
from timeline.domain.moments import Occurred
from timeline.domain.values import Account, Actor, MessageId, Place, Tally, development_id_of, source_id
from timeline.domain.vocabulary import Aspect, Credibility, Kind, Nature, SourceKind, Stance, Verdict
from timeline.errors import TimelineError


class Mistake(Struct, frozen=True):
    """That something recorded before was entered by mistake: how far back in the log, from 0 (the last) to 1."""

    back: float


Telling = tuple[int, datetime, Any, Fact | Mistake]
"""Minutes since the last one, reported when, about what, which fact."""

IDS = [development_id_of(f"test:{number}") for number in range(4)]
SOURCES = ["ru-mod", "wagner", "ua-mod", "legion", "outlet"]

MIDNIGHT = datetime(2023, 5, 10, tzinfo=NOW.tzinfo)
# Few days and hours, so that reports often share an instant and cuts often fall on one.
reported_times = st.builds(
    lambda day, hour: MIDNIGHT + timedelta(days=day, hours=hour), st.integers(0, 9), st.sampled_from([0, 0, 12])
)
moments = st.sampled_from(
    ["2023-05-12", "2023-05", "2022-11~/2023-05-15", "2023-05-14/..", "2023-05-16/", "../2023-05-13",
     "2023-05-18?", "2022", "[2023-05-11..2023-05-17]"]
).map(Occurred)  # fmt: skip


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    source, other = draw(st.permutations(SOURCES))[:2]
    origin = draw(st.sampled_from([None, None, other]))
    stances = [stance for stance in Stance if origin or stance is not Stance.REPEATS]
    aspects = draw(st.sampled_from([("occurrence",), ("occurrence",), ("extent",), ("occurrence", "attribution")]))
    stance = {Aspect(aspect): draw(st.sampled_from(stances)) for aspect in aspects}
    return Account(source, stance, origin=origin, quote=draw(st.sampled_from([None, "Said so."])))


_fields: dict[str, st.SearchStrategy[Any]] = {
    "front": st.sampled_from(["bakhmut", "kherson"]),
    "kind": st.sampled_from([Kind.CAPTURE, Kind.ENTRY]),
    "title": st.sampled_from(["One", "Two"]),
    "occurred": moments,
}
_more: dict[str, st.SearchStrategy[Any]] = {
    "summary": st.sampled_from([None, "Summary."]),
    "place": st.sampled_from([None, Place("Bakhmut"), Place("Kherson", 46.6, 32.6, country="UA")]),
    "actors": st.sampled_from([(), (Actor("Wagner", "attacker"),)]),
    "tallies": st.sampled_from([{}, {"deaths": Tally(1, 2, 3)}, {"deaths": Tally(5, 2, as_published=True)}]),
    "tags": st.sampled_from([(), ("city",), ("city", "river")]),
    "language": st.sampled_from([None, "ru", "uk"]),
}
reports = st.builds(
    DevelopmentReported,
    st.fixed_dictionaries(_fields, optional=_more).map(lambda told: Description(**told)),
    accounts(),
)
changes = st.fixed_dictionaries({}, optional={**_fields, **_more}).filter(bool).map(lambda t: DescriptionChanges(**t))
development_facts: st.SearchStrategy[Fact] = st.one_of(
    reports,
    accounts().map(AccountGiven),
    accounts().map(AccountGiven),
    accounts().map(AccountGiven),
    st.builds(AccountWithdrawn, st.sampled_from(SOURCES), st.sampled_from([(), (), (Aspect.OCCURRENCE,)])),
    st.builds(DevelopmentRevised, changes, st.sampled_from(Nature)),
    st.builds(
        DevelopmentAssessed,
        st.sampled_from([Aspect.OCCURRENCE, Aspect.PLACE]),
        st.sampled_from(Verdict),
        st.sampled_from(Credibility),
        st.just("Pictures."),
        st.sampled_from([None, "An analyst"]),
    ),
    st.just(DevelopmentRetracted("Wrong.")),
    st.sampled_from(IDS).map(DevelopmentMerged),
)
sides = st.sampled_from([None, "russia", "ukraine", "opposition"])
mistakes = st.builds(Mistake, st.sampled_from([0.0, 0.0, 0.1, 0.2, 0.4, 0.7, 1.0]))


def _others(slug: str) -> st.SearchStrategy[str]:
    """Sources that another may be the same as; of one nothing else is ever heard."""
    return st.sampled_from([other for other in (*SOURCES, "never-heard-of") if other != slug])


def _registrations(slug: str) -> st.SearchStrategy[Fact]:
    same_as = st.sampled_from([None, None, None]) | _others(slug)
    return st.builds(
        lambda side, other: SourceRegistered(slug, slug, SourceKind.OTHER, side, same_as=other), sides, same_as
    )


def _source_revisions(slug: str) -> st.SearchStrategy[Fact]:
    return st.one_of(
        sides.map(lambda side: SourceRevised(SourceChanges(affiliation=side))),
        (st.none() | _others(slug)).map(lambda other: SourceRevised(SourceChanges(same_as=other))),
    )


@st.composite
def tellings(draw: st.DrawFn) -> list[Telling]:
    """What is told, in the order of recording: minutes since the last, reported when, about what, which fact."""
    minutes = st.integers(-3, 10)
    told: list[Telling] = []
    for slug in SOURCES:
        if draw(st.sampled_from([True, True, True, False])):
            fact: Fact = draw(_registrations(slug))
            told.append((draw(minutes), draw(reported_times), source_id(slug), fact))
            # Any of these may have been reported before the registration, or register the source once more.
            changed = _source_revisions(slug)
            later = st.tuples(
                minutes, reported_times, st.just(source_id(slug)), changed | changed | _registrations(slug)
            )
            told += draw(st.lists(later, max_size=3))
    ids = IDS[: draw(st.integers(1, 4))]
    told += [(draw(minutes), draw(reported_times), id, draw(reports)) for id in ids]
    about = st.tuples(minutes, reported_times, st.sampled_from(ids), development_facts | mistakes)
    told += draw(st.lists(about, min_size=3, max_size=18))
    return told


@st.composite
def one_more(draw: st.DrawFn) -> Telling:
    """Anything more about any of them, or about who speaks."""
    slug = draw(st.sampled_from(SOURCES))
    about_source = st.one_of(_registrations(slug), _source_revisions(slug))
    if draw(st.integers(0, 4)) == 0:
        return draw(st.integers(-3, 10)), draw(reported_times), None, draw(mistakes)
    if draw(st.integers(0, 5)) == 0:
        return draw(st.integers(-3, 10)), draw(reported_times), source_id(slug), draw(about_source)
    fact = draw(st.one_of(reports, development_facts, development_facts, development_facts))
    return draw(st.integers(-3, 10)), draw(reported_times), draw(st.sampled_from(IDS)), fact


def tell(scene: Scene, told: list[Telling]) -> None:
    """Record it all; what could never make sense is refused and passed over."""
    for number, (minutes, reported_at, id, fact) in enumerate(told):
        scene.clock.advance(minutes=minutes)
        try:
            if isinstance(fact, Mistake):
                position = max(1, round(scene.head * (1 - fact.back)))
                id = scene.log.subjects([position])[position]
                fact = EntryVoided("Entered by mistake.", position=position)
            scene.log.record(Submission(id, reported_at, MessageId("//test", f"{scene.head}-{number}"), fact))
        except TimelineError:
            continue
