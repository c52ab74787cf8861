"""The reads: the shape of each answer, every filter, the cuts, and pages that miss nothing and double nothing."""

from typing import Any

import pytest

from tests.scenarios import BAKHMUT, GRAYVORON, KOZINKA, Scene, described, fill, given, registered, reported
from timeline.domain.descriptions import DescriptionChanges, SourceChanges
from timeline.domain.facts import (
    AccountWithdrawn,
    DevelopmentAssessed,
    DevelopmentMerged,
    DevelopmentReported,
    DevelopmentRevised,
    FrontClosed,
    FrontOpened,
    SourceRevised,
)
from timeline.domain.values import Account, Actor, Place, Tally, front_id, source_id
from timeline.domain.vocabulary import Aspect, Credibility, Kind, Nature, PlacePrecision, Stance, Verdict

QUERY = {"as_of": "2023-05-22", "known_at": "2023-05-23"}


@pytest.fixture
def filled(scene: Scene) -> Scene:
    """A capture that is disputed, an entry that two tell of whom nobody registered, and a battle of months."""
    scene.tell(registered("ru-mod", "russia"), "2022-01-01")
    scene.tell(registered("ua-mod", "ukraine"), "2022-01-01")
    place = Place("Bakhmut", 48.59, 38.0, PlacePrecision.NEAR, "Donetsk oblast", "UA")
    told = described(
        place=place,
        actors=(Actor("Wagner Group", "attacker"),),
        tallies={"deaths": Tally(1, 2, 3)},
        tags=("city",),
        summary="The whole city, says Moscow.",
        external_id="chronicle:bakhmut",
        language="ru",
    )
    account = Account("ru-mod", {Aspect.OCCURRENCE: Stance.ASSERTS}, "We hold it.", url="https://example.org/1")
    scene.tell(DevelopmentReported(told, account), "2023-05-20", BAKHMUT)
    scene.tell(given("ua-mod", "denies", extent="concedes"), "2023-05-21", BAKHMUT)
    entry = {"front": "belgorod-border", "kind": Kind.ENTRY, "title": "Fighters enter Grayvoron"}
    scene.tell(
        reported("legion", **entry, occurred="2023-05-22", place=Place("Grayvoron", 50.48, 35.66)),
        "2023-05-22",
        GRAYVORON,
    )
    scene.tell(given("governor", attribution="asserts"), "2023-05-22", GRAYVORON)
    battle = {"kind": Kind.ENGAGEMENT, "title": "Battle of Bakhmut", "occurred": "2022-11~/2023-05-20"}
    scene.tell(reported("nexstar", **battle), "2023-05-22", KOZINKA)
    return scene


def ids(answer: Any) -> list[str]:
    return [item["id"] for item in answer["items"]]


def test_a_timeline_answer_is_to_the_letter_of_the_issue(filled: Scene) -> None:
    answer = filled.get("/timeline", as_of="2023-05-21", known_at="2023-05-21", q="moscow")

    (item,) = answer.pop("items")
    assert answer == {
        "as_of": "2023-05-21T23:59:59.999999Z",
        "known_at": "2023-05-21T23:59:59.999999Z",
        "recorded_at": {"position": 7, "instant": "2023-06-01T12:00:00Z"},
        "next_cursor": None,
    }
    first, second = item.pop("accounts")
    told = {"source", "stance", "quote", "url", "reported_at", "in_force"}
    assert {name: first[name] for name in told} == {
        "source": "ru-mod",
        "stance": {"occurrence": "asserts"},
        "quote": "We hold it.",
        "url": "https://example.org/1",
        "reported_at": "2023-05-20T00:00:00Z",
        "in_force": True,
    }
    assert second["stance"] == {"occurrence": "denies", "extent": "concedes"}
    assert item == {
        "id": str(BAKHMUT),
        "front": "bakhmut",
        "kind": "capture",
        "title": "Bakhmut capture claimed",
        "summary": "The whole city, says Moscow.",
        "occurred": {
            "edtf": "2023-05-20",
            "start": {"earliest": "2023-05-20", "latest": "2023-05-20"},
            "end": {"earliest": "2023-05-20", "latest": "2023-05-20"},
            "open": False,
        },
        "place": {
            "name": "Bakhmut", "lat": 48.59, "lon": 38.0,
            "precision": "near", "admin": "Donetsk oblast", "country": "UA", "description": None,
        },
        "actors": [{"name": "Wagner Group", "role": "attacker"}],
        "tallies": {"deaths": {"low": 1, "best": 2, "high": 3}},
        "tags": ["city"],
        "external_id": "chronicle:bakhmut",
        "language": "ru",
        "status": "disputed",
        "aspects": {"occurrence": "disputed", "extent": "claimed"},
        "assessments": {},
        "first_reported_at": "2023-05-20T00:00:00Z",
        "last_reported_at": "2023-05-21T00:00:00Z",
        "version": 2,
        "position": 4,
        "retracted": False,
        "merged_into": None,
    }  # fmt: skip


def test_a_timeline_stands_in_the_order_of_beginning(filled: Scene) -> None:
    assert ids(filled.get("/timeline", **QUERY)) == [str(KOZINKA), str(BAKHMUT), str(GRAYVORON)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"front": "bakhmut"}, [KOZINKA, BAKHMUT]),
        ({"front": ["bakhmut", "belgorod-border"]}, [KOZINKA, BAKHMUT, GRAYVORON]),
        ({"front": "kyiv"}, []),
        ({"kind": "capture"}, [BAKHMUT]),
        ({"kind": ["capture", "entry"]}, [BAKHMUT, GRAYVORON]),
        ({"status": "disputed"}, [BAKHMUT]),
        ({"status": "corroborated"}, []),
        ({"status": ["claimed", "corroborated"]}, [KOZINKA, GRAYVORON]),
        ({"actor": "Wagner Group"}, [BAKHMUT]),
        ({"actor": "Wagner"}, []),
        ({"source": "ua-mod"}, [BAKHMUT]),
        ({"source": ["legion", "nexstar"]}, [KOZINKA, GRAYVORON]),
        ({"q": "MOSCOW"}, [BAKHMUT]),
        ({"q": "grayvoron"}, [GRAYVORON]),
        ({"q": "we hold"}, [BAKHMUT]),
        ({"q": "nowhere"}, []),
        ({"bbox": "35,50,36,51"}, [GRAYVORON]),
        ({"bbox": "38,48.59,38,48.59"}, [BAKHMUT]),
        ({"bbox": "37,48,36,51"}, [BAKHMUT, GRAYVORON]),
        ({"bbox": "170,-90,-170,90"}, []),
        ({"from": "2023-05-22"}, [GRAYVORON]),
        ({"from": "2023-05-20"}, [KOZINKA, BAKHMUT, GRAYVORON]),
        ({"from": "2023-05-21"}, [GRAYVORON]),
        ({"from": "2023-05-20T23:00:00Z"}, [KOZINKA, BAKHMUT, GRAYVORON]),
        ({"to": "2023-01-01"}, [KOZINKA]),
        ({"from": "2023-01-01", "to": "2023-01-31"}, [KOZINKA]),
        ({"front": "bakhmut", "kind": "entry"}, []),
        ({"front": "bakhmut", "status": "disputed", "source": "ru-mod", "q": "city"}, [BAKHMUT]),
    ],
    ids=str,
)
def test_a_filter_lets_through_what_meets_it(filled: Scene, query: dict[str, Any], found: list[Any]) -> None:
    assert ids(filled.get("/timeline", **QUERY, **query)) == [str(id) for id in found]


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("/timeline", {"as_off": "2023-05-22"}, "as_off"),
        ("/timeline", {"as_of": "2023-02-30"}, "as_of"),
        ("/timeline", {"known_at": "yesterday"}, "known_at"),
        ("/timeline", {"recorded_at": "999"}, "recorded_at"),
        ("/timeline", {"recorded_at": "-1"}, "recorded_at"),
        ("/timeline", {"recorded_at": ""}, "recorded_at"),
        ("/timeline", {"front": "Bakhmut!"}, "front"),
        ("/timeline", {"kind": ["capture", "battle"]}, "kind"),
        ("/timeline", {"status": "maybe"}, "status"),
        ("/timeline", {"bbox": "1,2,3"}, "bbox"),
        ("/timeline", {"bbox": "0,10,1,9"}, "bbox"),
        ("/timeline", {"bbox": "nan,0,1,1"}, "bbox"),
        ("/timeline", {"bbox": "0,0,1,91"}, "bbox"),
        ("/timeline", {"bbox": "1_0,0,11,1"}, "bbox"),
        ("/timeline", {"bbox": "0,0,1e999,1"}, "bbox"),
        ("/timeline", {"bbox": "0,0,inf,1"}, "bbox"),
        ("/timeline", {"bbox": "٣,0,4,1"}, "bbox"),
        ("/timeline", {"recorded_at": "٣"}, "recorded_at"),
        ("/timeline", {"limit": "٣"}, "limit"),
        ("/timeline", {"limit": "0"}, "limit"),
        ("/timeline", {"limit": "1001"}, "limit"),
        ("/timeline", {"limit": "ten"}, "limit"),
        ("/timeline", {"q": ""}, "q"),
        ("/timeline", {"from": "x"}, "from"),
        ("/timeline", {"cursor": "x"}, "cursor"),
        ("/timeline", {"cursor": "é"}, "cursor"),
        ("/fronts", {"front": "bakhmut"}, "front"),
        ("/fronts/bakhmut/timeline", {"front": "belgorod-border"}, "front"),
        ("/sources", {"limit": "5"}, "limit"),
        (f"/developments/{BAKHMUT}", {"q": "x"}, "q"),
        ("/events", {"after": "-1"}, "after"),
        ("/events", {"as_of": "2023-05-22"}, "as_of"),
    ],
)
def test_what_is_asked_wrongly_is_refused_by_name(filled: Scene, path: str, query: Any, field: str) -> None:
    problem = filled.get(path, expect=422, **query)

    assert [one["field"] for one in problem["errors"]] == [field]
    assert problem["errors"][0]["allowed"]


def test_a_parameter_that_there_is_not_is_answered_by_those_that_there_are(filled: Scene) -> None:
    (error,) = filled.get("/fronts", expect=422, form="x")["errors"]

    told, _, names = error["allowed"].partition(", but any of ")
    assert (error["field"], told) == ("form", "no parameter of this name")
    assert set(names.split(", ")) == {"as_of", "known_at", "recorded_at", "min_position"}


@pytest.mark.parametrize(
    ("query", "field"),
    [("q=%ff", "q"), ("q=a%C3%28", "q"), ("front=%ff", "front"), ("as%ff=1", "as%FF"), ("front=a&front=%e9", "front")],
)
def test_a_parameter_that_is_no_text_is_refused_by_name(filled: Scene, query: str, field: str) -> None:
    response = filled.client.get(f"/api/v1/timeline?{query}")

    assert response.status_code == 422
    assert [one["field"] for one in response.get_json(force=True)["errors"]] == [field]


@pytest.mark.parametrize("name", ["as_of", "known_at", "recorded_at", "from", "to"])
def test_an_offset_whose_plus_became_a_space_is_told_how_to_write_it(filled: Scene, name: str) -> None:
    lost = filled.client.get(f"/api/v1/timeline?{name}=2023-05-22T12:00:00+03:00").get_json(force=True)
    kept = filled.client.get(f"/api/v1/timeline?{name}=2023-05-22T12:00:00%2B03:00")

    assert lost["errors"][0]["field"] == name
    assert "%2B" in lost["errors"][0]["allowed"]
    assert kept.status_code == 200


def test_a_leap_second_is_told_from_what_is_no_instant(filled: Scene) -> None:
    problem = filled.get("/timeline", expect=422, as_of="2016-12-31T23:59:60Z")

    assert "leap second" in problem["errors"][0]["allowed"]
    assert "leap" not in filled.get("/timeline", expect=422, as_of="2016-12-31T23:59:62Z")["detail"]


def test_a_window_from_a_day_on_holds_what_happened_at_an_hour_of_that_day(scene: Scene) -> None:
    scene.tell(reported(occurred="2023-05-20T09:00:00Z"), "2023-05-21")

    assert len(scene.get("/timeline", **{"from": "2023-05-20", "to": "2023-05-20"})["items"]) == 1
    assert len(scene.get("/timeline", **{"from": "2023-05-21"})["items"]) == 0


def test_a_span_is_open_until_it_ended_and_not_yet_there_before_it_began(filled: Scene) -> None:
    known = {"known_at": "2023-06-01", "front": "bakhmut"}
    (january,) = filled.get("/timeline", as_of="2023-01-15", **known)["items"]
    (battle, _) = filled.get("/timeline", as_of="2023-05-20", **known)["items"]

    assert (january["id"], january["occurred"]["open"]) == (str(KOZINKA), True)
    assert battle["occurred"]["open"] is False
    assert not filled.get("/timeline", as_of="2022-09-30", **known)["items"]


def test_the_cuts_default_to_each_other_and_to_now(filled: Scene) -> None:
    def cuts(**query: Any) -> tuple[str, str]:
        answer = filled.get("/timeline", **query)
        return answer["as_of"], answer["known_at"]

    day, now = "2023-05-21T23:59:59.999999Z", "2023-06-01T12:00:00Z"
    assert cuts() == (now, now)
    assert cuts(as_of="2023-05-21") == (day, day)
    assert cuts(known_at="2023-05-21") == (day, day)
    assert cuts(as_of="2023-05-21", known_at=now) == (day, now)


def test_what_the_log_held_then_is_told_by_position_and_by_instant(filled: Scene) -> None:
    filled.clock.advance(hours=1)
    filled.tell(given("legion"), "2023-05-20", BAKHMUT)
    by_position = filled.raw("/timeline", recorded_at=7, as_of="2023-05-22")
    by_instant = filled.raw("/timeline", recorded_at="2023-06-01T12:59:59Z", as_of="2023-05-22")

    assert by_position == by_instant
    assert by_position != filled.raw("/timeline", as_of="2023-05-22")


@pytest.mark.parametrize("position", [0, 1, 3, 7])
@pytest.mark.parametrize("path", ["/timeline", "/fronts", "/sources"])
def test_an_answer_with_a_fixed_position_never_changes(filled: Scene, path: str, position: int) -> None:
    before = filled.raw(path, recorded_at=position)
    filled.clock.advance(days=1)
    filled.tell(given("legion"), "2023-05-20", BAKHMUT)

    assert filled.raw(path, recorded_at=position) == before


def test_pages_miss_nothing_and_double_nothing_while_events_are_appended(scene: Scene) -> None:
    fill(scene, 12)
    wanted = ids(scene.get("/timeline", as_of="2023-02-01"))
    seen: list[str] = []
    pages, cursor = 0, None
    while pages == 0 or cursor:
        answer = scene.get("/timeline", limit=5, **({"cursor": cursor} if cursor else {"as_of": "2023-02-01"}))
        seen += ids(answer)
        cursor, pages = answer["next_cursor"], pages + 1
        assert answer["recorded_at"]["position"] == 12
        assert answer["as_of"] == "2023-02-01T23:59:59.999999Z"
        scene.clock.advance(hours=1)
        scene.tell(reported(occurred="2023-01-03"), "2023-01-01", GRAYVORON)
        scene.tell(
            DevelopmentRevised(DescriptionChanges(title=f"Page {pages}"), Nature.UPDATE), "2023-01-02", GRAYVORON
        )

    assert pages == 3
    assert seen == wanted
    assert len(set(seen)) == 12


def test_pages_hold_for_developments_that_begin_together_and_for_filters(scene: Scene) -> None:
    for number in range(7):
        id = front_id(f"any-{number}")
        scene.tell(
            reported(front=("a", "b")[number == 3], occurred=("2023-05-20", "../2023")[number > 4]), "2023-05-20", id
        )
    whole = ids(scene.get("/timeline", front="a"))
    seen: list[str] = []
    query: dict[str, Any] = {"front": "a", "limit": 1}
    while True:
        answer = scene.get("/timeline", **query)
        seen += ids(answer)
        if not answer["next_cursor"]:
            break
        query["cursor"] = answer["next_cursor"]

    assert seen == whole
    assert len(seen) == 6


def test_a_page_that_is_just_full_is_the_last(scene: Scene) -> None:
    fill(scene, 4)

    assert scene.get("/timeline", limit=4)["next_cursor"] is None
    assert scene.get("/timeline", limit=3)["next_cursor"] is not None


def test_the_log_is_read_in_pages_by_position(scene: Scene) -> None:
    fill(scene, 5)
    first = scene.get("/events", limit=2)["items"]
    rest = scene.get("/events", after=first[-1]["position"])["items"]

    assert [event["position"] for event in first + rest] == [1, 2, 3, 4, 5]
    assert first[0]["type"] == "development.reported"
    assert first[0]["recordedtime"] == "2023-06-01T12:00:00Z"
    tip = scene.log.tip()
    end = {"items": [], "next_after": f"5-{tip.epoch}", "origin": tip.origin, "epoch": tip.epoch}
    assert scene.get("/events", after=5) == end


def test_one_fronts_timeline_is_the_timeline_of_that_front(filled: Scene) -> None:
    assert filled.raw("/fronts/bakhmut/timeline", **QUERY) == filled.raw("/timeline", front="bakhmut", **QUERY)
    assert filled.get("/fronts/kyiv/timeline", expect=404, **QUERY)["errors"][0]["field"] == "slug"


def test_fronts_are_counted_by_status_in_the_order_of_opening(filled: Scene) -> None:
    filled.tell(FrontOpened("kyiv", "Kyiv and the north", (29.0, 50.0, 32.0, 52.0)), "2022-03-01", front_id("kyiv"))
    filled.tell(FrontClosed(), "2022-04-07", front_id("kyiv"))
    kyiv, bakhmut, border = filled.get("/fronts", **QUERY)["items"]

    assert kyiv == {
        "slug": "kyiv",
        "name": "Kyiv and the north",
        "area": [29.0, 50.0, 32.0, 52.0],
        "occurred": None,
        "closed": True,
        "developments": 0,
        "statuses": {},
    }
    assert (bakhmut["slug"], bakhmut["statuses"]) == ("bakhmut", {"claimed": 1, "disputed": 1})
    assert (border["slug"], border["developments"]) == ("belgorod-border", 1)


def test_sources_are_counted_whether_or_not_they_are_registered(filled: Scene) -> None:
    filled.tell(AccountWithdrawn("ru-mod"), "2023-05-22", BAKHMUT)
    sources = {source["slug"]: source for source in filled.get("/sources", **QUERY)["items"]}

    assert list(sources) == ["governor", "legion", "nexstar", "ru-mod", "ua-mod"]
    assert sources["ru-mod"] == {
        "slug": "ru-mod",
        "name": "RU-MOD",
        "kind": "other",
        "affiliation": "russia",
        "reliability": "F",
        "url": None,
        "same_as": None,
        "same": [],
        "registered": True,
        "accounts": 1,
        "accounts_in_force": 0,
    }
    assert (sources["legion"]["registered"], sources["legion"]["kind"]) == (False, None)


def test_two_claims_corroborate_each_other_once_both_who_speak_are_registered(filled: Scene) -> None:
    filled.tell(registered("legion"), "2023-05-30")
    one = filled.get("/timeline", status="corroborated", **QUERY)
    filled.tell(registered("governor", "russia"), "2023-05-30")
    both = filled.get("/timeline", status="corroborated", **QUERY)

    assert (ids(one), ids(both)) == ([], [str(GRAYVORON)])


def test_sources_that_are_the_same_are_told_both_ways_and_corroborate_nothing(filled: Scene) -> None:
    filled.tell(registered("legion"))
    filled.tell(registered("governor"))
    changes = SourceChanges(same_as="legion")
    filled.tell(SourceRevised(changes), "2023-05-22", source_id("governor"))
    sources = {source["slug"]: source for source in filled.get("/sources", **QUERY)["items"]}

    assert ids(filled.get("/timeline", status="corroborated", **QUERY)) == []
    assert (sources["governor"]["same_as"], sources["governor"]["same"]) == ("legion", ["legion"])
    assert (sources["legion"]["same_as"], sources["legion"]["same"]) == (None, ["governor"])


def test_a_development_is_found_by_either_id(filled: Scene) -> None:
    by_id = filled.get(f"/developments/{BAKHMUT}", **QUERY)
    (listed,) = filled.get("/timeline", q="moscow", **QUERY)["items"]

    assert by_id["item"] == listed
    filled.tell(reported(external_id="chronicle:x/1"), "2023-05-20", None)
    assert filled.get("/developments/test:bakhmut-capture", **QUERY)["item"]["id"] == str(BAKHMUT)
    assert filled.get(f"/developments/{str(BAKHMUT).upper()}", **QUERY)["item"]["id"] == str(BAKHMUT)


def test_a_development_is_unknown_before_it_was_reported(filled: Scene) -> None:
    assert filled.get(f"/developments/{BAKHMUT}", expect=404, known_at="2023-05-19")["errors"][0]["field"] == "id"
    assert filled.get(f"/developments/{BAKHMUT}", expect=404, recorded_at=2)
    assert filled.get("/developments/nowhere:1", expect=404)
    assert filled.get("/developments/nowhere", expect=422)["errors"][0]["field"] == "id"


def test_the_history_tells_each_step_and_the_status_after_it(filled: Scene) -> None:
    verdict = DevelopmentAssessed(
        Aspect.OCCURRENCE, Verdict.CONFIRMED, Credibility.PROBABLY_TRUE, "Pictures.", "An analyst"
    )
    filled.tell(verdict, "2023-05-25", BAKHMUT)
    steps = filled.get(f"/developments/{BAKHMUT}/history")["steps"]

    assert [(one["type"], one["by"], one["status"]) for one in steps] == [
        ("development.reported", "ru-mod", "claimed"),
        ("account.given", "ua-mod", "disputed"),
        ("development.assessed", "An analyst", "confirmed"),
    ]
    assert steps[1]["data"] == {"source": "ua-mod", "stance": {"occurrence": "denies", "extent": "concedes"}}
    assert (steps[1]["position"], steps[1]["reported_at"]) == (4, "2023-05-21T00:00:00Z")


def test_the_history_of_a_merged_development_is_told_where_it_ended_up(filled: Scene) -> None:
    filled.tell(DevelopmentMerged(BAKHMUT), "2023-05-23", KOZINKA)
    steps = filled.get(f"/developments/{BAKHMUT}/history")["steps"]
    merged = filled.get(f"/developments/{KOZINKA}")["item"]

    assert [one["by"] for one in steps] == ["ru-mod", "ua-mod", "nexstar", None]
    assert merged["merged_into"] == str(BAKHMUT)
    assert str(KOZINKA) not in ids(filled.get("/timeline"))


def test_the_service_says_how_far_it_has_come(filled: Scene) -> None:
    filled.get("/timeline")
    response = filled.client.get("/readyz")

    assert response.status_code == 200
    assert response.get_json()["position"] == 7
    assert response.get_json()["set_aside"] == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nowhere", 404),
        ("GET", "/api/v1/events/", 404),
        ("PUT", "/api/v1/events", 405),
        ("DELETE", "/api/v1/timeline", 405),
        ("POST", "/healthz", 405),
    ],
)
def test_a_wrong_path_or_method_is_a_problem_document_too(scene: Scene, method: str, path: str, status: int) -> None:
    response = scene.client.open(path, method=method)

    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.get_json(force=True)["status"] == status
    assert status != 405 or response.headers["Allow"]


def test_a_failure_of_ours_is_logged_and_tells_no_secrets(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("the secret")

    monkeypatch.setattr(type(scene.reader), "page", broken)
    response = scene.client.get("/api/v1/timeline")

    assert response.status_code == 500
    assert response.content_type == "application/problem+json"
    assert b"secret" not in response.get_data()


def test_a_parameter_given_twice_is_refused_unless_it_is_a_list(filled: Scene) -> None:
    response = filled.client.get("/api/v1/timeline?as_of=2023-05-20&as_of=2023-05-22")

    assert response.status_code == 422
    assert [one["field"] for one in response.get_json()["errors"]] == ["as_of"]
    assert filled.client.get("/api/v1/timeline?status=claimed&status=disputed").status_code == 200


@pytest.mark.parametrize("path", ["/timeline", "/fronts/bakhmut/timeline"])
def test_a_window_that_ends_before_it_begins_is_refused(filled: Scene, path: str) -> None:
    problem = filled.get(path, 422, **{"from": "2023-05-23", "to": "2023-05-22"})

    assert [(one["field"], one["value"]) for one in problem["errors"]] == [("from", "2023-05-23")]
    filled.get(path, **{"from": "2023-05-22", "to": "2023-05-22"})
