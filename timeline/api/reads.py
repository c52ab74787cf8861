"""The reads: timelines, changes, counts and single developments, each at the three cuts."""

from threading import Lock
from typing import Any
from uuid import UUID

import msgspec
from flask import Response

from timeline.api.caching import Freshness
from timeline.api.change_paging import ChangesQuestion, page_of_changes
from timeline.api.change_schemas import ChangesSchema, HistorySchema
from timeline.api.cut_answers import CutAnswers
from timeline.api.http import ApiBlueprint
from timeline.api.paging import Listing, cursor_behind, not_a_cursor, read_cursor
from timeline.api.queries import (
    ChangesQuery,
    ChecksQuery,
    CutsQuery,
    DensityQuery,
    ItemQuery,
    cuts_of,
    filters_of,
)
from timeline.api.schemas import (
    ChecksSchema,
    DensitySchema,
    DevelopmentSchema,
    TimelineSchema,
)
from timeline.api.timeline_queries import SortedFrontTimelineQuery, SortedTimelineQuery
from timeline.errors import InvalidValue
from timeline.plausibility.registry import FOUND_AGAIN, in_words
from timeline.readmodel.changes import Clock
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.differing import Order
from timeline.readmodel.entries import Page
from timeline.readmodel.findings import FindingFilters
from timeline.readmodel.past import Past
from timeline.readmodel.questions import Reader
from timeline.readmodel.sorts import Sort
from timeline.readmodel.told import Told
from timeline.wire import answers
from timeline.wire.fields import development_id
from timeline.wire.item_bytes import item_bytes

_NO_ID = UUID(int=0)


def blueprint(reader: Reader, past: Past, freshness: Freshness, kept: int) -> ApiBlueprint:
    """The endpoints, on what answers, and on what tells whether an answer is still the same.

    Of what is told of developments as many bytes are `kept`.
    """
    told = Told(past, item_bytes, kept)
    reads = ApiBlueprint("reads", __name__, url_prefix="/api/v1", description="What was known when")
    common = CutAnswers(reads, freshness)
    asked, respond = common.asked, common.respond
    one_density = Lock()  # by day it may have some hundred thousand buckets, which many at once would all hold

    @reads.get("/timeline")
    @reads.doc(summary="The developments that had occurred by as_of, as known at known_at")
    @asked(SortedTimelineQuery)
    @reads.response(200, TimelineSchema)
    def timeline(query: dict[str, Any]) -> Response:
        return _timeline(reader, freshness, told, query)

    @reads.get("/fronts/<slug>/timeline")
    @reads.doc(summary="The same for one front")
    @asked(SortedFrontTimelineQuery)
    @reads.response(200, TimelineSchema)
    def front_timeline(query: dict[str, Any], slug: str) -> Response:
        return _timeline(reader, freshness, told, {**query, "front": [slug]}, slug)

    @reads.get("/changes")
    @reads.doc(
        summary="What changed in what was known between two moments: new, withdrawn, merged, revised, status",
        description="In the order of timelines; with `clock=recorded`, in the order in which the log last learnt "
        "something of each. A page may have fewer items than `limit`, or none, where much had to be compared for it: "
        "there are others as long as `next_cursor` is not null.",
    )
    @asked(ChangesQuery)
    @reads.response(200, ChangesSchema)
    def changes(query: dict[str, Any]) -> Response:
        question = ChangesQuestion(
            query["clock"],
            query["changes_since"],
            query["changes_until"],
            query.get("known_at"),
            query.get("recorded_at"),
            filters_of(query),
        )
        found, next_cursor = page_of_changes(freshness.log, reader, question, query, Order.TIMELINE)
        recorded = (question.since, question.until) if found.clock is Clock.RECORDED else (question.recorded_at,)
        fixed = "cursor" in query or freshness.is_fixed(*recorded)
        return freshness.answer(answers.changes(found, next_cursor), found.until.cuts.position, fixed=fixed)

    @reads.get("/density")
    @reads.doc(summary="How many developments began when, by front and status")
    @asked(DensityQuery)
    @reads.response(200, DensitySchema)
    def density(query: dict[str, Any]) -> Response:
        with one_density:
            held, found = reader.density(cuts_of(query), query["bucket"], filters_of(query))
            return respond(held, query, answers.density(found))

    @reads.get("/checks")
    @reads.doc(
        summary="What the log holds that was probably not meant: the warnings of receipts, found again",
        description="What was mended since is not found any more, and of what was retracted only what was said of it "
        "afterwards. " + in_words(FOUND_AGAIN),
    )
    @asked(ChecksQuery)
    @reads.response(200, ChecksSchema)
    def checks(query: dict[str, Any]) -> Response:
        return _checks(reader, freshness, query)

    @reads.get("/developments/<id>")
    @reads.doc(summary="One development, by its id or its <data set>:<id there>")
    @asked(ItemQuery)
    @reads.response(200, DevelopmentSchema)
    def development(query: dict[str, Any], id: str) -> Response:
        held, entry = reader.development(development_id("id", id), cuts_of(query))
        return respond(held, query, {"item": _chosen(msgspec.Raw(item_bytes(entry)), query)})

    @reads.get("/developments/<id>/history")
    @reads.doc(summary="How the reporting of a development went, with the statuses after each event")
    @asked(CutsQuery)
    @reads.response(200, HistorySchema)
    def history(query: dict[str, Any], id: str) -> Response:
        held, steps = reader.reporting(development_id("id", id), cuts_of(query))
        return respond(held, query, {"steps": [answers.step(one) for one in steps]})

    return reads


def _timeline(
    reader: Reader, freshness: Freshness, told: Told, query: dict[str, Any], front: str | None = None
) -> Response:
    """A page. Raises `NothingKnown` where this one front is asked for and unknown, which no page that holds one is."""
    wanted, filters = cuts_of(query), filters_of(query)
    listing = filters if query["sort"] is Sort.OCCURRED else Listing(query["sort"].value, filters)
    log = freshness.log
    cursor = read_cursor(log, query["cursor"], wanted, listing) if "cursor" in query else None
    lineage = log.lineage()
    try:
        page = reader.page(
            cursor.cuts if cursor else wanted,
            filters,
            query["limit"],
            cursor.after if cursor else None,
            told,
            query["sort"],
        )
    except InvalidValue:
        if cursor is None:
            raise
        raise not_a_cursor(query["cursor"]) from None
    if front is not None and not page.items:
        _guard_known(reader, front, wanted)
    raw = map(msgspec.Raw, page.items)
    items = list(raw) if "fields_" not in query else [_chosen(one, query) for one in raw]
    next_cursor = cursor_behind(lineage, page, wanted, listing, cursor)
    body = {**answers.held(page.held), "items": items, "next_cursor": next_cursor}
    fixed = cursor is not None or freshness.is_fixed(wanted.recorded_at)
    return freshness.answer(body, page.held.cuts.position, fixed=fixed)


def _checks(reader: Reader, freshness: Freshness, query: dict[str, Any]) -> Response:
    """A page. Its cursor holds how many came before it: at fixed cuts they are always the same."""
    wanted = cuts_of(query)
    filters = FindingFilters(*(frozenset(query.get(name, ())) for name in ("front", "source", "code")))
    log = freshness.log
    cursor = read_cursor(log, query["cursor"], wanted, filters) if "cursor" in query else None
    lineage = log.lineage()
    before, limit = (cursor.after[0] if cursor else 0), query["limit"]
    try:
        page = reader.findings(cursor.cuts if cursor else wanted, filters, limit, before)
    except InvalidValue:
        if cursor is None:
            raise
        raise not_a_cursor(query["cursor"]) from None
    ends = (before + limit, _NO_ID.bytes) if page.total > before + limit else None
    body = {
        "total": page.total,
        "complete": page.complete,
        "items": [answers.finding(one) for one in page.items],
        "next_cursor": cursor_behind(lineage, Page(page.held, [], ends), wanted, filters, cursor),
    }
    fixed = cursor is not None or freshness.is_fixed(wanted.recorded_at)
    return freshness.answer({**answers.held(page.held), **body}, page.held.cuts.position, fixed=fixed)


def _guard_known(reader: Reader, front: str, wanted: WantedCuts) -> None:
    if not reader.knows_front(front, wanted):
        raise reader.unknown_front(front, wanted)


def _chosen(item: msgspec.Raw, query: dict[str, Any]) -> Any:
    """Those fields of an item that were asked for."""
    names = query.get("fields_")
    if names is None:
        return item
    return {name: value for name, value in msgspec.json.decode(item).items() if name in names}
