"""Guards for single values: each returns the value in its kept form or raises `InvalidValue`.

They are used by the value objects on construction, so that a wrong value can not exist past the edge. What was checked
when it was recorded, and again when its rows were made, need not be checked each time that it is read (`trusting`).
A rule that came later is one for what comes in: what was recorded before it stays readable (`as_recorded`).
"""

import re
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from functools import lru_cache
from threading import local
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlsplit

from timeline.domain.legibility import INVISIBLE, fault_of, name_of
from timeline.errors import InvalidValue

_Sized = TypeVar("_Sized", bound=Sized)

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_EXTERNAL_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*:[^\s\x00-\x1f\x7f]{1,200}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_COUNTRY = re.compile(r"[A-Z]{2}")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_PLAIN_URL = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/?#-]*)?")
"""Addresses as most are; they need no closer look."""


class _Trust(local):
    given = False
    recorded = 0


_TRUST = _Trust()


@contextmanager
def trusting() -> Iterator[None]:
    """In this thread, values are taken as they are: for reading records that were read with every check before."""
    before, _TRUST.given = _TRUST.given, True
    try:
        yield
    finally:
        _TRUST.given = before


def trusted() -> bool:
    """Whether values are taken as they are."""
    return _TRUST.given


class _AsRecorded:
    """Counts how deep in such reading a thread is; one object serves all, since every record passes through it."""

    def __enter__(self) -> None:
        _TRUST.recorded += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        _TRUST.recorded -= 1


_AS_RECORDED = _AsRecorded()


def as_recorded() -> _AsRecorded:
    """In this thread, texts need not meet the rules that came later than the log: for reading what is in it."""
    return _AS_RECORDED


def text(field: str, value: Any, most: int) -> str:
    """A text of 1 to `most` characters that shows what it says.

    No control characters, none that reorder what stands around them, and not only what shows nothing (`legibility`).
    """
    if isinstance(value, str) and value.isascii() and value.isprintable() and value.strip() and len(value) <= most:
        return value  # most texts are of this sort, and spared the rest
    text = any_text(field, value, most)
    if not text.isascii() and not _TRUST.recorded and (allowed := fault_of(text)):
        raise InvalidValue(field, text, allowed)
    return text


def any_text(field: str, value: Any, most: int) -> str:
    """A text as the log may hold it: 1 to `most` characters, no control characters, not only white space."""
    if not isinstance(value, str) or not value or value.isspace() or len(value) > most:
        raise InvalidValue(field, value, f"a text of 1 to {most} characters without control characters")
    if not value.isprintable() and _FORBIDDEN.search(value):
        raise InvalidValue(field, value, f"a text of 1 to {most} characters without control characters")
    return value


def optional_text(field: str, value: Any, most: int) -> str | None:
    """As `text`, or None."""
    return None if value is None else text(field, value, most)


def slug(field: str, value: Any) -> str:
    """A short name such as `belgorod-border`: lower-case letters and digits in groups joined by hyphens."""
    if isinstance(value, str) and is_slug(value):
        return value
    raise InvalidValue(field, value, "lower-case letters, digits and single hyphens, at most 80 characters")


def is_slug(value: str) -> bool:
    """Whether a text is such a name."""
    return len(value) <= 80 and _matches_slug(value)  # the same few come again and again


@lru_cache(maxsize=20_000)
def _matches_slug(value: str) -> bool:
    return bool(_SLUG.fullmatch(value))


def optional_slug(field: str, value: Any) -> str | None:
    """As `slug`, or None."""
    return None if value is None else slug(field, value)


def external_id(field: str, value: Any) -> str:
    """`<data set>:<id there>`, for example `ucdp-ged:412345`."""
    _matching(_EXTERNAL_ID, 281, field, value, "'<data set>:<id there>', for example 'ucdp-ged:412345'")
    return _visible(field, value)


def sha256(field: str, value: Any) -> str:
    """A SHA-256 digest as 64 lower-case hexadecimal digits."""
    return _matching(_SHA256, 64, field, value, "a SHA-256 digest as 64 lower-case hexadecimal digits")


def language(field: str, value: Any) -> str:
    """A language tag (BCP 47), for example `uk` or `ru-Latn`."""
    return _matching(_LANGUAGE, 35, field, value, "a BCP 47 language tag, for example 'uk'")


def country(field: str, value: Any) -> str:
    """A country code (ISO 3166-1 alpha-2), for example `UA`."""
    return _matching(_COUNTRY, 2, field, value, "two upper-case letters (ISO 3166-1 alpha-2), for example 'UA'")


def url(field: str, value: Any) -> str:
    """An absolute http or https address; other schemes could run code in a reader's browser."""
    if isinstance(value, str) and len(value) <= 2000 and _PLAIN_URL.fullmatch(value):
        return value
    allowed = "an absolute http or https address of at most 2000 characters"
    if (
        not isinstance(value, str)
        or len(value) > 2000
        or re.search(r"[\s\x00-\x1f\x7f\"<>\\^`{|}\ud800-\udfff]", value)
    ):
        raise InvalidValue(field, value, allowed)
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise InvalidValue(field, value, allowed) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidValue(field, value, allowed)
    return _visible(field, value)


def number(field: str, value: Any, least: float, most: float) -> float:
    """A finite number from `least` to `most`."""
    # The comparison refuses NaN and infinities too, and takes whole numbers that no float can hold.
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise InvalidValue(field, value, f"a number from {least:g} to {most:g}")
    return float(value)


def count(field: str, value: Any) -> int:
    """A whole number of at least 0 that fits 53 bits, so that every JSON reader keeps it."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise InvalidValue(field, value, "a whole number of at least 0")
    return value


def at_most(field: str, values: _Sized, most: int) -> _Sized:
    """A collection of no more than `most` entries."""
    if len(values) > most:
        raise InvalidValue(field, f"{len(values)} entries", f"at most {most} entries")
    return values


def _matching(pattern: re.Pattern[str], most: int, field: str, value: Any, allowed: str) -> str:
    if not isinstance(value, str) or len(value) > most or not pattern.fullmatch(value):
        raise InvalidValue(field, value, allowed)
    return value


def _visible(field: str, value: str) -> str:
    """A name for machines, in which nothing may stand that a reader can not see."""
    if not value.isascii() and not _TRUST.recorded and (found := INVISIBLE.search(value)):
        at = found.start() + 1
        raise InvalidValue(field, value, f"no character that can not be seen; character {at} is {name_of(found[0])}")
    return value
