"""The warnings about a message: of its own words, of the catalogue, and of what became of its subject before."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from msgspec import UNSET

from timeline.domain.aggregates import Stream
from timeline.domain.facts import (
    AccountGiven,
    AccountWithdrawn,
    DevelopmentMerged,
    DevelopmentReported,
    DevelopmentRevised,
    EntryVoided,
    Fact,
    FrontOpened,
    SourceRegistered,
    SourceRevised,
    sort_of,
)
from timeline.domain.moments import Occurred, format_day, format_instant, to_micros
from timeline.domain.values import Account
from timeline.plausibility.catalogue import Catalogue
from timeline.plausibility.dates import (
    MAX_YEARS_APART,
    far_period,
    is_after,
    is_published_after,
    named_years,
    periods_of,
)
from timeline.plausibility.places import place_warnings
from timeline.plausibility.registry import ReceiptWarning, WarningCode

StreamOf = Callable[[UUID], Stream]
"""Gives the stream of another development."""


def warnings_of(
    fact: Fact, reported_at: datetime, stream: Stream, catalogue: Catalogue, before: int, other: StreamOf
) -> tuple[ReceiptWarning, ...]:
    """The warnings about a fact that is to follow the others of a stream, at or after the position `before`."""
    return tuple(_warnings(fact, reported_at, stream, catalogue, before, other))


def take_in(catalogue: Catalogue, fact: Fact, position: int) -> None:
    """Let a catalogue know of a fact that was recorded."""
    match fact:
        case SourceRegistered(slug, name):
            catalogue.add_source(slug, name, position)
        case FrontOpened(slug, name):
            catalogue.add_front(slug, name, position)
        case DevelopmentReported(description):
            occurred = description.occurred
            catalogue.add_development(
                description.front, occurred.edtf, occurred.exact_start, occurred.exact_end, position
            )
        case EntryVoided(_, named) if named is not None:
            catalogue.add_void(named, position)


def _warnings(
    fact: Fact, reported_at: datetime, stream: Stream, catalogue: Catalogue, before: int, other: StreamOf
) -> Iterator[ReceiptWarning]:
    match fact:
        case DevelopmentReported(description, account):
            yield from _of_account("data.account", account, reported_at, catalogue, before)
            yield from _of_front("data.front", description.front, catalogue, before)
            yield from place_warnings("data.place", description.place)
            yield from _of_date("data", description.front, description.occurred, reported_at, catalogue, before)
            if stream.described_at is not None:
                yield _replacing(description.external_id, stream)
        case AccountGiven(account):
            yield from _of_account("data", account, reported_at, catalogue, before)
        case AccountWithdrawn(source):
            yield from _of_source("data.source", source, catalogue, before)
        case DevelopmentRevised(changes):
            if changes.front is not UNSET:
                yield from _of_front("data.changes.front", changes.front, catalogue, before)
            if changes.place is not UNSET:
                yield from place_warnings("data.changes.place", changes.place)
            front = stream.front if changes.front is UNSET else changes.front
            if changes.occurred is not UNSET and front:
                yield from _of_date("data.changes", front, changes.occurred, reported_at, catalogue, before)
        case DevelopmentMerged(into):
            yield from _of_subject("data.into", other(into))
        case SourceRegistered():
            if fact.same_as:
                yield from _of_source("data.same_as", fact.same_as, catalogue, before)
        case SourceRevised(changes) if isinstance(changes.same_as, str):
            yield from _of_source("data.changes.same_as", changes.same_as, catalogue, before)
    if sort_of(fact.TOPIC) == "development":
        yield from _of_subject("subject", stream, revived=isinstance(fact, DevelopmentReported))


def _of_account(
    field: str, account: Account, reported_at: datetime, catalogue: Catalogue, before: int
) -> Iterator[ReceiptWarning]:
    yield from _of_source(f"{field}.source", account.source, catalogue, before)
    if account.origin:
        yield from _of_source(f"{field}.origin", account.origin, catalogue, before)
    if is_published_after(account.published, to_micros(reported_at)):
        yield published_late(f"{field}.published", account, reported_at)


def _of_source(field: str, slug: str, catalogue: Catalogue, before: int) -> Iterator[ReceiptWarning]:
    if not catalogue.sources.knows(slug, before):
        yield unregistered(field, slug, catalogue.sources.meant(slug, before))


def _of_front(field: str, slug: str, catalogue: Catalogue, before: int) -> Iterator[ReceiptWarning]:
    if not catalogue.fronts.knows(slug, before):
        yield unopened(field, slug, catalogue.fronts.meant(slug, before))


@lru_cache(maxsize=10_000)
def unregistered(field: str, slug: str, meant: str | None) -> ReceiptWarning:
    """That no source of a slug is registered, and which one was probably meant."""
    asks = f"; did you mean {meant}?" if meant else ""
    detail = f"no source {slug} is registered, so it counts as no independent voice{asks}"
    return ReceiptWarning(WarningCode.SOURCE_NOT_REGISTERED, field, slug, detail, meant)


@lru_cache(maxsize=10_000)
def unopened(field: str, slug: str, meant: str | None) -> ReceiptWarning:
    """That no front of a slug was opened, and which one was probably meant."""
    asks = f"; did you mean {meant}?" if meant else ""
    return ReceiptWarning(WarningCode.FRONT_NOT_OPENED, field, slug, f"no front {slug} was opened{asks}", meant)


def _of_date(
    field: str, front: str, occurred: Occurred, reported_at: datetime, catalogue: Catalogue, before: int
) -> Iterator[ReceiptWarning]:
    field = f"{field}.occurred"
    named = named_years(occurred.edtf, occurred.exact_start, occurred.exact_end)
    may_be_far = any(catalogue.may_be_far(front, year) for years in named.ends for year in years)
    if may_be_far and (period := far_period(named, periods_of(catalogue.years_of(front, before)))):
        detail = far_sentence(occurred.edtf, front, period.first, period.last)
        yield ReceiptWarning(WarningCode.DATE_FAR_FROM_FRONT, field, occurred.edtf, detail)
    if is_after(occurred, reported_at):
        detail = after_sentence(occurred, reported_at)
        yield ReceiptWarning(WarningCode.DATE_AFTER_TIME, field, occurred.edtf, detail)


def far_sentence(edtf: str, front: str, first: int, last: int) -> str:
    """How far a date lies from the others of its front."""
    others = f"the year {first}" if first == last else f"the years {first} to {last}"
    return f"{edtf} is more than {MAX_YEARS_APART} years from the others on the front {front}, which are of {others}"


def after_sentence(occurred: Occurred, reported_at: datetime) -> str:
    """That a date, or the end of one, lies after the report of it: in days, or in instants (UTC) where it is exact."""
    begun = occurred.start.earliest
    ends_late = occurred.is_span and (begun is None or begun <= reported_at)
    late = occurred.end if ends_late else occurred.start
    if late.exact and late.earliest:
        said, reported = format_instant(late.earliest), format_instant(reported_at)
    else:
        said, reported = occurred.edtf, format_day(reported_at)
    return f"{said} {'ends' if ends_late and not late.exact else 'is'} after the time of the report, {reported}"


def published_late(field: str, account: Account, reported_at: datetime) -> ReceiptWarning:
    """That an account is said to have been published after the report of it."""
    detail = f"{account.source}: {after_sentence(Occurred(account.published or ''), reported_at)}"
    return ReceiptWarning(WarningCode.PUBLISHED_AFTER_TIME, field, account.published, detail)


def _replacing(external_id: str | None, stream: Stream) -> ReceiptWarning:
    field, value = ("data.external_id", external_id) if external_id else ("subject", str(stream.id))
    title = f"“{stream.title}”" if stream.title else str(stream.id)
    detail = f"not the first report of {value}: it replaces the description of {title}"
    return ReceiptWarning(WarningCode.REPLACES_DESCRIPTION, field, value, detail)


def _of_subject(field: str, stream: Stream, *, revived: bool = False) -> Iterator[ReceiptWarning]:
    if stream.version and stream.described_at is None and not revived:
        detail = f"all complete reports of {stream.id} are voided, so it is on no timeline"
        yield ReceiptWarning(WarningCode.SUBJECT_VOIDED, field, str(stream.id), detail)
    if not (stream.retracted or stream.part_of):
        return
    value, title = str(stream.id), f"“{stream.title}”" if stream.title else str(stream.id)
    if stream.retracted:
        then = "this report may bring it back" if revived else "only a complete report, or a void, brings it back"
        detail = f"{title} was retracted; {then}"
        yield ReceiptWarning(WarningCode.SUBJECT_RETRACTED, field, value, detail)
    if stream.part_of:
        then = "this report may part them" if revived else f"its accounts count with {stream.part_of}"
        detail = f"{title} was merged into {stream.part_of}; {then}"
        yield ReceiptWarning(WarningCode.SUBJECT_MERGED, field, value, detail, str(stream.part_of))
