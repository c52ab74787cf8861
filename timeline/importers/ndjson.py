"""Files of the API's own events: one CloudEvent a line (NDJSON), or a JSON array of them, or objects over lines.

Of NDJSON every line stands for itself. An array is read through once before anything is taken from it: one that is
broken, or was cut off, is refused as a whole.
"""

import codecs
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from msgspec import Struct, structs

from timeline.errors import TimelineError
from timeline.importers.file_kinds import foreign_json, is_json, kind_by_columns
from timeline.importers.json_values import MalformedText, values_of_array, values_one_by_one
from timeline.importers.packing import Packed, unpacked
from timeline.importers.running import Line
from timeline.importers.separated_values import SEPARATORS, TextForm, first_look, opened_text, text_form
from timeline.importers.text_encoding import TextEncoding, encoding_by_head
from timeline.importers.ucdp_layouts import is_ged_header
from timeline.importers.unreadable import unreadable
from timeline.wire.events import parse_event
from timeline.wire.json_body import parse_json

LINES_LOOKED_AT = 50
"""A file of which none of the first lines begins an object is no NDJSON."""


class Shape(StrEnum):
    """How the events of a file lie in it."""

    LINES = "lines"
    ARRAY = "array"
    OBJECTS = "objects"


class EventFile(Struct, frozen=True):
    """A file of events: how its text lies there, how the events lie in that, and how many there are.

    `text` is None for lines of UTF-8, which are read as they are.
    """

    path: Path
    packed: Packed
    shape: Shape
    text: TextForm | None = None
    events: int = 0

    def remarks(self) -> Iterator[str]:
        """What the summary says of it."""
        yield from (self.text or TextForm(self.packed, TextEncoding("utf-8", "UTF-8"))).remarks()
        if self.shape is Shape.ARRAY:
            yield f"read as one JSON array of {self.events:,} {'event' if self.events == 1 else 'events'}"
        if self.shape is Shape.OBJECTS:
            yield "read as JSON objects over several lines"
        if not self.events:
            yield "there is no event in it"

    def lines(self) -> Iterator[Line]:
        """The events, each for itself."""
        for element, (number, piece) in enumerate(_pieces(self), 1):
            place = 0 if self.shape is Shape.LINES else element
            try:
                yield Line(number, parse_event(parse_json(piece)), place)
            except TimelineError as error:
                yield Line(number, error, place)


def event_file(path: Path) -> EventFile:
    """The form of a file of events. Raises `UnreadableFile` for a file that holds something else, or a broken array."""
    look = first_look(path)
    packed, text = look.packed, look.text
    if what := foreign_json(text) or _table(text):
        raise unreadable(path, f"it is {what}")
    shape, encoding = _shape(text), encoding_by_head(look.head)
    if shape is Shape.LINES and (encoding is None or encoding.codec == "utf-8-sig"):
        form = EventFile(path, packed, shape)
        return structs.replace(form, events=sum(1 for _ in _lines(form)))
    form = EventFile(path, packed, shape, text_form(path))
    if form.text and form.text.encoding.guessed:
        raise unreadable(path, "it is JSON that is not UTF-8; save it as UTF-8")
    try:
        return structs.replace(form, events=sum(1 for _ in _pieces(form)))
    except MalformedText as error:
        raise unreadable(path, f"a JSON {_NOUNS[shape]}, and {error}; nothing of it was taken") from None


def read(path: Path) -> Iterator[Line]:
    """The events of a file. Raises `UnreadableFile` as `event_file` does."""
    return event_file(path).lines()


_NOUNS = {Shape.ARRAY: "array", Shape.OBJECTS: "object over several lines"}


def _shape(head: str) -> Shape:
    begin = head.lstrip()
    if begin.startswith("["):
        return Shape.ARRAY
    first = begin.partition("\n")[0].strip()
    # An object whose first line is not all of it: `{` alone, or a line that leaves off after a comma.
    leaves_off = first.startswith("{") and first.endswith(("{", ",", "["))
    return Shape.OBJECTS if leaves_off and not _is_whole(first.rstrip(",")) else Shape.LINES


def _is_whole(text: str) -> bool:
    try:
        parse_json(text.encode("utf-8", "replace"))
    except TimelineError:
        return False
    return True


def _table(head: str) -> str | None:
    """What a text is of which no line begins an object."""
    lines = [line for line in head.split("\n") if line.strip()][:LINES_LOOKED_AT]
    if not lines or is_json(head) or any(line.lstrip().startswith("{") for line in lines):
        return None
    names = max((lines[0].strip().lower().replace('"', "").split(separator) for separator in SEPARATORS), key=len)
    if what := kind_by_columns(names):
        return f"a table: {what}"
    if is_ged_header(names):
        return "a table, by its columns UCDP GED; use --format ucdp"
    if len(names) > 1:
        return "a table rather than events; NDJSON has one JSON object a line"
    return None


def _pieces(form: EventFile) -> Iterator[tuple[int, bytes]]:
    """What stands for one event each, as bytes of UTF-8, with the line on which it starts."""
    if form.text is None:
        yield from _lines(form)
        return
    with opened_text(form.path, form.text) as file:
        match form.shape:
            case Shape.LINES:
                yield from ((number, line.encode()) for number, line in enumerate(file, 1) if line.strip())
            case Shape.ARRAY:
                yield from ((number, value.encode()) for number, value in values_of_array(file))
            case Shape.OBJECTS:
                yield from ((number, value.encode()) for number, value in values_one_by_one(file))


def _lines(form: EventFile) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, by number."""
    with unpacked(form.path, form.packed) as stream:
        for number, line in enumerate(stream, 1):
            bare = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
            if bare.strip():
                yield number, bare
