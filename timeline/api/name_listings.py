"""The reads that list who and where is named in developments, with counts, page by page."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response

from timeline.api.caching import Freshness
from timeline.api.catalogue_schemas import ActorsSchema, PlacesSchema
from timeline.api.cut_answers import CutAnswers
from timeline.api.http import ApiBlueprint
from timeline.api.paging import Listing, cursor_behind, not_a_cursor, read_cursor
from timeline.api.queries import cuts_of, filters_of
from timeline.api.timeline_queries import NamesQuery
from timeline.errors import InvalidValue
from timeline.readmodel.cuts import HeldCuts, WantedCuts
from timeline.readmodel.entries import Page
from timeline.readmodel.filters import Filters
from timeline.readmodel.name_counts import ActorNames, PlaceNames
from timeline.readmodel.questions import Reader
from timeline.wire import answers, catalogue_answers

_NO_ID = UUID(int=0)
_ORDER = "The most frequent first, then by name. Developments are those of a timeline with the same cuts and filters."


def blueprint(reader: Reader, freshness: Freshness) -> ApiBlueprint:
    """The endpoints, on what answers, and on what tells whether an answer is still the same."""
    listings = ApiBlueprint("names", __name__, url_prefix="/api/v1", description="Who and where is named")
    common = CutAnswers(listings, freshness)

    @listings.get("/actors")
    @listings.doc(summary="Who is named in developments, in which roles, and in how many", description=_ORDER)
    @common.asked(NamesQuery)
    @listings.response(200, ActorsSchema)
    def actors(query: dict[str, Any]) -> Response:
        return _page(freshness, "actors", query, reader.actors_named, catalogue_answers.actor)

    @listings.get("/places")
    @listings.doc(summary="Which places are named by developments, and by how many", description=_ORDER)
    @common.asked(NamesQuery)
    @listings.response(200, PlacesSchema)
    def places(query: dict[str, Any]) -> Response:
        return _page(freshness, "places", query, reader.places_named, catalogue_answers.place)

    return listings


def _page(
    freshness: Freshness,
    name: str,
    query: dict[str, Any],
    read: Callable[[WantedCuts, Filters], tuple[HeldCuts, ActorNames | PlaceNames]],
    tell: Callable[[Any], dict[str, Any]],
) -> Response:
    """A page. Its cursor holds how many came before it: at fixed cuts they are always the same."""
    wanted, filters, limit = cuts_of(query), filters_of(query), query["limit"]
    listing = Listing(name, filters)
    log = freshness.log
    cursor = read_cursor(log, query["cursor"], wanted, listing) if "cursor" in query else None
    lineage = log.lineage()
    before = cursor.after[0] if cursor else 0
    try:
        held, found = read(cursor.cuts if cursor else wanted, filters)
    except InvalidValue:
        if cursor is None:
            raise
        raise not_a_cursor(query["cursor"]) from None
    names = found.entries
    if before < 0:
        raise not_a_cursor(query["cursor"])
    ends = (before + limit, _NO_ID.bytes) if len(names) > before + limit else None
    body = {
        "total": len(names),
        "complete": found.complete,
        "items": [tell(one) for one in names[before : before + limit]],
        "next_cursor": cursor_behind(lineage, Page(held, [], ends), wanted, listing, cursor),
    }
    fixed = cursor is not None or freshness.is_fixed(wanted.recorded_at)
    return freshness.answer({**answers.held(held), **body}, held.cuts.position, fixed=fixed)
