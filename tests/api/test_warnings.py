"""Receipts warn of what was probably not meant, and `strict` refuses it: by each way in, and the same each time."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NewEngine
from tests.scenarios import Scene, bearer, message, open_log, open_scene, registered
from timeline.access.tokens import Scope
from timeline.domain.aggregates import Submission
from timeline.domain.facts import FrontOpened, SourceRegistered
from timeline.domain.values import MessageId, front_id, source_id
from timeline.domain.vocabulary import SourceKind

Json = dict[str, Any]


@pytest.fixture
def known(scene: Scene) -> Scene:
    """A log that knows a few sources and one front."""
    fill_catalogue(scene)
    return scene


def fill_catalogue(scene: Scene) -> None:
    for slug in ("bbc", "ru-mod", "ua-general-staff", "freedom-of-russia-legion"):
        scene.tell(registered(slug))
    scene.tell(FrontOpened("belgorod-border", "Belgorod border"), id=front_id("belgorod-border"))


def report(id: str = "a-1", **data: Any) -> Json:
    return message(id=id, data={"account": {"source": "ru-mod", "stance": {"occurrence": "asserts"}}, **data})


def warnings(response: Any, status: int = 201) -> list[Json]:
    assert response.status_code == status, response.get_data(as_text=True)
    found: list[Json] = response.get_json()["warnings"]
    return found


def codes(response: Any, status: int = 201) -> list[str]:
    return [one["code"] for one in warnings(response, status)]


def placed(lat: float, lon: float, country: str | None = None, **more: Any) -> Json:
    return {"name": "Depot", "lat": lat, "lon": lon, **({"country": country} if country else {}), **more}


def test_a_message_that_is_as_it_should_be_has_no_warnings(known: Scene) -> None:
    assert warnings(known.post(report())) == []


def test_a_source_that_is_not_registered_is_named_with_the_one_that_was_meant(known: Scene) -> None:
    account = {"source": "bbc-news", "stance": {"occurrence": "asserts"}}

    (warning,) = warnings(known.post(report(account=account)))

    assert warning.pop("detail") == (
        "no source bbc-news is registered, so it counts as no independent voice; did you mean bbc?"
    )
    assert warning == {
        "code": "source-not-registered", "field": "data.account.source", "value": "bbc-news", "meant": "bbc",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("slug", "meant"),
    [("bbc-news", "bbc"), ("ru-mud", "ru-mod"), ("freedom-of-russia", "freedom-of-russia-legion"), ("zzz", None)],
)
def test_what_was_meant_is_a_name_that_goes_on_or_is_spelt_alike(known: Scene, slug: str, meant: str | None) -> None:
    (warning,) = warnings(known.post(report(account={"source": slug, "stance": {"occurrence": "asserts"}})))

    assert warning["meant"] == meant


def test_an_origin_and_a_same_as_name_sources_as_well(known: Scene) -> None:
    account = {"source": "bbc", "stance": {"occurrence": "repeats"}, "origin": "ru-mid"}
    same = message("source.revised", id="a-2", subject="bbc", data={"changes": {"same_as": "bbc-world"}})
    new = message("source.registered", id="a-3", data={"slug": "one", "name": "One", "kind": "media", "same_as": "two"})

    fields = [warnings(known.post(told))[0]["field"] for told in (report(account=account), same, new)]

    assert fields == ["data.account.origin", "data.changes.same_as", "data.same_as"]


def test_a_front_that_was_not_opened(known: Scene) -> None:
    (warning,) = warnings(known.post(report(front="belgorod-boarder")))

    assert (warning["code"], warning["field"], warning["meant"]) == (
        "front-not-opened", "data.front", "belgorod-border",
    )  # fmt: skip


def test_a_date_far_from_the_others_of_its_front(known: Scene) -> None:
    assert codes(known.post(report("a-1"))) == []
    (warning,) = warnings(known.post(report("a-2", occurred="0223-05-22")))

    assert (warning["code"], warning["field"], warning["value"]) == (
        "date-far-from-front", "data.occurred", "0223-05-22",
    )  # fmt: skip
    assert codes(known.post(report("a-3", occurred="1974"))) == []
    assert codes(known.post(report("a-4", occurred="1923-01"))) == []  # a chain of fifty years each


def test_two_mistakes_do_not_vouch_for_each_other(known: Scene) -> None:
    for number in range(3):
        known.post(report(f"a-{number}"))

    assert codes(known.post(report("b-1", occurred="0223-05-22"))) == ["date-far-from-front"]
    assert codes(known.post(report("b-2", occurred="0223-05-23"))) == ["date-far-from-front"]


def test_a_mistake_that_came_first_is_told_by_the_next_and_then_no_more(known: Scene) -> None:
    assert codes(known.post(report("a-1", occurred="0223-05-22"))) == []
    assert codes(known.post(report("a-2"))) == ["date-far-from-front"]
    assert codes(known.post(report("a-3"))) == []


@pytest.mark.parametrize(
    ("occurred", "expected"),
    [
        ("2023-05-23", []),  # it is the 23rd already in Kamchatka
        ("2023-05-24", ["date-after-time"]),
        ("2023-06", ["date-after-time"]),
        ("2023", []),
        ("2023-05-01/..", []),
        ("2023-05-01/2023-07-01", ["date-after-time"]),
        ({"edtf": "2023-05-22", "exact": {"start": "2023-05-22T12:00:01Z"}}, ["date-after-time"]),
        ("2203-05-22", ["date-far-from-front", "date-after-time"]),
    ],
)
def test_a_date_after_the_time_of_the_report(known: Scene, occurred: Any, expected: list[str]) -> None:
    known.post(report("a-0"))

    assert codes(known.post(report(occurred=occurred, account=report()["data"]["account"]))) == expected


OUTSIDE, ZERO, EXCHANGED = "coordinates-outside-country", "coordinates-at-zero", "coordinates-exchanged"
POINTS: dict[str, tuple[Json, list[str]]] = {
    "at zero, in Ukraine": (placed(0, 0, "UA"), [ZERO, OUTSIDE]),
    "at zero, in no country": (placed(0, 0), [ZERO]),
    "exchanged": (placed(35.66, 50.48, "RU"), [EXCHANGED, OUTSIDE]),
    "in another country": (placed(50.45, 30.52, "RU"), [OUTSIDE]),
    "in its country": (placed(50.45, 30.52, "UA"), []),
    "just beyond the border": (placed(50.48, 35.66, "UA"), []),
    "in Crimea, to one": (placed(44.6, 33.5, "UA"), []),
    "in Crimea, to the other": (placed(44.6, 33.5, "RU"), []),
    "in Donetsk, to the other": (placed(48.0, 37.8, "RU"), []),
    "a ship off the coast": (placed(45.18, 30.92, "UA"), []),
    "a country that nobody knows": (placed(10, 10, "ZZ"), []),
    "no point": ({"name": "Depot", "country": "UA"}, []),
    "across 180 degrees": (placed(-16.8, -179.98, "FJ"), []),
}


@pytest.mark.parametrize(("place", "expected"), POINTS.values(), ids=POINTS)
def test_a_point_is_called_outside_only_where_that_is_certain(known: Scene, place: Json, expected: list[str]) -> None:
    assert codes(known.post(report(place=place))) == expected


def test_exchanged_coordinates_are_told_as_they_were_meant(known: Scene) -> None:
    (exchanged, _) = warnings(known.post(report(place=placed(35.66, 50.48, "RU"))))

    assert exchanged["meant"] == {"lat": 50.48, "lon": 35.66}
    assert exchanged["value"] == {"lat": 35.66, "lon": 50.48}


def test_a_revision_is_looked_at_like_a_report(known: Scene) -> None:
    subject = known.post(report()).get_json()["subject"]
    changes = {"front": "nowhere", "occurred": "0223", "place": placed(0, 0)}
    known.post(report("a-2"))
    only_date = {"occurred": "0223"}

    whole = message("development.revised", id="r-1", subject=subject, data={"changes": changes, "nature": "update"})
    part = message("development.revised", id="r-2", subject=subject, data={"changes": only_date, "nature": "update"})

    assert codes(known.post(part)) == ["date-far-from-front"]
    assert [(one["code"], one["field"]) for one in warnings(known.post(whole))] == [
        ("front-not-opened", "data.changes.front"), (ZERO, "data.changes.place"),
    ]  # fmt: skip


def test_a_second_report_says_whose_description_it_replaces(known: Scene) -> None:
    known.post(report(external_id="trials:one", title="The first"))
    (warning,) = warnings(known.post(report("a-2", external_id="trials:one", title="The second")))

    assert (warning["code"], warning["field"], warning["value"]) == (
        "replaces-description", "data.external_id", "trials:one",
    )  # fmt: skip
    assert "“The first”" in warning["detail"]


def undo() -> list[Json]:
    """What somebody tries after a mistaken retraction."""
    told: list[tuple[str, Json]] = [
        ("development.retracted", {"reason": "Wrong row."}),
        ("development.revised", {"changes": {"summary": "Stands after all."}, "nature": "correction"}),
        ("account.given", {"source": "ua-general-staff", "stance": {"occurrence": "asserts"}}),
        ("development.assessed", {"aspect": "occurrence", "verdict": "confirmed", "credibility": 1, "rationale": "x"}),
    ]
    return [
        message(type, id=f"u-{number}", subject="trials:rB", time=f"2023-05-2{number + 3}T10:00:00Z", data=data)
        for number, (type, data) in enumerate(told)
    ]


def test_each_receipt_after_a_retraction_warns(known: Scene) -> None:
    known.post(report(external_id="trials:rB"))
    retraction, *later = undo()

    assert codes(known.post(retraction)) == []
    assert [codes(known.post(one)) for one in later] == [["subject-retracted"]] * 3
    again = report("a-9", external_id="trials:rB")
    assert codes(known.post({**again, "time": "2023-05-30"})) == ["replaces-description", "subject-retracted"]
    assert codes(known.post({**undo()[2], "id": "u-9", "time": "2023-05-31"})) == []


def test_a_report_from_before_the_retraction_does_not_bring_it_back(known: Scene) -> None:
    known.post(report(external_id="trials:rB"))
    known.post(undo()[0])
    known.post({**report("a-9", external_id="trials:rB"), "time": "2023-05-23T09:00:00Z"})

    assert codes(known.post(undo()[2])) == ["subject-retracted"]


def test_what_is_said_of_a_merged_subject_warns_and_leads_to_the_other(known: Scene) -> None:
    known.post(report("a-1", external_id="trials:one"))
    target = known.post(report("a-2", external_id="trials:two")).get_json()["subject"]
    known.post(message("development.merged", id="m-1", subject="trials:one", data={"into": "trials:two"}))
    account = {"source": "bbc", "stance": {"occurrence": "denies"}}

    (warning,) = warnings(known.post(message("account.given", id="a-3", subject="trials:one", data=account)))

    assert (warning["code"], warning["field"], warning["meant"]) == ("subject-merged", "subject", target)
    assert codes(known.post(message("account.given", id="a-4", subject="trials:two", data=account))) == []


def test_a_message_sent_again_is_told_what_it_was_told_first(known: Scene) -> None:
    told = [
        report("a-1", account={"source": "bbc-news", "stance": {"occurrence": "asserts"}}, front="kherson"),
        report("a-2", occurred="2022", external_id="trials:rB"),
        report("a-3", occurred="0223"),
        *undo(),
    ]
    first = [known.post(one) for one in told]
    known.tell(registered("bbc-news"))
    known.tell(FrontOpened("kherson", "Kherson"), id=front_id("kherson"))
    known.post({**report("a-9", external_id="trials:rB"), "time": "2023-05-30"})
    again = [known.post(one) for one in told]

    assert any(json.loads(one.get_data())["warnings"] for one in first)
    assert [one.get_data() for one in again] == [one.get_data() for one in first]
    assert {one.status_code for one in again} == {200}


@pytest.mark.parametrize("query", ["?atomic=true", ""])
def test_entries_of_the_same_batch_that_came_before_are_known(scene: Scene, query: str) -> None:
    body = [
        report("a-0"),
        message("source.registered", id="s-1", data={"slug": "ru-mod", "name": "Ministry", "kind": "ministry"}),
        message("front.opened", id="f-1", data={"slug": "belgorod-border", "name": "Border"}),
        report("a-1"),
        report("a-2", occurred="0223"),
    ]

    response = scene.client.post(f"/api/v1/events{query}", json=body, content_type="application/cloudevents-batch+json")
    items = response.get_json()["items"]

    assert scene.head == len(body)
    assert {item["outcome"] for item in items} == {"accepted"}
    found = [[one["code"] for one in item["warnings"]] for item in items]
    assert found == [["source-not-registered", "front-not-opened"], [], [], [], ["date-far-from-front"]]


def test_what_a_batch_did_not_append_is_not_known_afterwards(scene: Scene) -> None:
    batch = [
        message("source.registered", id="s-1", data={"slug": "ru-mod", "name": "Ministry", "kind": "ministry"}),
        message("account.given", id="a-9", subject="trials:none", data=report()["data"]["account"]),
    ]
    refused = scene.client.post(
        "/api/v1/events?atomic=true", json=batch, content_type="application/cloudevents-batch+json"
    )

    assert (refused.status_code, scene.head) == (422, 0)
    assert "source-not-registered" in codes(scene.post(report()))


def test_strict_refuses_what_would_be_accepted_with_warnings(known: Scene) -> None:
    told = report(front="kherson", account={"source": "bbc-news", "stance": {"occurrence": "asserts"}})
    head = known.head
    refused = known.client.post("/api/v1/events?strict=true", json=told)

    problem = refused.get_json()
    assert (refused.status_code, problem["type"]) == (422, "urn:timeline:problem:refused-as-strict")
    assert [(one["field"], one["value"], one["code"]) for one in problem["errors"]] == [
        ("data.account.source", "bbc-news", "source-not-registered"),
        ("data.front", "kherson", "front-not-opened"),
    ]
    assert problem["errors"][0]["allowed"] == "the slug of a registered source, such as bbc"
    assert known.head == head
    assert known.client.post("/api/v1/events?strict=true", json=report()).status_code == 201


def test_strict_refuses_one_of_a_batch_and_takes_the_others(known: Scene) -> None:
    lines = "\n".join(json.dumps(one) for one in (report("a-1"), report("a-2", front="kherson"), report("a-3")))
    response = known.client.post("/api/v1/events?strict=true", data=lines, content_type="application/x-ndjson")
    head, *items = [json.loads(line) for line in response.get_data(as_text=True).splitlines()]

    assert (head["accepted"], head["rejected"]) == (2, 1)
    assert items[1]["problem"]["type"] == "urn:timeline:problem:refused-as-strict"


def test_what_is_there_already_is_not_refused_again(known: Scene) -> None:
    known.post(report(front="kherson"))

    assert known.client.post("/api/v1/events?strict=true", json=report(front="kherson")).status_code == 200


@pytest.mark.parametrize("query", ["", "?strict=false"])
def test_a_strict_token_is_always_strict(known: Scene, query: str) -> None:
    secret, token = known.tokens.create("careful", [Scope.APPEND], strict=True)
    headers = {"Authorization": f"Bearer {secret}"}
    refused = known.client.post(f"/api/v1/events{query}", json=report(front="kherson"), headers=headers)
    accepted = known.client.post(f"/api/v1/events{query}", json=report(), headers=headers)

    assert (refused.status_code, accepted.status_code) == (422, 201)
    assert token.strict
    assert bearer(known.tokens, "careless", Scope.APPEND)


@pytest.mark.parametrize("name", ["sqlite", "postgres"])
def test_what_another_process_wrote_is_known(name: str, make_engine: NewEngine) -> None:
    with make_engine(name) as engine, open_scene(engine) as scene:
        assert codes(scene.post(report())) == ["source-not-registered", "front-not-opened"]
        with open_log(engine, scene.clock) as other:
            for fact, id in (
                (SourceRegistered("ru-mod", "Ministry", SourceKind.MINISTRY), source_id("ru-mod")),
                (FrontOpened("belgorod-border", "Border"), front_id("belgorod-border")),
            ):
                other.record(Submission(id, None, MessageId("//other", str(id)), fact))

        assert codes(scene.post(report("a-2"))) == []


@pytest.fixture
def reopened(tmp_path: Path) -> Iterator[Scene]:
    """A log that was written by an earlier process."""
    with open_scene(tmp_path / "log.db") as first:
        fill_catalogue(first)
        first.post(report())
    with open_scene(tmp_path / "log.db") as second:
        yield second


def test_what_an_earlier_process_wrote_is_known(reopened: Scene) -> None:
    assert codes(reopened.post(report("a-2"))) == []
    assert codes(reopened.post(report("a-3", occurred="0223"))) == ["date-far-from-front"]


@pytest.mark.parametrize(("published", "warned"), [("2023-05-20", False), ("2023-05-23", False), ("2203-02-17", True)])
def test_a_source_cannot_have_published_after_it_was_reported(known: Scene, published: str, warned: bool) -> None:
    account = {"source": "bbc", "stance": {"occurrence": "asserts"}, "published": published}
    found = codes(known.post(report(account=account)))

    assert ("published-after-time" in found) is warned


@pytest.mark.parametrize(
    ("occurred", "sentence"),
    [
        ("2023-06-02", "2023-06-02 is after the time of the report, 2023-05-22"),
        ("2023-05-20/2023-06-02", "2023-05-20/2023-06-02 ends after the time of the report, 2023-05-22"),
        (
            {"edtf": "2023-05-22", "exact": {"start": "2023-05-22T12:00:00+03:00"}},
            "2023-05-22T09:00:00Z is after the time of the report, 2023-05-22T08:00:00Z",
        ),
    ],
)
def test_what_is_after_its_report_is_told_as_exactly_as_it_is_known(known: Scene, occurred: Any, sentence: str) -> None:
    (told,) = known.post({**report(occurred=occurred), "time": "2023-05-22T08:00:00Z"}).get_json()["warnings"]

    assert (told["code"], told["detail"]) == ("date-after-time", sentence)
