"""One front and one source: what the lists say of each, at any cuts, and a clear answer where there is none."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as given_
from hypothesis import strategies as st

from tests.engines import Engine
from tests.scenarios import BAKHMUT, GRAYVORON, KOZINKA, Scene, given, open_scene, registered, reported
from tests.soaking import examples
from tests.tellings import reported_times, tell, tellings
from timeline.domain.descriptions import FrontChanges, SourceChanges
from timeline.domain.facts import AccountWithdrawn, EntryVoided, FrontOpened, FrontRevised, SourceRevised
from timeline.domain.moments import format_instant
from timeline.domain.values import Actor, front_id, source_id
from timeline.domain.vocabulary import Kind


@pytest.fixture
def told(engine: Engine) -> Any:
    with open_scene(engine) as scene:
        scene.tell(registered("ru-mod", "russia"), "2022-01-01")
        scene.tell(FrontOpened("bakhmut", "Bakhmut"), "2022-08-01", front_id("bakhmut"))
        scene.tell(reported(actors=(Actor("Wagner", "attacker"),)), "2023-05-20", BAKHMUT)
        scene.tell(given("ua-mod", "denies"), "2023-05-21", BAKHMUT)
        scene.tell(reported("ru-mod", kind=Kind.STRIKE, occurred="2023-05-10"), "2023-05-22", KOZINKA)
        scene.tell(reported("legion", front="belgorod-border", occurred="2023-05-22"), "2023-05-22", GRAYVORON)
        yield scene


def test_a_front_has_what_the_list_says_of_it_and_who_is_named_and_speaks_there(told: Scene) -> None:
    told.tell(FrontRevised(FrontChanges(name="Bakhmut and Soledar")), "2023-01-10", front_id("bakhmut"))
    listed = {one["slug"]: one for one in told.get("/fronts")["items"]}
    item = told.get("/fronts/bakhmut")["item"]

    assert {name: item[name] for name in listed["bakhmut"]} == listed["bakhmut"]
    assert item["kinds"] == {"capture": 1, "strike": 1}
    assert item["actors"] == [{"name": "Wagner", "developments": 1}]
    assert item["sources"] == [
        {"slug": "ru-mod", "name": "RU-MOD", "developments": 2},
        {"slug": "ua-mod", "name": "ua-mod", "developments": 1},
    ]
    assert [(step["type"], step["voided"]) for step in item["history"]] == [
        ("front.opened", None),
        ("front.revised", None),
    ]
    assert told.get("/fronts/bakhmut", known_at="2023-01-01")["item"]["name"] == "Bakhmut"
    assert told.get("/fronts/belgorod-border")["item"]["history"] == []


def test_a_source_has_what_the_list_says_of_it_and_how_what_it_said_fared(told: Scene) -> None:
    told.tell(AccountWithdrawn("ru-mod"), "2023-05-23", KOZINKA)
    told.tell(SourceRevised(SourceChanges(affiliation=None), "Wrong side."), None, source_id("ru-mod"))
    listed = {one["slug"]: one for one in told.get("/sources")["items"]}
    item = told.get("/sources/ru-mod")["item"]

    assert {name: item[name] for name in listed["ru-mod"]} == listed["ru-mod"]
    assert (item["accounts"], item["accounts_in_force"], item["accounts_covered"], item["complete"]) == (2, 1, 2, True)
    assert item["stances"] == {"occurrence": {"asserts": 2}}
    assert item["fared"] == {"occurrence": {"disputed": 1, "retracted": 1}}
    assert (item["withdrawn"], item["withdrawn_in_part"]) == (1, 0)
    assert (item["first_reported_at"], item["last_reported_at"]) == ("2023-05-20T00:00:00Z", "2023-05-22T00:00:00Z")
    assert [step["type"] for step in item["history"]] == ["source.registered", "source.revised"]
    assert told.get("/sources/ua-mod")["item"]["registered"] is False


@pytest.mark.parametrize(
    ("path", "said", "allowed"),
    [
        ("/fronts/bakhmud", "bakhmut is", "such as bakhmut"),
        ("/fronts/kyiv", "no front 'kyiv'", "the slug of a front known at these cuts"),
        ("/sources/ru-mo", "ru-mod is", "such as ru-mod"),
        ("/sources/tass", "no source 'tass'", "the slug of a source known at these cuts"),
        ("/fronts/Not%20a%20slug", "no front 'Not a slug'", "the slug of a front"),
        ("/sources/%00", "no source", "the slug of a source"),
    ],
)
def test_where_there_is_none_one_that_is_near_is_named(told: Scene, path: str, said: str, allowed: str) -> None:
    problem = told.get(path, expect=404)

    assert said in problem["detail"]
    assert problem["errors"][0]["field"] == "slug"
    assert allowed in problem["errors"][0]["allowed"]


@pytest.mark.parametrize(
    ("path", "cut", "position", "reported_at"),
    [
        ("/fronts/belgorod-border", {"known_at": "2023-05-21"}, 6, "2023-05-22"),
        ("/fronts/belgorod-border", {"recorded_at": 5}, 6, "2023-05-22"),
        ("/fronts/bakhmut", {"recorded_at": 1}, 2, "2022-08-01"),
        ("/sources/legion", {"recorded_at": 5}, 6, "2023-05-22"),
        ("/sources/ru-mod", {"recorded_at": 0}, 1, "2022-01-01"),
        ("/sources/ua-mod", {"known_at": "2023-05-20"}, 4, "2023-05-21"),
    ],
)
def test_what_was_not_known_at_the_cuts_is_said_to_be_named_later(
    told: Scene, path: str, cut: Any, position: int, reported_at: str
) -> None:
    problem = told.get(path, expect=404, **cut)

    assert f"the log first names it at position {position}, reported {reported_at}T" in problem["detail"]


def test_a_registration_that_was_a_mistake_leaves_no_source(told: Scene) -> None:
    told.tell(registered("tass"), "2023-01-01")
    told.tell(EntryVoided("Entered by mistake.", position=told.head), None, source_id("tass"))

    assert "tass" not in {one["slug"] for one in told.get("/sources")["items"]}
    assert told.get("/sources/tass", expect=404)["errors"][0]["value"] == "tass"


def test_the_timeline_of_an_unknown_front_is_refused_alike(told: Scene) -> None:
    assert (
        told.get("/fronts/bakhmud/timeline", expect=404)["detail"] == told.get("/fronts/bakhmud", expect=404)["detail"]
    )


cuts = st.lists(st.tuples(reported_times, reported_times, st.integers(0, 100)), min_size=1, max_size=3)


@settings(max_examples=examples(15), deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given_(tellings(), cuts)
def test_at_any_cuts_there_is_one_where_the_list_has_it_and_it_says_the_same(told: Any, triples: Any) -> None:
    with tempfile.TemporaryDirectory() as folder, open_scene(Path(folder) / "catalogue.db") as scene:
        tell(scene, told)
        for as_of, known_at, share in triples:
            query = at(as_of, known_at, scene.head * share // 100)
            for path, slugs in (("/fronts", ("bakhmut", "kherson", "kyiv")), ("/sources", (*SLUGS, "nobody"))):
                listed = {one["slug"]: one for one in scene.get(path, **query)["items"]}
                for slug in slugs:
                    answer = scene.get(f"{path}/{slug}", expect=200 if slug in listed else 404, **query)
                    if slug in listed:
                        assert {name: answer["item"][name] for name in listed[slug]} == listed[slug]


SLUGS = ("ru-mod", "wagner", "ua-mod", "legion", "outlet")


def at(as_of: datetime, known_at: datetime, position: int) -> dict[str, Any]:
    """The three cuts as a query."""
    return {"as_of": format_instant(as_of), "known_at": format_instant(known_at), "recorded_at": position}
