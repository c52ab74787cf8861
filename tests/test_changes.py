"""What changed in what was known between two dates, and because of what."""

import base64
import json
from typing import Any

import pytest

from tests.scenarios import BAKHMUT, GRAYVORON, KOZINKA, Scene, fill, given, registered, reported
from timeline.domain.descriptions import DescriptionChanges
from timeline.domain.facts import AccountWithdrawn, DevelopmentMerged, DevelopmentRetracted, DevelopmentRevised
from timeline.domain.values import Tally
from timeline.domain.vocabulary import Nature

DEATHS = {"deaths": Tally(5, 6, 7)}


def changes(scene: Scene, since: str = "2023-05-20", until: str = "2023-05-25", **more: Any) -> dict[str, Any]:
    """The changes by the title of the development."""
    items = scene.get("/changes", since=since, until=until, **more)["items"]
    assert len({one["title"] for one in items}) == len(items)
    return {one["title"]: one for one in items}


@pytest.fixture
def told(scene: Scene) -> Scene:
    scene.tell(registered("ru-mod", "russia"), "2022-01-01")
    scene.tell(registered("ua-mod", "ukraine"), "2022-01-01")
    scene.tell(reported("ru-mod", title="Capture"), "2023-05-20", BAKHMUT)
    scene.tell(reported("ru-mod", title="Entry"), "2023-05-19", GRAYVORON)
    return scene


def test_what_came_into_view_is_new(told: Scene) -> None:
    told.tell(reported("legion", title="Kozinka"), "2023-05-22", KOZINKA)

    found = changes(told)
    assert set(found) == {"Kozinka"}
    assert found["Kozinka"]["change"] == "new"
    assert found["Kozinka"]["status"] == {"from": None, "to": "claimed"}
    assert [cause["by"] for cause in found["Kozinka"]["because"]] == ["legion"]


def test_a_status_that_changed_names_the_account_behind_it(told: Scene) -> None:
    told.tell(given("ua-mod", "denies", extent="concedes"), "2023-05-21", BAKHMUT)

    (change,) = changes(told).values()
    assert change["change"] == "status"
    assert change["status"] == {"from": "claimed", "to": "disputed"}
    assert change["aspects"]["extent"] == {"from": None, "to": "claimed"}
    assert [(cause["type"], cause["by"]) for cause in change["because"]] == [("account.given", "ua-mod")]


def test_a_revision_tells_old_and_new_values(told: Scene) -> None:
    revised = DevelopmentRevised(
        DescriptionChanges(title="Capture told again", tallies=DEATHS), Nature.CORRECTION, "Miscounted."
    )
    told.tell(revised, "2023-05-21", BAKHMUT)

    (change,) = changes(told).values()
    assert change["change"] == "revised"
    assert change["fields"]["title"] == {"from": "Capture", "to": "Capture told again"}
    assert change["fields"]["tallies"] == {"from": {}, "to": {"deaths": {"low": 5, "best": 6, "high": 7}}}
    assert change["because"][0]["reason"] == "Miscounted."


def test_what_was_withdrawn_or_merged_is_told_as_such_and_may_come_back_as_new(told: Scene) -> None:
    told.tell(DevelopmentRetracted("Wrong."), "2023-05-21", BAKHMUT)
    told.tell(reported("ru-mod", title="Capture"), "2023-05-23", BAKHMUT)
    told.tell(DevelopmentMerged(BAKHMUT), "2023-05-24", GRAYVORON)

    assert changes(told, until="2023-05-22")["Capture"]["change"] == "withdrawn"
    assert changes(told, since="2023-05-22")["Capture"]["change"] == "new"
    assert changes(told)["Entry"]["change"] == "merged"


def test_what_changed_and_changed_back_did_not_change(told: Scene) -> None:
    told.tell(registered("bbc", "uk"), "2022-01-01")
    told.tell(given("bbc"), "2023-05-21", BAKHMUT)
    told.tell(AccountWithdrawn("bbc"), "2023-05-22", BAKHMUT)

    assert set(changes(told, until="2023-05-21")) == {"Capture"}
    assert changes(told) == {}


def test_changes_are_those_that_the_log_held(told: Scene) -> None:
    before = told.head
    told.tell(given("ua-mod", "denies"), "2023-05-21", BAKHMUT)

    assert changes(told, recorded_at=before) == {}
    assert set(changes(told)) == {"Capture"}
    assert changes(told, front="kherson") == {}


def test_a_since_after_until_is_refused(scene: Scene) -> None:
    problem = scene.get("/changes", expect=422, since="2023-05-25", until="2023-05-20")

    assert problem["errors"][0]["field"] == "since"


WHOLE = {"since": "2022-12-31", "until": "2023-12-01"}


def pages(scene: Scene, **query: Any) -> list[Any]:
    """The items of all pages, which share their cuts."""
    found: list[Any] = []
    cuts: set[str] = set()
    query["cursor"] = None
    while True:
        answer = scene.get("/changes", **{name: value for name, value in query.items() if value is not None})
        assert len(answer["items"]) <= query.get("limit", 500)
        cuts.add(str({name: answer[name] for name in ("since", "until", "recorded_since", "recorded_at", "known_at")}))
        assert len(cuts) == 1
        found += answer["items"]
        query["cursor"] = answer["next_cursor"]
        if query["cursor"] is None:
            return found


@pytest.mark.parametrize("more", [{}, {"clock": "recorded", "since": "0", "until": "2024-01-01"}], ids=str)
def test_changes_come_page_by_page(scene: Scene, more: Any) -> None:
    fill(scene, 25)
    whole = scene.get("/changes", **{**WHOLE, **more})

    assert whole["next_cursor"] is None
    assert len(whole["items"]) == 25
    assert pages(scene, **{**WHOLE, **more}, limit=4) == whole["items"]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"front": "bakhmut"}, 13),
        ({"front": ["bakhmut", "kherson"]}, 25),
        ({"source": "ua-mod"}, 12),
        ({"status": "disputed"}, 0),
        ({"kind": "capture"}, 25),
        ({"q": "development 2"}, 6),
        ({"actor": "nobody"}, 0),
        ({"from": "2023-01-03", "to": "2023-01-04"}, 2),
        ({"bbox": "-180,-90,180,90"}, 0),
    ],
    ids=str,
)
@pytest.mark.parametrize("clock", ["reported", "recorded"])
def test_the_filters_of_timelines_are_those_of_changes(scene: Scene, clock: str, filters: Any, count: int) -> None:
    fill(scene, 25)
    asked = {**(WHOLE if clock == "reported" else {"since": "0", "until": "25"}), "clock": clock, **filters}

    assert len(pages(scene, **asked, limit=3)) == count
    assert len(scene.get("/timeline", **filters)["items"]) == count


def test_filters_look_at_the_later_moment_and_where_nothing_is_left_at_the_earlier(told: Scene) -> None:
    told.tell(given("ua-mod", "denies"), "2023-05-21", BAKHMUT)
    told.tell(DevelopmentMerged(BAKHMUT, "The same."), "2023-05-22", GRAYVORON)

    assert set(changes(told, status="disputed")) == {"Capture"}
    assert set(changes(told, status="claimed")) == {"Entry"}


def test_pages_are_of_one_moment_whatever_is_told_meanwhile(scene: Scene) -> None:
    fill(scene, 9)
    whole = scene.get("/changes", **WHOLE)["items"]
    first = scene.get("/changes", **WHOLE, limit=4)
    scene.tell(reported(title="Late"), "2023-01-05", BAKHMUT)
    second = scene.get("/changes", **WHOLE, limit=4, cursor=first["next_cursor"])

    assert [*first["items"], *second["items"]] == whole[:8]
    query = {**WHOLE, "limit": 4, "cursor": first["next_cursor"]}
    again = scene.client.get("/api/v1/changes", query_string=query)
    assert "immutable" in again.headers["Cache-Control"]


@pytest.mark.parametrize(
    "other",
    [{"since": "2023-01-01"}, {"until": "2023-11-01"}, {"front": "bakhmut"}, {"clock": "recorded"}, {"q": "x"}],
    ids=str,
)
def test_a_cursor_goes_on_with_its_own_question_alone(scene: Scene, other: Any) -> None:
    fill(scene, 9)
    cursor = scene.get("/changes", **WHOLE, limit=4)["next_cursor"]
    problem = scene.get("/changes", expect=422, **{**WHOLE, **other}, limit=4, cursor=cursor)

    assert [one["field"] for one in problem["errors"]] == ["cursor"]


@pytest.mark.parametrize("clock", ["reported", "recorded"])
@pytest.mark.parametrize("key", [-(2**62), -(2**62) + 1, -1, 0, 2**61, 2**62, 2**80, "x", None])
def test_a_cursor_that_somebody_made_up_does_no_harm(scene: Scene, clock: str, key: Any) -> None:
    fill(scene, 9)
    asked = {**(WHOLE if clock == "reported" else {"since": "0", "until": "9"}), "clock": clock, "limit": 4}
    cursor = json.loads(base64.urlsafe_b64decode(scene.get("/changes", **asked)["next_cursor"]))
    for positions in ((cursor[1], cursor[3]), (10**9, 10**9), (2**61, 2**61)):
        cursor[1], cursor[3], cursor[4] = *positions, key
        made_up = base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode()

        answer = scene.client.get("/api/v1/changes", query_string={**asked, "cursor": made_up})
        assert answer.status_code in (200, 410, 422)


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "x", "1e3"])
def test_a_page_has_a_size(scene: Scene, limit: str) -> None:
    assert [one["field"] for one in scene.get("/changes", expect=422, **WHOLE, limit=limit)["errors"]] == ["limit"]
