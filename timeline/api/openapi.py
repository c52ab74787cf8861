"""The OpenAPI document, completed: what flask-smorest can not say of this API by itself.

Every error is a problem document (RFC 9457), and an event is one of so many sorts, each with data of its own.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from apispec import APISpec

from timeline.wire.events import EnvelopeSchema
from timeline.wire.facts import SCHEMAS

EVENT = {"$ref": "#/components/schemas/Event"}
"""An event of any type, as a body has it."""
_PROBLEMS = ("#/components/schemas/Problem", "#/components/schemas/Gone")
_PROBLEM_TYPE = "application/problem+json"
_IGNORED = {"datacontenttype": {"type": "string"}, "dataschema": {"type": "string"}}


def describe_events(spec: APISpec) -> None:
    """Take the schema of each type of event into the document, and of an event of any type."""
    spec.components.schema("Envelope", schema=EnvelopeSchema)
    names = []
    for topic, schema in SCHEMAS.items():
        name = "".join(word.capitalize() for word in topic.split("."))
        spec.components.schema(f"{name}Data", schema=schema)
        spec.components.schema(name, _event(topic, f"#/components/schemas/{name}Data"))
        names.append(f"#/components/schemas/{name}")
    spec.components.schema(
        "Event",
        {
            "oneOf": [{"$ref": name} for name in names],
            "discriminator": {"propertyName": "type", "mapping": dict(zip(SCHEMAS, names, strict=True))},
        },
    )


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with every problem under its own content type, and with both answers of an append."""
    document = deepcopy(document)  # the library gives the same parts each time it is asked
    for content in _contents(document):
        if content.get("application/json", {}).get("schema", {}).get("$ref") in _PROBLEMS:
            content[_PROBLEM_TYPE] = content.pop("application/json")
    answers = document["paths"]["/api/v1/events"]["post"]["responses"]
    told = answers["200"]["content"]["application/json"]
    told["schema"] = {"anyOf": [told["schema"], answers["201"]["content"]["application/json"]["schema"]]}
    answers["200"]["content"]["application/x-ndjson"] = {
        "schema": {"type": "string", "description": "The counts, and then each item, a line each."}
    }
    return document


def _event(topic: str, data: str) -> dict[str, Any]:
    """An event of one type: the attributes of the envelope, and its data."""
    envelope = "#/components/schemas/Envelope/properties"
    names = ("specversion", "source", "id", "subject", "time")
    return {
        "type": "object",
        "required": ["type", "data"],
        "properties": {
            "type": {"type": "string", "const": topic},
            **{name: {"$ref": f"{envelope}/{name}"} for name in names},
            **_IGNORED,
            "data": {"$ref": data},
        },
        "additionalProperties": False,
    }


def _contents(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    shared = document["components"].get("responses", {}).values()
    own = (
        response
        for methods in document["paths"].values()
        for operation in methods.values()
        if isinstance(operation, dict)
        for response in operation.get("responses", {}).values()
    )
    for response in (*shared, *own):
        if "content" in response:
            yield response["content"]
