"""From a question to an export.

What can not be meant is refused before anything is written. The cuts are fixed by the first page, and what follows is
read page by page while it is written, so that an export takes no more memory the longer it is.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from msgspec import Struct

from timeline.domain.moments import format_instant
from timeline.errors import InvalidValue
from timeline.exporters.export import Export, Format, Of
from timeline.readmodel.changes import Clock
from timeline.readmodel.cuts import HeldCuts, WantedCuts
from timeline.readmodel.entries import Entry
from timeline.readmodel.filters import Filters
from timeline.readmodel.questions import Reader

PAGE = 500
"""Developments that are read at once."""

_NAMES = {
    "fronts": "front", "kinds": "kind", "statuses": "status", "actors": "actor", "sources": "source",
    "text": "q", "box": "bbox", "since": "from", "until": "to", "tags": "tag", "places": "place",
    "languages": "language", "external_ids": "external_id", "ids": "id",
}  # fmt: skip
"""Fields of `Filters` -> the parameters that set them."""

CheckpointOver = Callable[[int], str]
"""Position -> the first signed checkpoint of the log that covers it."""


class Question(Struct, frozen=True):
    """What is asked for. `of` is what the format is of where nothing else is said.

    `since`, `until` and `clock` are those of changes: instants, or on the recorded clock positions too.
    """

    of: Of | None = None
    wanted: WantedCuts = WantedCuts()
    filters: Filters = Filters()
    since: int | datetime | None = None
    until: int | datetime | None = None
    clock: Clock | None = None


class Asked(Struct, frozen=True):
    """An export that can be written: what it is of, and its bytes, which can be read once."""

    export: Export
    content: Iterator[bytes]


def ask(
    reader: Reader,
    checkpoint_over: CheckpointOver,
    format: Format,
    question: Question,
    title: str,
    advance: Callable[[int], None] = lambda _: None,
) -> Asked:
    """The export of what is asked for, in a format; `advance` is told of each so many developments that were read.

    Raises `InvalidValue` for what can not be meant, before anything is written.
    """
    of = question.of or format.of[0]
    _guard(format, of, question)
    held, items = _READ[of](reader, question, advance)
    given = {**_shown(question.filters), **_shown_changes(question)}
    checkpoint = checkpoint_over(held.cuts.position)
    export = Export(title, of, held, given, checkpoint, reader.front_names(held))
    return Asked(export, format.write(export, items))


def _guard(format: Format, of: Of, question: Question) -> None:
    if of not in format.of:
        raise InvalidValue("of", of.value, f"{' or '.join(format.of)}: {format.name} holds nothing else")
    if of is Of.CHANGES:
        _guard_changes(question)
        return
    for name in ("since", "until", "clock"):
        if getattr(question, name) is not None:
            raise InvalidValue(name, _text(getattr(question, name)), f"no {name}, except with of={Of.CHANGES}")
    if of in (Of.FRONTS, Of.SOURCES):
        for name in _set(question.filters):
            allowed = f"no {_NAMES[name]} with of={of}, which lists all {of}"
            raise InvalidValue(_NAMES[name], _text(getattr(question.filters, name)), allowed)


def _guard_changes(question: Question) -> None:
    for name in ("since", "until"):
        if getattr(question, name) is None:
            raise InvalidValue(name, None, f"a moment: of={Of.CHANGES} tells what changed from since to until")
    if question.wanted.as_of is not None:
        allowed = f"no as_of: of={Of.CHANGES} goes from since to until"
        raise InvalidValue("as_of", _text(question.wanted.as_of), allowed)


def _developments(
    reader: Reader, question: Question, advance: Callable[[int], None]
) -> tuple[HeldCuts, Iterator[tuple[Entry, ...]]]:
    """Pages of developments, all at the cuts of the first."""
    first = reader.timeline(question.wanted, question.filters, PAGE)
    cuts = first.held.cuts
    fixed = WantedCuts(cuts.as_of, cuts.known_at, cuts.position)

    def pages() -> Iterator[tuple[Entry, ...]]:
        page = first
        while True:
            advance(len(page.entries))
            yield page.entries
            if not page.more:
                return
            page = reader.timeline(fixed, question.filters, PAGE, page.entries[-1].place)

    return first.held, pages()


def _read_developments(reader: Reader, question: Question, advance: Any) -> tuple[HeldCuts, Iterable[Any]]:
    held, pages = _developments(reader, question, advance)
    return held, (entry for page in pages for entry in page)


def _read_accounts(reader: Reader, question: Question, advance: Any) -> tuple[HeldCuts, Iterable[Any]]:
    """Every account of the developments; of certain sources, where the question names some."""
    held, pages = _developments(reader, question, advance)
    sources = question.filters.sources
    return held, (
        (entry, given)
        for page in pages
        for entry in page
        for given in entry.state.accounts
        if not sources or given.account.source in sources
    )


def _read_events(reader: Reader, question: Question, advance: Any) -> tuple[HeldCuts, Iterable[Any]]:
    held, pages = _developments(reader, question, advance)
    return held, reader.events_behind(pages, held)


def _read_changes(reader: Reader, question: Question, _: Any) -> tuple[HeldCuts, Iterable[Any]]:
    since, until, wanted = question.since, question.until, question.wanted
    if since is None or until is None:
        raise LookupError("since and until were not asked for")  # `_guard` refuses that
    clock = question.clock or Clock.REPORTED
    pages = reader.change_pages(since, until, wanted.recorded_at, question.filters, clock, wanted.known_at)
    first = next(pages)
    return first.until, (change for page in chain([first], pages) for change in page.changes)


def _read_fronts(reader: Reader, question: Question, _: Any) -> tuple[HeldCuts, Iterable[Any]]:
    return reader.fronts(question.wanted)


def _read_sources(reader: Reader, question: Question, _: Any) -> tuple[HeldCuts, Iterable[Any]]:
    return reader.sources(question.wanted)


_READ: dict[Of, Callable[[Reader, Question, Any], tuple[HeldCuts, Iterable[Any]]]] = {
    Of.DEVELOPMENTS: _read_developments,
    Of.ACCOUNTS: _read_accounts,
    Of.CHANGES: _read_changes,
    Of.FRONTS: _read_fronts,
    Of.SOURCES: _read_sources,
    Of.EVENTS: _read_events,
}
"""What an export may be of -> what reads it."""


def _set(filters: Filters) -> list[str]:
    return [name for name in filters.__struct_fields__ if getattr(filters, name)]


def _shown(filters: Filters) -> dict[str, Any]:
    """The filters that are set, under the names of their parameters."""
    return {_NAMES[name]: _text(getattr(filters, name)) for name in _set(filters)}


def _shown_changes(question: Question) -> dict[str, Any]:
    given = {"since": question.since, "until": question.until}
    if question.since is None:
        return {}
    return {"clock": question.clock or Clock.REPORTED, **{name: _text(value) for name, value in given.items()}}


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, frozenset):
        return sorted(str(one) for one in value)
    return list(value) if isinstance(value, tuple) else value
