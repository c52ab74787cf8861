"""What the OpenAPI document says of the headers and refusals that operations share.

It follows from what an operation is: what has a path parameter may know nothing of it, what takes `min_position` may
not have come that far, and every read below `/api/v1` has a tag. So no view says it, and none can forget to.
"""

from collections.abc import Mapping
from typing import Any

from timeline.api.writing import header

_READ = "/api/v1/"
_UNTAGGED = ("/api/v1/events/stream",)
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
_GONE = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Gone"}}}
_IF_NONE_MATCH = header("If-None-Match", "The `ETag` of an answer that the reader holds: 304 where it still is one.")
_PREFER = header("Prefer", "`wait=N`: wait up to N seconds (at most 60) for `min_position` (RFC 7240).")
_ETAG = {"ETag": {"schema": {"type": "string"}, "description": "Tells this answer from others to the same question."}}
_VERSION = {"ETag": {"schema": {"type": "string"}, "description": 'The version of the subject, such as `"3"`.'}}
_KEPT = {"Cache-Control": {"schema": {"type": "string"}, "description": "How long the answer may be kept."}}
_ROWS_BEHIND = {
    "Timeline-Rows-Behind": {
        "schema": {"type": "integer"},
        "description": "Where the rows can not be brought up to date, as on a full disk: how many records they lack.",
    }
}
_RETRY = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds after which to ask again."}}
_WRITING = {
    "400": "The body is no JSON, or the query no text",
    "408": "The body took too long to come; what came before was appended",
    "409": "The `id` or the `Idempotency-Key` stands for something else already",
    "413": "The body, or the event, has too many bytes",
    "415": "The content type, or the `Content-Encoding`, is not read",
}
"""How an append may be refused, beside what the view says of it."""


def with_headers(document: dict[str, Any]) -> dict[str, Any]:
    """The document, which is changed, with what its operations share."""
    for path, words in document["paths"].items():
        for word, operation in words.items():
            if word == "post":
                _tell_of_append(operation)
            elif word == "get":
                _tell_of_read(path, operation)
    return document


def _tell_of_append(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    for status, description in _WRITING.items():
        responses.setdefault(status, _refusal(description))
    responses["415"]["headers"] = {
        "Accept-Encoding": {"schema": {"type": "string"}, "description": "`identity`, where the coding was not read."}
    }
    responses.setdefault(
        "503",
        _refusal("The store can not be used now, or the service is stopping", _RETRY),
    )
    responses.setdefault("507", _refusal("The disk of the store has no room left; what came before was appended"))
    for status in ("200", "201"):
        responses[status]["headers"] = {**responses[status].get("headers", {}), **_VERSION}


def _tell_of_read(path: str, operation: dict[str, Any]) -> None:
    parameters, responses = operation.setdefault("parameters", []), operation["responses"]
    queried = {one["name"] for one in parameters if one["in"] == "query"}
    if path.startswith(_READ) and path not in _UNTAGGED:
        parameters.append(_IF_NONE_MATCH)
        responses["304"] = {"description": "The reader holds the answer already", "headers": {**_ETAG, **_KEPT}}
        responses["200"]["headers"] = {**responses["200"].get("headers", {}), **_ETAG, **_KEPT, **_ROWS_BEHIND}
    if queried:
        responses.setdefault("400", _refusal("The query is no text"))
    if "min_position" in queried:
        parameters.append(_PREFER)
        responses.setdefault("412", _refusal("The log has not come to `min_position`"))
        responses.setdefault("409", _refusal("The log was restored and never comes to `min_position`", schema=_GONE))
    if "cursor" in queried:
        responses.setdefault("410", _refusal("The log was restored since the page of `cursor`", schema=_GONE))
    if "{" in path:
        responses.setdefault("404", _refusal("Nothing is known of that"))
    if path.startswith(_READ):
        responses.setdefault("503", _refusal("The store can not be used now"))
        responses["503"]["headers"] = {**responses["503"].get("headers", {}), **_RETRY}


def _refusal(
    description: str, headers: Mapping[str, Any] | None = None, schema: Mapping[str, Any] = _PROBLEM
) -> dict[str, Any]:
    return {"description": description, **({"headers": dict(headers)} if headers else {}), "content": schema}
