"""Examples of query parameters in the OpenAPI document: what a reader may copy, and tools that test begin with.

A number is exemplified by the least that is allowed, and a word by the first of those that there are.
"""

from typing import Any

_DATE = "2023-05-22"
_EXAMPLES = {
    "as_of": _DATE,
    "known_at": _DATE,
    "recorded_at": "1",
    "since": "2023-05-01",
    "until": "2023-05-31",
    "from": "2023-05-01",
    "to": "2023-05-31",
    "front": "bakhmut",
    "actor": "Wagner",
    "source": "ru-mod",
    "q": "capture",
    "after": "0",
    "tag": "city",
    "place": "Bakhmut",
    "language": "en",
    "external_id": "ucdp-ged:412345",
}
"""Name of a parameter -> a value that it takes. `cursor` has none: each is of an answer."""


def exemplify(parameter: dict[str, Any]) -> None:
    """Give a parameter of a query its example, where it has none and there is one."""
    schema = parameter["schema"]
    inner = schema.get("items", schema)
    if parameter["in"] != "query" or "example" in schema or "example" in parameter:
        return
    example: Any
    if "enum" in inner:
        example = inner["enum"][0]
    elif inner.get("type") == "integer":
        example = inner.get("minimum", 1)
    elif inner.get("type") == "boolean":
        example = False
    else:
        example = _EXAMPLES.get(parameter["name"])
    if example is not None:
        parameter["example"] = [example] if inner is not schema else example
