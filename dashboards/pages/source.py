"""The page of a source: who it is, what it said, and how that fared; and the list of all sources."""

from typing import Any

from dash import html

from dashboards import words
from dashboards.pages.asked import FIRST, Asked, Content, described, developments, status_cell, table, to, to_timeline
from timeline.domain.vocabulary import Aspect
from timeline.readmodel.filters import Filters
from timeline.readmodel.sourcerecords import SourceRecord


def page(asked: Asked, slug: str) -> Content:
    """The page of a source. Raises `NothingKnown` where it is neither registered nor gave an account."""
    held, record = asked.reader.source_record(slug, asked.wanted)
    answer = asked.reader.timeline(asked.wanted, Filters(sources=frozenset([slug])), FIRST)
    source = record.source
    first, last = record.first_reported_at, record.last_reported_at
    body: list[Any] = [
        described(
            [
                ("Kind", words.kind(source.kind) if record.registered else "never registered"),
                ("Side", source.affiliation or "none: it speaks for itself"),
                ("Reliability", f"{source.reliability}: {words.RELIABILITY[source.reliability]} (Admiralty code)"),
                ("Accounts", f"{record.accounts:,}, of which {record.in_force:,} stand"),
                ("Taken back", f"{record.withdrawn:,} as a whole, {record.withdrawn_in_part:,} in part"),
                ("Reported", f"{words.day(first)} to {words.day(last)}" if first and last else None),
                ("Address", html.A(source.url, href=source.url, rel="noopener noreferrer") if source.url else None),
            ]
        ),
        html.P(to_timeline(asked, "Show what it speaks of on the timeline", f"source={slug}")),
        None if record.complete else html.P(f"What follows counts its latest {record.covered:,} accounts.",
                                            className="quiet"),
        html.H2("How its claims fared"),
        _fared(record),
        html.H2("What it said"),
        _stances(record),
        html.H2("What was told of the source itself"),
        _history(record),
        html.H2("Developments that it speaks of"),
        developments(asked, f"The first {len(answer.entries)} by when they began", answer.entries,
                     asked.reader.front_names(held)),
        html.P(to_timeline(asked, "All of them as a table", f"source={slug}&view=table")) if answer.more else None,
    ]  # fmt: skip
    return Content(source.name, body)


def _fared(record: SourceRecord) -> Any:
    rows = [
        [words.ASPECT[aspect].capitalize(), status_cell(status), f"{number:,}"]
        for aspect in Aspect
        for status, number in record.fared.get(aspect, {}).items()
    ]
    if not rows:
        return html.P("It has asserted nothing yet.", className="quiet")
    return table(
        "Developments of which it asserts this, and how that stands now", ("It asserts", "Now", "Number"), rows
    )


def _stances(record: SourceRecord) -> Any:
    rows = [
        [words.ASPECT[aspect].capitalize(), words.STANCE[stance], f"{number:,}"]
        for aspect in Aspect
        for stance, number in record.stances.get(aspect, {}).items()
    ]
    return table("Accounts by what they speak to", ("Of", "It is", "Accounts"), rows)


def _history(record: SourceRecord) -> Any:
    rows = [
        [
            words.moment(step.recorded.event.reported_at),
            step.source.affiliation or "none",
            str(step.source.reliability),
            step.reason or "registered",
        ]
        for step in record.history
    ]
    if not rows:
        return html.P("Nothing: it was never registered.", className="quiet")
    return table("Side and reliability over time", ("Reported", "Side", "Reliability", "Because"), rows)


def overview(asked: Asked) -> Content:
    """All sources, by name."""
    _, sources = asked.reader.sources(asked.wanted)
    rows = [
        [
            to(asked, "sources", one.source.slug, one.source.name),
            words.kind(one.source.kind) if one.registered else "not registered",
            one.source.affiliation or "",
            str(one.source.reliability),
            f"{one.accounts:,}",
        ]
        for one in sorted(sources, key=lambda one: one.source.name.casefold())
    ]
    return Content("Sources", [table("Sources, by name", ("Source", "Kind", "Side", "Reliability", "Accounts"), rows)])
