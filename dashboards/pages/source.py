"""The page of a source: who it is, what it said, and how that fared; and the list of all sources."""

from typing import Any

from dash import html

from dashboards import panel, words
from dashboards.elements import joined, timed, verbatim
from dashboards.pages.asked import (
    FIRST,
    Asked,
    Content,
    crossed,
    status_cell,
    table,
    to,
    to_checks,
    to_timeline,
)
from dashboards.pages.framed import framed
from timeline.domain.facts import EntryVoided
from timeline.domain.vocabulary import Aspect, Stance
from timeline.readmodel.entries import TimelineAnswer
from timeline.readmodel.filters import Filters
from timeline.readmodel.sourcerecords import SourceRecord, SourceStep
from timeline.wire.wording import withdrawn_in_words

MOST = 1_500
"""Accounts, the latest, of which the page tells how they fared: more take longer than a reader waits."""


def page(asked: Asked, slug: str) -> Content:
    """The page of a source. Raises `NothingKnown` where it is neither registered nor gave an account."""
    # What is cited must stay as it is when the log goes on, so with a position nothing is told that needs the latest.
    _, record = asked.reader.source_record(slug, asked.wanted, MOST, count_all=asked.view.position is None)
    answer = asked.reader.timeline(asked.wanted, Filters(sources=frozenset([slug])), FIRST)
    source = record.source
    told: list[tuple[str, Any]] = [
        (
            "Kind",
            words.kind(source.kind)
            if record.registered
            else "never registered: what it says is a claim, and no second voice",
        ),
        ("Same as", _same_as(asked, record)),
        ("Side", words.side(source.affiliation) if source.affiliation else "none: it speaks for itself"),
        ("Reliability", f"{words.reliability(source.reliability)} (Admiralty code)"),
        *_accounts(record),
        ("Address", html.A(verbatim(source.url), href=source.url, rel="noopener noreferrer") if source.url else None),
    ]
    parts = [
        html.H2("How its claims fared"),
        *_fared(record),
        html.H2("What it said"),
        _stances(record),
        _said(asked, slug, answer),
        html.H2("What was told of the source itself"),
        _history(record),
    ]
    query = f"source={slug}"
    ways = [to_timeline(asked, "Show what it speaks of on the timeline", query)]
    return framed(asked, source.name, told, ways, parts, ("All of what it said as a table", query, answer))


def _same_as(asked: Asked, record: SourceRecord) -> Any:
    """The other names of the source, as links."""
    if not record.same:
        return None
    return html.Span([*_names(asked, record.same), ": one voice"])


def _accounts(record: SourceRecord) -> list[tuple[str, Any]]:
    first, last = record.first_reported_at, record.last_reported_at
    if record.accounts is None:
        number = f"more than {MOST:,}"
    else:
        standing = "all in force" if record.in_force == record.accounts else f"{record.in_force:,} of them in force"
        number = f"{record.accounts:,}, {standing}"
    of_latest = "" if record.complete else f" (of its latest {record.covered:,} accounts)"
    return [
        ("Accounts", number),
        ("Taken back", f"{record.withdrawn:,} as a whole, {record.withdrawn_in_part:,} in part{of_latest}"),
        ("Reported", f"{words.day(first)} to {words.day(last)}{of_latest}" if first and last else None),
    ]


def _aspect(aspect: Aspect) -> str:
    return words.ASPECT[aspect].capitalize()


def _fared(record: SourceRecord) -> list[Any]:
    if not record.fared:
        return [html.P("It has asserted nothing yet.", className="quiet")]
    told = record.fared.get(Aspect.OCCURRENCE, {})
    parts = [f"{told[status]:,} {words.FARED[status]}" for status in words.STATUS if told.get(status)]
    latest = "" if record.complete else f"Counted on its latest {record.covered:,} accounts. "
    total = words.count(sum(told.values()), "development")
    sentence = f"{latest}It says of {total} that it happened: {words.listed(parts)}." if parts else latest
    return [
        html.P(sentence) if sentence else None,
        crossed(
            "Developments of which it asserts this, by how that stands", "It asserts", record.fared, _aspect,
            status_cell, words.STATUS,
        ),
    ]  # fmt: skip


def _stances(record: SourceRecord) -> Any:
    if not record.stances:
        return html.P("Nothing yet.", className="quiet")
    caption = "Accounts by what they speak to"
    return crossed(caption, "Of", record.stances, _aspect, lambda one: words.STANCE[one].capitalize(), Stance)


def _said(asked: Asked, slug: str, answer: TimelineAnswer) -> Any:
    """Its own accounts, development by development."""
    if not answer.entries:
        return None
    rows = []
    for entry in answer.entries:
        for given in entry.state.accounts:
            if given.account.source != slug:
                continue
            told = given.account
            stances = [
                html.Div([f"{words.STANCE[stance]}: {words.ASPECT[aspect]}",
                          f" ({withdrawn_in_words(given)})" if aspect in given.withdrawn else None])
                for aspect, stance in told.stance.items()
            ]  # fmt: skip
            said = f"“{words.clipped(told.quote, 300)}”" if told.quote else words.clipped(told.gist or "", 300)
            quote = verbatim(said) if said else None
            rows.append(
                [
                    [
                        html.Span(timed(words.moment(given.reported_at)), className="nowrap"),
                        html.Div(words.published(told.published), className="quiet small") if told.published else None,
                    ],
                    [
                        to(asked, "developments", str(entry.state.id), entry.state.described.title),
                        html.Div(quote),
                    ],
                    stances,
                    status_cell(entry.status),
                ]
            )
    which = f"the first {len(answer.entries)}" if answer.more else f"all {len(answer.entries)}"
    caption = f"Its accounts of {which} developments that it speaks of, by the earliest day of each"
    return table(caption, ("Reported", "Development", "It is", "Stands as"), rows)


def _history(record: SourceRecord) -> Any:
    rows = [_step(step) for step in record.history]
    if not rows:
        return html.P("Nothing: it was never registered.", className="quiet")
    return table("Side and reliability over time", ("Reported", "Side", "Reliability", "Because"), rows)


def _step(step: SourceStep) -> list[Any]:
    """What was told of the source once; struck out where it was entered by mistake."""
    when = timed(words.moment(step.recorded.event.reported_at))
    why: list[Any] = [verbatim(step.reason) if step.reason else "registered"]
    if step.voided_by:
        note = html.Div(panel.voided(step.voided_by), className="quiet small")
        return [html.Del(when), "", "", [html.Del(why), note]]
    if isinstance(fact := step.recorded.event.fact, EntryVoided):
        why = [f"what stands at position {fact.position:,} was entered by mistake: ", *why]
    if step.source is None:
        return [when, "", "", why]
    side = words.side(step.source.affiliation) if step.source.affiliation else "none"
    return [when, side, words.reliability(step.source.reliability), why]


def overview(asked: Asked) -> Content:
    """All sources, by name: with their accounts, or at a position of the log those that were registered by then."""
    if asked.view.position is not None:
        return _registered(asked)
    _, sources = asked.reader.sources(asked.wanted)
    rows = [
        [
            to(asked, "sources", one.source.slug, one.source.name),
            words.kind(one.source.kind) if one.registered else "not registered",
            words.side(one.source.affiliation or ""),
            words.reliability(one.source.reliability),
            _names(asked, one.same),
            f"{one.accounts:,}",
        ]
        for one in sorted(sources, key=lambda one: one.source.name.casefold())
    ]
    head = ("Source", "Kind", "Side", "Reliability", "Same as", "Accounts")
    return Content("Sources", [table("Sources, by name", head, rows, {5}), to_checks(asked)])


def _names(asked: Asked, slugs: tuple[str, ...]) -> Any:
    return joined(to(asked, "sources", slug, slug) for slug in slugs)


def _registered(asked: Asked) -> Content:
    """How many accounts each gave by then would take a look at every development."""
    held = asked.reader.hold(asked.wanted)
    named = sorted(asked.reader.source_names(held).items(), key=lambda one: one[1].casefold())
    rows = []
    for slug, name in named:
        source = asked.reader.source(slug, held)
        rows.append([to(asked, "sources", slug, name), words.kind(source.kind), words.side(source.affiliation or ""),
                     words.reliability(source.reliability)])  # fmt: skip
    told = "Sources that were registered, by name; how much each said is told on its own page"
    return Content("Sources", [table(told, ("Source", "Kind", "Side", "Reliability"), rows)])
