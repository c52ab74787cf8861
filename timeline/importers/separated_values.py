"""A table in a text file, as it lies there: how it is packed, encoded and separated, and where its header is.

The form of a file is found once; with it the file is read as a stream, as often as needed and by any process.
"""

import csv
import io
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from msgspec import Struct

from timeline.importers.file_kinds import is_json, kind_by_bytes, kind_by_text, kind_of_json
from timeline.importers.packing import HEAD_BYTES, Packed, Packing, packed_as, unpacked
from timeline.importers.text_encoding import TextEncoding, UndecodableText, encoding_by_head, encoding_of
from timeline.importers.unreadable import unreadable

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
"""What separates cells, and what people call it."""

_CHUNK_BYTES = 1 << 20
_CUT_OFF = "the file ends here, so it was probably cut off"
_END_IN_QUOTES = "unexpected end of data"


class TextForm(Struct, frozen=True):
    """How the text of a file is packed and encoded, how many lines it has, and its size in bytes once unpacked."""

    packed: Packed
    encoding: TextEncoding
    lines: int = 0
    size: int = 0

    def remarks(self) -> Iterator[str]:
        """What the summary says of it."""
        if self.packed.packing is Packing.GZIP:
            yield "unpacked (gzip)"
        elif self.packed.packing is Packing.ZIP:
            yield f"{self.packed.member} was read out of the zip archive"
        if self.encoding.guessed:
            yield f"not UTF-8, so its encoding was guessed: {self.encoding.name}"
        elif self.encoding.name != "UTF-8":
            yield f"read as {self.encoding.name}"


class TableForm(Struct, frozen=True):
    """The form of a table: `header` in lower case, and how many lines stand before it, or before the first row.

    `declared`: a first line `sep=` names the separator. `headless`: the header is not in the file.
    """

    text: TextForm
    separator: str
    header: tuple[str, ...]
    lines_before: int = 0
    declared: bool = False
    headless: bool = False

    def remarks(self) -> Iterator[str]:
        """What the summary says of it."""
        yield from self.text.remarks()
        if self.separator != ",":
            why = "as its first line says" if self.declared else "guessed by its first row"
            yield f"separated by {SEPARATORS.get(self.separator, repr(self.separator))}, {why}"
        if self.headless:
            yield f"without a header row; read as the {len(self.header)} columns of GED in their order"


class FirstLook(Struct, frozen=True):
    """How a file is packed, and its first bytes once unpacked.

    `text` is the same as a text, roughly: for looking at, not for reading.
    """

    packed: Packed
    head: bytes
    text: str


def first_look(path: Path) -> FirstLook:
    """What shows first of a file that may be text. Raises `UnreadableFile` for what is neither a table nor JSON."""
    packed = packed_as(path)
    with unpacked(path, packed) as stream:
        head = stream.read(HEAD_BYTES)
    if packed.packing is not Packing.PLAIN and head.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        raise unreadable(path, "it is packed twice; unpack it once, and import what comes out")
    encoding = encoding_by_head(head)
    text = head.decode(encoding.codec if encoding else "utf-8", "replace").removeprefix("\ufeff")
    if what := kind_by_bytes(head) or kind_by_text(text):
        raise unreadable(path, f"it is {what}")
    return FirstLook(packed, head, text)


def text_form(path: Path) -> TextForm:
    """The form of a text file. Raises `UnreadableFile` for what is no text, or in no encoding that is read."""
    look = first_look(path)
    size = 0

    def chunks() -> Iterator[bytes]:
        nonlocal size
        size = 0
        with unpacked(path, look.packed) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                size += len(chunk)
                yield chunk

    try:
        encoding, lines = encoding_of(look.head, chunks)
    except UndecodableText as error:
        raise unreadable(path, str(error)) from None
    return TextForm(look.packed, encoding, lines, size)


@contextmanager
def opened_text(path: Path, form: TextForm) -> Iterator[TextIO]:
    """The text of a file of this form, with its line breaks as they are."""
    with unpacked(path, form.packed) as stream, io.TextIOWrapper(stream, form.encoding.codec, newline="") as text:
        yield text


def table_form(path: Path, known: Set[str]) -> TableForm:
    """The form of a table whose header has some of the `known` columns. The first row is taken for the header.

    Raises `UnreadableFile` where it is no table.
    """
    text = text_form(path)
    with opened_text(path, text) as file:
        return _table_form(path, text, _first_lines(file), known)


def header_of(path: Path, look: FirstLook, known: Set[str]) -> tuple[str, ...]:
    """The header that such a table has, by its first look alone. Raises `UnreadableFile` as `table_form` does."""
    roughly = TextForm(look.packed, TextEncoding("utf-8", "UTF-8"))
    return _table_form(path, roughly, _first_lines(io.StringIO(look.text, newline="")), known).header


def _table_form(path: Path, text: TextForm, lines: Sequence[str], known: Set[str]) -> TableForm:
    before = _blank_lines(lines)
    declared = _declared_separator(lines[before]) if lines[before:] else ""
    if declared:
        before += 1 + _blank_lines(lines[before + 1 :])
    first = "".join(lines[before:])
    if is_json(first) and not declared:
        raise unreadable(path, f"it is {kind_of_json(first)}")
    rows = {separator: _first_row(lines[before:], separator) for separator in dict.fromkeys([declared, *SEPARATORS])}
    if first and not any(rows.values()):
        raise unreadable(path, "its first row is not a row of CSV: a quotation mark in it is not closed")
    separator = max(rows, key=lambda one: (len(known & {*rows[one]}), one == declared != "", len(rows[one])))
    return TableForm(text, separator or ",", rows[separator], before, declared == separator)


def rows_of(path: Path, form: TableForm) -> Iterator[tuple[int, list[str] | str]]:
    """The rows after the header, each with the line (from 1) on which it starts, or why it can not be told apart."""
    columns = len(form.header)
    with opened_text(path, form.text) as file:
        for _ in range(form.lines_before):
            file.readline()
        reader = csv.reader(file, delimiter=form.separator, strict=True)
        if not form.headless:
            next(reader, None)
        doubtful: tuple[int, str] | None = None  # too few cells, which at the end of the file mean that it was cut off
        while True:
            number = form.lines_before + reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                if doubtful:
                    yield doubtful[0], f"{doubtful[1]}; {_CUT_OFF}"
                return
            except csv.Error as error:
                if doubtful:
                    yield doubtful
                doubtful = None
                yield number, _not_a_row(error)
                continue
            if doubtful:
                yield doubtful
                doubtful = None
            if _says_nothing(cells):
                continue
            if len(cells) == columns:
                yield number, cells
            elif len(cells) < columns:
                doubtful = number, _wrong_number(cells, columns)
            else:
                yield number, _wrong_number(cells, columns)


def _wrong_number(cells: Sequence[str], columns: int) -> str:
    if any("\x00" in cell for cell in cells):
        return "zero bytes where a row should be: the file is damaged"
    return f"{len(cells)} cells where the header names {columns} columns"


def _not_a_row(error: csv.Error) -> str:
    if str(error) == _END_IN_QUOTES:
        return "not a row of CSV: the file ends within a quotation: it was cut off, or a quotation mark is not closed"
    return f"not a row of CSV: {error}"


def _first_lines(file: TextIO) -> list[str]:
    """The lines at the beginning, as many as are looked at."""
    lines: list[str] = []
    size = 0
    while size < HEAD_BYTES and (line := file.readline(HEAD_BYTES)):
        lines.append(line)
        size += len(line)
    return lines


def _blank_lines(lines: Sequence[str]) -> int:
    """How many blank lines come first."""
    return next((number for number, line in enumerate(lines) if line.strip()), len(lines))


def _declared_separator(line: str) -> str:
    """The separator that a line `sep=;` names, as Excel writes and reads it."""
    bare = line.strip("\r\n\ufeff").strip('"')
    return bare[4] if bare[:4].lower() == "sep=" and len(bare) >= 5 and not bare[5:].strip(' "' + bare[4]) else ""


def _first_row(lines: Sequence[str], separator: str) -> tuple[str, ...]:
    """The cells of the first row as the names of columns; none where it is no row, or nothing separates."""
    if not separator:
        return ()
    try:
        return tuple(name.strip().lower() for name in next(csv.reader(lines, delimiter=separator, strict=True), []))
    except csv.Error:
        return ()


def _says_nothing(cells: Sequence[str]) -> bool:
    """Whether a row is no data: a blank line, or the tags (`#date+start`) that HDX puts under the header."""
    return all(cell.startswith("#") for cell in cells if cell)
