"""When something happened: uncertain dates with their four bounds, and exact instants beside them.

Uncertain dates are EDTF strings; which, and what days they name, stands in `edtf_grammar` (and for readers in
docs/dates.md). Every bound is UTC. A bound of day precision stands for the first or the last microsecond of its day.
How instants and days are read and written stands in `instants`, of which this module passes on what is used elsewhere.

An exact instant keeps the offset that it was given with, since it belongs to a day by its own clock:
`2023-06-11T01:15:00+03:00` lies within 11 June, though in UTC it is still 10 June.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from msgspec import Struct
from msgspec.structs import force_setattr

from timeline.domain import checks
from timeline.domain.edtf_grammar import EDTF_ALLOWED, MAX_EDTF_CHARACTERS, days_of_date, days_of_range
from timeline.domain.edtf_refusals import reason_against
from timeline.domain.instants import (
    FIRST_MOMENT,
    end_of_day,
    format_as_said,
    format_day,
    format_instant,
    from_micros,
    parse_cut,
    parse_exact,
    parse_instant,
    start_of_day,
    to_micros,
)
from timeline.errors import InvalidValue

__all__ = [
    "FIRST_MOMENT",
    "Bound",
    "Occurred",
    "edtf_bounds",
    "end_of_day",
    "format_as_said",
    "format_day",
    "format_instant",
    "from_micros",
    "parse_cut",
    "parse_exact",
    "parse_instant",
    "start_of_day",
    "to_micros",
]

_ONE_MINUTE = timedelta(minutes=1)


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
    """When something happened: an EDTF string, and beside it an optional pair of exact instants.

    An interval of which an end is an instant (`2023-05-22T12:00:00Z/2023-05-22T13:00:00Z`) is kept as its days and the
    pair. Raises `InvalidValue` for a string that is not taken (see docs/dates.md), an impossible date, a span that
    ends before it can have started, or instants outside what the string allows, each by the clock of its own offset.
    """

    edtf: str
    exact_start: datetime | None = None
    exact_end: datetime | None = None

    def __post_init__(self) -> None:
        if checks.trusted():
            return
        if not isinstance(self.edtf, str):
            raise InvalidValue("occurred", self.edtf, EDTF_ALLOWED)
        if "/" in self.edtf and "T" in self.edtf:
            self._take_instants()
        start, end = edtf_bounds(self.edtf)
        for field, instant, bound in (("start", self.exact_start, start), ("end", self.exact_end, end)):
            if instant is not None:
                self._guard_within(f"exact.{field}", instant, bound)
        if _ends_before(self.exact_end, end, self.exact_start, start):
            field, contradicting = ("end", self.exact_end) if self.exact_end else ("start", self.exact_start)
            allowed = f"an instant that fits {self.edtf} and does not let it end before it starts"
            raise InvalidValue(f"exact.{field}", format_as_said(contradicting) if contradicting else None, allowed)

    def _take_instants(self) -> None:
        """Keep the instants of an interval as the exact pair, and the days that they belong to as its string."""
        if self.exact_start or self.exact_end:
            raise InvalidValue("occurred", self.edtf, "instants in the interval or in exact, not in both")
        days, start, end = _days_of_instants(self.edtf)
        force_setattr(self, "edtf", days)
        force_setattr(self, "exact_start", start)
        force_setattr(self, "exact_end", end)

    def _guard_within(self, field: str, instant: datetime, bound: Bound) -> None:
        if instant.tzinfo is None or (instant.utcoffset() or timedelta(0)) % _ONE_MINUTE:
            raise InvalidValue(field, str(instant), "an instant in UTC or with an offset of whole minutes")
        if self.is_one_of_range:
            reason = f"no instant: of {self.edtf} the day is not known; say the day where the instant is known"
            raise InvalidValue(field, format_as_said(instant), reason)
        clock = _clock(instant, bound)
        if (bound.earliest and clock < bound.earliest) or (bound.latest and clock > bound.latest):
            allowed = f"an instant within {self.edtf}, by the clock of its own offset"
            raise InvalidValue(field, format_as_said(instant), allowed)

    @property
    def start(self) -> Bound:
        """When it may have begun."""
        if self.exact_start:
            instant = self.exact_start.astimezone(UTC)
            return Bound(instant, instant, exact=True)
        bound = edtf_bounds(self.edtf)[0]
        if self.exact_end is None or bound.exact or bound.earliest is None:
            return bound
        # An end on the first day by its own offset may lie on the day before, UTC.
        return Bound(min(bound.earliest, start_of_day(self.exact_end.astimezone(UTC).date())), bound.latest)

    @property
    def end(self) -> Bound:
        """When it may have ended; both None where it had not ended, or nobody says when."""
        if self.exact_end:
            instant = self.exact_end.astimezone(UTC)
            return Bound(instant, instant, exact=True)
        bound = edtf_bounds(self.edtf)[1]
        if self.exact_start is None or bound.exact or bound.latest is None:
            return bound
        began = self.exact_start.astimezone(UTC)
        if not self.is_span:
            return Bound(began, max(began, bound.latest), exact=True)
        # A start on the last day by its own offset may lie on the day after, UTC.
        return Bound(bound.earliest, max(bound.latest, end_of_day(began.date())))

    @property
    def is_span(self) -> bool:
        """True for something that lasts (an interval, or an exact start and end), False for a moment."""
        return "/" in self.edtf or (self.exact_end is not None and self.exact_end != self.exact_start)

    @property
    def is_one_of_range(self) -> bool:
        """True for some day of a range (`[2023-01-24..2023-02-06]`): an uncertain date, not a span."""
        return self.edtf.startswith("[")

    @property
    def range_ends(self) -> tuple[str, str]:
        """The two dates between which such a day lies, as the string has them."""
        first, _, last = self.edtf.strip("[]").partition("..")
        return first, last

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
    """The bounds of start and end that an EDTF string gives; raises `InvalidValue` for one that is not taken."""
    if len(edtf) > MAX_EDTF_CHARACTERS:
        raise InvalidValue("occurred", edtf, f"{EDTF_ALLOWED}, of at most {MAX_EDTF_CHARACTERS} characters")
    if edtf.startswith("["):
        bound = _bound_of_days(*days_of_range(edtf))
        return bound, bound
    if "/" not in edtf:
        bound = _exact_second(edtf) if "T" in edtf else _bound_of_days(*days_of_date(edtf, edtf))
        return bound, bound
    if edtf.count("/") > 1:
        raise InvalidValue("occurred", edtf, "an interval of two dates, with one slash")
    first, _, last = edtf.partition("/")
    start, end = (
        _UNKNOWN if part in ("", "..") else _bound_of_days(*days_of_date(part, edtf)) for part in (first, last)
    )
    if start is _UNKNOWN and end is _UNKNOWN:
        raise InvalidValue("occurred", edtf, "an interval with at least one known end")
    if start.earliest and end.latest and end.latest < start.earliest:
        raise InvalidValue("occurred", edtf, "an interval that does not end before it starts")
    return start, end


def published(field: str, value: Any) -> str:
    """When a source published something: an EDTF string that tells both of its ends; raises `InvalidValue`.

    An interval is that of several publications, from the first to the last.
    """
    if not isinstance(value, str):
        raise InvalidValue(field, value, EDTF_ALLOWED)
    try:
        first, last = edtf_bounds(value)
    except InvalidValue as error:
        raise InvalidValue(field, value, error.allowed) from None
    if first.earliest is None or last.latest is None:
        raise InvalidValue(field, value, "a date, or an interval with both ends (first and last publication)")
    return value


def _bound_of_days(first: date, last: date) -> Bound:
    return Bound(start_of_day(first), end_of_day(last))


def _exact_second(edtf: str) -> Bound:
    instant = _instant_in(edtf, edtf).astimezone(UTC)
    return Bound(instant, instant, exact=True)


def _instant_in(part: str, whole: str) -> datetime:
    """The instant that stands for a date in an EDTF string, at its own offset."""
    try:
        instant = parse_exact(part, "occurred")
    except InvalidValue as error:
        raise InvalidValue("occurred", whole, error.allowed) from None
    if part.startswith("9999"):
        raise InvalidValue("occurred", whole, reason_against(part) or EDTF_ALLOWED)
    return instant


def _days_of_instants(interval: str) -> tuple[str, datetime | None, datetime | None]:
    """The days of an interval of which an end is an instant, and the instants; each day is that of its own offset."""
    parts = interval.split("/")
    if len(parts) != 2:
        raise InvalidValue("occurred", interval, "an interval of two dates, with one slash")
    start, end = (_instant_in(part, interval) if "T" in part else None for part in parts)
    if start and end:
        if end < start:
            raise InvalidValue("occurred", interval, "an interval that does not end before it starts")
        if end.date() < start.date():  # only said at two offsets; by the clock of the first, days are in order
            end = end.astimezone(start.tzinfo)
    first, last = (
        part if instant is None else instant.date().isoformat()
        for part, instant in zip(parts, (start, end), strict=True)
    )
    try:
        edtf_bounds(days := first if start and end and first == last else f"{first}/{last}")
    except InvalidValue as error:
        raise InvalidValue("occurred", interval, error.allowed) from None
    return days, start, end


def _clock(instant: datetime, bound: Bound) -> datetime:
    """An instant as it is compared with a bound: with whole days by what its own clock shows."""
    return instant if bound.exact else instant.replace(tzinfo=UTC)


def _ends_before(exact_end: datetime | None, end: Bound, exact_start: datetime | None, start: Bound) -> bool:
    """Whether the latest end lies before the earliest start, where one of them at least is exact."""
    if exact_start and exact_end:
        return exact_end < exact_start
    if exact_start:
        return end.latest is not None and end.latest < _clock(exact_start, end)
    return exact_end is not None and start.earliest is not None and _clock(exact_end, start) < start.earliest
