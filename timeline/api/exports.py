"""`/exports/{format}`: a timeline as a file for other programs, streamed."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from flask import Response, g

from timeline.api.caching import Freshness
from timeline.api.http import ApiBlueprint
from timeline.api.queries import ExportsQuery, cuts_of, filters_of
from timeline.api.schemas import ProblemSchema
from timeline.errors import NothingKnown
from timeline.exporters import EXPORTERS
from timeline.exporters.asking import Question, ask
from timeline.exporters.examples import example
from timeline.exporters.export import Export
from timeline.readmodel.changes import Clock
from timeline.readmodel.questions import Reader
from timeline.store.log import ConflictLog

log = structlog.get_logger(__name__)

BROKEN_OFF = (
    b'\n{"type":"urn:timeline:problem:broken-off","title":"The export broke off: what stands above is not all of it",'
    b'"status":500}\n'
)
"""Ends a file that could not be written to its end, since the server ends the answer as if nothing had happened. It is
the last line of NDJSON, a row with one column in CSV, and leaves every other format unfinished."""

_DESCRIPTION = """
Streamed, however long it is. Every file carries its cuts, its filters and the first checkpoint that the log signed at
its position or after it. The same question with a fixed `recorded_at` gives the same bytes.

The headers `Timeline-*` say the same of the cuts and the checkpoint, whatever the format: a table of nothing has only
its header row, and a batch of no events is an empty array.

In CSV a text that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a line break) has
an apostrophe before it; lists and objects are JSON in a cell.

In CSV and GeoJSON each column of dates has one form. `occurred` and `published` stand as they were said (EDTF), with
their `precision` (`instant`, `day`, `month`, `season`, `year`, `decade`, `century`, `interval`, `one-of-range`) and
their bounds as days (`YYYY-MM-DD`); what is known to the second is in `exact_start` and `exact_end`, instants (UTC,
microseconds), as are those of reports.

Where a file could not be written to its end, its last line says so; its `ETag` is none any more then.
"""
CUT_HEADERS = {
    "Timeline-As-Of": ("string", "The cut `as_of`: an instant, UTC."),
    "Timeline-Known-At": ("string", "The cut `known_at`: an instant, UTC."),
    "Timeline-Position": ("integer", "The position of the log at the cut `recorded_at`."),
    "Timeline-Recorded-At": ("string", "When the log came to that position (UTC); not there where it held nothing."),
    "Timeline-Checkpoint": (
        "string",
        "The first checkpoint that the log signed at that position or after it: a signed note, base64.",
    ),
}
"""The headers that say at which cuts a file is, so that one without a row says it too: name -> JSON type, meaning."""
_FORMAT = {
    "in": "path",
    "name": "format",
    "required": True,
    "schema": {"type": "string", "enum": list(EXPORTERS)},
    "description": "; ".join(f"`{one.name}`: {one.says}" for one in EXPORTERS.values()),
}
_JSON_TYPES = {"geojson": "object", "timelinejs": "object", "cloudevents": "array"}
"""Format -> what the whole file is as JSON; any other is text."""
_FILE = {
    "Content-Disposition": {
        "schema": {"type": "string"},
        "description": "A file name that tells what the file is of and at which cuts.",
    },
    **{name: {"schema": {"type": kind}, "description": says} for name, (kind, says) in CUT_HEADERS.items()},
}


def blueprint(log: ConflictLog, reader: Reader, title: str, freshness: Freshness) -> ApiBlueprint:
    """The endpoint, on what answers and on the log, which vouches for it."""
    exports = ApiBlueprint("exports", __name__, url_prefix="/api/v1/exports", description="Files for other programs")
    exports.before_request(freshness.unchanged)

    def export(query: dict[str, Any], format: str) -> Response:
        if format not in EXPORTERS:
            allowed = f"one of {', '.join(EXPORTERS)}"
            listed = ({"field": "format", "value": format, "allowed": allowed},)
            raise NothingKnown(f"format: there is no format {format!r}; there are {', '.join(EXPORTERS)}", listed)
        freshness.await_position(query.get("min_position"))
        wanted, question = EXPORTERS[format], _question(query)
        asked = ask(reader, log.checkpoint_over, wanted, question, title)
        response = Response(content_type=wanted.media_type)
        response.headers["Content-Disposition"] = f'attachment; filename="{asked.export.file_name(wanted.ending)}"'
        response.headers.update(_cut_headers(asked.export))
        recorded = (
            (question.since, question.until) if question.clock is Clock.RECORDED else (question.wanted.recorded_at,)
        )
        response.headers.update({"Timeline-Origin": g.tip.origin, "Timeline-Epoch": g.tip.epoch})
        position = asked.export.held.cuts.position
        marked = freshness.marked(response, position, fixed=freshness.is_fixed(*recorded))
        if marked is response:
            tag = response.headers["ETag"]
            response.response = _told(asked.content, lambda: freshness.withdraw(tag))
        return marked

    documented = exports.arguments(ExportsQuery, location="query")(export)
    for one in EXPORTERS.values():
        document = exports.response(
            200,
            {"type": _JSON_TYPES.get(one.name, "string")},
            content_type=one.media_type,
            description="The file, at the cuts that stand in it",
            examples={one.name: {"summary": one.says, "value": example(one)}},
            headers=_FILE,
        )
        documented = document(documented)
    documented = exports.alt_response(404, schema=ProblemSchema, description="There is no such format")(documented)
    documented = exports.doc(
        summary="A timeline as a file, with the cuts and a signed checkpoint of the log in it",
        description=_DESCRIPTION,
    )(documented)
    exports.get("/<format>", parameters=[_FORMAT])(documented)
    return exports


def _cut_headers(export: Export) -> dict[str, str]:
    about = export.about()
    recorded = about["recorded_at"]
    checkpoint = b64encode(export.checkpoint.encode()).decode()
    values = (about["as_of"], about["known_at"], recorded["position"], recorded["instant"], checkpoint)
    return {name: str(value) for name, value in zip(CUT_HEADERS, values, strict=True) if value is not None}


def _told(content: Iterator[bytes], broke_off: Callable[[], None]) -> Iterator[bytes]:
    """The same bytes; where they break off, the file says so, and `broke_off` is called."""
    try:
        yield from content
    except Exception as error:  # whatever it is, who reads half a file must not take it for the whole
        broke_off()
        log.exception("an export broke off", exc_info=error)
        yield BROKEN_OFF
        raise


def _question(query: dict[str, Any]) -> Question:
    return Question(
        query.get("of"),
        cuts_of(query),
        filters_of(query),
        query.get("changes_since"),
        query.get("changes_until"),
        query.get("clock"),
    )
