"""One handler turns every error into one payload: `application/problem+json` (RFC 9457).

`errors` lists what is wrong field by field: `{"field", "value", "allowed"}`.
"""

from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from timeline import errors
from timeline.access.tokens import redacted_bytes
from timeline.api.access import challenge

log = structlog.get_logger(__name__)

STATUS_OF: dict[type[errors.TimelineError], int] = {
    errors.InvalidValue: 422,
    errors.InvalidMessage: 422,
    errors.UnknownSubject: 422,
    errors.NotAcceptable: 422,
    errors.MalformedMessage: 400,
    errors.UnsupportedContentType: 415,
    errors.MessageTooLarge: 413,
    errors.NothingKnown: 404,
    errors.MessageIdReused: 409,
    errors.VersionMismatch: 412,
    errors.Unauthenticated: 401,
    errors.InvalidToken: 401,
    errors.InsufficientScope: 403,
    errors.TooManyRequests: 429,
    errors.StoreUnusable: 503,
    errors.LogReplaced: 503,
}
"""The HTTP status of each error."""


def handle_errors(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(errors.TimelineError, _expected)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def problem(status: int, slug: str, title: str, detail: str, listed: tuple[dict[str, Any], ...] = ()) -> Response:
    """A problem document; a secret that somebody put where none belongs is not repeated in it."""
    body = {
        "type": f"urn:timeline:problem:{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
        **({"errors": listed} if listed else {}),
        **({"request_id": g.request_id} if status >= 500 and "request_id" in g else {}),
    }
    return Response(redacted_bytes(msgspec.json.encode(body)), status, content_type="application/problem+json")


def _expected(error: errors.TimelineError) -> Response:
    answer = problem(STATUS_OF[type(error)], error.slug, error.title, error.detail, error.errors)
    if asked := challenge(error):
        answer.headers["WWW-Authenticate"] = asked
    if isinstance(error, errors.TooManyRequests):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _http(error: HTTPException) -> Any:
    if isinstance(error, RequestEntityTooLarge):
        limit = request.max_content_length
        too_large = errors.MessageTooLarge(
            f"body: at most {limit} bytes are read",
            ({"field": "body", "value": None, "allowed": f"at most {limit} bytes"},),
        )
        return _expected(too_large)
    if error.response is not None or error.code is None or error.code < 400:
        return error
    name = HTTPStatus(error.code).phrase
    answer = problem(error.code, name.lower().replace(" ", "-"), name, error.description or name)
    for header, value in error.get_headers():
        if header.lower() in ("allow", "www-authenticate", "retry-after"):
            answer.headers[header] = value
    return answer


def _unexpected(error: Exception) -> Response:
    log.exception("request failed", method=request.method, path=request.path, exc_info=error)
    return problem(500, "internal", "Something went wrong on our side", "The failure was logged; nothing was written.")
