"""What the event loop answers by itself: that the process lives, and why it refuses a request."""

from http import HTTPStatus

import msgspec

from timeline.api.headers import ALWAYS, API_POLICY
from timeline.api.problems import public_detail, status_of
from timeline.api.requests import HEADER
from timeline.errors import TimelineError
from timeline.server.errors import TooManyAtOnce
from timeline.server.wsgi import Answer

_EACH = [(name.lower().encode(), value.encode()) for name, value in ALWAYS.items()]
_EACH.append((b"content-security-policy", API_POLICY.encode()))


def alive(request_id: str) -> Answer:
    """That the process answers."""
    return _answer(200, b"application/json", b'{"status":"ok"}', request_id)


def refusal(error: TimelineError, path: str, request_id: str) -> Answer:
    """A problem document (RFC 9457) for an error of the server's own; the connection ends with it."""
    status = status_of(error)
    if isinstance(error, TooManyAtOnce):
        status = HTTPStatus.SERVICE_UNAVAILABLE if error.everybody else HTTPStatus.TOO_MANY_REQUESTS
    body = {
        "type": f"urn:timeline:problem:{error.slug}",
        "title": error.title,
        "status": status,
        "detail": public_detail(error),
        "instance": path,
        **({"request_id": request_id} if status >= 500 else {}),
    }
    answer = _answer(status, b"application/problem+json", msgspec.json.encode(body), request_id)
    answer.headers.append((b"connection", b"close"))
    if isinstance(error, TooManyAtOnce):
        answer.headers.append((b"retry-after", str(error.retry_after).encode()))
    return answer


def _answer(status: int, content_type: bytes, body: bytes, request_id: str) -> Answer:
    headers = [
        *_EACH,
        (b"content-type", content_type),
        (b"content-length", str(len(body)).encode()),
        (HEADER.lower().encode(), request_id.encode()),
    ]
    return Answer(status, headers, body)
