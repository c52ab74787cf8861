"""CSV (RFC 4180): a header row, CRLF, UTF-8; safe to open in a spreadsheet.

A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, *CSV Injection*): one that
begins with `=`, `+`, `-`, `@`, their full-width forms, a tab or a line break, with or without apostrophes before that.
Whoever reads the file by program takes one apostrophe off each text that begins with apostrophes and then one of these;
so every text is what it was. Numbers are never marked. Lists and objects are JSON in a cell.

RFC 4180 knows no comments, so the cuts, the filters and the signed checkpoint stand in the last columns of every row,
where they also stay when rows are sorted, filtered or pasted elsewhere.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

import msgspec

from timeline.exporters.columns import ABOUT, COLUMNS, cells
from timeline.exporters.export import WIRE, Export, together

_FORMULA = re.compile("'*[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r\n]")
"""How a cell begins that a spreadsheet may take for a formula, full-width signs among them."""


def write(export: Export, items: Iterable[Any]) -> Iterator[bytes]:
    """The table, row by row."""
    return together(_rows(export, items))


def _rows(export: Export, items: Iterable[Any]) -> Iterator[bytes]:
    columns = COLUMNS[export.of]
    about = cells(ABOUT, export.about())
    yield _row([*columns, *(f"export_{name}" for name in ABOUT)])
    wire = WIRE[export.of]
    for one in items:
        yield _row([*cells(columns, wire(one)), *about])


def _row(values: list[Any]) -> bytes:
    line = StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([_cell(value) for value in values])
    return line.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    if isinstance(value, list | dict):
        return msgspec.json.encode(value).decode()
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if _FORMULA.match(text) else text
