"""Appends one event that is surely right before anything else is looked at: what writers send most.

What the application does for every request takes longer than to check, append and acknowledge an event. Only what
needs none of it is answered here: a JSON message without conditions, by a live token, that is read at once
(`wire.fast_reading`) and within its limit. All else goes on to the application untouched, which says the same; so does
a refusal of the log, that there be one place that words it.
"""

import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

import msgspec
from msgspec import Struct, structs

from timeline.access.keeping import Tokens
from timeline.access.tokens import Scope, Token
from timeline.api.access import secret_in
from timeline.api.headers import ALWAYS, API_POLICY
from timeline.api.limits import REFUSED, Limits
from timeline.api.messages import ONE, RESERVED
from timeline.api.metrics import Metrics
from timeline.api.outcomes import outcome_of, receipt
from timeline.api.requests import HEADER, name_of, tell_at_once
from timeline.domain.aggregates import Submission
from timeline.errors import StoreUnusable, TimelineError
from timeline.store.log import ConflictLog
from timeline.store.wishes import Receipt
from timeline.wire.events import parse_at_once
from timeline.wire.json_body import parse_json

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

ROUTE = "/api/v1/events"
ELSEWHERE = (
    *("HTTP_ORIGIN", "HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IDEMPOTENCY_KEY", "HTTP_EXPECT"),
    *("HTTP_TRANSFER_ENCODING", "HTTP_CONTENT_ENCODING"),
)
_OF_BINARY_MODE = "HTTP_CE_"
_HEADERS = [
    ("Content-Type", "application/json"),
    *ALWAYS.items(),
    ("Content-Security-Policy", API_POLICY),
    ("Vary", "Accept-Encoding"),
]
_STATUS = {True: "200 OK", False: "201 CREATED"}


class AppendsOne(Struct, frozen=True):
    """A layer before an application. Bodies are of at most `body_limit` bytes."""

    application: Application
    log: ConflictLog
    tokens: Tokens
    limits: Limits
    metrics: Metrics
    body_limit: int

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        began = time.perf_counter()
        length = self.length(environ)
        if length is None:
            return self.application(environ, start_response)
        token = self._token(environ)
        if token is None or (submission := submission_in(environ, length, token)) is None:
            return self.application(environ, start_response)
        if not self.limits.admit_write(token):
            return self.application(environ, start_response)
        became = self._append(submission, strict=token.strict)
        if isinstance(became, TimelineError):
            environ[REFUSED] = became
            return self.application(environ, start_response)
        status, headers, body = self.acknowledge(became, token, name_of(environ.get(_NAME, "")), began)
        start_response(status, headers)
        return [body]

    def acknowledge(
        self, became: Receipt, token: Token, name: str, began: float
    ) -> tuple[str, list[tuple[str, str]], bytes]:
        """The answer to a request of this name: status, headers and body. It is counted and logged."""
        body = msgspec.json.encode(receipt(became))
        headers = [*_HEADERS, ("ETag", f'"{became.version}"'), (HEADER, name), ("Content-Length", str(len(body)))]
        status = _STATUS[became.repeated]
        self.metrics.appended(outcome_of(became))
        taken = time.perf_counter() - began
        tell_at_once(self.metrics, "POST", ROUTE, int(status[:3]), taken, request_id=name, token=token.name)
        return status, headers, body

    def length(self, environ: dict[str, Any]) -> int | None:
        """How many bytes the message has; None for a request that is not for here to answer."""
        if environ["REQUEST_METHOD"] != "POST" or environ["PATH_INFO"] != ROUTE or environ.get("QUERY_STRING"):
            return None
        if REFUSED in environ:
            return None
        if environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() not in ONE:
            return None
        # The environment of a request has that of the process in it, and so up to a hundred names.
        if not environ.keys().isdisjoint(ELSEWHERE) or _OF_BINARY_MODE in " ".join(environ):
            return None
        length = environ.get("CONTENT_LENGTH", "")
        if not (length.isascii() and length.isdecimal()) or len(length) > 18:
            return None
        return int(length) if 0 < int(length) <= self.body_limit else None

    def _token(self, environ: dict[str, Any]) -> Token | None:
        """The token of the request, if it may append."""
        secret = secret_in(environ.get("HTTP_AUTHORIZATION", ""))
        try:
            token = None if secret is None else self.tokens.find(secret)
        except StoreUnusable:
            return None
        return token if token and token.allows(Scope.APPEND) else None

    def _append(self, submission: Submission, *, strict: bool) -> Receipt | TimelineError:
        """What becomes of it."""
        self.metrics.began()
        try:
            return self.log.record(submission, strict=strict)
        except TimelineError as error:
            return error
        finally:
            self.metrics.ended()


def submission_in(environ: dict[str, Any], length: int, token: Token) -> Submission | None:
    """What is to be appended; None where that is not plain to see, with the body as it was."""
    stream, body = environ["wsgi.input"], b""
    while len(body) < length and (part := stream.read(length - len(body))):
        body += part
    environ["wsgi.input"] = BytesIO(body)  # for the application to read, should it be asked
    return submission_of(body, token) if len(body) == length else None


def submission_of(body: bytes, token: Token) -> Submission | None:
    """What a message asks for; None where that is not plain to see."""
    try:
        submission = parse_at_once(parse_json(body))
    except TimelineError:
        return None
    if submission is None or submission.message.id.startswith(RESERVED):
        return None
    if not token.may_use(submission.message.source):
        return None
    return structs.replace(submission, recorded_by=token.name)


_NAME = f"HTTP_{HEADER.upper().replace('-', '_')}"
