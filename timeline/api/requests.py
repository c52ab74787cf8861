"""Each request by a name of its own, and one line about it in the log.

The name (`X-Request-ID`) is the client's where that is short and plain, otherwise made here. It stands in every log
line that the request causes, in its answer, and in the problem document of a failure that is ours.
"""

import re
import time
from datetime import UTC, datetime
from random import getrandbits
from typing import cast

import msgspec
import structlog
from flask import Flask, Response, g, request
from msgspec import UNSET, Struct, UnsetType

from timeline import logs
from timeline.access.tokens import redacted
from timeline.api.handover import Handover, handover_of, leaves_wait
from timeline.api.metrics import Metrics
from timeline.domain.moments import format_instant

log = structlog.get_logger(__name__)

HEADER = "X-Request-ID"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def follow(app: Flask, metrics: Metrics) -> None:
    """Name, log and measure the requests of the application. Called first, so that what others refuse is seen too."""

    @app.before_request
    def begin() -> None:
        handover = handover_of()
        g.began, g.request_id = time.perf_counter(), ""
        if handover and handover.until is not None:
            g.began, g.request_id = handover.began, handover.request_id
        g.request_id = g.request_id or name_of(request.headers.get(HEADER, ""))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)
        metrics.began()

    @app.after_request
    def answered(response: Response) -> Response:
        if leaves_wait():
            handover = cast("Handover", handover_of())
            handover.began, handover.request_id = g.began, g.request_id
            return response
        response.headers[HEADER] = g.request_id
        taken = time.perf_counter() - g.began
        tell(metrics, request.method, route(), response.status_code, taken)
        return response

    @app.teardown_request
    def end(_: BaseException | None) -> None:
        if "began" in g:
            metrics.ended()
        structlog.contextvars.clear_contextvars()


def tell(metrics: Metrics, method: str, rule: str, status: int, seconds: float) -> None:
    """Count a request that was answered, and log it."""
    metrics.answered(rule, method, status, seconds)
    log.info("request", method=method, route=rule, status=status, duration_ms=_ms(seconds))


def tell_at_once(
    metrics: Metrics, method: str, rule: str, status: int, seconds: float, request_id: str, token: str | None = None
) -> None:
    """The same of a request that never came to the application: the same line, in a fifth of the time.

    The id is what `name_of` gave, so that there is no secret in it.
    """
    metrics.answered(rule, method, status, seconds)
    line = _Line(method, rule, status, _ms(seconds), request_id, token or UNSET, format_instant(datetime.now(UTC)))
    logs.write(msgspec.json.encode(line).decode())


class _Line(Struct, gc=False):
    method: str
    route: str
    status: int
    duration_ms: float
    request_id: str
    token: str | UnsetType
    timestamp: str
    event: str = "request"
    level: str = "info"


def _ms(seconds: float) -> float:
    return round(seconds * 1_000, 1)


def route() -> str:
    """The rule that the request's path goes by: one of a few, whatever is asked for."""
    return request.url_rule.rule if request.url_rule else "unknown"


def _made_up() -> str:
    """A name that nobody else has. It is no secret, so that no randomness has to be fetched from the system for it."""
    return f"{getrandbits(128):032x}"


def name_of(given: str) -> str:
    """The client's name for the request, unless it is long, strange, or a secret."""
    return given if _PLAIN.fullmatch(given) and redacted(given) == given else _made_up()
