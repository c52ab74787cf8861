"""Filters by tag, place, language, external id and id: at any cuts they leave what a naive filter leaves."""

from collections import Counter
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from msgspec import structs

from tests.conftest import NewEngine
from tests.scenarios import Scene, open_scene
from tests.soaking import examples as soaked
from tests.tellings import IDS, MIDNIGHT, Telling, one_more, reported_times, reports, tell, tellings
from timeline.domain.moments import format_instant
from timeline.readmodel.changes import Clock
from timeline.readmodel.filters import Filters
from timeline.readmodel.sorts import Sort

LATEST = MIDNIGHT + timedelta(days=60)
cut_times = st.one_of(reported_times, st.just(LATEST))
shares = st.sampled_from([50, 90, 100, 100])
queries = st.fixed_dictionaries(
    {},
    optional={
        "tag": st.lists(st.sampled_from(["city", "river", "no such tag"]), min_size=1, max_size=2),
        "place": st.lists(st.sampled_from(["Bakhmut", "Kherson", "bakhmut"]), min_size=1, max_size=2),
        "language": st.lists(st.sampled_from(["ru", "uk", "en"]), min_size=1, max_size=2),
        "external_id": st.lists(st.sampled_from(["test:0", "test:1", "none:1"]), min_size=1, max_size=2),
        "id": st.lists(st.sampled_from([str(IDS[0]), str(IDS[1]), "test:2"]), min_size=1, max_size=2),
        "front": st.just(["bakhmut"]),
        "kind": st.just(["capture"]),
        "actor": st.just(["Wagner"]),
    },
).filter(bool)


def passes(item: Any, query: dict[str, list[str]]) -> bool:
    """Whether an item of a whole answer has any of the values that each filter names."""
    names = {name: str(id) for name, id in zip(("test:0", "test:1", "test:2", "test:3"), IDS, strict=True)}
    own = {
        "tag": set(item["tags"]),
        "place": {item["place"]["name"]} if item["place"] else set(),
        "language": {item["language"]},
        "external_id": {item["external_id"]},
        "id": {item["id"]},
        "front": {item["front"]},
        "kind": {item["kind"]},
        "actor": {actor["name"] for actor in item["actors"]},
    }
    return all(own[name] & {names.get(one, one) if name == "id" else one for one in query[name]} for name in query)


BY = {
    "first_reported": lambda item: datetime.fromisoformat(item["first_reported_at"]),
    "first_position": lambda item: min(account["position"] for account in item["accounts"]),
}
"""Column of the rows -> what it holds, as an item tells it."""


class Readers(RuleBasedStateMachine):
    """A log that is told things, and asked for some of them."""

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

    @rule(reported_at=reported_times, number=st.integers(0, 3), key=st.integers(0, 2), report=reports)
    def something_has_an_external_id(self, reported_at: datetime, number: int, key: int, report: Any) -> None:
        told = structs.replace(report, description=structs.replace(report.description, external_id=f"test:{key}"))
        tell(self.scene, [(1, reported_at, IDS[number], told)])

    @rule()
    def the_rows_are_built_anew(self) -> None:
        self.scene.runner.rebuild()

    @rule(as_of=cut_times, known_at=cut_times, share=shares, query=queries)
    def a_filtered_answer_is_what_a_naive_filter_leaves(
        self, as_of: datetime, known_at: datetime, share: int, query: dict[str, list[str]]
    ) -> None:
        position = self.scene.head * share // 100
        cuts = {"as_of": format_instant(as_of), "known_at": format_instant(known_at), "recorded_at": position}
        expected = [item for item in self.scene.get("/timeline", **cuts)["items"] if passes(item, query)]

        assert self.scene.get("/timeline", **cuts, **query)["items"] == expected
        assert self.pages(**cuts, **query) == expected
        density = self.scene.get("/density", bucket="month", **cuts, **query)["items"]
        assert sum(one["developments"] for one in density) == len(expected)
        lines = self.scene.raw("/exports/ndjson", **cuts, **query).splitlines()
        assert sum(b'"first_reported_at"' in line for line in lines) == len(expected)

    @rule(
        as_of=cut_times,
        known_at=cut_times,
        share=shares,
        query=st.just({}) | queries,
        sort=st.sampled_from(Sort),
        told=st.lists(one_more(), max_size=3),
    )
    def pages_in_any_order_are_the_whole_in_that_order_whatever_is_told_meanwhile(
        self, as_of: datetime, known_at: datetime, share: int, query: dict[str, Any], sort: Sort, told: list[Telling]
    ) -> None:
        position = self.scene.head * share // 100
        cuts = {"as_of": format_instant(as_of), "known_at": format_instant(known_at), "recorded_at": position}
        items = [item for item in self.scene.get("/timeline", **cuts)["items"] if passes(item, query)]
        if sort.column != "start_at":
            items.sort(key=lambda item: (BY[sort.column](item), item["id"]))
        if sort.is_backwards:
            items.reverse()
        first = self.scene.get("/timeline", limit=1, sort=sort.value, **cuts, **query)
        tell(self.scene, told)

        assert self.pages(sort=sort.value, **cuts, **query) == items
        assert first["items"] == items[:1]
        if first["next_cursor"]:
            rest = self.scene.get("/timeline", sort=sort.value, cursor=first["next_cursor"], **query)
            assert rest["items"] == items[1:]

    @rule(
        as_of=cut_times, known_at=cut_times, share=shares, query=st.just({}) | queries, q=st.sampled_from(["", "one"])
    )
    def names_are_counted_as_in_the_timeline(
        self, as_of: datetime, known_at: datetime, share: int, query: dict[str, Any], q: str
    ) -> None:
        position = self.scene.head * share // 100
        cuts = {"as_of": format_instant(as_of), "known_at": format_instant(known_at), "recorded_at": position}
        query = {**query, "q": q} if q else query
        items = self.scene.get("/timeline", **cuts, **query)["items"]
        places = Counter(item["place"]["name"] for item in items if item["place"])
        actors = Counter(name for item in items for name in {one["name"] for one in item["actors"]})
        roles = Counter((one["name"], one["role"]) for item in items for one in item["actors"])

        for path, counts in (("/actors", actors), ("/places", places)):
            found = self.pages(path, **cuts, **query)
            expected = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
            assert [(one["name"], one["developments"]) for one in found] == expected
            assert self.scene.get(path, **cuts, **query)["total"] == len(expected)
        told = {(one["name"], role): count for one in self.pages("/actors", **cuts, **query)
                for role, count in one["roles"].items()}  # fmt: skip
        assert told == roles

    def pages(self, path: str = "/timeline", **query: Any) -> list[Any]:
        """The same, one by one."""
        found, cursor = [], {}
        while True:
            answer = self.scene.get(path, limit=1, **query, **cursor)
            found += answer["items"]
            if answer["next_cursor"] is None:
                return found
            cursor = {"cursor": answer["next_cursor"]}

    @rule(since=cut_times, until=cut_times, query=queries, clock=st.sampled_from(Clock))
    def filtered_changes_are_those_of_the_whole_that_pass(
        self, since: datetime, until: datetime, query: dict[str, list[str]], clock: Clock
    ) -> None:
        moments: list[Any] = sorted([since, until])
        if clock is Clock.RECORDED:
            moments = [self.scene.head // 2, self.scene.head]
        some = {name: values for name, values in query.items() if name in ("tag", "place", "language", "external_id")}
        fields = {"tag": "tags", "place": "places", "language": "languages", "external_id": "external_ids"}
        filters = Filters(**{fields[name]: frozenset(values) for name, values in some.items()})

        found = self.scene.reader.changes(*moments, None, filters, clock).changes
        whole = self.scene.reader.changes(*moments, None, Filters(), clock).changes

        expected = [one for one in whole if filters.pass_entry(one.entry.state, one.entry.statuses)]
        assert [one.entry.state.id for one in found] == [one.entry.state.id for one in expected]


@pytest.mark.parametrize(("name", "examples"), [("sqlite", 15), ("postgres", 5)])
def test_a_filtered_answer_is_what_a_naive_filter_leaves(name: str, examples: int, make_engine: NewEngine) -> None:
    class Machine(Readers):
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


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"tag": ""}, "tag"), ({"place": "a" * 201}, "place"), ({"language": "!"}, "language"),
        ({"external_id": "no-colon"}, "external_id"), ({"id": "no id"}, "id"), ({"tag": "a\x00"}, "tag"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "path", ["/timeline", "/changes?since=2023-01-01&until=2023-02-01", "/changes.atom", "/density", "/exports/csv"]
)
def test_what_a_filter_can_not_mean_is_refused_by_name(scene: Scene, path: str, query: Any, field: str) -> None:
    path, _, more = path.partition("?")
    given = dict(part.split("=") for part in more.split("&") if part)
    problem = scene.get(path, expect=422, **given, **query)

    assert [error["field"].split(".")[0] for error in problem["errors"]] == [field]
