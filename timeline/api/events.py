"""`/events`: append to the log, and read it."""

from typing import Any

from flask import Response, request

from timeline.api import access
from timeline.api.http import ApiBlueprint, answer, expected_version
from timeline.api.metrics import Metrics, Outcome
from timeline.api.queries import EventsQuery
from timeline.api.schemas import EventsSchema, ProblemSchema, ReceiptSchema
from timeline.domain.moments import format_instant
from timeline.errors import TimelineError, UnsupportedContentType
from timeline.store.log import ConflictLog
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


def blueprint(log: ConflictLog, metrics: Metrics) -> ApiBlueprint:
    """The endpoints, on the log; what is appended is counted."""
    events = ApiBlueprint("events", __name__, url_prefix="/api/v1/events", description="The log of events")

    @events.post("")
    @events.doc(
        summary="Append one event (CloudEvents 1.0, structured JSON)",
        security=access.NEEDED,
        parameters=[
            {
                "in": "header",
                "name": "If-Match",
                "schema": {"type": "string"},
                "example": '"3"',
                "description": "The version that the subject must have: the `version` of an answer, as an entity tag.",
            },
            {
                "in": "header",
                "name": "If-None-Match",
                "schema": {"type": "string", "enum": ["*"]},
                "description": "`*`: the subject must not exist yet.",
            },
        ],
        requestBody={
            "required": True,
            "content": {kind: {"schema": EnvelopeSchema, "example": EXAMPLE} for kind in CONTENT_TYPES},
        },
    )
    @events.response(201, ReceiptSchema, description="Appended")
    @events.alt_response(412, schema=ProblemSchema, description="The subject is at another version")
    @events.alt_response(200, schema=ReceiptSchema, description="The same message was appended before")
    def append() -> Response:
        access.guard_writing()
        if request.mimetype not in CONTENT_TYPES:
            allowed = " or ".join(CONTENT_TYPES)
            raise UnsupportedContentType(
                f"Content-Type: expected {allowed}",
                ({"field": "Content-Type", "value": request.content_type, "allowed": allowed},),
            )
        try:
            submission = access.admitted(parse_event(parse_json(request.get_data())))
            receipt = log.record(submission, expected_version(request.headers))
        except TimelineError:
            metrics.appended(Outcome.REFUSED)
            raise
        metrics.appended(Outcome.REPEATED if receipt.repeated else Outcome.ADDED)
        body = {
            "position": receipt.position,
            "subject": str(receipt.subject),
            "version": receipt.version,
            "recorded_at": format_instant(receipt.recorded_at),
        }
        response = answer(body, 200 if receipt.repeated else 201)
        response.headers["ETag"] = f'"{receipt.version}"'
        return response

    @events.get("")
    @events.doc(summary="Read the log in the order of position")
    @events.arguments(EventsQuery, location="query")
    @events.response(200, EventsSchema)
    def read(query: dict[str, Any]) -> Response:
        return answer({"items": [dump_event(one) for one in log.after(query["after"], query["limit"])]})

    return events
