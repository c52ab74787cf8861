"""Feeds of what changed, for all fronts and for one, as Atom and as JSON Feed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, request, url_for
from marshmallow import Schema, fields
from msgspec import structs

from timeline.api.addresses import own_address, site
from timeline.api.caching import Freshness
from timeline.api.change_paging import ChangesQuestion, page_of_changes
from timeline.api.http import ApiBlueprint
from timeline.api.parameters import said
from timeline.api.queries import FeedQuery, FrontFeedQuery, filters_of
from timeline.api.schemas import ProblemSchema
from timeline.errors import InvalidValue, NothingKnown
from timeline.exporters import atom, json_feed
from timeline.exporters.feed import Feed, Link, feed_of
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.differing import Order
from timeline.readmodel.questions import Reader
from timeline.store.log import ConflictLog

_REACH = timedelta(days=30)
"""How far back a feed goes where nobody says."""
PageOf = Callable[[UUID], str]
"""Development -> path of the page that tells of it to people."""
_ATOM = f"{atom.MEDIA_TYPE}; charset=utf-8"
_ABOUT = (
    "Newest first; an entry is a change of one development. Where there are more than a page holds, the feed links the "
    "next one (`rel=next` of RFC 5005, `next_url` of JSON Feed), which tells of the same two moments."
)


class _Attachment(Schema):
    url = fields.String(required=True)
    mime_type = fields.String(required=True)


class _FeedItem(Schema):
    id = fields.String(required=True)
    url = fields.String(required=True, metadata=said("The page of the development."))
    attachments = fields.List(
        fields.Nested(_Attachment), required=True, metadata=said("What the API tells of the development.")
    )
    title = fields.String(required=True)
    content_text = fields.String(required=True)
    date_published = fields.String(required=True)
    date_modified = fields.String(required=True)
    tags = fields.List(fields.String(), required=True, metadata=said("Front, kind of development, kind of change."))


class _Author(Schema):
    name = fields.String(required=True)


class JsonFeedSchema(Schema):
    """JSON Feed 1.1."""

    version = fields.String(required=True)
    title = fields.String(required=True)
    feed_url = fields.String(required=True)
    next_url = fields.String(metadata=said("The next page; absent where there is none."))
    authors = fields.List(fields.Nested(_Author), required=True)
    language = fields.String(required=True)
    items = fields.List(fields.Nested(_FeedItem), required=True)


def blueprint(
    log: ConflictLog,
    reader: Reader,
    title: str,
    freshness: Freshness,
    page_of: PageOf | None,
    public_url: str | None = None,
) -> ApiBlueprint:
    """The endpoints, on what answers; the name of the log is in the ids of its feeds.

    Entries lead to the page of a development (`page_of`), or where there is none to what the API tells of it. Addresses
    begin with the `public_url` of the service, or with the host that was asked.
    """
    feeds = ApiBlueprint("feeds", __name__, url_prefix="/api/v1", description="Feeds of what changed")
    feeds.before_request(freshness.unchanged)

    def link_to(id: UUID) -> Link:
        data = site(public_url) + url_for("reads.development", id=str(id)).removeprefix(request.root_path)
        return Link(site(public_url) + page_of(id) if page_of else data, data)

    def respond(write: Callable[[Feed], bytes], type: str, query: dict[str, Any], slug: str | None = None) -> Response:
        freshness.await_position(query.get("min_position"))
        found, position = _feed(log, reader, title, query, slug, link_to, public_url)
        return freshness.marked(Response(write(found), content_type=type), position, fixed="cursor" in query)

    @feeds.get("/changes.atom")
    @feeds.doc(summary="What changed, as an Atom feed", description=_ABOUT)
    @feeds.arguments(FeedQuery, location="query")
    @feeds.response(200, {"type": "string"}, content_type=atom.MEDIA_TYPE, description="An Atom feed (RFC 4287)")
    def changes_atom(query: dict[str, Any]) -> Response:
        return respond(atom.write, _ATOM, query)

    @feeds.get("/changes.json")
    @feeds.doc(summary="What changed, as a JSON feed", description=_ABOUT)
    @feeds.arguments(FeedQuery, location="query")
    @feeds.response(200, JsonFeedSchema, content_type=json_feed.MEDIA_TYPE, description="A JSON Feed 1.1")
    def changes_json(query: dict[str, Any]) -> Response:
        return respond(json_feed.write, json_feed.MEDIA_TYPE, query)

    @feeds.get("/fronts/<slug>/changes.atom")
    @feeds.doc(summary="What changed on one front, as an Atom feed", description=_ABOUT)
    @feeds.arguments(FrontFeedQuery, location="query")
    @feeds.response(200, {"type": "string"}, content_type=atom.MEDIA_TYPE, description="An Atom feed (RFC 4287)")
    @feeds.alt_response(404, schema=ProblemSchema, description="There is no such front")
    def front_atom(query: dict[str, Any], slug: str) -> Response:
        return respond(atom.write, _ATOM, query, slug)

    @feeds.get("/fronts/<slug>/changes.json")
    @feeds.doc(summary="What changed on one front, as a JSON feed", description=_ABOUT)
    @feeds.arguments(FrontFeedQuery, location="query")
    @feeds.response(200, JsonFeedSchema, content_type=json_feed.MEDIA_TYPE, description="A JSON Feed 1.1")
    @feeds.alt_response(404, schema=ProblemSchema, description="There is no such front")
    def front_json(query: dict[str, Any], slug: str) -> Response:
        return respond(json_feed.write, json_feed.MEDIA_TYPE, query, slug)

    return feeds


def _feed(
    log: ConflictLog,
    reader: Reader,
    title: str,
    query: dict[str, Any],
    slug: str | None,
    link_to: Callable[[UUID], Link],
    public_url: str | None,
) -> tuple[Feed, int]:
    """A feed, and the position up to which the log was read for it."""
    now = reader.hold(WantedCuts())
    names = reader.front_names(now)
    if slug is not None and slug not in names:
        raise NothingKnown(
            f"slug: no front {slug} is known", ({"field": "slug", "value": slug, "allowed": "a slug of /fronts"},)
        )
    filters = filters_of({**query, "front": [slug]} if slug else query)
    asked = ChangesQuestion(query["clock"], query.get("changes_since"), query.get("changes_until"), filters=filters)
    until = query.get("changes_until") or now.cuts.known_at
    whole = structs.replace(asked, since=asked.since or _before(until), until=until)
    changes, cursor = page_of_changes(log, reader, asked, query, Order.NEWEST, whole)
    lane = f" - {names[slug]}" if slug else ""
    feed = feed_of(
        changes,
        f"{title}{lane}: what changed",
        title,
        own_address(public_url),
        f"{log.tip().origin}/changes/{slug or ''}",
        reader.source_names(changes.until),
        link_to,
        _address_of_page(cursor, public_url) if cursor else None,
    )
    return feed, max(now.cuts.position, changes.until.cuts.position)


def _address_of_page(cursor: str, public_url: str | None) -> str:
    """The address of the request with another cursor. What was to be waited for has come."""
    others = [pair for pair in request.args.items(multi=True) if pair[0] not in ("cursor", "min_position")]
    return f"{own_address(public_url).partition('?')[0]}?{urlencode([*others, ('cursor', cursor)])}"


def _before(until: datetime) -> datetime:
    try:
        return until - _REACH
    except OverflowError:
        raise InvalidValue("until", until.isoformat(), "a moment after the first month of the year 1") from None
