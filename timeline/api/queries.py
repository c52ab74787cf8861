"""What the API takes in its query strings, as the OpenAPI document tells it."""

from enum import StrEnum
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validates_schema

from timeline.api.parameters import (
    DEVELOPMENT_PATTERN,
    Cut,
    EventType,
    Moment,
    PlaceText,
    RecordedAt,
    Since,
    Switch,
    Whole,
    box,
    item_fields,
    question,
    said,
)
from timeline.domain import checks
from timeline.domain.vocabulary import Kind, Status
from timeline.exporters.export import Of
from timeline.plausibility.registry import FOUND_AGAIN
from timeline.readmodel.changes import Clock
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.density import Bucket
from timeline.readmodel.filters import Filters
from timeline.wire.fields import INSTANT_PATTERN, SCHEMA_MESSAGES, CheckedString, DevelopmentName, RecordedText, Word
from timeline.wire.positions import BEGINNING

_CUT = "a date (the end of that day, UTC) or an instant with offset (RFC 3339)"

_MOMENT = f"{_CUT}; with `clock=recorded` also a position"
_CLOCK = (
    "`reported` (the default): what was known at two moments, as the log holds it; "
    "`recorded`: what the log held at two moments, of what was reported by `known_at`."
)


class Query(Schema):
    """A query string."""

    error_messages = SCHEMA_MESSAGES

    class Meta:
        """A misspelt parameter is refused: its absence would silently change the answer."""

        unknown = RAISE


class AwaitingQuery(Query):
    """What can wait for the reader's own write."""

    min_position = PlaceText(
        metadata=said(
            "Answer only once the log has come to this position; `Prefer: wait=N` waits N seconds for it. With its "
            "epoch (`838-1f0c2d3e4b5a`): 409 where the log was restored since and does not share it."
        ),
    )


class CutsQuery(AwaitingQuery):
    """The three cuts of every read."""

    as_of = Cut(metadata=said(f"History as it stood then: {_CUT}. Default: `known_at`, or now."))
    known_at = Cut(metadata=said(f"What was reported by then: {_CUT}. Default: `as_of`, or now."))
    recorded_at = RecordedAt(
        metadata={
            **said(f"What this log held then: a position, or {_CUT}. Default: the latest."),
            "pattern": f"^[0-9]{{1,18}}$|{INSTANT_PATTERN}",
        },
    )


class ItemQuery(CutsQuery):
    """Cuts, and what is told of a development."""

    fields_ = CheckedString(
        item_fields,
        data_key="fields",
        metadata={
            **said("What is told of each development, with commas between. Default: all."),
            "example": "id,title",
        },
    )


class TimelineQuery(ItemQuery):
    """Cuts, filters and paging of a timeline. A filter may be given several times: any of its values will do."""

    front = fields.List(CheckedString(checks.slug), metadata=said("Slug of a front."))
    kind = fields.List(Word(Kind), metadata=said("Kind of development."))
    status = fields.List(Word(Status), metadata=said("Headline status."))
    actor = fields.List(RecordedText(200), metadata=said("Name of an actor."))
    source = fields.List(CheckedString(checks.slug), metadata=said("Slug of a source that gave an account."))
    tag = fields.List(RecordedText(60), metadata=said("A tag of the development."))
    place = fields.List(RecordedText(200), metadata=said("Name of the place where it was, as the development has it."))
    language = fields.List(CheckedString(checks.language), metadata=said("Language of the development (BCP 47)."))
    external_id = fields.List(
        CheckedString(checks.external_id), metadata=said("Its id in a data set: `<data set>:<id there>`.")
    )
    id = fields.List(DevelopmentName(metadata=DEVELOPMENT_PATTERN), metadata=said("Id of a development."))
    q = CheckedString(
        question,
        metadata=said(
            "Words that begin words of title, summary, place or accounts, regardless of case, accents and apostrophes; "
            '"in quotes": together. In scripts without spaces: signs that stand together, anywhere in a run.'
        ),
    )
    bbox = CheckedString(
        box,
        metadata={
            **said("west,south,east,north in degrees (WGS 84)."),
            "pattern": r"^-?[0-9]{1,3}(\.[0-9]{1,20})?(,-?[0-9]{1,3}(\.[0-9]{1,20})?){3}$",
            "example": "35,47,39,51",
        },
    )
    since = Since(
        data_key="from",
        metadata=said("Only what may have been going on at or after: a date (its start, UTC) or an instant."),
    )
    until = Cut(data_key="to", metadata=said(f"Only what may have been going on at or before: {_CUT}."))
    limit = Whole(1, 1_000, load_default=500, metadata=said("Items a page, 1 to 1000; default 500."))
    cursor = fields.String(
        metadata=said("`next_cursor` of the page before. It carries that answer's cuts; the filters stay beside it.")
    )

    @validates_schema
    def in_order(self, query: dict[str, Any], **_: Any) -> None:
        """A window that ends before it begins can hold nothing; whoever asks for it means another."""
        if "since" in query and "until" in query and query["since"] > query["until"]:
            raise ValidationError("expected a time not after `to`", "from")


class ChangesQuery(TimelineQuery):
    """Between which two moments of the reported or of the recorded clock, of which developments, and on which page.

    The filters are those of a timeline. They look at a development as it is at the later moment, or where it is not in
    view then, as it was at the earlier one.
    """

    clock = Word(Clock, load_default=Clock.REPORTED, metadata=said(_CLOCK))
    changes_since: CheckedString = Moment(
        data_key="since", required=True, metadata=said(f"From what was known, or held: {_MOMENT}.")
    )
    changes_until: CheckedString = Moment(
        data_key="until", required=True, metadata=said(f"To what was known, or held: {_MOMENT}.")
    )
    known_at = Cut(metadata=said(f"With `clock=recorded`: only what was reported by then: {_CUT}. Default: `until`."))
    recorded_at = RecordedAt(
        metadata=said(f"With `clock=reported`: what this log held then: a position, or {_CUT}. Default: the latest."),
    )
    status = fields.List(Word(Status), metadata=said("Headline status at the later moment."))
    cursor = fields.String(
        metadata=said("`next_cursor` of the page before. It carries that answer's cuts; all else stays beside it.")
    )

    class Meta(Query.Meta):
        """Changes are told whole, and as of the later moment."""

        exclude = ("fields_", "as_of")


class ExportsQuery(TimelineQuery):
    """What an export is of: cuts and filters as those of a timeline, without pages."""

    of = Word(
        Of,
        metadata=said(
            "What the file holds: `developments` (the default), or with csv and ndjson also `accounts`, `changes`, "
            "`fronts` or `sources`. Of accounts, `source` lets through only those of that source. A cloudevents file "
            "is always of the `events` behind the developments."
        ),
    )
    changes_since = Moment(data_key="since", metadata=said(f"With `of=changes`, required: {_MOMENT}."))
    changes_until = Moment(data_key="until", metadata=said(f"With `of=changes`, required: {_MOMENT}."))
    clock = Word(Clock, metadata=said(f"With `of=changes`: {_CLOCK}"))

    class Meta(Query.Meta):
        """There are no pages, and a format says itself what it tells of a development."""

        exclude = ("fields_", "limit", "cursor")


class ChecksQuery(CutsQuery):
    """Cuts and filters of what was probably not meant. A filter given several times lets any of its values through."""

    code = fields.List(Word(FOUND_AGAIN), metadata=said("Code of a warning."))
    front = fields.List(CheckedString(checks.slug), metadata=said("Slug of a front."))
    source = fields.List(
        CheckedString(checks.slug), metadata=said("Slug of a source: itself, and what it gave an account of.")
    )
    limit = Whole(1, 1_000, load_default=500, metadata=said("Items a page, 1 to 1000; default 500."))
    cursor = fields.String(
        metadata=said("`next_cursor` of the page before. It carries that answer's cuts; the filters stay beside it.")
    )


class FeedQuery(ChangesQuery):
    """Between which two moments a feed tells what changed, of which developments, and on which page."""

    changes_since = Cut(data_key="since", metadata=said(f"Only what changed after: {_CUT}. Default: 30 days before."))
    changes_until = Cut(data_key="until", metadata=said(f"Only what changed up to: {_CUT}. Default: now."))
    limit = Whole(1, 1_000, load_default=200, metadata=said("Entries a page, 1 to 1000; default 200."))
    cursor = fields.String(
        metadata=said("Where the page before ended; the feed links the next page with it. All else stays beside it.")
    )

    class Meta(Query.Meta):
        """Feeds tell what the log holds now."""

        exclude = ("fields_", "as_of", "known_at", "recorded_at")


class FrontFeedQuery(FeedQuery):
    """The same where the path names the front."""

    class Meta(Query.Meta):
        """One front is named already."""

        exclude = (*FeedQuery.Meta.exclude, "front")


class DensityQuery(TimelineQuery):
    """Cuts, filters and buckets of an overview."""

    bucket = Word(Bucket, load_default=Bucket.WEEK, metadata=said("What to count by; default week (from Monday, UTC)."))
    since = Since(
        data_key="from",
        metadata=said("Only what began on this day (UTC) or later; of what began on an unknown day its share."),
    )
    until = Cut(
        data_key="to",
        metadata=said("Only what began on this day (UTC) or earlier; of what began on an unknown day its share."),
    )

    class Meta(Query.Meta):
        """There are no pages."""

        exclude = ("fields_", "limit", "cursor")


class Told(StrEnum):
    """Of which events of a batch the answer says what became."""

    ALL = "all"
    REFUSED = "refused"


class AppendQuery(Query):
    """How many events are appended, and what is said of them."""

    atomic = Switch(metadata=said("All events or none (at most 4000); default false."))
    strict = Switch(
        metadata=said(
            "Refuse what would be accepted with warnings; default false, and always true with a strict token."
        )
    )
    validate_ = Switch(
        data_key="validate",
        metadata=said(
            "Check everything and append nothing: the answer is what it would be, with `validated` and without "
            "positions. What is checked by an `id` may be sent again. Default false."
        ),
    )
    outcomes = Word(
        Told,
        load_default=Told.ALL,
        metadata=said("Of which events of a batch the answer says what became: all, or those refused. Default all."),
    )


class FollowQuery(Query):
    """Which events of the log."""

    front = fields.List(
        CheckedString(checks.slug), metadata=said("Slug of a front: its own events, and those of its developments.")
    )
    type = fields.List(Word(EventType), metadata=said("Type of event."))


class EventsQuery(FollowQuery):
    """Where to read on in the log."""

    after = PlaceText(
        load_default=BEGINNING,
        metadata=said(
            "Position after which to begin, with its epoch: `next_after` of the page before; default 0. A position "
            "without an epoch is taken where it means the same in all epochs of the log."
        ),
    )
    limit = Whole(1, 1_000, load_default=500, metadata=said("Events a page, 1 to 1000; default 500."))


class StreamQuery(FollowQuery):
    """Where to begin to follow."""

    after = PlaceText(
        metadata=said(
            "Position after which to begin, with its epoch: the `id` of an event of this stream, or `next_after` of "
            "`/events`; default: now. `Last-Event-ID` goes before it."
        )
    )


def cuts_of(query: dict[str, Any]) -> WantedCuts:
    """The cuts of a loaded query."""
    return WantedCuts(query.get("as_of"), query.get("known_at"), query.get("recorded_at"))


def filters_of(query: dict[str, Any]) -> Filters:
    """The filters of a loaded query."""
    return Filters(
        fronts=frozenset(query.get("front", ())),
        kinds=frozenset(query.get("kind", ())),
        statuses=frozenset(query.get("status", ())),
        actors=frozenset(query.get("actor", ())),
        sources=frozenset(query.get("source", ())),
        text=query.get("q"),
        box=query.get("bbox"),
        since=query.get("since"),
        until=query.get("until"),
        tags=frozenset(query.get("tag", ())),
        places=frozenset(query.get("place", ())),
        languages=frozenset(query.get("language", ())),
        external_ids=frozenset(query.get("external_id", ())),
        ids=frozenset(query.get("id", ())),
    )
