"""`/events`: read the log in the order of position, page by page or as it grows."""

import time
from typing import Any

from flask import Response, request

from timeline.api.caching import Freshness, wait_of
from timeline.api.following import Read, Wanted, read_on
from timeline.api.http import ApiBlueprint
from timeline.api.queries import EventsQuery, StreamQuery
from timeline.api.schemas import EventsSchema, ProblemSchema
from timeline.api.streams import Broadcast
from timeline.api.writing import header
from timeline.errors import InvalidValue
from timeline.store.log import ConflictLog
from timeline.wire.events import dump_event

_WAIT = header(
    "Prefer",
    "`wait=N`: where there is nothing yet, wait up to N seconds (at most 60) for it (RFC 7240).",
    example="wait=30",
)
_LAST_ID = header("Last-Event-ID", "The `id` of the last event that was seen, which is its position.", example="41")


def blueprint(log: ConflictLog, broadcast: Broadcast, freshness: Freshness) -> ApiBlueprint:
    """The endpoints, on the log and on what hands out its news."""
    events = ApiBlueprint("events", __name__, url_prefix="/api/v1/events", description="The log of events")
    events.before_request(freshness.unchanged)

    @events.get("")
    @events.doc(
        summary="Read the log in the order of position",
        description="`next_after` is where to read on: it moves on past what the filters leave out.",
        parameters=[_WAIT],
    )
    @events.arguments(EventsQuery, location="query")
    @events.response(200, EventsSchema)
    def read(query: dict[str, Any]) -> Response:
        position = log.head().position
        found, last = _page(log, query["after"], query["limit"], _wanted(query), wait_of(request))
        body = {"items": [dump_event(one) for one in found], "next_after": last}
        return freshness.answer(body, max(position, last), fixed=len(found) == query["limit"])

    @events.get("/stream")
    @events.doc(
        summary="Follow the log as it grows (Server-Sent Events)",
        description="Each event has its position as `id` and the CloudEvent as `data`. A browser's EventSource goes on "
        "by itself where it was broken off. Where there is nothing to tell, every 15 seconds a block with an `id` and "
        "no `data` says how far the log was looked through: an EventSource goes on from there, and sees no event.",
        parameters=[_LAST_ID],
    )
    @events.arguments(StreamQuery, location="query")
    @events.response(200, content_type="text/event-stream", description="Events without end")
    @events.alt_response(503, schema=ProblemSchema, description="Too many follow at once")
    def stream(query: dict[str, Any]) -> Response:
        seen = _last_event_id()
        after = query.get("after") if seen is None else seen
        broadcast.join()
        response = Response(broadcast.sent(after, _wanted(query)), content_type="text/event-stream")
        response.call_on_close(broadcast.leave)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"  # a proxy before us must not hold it back
        return response

    return events


def _page(log: ConflictLog, after: int, limit: int, wanted: Wanted, seconds: int) -> tuple[list[Read], int]:
    """A page; where it would be empty, as soon as it is not, within so many seconds."""
    until = time.monotonic() + seconds
    while True:
        found, last = read_on(log, after, limit, wanted)
        remaining = until - time.monotonic()
        if found or remaining <= 0 or not log.await_position(last + 1, remaining):
            return found, last
        after = last


def _wanted(query: dict[str, Any]) -> Wanted:
    return Wanted(frozenset(query.get("front", ())), frozenset(one.value for one in query.get("type", ())))


def _last_event_id() -> int | None:
    given = request.headers.get("Last-Event-ID", "")
    if not given:
        return None
    if not (given.isdecimal() and given.isascii() and len(given) < 17):
        raise InvalidValue("Last-Event-ID", given, "the id of an event of this stream: a position")
    return int(given)
