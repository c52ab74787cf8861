"""What the OpenAPI document says of writing: bodies with examples, and headers."""

from typing import Any

from timeline.api.messages import BATCH, LINES, ONE
from timeline.api.openapi import EVENT

EXAMPLE: dict[str, Any] = {
    "type": "development.reported",
    "source": "//example.org/desk",
    "id": "a-1",
    "time": "2023-05-22T12:00:00Z",
    "data": {
        "front": "belgorod-border",
        "kind": "entry",
        "title": "Fighters enter Grayvoron",
        "occurred": "2023-05-22",
        "place": {"name": "Grayvoron", "lat": 50.48, "lon": 35.66},
        "actors": [{"name": "Freedom of Russia Legion", "role": "attacker"}],
        "account": {"source": "freedom-of-russia-legion", "stance": {"occurrence": "asserts"}},
    },
}
SECOND: dict[str, Any] = {
    "type": "source.registered",
    "source": "//example.org/desk",
    "id": "a-2",
    "data": {"slug": "belgorod-governor", "name": "Governor of Belgorod", "kind": "official", "affiliation": "russia"},
}

EVENTS: dict[str, Any] = {"type": "array", "allOf": [{"type": "array", "items": EVENT}]}
"""A batch of events. What its items are stands a level deeper than it need: openapi-python-client asks of what is sent
whether it is an instance of `list[...]`, if it can read the type of the items, and fails; so it leaves batches out.
"""
BODIES: dict[str, Any] = {
    **{kind: {"schema": EVENT, "example": EXAMPLE} for kind in ONE},
    BATCH: {
        "schema": EVENTS,
        "example": [EXAMPLE, SECOND],
    },
    LINES: {"schema": {"type": "string", "description": "One event a line (NDJSON), of any number."}},
}


def header(name: str, description: str, **more: Any) -> dict[str, Any]:
    """A header parameter of the OpenAPI document."""
    return {"in": "header", "name": name, "schema": {"type": "string"}, "description": description, **more}


HEADERS = [
    header(
        "If-Match",
        "The version that the subject must have: the `version` of an answer, as an entity tag. One event only.",
        example='"3"',
    ),
    header(
        "If-None-Match",
        "`*`: the subject must not exist yet. One event only.",
        schema={"type": "string", "enum": ["*"]},
    ),
    header(
        "Idempotency-Key",
        "Stands for the `id` of events that have none, so that the same request may be sent again: 1 to 100 visible "
        "ASCII characters. Each token has keys of its own.",
        example='"8e03978e-40d5-43dd-bc93-6894a57f9324"',
    ),
    header(
        "ce-type",
        "CloudEvents binary mode: the attributes stand in headers `ce-<name>` and the body, `application/json`, is the "
        "`data`.",
        example="development.reported",
    ),
    *(
        header(f"ce-{name}", f"Binary mode: the `{name}` of the event, percent-encoded.", example=example)
        for name, example in (
            ("specversion", "1.0"),
            ("source", "//example.org/desk"),
            ("id", "a-1"),
            ("subject", "ucdp-ged:412345"),
            ("time", "2023-05-22T12:00:00Z"),
        )
    ),
]
