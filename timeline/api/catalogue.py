"""The reads of the catalogue: the fronts and the sources, all of them and one by one, at the three cuts."""

from typing import Any

from flask import Response

from timeline.api.caching import Freshness
from timeline.api.catalogue_schemas import FrontSchema, SourceSchema
from timeline.api.cut_answers import CutAnswers
from timeline.api.http import ApiBlueprint
from timeline.api.queries import CutsQuery, cuts_of
from timeline.api.schemas import FrontsSchema, SourcesSchema
from timeline.readmodel.questions import Reader
from timeline.wire import answers, catalogue_answers

MAX_ACCOUNTS_READ = 1_500
"""Accounts of a source, the latest, on which its record is counted: more take longer than a reader waits."""


def blueprint(reader: Reader, freshness: Freshness) -> ApiBlueprint:
    """The endpoints, on what answers, and on what tells whether an answer is still the same."""
    catalogue = ApiBlueprint("catalogue", __name__, url_prefix="/api/v1", description="Where, and who speaks")
    common = CutAnswers(catalogue, freshness)

    @catalogue.get("/fronts")
    @catalogue.doc(summary="The lanes of the timeline, with their developments counted by status")
    @common.asked(CutsQuery)
    @catalogue.response(200, FrontsSchema)
    def fronts(query: dict[str, Any]) -> Response:
        held, entries = reader.fronts(cuts_of(query))
        return common.respond(held, query, {"items": [answers.front(entry) for entry in entries]})

    @catalogue.get("/fronts/<slug>")
    @catalogue.doc(
        summary="One front: its developments counted, who is named and who speaks there, and its own history",
        description="404 where it is not among `/fronts` at these cuts, saying where the log first names it.",
    )
    @common.asked(CutsQuery)
    @catalogue.response(200, FrontSchema)
    def front(query: dict[str, Any], slug: str) -> Response:
        held, record = reader.front_record(slug, cuts_of(query))
        return common.respond(held, query, {"item": catalogue_answers.front(record)})

    @catalogue.get("/sources")
    @catalogue.doc(summary="Who speaks, with their accounts counted")
    @common.asked(CutsQuery)
    @catalogue.response(200, SourcesSchema)
    def sources(query: dict[str, Any]) -> Response:
        held, entries = reader.sources(cuts_of(query))
        return common.respond(held, query, {"items": [answers.source(entry) for entry in entries]})

    @catalogue.get("/sources/<slug>")
    @catalogue.doc(
        summary="One source: who it is and was, what it said, and how that fared",
        description="404 where it is not among `/sources` at these cuts, saying where the log first names it.",
    )
    @common.asked(CutsQuery)
    @catalogue.response(200, SourceSchema)
    def source(query: dict[str, Any], slug: str) -> Response:
        wanted = cuts_of(query)
        count_all = wanted.recorded_at is None
        held, record = reader.source_record(slug, wanted, MAX_ACCOUNTS_READ, count_all=count_all)
        if not record.registered and record.accounts == 0:
            raise reader.unknown_source(slug, wanted)
        return common.respond(held, query, {"item": catalogue_answers.source(record)})

    return catalogue
