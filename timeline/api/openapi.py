"""The OpenAPI document, completed: what flask-smorest can not say of this API by itself.

Every error is a problem document (RFC 9457), and an event is one of so many sorts, each with data of its own.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from apispec import APISpec

from timeline.api.components import either, shape
from timeline.api.examples import exemplify
from timeline.api.operations import operation_id
from timeline.wire.events import EnvelopeSchema
from timeline.wire.facts import SCHEMAS

EVENT = {"$ref": "#/components/schemas/Event"}
"""An event of any type, as a body has it."""
_PROBLEMS = ("#/components/schemas/ProblemDetails", "#/components/schemas/Gone")
_PROBLEM_TYPE = "application/problem+json"
_ABOUT = (
    "What was reported of a conflict, by whom, and when it was known. Every read takes the same three cuts: `as_of`, "
    "`known_at` and `recorded_at`. Answers may get more fields, and the log more types of events: clients pass over "
    "what they do not know. Every refusal is a problem document (RFC 9457)."
)
_TEXTS = {
    "/api/v1/events/stream": (
        "text/event-stream",
        "Blocks of `id` and `data` lines (Server-Sent Events), without end.",
    ),
    "/api/v1/log/checkpoint": ("text/plain", "A signed note: name of the log, size, root hash, signatures."),
    "/metrics": ("text/plain", "Text format 0.0.4 of Prometheus."),
}
"""Path -> the media type of what is read there, and what that text is."""
_IGNORED = {"datacontenttype": {"type": "string"}, "dataschema": {"type": "string"}}


def describe_events(spec: APISpec) -> None:
    """Take the schema of each type of event into the document, and of an event of any type."""
    spec.components.schema("Envelope", schema=EnvelopeSchema)
    envelope = spec.components.schemas["Envelope"]["properties"]
    names = []
    for topic, schema in SCHEMAS.items():
        name = "".join(word.capitalize() for word in topic.split("."))
        spec.components.schema(f"{name}Data", schema=schema)
        spec.components.schema(name, _event(topic, envelope, f"#/components/schemas/{name}Data"))
        names.append(f"#/components/schemas/{name}")
    spec.components.schema(
        "Event",
        {
            "oneOf": [{"$ref": name} for name in names],
            "discriminator": {"propertyName": "type", "mapping": dict(zip(SCHEMAS, names, strict=True))},
        },
    )


def completed(document: dict[str, Any], server: str) -> dict[str, Any]:
    """The document of the API at the address of a server (a URL, or `/`), with all that the library leaves open.

    Every operation has a name, every answer a schema, every problem its own content type, and an append both answers.
    """
    document = deepcopy(document)  # the library gives the same parts each time it is asked
    document["info"]["description"] = _ABOUT
    document["servers"] = [{"url": server}]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if isinstance(operation, dict):
                operation["operationId"] = operation_id(method, path)
                for parameter in operation.get("parameters", ()):
                    exemplify(parameter)
    for content in _contents(document):
        if content.get("application/json", {}).get("schema", {}).get("$ref") in _PROBLEMS:
            content[_PROBLEM_TYPE] = content.pop("application/json")
    _tell_of_append(document)
    _tell_of_texts(document)
    shape(document)
    return document


def _tell_of_append(document: dict[str, Any]) -> None:
    """What is answered to one event that is new, to one that is there or was only checked, and to many."""
    answers, schemas = document["paths"]["/api/v1/events"]["post"]["responses"], document["components"]["schemas"]
    schemas["AppendAnswer"] = either(
        {"position": schemas["Receipt"], "items": schemas["Batch"]},
        "Of one event its receipt, without `position` and `recorded_at` where it was only validated; of a batch the "
        "counts, and `items`.",
    )
    answers["200"]["content"]["application/json"]["schema"] = {"$ref": "#/components/schemas/AppendAnswer"}
    answers["200"]["content"]["application/x-ndjson"] = {
        "schema": {"type": "string", "description": "The counts, and then each item, a line each."}
    }


def _tell_of_texts(document: dict[str, Any]) -> None:
    for path, (media_type, description) in _TEXTS.items():
        schema = {"type": "string", "description": description}
        document["paths"][path]["get"]["responses"]["200"]["content"] = {media_type: {"schema": schema}}


def _event(topic: str, envelope: dict[str, Any], data: str) -> dict[str, Any]:
    """An event of one type: the attributes of the envelope, and its data."""
    names = ("specversion", "source", "id", "subject", "time")
    return {
        "type": "object",
        "required": ["type", "data"],
        "properties": {
            "type": {"type": "string", "const": topic},
            **{name: envelope[name] for name in names},
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
