"""All date arithmetic: instants, day cuts, and uncertain dates with their four bounds.

Uncertain dates are EDTF strings (Extended Date/Time Format, Library of Congress 2019, part of
ISO 8601-2), levels 0 and 1 with intervals, years 0001 to 9999. The grammar is small enough to read
here; the `edtf` package agrees with it on strict bounds (a test holds that), but pads an approximate
month by a year as well, and takes milliseconds a string.

Every instant is UTC. A bound of day precision stands for the first or the last microsecond of its day.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import pendulum
from msgspec import Struct

from timeline.domain import checks
from timeline.errors import InvalidValue

INSTANT_ALLOWED = (
    "an instant with offset such as '2023-05-22T12:00:00Z' (RFC 3339), or a plain date such as '2023-05-22'"
)
EDTF_ALLOWED = (
    "an EDTF date, level 0 or 1, such as '2023-05-22', '2022-08', '2022-11~', '2022-05-XX', '2022-22', "
    "'2022-11~/2023-05-20' or '2023-05-22/..'"
)

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_LEAP_SECOND = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:6[01]\D.*", re.ASCII)
_ENDPOINT = re.compile(
    r"(?P<year>\d{4}|\d{3}X|\d{2}XX)(?:-(?P<month>\d{2}|XX)(?:-(?P<day>\d{2}|XX))?)?(?P<qualifier>[?~%])?", re.ASCII
)
_ONE_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SEASONS = {21: (3, 0), 22: (6, 0), 23: (9, 0), 24: (12, 1)}
"""EDTF season -> first month; northern meteorological seasons, winter runs into the next year."""


class Bound(Struct, frozen=True):
    """When one end of a span may lie. None: nothing is known in that direction."""

    earliest: datetime | None
    latest: datetime | None
    exact: bool = False
    """True where the bound is an instant rather than whole days."""

    def shown(self) -> dict[str, str | None]:
        """The bound for a reader: whole days as `YYYY-MM-DD`, exact ones as instants (RFC 3339, UTC)."""
        show = format_instant if self.exact else format_day
        return {
            "earliest": None if self.earliest is None else show(self.earliest),
            "latest": None if self.latest is None else show(self.latest),
        }


_UNKNOWN = Bound(None, None)


class Occurred(Struct, frozen=True, omit_defaults=True, gc=False):
    """When something happened: an EDTF string, and beside it an optional pair of exact instants (UTC).

    Raises `InvalidValue` for a string that is not EDTF level 0-1, an impossible date, a span that
    ends before it can have started, or instants outside what the string allows.
    """

    edtf: str
    exact_start: datetime | None = None
    exact_end: datetime | None = None

    def __post_init__(self) -> None:
        if checks.trusted():
            return
        if not isinstance(self.edtf, str):
            raise InvalidValue("occurred", self.edtf, EDTF_ALLOWED)
        start, end = edtf_bounds(self.edtf)
        for field, instant, bound in (("start", self.exact_start, start), ("end", self.exact_end, end)):
            if instant is None:
                continue
            if instant.tzinfo is None or instant.utcoffset() != timedelta(0):
                raise InvalidValue(f"exact.{field}", str(instant), "an instant in UTC")
            if (bound.earliest and instant < bound.earliest) or (bound.latest and instant > bound.latest):
                raise InvalidValue(f"exact.{field}", format_instant(instant), f"an instant within {self.edtf}")
        began = self.exact_start or start.earliest
        ended = self.exact_end or end.latest
        if began and ended and ended < began:
            field, instant = ("end", self.exact_end) if self.exact_end else ("start", began)
            allowed = f"an instant that fits {self.edtf} and does not let it end before it starts"
            raise InvalidValue(f"exact.{field}", format_instant(instant or began), allowed)

    @property
    def start(self) -> Bound:
        """When it may have begun."""
        if self.exact_start:
            return Bound(self.exact_start, self.exact_start, exact=True)
        return edtf_bounds(self.edtf)[0]

    @property
    def end(self) -> Bound:
        """When it may have ended; both None where it had not ended, or nobody says when."""
        if self.exact_end:
            return Bound(self.exact_end, self.exact_end, exact=True)
        if self.exact_start and not self.is_span:
            return Bound(self.exact_start, edtf_bounds(self.edtf)[1].latest, exact=True)
        return edtf_bounds(self.edtf)[1]

    @property
    def is_span(self) -> bool:
        """True for something that lasts (an interval, or an exact start and end), False for a moment."""
        return "/" in self.edtf or (self.exact_end is not None and self.exact_end != self.exact_start)

    @property
    def never_closed(self) -> bool:
        """True where the span is said to be still going on (`2023-05-22/..`)."""
        return self.edtf.endswith("/..") and self.exact_end is None

    def begun_by(self, instant: datetime) -> bool:
        """Whether it may have begun by then."""
        earliest = self.start.earliest
        return earliest is None or earliest <= instant

    def open_on(self, instant: datetime) -> bool:
        """Whether it is a span that may have begun by then and may go on beyond; not so where no end was told."""
        if not self.is_span or not self.begun_by(instant):
            return False
        latest = self.end.latest
        return self.never_closed if latest is None else latest > instant

    def touches(self, since: datetime | None, until: datetime | None) -> bool:
        """Whether some of it may lie within the window (both ends included; None: no limit)."""
        starts_after = until is not None and not self.begun_by(until)
        latest = self.end.latest
        ends_before = since is not None and latest is not None and latest < since
        return not (starts_after or ends_before)


@lru_cache(maxsize=100_000)
def edtf_bounds(edtf: str) -> tuple[Bound, Bound]:
    """The bounds of start and end that an EDTF string (level 0-1) gives; raises `InvalidValue`.

    `~` (about) and `?` (uncertain) widen a bound by one unit of its own precision on both sides,
    `%` (both) by two: `2022-11~` is October to December 2022. The standard leaves the width open.
    """
    if len(edtf) > 60:
        raise InvalidValue("occurred", edtf, EDTF_ALLOWED)
    if "/" not in edtf:
        bound = _exact_second(edtf) if "T" in edtf else _endpoint(edtf, edtf)
        return bound, bound
    first, _, last = edtf.partition("/")
    start, end = (_UNKNOWN if part in ("", "..") else _endpoint(part, edtf) for part in (first, last))
    if start is _UNKNOWN and end is _UNKNOWN:
        raise InvalidValue("occurred", edtf, "an interval with at least one known end")
    if start.earliest and end.latest and end.latest < start.earliest:
        raise InvalidValue("occurred", edtf, "an interval that does not end before it starts")
    return start, end


def _endpoint(part: str, whole: str) -> Bound:
    match = _ENDPOINT.fullmatch(part)
    if not match:
        raise InvalidValue("occurred", whole, EDTF_ALLOWED)
    year, month, day, qualifier = match.group("year", "month", "day", "qualifier")
    try:
        first, last, unit = _calendar_range(year, month, day)
        steps = {None: 0, "?": 1, "~": 1, "%": 2}[qualifier]
        if steps:
            first, last = _widened(first, last, unit, steps)
        return Bound(_midnight(first), end_of_day(last))
    except (ValueError, OverflowError):
        raise InvalidValue(
            "occurred", whole, f"a date that exists, of the years 0001 to 9998; {part!r} does not"
        ) from None


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
    if m in _SEASONS:
        if day is not None:
            raise ValueError
        first_month, carry = _SEASONS[m]
        first = date(y, first_month, 1)
        return first, pendulum.date(y + carry, (first_month + 1) % 12 + 1, 1).end_of("month"), "seasons"
    if day is None or day == "XX":
        return date(y, m, 1), pendulum.date(y, m, 1).end_of("month"), "months"
    exact = date(y, m, int(day))
    return exact, exact, "days"


def _widened(first: date, last: date, unit: str, steps: int) -> tuple[date, date]:
    """The range made wider by so many units on both sides; months and seasons stay whole months."""
    begin, end = pendulum.date(first.year, first.month, first.day), pendulum.date(last.year, last.month, last.day)
    if unit == "days":
        return begin.subtract(days=steps), end.add(days=steps)
    months = {"months": 1, "seasons": 3, "years": 12}[unit] * steps
    return begin.subtract(months=months), end.start_of("month").add(months=months).end_of("month")


def _exact_second(edtf: str) -> Bound:
    if not _INSTANT.fullmatch(edtf):
        raise InvalidValue("occurred", edtf, "a date and time with offset, such as '2023-05-22T14:30:00+03:00'")
    instant = parse_instant(edtf, "occurred")
    return Bound(instant, instant, exact=True)


def to_micros(instant: datetime) -> int:
    """An instant as microseconds since 1970, UTC (negative before)."""
    return (instant - _EPOCH) // _ONE_MICROSECOND


def from_micros(micros: int) -> datetime:
    """The instant (UTC) that so many microseconds since 1970 name."""
    return _EPOCH + micros * _ONE_MICROSECOND


def parse_instant(value: Any, field: str) -> datetime:
    """An instant (RFC 3339, with offset) or a plain date, which stands for the start of that day, UTC."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        return _midnight(_parse_date(value, field))
    if isinstance(value, str) and (match := _INSTANT.fullmatch(value)):
        try:
            decimals = match.group(2)
            if decimals is None or len(decimals) <= len(".123456"):
                return datetime.fromisoformat(value.upper()).astimezone(UTC)
            return _plain(pendulum.parse(value.upper()))
        except (ValueError, OverflowError):
            pass
    if isinstance(value, str) and _LEAP_SECOND.fullmatch(value):
        raise InvalidValue(field, value, f"{INSTANT_ALLOWED}; a leap second is told as second 59")
    raise InvalidValue(field, value, INSTANT_ALLOWED)


def parse_cut(value: Any, field: str) -> datetime:
    """A cut: an instant (RFC 3339, with offset), or a plain date, which stands for the end of that day, UTC."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        return end_of_day(_parse_date(value, field))
    return parse_instant(value, field)


def end_of_day(day: date) -> datetime:
    """The last microsecond of a day, UTC."""
    return _midnight(day) + timedelta(days=1) - _ONE_MICROSECOND


def start_of_day(day: date) -> datetime:
    """The first instant of a day, UTC."""
    return _midnight(day)


def format_instant(instant: datetime) -> str:
    """An instant as RFC 3339 text in UTC, with as many decimals as it needs."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


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


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _plain(moment: Any) -> datetime:
    """A pendulum moment as the standard library's datetime in UTC, which every encoder knows."""
    utc = moment.in_timezone("UTC")
    return datetime(utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second, utc.microsecond, tzinfo=UTC)
