"""One handler turns every error into one payload: `application/problem+json` (RFC 9457).

`errors` lists what is wrong field by field: `{"field", "value", "allowed"}`.
"""

from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from eventsourcing.persistence import PersistenceError
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from timeline import errors
from timeline.access.tokens import redacted_bytes
from timeline.api.access import challenge
from timeline.api.errors import AllRefused, SourceNotAllowed

log = structlog.get_logger(__name__)

STATUS_OF: dict[type[errors.TimelineError], int] = {
    errors.InvalidValue: 422,
    errors.InvalidMessage: 422,
    errors.UnknownSubject: 422,
    errors.NotAcceptable: 422,
    errors.StrictRefusal: 422,
    errors.MalformedMessage: 400,
    errors.UnsupportedContentType: 415,
    errors.UnsupportedEncoding: 415,
    errors.MessageTooLarge: 413,
    errors.NothingKnown: 404,
    errors.MessageIdReused: 409,
    errors.VersionMismatch: 412,
    errors.Withheld: 422,
    errors.NoneAppended: 422,
    AllRefused: 422,
    errors.TooSlow: 408,
    errors.NotThereYet: 412,
    errors.OutOfEpoch: 410,
    errors.OtherEpoch: 409,
    errors.TooManyStreams: 503,
    errors.ServiceStopping: 503,
    errors.Unauthenticated: 401,
    errors.InvalidToken: 401,
    errors.InsufficientScope: 403,
    SourceNotAllowed: 403,
    errors.TooManyRequests: 429,
    errors.StoreUnusable: 503,
    errors.StoreFull: 507,
    errors.RowsBehind: 503,
    errors.HoldsRecords: 503,
    errors.LogReplaced: 503,
    errors.LogMisplaced: 503,
}
"""The HTTP status of each error."""


def handle_errors(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(errors.TimelineError, _expected)
    app.register_error_handler(PersistenceError, _store_failed)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def problem(status: int, slug: str, title: str, detail: str, listed: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """The members of a problem document about the request at hand."""
    return {
        "type": f"urn:timeline:problem:{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
        **({"errors": listed} if listed else {}),
        **({"request_id": g.request_id} if status >= 500 and "request_id" in g else {}),
    }


def problem_of(error: errors.TimelineError, status: int | None = None) -> dict[str, Any]:
    """The problem document of an error that was raised on purpose, with its own status unless another is given."""
    told = problem(status or status_of(error), error.slug, error.title, public_detail(error), error.errors)
    return {**told, **error.members}


def status_of(error: errors.TimelineError) -> int:
    """The HTTP status of an error; of a kind that is not listed, that of the kind which it is one of."""
    return next((STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF), 500)


def public_detail(error: errors.TimelineError) -> str:
    """The detail as it may leave the machine; what else there is to say of a store goes to the log."""
    if error.public_detail != error.detail:
        log.error("the event store can not be used", problem=error.slug, reason=error.detail)
    return error.public_detail


def problem_document(error: errors.TimelineError, instance: str) -> dict[str, Any]:
    """The problem document of an error outside a request; `instance` is the path that it is about."""
    return {
        "type": f"urn:timeline:problem:{error.slug}",
        "title": error.title,
        "status": status_of(error),
        "detail": public_detail(error),
        "instance": instance,
        **error.members,
    }


def problem_response(body: dict[str, Any]) -> Response:
    """A problem document; a secret that somebody put where none belongs is not repeated in it."""
    text = redacted_bytes(msgspec.json.encode(body))
    told = Response(text, body["status"], content_type="application/problem+json")
    if told.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        told.headers["Retry-After"] = "5"
    return told


def _expected(error: errors.TimelineError) -> Response:
    told = problem_response(problem_of(error))
    if asked := challenge(error):
        told.headers["WWW-Authenticate"] = asked
    if isinstance(error, errors.TooManyRequests):
        told.headers["Retry-After"] = str(error.retry_after)
    elif isinstance(error, errors.UnsupportedEncoding):
        told.headers["Accept-Encoding"] = "identity"  # RFC 9110, section 12.5.3
    return told


def _store_failed(error: PersistenceError) -> Response:
    return _expected(errors.StoreUnusable(f"the event store failed: {error}"))


def _http(error: HTTPException) -> Any:
    if isinstance(error, RequestEntityTooLarge):
        return _expected(errors.too_large("body", request.max_content_length))
    if error.response is not None or error.code is None or error.code < 400:
        return error
    name = HTTPStatus(error.code).phrase
    told = problem_response(problem(error.code, name.lower().replace(" ", "-"), name, error.description or name))
    for header, value in error.get_headers():
        if header.lower() in ("allow", "www-authenticate", "retry-after"):
            told.headers[header] = value
    return told


def _unexpected(error: Exception) -> Response:
    log.exception("request failed", method=request.method, path=request.path, exc_info=error)
    return problem_response(
        problem(500, "internal", "Something went wrong on our side", "The failure was logged; nothing was written.")
    )
