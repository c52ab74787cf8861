"""What this log learnt between two positions: the changes on the recorded clock, and because of what."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, target
from hypothesis import strategies as st

from tests import oracle
from tests.scenarios import BAKHMUT, GRAYVORON, KOZINKA, Scene, instant, open_scene, registered, reported
from tests.scenarios import given as account_given
from tests.soaking import examples
from tests.tellings import MIDNIGHT, reported_times, tell, tellings
from timeline.domain.descriptions import DescriptionChanges, SourceChanges
from timeline.domain.facts import DevelopmentMerged, DevelopmentRevised, SourceRevised
from timeline.domain.values import source_id
from timeline.domain.vocabulary import Nature

Json = dict[str, Any]


def changes(scene: Scene, since: Any, until: Any, **more: Any) -> dict[str, Json]:
    """The changes on the recorded clock by the title of the development."""
    items = scene.get("/changes", clock="recorded", since=since, until=until, **more)["items"]
    assert len({one["title"] for one in items}) == len(items)
    return {one["title"]: one for one in items}


def because(change: Json) -> list[tuple[str, str | None]]:
    return [(cause["type"], cause["by"]) for cause in change["because"]]


@pytest.fixture
def told(scene: Scene) -> Scene:
    """Two developments of two sources, recorded an hour apart; position 4 is the last."""
    for fact, id in (
        (registered("ru-mod", "russia"), None),
        (registered("ua-mod", "ukraine"), None),
        (reported("ru-mod", title="Capture"), BAKHMUT),
        (reported("ru-mod", title="Entry"), GRAYVORON),
    ):
        scene.tell(fact, "2023-05-20", id)
        scene.clock.advance(hours=1)
    return scene


def test_what_came_late_is_told_when_the_log_learnt_it(told: Scene) -> None:
    told.tell(account_given("ua-mod", "denies", quote="Not so."), "2023-05-20", BAKHMUT)

    (change,) = changes(told, 4, 5).values()
    assert change["status"] == {"from": "claimed", "to": "disputed"}
    assert because(change) == [("account.given", "ua-mod")]
    assert change["because"][0]["account"] == {
        "source": "ua-mod", "stance": {"occurrence": "denies"}, "quote": "Not so.",
    }  # fmt: skip
    assert change["because"][0]["subject"] == str(BAKHMUT)
    assert changes(told, 5, 5) == {}
    assert set(changes(told, 2, 5)) == {"Capture", "Entry"}


def test_instants_name_positions_and_a_plain_date_the_end_of_its_day(told: Scene) -> None:
    by_position = told.get("/changes", clock="recorded", since=2, until=4)

    by_instant = told.get("/changes", clock="recorded", since="2023-06-01T13:30:00Z", until="2023-06-01T15:00:00Z")
    assert by_instant["items"] == by_position["items"]
    assert (by_instant["since"], by_instant["until"]) == ("2023-06-01T13:00:00Z", "2023-06-01T15:00:00Z")
    assert (by_instant["recorded_since"]["position"], by_instant["recorded_at"]["position"]) == (2, 4)
    assert set(changes(told, "2023-05-31", "2023-06-01")) == {"Capture", "Entry"}


def test_what_was_reported_later_does_not_exist_on_either_side(told: Scene) -> None:
    told.tell(account_given("ua-mod", "denies"), "2023-05-25", BAKHMUT)

    assert set(changes(told, 4, 5)) == {"Capture"}
    assert changes(told, 4, 5, known_at="2023-05-24") == {}
    assert told.get("/changes", clock="recorded", since=4, until=5, known_at="2023-05-24")["known_at"].startswith(
        "2023-05-24"
    )


def test_a_late_revision_of_another_field_is_seen_behind_the_one_that_describes(told: Scene) -> None:
    told.tell(DevelopmentRevised(DescriptionChanges(title="Capture!"), Nature.UPDATE), "2023-05-25", BAKHMUT)
    told.tell(DevelopmentRevised(DescriptionChanges(summary="Late."), Nature.CORRECTION, "Why"), "2023-05-22", BAKHMUT)

    (change,) = changes(told, 5, 6).values()
    assert change["fields"] == {"summary": {"from": None, "to": "Late."}}
    assert change["because"][0]["reason"] == "Why"


def test_a_source_that_changed_sides_is_the_cause_where_it_changed_how_things_stand(told: Scene) -> None:
    told.tell(account_given("ua-mod"), "2023-05-21", BAKHMUT)
    told.tell(SourceRevised(SourceChanges(affiliation="russia")), "2023-05-22", source_id("ua-mod"))

    (change,) = changes(told, 5, 6).values()
    assert change["status"] == {"from": "corroborated", "to": "claimed"}
    assert because(change) == [("source.revised", None)]
    (reported_change,) = told.get("/changes", since="2023-05-21", until="2023-05-23")["items"]
    assert because(reported_change) == [("source.revised", None)]


def test_what_was_told_of_a_part_is_the_cause_of_a_change_of_the_whole(told: Scene) -> None:
    told.tell(DevelopmentMerged(BAKHMUT), "2023-05-21", GRAYVORON)
    told.tell(account_given("ua-mod", "denies"), "2023-05-22", GRAYVORON)

    found = changes(told, 4, 6)
    assert (found["Entry"]["change"], because(found["Entry"])[0][0]) == ("merged", "development.merged")
    assert found["Entry"]["merged_into"] == str(BAKHMUT)
    assert found["Capture"]["status"] == {"from": "claimed", "to": "disputed"}
    assert because(found["Capture"]) == [("development.merged", None), ("account.given", "ua-mod")]
    (later,) = told.get("/changes", since="2023-05-21", until="2023-05-22")["items"]
    assert because(later) == [("account.given", "ua-mod")]


def test_what_comes_into_view_takes_in_what_was_merged_into_it_before(told: Scene) -> None:
    told.tell(reported("bbc", title="Kozinka"), "2023-05-25", KOZINKA)
    told.tell(DevelopmentMerged(KOZINKA), "2023-05-22", GRAYVORON)
    (entry,) = [
        one for one in told.get("/changes", since="2023-05-24", until="2023-05-25")["items"] if one["title"] == "Entry"
    ]

    assert (entry["change"], because(entry)) == ("merged", [("development.reported", "bbc")])
    assert entry["merged_into"] == str(KOZINKA)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"since": "5", "until": "4", "clock": "recorded"}, "since"),
        ({"since": "2023-06-02", "until": "2023-06-01", "clock": "recorded"}, "since"),
        ({"since": "1", "until": "99", "clock": "recorded"}, "until"),
        ({"since": "99", "until": "4", "clock": "recorded"}, "since"),
        ({"since": "1", "until": "2023-05-22"}, "since"),
        ({"since": "2023-05-22", "until": "4", "clock": "reported"}, "until"),
        ({"since": "2023-05-20", "until": "2023-05-22", "known_at": "2023-05-22"}, "known_at"),
        ({"since": "1", "until": "4", "clock": "recorded", "recorded_at": "4"}, "recorded_at"),
        ({"since": "1", "until": "4", "clock": "occurred"}, "clock"),
        ({"since": "yesterday", "until": "4", "clock": "recorded"}, "since"),
    ],
    ids=str,
)
def test_what_is_not_of_the_clock_is_refused_by_name(told: Scene, query: Any, field: str) -> None:
    assert [one["field"] for one in told.get("/changes", expect=422, **query)["errors"]] == [field]


def test_the_answer_for_positions_never_changes(told: Scene) -> None:
    before = told.raw("/changes", clock="recorded", since=2, until=4)
    told.clock.advance(days=9)
    told.tell(account_given("ua-mod", "denies"), "2023-05-20", BAKHMUT)

    assert told.raw("/changes", clock="recorded", since=2, until=4) == before


shares = st.integers(0, 100)
_FIELDS = [name for name in oracle.FIELDS if name != "occurred"]


def expected(events: list[Json], then: tuple[datetime, int], now: tuple[datetime, int]) -> dict[str, Json]:
    """What changed by the naive oracle: the two timelines, entry by entry, everything as having occurred."""
    far = instant("9000-01-01")
    old, new = (
        {item["id"]: item for item in oracle.timeline(events, far, known_at, position)}
        for known_at, position in (then, now)
    )
    found = {}
    for id in {*old, *new}:
        was, item = old.get(id), new.get(id)
        there = [one is not None and not one["retracted"] for one in (was, item)]
        gone = "withdrawn" if item else "merged" if id in oracle.in_view(events, *now) else "voided"
        aspects = {
            aspect: {"from": was and was["aspects"].get(aspect), "to": item and item["aspects"].get(aspect)}
            for aspect in oracle.ASPECTS
        }
        aspects = {aspect: pair for aspect, pair in aspects.items() if pair["from"] != pair["to"]}
        described = was is not None and item is not None and any(was[name] != item[name] for name in _FIELDS)
        described |= was is not None and item is not None and was["occurred"]["edtf"] != item["occurred"]["edtf"]
        kind = {(False, True): "new", (True, False): gone, (False, False): None}.get(
            (there[0], there[1]), "revised" if described else "status" if aspects else None
        )
        if kind:
            found[id] = {"change": kind, "aspects": aspects}
    return found


def told_between(events: list[Json], then: tuple[datetime, int], now: tuple[datetime, int]) -> set[int]:
    """The positions that exist at the later cuts and not at the earlier."""

    def there(cuts: tuple[datetime, int]) -> set[int]:
        return {one["position"] for one in oracle.known(events, *cuts)}

    return there(now) - there(then)


def own_events(events: list[Json], id: str, between: set[int]) -> list[int]:
    """The positions of the events of one development among these, in the order of the fold."""
    own = [event for event in events if event["subject"] == id and event["position"] in between]
    return [event["position"] for event in sorted(own, key=lambda one: (instant(one["time"]), one["position"]))]


def own_causes(change: Json) -> list[int]:
    """The positions of the causes that are of the development itself, and not of who speaks."""
    return [cause["position"] for cause in change["because"] if cause["subject"] == change["id"]]


@settings(max_examples=examples(8), deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(
    tellings(), st.lists(st.tuples(reported_times, st.integers(0, 100), st.integers(0, 100)), min_size=2, max_size=4)
)
def test_what_was_learnt_is_what_two_plain_folds_of_the_events_differ_in(told: Any, stretches: Any) -> None:
    with tempfile.TemporaryDirectory() as folder, open_scene(Path(folder) / "oracle.db") as scene:
        tell(scene, told)
        events = scene.get("/events", limit=1_000)["items"]
        target(float(len(events)))
        latest = MIDNIGHT + timedelta(days=30)

        for known_at, one, other in [*stretches, (latest, 0, 100), (latest, 50, 100)]:
            first, last = (scene.head * share // 100 for share in sorted((one, other)))
            answer = scene.get("/changes", clock="recorded", since=first, until=last, known_at=known_at.isoformat())
            found = {item["id"]: item for item in answer["items"]}
            then, now = (known_at, first), (known_at, last)

            assert {id: {name: one[name] for name in ("change", "aspects")} for id, one in found.items()} == expected(
                events, then, now
            )
            between = told_between(events, then, now)
            firsts = {one["position"] for one in events if one["type"] == "source.registered"}
            for item in found.values():
                causes = [cause["position"] for cause in item["because"]]
                assert causes
                assert set(causes) <= between | firsts
                assert len(set(causes)) == len(causes)
                if all(event["type"] != "development.merged" for event in events):
                    assert own_causes(item) == own_events(events, item["id"], between)


@settings(max_examples=examples(6), deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(tellings(), st.lists(st.tuples(reported_times, reported_times), min_size=2, max_size=4))
def test_what_became_known_is_what_two_plain_folds_of_the_events_differ_in(told: Any, stretches: Any) -> None:
    with tempfile.TemporaryDirectory() as folder, open_scene(Path(folder) / "oracle.db") as scene:
        tell(scene, told)
        events = scene.get("/events", limit=1_000)["items"]

        for pair in stretches:
            since, until = sorted(pair)
            answer = scene.get("/changes", since=since.isoformat(), until=until.isoformat())
            found = {item["id"]: item for item in answer["items"]}
            then, now = (since, scene.head), (until, scene.head)

            assert {id: {name: one[name] for name in ("change", "aspects")} for id, one in found.items()} == expected(
                events, then, now
            )
            between = told_between(events, then, now)
            for item in found.values():
                causes = {cause["position"] for cause in item["because"]}
                assert causes
                assert causes <= between
                if all(event["type"] != "development.merged" for event in events):
                    assert own_causes(item) == own_events(events, item["id"], between)
