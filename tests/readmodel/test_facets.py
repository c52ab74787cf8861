"""Facets: at any cuts and for any filters each count is what counting the developments of the timeline gives."""

from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from msgspec import structs

from tests.conftest import NewEngine
from tests.scenarios import Scene, open_scene
from tests.soaking import examples as soaked
from tests.tellings import IDS, MIDNIGHT, Telling, one_more, reported_times, tell, tellings
from timeline.domain.history import Cuts
from timeline.domain.vocabulary import Kind, Status
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.entries import Entry
from timeline.readmodel.facets import Facet
from timeline.readmodel.filters import Filters
from timeline.readmodel.looking import around_months
from timeline.readmodel.rows import Window
from timeline.readmodel.versions import ALWAYS

LATEST = MIDNIGHT + timedelta(days=60)
cut_times = st.one_of(reported_times, st.just(LATEST))
ends = st.none() | st.sampled_from(
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(2022, 1, 1, tzinfo=UTC),
        datetime(2022, 12, 31, 12, tzinfo=UTC),
        datetime(2023, 5, 1, tzinfo=UTC),
        datetime(2023, 5, 14, tzinfo=UTC),
        datetime(2023, 5, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2023, 6, 1, tzinfo=UTC),
    ]
)


def some(*values: Any) -> st.SearchStrategy[frozenset[Any]]:
    return st.just(frozenset()) | st.frozensets(st.sampled_from(values))


def often(values: st.SearchStrategy[frozenset[Any]]) -> st.SearchStrategy[frozenset[Any]]:
    """Mostly nothing, so that a question with very many filters still finds something."""
    return st.sampled_from([False, False, False, True]).flatmap(lambda asks: values if asks else st.just(frozenset()))


filters_asked = st.builds(
    Filters,
    fronts=some("bakhmut", "kherson", "unheard-of"),
    kinds=some(Kind.CAPTURE, Kind.ENTRY, Kind.STRIKE),
    statuses=some(Status.CLAIMED, Status.DISPUTED, Status.RETRACTED, Status.CORROBORATED),
    actors=some("Wagner", "Nobody of that name"),
    sources=some("wagner", "ua-mod", "outlet"),
    text=st.sampled_from([None, None, None, "one", "said so", "!"]),
    box=st.sampled_from([None, None, None, (30.0, 40.0, 40.0, 50.0), (170.0, -10.0, 33.0, 50.0)]),
    since=ends,
    until=ends,
    tags=often(some("city", "river", "no such tag")),
    places=often(some("Bakhmut", "Kherson", "Nowhere")),
    languages=often(some("ru", "uk", "en")),
    external_ids=often(some("test:0", "test:1", "other:1")),
    ids=often(some(*IDS[:2])),
)

VALUES = {
    "statuses": lambda entry: {str(entry.status)},
    "fronts": lambda entry: {entry.state.described.front},
    "kinds": lambda entry: {str(entry.state.described.kind)},
    "actors": lambda entry: {actor.name for actor in entry.state.described.actors},
    "sources": lambda entry: {given.account.source for given in entry.state.accounts},
}


def counted(entries: tuple[Entry, ...], facet: str) -> Counter[str]:
    return Counter(value for entry in entries for value in VALUES[facet](entry))


def told(found: tuple[Facet, ...]) -> dict[str, int | None]:
    return {facet.value: facet.count for facet in found if facet.count != 0}


class Questions(RuleBasedStateMachine):
    """A log that is told things, and asked how many pass."""

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

    @rule()
    def the_rows_are_built_anew(self) -> None:
        self.scene.runner.rebuild()

    @rule(as_of=cut_times, known_at=cut_times, share=st.sampled_from([50, 90, 100, 100, 100]), filters=filters_asked)
    def facets_are_what_counting_the_timeline_gives(
        self, as_of: datetime, known_at: datetime, share: int, filters: Filters
    ) -> None:
        wanted = WantedCuts(as_of, known_at, self.scene.head * share // 100)

        _, found = self.scene.reader.facets(wanted, filters)

        assert found.total == len(self.scene.reader.timeline(wanted, filters).entries)
        for facet in VALUES:
            others = structs.replace(filters, **{facet: frozenset()})
            assert told(getattr(found, facet)) == counted(self.scene.reader.timeline(wanted, others).entries, facet)
            assert {str(value) for value in getattr(filters, facet)} <= {one.value for one in getattr(found, facet)}

    @rule(as_of=cut_times, known_at=cut_times, share=st.sampled_from([50, 100]), filters=filters_asked)
    def where_only_little_is_looked_at_nothing_wrong_is_told(
        self, as_of: datetime, known_at: datetime, share: int, filters: Filters
    ) -> None:
        wanted = WantedCuts(as_of, known_at, self.scene.head * share // 100)

        _, whole = self.scene.reader.facets(wanted, filters)
        _, found = self.scene.reader.facets(wanted, filters, enough=1)

        for facet in VALUES:
            counts = told(getattr(found, facet))
            assert counts == told(getattr(whole, facet)) or set(counts.values()) <= {None}


@pytest.mark.parametrize(("name", "examples"), [("sqlite", 20), ("postgres", 8)])
def test_facets_are_what_counting_the_timeline_gives(name: str, examples: int, make_engine: NewEngine) -> None:
    class Machine(Questions):
        open_engine = staticmethod(lambda: make_engine(name))

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=soaked(examples),
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_what_nobody_says_when_it_began_is_counted_once_although_the_window_ends_with_the_first_moment_of_all() -> None:
    first = datetime(1, 1, 1, tzinfo=UTC)
    months, stretches = around_months(Window(Cuts(first, first, 1), (1,), Filters(until=first)))

    assert 0 in months
    assert all(since > ALWAYS for _, since, _ in stretches)
