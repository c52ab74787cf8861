"""The OpenAPI document is what the server does, and generators of clients can make something of it."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.scenarios import BAKHMUT, Scene, open_scene
from timeline.api.operations import OPERATION_IDS, operation_id

PATH_VALUES = {"{slug}": "bakhmut", "{id}": str(BAKHMUT), "{format}": "csv"}
PROBLEM = {"$ref": "#/components/schemas/ProblemDetails"}


def document_of(scene: Scene) -> Any:
    return scene.client.get("/api/v1/openapi.json").get_json()


@pytest.fixture
def document(scene: Scene) -> Any:
    return document_of(scene)


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    """Method, path and operation of all."""
    for path, methods in document["paths"].items():
        yield from ((method, path, one) for method, one in methods.items() if isinstance(one, dict))


def all_of(part: Any, key: str) -> Iterator[Any]:
    """Every value of a key, however deep it stands."""
    if isinstance(part, dict):
        yield from ([part[key]] if key in part else [])
        for inner in part.values():
            yield from all_of(inner, key)
    elif isinstance(part, list):
        for inner in part:
            yield from all_of(inner, key)


def parameters_taken(scene: Scene, method: str, path: str) -> set[str]:
    """The query parameters that the server names when it refuses one that it does not know."""
    for name, value in PATH_VALUES.items():
        path = path.replace(name, value)
    response = scene.client.open(path, method=method.upper(), query_string={"no-such-parameter": "1"}, buffered=False)
    response.close()
    if response.status_code != 422:
        return set()
    (refused,) = [one for one in response.get_json(force=True)["errors"] if one["field"] == "no-such-parameter"]
    return set(refused["allowed"].partition("but any of ")[2].split(", "))


def test_the_document_has_every_parameter_that_the_server_takes_and_no_other(scene: Scene, document: Any) -> None:
    documented = {
        f"{method} {path}": {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        for method, path, operation in operations(document)
    }
    taken = {f"{method} {path}": parameters_taken(scene, method, path) for method, path, _ in operations(document)}

    assert documented == taken
    assert {"front", "type", "after", "limit"} == documented["get /api/v1/events"]
    assert {"atomic", "strict", "validate", "outcomes"} == documented["post /api/v1/events"]


def test_the_headers_that_a_view_names_stand_beside_its_query(document: Any) -> None:
    headers = {
        path: {one["name"] for one in operation["parameters"] if one["in"] == "header"}
        for method, path, operation in operations(document)
        if method == "get" and operation.get("parameters")
    }

    assert "Prefer" in headers["/api/v1/events"]
    assert "Last-Event-ID" in headers["/api/v1/events/stream"]


def test_the_document_is_valid(document: Any) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_operations_keep_their_names(document: Any) -> None:
    names = {f"{method} {path}": one["operationId"] for method, path, one in operations(document)}

    assert {name: names[name] for name in OPERATION_IDS} == OPERATION_IDS
    assert [name for name in names.values() if not re.fullmatch("[a-z]+([A-Z][a-z]+)+", name)] == []
    assert len({name.lower() for name in names.values()}) == len(names)


def test_an_operation_that_nobody_named_is_named_by_its_path() -> None:
    assert operation_id("get", "/api/v1/moons/{slug}/orbits") == "getMoonsSlugOrbits"


def test_references_name_a_component_and_nothing_within_it(document: Any) -> None:
    references = set(all_of(document, "$ref"))

    assert [one for one in references if not re.fullmatch("#/components/[a-z]+/[A-Za-z_]+", one)] == []
    assert list(all_of(document, "$defs")) == []
    for reference in references:
        _, _, kind, name = reference.split("/")
        assert name in document["components"][kind]


def test_no_schema_is_left_to_which_nothing_refers(document: Any) -> None:
    used = {reference.rpartition("/")[2] for reference in all_of(document, "$ref")}

    assert set(document["components"]["schemas"]) - used == set()


def mangled(*parts: str) -> str:
    """A name as it is left when case and punctuation are lost."""
    return re.sub("[^a-z0-9]", "", "".join(parts).lower())


def needs_a_name(schema: Any) -> bool:
    """Whether a generator makes a type of its own of a schema that has no name."""
    schema = schema.get("items", schema)
    kinds = [one for word in ("oneOf", "anyOf") for one in schema.get(word, ()) if one != {"type": "null"}]
    return "enum" in schema or "const" in schema or schema.get("type") == "object" or len(kinds) > 1


def test_names_stay_apart_after_what_generators_do_to_them(document: Any) -> None:
    schemas = document["components"]["schemas"]
    names = [mangled(name) for name in schemas]
    names += [
        mangled(name, inner)
        for name, schema in schemas.items()
        for inner, one in schema.get("properties", {}).items()
        if needs_a_name(one)
    ]
    names += [
        mangled(operation["operationId"], one["name"])
        for _, _, operation in operations(document)
        for one in operation.get("parameters", ())
        if needs_a_name(one["schema"])
    ]

    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert [name for name in schemas if not re.fullmatch("[A-Z][A-Za-z]+", name)] == []


def test_an_object_with_properties_has_a_name_of_its_own(document: Any) -> None:
    named = sum("properties" in schema for schema in document["components"]["schemas"].values())

    assert len(list(all_of(without_examples(document), "properties"))) == named


def without_examples(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: without_examples(inner) for key, inner in part.items() if key not in ("example", "examples")}
    return [without_examples(inner) for inner in part] if isinstance(part, list) else part


def test_every_answer_says_what_it_holds(document: Any) -> None:
    shared = document["components"]["responses"]
    for method, path, operation in operations(document):
        for status, told in operation["responses"].items():
            response = shared[told["$ref"].rpartition("/")[2]] if "$ref" in told else told
            schemas = [content["schema"] for content in response.get("content", {}).values()]

            assert schemas != [] or status == "304", f"{method} {path} {status}"
            assert all(schemas), f"{method} {path} {status}"


def test_every_refusal_is_a_problem_of_one_schema_and_one_of_a_position_says_more(document: Any) -> None:
    shared = document["components"]["responses"]
    gone = {"$ref": "#/components/schemas/Gone"}
    for _, path, operation in operations(document):
        for status, told in operation["responses"].items():
            response = shared[told["$ref"].rpartition("/")[2]] if "$ref" in told else told
            if status.startswith(("4", "5", "d")) and path != "/readyz":
                schema = gone if "restored" in response["description"] else PROBLEM
                assert response["content"] == {"application/problem+json": {"schema": schema}}


def test_an_enum_that_may_be_null_says_so_and_integers_are_not_of_32_bits(document: Any) -> None:
    properties = [
        inner for one in document["components"]["schemas"].values() for inner in one.get("properties", {}).values()
    ]
    nullable = [one for one in properties if "enum" in one and "null" in one["type"]]
    integers = [one for one in properties if "integer" in (one.get("type") or [])]

    assert nullable != []
    assert all(None in one["enum"] for one in nullable)
    assert {one.get("format") for one in integers} == {"int64"}


def test_a_verdict_gives_its_credibility_as_the_number_that_the_server_takes(document: Any) -> None:
    credibility = document["components"]["schemas"]["DevelopmentAssessedData"]["properties"]["credibility"]

    assert (credibility["type"], credibility["enum"]) == ("integer", [1, 2, 3, 4, 5, 6])


def test_requests_are_closed_to_unknown_fields_and_answers_may_grow(document: Any) -> None:
    schemas = document["components"]["schemas"]

    assert schemas["DevelopmentReported"]["additionalProperties"] is False
    assert schemas["DevelopmentReportedData"]["additionalProperties"] is False
    assert "additionalProperties" not in schemas["Timeline"]
    assert "additionalProperties" not in schemas["Receipt"]


def test_the_server_is_where_the_document_was_read_unless_the_service_has_a_public_address(tmp_path: Path) -> None:
    with open_scene(tmp_path / "unnamed.db") as scene:
        assert document_of(scene)["servers"] == [{"url": "/"}]
    with open_scene(tmp_path / "named.db", public_url="https://timeline.example.org/desk") as scene:
        assert document_of(scene)["servers"] == [{"url": "https://timeline.example.org/desk"}]
