"""In which order the dates with slashes of a file are: judged by all of them, before any row is taken.

UCDP writes the month first. A spreadsheet of another country writes the day first, and a date whose two numbers are
both at most 12 does not show which it is. So one date that can not be month-first says of its whole column that it is
not, and all dates with slashes are refused until the order is said.
"""

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from msgspec import Struct

from timeline.errors import InvalidValue

MIDNIGHT = r"(?: +(?:0?0:00(?::00(?:\.0+)?)?|12:00(?::00)? *AM))?"
"""What may stand behind a date with slashes, as a regular expression (of either case)."""
_NUMERIC = re.compile(rf"\s*(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}}){MIDNIGHT}\s*", re.ASCII | re.IGNORECASE)
_MONTHS = 12


class DateOrder(StrEnum):
    """Which of the first two numbers of `11/12/2021` is which."""

    MONTH_FIRST = "month-first"
    DAY_FIRST = "day-first"


class Shown(Struct, frozen=True):
    """A date that shows its order, and the line on which its row starts."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line} ({self.text.strip()})"


class DateJudgement(Struct, frozen=True):
    """How the dates of a file that are no ISO dates are taken.

    `order` is None where they contradict what is usual, or one another, and nobody said the order; `requested`: it was
    said. `slashed` counts the dates with slashes; `day_first` and `month_first` are the first ones that show an order.
    """

    order: DateOrder | None = DateOrder.MONTH_FIRST
    requested: bool = False
    slashed: int = 0
    day_first: Shown | None = None
    month_first: Shown | None = None

    def settled(self, text: str, field: str) -> str:
        """The date as it is to be read: as an ISO date where its order was said, else as it is.

        Raises `InvalidValue` for a date that can not be so, and for one with slashes where the order is in doubt.
        """
        match = _NUMERIC.fullmatch(text)
        if not match:
            return text
        if self.requested:
            return _as_iso(match, text, field, self.order or DateOrder.MONTH_FIRST)
        if match[2] != "/":
            raise InvalidValue(field, text, "a date with slashes or an ISO date; or say --date-order day-first")
        if self.order is None:
            raise InvalidValue(field, text, self._allowed())
        return text

    def remarks(self) -> Iterator[str]:
        """What the summary says of it."""
        if not self.slashed:
            return
        count = f"{self.slashed:,} {'date' if self.slashed == 1 else 'dates'} with slashes"
        if self.requested:
            yield f"{count}, taken {self.order} as --date-order says"
        elif self.order is None:
            yield f"{count}, all refused: {self._doubt()}; say --date-order day-first or month-first"
        elif self.month_first is None:
            yield f"{count}, none of which shows its order; taken month first, as UCDP writes them (--date-order)"

    def _doubt(self) -> str:
        if self.month_first is None:
            return f"{self.day_first} can not be month first"
        return f"{self.day_first} can not be month first, {self.month_first} can not be day first"

    def _allowed(self) -> str:
        return f"a date whose order is known: {self._doubt()}; say --date-order"


class DateEvidence:
    """What the dates of a file show, one by one, of their order."""

    def __init__(self) -> None:
        self._slashed = 0
        self._day_first: Shown | None = None
        self._month_first: Shown | None = None

    def see(self, line: int, text: str) -> None:
        """A date of the row that starts on this line."""
        if "/" not in text:
            return
        match = _NUMERIC.fullmatch(text)
        if not match:
            return
        self._slashed += 1
        first, second = int(match[1]), int(match[3])
        if first > _MONTHS >= second and self._day_first is None:
            self._day_first = Shown(line, text)
        elif second > _MONTHS >= first and self._month_first is None:
            self._month_first = Shown(line, text)

    def judged(self, requested: DateOrder | None = None) -> DateJudgement:
        """The judgement over all that were seen."""
        order = requested or (None if self._day_first else DateOrder.MONTH_FIRST)
        return DateJudgement(order, requested is not None, self._slashed, self._day_first, self._month_first)


def _as_iso(match: re.Match[str], text: str, field: str, order: DateOrder) -> str:
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    day, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise InvalidValue(field, text, f"a date that exists, {order.value.replace('-', ' ')} (--date-order)") from None
