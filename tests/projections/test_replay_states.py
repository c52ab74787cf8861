"""Whatever is appended in whatever order, on either engine, every (D, K, R) gives what a naive fold gives.

Beside that, at any moment: rows that are built anew are the rows that came event by event; what the rows tell by
themselves is what the whole of the developments tells; and counts and changes are those of the timelines.
"""

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
from tests.projections.tables import all_rows
from tests.scenarios import Scene, open_scene
from tests.soaking import examples as soaked
from tests.tellings import MIDNIGHT, Telling, one_more, reported_times, tell, tellings
from timeline.domain.moments import Occurred
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.density import Bucket
from timeline.readmodel.filters import Filters
from timeline.wire.answers import density as density_json
from timeline.wire.answers import timeline_answer

LATEST = MIDNIGHT + timedelta(days=30)
cut_times = st.one_of(reported_times, st.just(LATEST))


class Replays(RuleBasedStateMachine):
    """A log that is told things, and asked what was known."""

    scene: Scene
    open_engine: Any

    @initialize(told=tellings())
    def begin(self, told: list[Telling]) -> None:
        self.stack = ExitStack()
        self.scene = self.stack.enter_context(open_scene(self.stack.enter_context(self.open_engine())))
        tell(self.scene, told)

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            with self.stack:
                self.rebuilt_rows_are_the_rows_that_came_one_by_one()

    @rule(told=st.lists(one_more(), min_size=1, max_size=4))
    def something_is_told(self, told: list[Telling]) -> None:
        tell(self.scene, told)

    @rule()
    def the_rows_are_brought_up_to_date(self) -> None:
        self.scene.runner.catch_up()

    @rule(as_of=cut_times, known_at=cut_times, share=st.integers(0, 100))
    def a_cut_is_asked_for(self, as_of: datetime, known_at: datetime, share: int) -> None:
        position = self.scene.head * share // 100
        events = self.scene.get("/events", limit=1_000)["items"]
        wanted = WantedCuts(as_of, known_at, position)

        answer = self.scene.reader.timeline(wanted)
        _, rows = self.scene.reader.rows(wanted)

        assert timeline_answer(answer)["items"] == oracle.timeline(events, as_of, known_at, position)
        assert [(row.id, row.title, row.occurred, row.front, row.kind) for row in rows] == [
            (one.state.id, told.title, told.occurred, told.front, told.kind)
            for one in answer.entries
            for told in [one.state.described]
        ]
        assert [(row.statuses, row.withdrawn) for row in rows] == [
            (one.statuses, one.state.retracted) for one in answer.entries
        ]

    @rule(as_of=cut_times, known_at=cut_times, share=st.sampled_from([50, 100, 100]), bucket=st.sampled_from(Bucket))
    def the_developments_are_counted(self, as_of: datetime, known_at: datetime, share: int, bucket: Bucket) -> None:
        wanted = WantedCuts(as_of, known_at, self.scene.head * share // 100)
        entries = self.scene.reader.timeline(wanted).entries

        _, fronts = self.scene.reader.fronts(wanted)
        _, density = self.scene.reader.density(wanted, bucket)
        _, sources = self.scene.reader.sources(wanted)

        counted = Counter((one.state.described.front, one.status) for one in entries)
        assert {(front.slug, status): count for front in fronts for status, count in front.counts.items()} == counted
        in_buckets: Counter[Any] = Counter()
        placed: Counter[Any] = Counter()
        for item in density_json(density)["items"]:
            in_buckets[item["front"], item["status"]] += item["developments"]
            placed[item["front"], item["status"]] += item["placed"]
        assert in_buckets == counted
        assert +placed == Counter(
            (one.state.described.front, one.status) for one in entries if day_is_known(one.state.described.occurred)
        )
        events = self.scene.get("/events", limit=1_000)["items"]
        assert {one.source.slug: (one.accounts, one.in_force) for one in sources if one.accounts} == oracle.accounts(
            events, known_at, wanted.recorded_at
        )

    @rule(since=reported_times, until=reported_times)
    def changes_are_those_between_two_timelines(self, since: datetime, until: datetime) -> None:
        since, until = sorted((since, until))
        before, after = (
            {one.state.id: one for one in self.scene.reader.timeline(WantedCuts(LATEST, known_at)).entries}
            for known_at in (since, until)
        )

        found = self.scene.reader.changes(since, until, None, Filters()).changes

        def shown(entry: Any) -> Any:
            return entry and not entry.state.retracted and (entry.state.description, entry.statuses)

        expected = {id for id in {**before, **after} if shown(before.get(id)) != shown(after.get(id))}
        assert {one.entry.state.id for one in found} == {
            id for id in expected if shown(before.get(id)) or shown(after.get(id))
        }

    def rebuilt_rows_are_the_rows_that_came_one_by_one(self) -> None:
        before = all_rows(self.scene.runner.catch_up())
        self.scene.runner.rebuild()
        after = all_rows(self.scene.runner.catch_up())

        assert after == before


def day_is_known(occurred: Occurred) -> bool:
    """Whether it can have begun on one day only; none of these ends before the last on which it may have begun."""
    start = occurred.start
    return bool(start.earliest and start.latest and start.earliest.date() == start.latest.date())


@pytest.mark.parametrize(("name", "examples"), [("sqlite", 25), ("postgres", 10)])
def test_every_cut_of_every_history_is_what_a_naive_fold_gives(
    name: str, examples: int, make_engine: NewEngine
) -> None:
    class Machine(Replays):
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
