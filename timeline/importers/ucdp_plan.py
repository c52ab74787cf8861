"""How the rows of one file of UCDP GED are to be read: its form, the order of its dates, and when it came out.

It is made once of a first look at the whole file, and any process reads the same by it.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache

from msgspec import Struct

from timeline.errors import InvalidValue
from timeline.importers.date_order import DateJudgement, DateOrder
from timeline.importers.notes import Note, note
from timeline.importers.separated_values import TableForm
from timeline.importers.ucdp_cells import Cells
from timeline.importers.ucdp_fields import day_of
from timeline.importers.ucdp_press_dates import SlashOrder

_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d{1,3},\d+\s*", re.ASCII)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DATES = ("date_start", "date_end")


class Wishes(Struct, frozen=True):
    """What the user says of a file: its columns, the order of its dates; and its form, where that is known already."""

    columns: str | None = None
    date_order: DateOrder | None = None
    form: TableForm | None = None


class ReadingPlan(Struct, frozen=True):
    """How the rows of a file are read; `published` is the day (UTC) on which the release came out, if known.

    `press_order` is that of dates with slashes in `source_date`, where they are in one order and show it.
    """

    form: TableForm
    dates: DateJudgement = DateJudgement()
    published: date | None = None
    press_order: SlashOrder | None = None

    def settler(self) -> Callable[[Cells], Cells]:
        """What gives the cells of a row as they are meant; days come again and again, so they are remembered.

        It raises `InvalidValue` for a date that is in doubt, that can not be, or that contradicts others.
        """

        @lru_cache(maxsize=50_000)
        def days_of(date_start: str, date_end: str, year: str) -> tuple[str, str]:
            start, end = self.dates.settled(date_start, "date_start"), self.dates.settled(date_end, "date_end")
            _guard_days(start, end, year, self.published)
            return start, end

        commas = self.form.separator != ","

        def settled(cells: Cells) -> Cells:
            days = days_of(cells.date_start, cells.date_end, cells.year)
            if days != (cells.date_start, cells.date_end):
                cells = cells._replace(date_start=days[0], date_end=days[1])
            if commas:
                cells = _with_decimal_points(cells)
            _note_replaced(cells)
            return cells

        return settled

    def settled_where_possible(self, cells: Cells) -> tuple[Cells, list[InvalidValue]]:
        """The same for a row that is refused: as much as can be settled, and all that is wrong."""
        wrong: list[InvalidValue] = []
        days: dict[str, str] = {}
        for name in _DATES:
            try:
                days[name] = self.dates.settled(getattr(cells, name), name)
            except InvalidValue as error:
                wrong.append(error)
        cells = cells._replace(**days)
        if not wrong:
            try:
                _guard_days(cells.date_start, cells.date_end, cells.year, self.published)
            except InvalidValue as error:
                wrong.append(error)
        return (_with_decimal_points(cells) if self.form.separator != "," else cells), wrong

    def remarks(self) -> Iterator[str]:
        """What was recognised and guessed, a sentence each."""
        yield from self.form.remarks()
        yield from self.dates.remarks()


def _guard_days(date_start: str, date_end: str, year: str, published: date | None) -> None:
    """Raises `InvalidValue` where an event happened after its release came out, or not in the year of its row."""
    start, end = day_of(date_start, "date_start"), day_of(date_end, "date_end")
    if published:
        for name, text, day in (("date_start", date_start, start), ("date_end", date_end, end)):
            if day > published:
                raise InvalidValue(
                    name, text, f"a day not after {published}, when the release came out (--reported-at)"
                )
    if not year.strip():
        return
    named = re.fullmatch(r"\s*(\d{4})(?:\.0*)?\s*", year, re.ASCII)
    if start <= end and not (named and start.year <= int(named[1]) <= end.year):
        years = str(start.year) if start.year == end.year else f"{start.year} to {end.year}"
        raise InvalidValue("year", year, f"the year of date_start and date_end, {years}")


def _with_decimal_points(cells: Cells) -> Cells:
    """Coordinates of a table that is not separated by commas, where they may stand in the numbers instead."""
    changed = {
        name: text.replace(",", ".")
        for name in ("latitude", "longitude")
        if "," in (text := getattr(cells, name)) and _DECIMAL_COMMA.fullmatch(text)
    }
    note(Note.DECIMAL_COMMAS, len(changed))
    return cells._replace(**changed) if changed else cells


def _note_replaced(cells: Cells) -> None:
    """Note the cells of which line breaks or control characters will not be kept."""
    if "".join(cells).isprintable():
        return
    for cell in cells:
        if not cell.isprintable():
            stripped = cell.strip()
            if "\n" in stripped or "\r" in stripped:
                note(Note.LINES_JOINED)
            if _CONTROLS.search(cell):
                note(Note.CONTROLS_REPLACED)
