"""Pages of actors and sources: what they tell at any cuts is what counting the developments of the timeline gives."""

from collections import Counter
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests import oracle
from tests.conftest import NewEngine
from tests.engines import Engine
from tests.scenarios import BAKHMUT, GRAYVORON, KOZINKA, Scene, given, open_scene, registered, reported
from tests.soaking import examples as soaked
from tests.tellings import MIDNIGHT, SOURCES, Telling, one_more, reported_times, tell, tellings
from timeline.domain.descriptions import DescriptionChanges, SourceChanges
from timeline.domain.facts import AccountWithdrawn, DevelopmentRevised, SourceRevised
from timeline.domain.values import Actor, source_id
from timeline.domain.vocabulary import Aspect, Kind, Nature, Reliability, Stance, Status
from timeline.errors import NothingKnown
from timeline.readmodel.cuts import WantedCuts

LATEST = MIDNIGHT + timedelta(days=60)
cut_times = st.one_of(reported_times, st.just(LATEST))
shares = st.sampled_from([50, 100, 100])


class Pages(RuleBasedStateMachine):
    """A log that is told things, and asked about those who take part and who speak."""

    scene: Scene
    open_engine: Any

    @initialize(told=tellings())
    def begin(self, told: list[Telling]) -> None:
        self.stack = ExitStack()
        self.scene = self.stack.enter_context(open_scene(self.stack.enter_context(self.open_engine())))
        tell(self.scene, told)

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.stack.close()

    @rule(told=st.lists(one_more(), min_size=1, max_size=4))
    def something_is_told(self, told: list[Telling]) -> None:
        tell(self.scene, told)

    @rule(as_of=cut_times, known_at=cut_times, share=shares)
    def actors_are_those_of_the_timeline(self, as_of: datetime, known_at: datetime, share: int) -> None:
        wanted = WantedCuts(as_of, known_at, self.scene.head * share // 100)
        entries = self.scene.reader.timeline(wanted).entries

        _, found = self.scene.reader.actors(wanted)

        names = Counter(name for one in entries for name in {actor.name for actor in one.state.described.actors})
        roles = Counter(pair for one in entries for pair in {(a.name, a.role) for a in one.state.described.actors})
        assert {actor.name: actor.developments for actor in found} == names
        assert {(actor.name, role): count for actor in found for role, count in actor.roles.items()} == roles
        for actor in found:
            _, record = self.scene.reader.actor_record(actor.name, wanted)
            _, by_rows = self.scene.reader.actor_record(actor.name, wanted, enough=0)
            own = [one for one in entries if actor.name in {a.name for a in one.state.described.actors}]

            assert (record.actor, record.complete, record.covered) == (actor, True, len(own))
            assert record.fronts == by_rows.fronts == Counter(one.state.described.front for one in own)
            assert record.kinds == Counter(one.state.described.kind for one in own)
            assert record.statuses == Counter(one.status for one in own)
            assert record.together == Counter(
                name for one in own for name in {a.name for a in one.state.described.actors} - {actor.name}
            )

    @rule(known_at=cut_times, share=shares, slug=st.sampled_from(SOURCES))
    def the_record_of_a_source_is_that_of_its_accounts(self, known_at: datetime, share: int, slug: str) -> None:
        wanted = WantedCuts(LATEST + timedelta(days=400), known_at, self.scene.head * share // 100)
        entries = self.scene.reader.timeline(wanted).entries
        events = self.scene.get("/events", limit=1_000)["items"]
        counted = oracle.accounts(events, known_at, wanted.recorded_at).get(slug, (0, 0))
        try:
            _, record = self.scene.reader.source_record(slug, wanted)
        except NothingKnown:
            assert counted == (0, 0)
            return
        assert self.scene.reader.source_record(slug, wanted, count_all=False)[1] == record

        fared: Counter[Any] = Counter()
        for one in entries:
            own = [given.account.stance for given in one.state.accounts if given.account.source == slug]
            asserted = {aspect for stance in own for aspect, said in stance.items() if said is Stance.ASSERTS}
            fared.update((aspect, one.statuses[aspect]) for aspect in asserted)
        assert {(aspect, status): n for aspect, told in record.fared.items() for status, n in told.items()} == fared
        assert (record.accounts, record.in_force) == counted
        assert (record.covered, record.covered - record.withdrawn, record.complete) == (*counted, True)
        assert record.source.affiliation == oracle.sides(events, known_at, wanted.recorded_at).get(slug)


@pytest.mark.parametrize(("name", "examples"), [("sqlite", 14), ("postgres", 5)])
def test_pages_of_actors_and_sources_tell_what_the_timeline_tells(
    name: str, examples: int, make_engine: NewEngine
) -> None:
    class Machine(Pages):
        open_engine = staticmethod(lambda: make_engine(name))

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=soaked(examples),
            stateful_step_count=10,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_an_actor_with_two_roles_in_one_development_takes_part_in_it_once(engine: Engine) -> None:
    with open_scene(engine) as scene:
        both = (Actor("Wagner", "attacker"), Actor("Wagner", "claimant"), Actor("Guard", "defender"))
        scene.tell(reported(actors=both))
        scene.tell(reported(actors=both[1:], front="kherson"), id=KOZINKA)

        _, (guard, wagner) = scene.reader.actors(WantedCuts())
        _, record = scene.reader.actor_record("Wagner", WantedCuts())

    assert (guard.name, guard.developments, guard.roles) == ("Guard", 2, {"defender": 2})
    assert (wagner.developments, wagner.roles) == (2, {"claimant": 2, "attacker": 1})
    assert (record.fronts, record.together) == ({"bakhmut": 1, "kherson": 1}, {"Guard": 2})


def test_an_actor_whom_a_revision_takes_out_no_longer_takes_part(scene: Scene) -> None:
    scene.tell(reported(actors=(Actor("Wagner", "attacker"),)))
    scene.tell(DevelopmentRevised(DescriptionChanges(actors=()), Nature.CORRECTION), "2023-05-23")

    assert scene.reader.actors(WantedCuts())[1] == ()
    with pytest.raises(NothingKnown, match="Wagner"):
        scene.reader.actor_record("Wagner", WantedCuts())


def test_where_many_take_part_the_record_tells_how_far_back_it_goes(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timeline.readmodel.actors.FEW", 0)
    wagner = (Actor("Wagner", "attacker"),)
    scene.tell(reported(actors=wagner, occurred="2023-05-20"))
    scene.tell(reported(actors=wagner, occurred="2023-02", kind=Kind.ENTRY), id=GRAYVORON)
    scene.tell(reported(actors=wagner, occurred="2022-01"), id=KOZINKA)

    _, record = scene.reader.actor_record("Wagner", WantedCuts(), enough=2)
    _, whole = scene.reader.actor_record("Wagner", WantedCuts(), enough=3)

    assert (record.actor.developments, record.covered, record.complete) == (3, 2, False)
    assert record.kinds == {Kind.CAPTURE: 1, Kind.ENTRY: 1}
    assert record.since is not None
    assert f"{record.since:%Y-%m}" <= "2023-02"
    assert (whole.covered, whole.complete, whole.since) == (3, True, None)


def test_the_record_of_a_source_tells_what_it_was_registered_as_and_how_its_claims_fared(engine: Engine) -> None:
    with open_scene(engine) as scene:
        scene.tell(registered("ru-mod", "russia"), "2023-01-01")
        revised = SourceRevised(SourceChanges(reliability=Reliability.UNRELIABLE), "Too much was made up.")
        scene.tell(revised, "2023-05-30", source_id("ru-mod"))
        scene.tell(reported("ru-mod"), "2023-05-20")
        scene.tell(given("ua-mod", "denies"), "2023-05-21")
        scene.tell(reported("ru-mod"), "2023-05-22", GRAYVORON)
        scene.tell(AccountWithdrawn("ru-mod"), "2023-05-23", GRAYVORON)
        scene.tell(reported("ua-mod"), "2023-05-23", KOZINKA)
        scene.tell(given("ru-mod", "denies", extent="concedes"), "2023-05-24", KOZINKA)

        _, record = scene.reader.source_record("ru-mod", WantedCuts())
        _, latest = scene.reader.source_record("ru-mod", WantedCuts(), most=1)
        _, uncounted = scene.reader.source_record("ru-mod", WantedCuts(), most=1, count_all=False)

    assert [step.source.reliability for step in record.history] == [
        Reliability.CANNOT_BE_JUDGED,
        Reliability.UNRELIABLE,
    ]
    assert record.history[-1].reason == "Too much was made up."
    assert (record.accounts, record.in_force, record.withdrawn, record.complete) == (3, 2, 1, True)
    assert record.stances == {
        Aspect.OCCURRENCE: {Stance.ASSERTS: 2, Stance.DENIES: 1},
        Aspect.EXTENT: {Stance.CONCEDES: 1},
    }
    assert record.fared == {Aspect.OCCURRENCE: {Status.DISPUTED: 1, Status.RETRACTED: 1}}
    assert record.first_reported_at
    assert f"{record.first_reported_at:%m-%d}" == "05-20"
    assert record.last_reported_at
    assert f"{record.last_reported_at:%m-%d}" == "05-24"
    assert (latest.covered, latest.complete, latest.accounts, latest.fared) == (1, False, 3, {})
    assert (uncounted.covered, uncounted.accounts, uncounted.in_force) == (1, None, None)


def test_of_a_source_that_nobody_heard_of_nothing_is_known(scene: Scene) -> None:
    scene.tell(reported(), id=BAKHMUT)

    with pytest.raises(NothingKnown, match="nobody"):
        scene.reader.source_record("nobody", WantedCuts())
    with pytest.raises(NothingKnown, match="nobody"):
        scene.reader.source_record("nobody", WantedCuts(), count_all=False)
