"""`GET /checks` finds in the log what receipts warned of, at every cut, on both engines; and its page leads there."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import NewEngine
from tests.dashboard.looking import addresses, asked
from tests.dashboard.test_pages import text
from tests.projections.tables import all_rows
from tests.scenarios import Scene, message, open_scene, registered
from timeline.domain.facts import FrontOpened
from timeline.domain.values import front_id
from timeline.plausibility.dates import certain_from, named_years
from timeline.readmodel import findings

Json = dict[str, Any]


@pytest.fixture(params=["sqlite", "postgres"])
def held(request: pytest.FixtureRequest, make_engine: NewEngine) -> Iterator[Scene]:
    """A log with one mistake of each sort, and what is as it should be."""
    with make_engine(request.param) as engine, open_scene(engine) as scene:
        scene.tell(registered("ru-mod", "russia"))
        scene.tell(registered("bbc"))
        scene.tell(FrontOpened("bakhmut", "Bakhmut"), id=front_id("bakhmut"))
        for told in mistakes():
            response = scene.post(told)
            assert response.status_code == 201, response.get_data(as_text=True)
        yield scene


def report(name: str, source: str = "ru-mod", **data: Any) -> Json:
    account = {"source": source, "stance": {"occurrence": "asserts"}}
    told = {"front": "bakhmut", "title": name, "external_id": f"t:{name}", "place": ..., "account": account, **data}
    return message(id=name, data=told)


def mistakes() -> list[Json]:
    account = {"source": "ru-mod", "stance": {"extent": "asserts"}}
    return [
        *(report(f"plain-{number}") for number in range(3)),
        report("zero", place={"name": "Depot", "lat": 0, "lon": 0, "country": "UA"}),
        report("swap", place={"name": "Grayvoron", "lat": 35.66, "lon": 50.48, "country": "RU"}),
        report("year-0223", occurred="0223-05-22"),
        report("year-2203", occurred="2203-05-22"),
        report("span", occurred="2023-05-20/2203-05-22"),
        report("unopened", front="bakhmud"),
        report("unregistered", source="bbc-news"),
        report("twice"),
        {**report("twice", title="Said again"), "id": "twice-2", "time": "2023-05-23"},
        report("gone"),
        message("development.retracted", id="g-1", subject="t:gone", time="2023-05-23", data={"reason": "Wrong."}),
        message("account.given", id="g-2", subject="t:gone", time="2023-05-24", data=account),
        report("part"),
        message("development.merged", id="p-1", subject="t:part", time="2023-05-23", data={"into": "t:plain-0"}),
        message("account.given", id="p-2", subject="t:part", time="2023-05-24", data=account),
        report("retracted-typo", occurred="0001"),
        message("development.retracted", id="x", subject="t:retracted-typo", time="2023-05-23", data={"reason": "No."}),
    ]


EXPECTED = [
    ("source-not-registered", "bbc-news"),
    ("front-not-opened", "bakhmud"),
    ("coordinates-at-zero", "zero"),
    ("coordinates-exchanged", "swap"),
    ("coordinates-outside-country", "zero"),
    ("coordinates-outside-country", "swap"),
    ("date-far-from-front", "year-0223"),
    ("date-far-from-front", "span"),
    ("date-far-from-front", "year-2203"),
    ("date-after-time", "span"),
    ("date-after-time", "year-2203"),
    ("replaces-description", "Said again"),
    ("subject-retracted", "gone"),
    ("subject-merged", "plain-0"),
]


def found(scene: Scene, **query: Any) -> list[tuple[str, str]]:
    return [named(item) for item in scene.get("/checks", **query)["items"]]


def named(item: Json) -> tuple[str, str]:
    return item["code"], item["title"] or item["source"] or item["front"]


def test_everything_is_found_in_the_order_of_the_warnings(held: Scene) -> None:
    answer = held.get("/checks")

    order = [code for code, _ in EXPECTED]
    assert sorted(map(named, answer["items"])) == sorted(EXPECTED)
    assert [item["code"] for item in answer["items"]] == order
    assert (answer["total"], answer["next_cursor"]) == (len(EXPECTED), None)


def test_a_finding_says_what_was_meant_and_where_it_is(held: Scene) -> None:
    items = {named(item): item for item in held.get("/checks")["items"]}
    source, exchanged = items["source-not-registered", "bbc-news"], items["coordinates-exchanged", "swap"]

    assert (source["meant"], source["source"], source["developments"]) == ("bbc", "bbc-news", 1)
    assert items["front-not-opened", "bakhmud"]["meant"] == "bakhmut"
    assert (exchanged["meant"], exchanged["front"]) == ({"lat": 50.48, "lon": 35.66}, "bakhmut")
    assert held.get(f"/developments/{exchanged['development']}")["item"]["title"] == "swap"
    assert "2023" in items["date-far-from-front", "year-0223"]["detail"]


def test_what_was_mended_is_found_no_more_but_still_at_the_cut_before(held: Scene) -> None:
    before = held.head
    held.tell(registered("bbc-news"))
    held.tell(FrontOpened("bakhmud", "Another"), id=front_id("bakhmud"))
    changes = {"occurred": "2023-05-22"}
    mend = message(
        "development.revised", id="m", subject="t:year-0223", data={"changes": changes, "nature": "correction"}
    )
    held.post(mend)

    gone = {
        ("source-not-registered", "bbc-news"),
        ("front-not-opened", "bakhmud"),
        ("date-far-from-front", "year-0223"),
    }
    assert set(found(held)) == set(EXPECTED) - gone
    assert set(found(held, recorded_at=before)) == set(EXPECTED)


def test_only_what_was_reported_by_then_is_found(held: Scene) -> None:
    late = {"replaces-description", "subject-retracted", "subject-merged"}

    early = found(held, known_at="2023-05-22")
    assert {code for code, _ in early} == {code for code, _ in EXPECTED} - late


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"code": "coordinates-at-zero"}, [("coordinates-at-zero", "zero")]),
        ({"source": "bbc-news"}, [("source-not-registered", "bbc-news")]),
        ({"front": "bakhmud"}, [("front-not-opened", "bakhmud")]),
        ({"front": "nowhere"}, []),
        ({"code": ["front-not-opened", "subject-merged"]}, [EXPECTED[1], EXPECTED[-1]]),
    ],
)
def test_filters_let_through_what_they_name(held: Scene, query: Json, expected: Any) -> None:
    assert found(held, **query) == expected


def test_a_date_with_an_offset_of_its_own_is_found_from_the_row_alone(held: Scene) -> None:
    late = {"edtf": "2223-05-22", "exact": {"start": "2223-05-22T01:00:00+03:00"}}
    held.post(report("exact", occurred=late))
    named_years.cache_clear()
    certain_from.cache_clear()
    items = {named(item): item for item in held.get("/checks")["items"]}

    assert "2223-05-22 is more than 50 years" in items["date-far-from-front", "exact"]["detail"]
    assert "2223-05-21T22:00:00Z is after the time of the report" in items["date-after-time", "exact"]["detail"]


@pytest.mark.parametrize("first", [True, False])
def test_an_account_published_after_the_report_of_it_is_found(held: Scene, first: bool) -> None:
    late = {"source": "bbc", "stance": {"occurrence": "asserts"}, "published": "2203-02-17"}
    held.post(report("late", **({"account": late} if first else {})))
    if not first:
        held.post(message("account.given", id="late-2", subject="t:late", data=late))
    held.runner.catch_up()

    (item,) = held.get("/checks", code="published-after-time")["items"]
    assert (item["title"], item["field"], item["value"]) == ("late", "accounts.published", "2203-02-17")
    assert item["detail"].startswith("bbc: 2203-02-17 is after the time of the report")


def test_an_account_published_late_that_was_withdrawn_is_found_no_more(held: Scene) -> None:
    late = {"source": "bbc", "stance": {"occurrence": "asserts"}, "published": "2203-02-17"}
    held.post(report("late"))
    held.post(message("account.given", id="late-2", subject="t:late", data=late))
    withdrawal = {"source": "bbc", "reason": "A slip."}
    told = held.post(message("account.withdrawn", id="late-3", subject="t:late", time="2023-05-23", data=withdrawal))

    assert told.status_code == 201, told.get_data(as_text=True)
    assert found(held, code="published-after-time") == []
    assert found(held, code="published-after-time", known_at="2023-05-22") == [("published-after-time", "late")]


def test_a_warning_that_only_receipts_tell_can_not_be_asked_for(held: Scene) -> None:
    (error,) = held.get("/checks", expect=422, code="subject-voided")["errors"]

    assert error["field"].startswith("code")
    assert "subject-merged" in error["allowed"]
    assert "subject-voided" not in error["allowed"]


def test_where_there_is_too_much_to_look_at_all_of_it_the_answer_says_so_and_filters_find_it(
    held: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = held.get("/checks")
    monkeypatch.setattr(findings, "MAX_ROWS_LISTED", 2)
    held.post(report("plain-9"))

    part = held.get("/checks")
    assert (whole["complete"], part["complete"]) == (True, False)
    assert {named(one) for one in part["items"]} < set(EXPECTED)
    assert held.get("/checks", front="bakhmut")["complete"] is False
    for code in {code for code, _ in EXPECTED} - {"date-far-from-front"}:
        some = held.get("/checks", code=code)
        assert [named(one) for one in some["items"]] == [one for one in EXPECTED if one[0] == code]


def test_pages_follow_one_another_without_a_gap(held: Scene) -> None:
    whole, items, cursor = held.get("/checks")["items"], list[Json](), None
    for _ in range(10):
        page = held.get("/checks", limit=4, **({"cursor": cursor} if cursor else {}))
        items += page["items"]
        cursor = page["next_cursor"]
        held.post(report(f"more-{len(items)}", occurred="0100"))
        if cursor is None:
            break

    assert items == whole
    held.get("/checks", expect=422, cursor="x")
    held.get("/checks", expect=422, code="no-such-code")


def test_a_development_that_stands_alone_on_its_front_is_far_from_nothing(held: Scene) -> None:
    held.post(report("alone", front="another", occurred="0223"))

    assert ("date-far-from-front", "alone") not in found(held)


def test_rows_that_are_built_anew_hold_the_same(held: Scene) -> None:
    before = all_rows(held.runner.catch_up())
    held.runner.rebuild()

    assert all_rows(held.runner.catch_up()) == before
    assert sorted(found(held)) == sorted(EXPECTED)


def test_the_page_tells_them_with_links(held: Scene) -> None:
    from dashboards.routing import contents

    content = contents(asked(held, "?as_of=2023-06-01"), "/checks")
    paths = {href.partition("?")[0] for href in addresses(content.body)}

    assert content.heading == "Checks"
    assert "did you mean bbc?" in text(content.body)
    assert {"/sources/bbc-news", "/fronts/bakhmud"} <= paths
    assert any(path.startswith("/developments/") for path in paths)


def test_an_empty_log_has_a_page_that_says_so(scene: Scene) -> None:
    from dashboards.routing import contents

    assert "Nothing is found" in text(contents(asked(scene), "/checks").body)
    assert found(scene) == []
