"""When the press of a UCDP GED event was published: `source_date`, a list parallel to `source_office`.

The releases write `2014-07-28`, some with a midnight behind it. One that was saved by a spreadsheet writes single dates
with slashes, the day first, in the very rows whose other dates have the month first; so only the whole column can tell,
and the first look at a file collects what shows it (`SlashEvidence`). What can not be told, does not exist, or only
stands for nothing in some program is left out and counted: it refuses no row.
"""

import re
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?: +.*)?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_PARTIAL = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2]))?", re.ASCII)
_PLACEHOLDERS = frozenset(map(date.fromisoformat, ("0001-01-01", "1753-01-01", "1899-12-30", "1900-01-01")))
"""What SQL Server, spreadsheets and .NET write where there is no date."""
_FIRST_YEAR, _LAST_YEAR = 1901, 9998
"""Of a year or month alone: before lie the placeholders, and after it the calendar ends."""


class SlashOrder(StrEnum):
    """Which number of a date with slashes comes first in a column."""

    DAY = "day"
    MONTH = "month"


class PressDates(Struct, frozen=True):
    """The publications of each office, as EDTF where anything can be read, and how many dates could not be.

    `unmatched`: there are more or fewer dates than offices, so that none belongs to any of them.
    """

    by_office: Sequence[str | None]
    unread: int = 0
    unmatched: bool = False


class SlashEvidence:
    """What the dates with slashes of a column show of their order, cell by cell."""

    def __init__(self) -> None:
        self._can_be_first = dict.fromkeys(SlashOrder, True)
        self._was_shown = False

    def see(self, cell: str) -> None:
        """Take in a cell: a list of dates joined by `;`."""
        if "/" not in cell and "." not in cell:
            return
        for match in map(_SLASHED.fullmatch, map(str.strip, cell.split(";"))):
            if match is None:
                continue
            first, second = int(match[1]), int(match[2])
            if first > 12:
                self._can_be_first[SlashOrder.MONTH], self._was_shown = False, True
            if second > 12:
                self._can_be_first[SlashOrder.DAY], self._was_shown = False, True

    def judged(self) -> SlashOrder | None:
        """Which number comes first in all of them; None where nothing shows it, or the column disagrees."""
        orders = [order for order, possible in self._can_be_first.items() if possible]
        return orders[0] if self._was_shown and len(orders) == 1 else None


def dates_of(source_date: str, offices: int, order: SlashOrder | None) -> PressDates:
    """When each of so many offices published, in their order. A list of another length belongs to none of them."""
    if not offices or not source_date.strip(" ;"):
        return PressDates([None] * offices)
    parts = [part.strip() for part in source_date.split(";")]
    if len(parts) != offices:
        return PressDates([None] * offices, unmatched=True)
    read = [_edtf_of(part, order) if part else None for part in parts]
    return PressDates(read, sum(1 for part, edtf in zip(parts, read, strict=True) if part and edtf is None))


def from_first_to_last(dates: Sequence[str]) -> str | None:
    """One EDTF string for the publications of an office: its date, or the interval from the first to the last."""
    if len(dates) == 1:
        return dates[0]
    ordered = sorted(set(dates))
    if not ordered:
        return None
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]}/{ordered[-1]}"


@lru_cache(maxsize=20_000)
def _edtf_of(text: str, order: SlashOrder | None) -> str | None:
    """A date as EDTF; None where it can not be told, or is none."""
    if _PARTIAL.fullmatch(text):
        return text if _FIRST_YEAR <= int(text[:4]) <= _LAST_YEAR else None
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        numbers = int(match[1]), int(match[2]), int(match[3])
    elif match := _SLASHED.fullmatch(text):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        if order is None and first != second:
            return None
        numbers = (year, second, first) if order is SlashOrder.DAY else (year, first, second)
    else:
        return None
    try:
        day = date(*numbers)
    except ValueError:
        return None
    return None if day in _PLACEHOLDERS or day.year > _LAST_YEAR else day.isoformat()
