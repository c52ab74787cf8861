"""All pages of changes tell the same as one page of all, on both clocks and in both orders, whatever was told."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines import Engine
from tests.scenarios import BAKHMUT, GRAYVORON, KOZINKA, Scene, instant, open_scene, registered, reported
from tests.scenarios import fill as fill_scene
from tests.scenarios import given as account_given
from tests.soaking import examples
from tests.tellings import reported_times, tell, tellings
from timeline.domain.descriptions import SourceChanges
from timeline.domain.facts import DevelopmentMerged, SourceRevised
from timeline.domain.values import source_id
from timeline.domain.vocabulary import Status
from timeline.readmodel import changes as changes_module
from timeline.readmodel.changes import Change, Clock, Paging
from timeline.readmodel.differing import Order
from timeline.readmodel.filters import Filters

BEGIN, END = instant("1990-01-01"), instant("2030-01-01")
ORDERS = [(clock, order) for clock in Clock for order in Order]


def paged(
    scene: Scene, stretch: tuple[Any, Any], clock: Clock, order: Order, limit: int, **filters: Any
) -> list[Change]:
    """The changes of all pages."""
    found: list[Change] = []
    after = None
    while True:
        paging = Paging(order, after, limit)
        page = scene.reader.changes(*stretch, None, Filters(**filters), clock, paging=paging)
        assert len(page.changes) <= limit
        found += page.changes
        if page.ends is None:
            return found
        assert after is None or page.ends > after
        after = page.ends


def ids(changes: Any) -> list[Any]:
    return [one.entry.state.id for one in changes]


@pytest.fixture
def filled(engine: Engine) -> Iterator[Scene]:
    """Twenty developments, of which some were merged and one source came to stand on another side."""
    with open_scene(engine) as scene:
        scene.tell(registered("ru-mod", "russia"), "2022-01-01")
        scene.tell(registered("ua-mod", "ukraine"), "2022-01-01")
        fill_scene(scene, 20)
        scene.tell(reported("ru-mod", title="Capture"), "2023-05-20", BAKHMUT)
        scene.tell(account_given("ua-mod"), "2023-05-20", BAKHMUT)
        scene.tell(reported("ru-mod", title="Entry"), "2023-05-20", GRAYVORON)
        scene.tell(reported("legion", title="Kozinka"), "2023-05-20", KOZINKA)
        scene.clock.advance(days=1)
        scene.tell(DevelopmentMerged(KOZINKA, "The same."), "2023-05-22", GRAYVORON)
        scene.tell(SourceRevised(SourceChanges(affiliation="russia")), "2023-05-23", source_id("ua-mod"))
        yield scene


@pytest.mark.parametrize(("clock", "order"), ORDERS)
def test_pages_of_any_size_are_the_same_changes_in_the_same_order(filled: Scene, clock: Clock, order: Order) -> None:
    for stretch in (
        ((BEGIN, END), (instant("2023-05-21"), END)) if clock is Clock.REPORTED else ((0, filled.head), (26, 28))
    ):
        whole = paged(filled, stretch, clock, order, 1_000)

        assert whole
        assert len(set(ids(whole))) == len(whole)
        for limit in (1, 2, 7):
            assert paged(filled, stretch, clock, order, limit) == whole


@pytest.mark.parametrize("clock", Clock)
def test_what_changed_last_comes_first_in_the_one_order(filled: Scene, clock: Clock) -> None:
    stretch: Any = (BEGIN, END) if clock is Clock.REPORTED else (0, filled.head)
    newest = ids(paged(filled, stretch, clock, Order.NEWEST, 3))

    assert set(newest) == set(ids(paged(filled, stretch, clock, Order.TIMELINE, 3)))
    assert BAKHMUT in newest[:15]
    assert newest.index(BAKHMUT) < newest.index(KOZINKA)


@pytest.mark.parametrize("order", Order)
def test_a_source_that_changed_sides_changes_all_that_it_spoke_of(filled: Scene, order: Order) -> None:
    whole = paged(filled, (filled.head - 1, filled.head), Clock.RECORDED, order, 1_000)

    assert ids(whole) == [BAKHMUT]
    assert paged(filled, (filled.head - 1, filled.head), Clock.RECORDED, order, 1) == whole


@pytest.mark.parametrize(("clock", "order"), ORDERS)
@pytest.mark.parametrize(
    "filters",
    [
        {"fronts": frozenset(["bakhmut"])},
        {"fronts": frozenset(["nowhere"])},
        {"statuses": frozenset([Status.CLAIMED])},
        {"sources": frozenset(["ua-mod"])},
        {"text": "kozinka"},
        {"text": "development 1"},
        {"actors": frozenset(["Wagner"])},
        {"since": instant("2023-01-05"), "until": instant("2023-01-09")},
        {"box": (30.0, 40.0, 40.0, 50.0)},
    ],
    ids=str,
)
def test_filters_leave_of_the_changes_those_that_pass_them(
    filled: Scene, clock: Clock, order: Order, filters: Any
) -> None:
    stretch: Any = (BEGIN, END) if clock is Clock.REPORTED else (0, filled.head)
    whole = paged(filled, stretch, clock, order, 1_000)
    passing = [one for one in whole if Filters(**filters).pass_entry(one.entry.state, one.entry.statuses)]

    assert paged(filled, stretch, clock, order, 2, **filters) == passing


@pytest.mark.parametrize(("clock", "order"), ORDERS)
def test_a_page_ends_where_much_was_looked_at_and_nothing_is_left_out(
    filled: Scene, monkeypatch: pytest.MonkeyPatch, clock: Clock, order: Order
) -> None:
    stretch: Any = (BEGIN, END) if clock is Clock.REPORTED else (0, filled.head)
    whole = paged(filled, stretch, clock, order, 1_000)
    for limit in ("MAX_DEVELOPMENTS_COMPARED", "MAX_BATCHES_READ", "MAX_CAUSES_TOLD", "_FIRST_TOGETHER"):
        monkeypatch.setattr(changes_module, limit, 1)

    assert paged(filled, stretch, clock, order, 1_000) == whole
    pages = list(filled.reader.change_pages(*stretch, None, Filters(), clock))
    assert len(pages) > 3
    assert {*ids(one for page in pages for one in page.changes)} == {*ids(whole)}


@settings(max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck))
@given(tellings(), reported_times, reported_times, st.integers(0, 100), st.integers(0, 100), st.integers(1, 3))
def test_of_any_telling_all_pages_are_the_whole(
    tmp_path_factory: pytest.TempPathFactory,
    told: Any,
    one: datetime,
    other: datetime,
    share: int,
    second_share: int,
    limit: int,
) -> None:
    folder = tmp_path_factory.mktemp("pages")
    with open_scene(folder / "log.db") as scene:
        tell(scene, told)
        positions = sorted((share * scene.head // 100, second_share * scene.head // 100))
        for clock, order in ORDERS:
            stretch: Any = sorted((one, other)) if clock is Clock.REPORTED else positions
            whole = paged(scene, (*stretch,), clock, order, 1_000)

            assert paged(scene, (*stretch,), clock, order, limit) == whole
            assert len(set(ids(whole))) == len(whole)
            assert set(ids(whole)) == set(ids(paged(scene, (*stretch,), clock, Order.TIMELINE, 2)))
