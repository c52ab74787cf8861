"""What changed in what was known between two dates, and because of what."""

from typing import Any

import pytest

from tests.scenarios import BAKHMUT, GRAYVORON, KOZINKA, Scene, given, registered, reported
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
