"""What the application leaves to the event loop of the server, where it runs behind one.

A view that would have to wait says so and returns; the server waits without a thread and then asks the same request
again. A stream of events is handed over as it is. Behind any other server (and in tests) there is no handover: then a
view waits in its own thread, and a stream is iterated over.
"""

import time

from flask import Flask, Request, Response, request
from msgspec import Struct

from timeline.api.following import Wanted
from timeline.api.streams import EventStream
from timeline.wire.positions import BEGINNING, Place

HANDOVER = "timeline.handover"
"""Where the environment of a request has its handover."""


class Wait(Struct, frozen=True):
    """Wait until the log holds an event after a position that is wanted, or until a time (`monotonic`) at most."""

    after: Place
    wanted: Wanted
    until: float


class Handover(Struct):
    """What is left to the server, and what the server tells when it asks again."""

    wait: Wait | None = None
    stream: EventStream | None = None
    until: float | None = None
    """When the wait ends (`monotonic`); None before there was one. Then the request was admitted and counted before."""
    looked_to: Place = BEGINNING
    """Up to which position, of which epoch, nothing that is wanted was found meanwhile."""
    request_id: str = ""
    began: float = 0.0
    """When the request came first (`perf_counter`)."""


class LeftToServer(Exception):
    """Raised by a view whose request is to be asked again after a wait."""


def handover_of(asked: Request | None = None) -> Handover | None:
    """The handover of a request, by default of the one at hand; None where no loop is there to take over."""
    found: Handover | None = (asked or request).environ.get(HANDOVER)
    return found


def is_resumed() -> bool:
    """Whether the request at hand is asked again after a wait."""
    found = handover_of()
    return found is not None and found.until is not None


def leaves_wait() -> bool:
    """Whether the request at hand is left to the server, so that this is not its answer."""
    found = handover_of()
    return found is not None and found.wait is not None


def leave_if_time_remains(handover: Handover, after: Place, wanted: Wanted, seconds: float) -> None:
    """Leave the request to the server until something has come; unless the time that it may wait is over."""
    if handover.until is None:
        handover.until = time.monotonic() + seconds
    if time.monotonic() < handover.until:
        handover.wait = Wait(after, wanted, handover.until)
        raise LeftToServer


def answer_what_is_left(app: Flask) -> None:
    """Have what is left to the server answered by nothing, which the server does not send."""

    @app.errorhandler(LeftToServer)
    def left(_: LeftToServer) -> Response:
        return Response(status=202)
