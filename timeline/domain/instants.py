"""Instants and days: how they are read, written and counted. No other module parses a time of day.

Instants are UTC, except exact ones, which keep the offset that they were said with (see `moments`).
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pendulum

from timeline.errors import InvalidValue

INSTANT_ALLOWED = (
    "an instant with offset such as '2023-05-22T12:00:00Z' (RFC 3339), or a plain date such as '2023-05-22'"
)
EXACT_ALLOWED = "a date and time with seconds and offset, such as '2023-05-22T14:30:00+03:00'"
LEAP_SECOND_REASON = "a leap second is told as second 59"

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_LEAP_SECOND = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:6[01]\D.*", re.ASCII)
_ONE_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_MOMENT = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _ONE_MICROSECOND
"""1 January of the year 1, in microseconds since 1970 (UTC): before it no calendar of ours goes."""


def to_micros(instant: datetime) -> int:
    """An instant as microseconds since 1970, UTC (negative before)."""
    return (instant - _EPOCH) // _ONE_MICROSECOND


def from_micros(micros: int) -> datetime:
    """The instant (UTC) that so many microseconds since 1970 name."""
    return _EPOCH + micros * _ONE_MICROSECOND


def parse_instant(value: Any, field: str) -> datetime:
    """An instant (RFC 3339, with offset) or a plain date, which stands for the start of that day, UTC."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        return start_of_day(_parse_date(value, field))
    if isinstance(value, str) and (match := _INSTANT.fullmatch(value)):
        try:
            decimals = match.group(2)
            if decimals is None or len(decimals) <= len(".123456"):
                return datetime.fromisoformat(value.upper()).astimezone(UTC)
            return _plain(pendulum.parse(value.upper()))
        except (ValueError, OverflowError):
            pass
    if isinstance(value, str) and _LEAP_SECOND.fullmatch(value):
        raise InvalidValue(field, value, f"{INSTANT_ALLOWED}; {LEAP_SECOND_REASON}")
    raise InvalidValue(field, value, INSTANT_ALLOWED)


def parse_exact(value: Any, field: str) -> datetime:
    """An instant (RFC 3339) at the offset that it was given with; a plain date is refused, since it names none."""
    reason = ""
    if isinstance(value, str) and _DATE.fullmatch(value):
        reason = "; a plain date is no instant, so leave exact out where only the day is known"
    elif isinstance(value, str) and (match := _INSTANT.fullmatch(value)):
        try:
            instant = parse_instant(value, field)  # what is no instant in UTC is none
            offset = datetime.fromisoformat(f"2000-01-01T00:00:00{match[3].upper()}").utcoffset()
            return instant.astimezone(timezone(offset)) if offset else instant
        except InvalidValue:
            pass
    elif isinstance(value, str) and _LEAP_SECOND.fullmatch(value):
        reason = f"; {LEAP_SECOND_REASON}"
    raise InvalidValue(field, value, f"{EXACT_ALLOWED}{reason}")


def parse_cut(value: Any, field: str) -> datetime:
    """A cut: an instant (RFC 3339, with offset), or a plain date, which stands for the end of that day, UTC."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        return end_of_day(_parse_date(value, field))
    return parse_instant(value, field)


def end_of_day(day: date) -> datetime:
    """The last microsecond of a day, UTC."""
    return start_of_day(day) + timedelta(days=1) - _ONE_MICROSECOND


def start_of_day(day: date) -> datetime:
    """The first instant of a day, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def format_instant(instant: datetime) -> str:
    """An instant as RFC 3339 text in UTC, with as many decimals as it needs."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def format_as_said(instant: datetime) -> str:
    """An instant as RFC 3339 text at its own offset, as the log keeps it."""
    return instant.isoformat().replace("+00:00", "Z")


def format_day(instant: datetime) -> str:
    """The day of an instant, UTC, as `YYYY-MM-DD`."""
    return instant.astimezone(UTC).date().isoformat()


def _parse_date(value: str, field: str) -> date:
    try:
        parsed = date.fromisoformat(value)
    except ValueError:
        raise InvalidValue(field, value, "a date that exists") from None
    if parsed.year > 9998:
        raise InvalidValue(field, value, "a date before the year 9999")
    return parsed


def _plain(moment: Any) -> datetime:
    """A pendulum moment as the standard library's datetime in UTC, which every encoder knows."""
    utc = moment.in_timezone("UTC")
    return datetime(utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second, utc.microsecond, tzinfo=UTC)
