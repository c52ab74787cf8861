"""Feeds of what changed: Atom (RFC 4287) and JSON Feed 1.1 of the same entries, newest first.

An entry is a change of one development. Its id is made of the development and of the event behind the change that was
recorded last, so that it stays while nothing is added, and a reader sees a new entry when something is, however late it
came. It was updated when the development came to look as it does, or on the recorded clock when the log learnt the last
of these events. Where there are too many for one document, it leads to the next (RFC 5005, section 3).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from msgspec import Struct

from timeline.domain.facts import Recorded
from timeline.domain.legibility import isolated
from timeline.domain.moments import format_instant
from timeline.domain.vocabulary import Aspect, Status
from timeline.readmodel.changes import Change, ChangeKind, Changes, Clock
from timeline.wire import answers


class Link(Struct, frozen=True):
    """Where a development is told of: to people, and as JSON to programs. One address, where there is no page."""

    page: str
    data: str


class FeedEntry(Struct, frozen=True):
    """A change as feeds tell it. `link` leads to the development."""

    id: str
    title: str
    text: str
    link: Link
    updated: datetime
    tags: tuple[str, ...]


class Feed(Struct, frozen=True):
    """A feed: what it is of, who gives it, its own address, and its entries, newest first.

    `next` is the address of those that follow; None where there are none.
    """

    id: str
    title: str
    author: str
    link: str
    updated: datetime
    entries: tuple[FeedEntry, ...]
    next: str | None = None


def feed_of(
    found: Changes,
    title: str,
    author: str,
    link: str,
    name: str,
    source_names: Mapping[str, str],
    link_to: Callable[[UUID], Link],
    next: str | None = None,
) -> Feed:
    """The feed of these changes, of which the newest comes first.

    `name` is what the feed is known by for ever, wherever it is served; `next` is the address of its next page.
    """
    entries = tuple(_entry(found, change, source_names, link_to) for change in found.changes)
    updated = entries[0].updated if entries else _until(found)
    return Feed(_urn(NAMESPACE_URL, name), title, author, link, updated, entries, next)


def _entry(
    found: Changes, change: Change, source_names: Mapping[str, str], link_to: Callable[[UUID], Link]
) -> FeedEntry:
    state = change.entry.state
    positions = [one.position for one in change.because]
    told = _what(change)
    behind = list(dict.fromkeys(_who(one, source_names) for one in change.because))
    because = f", because of {', '.join(behind)}" if behind else ""
    return FeedEntry(
        _urn(state.id, f"{found.clock}:{max(positions, default=found.until.cuts.position)}"),
        f"{isolated(state.described.title)}: {'; '.join(told)}{because}",
        "\n".join([*told, *(_said(one, source_names) for one in change.because)]),
        link_to(state.id),
        change.changed_at or max((_moment(found.clock, one) for one in change.because), default=_until(found)),
        (state.described.front, state.described.kind.value, change.kind.value),
    )


_WORDS = {
    ChangeKind.NEW: "new",
    ChangeKind.WITHDRAWN: "withdrawn",
    ChangeKind.VOIDED: "entered by mistake",
}
"""What is said first of a change; revisions and statuses speak for themselves."""


def _what(change: Change) -> list[str]:
    """What changed, in words: `occurrence claimed -> disputed`."""
    if change.merged_into:
        return [f"merged into “{isolated(change.merged_into.described.title)}”"]
    told = [_WORDS[change.kind]] if change.kind in _WORDS else []
    if change.fields:
        told.append(f"{', '.join(change.fields)} revised")
    return told + [_turned(aspect, *pair) for aspect, pair in change.statuses.items()]


def _turned(aspect: Aspect, old: Status | None, new: Status | None) -> str:
    if old is None or new is None:
        return f"{aspect} {new or f'no longer {old}'}"
    return f"{aspect} {old} -> {new}"


def _who(one: Recorded, source_names: Mapping[str, str]) -> str:
    by = answers.cause(one)["by"]
    return isolated(source_names.get(by, by)) if by else one.event.fact.TOPIC


def _said(one: Recorded, source_names: Mapping[str, str]) -> str:
    told = answers.cause(one)
    account = told["account"] or {}
    stances = ", ".join(f"{stance} {aspect}" for aspect, stance in account.get("stance", {}).items())
    said = stances or one.event.fact.TOPIC
    published = f", published {account['published']}" if account.get("published") else ""
    words = account.get("quote") or account.get("gist") or told["reason"]
    when, who = format_instant(one.event.reported_at), _who(one, source_names)
    return f"{when} {who} {said}{published}{f': {isolated(words)}' if words else ''}"


def _moment(clock: Clock, one: Recorded) -> datetime:
    return one.event.reported_at if clock is Clock.REPORTED else one.recorded_at


def _until(found: Changes) -> datetime:
    held = found.until
    return held.cuts.known_at if found.clock is Clock.REPORTED else held.recorded_at or held.cuts.known_at


def _urn(namespace: UUID, name: str) -> str:
    return uuid5(namespace, name).urn
