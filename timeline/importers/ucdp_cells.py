"""The file of a UCDP GED release, taken apart into rows of named cells.

Columns are found by name, since no two layouts agree on their order; where the header row is missing, it may be said
that they are those of GED. The form of the file (`separated_values`) is found once and the file then read as a stream,
so that it never has to fit into memory.
"""

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from msgspec import structs

from timeline.importers.file_kinds import kind_by_columns
from timeline.importers.separated_values import TableForm, rows_of, table_form
from timeline.importers.ucdp_layouts import KNOWN_COLUMNS, LAYOUTS, is_a_row, is_ged_header
from timeline.importers.unreadable import unreadable

GED_COLUMNS = "ged"
"""What `--columns` says of a file without a header row whose columns are those of GED in their order."""


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
    source_date: str
    where_description: str
    year: str


REQUIRED = Cells._fields[: Cells._fields.index("adm_2")]


def read_cells(path: Path, form: TableForm | None = None) -> Iterator[tuple[int, Cells | str]]:
    """The rows with the line (from 1) on which each starts, or why one can not be told apart into cells."""
    form = form or release_form(path)
    pick = _picker(form.header)
    for number, cells in rows_of(path, form):
        yield number, cells if isinstance(cells, str) else pick(cells)


def release_form(path: Path, columns: str | None = None) -> TableForm:
    """The form of the file of a release. `columns` is `GED_COLUMNS` where a missing header is that of GED.

    Raises `UnreadableFile` for a file that is no release at all.
    """
    form = table_form(path, KNOWN_COLUMNS)
    if is_a_row(form.header):
        if columns != GED_COLUMNS:
            raise unreadable(
                path,
                f"no header row; these look like the {len(form.header)} columns of GED: say --columns {GED_COLUMNS}, "
                "or put the header row back",
            )
        return structs.replace(form, header=tuple(LAYOUTS[len(form.header)]), headless=True)
    _guard_columns(path, form.header)
    return form


def _guard_columns(path: Path, header: Sequence[str]) -> None:
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise unreadable(
            path,
            f"no column {', '.join(missing)}{_advice(header)}",
            tuple({"field": name, "value": None, "allowed": "a column of that name"} for name in missing),
        )
    twice = sorted({name for name in Cells._fields if header.count(name) > 1})
    if twice:
        raise unreadable(path, f"more than one column {', '.join(twice)}")


def _advice(header: Sequence[str]) -> str:
    """What the file looks like instead, and what to do."""
    if not any(header):
        return ": the file is empty"
    if what := kind_by_columns(header):
        return f": this looks like {what}"
    if not is_ged_header(header):
        first = ", ".join(header[:5])
        return f": this does not look like UCDP GED (the first row is: {first[:200]})"
    return ": most of this is UCDP GED; name the columns as UCDP does"


def _picker(header: Sequence[str]) -> Callable[[list[str]], Cells]:
    """What takes the cells that we read out of a row; a column that is not there reads as empty."""
    empty = len(header)
    pick = itemgetter(*(header.index(name) if name in header else empty for name in Cells._fields))

    def picked(cells: list[str]) -> Cells:
        cells.append("")
        return Cells._make(pick(cells))

    return picked
