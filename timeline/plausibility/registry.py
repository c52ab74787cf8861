"""The warnings that there are: what each is about, and what it would be without one.

Everything that speaks of warnings follows from here: receipts, refusals of `strict`, `GET /checks`, its page, and what
the documentation of the API says of them. A development has the `bit` of those that its rows keep (`versions.doubts`).
"""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any, Protocol

from msgspec import Struct

from timeline.errors import StrictRefusal, shown
from timeline.plausibility.dates import MAX_YEARS_APART


class WarningCode(StrEnum):
    """What may be wrong with what was said."""

    SOURCE_NOT_REGISTERED = "source-not-registered"
    FRONT_NOT_OPENED = "front-not-opened"
    COORDINATES_AT_ZERO = "coordinates-at-zero"
    COORDINATES_EXCHANGED = "coordinates-exchanged"
    COORDINATES_OUTSIDE_COUNTRY = "coordinates-outside-country"
    DATE_FAR_FROM_FRONT = "date-far-from-front"
    DATE_AFTER_TIME = "date-after-time"
    REPLACES_DESCRIPTION = "replaces-description"
    SUBJECT_RETRACTED = "subject-retracted"
    SUBJECT_MERGED = "subject-merged"
    SUBJECT_VOIDED = "subject-voided"
    PUBLISHED_AFTER_TIME = "published-after-time"


class Check(Struct, frozen=True):
    """What a warning says, for people: its `title`, what it `means`, and what would be `allowed` without one.

    `bit`: by which a row keeps it; 0 where it does not follow from one development alone. `found_again`: whether it is
    found in what the log holds as well; what is on no timeline is not.
    """

    title: str
    means: str
    allowed: str
    bit: int = 0
    found_again: bool = True


CHECKS: dict[WarningCode, Check] = {
    WarningCode.SOURCE_NOT_REGISTERED: Check(
        "Source not registered",
        "No source of this slug is registered. What it says counts as a claim, never as one of two independent voices.",
        "the slug of a registered source",
    ),
    WarningCode.FRONT_NOT_OPENED: Check(
        "Front not opened", "No front of this slug was opened.", "the slug of a front that was opened"
    ),
    WarningCode.COORDINATES_AT_ZERO: Check(
        "Coordinates at 0, 0",
        "The point lies at 0 degrees north and 0 degrees east, where what is unknown often ends up.",
        "the coordinates of the place, or none",
        bit=1,
    ),
    WarningCode.COORDINATES_EXCHANGED: Check(
        "Coordinates exchanged",
        "The point lies outside the country that the place names, and within it with lat and lon exchanged.",
        "lat and lon, each in its place",
        bit=2,
    ),
    WarningCode.COORDINATES_OUTSIDE_COUNTRY: Check(
        "Coordinates outside the country",
        "The point lies more than 30 km outside the country that the place names. Where a territory is disputed, it "
        "counts to each that claims it; at sea, to each whose coast is within 200 nautical miles.",
        "coordinates in the country that the place names",
        bit=4,
    ),
    WarningCode.DATE_FAR_FROM_FRONT: Check(
        "Date far from its front's others",
        f"It is dated more than {MAX_YEARS_APART} years from the period in which most others of its front lie.",
        f"a date within {MAX_YEARS_APART} years of its front's others",
    ),
    WarningCode.DATE_AFTER_TIME: Check(
        "Date after the report",
        "It is dated, or said to have ended, after the time at which it was reported, in every time zone.",
        "a date not after the time of the report",
        bit=8,
    ),
    WarningCode.REPLACES_DESCRIPTION: Check(
        "Description replaced",
        "It is not the first complete report of this development, and replaces how it was described.",
        "an id of which nothing was reported, or account.given or development.revised for one that is known",
        bit=16,
    ),
    WarningCode.SUBJECT_RETRACTED: Check(
        "Told of what was retracted",
        "The development was retracted; it stays so, whatever else than a complete report is said of it.",
        "a development that was not retracted",
        bit=32,
    ),
    WarningCode.SUBJECT_MERGED: Check(
        "Told of what was merged",
        "The development is part of another, with which its accounts count.",
        "a development that is not part of another",
        bit=64,
    ),
    WarningCode.SUBJECT_VOIDED: Check(
        "Told of what was entered by mistake",
        "All complete reports of the development are voided, so it is on no timeline, whatever else is said of it.",
        "a development of which a report stands",
        found_again=False,
    ),
    WarningCode.PUBLISHED_AFTER_TIME: Check(
        "Published after the report",
        "A source is said to have published it after the time at which that was reported, in every time zone.",
        "a date not after the time of the report",
        bit=128,
    ),
}
"""Every warning, in the order in which they are told."""


FOUND_AGAIN = tuple(code for code, check in CHECKS.items() if check.found_again)
"""Those that are found again in what the log holds."""


def in_words(codes: Iterable[WarningCode]) -> str:
    """What these warnings mean, in sentences."""
    return " ".join(f"`{code}`: {CHECKS[code].means}" for code in codes)


class ReceiptWarning(Struct, frozen=True, gc=False):
    """A warning: the field of the message, its value, a sentence, and what was probably meant, if that can be told."""

    code: WarningCode
    field: str
    value: Any
    detail: str
    meant: Any = None


class Warned(Protocol):
    """What became of a message that was accepted."""

    @property
    def warnings(self) -> tuple[ReceiptWarning, ...]:
        """What it was accepted with."""


def bits_of(codes: Iterable[WarningCode]) -> int:
    """The bits by which rows keep these warnings."""
    return reduce(or_, (CHECKS[code].bit for code in codes), 0)


def codes_in(doubts: int) -> list[WarningCode]:
    """The warnings whose bits a row has."""
    return [code for code, check in CHECKS.items() if check.bit & doubts]


def count_warnings(receipts: Iterable[Warned]) -> Counter[str]:
    """How many warnings of each code these receipts have."""
    return Counter(one.code.value for receipt in receipts for one in receipt.warnings)


def strict_refusal(warnings: Iterable[ReceiptWarning]) -> StrictRefusal:
    """The refusal of a message that would be accepted with warnings."""
    listed = tuple(
        {"field": one.field, "value": shown(one.value), "allowed": _allowed(one), "code": one.code.value}
        for one in warnings
    )
    return StrictRefusal("; ".join(f"{one['field']}: expected {one['allowed']}" for one in listed), listed)


def _allowed(warning: ReceiptWarning) -> str:
    allowed = CHECKS[warning.code].allowed
    return allowed if warning.meant is None else f"{allowed}, such as {shown(warning.meant)}"
