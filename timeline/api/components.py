"""The schemas of the OpenAPI document, in forms that people read and of which generators of clients make usable code.

Such generators make a class of each object, named after its schema. So each object has a name of its own, one that
stays apart from all others when case and punctuation are lost; integers say that 32 bits are too few for them; and an
enum that may be null says so. What an answer holds may grow: only requests are closed to what is not known.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from apispec.ext.marshmallow.common import resolve_schema_cls

Schema = dict[str, Any]

PREFIX = "#/components/schemas/"
_NAMES = {
    "ProblemSchema": "ProblemDetails",
    "Recorded": "LogPlace",
    "_Became": "BatchItem",
    "_Bound": "DateBounds",
    "_Occurred": "OccurredBounds",
    "_GivenAccount": "ReportedAccount",
    "_Density": "DensityCount",
    "_Finding": "Finding",
    "_FromTo": "OldAndNew",
    "_Cause": "ChangeCause",
    "_Change": "DevelopmentChange",
    "_Step": "HistoryStep",
    "_Author": "FeedAuthor",
    "_Attachment": "FeedAttachment",
    "_FeedItem": "FeedItem",
}
"""Class of a schema -> its name in the document, where that is not the name of the class without `Schema`."""
_PARTS = {"occurred": "OccurredWithInstants", "exact": "ExactInstants", "stance": "Stances"}
"""Property -> name of the object that it holds, where no class describes that."""
_WITHIN: Mapping[str, Callable[[Any], Any]] = {
    "properties": dict.values,
    "additionalProperties": lambda inner: [inner] if isinstance(inner, dict) else [],
    "items": lambda inner: [inner],
    **dict.fromkeys(("anyOf", "oneOf", "allOf"), list),
}
"""Keyword of a schema -> the schemas that stand in its value."""


def component_name(schema: Any) -> str:
    """The name of a marshmallow schema in the document."""
    schema_class: Any = resolve_schema_cls(schema)
    name: str = schema_class.__name__
    return _NAMES.get(name, name.removesuffix("Schema").lstrip("_"))


def shape(document: dict[str, Any]) -> None:
    """Give the schemas of a document their forms, and leave out those that nothing refers to."""
    schemas: dict[str, Schema] = document["components"]["schemas"]
    for schema in list(schemas.values()):
        for name, inner in schema.get("properties", {}).items():
            schema["properties"][name] = _with_named_parts(name, inner, schemas)
    for schema in list(_all_schemas(document)):
        _tell_size_and_null(schema)
    used = _reachable(document["paths"], document)
    document["components"]["schemas"] = {name: schemas[name] for name in schemas if name in used}
    of_requests = _reachable([one.get("requestBody", {}) for one in _operations(document)], document)
    for name in used - of_requests:
        if schemas[name].get("additionalProperties") is False:
            del schemas[name]["additionalProperties"]


def _with_named_parts(name: str, schema: Schema, schemas: dict[str, Schema]) -> Schema:
    """A schema whose object, if it is one, is a component; what else it may be stands beside that."""
    if "properties" not in schema:
        return schema
    types = [schema["type"]] if isinstance(schema["type"], str) else list(schema["type"])
    beside: Schema = {word: schema[word] for word in ("description", "example") if word in schema}
    part = {word: value for word, value in schema.items() if word not in beside}
    part["properties"] = {key: _with_named_parts(key, inner, schemas) for key, inner in part["properties"].items()}
    schemas.setdefault(_PARTS[name], {**part, "type": "object"})
    reference = {"$ref": f"{PREFIX}{_PARTS[name]}"}
    if len(types) == 1:
        return {**beside, **reference}
    before, after = ([{"type": one} for one in types if one == other] for other in ("string", "null"))
    return {**beside, "oneOf": [*before, reference, *after]}


def either(kinds: Mapping[str, Schema], description: str) -> Schema:
    """An object that is of one of several kinds, each known by a property that goes with all that it requires.

    `oneOf` would say the same, but what generators make of it fails to read one kind or the other, or takes both.
    """
    whole = {name: sorted(set(kind["required"]) - {name}) for name, kind in kinds.items()}
    properties = {name: inner for kind in kinds.values() for name, inner in kind["properties"].items()}
    return {"type": "object", "description": description, "properties": properties, "dependentRequired": whole}


def _tell_size_and_null(schema: Schema) -> None:
    types = schema.get("type")
    if "integer" in ([types] if isinstance(types, str) else types or []):
        schema.setdefault("format", "int64")
    if "enum" in schema and isinstance(types, list) and "null" in types and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]


def _all_schemas(document: dict[str, Any]) -> Iterator[Schema]:
    """Every schema of a document and of its operations, also those within others."""
    for schema in document["components"]["schemas"].values():
        yield from _within(schema)
    for parts in document["paths"].values():
        for part in (parts, *(one for one in parts.values() if isinstance(one, dict))):
            for parameter in part.get("parameters", ()):
                yield from _within(parameter["schema"])


def _within(schema: Schema) -> Iterator[Schema]:
    yield schema
    for word, schemas_in in _WITHIN.items():
        for inner in schemas_in(schema[word]) if word in schema else ():
            yield from _within(inner)


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from (one for one in methods.values() if isinstance(one, dict))


def _reachable(part: Any, document: dict[str, Any]) -> set[str]:
    """The names of the schemas that a part of a document refers to, directly or through others."""
    found: set[str] = set()
    waiting = list(_references(part))
    while waiting:
        reference = waiting.pop()
        _, _, kind, name = reference.split("/")
        if (kind, name) == ("schemas", name) and name in found:
            continue
        if kind == "schemas":
            found.add(name)
        waiting += _references(document["components"][kind][name])
    return found


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(reference := part.get("$ref"), str):
            yield reference
        for inner in part.values():
            yield from _references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _references(inner)
