"""CSV (RFC 4180): a header row, CRLF, UTF-8; safe to open in a spreadsheet.

A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, *CSV Injection*): one that
begins with `=`, `+`, `-`, `@`, their full-width forms, a tab or a line break, with or without apostrophes before that.
Whoever reads the file by program takes one apostrophe off each text that begins with apostrophes and then one of these;
so every text is what it was. Numbers are never marked. Lists and objects are JSON in a cell.

RFC 4180 knows no comments, so the cuts, the filters and the signed checkpoint stand in the last columns of every row,
where they also stay when rows are sorted, filtered or pasted elsewhere. A table of nothing is its header row; its cuts
and checkpoint stand in the headers of the answer (`timeline.api.exports`).
"""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from timeline.exporters.columns import ABOUT, COLUMNS, cells
from timeline.exporters.date_columns import with_dates
from timeline.exporters.export import WIRE, Export, together

_SUSPECT = frozenset("'=+-@\uff1d\uff0b\uff0d\uff20\t\r\n")
_FORMULA = re.compile("'*[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r\n]")
"""How a cell begins that a spreadsheet may take for a formula, full-width signs among them."""


def write(export: Export, items: Iterable[Any]) -> Iterator[bytes]:
    """The table, row by row."""
    return together(_rows(export, items))


def _rows(export: Export, items: Iterable[Any]) -> Iterator[bytes]:
    columns, wire = COLUMNS[export.of], WIRE[export.of]
    about = [_cell(value) for value in cells(ABOUT, export.about())]
    row = csv.writer(_Echo(), lineterminator="\r\n").writerow
    yield _bytes(row([*columns, *(f"export_{name}" for name in ABOUT)]))
    for one in items:
        yield _bytes(row([*(_cell(value) for value in cells(columns, with_dates(wire(one)))), *about]))


class _Echo:
    """Gives what the writer writes back to who asked for the row."""

    def write(self, text: str) -> str:
        return text


def _bytes(row: Any) -> bytes:
    return str(row).encode()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value[:1] in _SUSPECT and _FORMULA.match(value) else value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, int | float) else msgspec.json.encode(value).decode()
