"""EDTF dates taken apart into calendar days: what is taken, and how wide `~ ? %` and seasons are.

EDTF is the Extended Date/Time Format (Library of Congress 2019, part of ISO 8601-2). Taken are levels 0 and 1 with
years 0001 to 9998, and of level 2 the one-of-a-range, `[2023-01-24..2023-02-06]`. docs/dates.md lists every form for
readers (a test holds it to this module); why others are refused stands in `edtf_refusals`.

The grammar is small enough to read here. The `edtf` package agrees with it on strict bounds (a test holds that), but
pads an approximate month by a year as well, and takes milliseconds a string.
"""

import re
from datetime import date

import pendulum

from timeline.domain.edtf_refusals import reason_against
from timeline.errors import InvalidValue

EDTF_ALLOWED = (
    "an EDTF date, level 0 or 1, such as '2023-05-22', '2022-08', '2022-11~', '2022-05-XX', '2022-22', "
    "'2022-11~/2023-05-20' or '2023-05-22/..', or one day of a range, '[2023-01-24..2023-02-06]'"
)
MAX_EDTF_CHARACTERS = 80
"""Two instants with nine decimals and offsets, and a slash, have 71."""

SEASONS = {21: (3, 0), 22: (6, 0), 23: (9, 0), 24: (12, 1)}
"""EDTF season -> first month of three, and 1 where it runs into the next year.

Northern, meteorological: spring is March to May, and winter begins in December of the year that it is named by.
"""
WIDENING_STEPS = {None: 0, "?": 1, "~": 1, "%": 2}
"""By how many units of its own precision a qualifier widens a date on both sides; the standard leaves that open."""
UNIT_MONTHS = {"months": 1, "seasons": 3, "years": 12}
"""How many months the units other than days have; a decade or a century is widened by years."""

_DATE = re.compile(
    r"(?P<year>\d{4}|\d{3}X|\d{2}XX)(?:-(?P<month>\d{2}|XX)(?:-(?P<day>\d{2}|XX))?)?(?P<qualifier>[?~%])?", re.ASCII
)
_PLAIN_DATE = r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-\d{2})?)?"
_RANGE = re.compile(rf"\[({_PLAIN_DATE})\.\.({_PLAIN_DATE})\]", re.ASCII)


def days_of_date(part: str, whole: str) -> tuple[date, date]:
    """The first and the last day that a date may mean; `whole` is the EDTF string that it is a part of.

    Raises `InvalidValue` for what is no date or none that is taken, and says why.
    """
    match = _DATE.fullmatch(part)
    if not match:
        raise InvalidValue("occurred", whole, reason_against(part) or EDTF_ALLOWED)
    try:
        first, last, unit = _calendar_range(*match.group("year", "month", "day"))
        first, last = _widened(first, last, unit, WIDENING_STEPS[match["qualifier"]])
    except (ValueError, OverflowError):
        last = date.max
    if last == date.max or part.startswith("9999"):
        widened = f", also where {match['qualifier']} widens it" if match["qualifier"] else ""
        not_there = f"a date that exists, of the years 0001 to 9998{widened}; {part!r} does not"
        raise InvalidValue("occurred", whole, reason_against(part) or not_there)
    return first, last


def days_of_range(edtf: str) -> tuple[date, date]:
    """The first and the last day of which a one-of-a-range means one; raises `InvalidValue` and says why."""
    match = _RANGE.fullmatch(edtf)
    if not match:
        raise InvalidValue("occurred", edtf, reason_against(edtf) or EDTF_ALLOWED)
    (first, _), (_, last) = (days_of_date(part, edtf) for part in match.groups())
    if last < first:
        raise InvalidValue("occurred", edtf, "a range that does not end before it starts")
    return first, last


def _calendar_range(year: str, month: str | None, day: str | None) -> tuple[date, date, str]:
    """First day, last day and unit of precision of a date; X stands for an unspecified digit."""
    if "X" in year:
        if month is not None:
            raise ValueError
        return date(int(year.replace("X", "0")), 1, 1), date(int(year.replace("X", "9")), 12, 31), "years"
    y = int(year)
    if month is None or (month == "XX" and day in (None, "XX")):
        return date(y, 1, 1), date(y, 12, 31), "years"
    m = int(month)
    if m in SEASONS:
        if day is not None:
            raise ValueError
        first_month, carry = SEASONS[m]
        first = date(y, first_month, 1)
        return first, pendulum.date(y + carry, (first_month + 1) % 12 + 1, 1).end_of("month"), "seasons"
    if day is None or day == "XX":
        return date(y, m, 1), pendulum.date(y, m, 1).end_of("month"), "months"
    exact = date(y, m, int(day))
    return exact, exact, "days"


def _widened(first: date, last: date, unit: str, steps: int) -> tuple[date, date]:
    """The range made wider by so many units on both sides; months and seasons stay whole months."""
    if not steps:
        return first, last
    begin, end = pendulum.date(first.year, first.month, first.day), pendulum.date(last.year, last.month, last.day)
    if unit == "days":
        return begin.subtract(days=steps), end.add(days=steps)
    months = UNIT_MONTHS[unit] * steps
    return begin.subtract(months=months), end.start_of("month").add(months=months).end_of("month")
