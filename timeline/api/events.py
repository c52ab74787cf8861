"""`/events`: append to the log, one event or many in a request."""

from collections.abc import Callable
from threading import Event
from typing import Any

from flask import Response, request

from timeline.api import access
from timeline.api.batches import Batch, Count, Permit
from timeline.api.bodies import BodyLimits, messages_of_array, messages_of_lines
from timeline.api.http import ApiBlueprint, answer, expected_version
from timeline.api.limits import REFUSED
from timeline.api.messages import (
    BATCH,
    LINES,
    guard_encoding,
    idempotency_key,
    is_one,
    message_of,
    named_by_key,
    submission_of,
    unsupported,
)
from timeline.api.outcomes import outcome_of, receipt
from timeline.api.queries import AppendQuery, Told
from timeline.api.schemas import BatchSchema, ProblemSchema, ReceiptSchema
from timeline.api.writing import BODIES, HEADERS
from timeline.domain.aggregates import Submission
from timeline.errors import (
    InvalidValue,
    MessageIdReused,
    NoneAppended,
    ServiceStopping,
    StoreUnusable,
    TimelineError,
    TooSlow,
    VersionMismatch,
)
from timeline.store.log import ConflictLog
from timeline.store.wishes import Receipt


def blueprint(log: ConflictLog, limits: BodyLimits, permit: Permit, count: Count, stopping: Event) -> ApiBlueprint:
    """The endpoint, on the log. `permit` refuses what the sender may not append; `count` is told the outcomes.

    What is still to be appended of a batch when the service is `stopping` is left, and the answer says so.
    """
    events = ApiBlueprint("append", __name__, url_prefix="/api/v1/events", description="Append to the log")

    @events.post("")
    @events.doc(
        summary="Append events (CloudEvents 1.0): one, a batch, or a stream of lines",
        description="A batch says of each event what became of it; one that is refused leaves the others as they are, "
        "unless `atomic=true` asks for all or none. Where every event was refused, the answer is a problem with the "
        "same counts and items, under the status that all refusals share, or else 422. What is accepted and probably "
        "not meant has `warnings`; with `strict=true` it is refused. To send again what was sent before is safe: "
        "an event with the `source` and `id` of one that is there is a duplicate and adds nothing. With "
        "`validate=true` nothing is appended: the answer says what would become of it, refusals and warnings "
        "included, with `validated` beside it and without a position. At most 4000 events are validated at a time, "
        "each on those before it.",
        security=access.NEEDED,
        parameters=HEADERS,
        requestBody={"required": True, "content": BODIES},
    )
    @events.arguments(AppendQuery, location="query")
    @events.response(201, ReceiptSchema, description="Appended")
    @events.alt_response(412, schema=ProblemSchema, description="The subject is at another version")
    @events.alt_response(
        200, schema=BatchSchema, description="What became of each event; or the receipt of a message sent before"
    )
    def append(query: dict[str, Any]) -> Response:
        sender = access.guard_writing()
        guard_encoding(request)
        key = idempotency_key(request.headers, sender.name)
        if is_one(request):
            if query["validate_"]:
                return _validated(log, permit, key, strict=query["strict"] or sender.strict)
            return _one(log, permit, count, key, strict=query["strict"] or sender.strict)
        if request.mimetype in (BATCH, LINES):
            strict = query["strict"] or sender.strict
            batch = Batch(
                log,
                permit,
                count,
                stopping,
                key,
                quiet=query["outcomes"] is Told.REFUSED,
                strict=strict,
                validate=query["validate_"],
            )
            return _many(batch, limits, atomic=query["atomic"], validate=query["validate_"])
        raise unsupported(request)

    return events


def _one(log: ConflictLog, permit: Permit, count: Count, key: str | None, *, strict: bool) -> Response:
    try:
        if REFUSED in request.environ:
            raise request.environ[REFUSED]
        found = _recorded(log.record, permit(submission_of(message_of(request), key)), key, strict=strict)
    except TimelineError as error:
        count(outcome_of(error), 1)
        raise
    count(outcome_of(found), 1)
    response = answer(receipt(found), 200 if found.repeated else 201)
    response.headers["ETag"] = f'"{found.version}"'
    return response


def _validated(log: ConflictLog, permit: Permit, key: str | None, *, strict: bool) -> Response:
    """The receipt that the message would get. It counts neither as accepted nor as refused."""
    found = _recorded(log.rehearse, permit(submission_of(message_of(request), key)), key, strict=strict)
    return answer({"validated": True, **receipt(found)})


def _recorded(record: Callable[..., Receipt], submission: Submission, key: str | None, *, strict: bool) -> Receipt:
    """What was appended, or rehearsed. Raises what the log does, with the header named that the refusal is about."""
    expected = expected_version(request.headers)
    try:
        return record(submission, expected, strict=strict)
    except VersionMismatch as error:
        header = "If-Match" if expected else "If-None-Match"
        raise error.under(header, request.headers[header]) from None
    except MessageIdReused as error:
        raise named_by_key(error, submission, key) from None


def _many(batch: Batch, limits: BodyLimits, *, atomic: bool, validate: bool) -> Response:
    as_lines = request.mimetype == LINES
    try:
        for name in ("If-Match", "If-None-Match"):
            if name in request.headers:
                raise InvalidValue(name, request.headers[name], "no such header beside several events")
        messages = messages_of_lines(request, limits) if as_lines else messages_of_array(request, limits)
        if validate and not atomic:
            batch.validate(messages)
        elif not atomic:
            batch.append(messages)
        elif not batch.append_together(messages):
            return batch.stopped(NoneAppended(), told=True)
    except (StoreUnusable, TooSlow, ServiceStopping) as error:
        return batch.stopped(error)
    except BaseException:
        batch.close()
        raise
    return batch.answer(as_lines=as_lines)
