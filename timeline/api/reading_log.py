"""`/events`: read the log in the order of position, page by page or as it grows."""

import time
from typing import Any

from flask import Response, request

from timeline.api.caching import Freshness, wait_of
from timeline.api.following import Read, Wanted, read_on
from timeline.api.handover import handover_of, leave_if_time_remains
from timeline.api.http import ApiBlueprint
from timeline.api.log_schemas import EventsSchema
from timeline.api.queries import EventsQuery, StreamQuery
from timeline.api.schemas import GoneSchema, ProblemSchema
from timeline.api.streams import Broadcast, EventStream
from timeline.api.writing import header
from timeline.store.epochs import Tip
from timeline.store.log import ConflictLog
from timeline.wire.events import dump_event
from timeline.wire.positions import BEGINNING, EXAMPLE, Place, guard_held, parse_place

_WAIT = header(
    "Prefer",
    "`wait=N`: where there is nothing yet, wait up to N seconds (at most 60) for it (RFC 7240).",
    example="wait=30",
)
_LAST_ID = header("Last-Event-ID", "The `id` of the last event that was seen: its position and epoch.", example=EXAMPLE)
GONE = "The log was restored, or is another one, and does not hold what was read up to there"


def blueprint(log: ConflictLog, broadcast: Broadcast, freshness: Freshness) -> ApiBlueprint:
    """The endpoints, on the log and on what hands out its news."""
    events = ApiBlueprint("events", __name__, url_prefix="/api/v1/events", description="The log of events")
    events.before_request(freshness.unchanged)

    @events.get("")
    @events.doc(
        summary="Read the log in the order of position",
        description="`next_after` is where to read on: it moves on past what the filters leave out. It carries the "
        "epoch of the log; where the log was restored since and no longer holds what was read, the answer is 410, and "
        "`restart_after` says where to begin again: drop what you hold of later positions.",
        parameters=[_WAIT],
    )
    @events.arguments(EventsQuery, location="query")
    @events.response(200, EventsSchema)
    @events.alt_response(410, schema=GoneSchema, description=GONE)
    def read(query: dict[str, Any]) -> Response:
        found, last, tip = _page(log, query["after"], query["limit"], _wanted(query), wait_of(request))
        body = {
            "items": [dump_event(one) for one in found],
            "next_after": str(Place(last, tip.epoch)),
            "origin": tip.origin,
            "epoch": tip.epoch,
        }
        return freshness.answer(body, max(tip.position, last), fixed=len(found) == query["limit"])

    @events.get("/stream")
    @events.doc(
        summary="Follow the log as it grows (Server-Sent Events)",
        description="Each event has its position, with the epoch of the log, as `id` and the CloudEvent as `data`. A "
        "browser's EventSource goes on by itself where it was broken off. Without news there comes, every 15 seconds, "
        "an `id` without data: how far the log was looked through, from where one may go on as well. Where the "
        "log is restored and no longer holds what was sent, an event `gone` comes with the problem as `data`, and the "
        "stream ends.",
        parameters=[_LAST_ID],
    )
    @events.arguments(StreamQuery, location="query")
    @events.response(200, content_type="text/event-stream", description="Events without end")
    @events.alt_response(410, schema=GoneSchema, description=GONE)
    @events.alt_response(503, schema=ProblemSchema, description="Too many follow at once")
    def stream(query: dict[str, Any]) -> Response:
        seen = _last_event_id()
        after = query.get("after") if seen is None else seen
        tip = guard_held(log, after or BEGINNING, "after" if seen is None else "Last-Event-ID")
        broadcast.join(tip)
        sent = EventStream(broadcast, after.position if after else None, _wanted(query), tip.epoch)
        if request.method == "GET" and (handover := handover_of()):
            handover.stream = sent
        response = Response(sent, content_type="text/event-stream")
        response.call_on_close(sent.close)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"  # a proxy before us must not hold it back
        return response

    return events


def _page(log: ConflictLog, after: Place, limit: int, wanted: Wanted, seconds: int) -> tuple[list[Read], int, Tip]:
    """A page; where it would be empty, as soon as it is not, within so many seconds.

    With how far the log was looked through, and where it stood before: what is read while it is restored is never told
    as of the new epoch. Raises `OutOfEpoch` where the log does not hold, or no longer, what was read up to `after`.
    """
    if handover := handover_of():
        tip = guard_held(log, after, "after")
        looked_to = handover.looked_to
        start = max(after.position, looked_to.position) if looked_to.epoch == tip.epoch else after.position
        found, last = read_on(log, start, limit, wanted)
        if not found and seconds:
            leave_if_time_remains(handover, Place(last, tip.epoch), wanted, seconds)
        return found, last, tip
    until = time.monotonic() + seconds
    while True:
        tip = guard_held(log, after, "after")
        found, last = read_on(log, after.position, limit, wanted)
        remaining = until - time.monotonic()
        if found or remaining <= 0:
            return found, last, tip
        log.await_position(last + 1, remaining)
        after = Place(last, tip.epoch)


def _wanted(query: dict[str, Any]) -> Wanted:
    return Wanted(frozenset(query.get("front", ())), frozenset(one.value for one in query.get("type", ())))


def _last_event_id() -> Place | None:
    given = request.headers.get("Last-Event-ID", "")
    return parse_place("Last-Event-ID", given) if given else None
