"""One message from a request: structured JSON, or CloudEvents' binary mode; and what makes sending it twice harmless.

Of the CloudEvents 1.0 HTTP binding: in structured mode the body is the event; in binary mode the body is its data and
each attribute stands in a header `ce-<name>`, percent-encoded (section 3.1.3.2).
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from flask import Request
from werkzeug.datastructures import Headers

from timeline.domain.aggregates import Submission
from timeline.errors import (
    InvalidMessage,
    InvalidValue,
    MessageIdReused,
    UnsupportedContentType,
    UnsupportedEncoding,
    shown,
)
from timeline.wire.events import parse_event
from timeline.wire.json_body import parse_json

ONE = ("application/json", "application/cloudevents+json")
BATCH = "application/cloudevents-batch+json"
LINES = "application/x-ndjson"
CONTENT_TYPES = (*ONE, BATCH, LINES)

RESERVED = "key/"
"""How the ids of messages begin for which an `Idempotency-Key` stands."""
_PREFIX = "HTTP_CE_"
"""Of a header `ce-<name>` in the environment of a request."""
_KEY = re.compile(r"[\x21-\x7e]{1,100}")
RESERVED = "key/"
"""How ids begin that are made of an `Idempotency-Key`; a client's own may not."""


def message_of(request: Request) -> Any:
    """The message that a request brings in structured or in binary mode."""
    attributes = {
        name[len(_PREFIX) :].replace("_", "-").lower(): unquote(value, errors="replace")
        for name, value in request.environ.items()
        if name.startswith(_PREFIX)
    }
    body = parse_json(request.get_data())
    if not attributes or request.mimetype not in ("application/json", ""):
        return body
    if "data" in attributes:
        raise InvalidMessage(
            "ce-data: the data is the body", ({"field": "ce-data", "value": None, "allowed": "no header of this name"},)
        )
    return {**attributes, "data": body}


def is_one(request: Request) -> bool:
    """Whether a request brings one message: in structured mode, or in binary mode, where its data are JSON unsaid."""
    return request.mimetype in ONE or (not request.mimetype and "ce-type" in request.headers)


def unsupported(request: Request) -> UnsupportedContentType:
    """The refusal of a content type that is not read."""
    allowed = f"{', '.join(CONTENT_TYPES[:-1])} or {CONTENT_TYPES[-1]}"
    return UnsupportedContentType(
        f"Content-Type: expected {allowed}",
        ({"field": "Content-Type", "value": request.content_type, "allowed": allowed},),
    )


def guard_encoding(request: Request) -> None:
    """Raises `UnsupportedEncoding` for a body that is coded: what is in it would be looked for in vain."""
    given = request.headers.get("Content-Encoding", "")
    if any(coding.strip().lower() not in ("", "identity") for coding in given.split(",")):
        raise UnsupportedEncoding(given)


def idempotency_key(headers: Headers, sender: str) -> str | None:
    """The id of a message that has none of its own, made of the `Idempotency-Key` and the name of the sender's token.

    So the same request again is the same message again, which the log appends once and for all, and a key that is
    used for something else is refused as any id is; keys of others are other ids. The key stands alone, or as a string
    of structured headers (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header).
    """
    given = headers.get("Idempotency-Key")
    if given is None:
        return None
    key = given[1:-1] if len(given) > 1 and given[0] == given[-1] == '"' else given
    if not _KEY.fullmatch(key):
        raise InvalidValue("Idempotency-Key", given, "1 to 100 visible ASCII characters, alone or in double quotes")
    return f"{RESERVED}{sender}/{key}"


def named_by_key(error: MessageIdReused, submission: Submission, key: str | None) -> MessageIdReused:
    """The refusal of an id that was used before, as the sender knows it: by their key, where it was made of that."""
    if key is None or not submission.message.id.startswith(key):
        return error
    allowed = "a key that was not used before, or the very events that it was used for"
    listed = ({"field": "Idempotency-Key", "value": key.split("/", 2)[2], "allowed": allowed},)
    return MessageIdReused("Idempotency-Key: this key stands for something else already", listed)


def submission_of(message: Any, key: str | None) -> Submission:
    """The submission that a message asks for; one without an id has the `key`, if there is one.

    Raises what `parse_event` does, and `InvalidMessage` for an id that only an `Idempotency-Key` may be made into.
    """
    if not isinstance(message, Mapping) or message.get("id") is not None:
        submission = parse_event(message)
        guard_own_id(submission)
        return submission
    return parse_event({**message, "id": key} if key else message)


def guard_own_id(submission: Submission) -> None:
    """Raises `InvalidMessage` for a message whose sender chose an id that stands for an `Idempotency-Key`."""
    if submission.message.id.startswith(RESERVED):
        allowed = f"an id that does not begin with {RESERVED!r}, which stands for an Idempotency-Key"
        listed = ({"field": "id", "value": shown(submission.message.id), "allowed": allowed},)
        raise InvalidMessage(f"id: expected {allowed}", listed)
