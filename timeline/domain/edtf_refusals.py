"""Why a date is refused that looks like EDTF: which form it is, and what to write instead.

The forms are those of the standard (Library of Congress 2019) that this service does not take, and common slips. The
texts follow "expected" in a refusal. docs/dates.md lists them for readers (a test holds it to this module).
"""

import re
from collections.abc import Callable

_Reason = str | Callable[[re.Match[str]], str]

_YEARS = "a year of four digits from 0001 to 9998"
_MONTHS_OR_SEASONS = "a month from 01 to 12, or a season from 21 to 24 (spring, summer, autumn, winter)"
_ONE_RANGE = "one day of a range, '[2023-01-24..2023-02-06]'"
_ONLY_ONE_RANGE = f"of which only {_ONE_RANGE}, is taken"
_UNSPECIFIED = (
    "X for the last digits of a year alone ('156X', '15XX'), or for a whole day or month ('1560-12-XX', '1560-XX'); "
    "elsewhere, as in a year with a month after it, X is level 2"
)
_ORDINALS = ("first", "second", "third", "fourth")
_SEASONS = ("spring", "summer", "autumn", "winter")

GROUPINGS = {
    **{25 + place: (f"{name} of the northern hemisphere", None, 3) for place, name in enumerate(_SEASONS)},
    **{
        29 + place: (f"{name} of the southern hemisphere", month, 3)
        for place, (name, month) in enumerate(zip(_SEASONS, (9, 12, 3, 6), strict=True))
    },
    **{33 + place: (f"the {_ORDINALS[place]} quarter", 3 * place + 1, 3) for place in range(4)},
    **{37 + place: (f"the {_ORDINALS[place]} third of the year", 4 * place + 1, 4) for place in range(3)},
    **{40 + place: (f"the {_ORDINALS[place]} half of the year", 6 * place + 1, 6) for place in range(2)},
}
"""Sub-year groupings of level 2: name, first month (None: there is a season of level 1), how many months."""


def _grouping(match: re.Match[str]) -> str:
    year, number = int(match[1]), int(match[2])
    name, first_month, months = GROUPINGS[number]
    instead = f"{year:04}-{number - 4}"
    if first_month:
        years, month = divmod(first_month + months - 2, 12)
        instead = f"[{year:04}-{first_month:02}..{year + years:04}-{month + 1:02}]"
    return f"{_MONTHS_OR_SEASONS}; {number}, {name}, is level 2: write '{instead}' instead"


_REASONS: tuple[tuple[str, _Reason], ...] = (
    # What only level 2 has.
    (r"\{", f"one date; a set in braces, every date of it, is level 2, {_ONLY_ONE_RANGE}: report each by itself"),
    (r"\[.*/|.+\[", f"an interval, '2023-01-24/2023-02-06', or {_ONE_RANGE}, and not one within the other"),
    (r"\[.*,", f"one date; one date of a list is level 2, {_ONLY_ONE_RANGE}"),
    (r"\[\.\.|.*\.\.\]$", f"{_ONE_RANGE}; one without a first or a last date, before or after another, is not taken"),
    (r"\[", f"{_ONE_RANGE} or '[2022-11..2023-01]', between two plain dates without ~ ? %, X, season or time of day"),
    (r"-?\d+S\d", f"{_YEARS}; significant digits (S) are level 2: write '195X' for a decade, '19XX' for a century"),
    (r"Y-?\d+[ES]", f"{_YEARS}; years with Y are not taken, nor (level 2) with an exponent"),
    (
        r".*[?~%].",
        "~ ? or % (both) once, at the end, for the whole date; for a part of the date, or before it, is level 2",
    ),
    (r"(\d{4})-(2[5-9]|3\d|4[01])(?!\d)", _grouping),
    # Of levels 0 and 1, what has no day in our calendar.
    (r"-\d", f"{_YEARS}; negative years (level 1), before the year 1, are not taken"),
    (r"Y", f"{_YEARS}; longer years, with Y (level 1), are not taken"),
    (r"\d{5}", f"{_YEARS}, and hyphens between year, month and day, as in '2023-05-22'"),
    (r"0000|9999|000X|00XX|999X|99XX", f"{_YEARS}, so that a day has a day before and after it"),
    # Slips.
    (r"\d{4}-2[1-4]-", "a season without a day, such as '2022-22', or a day of a month from 01 to 12"),
    (r"\d{4}-(00|1[3-9]|20|4[2-9]|[5-9]\d)(?!\d)", _MONTHS_OR_SEASONS),
    (r"[\dX]{4}.*X|[\dX]{3}X", _UNSPECIFIED),
    (r"\d{4}-\d(-|$)|\d{4}-\d\d-\d$", "month and day of two digits each, as in '2023-05-02'"),
    (r"\d{4}-(W\d|\d{3})", "year, month and day, as in '2023-05-22'; weeks and days of the year are not EDTF"),
    (r"(open|unknown)$", "'..' for an end that is open, and nothing for one that is not known: '2023-05-22/..'"),
    (r"\d{4}-\d\d-\d\d[t ]\d", "a date and time with T, seconds and offset, such as '2023-05-22T14:30:00+03:00'"),
)
_PATTERNS = tuple((re.compile(pattern, re.ASCII), reason) for pattern, reason in _REASONS)


def reason_against(date: str) -> str | None:
    """What is expected instead of a date that is refused; None where no known form explains it."""
    for pattern, reason in _PATTERNS:
        if match := pattern.match(date):
            return reason if isinstance(reason, str) else reason(match)
    return None
