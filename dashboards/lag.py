"""How long after something happened it was reported, in words that own up to what is not known of the date.

A report is as old as its publication. An account that a data set passes on is dated by its source (`published`) or not
at all: its place on the reported clock is the day on which a release came out, years after the newspaper. So it is
told from `published` where there is one, and else from the reported clock, but never from the date of a release.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from timeline.domain.moments import Occurred, edtf_bounds
from timeline.domain.status import GivenAccount

NOT_TOLD = "not known: no report has a date but that of a release"

_MONTH, _YEAR = 30.44, 365.25
"""Days, on average."""
_DAY = timedelta(days=1)


class Publication(Struct, frozen=True, order=True):
    """When something was said, between two instants (UTC); where only days are known, the beginnings of days."""

    earliest: datetime
    latest: datetime
    by_day: bool = False
    """Whether only days are known."""


def publication_of(given: GivenAccount) -> Publication | None:
    """When a source gave its account; None where only the date of a release is known, or it can not have been then.

    It can not have published after it was known here, but for a day, since zones differ.
    """
    if given.account.published is not None:
        first, last = edtf_bounds(given.account.published)
        assert first.earliest is not None  # noqa: S101 - no account can be published otherwise
        assert last.latest is not None  # noqa: S101
        if first.earliest > given.reported_at + _DAY:
            return None
        if first.exact and last.exact:
            return Publication(first.earliest, last.latest)
        return Publication(_start_of_day(first.earliest), _start_of_day(last.latest), by_day=True)
    return None if given.from_release else Publication(given.reported_at, given.reported_at)


def first_publication(accounts: Iterable[GivenAccount]) -> Publication | None:
    """The earliest of these accounts whose date is known; None where there is none."""
    return min((known for given in accounts if (known := publication_of(given))), default=None)


def lag(occurred: Occurred, reported_at: datetime) -> str:
    """The time from when it may have begun to a report at an instant (UTC), such as `within 2 days`."""
    return lag_of(occurred, Publication(reported_at, reported_at))


def lag_of(occurred: Occurred, publication: Publication) -> str:
    """The time from when it may have begun to a publication, such as `between 3 and 9 months later`.

    The least is counted from the latest moment at which it may have begun, the most from the earliest.
    """
    start = occurred.start
    if start.earliest is None or start.latest is None:
        return "nobody says when it began"
    begun, begun_at_latest, exact = start.earliest, start.latest, start.exact
    if exact and publication.by_day:  # of two days no hours can be told
        begun, exact = _start_of_day(begun), False
    if publication.latest < begun:
        return "dated before it began" if publication.by_day else "announced before it began"
    least = max((publication.earliest - begun_at_latest) / _DAY, 0.0)
    most = (publication.latest - begun) / _DAY
    if exact:
        return _exactly(most)
    if most < 1:
        return "on the same day"
    unit, name = _unit(most)
    low, high = int(least / unit), max(1, round(most / unit))
    if least == 0.0:
        return f"within {high} {_plural(name, high)}"
    if low == high or (high - low == 1 and most - least <= 1):
        return f"{high} {_plural(name, high)} later"
    if low == 0:
        return f"within {high} {_plural(name, high)}"
    return f"between {low} and {high} {_plural(name, high)} later"


def _start_of_day(instant: datetime) -> datetime:
    return instant.replace(hour=0, minute=0, second=0, microsecond=0)


def _exactly(days: float) -> str:
    """A time that is known to the minute."""
    if days < 1 / 24:
        return "within the hour"
    if days < 2:
        hours = round(days * 24)
        return f"{hours} {_plural('hour', hours)} later"
    unit, name = _unit(days)
    number = round(days / unit)
    return f"{number} {_plural(name, number)} later"


def _unit(days: float) -> tuple[float, str]:
    if days < 60:
        return 1.0, "day"
    return (_MONTH, "month") if days < 3 * _YEAR else (_YEAR, "year")


def _plural(name: str, number: int) -> str:
    return name if number == 1 else f"{name}s"
