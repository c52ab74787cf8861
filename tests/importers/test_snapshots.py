"""Releases of a data set may arrive in any order: at every moment the one that was in force then is what is known."""

import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_that
from hypothesis import settings
from hypothesis import strategies as st

from tests.scenarios import NOW, FakeClock, Scene, account, described, given, identity_of, open_scene, registered
from tests.soaking import examples
from timeline.domain.aggregates import Submission
from timeline.domain.facts import DevelopmentReported, Event, Recorded
from timeline.domain.history import fold_development, known_by
from timeline.domain.moments import format_instant
from timeline.domain.values import Account, Tally, development_id_of, source_id
from timeline.domain.vocabulary import Aspect
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
        scene.log.record(seal(release(number, whole), len(rows), "0a" * 32, scene.log))
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


ONE, OTHER = "evening-post", "daily-news"
"""The outlets that every release cites."""


def with_press(id: str, originator: str | None) -> Held:
    """A row that two outlets report, on their own word, on that of one of them, or on that of a third."""
    outlets = [account(slug) if originator in (None, slug) else account(slug, "repeats", origin=originator)
               for slug in (ONE, OTHER)]  # fmt: skip
    spoke = [account(originator, gist="Known through both.")] if originator not in (None, ONE, OTHER) else []
    own = account("data", origin=originator or ONE)
    return external(Held(held(1).description, (own, *spoke, *outlets)), id)


class ListedLog:
    """A log in memory, of which releases ask what they ask of a real one."""

    def __init__(self) -> None:
        self.records: list[Recorded] = []

    def recorded_of(self, ids: Sequence[UUID]) -> dict[UUID, list[Recorded]]:
        """What was recorded of these."""
        return {id: [one for one in self.records if one.event.originator_id == id] for id in ids}

    def reported_in(self, _: str) -> list[UUID]:
        """The developments."""
        reports = (one.event for one in self.records if isinstance(one.event.fact, DevelopmentReported))
        return list(dict.fromkeys(event.originator_id for event in reports))

    def record_all(self, wanted: Sequence[Submission]) -> None:
        """Append what is not there yet."""
        for one in wanted:
            if all(one.message != there.event.message for there in self.records):
                position = len(self.records) + 1
                assert one.reported_at
                event = Event(one.subject, position, one.reported_at, one.message, one.fact)
                self.records.append(Recorded(position, NOW, event))


def bring_press(log: Any, number: int, rows: dict[str, str | None], broken_off_after: int | None = None) -> int:
    """Import a release of rows with a press; how many events that took."""
    told = {f"data:{id}": with_press(id, originator) for id, originator in rows.items()}
    bringing = Bringing(release(number), log)
    wanted = [one for _, one in (*bringing.rows(told), *bringing.missing(told))]
    log.record_all(wanted[:broken_off_after])
    if broken_off_after is None:
        log.record_all([seal(release(number), len(rows), "0a" * 32, log)])
    return len(wanted)


Coded = tuple[str, set[tuple[str, str, str | None]]]
"""How a row stands, and which outlets and others say what on whose word."""


def coding_of(status: str, accounts: Iterable[Account]) -> Coded:
    told = {(one.source, one.stance[Aspect.OCCURRENCE].value, one.origin) for one in accounts if one.source != "data"}
    return status, told


def coded(log: ListedLog, id: str, at: datetime, position: int) -> Coded | None:
    """What is known of a row at a moment, as far as it is in force."""
    subject = development_id_of(f"data:{id}")
    state = fold_development(subject, known_by(log.recorded_of([subject])[subject], at, position))
    if not state.visible or state.retracted:
        return None
    status = state.statuses(identity_of)[Aspect.OCCURRENCE]
    return coding_of(status, (given.account for given in state.accounts if given.in_force))


press_releases = st.lists(
    st.dictionaries(st.sampled_from("ab"), st.sampled_from([None, "minister", "mayor", ONE])), min_size=2, max_size=4
)


@settings(max_examples=examples(200), deadline=None)
@given_that(press_releases, st.data())
def test_whose_word_is_passed_on_is_at_every_moment_what_the_release_in_force_says(
    told: list[dict[str, str | None]], data: Any
) -> None:
    log, arrived = ListedLog(), list[tuple[int, set[int]]]()
    for number in data.draw(st.permutations(range(len(told)))):
        if data.draw(st.booleans()):  # An import that was broken off, and is run again.
            bring_press(log, number, told[number], broken_off_after=data.draw(st.integers(0, 5)))
        bring_press(log, number, told[number])
        assert bring_press(log, number, told[number]) == 0
        arrived.append((len(log.records), {*(arrived[-1][1] if arrived else ()), number}))

    for position, there in arrived:
        for at in range(len(told)):
            in_force = max((number for number in there if number <= at), default=None)
            rows = {} if in_force is None else told[in_force]
            expected = {
                id: coding_of("claimed" if originator else "corroborated", with_press(id, originator).accounts)
                for id, originator in rows.items()
            }
            found = {id: coded(log, id, TIMES[at], position) for id in "ab"}
            assert {id: one for id, one in found.items() if one} == expected


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_whatever_order_releases_arrive_a_row_stands_on_the_word_that_each_names(
    late: Scene, order: tuple[int, ...]
) -> None:
    for slug in ("data", "minister", "mayor", ONE, OTHER):
        late.tell(registered(slug), "2018-01-01", source_id(slug))
    for number in order:
        bring_press(late.log, number, {"x": ("minister", None, "mayor")[number]})

    answers = [late.get("/timeline", known_at=format_instant(at), as_of="2030-01-01")["items"] for at in TIMES[:3]]
    assert [item["status"] for (item,) in answers] == ["claimed", "corroborated", "claimed"]
    assert [{one["source"] for one in item["accounts"] if one["in_force"]} for (item,) in answers] == [
        {"data", "minister", ONE, OTHER}, {"data", ONE, OTHER}, {"data", "mayor", ONE, OTHER},
    ]  # fmt: skip


def test_what_a_source_said_elsewhere_is_not_withdrawn_by_a_release(late: Scene) -> None:
    bring_press(late.log, 0, {"x": "minister"})
    late.tell(given("minister", quote="I say so."), "2019-07-01", development_id_of("data:x"))
    bring_press(late.log, 1, {"x": None})

    (item,) = late.get("/timeline", known_at="2020-06-02", as_of="2030-01-01")["items"]
    assert [one["in_force"] for one in item["accounts"] if one["source"] == "minister"] == [True, True]
    assert (ONE, "asserts") in {
        (one["source"], one["stance"]["occurrence"]) for one in item["accounts"] if one["in_force"]
    }


def test_a_date_of_the_press_that_a_later_release_mends_is_told_from_then_on(late: Scene) -> None:
    for number, day in enumerate(["2014-07-28", "2014-07-29", "2014-07-29"]):
        rows = {"data:x": Held(external(held(1), "x").description, (account("data"), account(ONE, published=day)))}
        submissions = [one for _, one in Bringing(release(number), late.log).rows(rows)]
        late.log.record_all(submissions)
        assert len(submissions) == (2, 1, 0)[number]

    days = [
        [
            one["published"]
            for one in late.get("/timeline", known_at=format_instant(at), as_of="2030-01-01")["items"][0]["accounts"]
        ]
        for at in TIMES[:2]
    ]
    assert days == [[None, "2014-07-28"], [None, "2014-07-28", "2014-07-29"]]
