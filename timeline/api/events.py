"""`/events`: append to the log, and read it."""

from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID

from flask import Response, request

from timeline.api.http import ApiBlueprint, answer
from timeline.api.schemas import EventsQuery, EventsSchema, ReceiptSchema
from timeline.domain.aggregates import Submission
from timeline.domain.facts import Recorded, Unreadable
from timeline.domain.moments import format_instant
from timeline.errors import UnsupportedContentType
from timeline.wire.events import EnvelopeSchema, dump_event, parse_event, parse_json

CONTENT_TYPES = ("application/json", "application/cloudevents+json")
EXAMPLE = {
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


class Receipt(Protocol):
    """What the log answers to a submission."""

    @property
    def position(self) -> int:
        """Its place in the log."""

    @property
    def subject(self) -> UUID:
        """What it is about."""

    @property
    def version(self) -> int:
        """How many events that has now."""

    @property
    def recorded_at(self) -> Any:
        """When the log learnt it."""

    @property
    def repeated(self) -> bool:
        """Whether it was there before."""


Record = Callable[[Submission], Receipt]


def blueprint(record: Record, after: Callable[[int, int], list[Recorded | Unreadable]]) -> ApiBlueprint:
    """The endpoints, on what appends and reads."""
    events = ApiBlueprint("events", __name__, url_prefix="/api/v1/events", description="The log of events")

    @events.post("")
    @events.doc(
        summary="Append one event (CloudEvents 1.0, structured JSON)",
        requestBody={
            "required": True,
            "content": {kind: {"schema": EnvelopeSchema, "example": EXAMPLE} for kind in CONTENT_TYPES},
        },
    )
    @events.response(201, ReceiptSchema, description="Appended")
    @events.alt_response(200, schema=ReceiptSchema, description="The same message was appended before")
    def append() -> Response:
        if request.mimetype not in CONTENT_TYPES:
            allowed = " or ".join(CONTENT_TYPES)
            raise UnsupportedContentType(
                f"Content-Type: expected {allowed}",
                ({"field": "Content-Type", "value": request.content_type, "allowed": allowed},),
            )
        receipt = record(parse_event(parse_json(request.get_data())))
        body = {
            "position": receipt.position,
            "subject": str(receipt.subject),
            "version": receipt.version,
            "recorded_at": format_instant(receipt.recorded_at),
        }
        return answer(body, 200 if receipt.repeated else 201)

    @events.get("")
    @events.doc(summary="Read the log in the order of position")
    @events.arguments(EventsQuery, location="query")
    @events.response(200, EventsSchema)
    def read(query: dict[str, Any]) -> Response:
        return answer({"items": [dump_event(one) for one in after(query["after"], query["limit"])]})

    return events
