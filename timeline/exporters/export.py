"""What an export is of, and what a format is.

An exporter is a pure function: what the export is of, and an iterator of what it holds, to an iterator of bytes. So a
file may be of any length, and the same question at a fixed recorded cut gives the same bytes for ever.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct

from timeline.domain.moments import format_day
from timeline.readmodel.cuts import HeldCuts
from timeline.wire import answers
from timeline.wire.events import dump_event

_LEAST = 32_768
"""Bytes that are handed on together at least, but for the last."""

_MOST_NAMED = 3
"""Fronts that the name of a file names."""


class Of(StrEnum):
    """What an export is of."""

    DEVELOPMENTS = "developments"
    ACCOUNTS = "accounts"
    """What each source said, one by one."""
    CHANGES = "changes"
    FRONTS = "fronts"
    SOURCES = "sources"
    EVENTS = "events"
    """The events of the log behind the developments."""


class Export(Struct, frozen=True):
    """What an export is of: enough to ask the same again, and to check it against the log.

    `filters` are those that were asked for, as JSON values; `checkpoint` is the first that the log signed (a C2SP
    signed note) at the position of the cuts or after it, `front_names` the names of lanes by slug.
    """

    title: str
    of: Of
    held: HeldCuts
    filters: Mapping[str, Any]
    checkpoint: str
    front_names: Mapping[str, str] = {}

    def about(self) -> dict[str, Any]:
        """The same as a JSON object, for a file to carry along."""
        return {
            "title": self.title,
            "of": self.of.value,
            **answers.held(self.held),
            "filters": dict(self.filters),
            "checkpoint": self.checkpoint,
        }

    def file_name(self, ending: str) -> str:
        """A name that tells what it is of and at which cuts, of letters that every system takes."""
        fronts = self.filters.get("front", ())
        named = fronts if len(fronts) <= _MOST_NAMED else [f"{len(fronts)}-fronts"]
        cuts = self.held.cuts
        days = f"as-of-{format_day(cuts.as_of)}", f"known-at-{format_day(cuts.known_at)}"
        return f"{'-'.join(['timeline', self.of, *named, *days, f'position-{cuts.position}'])}.{ending}"

    def front_name(self, slug: str) -> str:
        """What the lane is called."""
        return self.front_names.get(slug, slug)


Write = Callable[[Export, Iterable[Any]], Iterator[bytes]]


class Format(Struct, frozen=True):
    """A format: its name, what it can be of (the first unless another is asked for), and what writes it."""

    name: str
    media_type: str
    ending: str
    write: Write
    of: tuple[Of, ...]
    says: str


WIRE: dict[Of, Callable[[Any], dict[str, Any]]] = {
    Of.DEVELOPMENTS: answers.item,
    Of.ACCOUNTS: answers.told,
    Of.CHANGES: answers.change,
    Of.FRONTS: answers.front,
    Of.SOURCES: answers.source,
    Of.EVENTS: dump_event,
}
"""What an export is of -> how one of them reads as a JSON object, as the API gives it."""


def json_line(value: Any) -> bytes:
    """A value as JSON in one line."""
    return msgspec.json.encode(value) + b"\n"


def together(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in fewer pieces, so that a row need not cost a chunk of its own on the way."""
    waiting: list[bytes] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= _LEAST:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def listed(opening: bytes, items: Iterable[bytes], closing: bytes) -> Iterator[bytes]:
    """Items between an opening and a closing, with commas: an array that is written while it is read."""
    yield opening
    for number, item in enumerate(items):
        yield b",\n" + item if number else b"\n" + item
    yield closing
