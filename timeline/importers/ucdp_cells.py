"""The file of a UCDP GED release, taken apart into rows of named cells.

Every spelling of such a file ends here: encoding, order and number of columns, the row of HXL tags, line breaks
within cells. The file is read twice, once to learn its encoding, so that it never has to fit into memory.
"""

import codecs
import csv
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from timeline.errors import TimelineError

ENCODINGS = ("utf-8-sig", "cp1252")
"""Tried in this order: text in Windows-1252 is hardly ever valid UTF-8."""

_CHUNK = 1 << 20


class UnreadableRelease(TimelineError):
    """Raised when a file is no release of UCDP GED at all: in another encoding, or without columns that it needs."""

    slug = "unreadable-release"
    title = "The file can not be read as UCDP GED"


class Cells(NamedTuple):
    """The cells of a row that we read, as text; the columns from `adm_2` on may be missing from a layout."""

    id: str
    type_of_violence: str
    side_a: str
    side_b: str
    where_prec: str
    where_coordinates: str
    adm_1: str
    latitude: str
    longitude: str
    country: str
    date_prec: str
    date_start: str
    date_end: str
    deaths_a: str
    deaths_b: str
    deaths_civilians: str
    deaths_unknown: str
    best: str
    high: str
    low: str
    adm_2: str
    country_id: str
    conflict_new_id: str
    conflict_name: str
    dyad_new_id: str
    dyad_name: str
    code_status: str
    event_clarity: str
    source_office: str
    source_headline: str
    source_article: str
    source_original: str


REQUIRED = Cells._fields[: Cells._fields.index("adm_2")]


def read_cells(path: Path) -> Iterator[tuple[int, Cells | str]]:
    """The rows with the line (from 1) on which each starts, or why one can not be told apart into cells."""
    with path.open(encoding=_encoding_of(path), newline="") as file:
        reader = csv.reader(file, strict=True)
        header = _header(path, reader)
        pick = _picker(header)
        while True:
            number = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield number, f"not a row of CSV: {error}"
                continue
            if _is_empty_or_hxl(cells):
                continue
            if len(cells) != len(header):
                yield number, f"{len(cells)} cells where the header names {len(header)} columns"
                continue
            yield number, pick(cells)


def guard_readable(path: Path) -> None:
    """Raises `UnreadableRelease` for a file that is no release at all."""
    next(read_cells(path), None)


def _encoding_of(path: Path) -> str:
    for encoding in ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise UnreadableRelease(f"{path}: neither UTF-8 nor Windows-1252")


def _header(path: Path, reader: Iterator[list[str]]) -> list[str]:
    try:
        header = [name.strip().lower() for name in next(reader, [])]
    except csv.Error as error:
        raise UnreadableRelease(f"{path}: the header is not a row of CSV: {error}") from None
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise UnreadableRelease(
            f"{path}: no column {', '.join(missing)}",
            tuple({"field": name, "value": None, "allowed": "a column of that name"} for name in missing),
        )
    twice = sorted({name for name in Cells._fields if header.count(name) > 1})
    if twice:
        raise UnreadableRelease(f"{path}: more than one column {', '.join(twice)}")
    return header


def _picker(header: Sequence[str]) -> Callable[[list[str]], Cells]:
    """What takes the cells that we read out of a row; a column that is not there reads as empty."""
    empty = len(header)
    pick = itemgetter(*(header.index(name) if name in header else empty for name in Cells._fields))

    def picked(cells: list[str]) -> Cells:
        cells.append("")
        return Cells._make(pick(cells))

    return picked


def _is_empty_or_hxl(cells: Sequence[str]) -> bool:
    """Whether it is no data: a blank line, or the tags (`#date+start`) that HDX puts under the header."""
    return all(cell.startswith("#") for cell in cells if cell)
