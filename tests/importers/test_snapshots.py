"""Releases of a data set may arrive in any order: at every moment the one that was in force then is what is known."""

import tempfile
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as given_that
from hypothesis import settings
from hypothesis import strategies as st

from tests.scenarios import FakeClock, Scene, account, described, given, open_scene
from tests.soaking import examples
from timeline.domain.moments import format_instant
from timeline.domain.values import Tally, development_id_of
from timeline.importers.snapshots import Bringing, Held, Release, seal

Rows = dict[str, int]
"""What a release holds: an id and its number."""

TIMES = [datetime(2019 + n, 6, 1, tzinfo=UTC) for n in range(4)]


def release(number: int, whole: bool = True) -> Release:
    return Release("data", TIMES[number], whole)


def held(value: int) -> Held:
    return Held(described(tallies={"deaths": Tally(best=value)}), (account("data"),))


def external(description: Held, id: str) -> Held:
    from msgspec import structs

    return Held(structs.replace(description.description, external_id=f"data:{id}"), description.accounts)


def bring_in(scene: Scene, number: int, rows: Rows, *, whole: bool = True, broken_off_after: int | None = None) -> int:
    """Import a release; how many events that took."""
    told = {f"data:{id}": external(held(value), id) for id, value in rows.items()}
    bringing = Bringing(release(number, whole), scene.log)
    wanted = [one for _, one in (*bringing.rows(told), *bringing.missing(told))]
    outcomes = scene.log.record_all(wanted[:broken_off_after])
    assert all(not isinstance(one, Exception) for one in outcomes)
    if broken_off_after is None:
        scene.log.record(seal(release(number, whole), len(rows), "0a" * 32))
    return len(wanted)


def known(scene: Scene, at: datetime, recorded_at: int | None = None) -> Rows:
    """What is known of the data set at a moment."""
    cut = {} if recorded_at is None else {"recorded_at": recorded_at}
    items = scene.get("/timeline", known_at=format_instant(at), as_of="2030-01-01", limit=1_000, **cut)["items"]
    return {one["external_id"][5:]: one["tallies"]["deaths"]["best"] for one in items if not one["retracted"]}


@pytest.fixture
def late(scene: Scene) -> Scene:
    scene.clock.set("2026-01-01")
    return scene


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_value_that_went_5_6_5_reads_so_in_whatever_order_it_arrives(late: Scene, order: tuple[int, ...]) -> None:
    values = [5, 6, 5]
    for number in order:
        bring_in(late, number, {"x": values[number]})

    assert [known(late, at)["x"] for at in TIMES[:3]] == values


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_an_id_that_a_later_release_had_dropped_stays_dropped(late: Scene, order: tuple[int, ...]) -> None:
    rows: list[Rows] = [{"x": 1, "y": 2}, {"x": 1, "y": 2, "z": 3}, {"x": 1}]
    for number in order:
        bring_in(late, number, rows[number])

    assert [known(late, at) for at in TIMES[:3]] == rows


def test_each_earlier_audit_cut_still_gives_what_the_log_held_then(late: Scene) -> None:
    bring_in(late, 2, {"x": 5})
    before = late.head
    bring_in(late, 1, {"x": 6, "y": 1})

    assert known(late, TIMES[1], before) == {}
    assert known(late, TIMES[2], before) == {"x": 5}
    assert known(late, TIMES[1]) == {"x": 6, "y": 1}
    assert known(late, TIMES[2]) == {"x": 5}
    reasons = {one["data"].get("reason") for one in late.get("/events", after=before)["items"]}
    assert "No longer in data as published on 2021-06-01" in reasons


def test_the_same_release_again_changes_nothing(late: Scene) -> None:
    bring_in(late, 0, {"x": 5, "y": 1})

    assert bring_in(late, 0, {"x": 5, "y": 1}) == 0


def test_a_release_that_is_not_whole_takes_nothing_away(late: Scene) -> None:
    bring_in(late, 0, {"x": 5, "y": 1})
    bring_in(late, 1, {"x": 6}, whole=False)

    assert known(late, TIMES[1]) == {"x": 6, "y": 1}


def test_an_entry_that_comes_back_is_there_again(late: Scene) -> None:
    for number, rows in enumerate([{"x": 5}, {}, {"x": 5}]):
        bring_in(late, number, rows)

    assert [known(late, at) for at in TIMES[:3]] == [{"x": 5}, {}, {"x": 5}]


def test_what_others_said_of_an_entry_stays(late: Scene) -> None:
    bring_in(late, 0, {"x": 5})
    late.tell(given("ua-mod", "denies"), "2019-07-01", development_id_of("data:x"))
    bring_in(late, 1, {"x": 6})

    (item,) = late.get("/timeline", known_at="2020-06-02", as_of="2030-01-01")["items"]
    assert (item["status"], len(item["accounts"])) == ("disputed", 2)


releases = st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(1, 3)), min_size=2, max_size=4)


@settings(max_examples=examples(20), deadline=None)
@given_that(releases, st.data())
def test_at_every_moment_the_release_in_force_is_what_is_known(told: list[Rows], data: Any) -> None:
    order = data.draw(st.permutations(range(len(told))))
    with tempfile.TemporaryDirectory() as folder, open_scene(Path(folder) / "log.db") as scene:
        scene.clock = FakeClock(datetime(2026, 1, 1, tzinfo=UTC))
        scene.log._appender._clock = scene.clock
        arrived: list[tuple[int, set[int]]] = []
        for number in order:
            if data.draw(st.booleans()):  # An import that was broken off, and is run again.
                bring_in(scene, number, told[number], broken_off_after=data.draw(st.integers(0, 3)))
            bring_in(scene, number, told[number])
            arrived.append((scene.head, {*(arrived[-1][1] if arrived else ()), number}))

        for position, there in arrived:
            for at in range(len(told)):
                in_force = max((number for number in there if number <= at), default=None)
                expected = {} if in_force is None else told[in_force]
                assert known(scene, TIMES[at], position) == expected
