"""What the API does stands in its OpenAPI document, and what stands there is what it does."""

import re
from typing import Any

import pytest

from tests.scenarios import BAKHMUT, Scene, given, message, registered, reported
from timeline.api.messages import CONTENT_TYPES
from timeline.api.schemas import ItemSchema
from timeline.domain.facts import DevelopmentAssessed, FrontOpened
from timeline.domain.moments import Occurred
from timeline.domain.values import Place, Tally, front_id
from timeline.domain.vocabulary import Aspect, Credibility, Verdict
from timeline.wire.answers import ITEM_FIELDS

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "integer": (int,), "number": (int, float),
    "boolean": (bool,), "null": (type(None),),
}  # fmt: skip


def document(scene: Scene) -> Any:
    return scene.client.get("/api/v1/openapi.json").get_json()


def faults(schema: dict[str, Any], value: Any, whole: dict[str, Any], where: str = "$") -> list[str]:
    """What of a JSON value does not fit a schema of the document; keys that are not documented are faults."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return faults(whole["components"]["schemas"][name], value, whole, where)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            found = [faults(one, value, whole, where) for one in schema[word]]
            return [] if [] in found else [f"{where} fits none: {found}"]
    allowed = schema.get("type", list(TYPES))
    allowed = [allowed] if isinstance(allowed, str) else allowed
    fits = [word for word in allowed if isinstance(value, TYPES[word]) and (word == "boolean" or value is not True)]
    if not fits:
        return [f"{where}: {value!r} is not {allowed}"]
    if value is not None and "enum" in schema and value not in schema["enum"]:
        return [f"{where}: {value!r} is not one of {schema['enum']}"]
    if isinstance(value, list):
        return [f for n, one in enumerate(value) for f in faults(schema.get("items", {}), one, whole, f"{where}.{n}")]
    if not isinstance(value, dict):
        return []
    known, more = schema.get("properties", {}), schema.get("additionalProperties", not schema.get("properties"))
    told = [f"{where}.{name} is missing" for name in schema.get("required", ()) if name not in value]
    for name, inner in value.items():
        if name in known:
            told += faults(known[name], inner, whole, f"{where}.{name}")
        elif more in (False, None):
            told.append(f"{where}.{name} is not documented")
        elif isinstance(more, dict):
            told += faults(more, inner, whole, f"{where}.{name}")
    return told


@pytest.fixture
def told(scene: Scene) -> Scene:
    """Something of everything that an answer can hold."""
    scene.tell(registered("ru-mod", "russia"), "2022-01-01")
    area, since = (37.0, 48.0, 39.0, 49.0), Occurred("2022-08/..")
    scene.tell(FrontOpened("bakhmut", "Bakhmut", area, since), "2022-01-01", front_id("bakhmut"))
    place = Place("Bakhmut", 48.6, 38.0)
    tallies = {"deaths": Tally(9, 3, 5, as_published=True), "wounded": Tally(best=1)}
    scene.tell(reported(place=place, tallies=tallies, tags=("city",)), "2023-05-20", BAKHMUT)
    scene.tell(given("ua-mod", "repeats", origin="ru-mod", quote="So they say."), "2023-05-21", BAKHMUT)
    verdict = DevelopmentAssessed(Aspect.OCCURRENCE, Verdict.CONFIRMED, Credibility.PROBABLY_TRUE, "Pictures.")
    scene.tell(verdict, "2023-05-22", BAKHMUT)
    scene.post(message(data={"occurred": {"edtf": "2023-05-22", "exact": {"start": "2023-05-22T09:00:00Z"}}}))
    return scene


GETS = {
    "/api/v1/events": "/api/v1/events?limit=3",
    "/api/v1/timeline": "/api/v1/timeline?limit=1",
    "/api/v1/fronts": "/api/v1/fronts",
    "/api/v1/fronts/{slug}": "/api/v1/fronts/bakhmut",
    "/api/v1/fronts/{slug}/timeline": "/api/v1/fronts/bakhmut/timeline",
    "/api/v1/sources": "/api/v1/sources",
    "/api/v1/sources/{slug}": "/api/v1/sources/ru-mod",
    "/api/v1/actors": "/api/v1/actors",
    "/api/v1/places": "/api/v1/places?limit=1",
    "/api/v1/checks": "/api/v1/checks",
    "/api/v1/density": "/api/v1/density?bucket=month",
    "/readyz": "/readyz",
    "/api/v1/developments/{id}": f"/api/v1/developments/{BAKHMUT}",
    "/api/v1/changes": "/api/v1/changes?since=2022-12-31&until=2023-05-22",
    "/api/v1/log/keys": "/api/v1/log/keys",
    "/api/v1/log/proof/inclusion": "/api/v1/log/proof/inclusion?position=2",
    "/api/v1/log/proof/consistency": "/api/v1/log/proof/consistency?from=3",
    "/api/v1/developments/{id}/history": f"/api/v1/developments/{BAKHMUT}/history",
}

FILES = {
    "/api/v1/exports/{format}",
    "/api/v1/changes.atom",
    "/api/v1/changes.json",
    "/api/v1/fronts/{slug}/changes.atom",
    "/api/v1/fronts/{slug}/changes.json",
}
"""What is read in forms of other programs: `test_exports` and `test_feeds` hold those."""


def test_every_route_is_documented(scene: Scene) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in scene.app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS")
        and not rule.endpoint.startswith("unknown_path")  # What is left over answers 404.
        and not rule.rule.startswith("/api/docs")
    }
    documented = {(path, method) for path, methods in document(scene)["paths"].items() for method in methods}

    assert routes - documented == {("/api/v1/openapi.json", "get")}


def test_every_documented_read_is_held_against_its_answers_here(scene: Scene) -> None:
    reads = {path for path, methods in document(scene)["paths"].items() if "get" in methods}

    streams = {"/api/v1/events/stream"}

    assert reads - {"/healthz", "/metrics", "/api/v1/log/checkpoint", *FILES, *streams} == set(GETS)


@pytest.mark.parametrize("path", GETS)
def test_an_answer_fits_its_schema(told: Scene, path: str) -> None:
    whole = document(told)
    responses = whole["paths"][path]["get"]["responses"]
    schema = responses["200"]["content"]["application/json"]["schema"]

    assert faults(schema, told.client.get(GETS[path]).get_json(), whole) == []


def test_the_receipt_of_an_append_fits_its_schema(told: Scene) -> None:
    whole = document(told)
    responses = whole["paths"]["/api/v1/events"]["post"]["responses"]
    response = told.post(message(id="b"))

    assert faults(responses["201"]["content"]["application/json"]["schema"], response.get_json(), whole) == []


def test_what_became_of_a_batch_fits_its_schema(told: Scene) -> None:
    whole = document(told)
    schema = whole["paths"]["/api/v1/events"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    response = told.post([message(id="c"), message(data={"title": ""})], "application/cloudevents-batch+json")

    assert response.status_code == 200
    assert faults(schema, response.get_json(), whole) == []


def test_a_problem_fits_its_schema(told: Scene) -> None:
    whole = document(told)
    problem = told.post(message(data={"title": ""})).get_json(force=True)

    assert faults({"$ref": "#/components/schemas/ProblemDetails"}, problem, whole) == []


def test_every_query_parameter_is_described(scene: Scene) -> None:
    parameters = [
        (path, one)
        for path, methods in document(scene)["paths"].items()
        for operation in methods.values()
        if isinstance(operation, dict)
        for one in operation.get("parameters", ())
        if one["in"] == "query"
    ]

    assert [(path, one["name"]) for path, one in parameters if not one.get("description")] == []
    assert {one["name"] for _, one in parameters} >= {
        "as_of",
        "known_at",
        "recorded_at",
        "from",
        "to",
        "bbox",
        "cursor",
    }


def test_every_operation_has_a_summary_and_the_append_an_example_that_is_accepted(scene: Scene) -> None:
    whole = document(scene)
    operations = [
        one for methods in whole["paths"].values() for word, one in methods.items() if word in ("get", "post")
    ]
    content = whole["paths"]["/api/v1/events"]["post"]["requestBody"]["content"]

    assert [one for one in operations if not one.get("summary")] == []
    batch = content["application/cloudevents-batch+json"]["example"]

    assert set(content) == set(CONTENT_TYPES)
    assert scene.post(content["application/json"]["example"]).status_code == 201
    assert scene.post(batch, "application/cloudevents-batch+json").get_json()["accepted"] == 1


def test_what_is_told_of_a_development_is_what_its_schema_has() -> None:
    assert set(ItemSchema().fields) == set(ITEM_FIELDS)


def test_the_check_of_this_module_finds_what_does_not_fit(told: Scene) -> None:
    whole = document(told)
    schema = whole["paths"]["/api/v1/timeline"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    good = told.client.get(GETS["/api/v1/timeline"]).get_json()

    assert faults(schema, {**good, "more": 1}, whole) == ["$.more is not documented"]
    assert faults(schema, {**good, "as_of": 5}, whole)
    assert faults(schema, {**good, "items": [{**good["items"][0], "status": "maybe"}]}, whole)
    assert faults(schema, {name: value for name, value in good.items() if name != "items"}, whole)


def test_the_document_is_the_same_each_time_that_it_is_asked_for(scene: Scene) -> None:
    assert document(scene) == document(scene)


def operations(scene: Scene) -> dict[str, Any]:
    """The operations of the document by method and path."""
    paths = document(scene)["paths"]
    return {f"{word} {path}": one for path, words in paths.items() for word, one in words.items() if "responses" in one}


def headers_of(operation: Any) -> set[str]:
    return {one["name"] for one in operation["parameters"] if one["in"] == "header"}


def test_the_document_says_how_an_append_may_be_refused_and_what_headers_it_takes(scene: Scene) -> None:
    append = operations(scene)["post /api/v1/events"]
    attributes = {f"ce-{name}" for name in ("type", "specversion", "source", "id", "subject", "time")}

    refusals = {"400", "401", "403", "408", "409", "412", "413", "415", "422", "429", "503", "507"}
    assert refusals | {"200", "201", "default"} == set(append["responses"])
    assert {"If-Match", "If-None-Match", "Idempotency-Key"} | attributes == headers_of(append)
    assert set(append["responses"]["201"]["headers"]) == {"ETag"}
    assert set(append["responses"]["415"]["headers"]) == {"Accept-Encoding"}
    for status in refusals - {"422"}:
        assert set(append["responses"][status]["content"]) == {"application/problem+json"}


def test_the_document_says_which_reads_can_be_asked_again_and_which_wait(scene: Scene) -> None:
    told = operations(scene)
    waiting = {name for name, one in told.items() if {"min_position"} & {p["name"] for p in one.get("parameters", ())}}

    assert len(waiting) == 18
    for name, one in told.items():
        if not name.startswith("get /api/v1/") or name.endswith("/stream"):
            continue
        assert {"ETag", "Cache-Control"} <= set(one["responses"]["200"]["headers"])
        assert set(one["responses"]["304"]["headers"]) == {"ETag", "Cache-Control"}
        assert "content" not in one["responses"]["304"]
        assert "Retry-After" in one["responses"]["503"]["headers"]
        assert "If-None-Match" in headers_of(one)
        assert ("404" in one["responses"]) == ("{" in name)
        assert ("412" in one["responses"]) == (name in waiting)
        assert ("Prefer" in headers_of(one)) == (name in waiting or name == "get /api/v1/events")
