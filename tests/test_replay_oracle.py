"""Replay against the naive oracle: whatever is told in whatever order, every cut gives what a plain fold gives."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings, target
from hypothesis import strategies as st

from tests import oracle
from tests.scenarios import NOW, Scene, open_scene
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
    Fact,
    SourceRegistered,
    SourceRevised,
)
from timeline.domain.moments import Occurred
from timeline.domain.values import Account, Actor, MessageId, Place, Tally, development_id_of, source_id
from timeline.domain.vocabulary import Aspect, Credibility, Kind, Nature, SourceKind, Stance, Verdict
from timeline.errors import TimelineError
from timeline.readmodel.cuts import WantedCuts
from timeline.wire.answers import timeline_answer

IDS = [development_id_of(f"test:{number}") for number in range(4)]
SOURCES = ["ru-mod", "wagner", "ua-mod", "legion", "outlet"]

MIDNIGHT = datetime(2023, 5, 10, tzinfo=NOW.tzinfo)
# Few days and hours, so that reports often share an instant and cuts often fall on one.
reported_times = st.builds(
    lambda day, hour: MIDNIGHT + timedelta(days=day, hours=hour), st.integers(0, 9), st.sampled_from([0, 0, 12])
)
moments = st.sampled_from(
    ["2023-05-12", "2023-05", "2022-11~/2023-05-15", "2023-05-14/..", "2023-05-16/", "../2023-05-13",
     "2023-05-18?", "2022"]
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
    "tags": st.sampled_from([(), ("city",)]),
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


@st.composite
def tellings(draw: st.DrawFn) -> list[tuple[int, datetime, Any, Fact]]:
    """What is told, in the order of recording: minutes since the last, reported when, about what, which fact."""
    minutes = st.integers(-3, 10)
    told: list[tuple[int, datetime, Any, Fact]] = []
    for slug in SOURCES:
        if draw(st.booleans()):
            fact: Fact = SourceRegistered(slug, slug, SourceKind.OTHER, draw(sides))
            told.append((draw(minutes), draw(reported_times), source_id(slug), fact))
            # Any of these may have been reported before the registration, or register the source once more.
            again = st.builds(SourceRegistered, st.just(slug), st.just(slug), st.just(SourceKind.OTHER), sides)
            changed = sides.map(lambda side: SourceRevised(SourceChanges(affiliation=side)))
            later = st.tuples(minutes, reported_times, st.just(source_id(slug)), changed | changed | again)
            told += draw(st.lists(later, max_size=3))
    ids = IDS[: draw(st.integers(1, 4))]
    told += [(draw(minutes), draw(reported_times), id, draw(reports)) for id in ids]
    about = st.tuples(minutes, reported_times, st.sampled_from(ids), development_facts)
    told += draw(st.lists(about, min_size=3, max_size=18))
    return told


def tell(scene: Scene, told: list[tuple[int, datetime, Any, Fact]]) -> None:
    """Record it all; what could never make sense is refused and passed over."""
    for number, (minutes, reported_at, id, fact) in enumerate(told):
        scene.clock.advance(minutes=minutes)
        try:
            scene.log.record(Submission(id, reported_at, MessageId("//test", f"{scene.head}-{number}"), fact))
        except TimelineError:
            continue


def answer(scene: Scene, wanted: WantedCuts) -> dict[str, Any]:
    return timeline_answer(scene.reader.timeline(wanted))


def sides_of(scene: Scene, known_at: datetime, position: int) -> dict[str, str | None]:
    """Each registered source and the side that it stood on."""
    _, entries = scene.reader.sources(WantedCuts(known_at, known_at, position))
    return {entry.source.slug: entry.source.affiliation for entry in entries if entry.registered}


cuts = st.lists(st.tuples(reported_times, reported_times, st.integers(0, 100)), min_size=3, max_size=6)


@settings(max_examples=100, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(tellings(), cuts)
def test_every_cut_gives_what_a_plain_fold_of_the_events_gives(told: Any, triples: Any) -> None:
    with tempfile.TemporaryDirectory() as folder, open_scene(Path(folder) / "oracle.db") as scene:
        tell(scene, told)
        events = scene.get("/events", limit=1_000)["items"]
        target(float(len(events)))
        latest = MIDNIGHT + timedelta(days=30)

        for as_of, known_at, share in [*triples, (latest, latest, 100)]:
            position = scene.head * share // 100
            found = answer(scene, WantedCuts(as_of, known_at, position))

            assert found["items"] == oracle.timeline(events, as_of, known_at, position)
            assert sides_of(scene, known_at, position) == oracle.sides(events, known_at, position)
            assert found["recorded_at"]["position"] == position


@settings(max_examples=30, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(tellings(), tellings(), cuts)
def test_an_answer_with_a_fixed_recorded_cut_is_byte_identical_for_ever(before: Any, after: Any, triples: Any) -> None:
    with tempfile.TemporaryDirectory() as folder, open_scene(Path(folder) / "oracle.db") as scene:
        tell(scene, before)
        positions = {share: max(1, scene.head * share // 100) for _, _, share in triples}
        wanted = [WantedCuts(as_of, known_at, positions[share]) for as_of, known_at, share in triples]
        wanted += [WantedCuts(None, None, scene.head), WantedCuts(None, triples[0][1], scene.head)]
        first = [msgspec.json.encode(answer(scene, one)) for one in wanted]

        scene.clock.advance(days=3)
        tell(scene, after)

        assert [msgspec.json.encode(answer(scene, one)) for one in wanted] == first
