"""TimelineJS 3 JSON (https://timeline.knightlab.com/docs/json-format.html): an event for each development.

Fronts are its groups. TimelineJS shows nothing that has no start: such developments are counted and named on the title
slide, which comes last in the file, when all were counted. Every text is escaped, since TimelineJS takes it for HTML,
and names of groups twice, since it decodes them once before that.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from html import escape
from typing import Any

import msgspec

from timeline.domain.legibility import isolated, legible
from timeline.domain.moments import format_instant
from timeline.domain.status import GivenAccount
from timeline.exporters.dates import day_parts, in_words, is_plain, parts_of
from timeline.exporters.export import Export, listed, together
from timeline.readmodel.entries import Entry
from timeline.wire import answers
from timeline.wire.wording import tally_lines, withdrawn_in_words

_NAMED = 20
"""How many developments without a start, and how many accounts of one, are named; of the rest is told how many."""


class _Undated:
    """The developments that can not be shown."""

    def __init__(self) -> None:
        self.count = 0
        self.titles: list[str] = []

    def add(self, title: str) -> None:
        self.count += 1
        if len(self.titles) < _NAMED:
            self.titles.append(title)


def write(export: Export, items: Iterable[Entry]) -> Iterator[bytes]:
    """The timeline, event by event, and then its title slide."""
    return together(_parts(export, items))


def _parts(export: Export, items: Iterable[Entry]) -> Iterator[bytes]:
    undated = _Undated()
    about = msgspec.json.encode(export.about())
    yield from listed(b'{"export":%b,"events":[' % about, _events(export, items, undated), b"\n],")
    yield b'"title":%b}\n' % msgspec.json.encode(_title(export, undated))


def _events(export: Export, items: Iterable[Entry], undated: _Undated) -> Iterator[bytes]:
    as_of = export.held.cuts.as_of
    for entry in items:
        description = entry.state.described
        start, end = parts_of(description.occurred)
        if start is None:
            undated.add(isolated(description.title))
            continue
        if entry.open:
            end = day_parts(as_of) if tuple(day_parts(as_of).values()) > tuple(start.values()) else None
        event = {
            "unique_id": str(entry.state.id),
            "start_date": start,
            **({"end_date": end} if end else {}),
            **({} if is_plain(entry) else {"display_date": in_words(entry, as_of)}),
            "group": escape(escape(legible(export.front_name(description.front)))),
            "text": {"headline": _html(description.title), "text": _text(entry)},
        }
        yield msgspec.json.encode(event)


def _text(entry: Entry) -> str:
    statuses = ", ".join(f"{aspect} {status}" for aspect, status in entry.statuses.items())
    accounts = entry.state.accounts
    said = [_account(given) for given in accounts[:_NAMED]]
    if len(accounts) > _NAMED:
        said.append(f"<li>and {len(accounts) - _NAMED} more</li>")
    summary = entry.state.described.summary
    figures = "; ".join(f"{name}: {figures}" for name, figures in tally_lines(entry.state.described))
    paragraphs = "".join(f"<p>{_html(text)}</p>" for text in (summary, figures, statuses) if text)
    return f"{paragraphs}<ul>{''.join(said)}</ul>"


def _account(given: GivenAccount) -> str:
    told = answers.account(given)
    stances = ", ".join(f"{stance} {aspect}" for aspect, stance in told["stance"].items())
    source = _html(told["source"])
    if told["url"]:
        source = f'<a href="{escape(told["url"])}">{source}</a>'
    quote = f": {_html(told['quote'])}" if told["quote"] else ""
    taken_back = "" if given.in_force else f" ({withdrawn_in_words(given)})"
    published = f", published {_html(told['published'])}" if told["published"] else ""
    return f"<li>{source} {_html(stances)}{published}{taken_back}{quote}</li>"


def _title(export: Export, undated: _Undated) -> dict[str, Any]:
    cuts = export.held.cuts
    lines = [
        f"As of {_shown(cuts.as_of)}, as known at {_shown(cuts.known_at)}, as recorded up to position {cuts.position}."
    ]
    if undated.count:
        names = "; ".join(undated.titles)
        more = f"; and {undated.count - len(undated.titles)} more" if undated.count > len(undated.titles) else ""
        lines.append(f"Not shown, because nobody says when they began: {undated.count} ({names}{more}).")
    lines.append(f"Signed checkpoint of the log:\n{export.checkpoint}")
    text = "".join(f"<p>{_html(line)}</p>" for line in lines)
    return {"unique_id": "title", "text": {"headline": _html(export.title), "text": text}}


def _html(text: str) -> str:
    return escape(legible(text)).replace("\n", "<br>")


def _shown(instant: datetime) -> str:
    return format_instant(instant)
