"""Feeds of what changed, for all fronts and for one, as Atom and as JSON Feed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from marshmallow import Schema, fields

from timeline.api.http import ApiBlueprint
from timeline.api.parameters import said
from timeline.api.queries import FeedQuery
from timeline.api.schemas import ProblemSchema
from timeline.errors import InvalidValue, NothingKnown
from timeline.exporters import atom, json_feed
from timeline.exporters.feed import Feed, feed_of
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.filters import Filters
from timeline.readmodel.questions import Reader
from timeline.store.log import ConflictLog

_REACH = timedelta(days=30)
"""How far back a feed goes where nobody says."""
_ABOUT = "Newest first, at most 200 entries; an entry is a change of one development."


class _FeedItem(Schema):
    id = fields.String(required=True)
    url = fields.String(required=True, metadata=said("The development."))
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
    authors = fields.List(fields.Nested(_Author), required=True)
    language = fields.String(required=True)
    items = fields.List(fields.Nested(_FeedItem), required=True)


def blueprint(log: ConflictLog, reader: Reader, title: str) -> ApiBlueprint:
    """The endpoints, on what answers; the name of the log is in the ids of its feeds."""
    feeds = ApiBlueprint("feeds", __name__, url_prefix="/api/v1", description="Feeds of what changed")

    def found(query: dict[str, Any], slug: str | None = None) -> Feed:
        return _feed(reader, log.records.queries.origin() or "", title, query, slug)

    @feeds.get("/changes.atom")
    @feeds.doc(summary="What changed, as an Atom feed", description=_ABOUT)
    @feeds.arguments(FeedQuery, location="query")
    @feeds.response(200, {"type": "string"}, content_type=atom.MEDIA_TYPE, description="An Atom feed (RFC 4287)")
    def changes_atom(query: dict[str, Any]) -> Response:
        return Response(atom.write(found(query)), content_type=f"{atom.MEDIA_TYPE}; charset=utf-8")

    @feeds.get("/changes.json")
    @feeds.doc(summary="What changed, as a JSON feed", description=_ABOUT)
    @feeds.arguments(FeedQuery, location="query")
    @feeds.response(200, JsonFeedSchema, content_type=json_feed.MEDIA_TYPE, description="A JSON Feed 1.1")
    def changes_json(query: dict[str, Any]) -> Response:
        return Response(json_feed.write(found(query)), content_type=json_feed.MEDIA_TYPE)

    @feeds.get("/fronts/<slug>/changes.atom")
    @feeds.doc(summary="What changed on one front, as an Atom feed", description=_ABOUT)
    @feeds.arguments(FeedQuery, location="query")
    @feeds.response(200, {"type": "string"}, content_type=atom.MEDIA_TYPE, description="An Atom feed (RFC 4287)")
    @feeds.alt_response(404, schema=ProblemSchema, description="There is no such front")
    def front_atom(query: dict[str, Any], slug: str) -> Response:
        return Response(atom.write(found(query, slug)), content_type=f"{atom.MEDIA_TYPE}; charset=utf-8")

    @feeds.get("/fronts/<slug>/changes.json")
    @feeds.doc(summary="What changed on one front, as a JSON feed", description=_ABOUT)
    @feeds.arguments(FeedQuery, location="query")
    @feeds.response(200, JsonFeedSchema, content_type=json_feed.MEDIA_TYPE, description="A JSON Feed 1.1")
    @feeds.alt_response(404, schema=ProblemSchema, description="There is no such front")
    def front_json(query: dict[str, Any], slug: str) -> Response:
        return Response(json_feed.write(found(query, slug)), content_type=json_feed.MEDIA_TYPE)

    return feeds


def _feed(reader: Reader, origin: str, title: str, query: dict[str, Any], slug: str | None) -> Feed:
    now = reader.hold(WantedCuts())
    until = query.get("until") or now.cuts.known_at
    names = reader.front_names(now)
    if slug is not None and slug not in names:
        raise NothingKnown(
            f"slug: no front {slug} is known", ({"field": "slug", "value": slug, "allowed": "a slug of /fronts"},)
        )
    filters = Filters(fronts=frozenset([slug] if slug else []), kinds=frozenset(query.get("kind", ())))
    changes = reader.changes(query.get("since") or _before(until), until, None, filters, query["clock"])
    lane = f" - {names[slug]}" if slug else ""
    return feed_of(
        changes,
        f"{title}{lane}: what changed",
        title,
        request.url,
        f"{origin}/changes/{slug or ''}",
        reader.source_names(changes.until),
        _link_to,
    )


def _before(until: datetime) -> datetime:
    try:
        return until - _REACH
    except OverflowError:
        raise InvalidValue("until", until.isoformat(), "a moment after the first month of the year 1") from None


def _link_to(id: UUID) -> str:
    return url_for("reads.development", id=str(id), _external=True)
