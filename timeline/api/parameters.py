"""The kinds of parameters that query strings have: each says what it takes and refuses all else by name."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from marshmallow import fields

from timeline.domain import checks
from timeline.domain.facts import TOPICS
from timeline.domain.moments import parse_cut, parse_instant
from timeline.errors import InvalidValue
from timeline.readmodel.cuts import parse_moment, wanted_cuts
from timeline.readmodel.wording import words
from timeline.wire.answers import ITEM_FIELDS
from timeline.wire.fields import INSTANT_PATTERN, MESSAGES, Checked, CheckedString, Messages
from timeline.wire.positions import EXAMPLE, PATTERN, parse_place

_LOST_PLUS = re.compile(r"[0-9-]{10}[Tt][0-9:.]{8,} [0-9]{2}:[0-9]{2}")
"""An instant as it comes where somebody wrote the `+` of its offset as it is."""
_DEGREES = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{0,20})?(?:[Ee]-?[0-9]{1,3})?")


DEVELOPMENT_PATTERN = {
    "pattern": "^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[a-z0-9]+(-[a-z0-9]+)*:[!-~]{1,200})$",
    "example": "3f0c2d4e-5a6b-4c7d-8e9f-0a1b2c3d4e5f",
}
"""How a development is named in a query string: by its id, or by `<data set>:<id there>`."""


def said(description: str) -> dict[str, Any]:
    """A description for the OpenAPI document."""
    return {"description": description}


def _of_time(read: Callable[[Any, str], Any]) -> Callable[[str, Any], Any]:
    """A check for a moment, which tells whoever lost the `+` of an offset on the way where it went."""

    def check(field: str, value: Any) -> Any:
        try:
            return read(value, field)
        except InvalidValue as error:
            if not _LOST_PLUS.fullmatch(value):
                raise
            allowed = f"{error.allowed}; in an address the + of an offset is written %2B"
            raise InvalidValue(field, value, allowed) from None

    return check


def _recorded_at(value: Any, _: str) -> Any:
    return wanted_cuts(recorded_at=value).recorded_at


def question(field: str, value: Any) -> str:
    """Words to look for."""
    text = checks.any_text(field, value, 200)
    if not words(text):
        raise InvalidValue(field, value, "a text of 1 to 200 characters with a letter or a digit among them")
    return text


def box(field: str, value: Any) -> tuple[float, float, float, float]:
    """West, south, east and north; west may lie east of east, across the antimeridian."""
    parts = [part.strip() for part in value.split(",")]
    if len(parts) != 4 or not all(map(_DEGREES.fullmatch, parts)):
        raise InvalidValue(field, value, "west,south,east,north in degrees, four decimal numbers such as 35,47,39.5,51")
    west, south, east, north = map(float, parts)
    checks.number(field, west, -180, 180)
    checks.number(field, south, -90, 90)
    checks.number(field, east, -180, 180)
    checks.number(field, north, south, 90)
    return west, south, east, north


def item_fields(field: str, value: Any) -> frozenset[str]:
    """What is told of a development."""
    names = frozenset(value.split(","))
    if not names <= frozenset(ITEM_FIELDS):
        raise InvalidValue(field, value, f"some of {', '.join(ITEM_FIELDS)}, with commas between")
    return names


EventType = StrEnum("EventType", {topic.upper().replace(".", "_"): topic for topic in TOPICS})  # type: ignore[misc]
"""The types of events."""


def _is_digits(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdecimal()


def _whole(least: int, most: int) -> Any:
    """A check for a whole number in a query string."""

    def check(field: str, value: Any) -> int:
        if not (_is_digits(value) and len(value) < 19 and least <= int(value) <= most):
            raise InvalidValue(field, value, f"a whole number from {least} to {most}")
        return int(value)

    return check


class Whole(Checked, fields.Integer):
    """A whole number within limits, in a query string."""

    default_error_messages: Messages = MESSAGES

    def __init__(self, least: int, most: int, *, metadata: dict[str, Any], **kwargs: Any) -> None:
        limits = {"minimum": least, "maximum": most}
        super().__init__(_whole(least, most), metadata={**limits, **metadata}, **kwargs)


class PlaceText(CheckedString):
    """A position in a query string, with the epoch of the log that it belongs to or without."""

    def __init__(self, *, metadata: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(parse_place, metadata={"pattern": PATTERN, "example": EXAMPLE, **metadata}, **kwargs)


def _switch(field: str, value: Any) -> bool:
    if value not in ("true", "false"):
        raise InvalidValue(field, value, "true or false")
    return bool(value == "true")


class Switch(Checked, fields.Boolean):
    """`true` or `false`, in a query string; off where it is not there."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_switch, load_default=False, **kwargs)


class Cut(CheckedString):
    """A date for the end of that day, or an instant."""

    def __init__(self, *, metadata: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(_of_time(parse_cut), metadata={"pattern": INSTANT_PATTERN, **metadata}, **kwargs)


class Since(CheckedString):
    """A date for the start of that day, or an instant."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_of_time(parse_instant), **kwargs)


class RecordedAt(CheckedString):
    """A position, a date for the end of that day, or an instant."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_of_time(_recorded_at), **kwargs)


class Moment(CheckedString):
    """A date for the end of that day, an instant, or a position."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_of_time(parse_moment), **kwargs)
