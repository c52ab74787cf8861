"""How long after something happened it was reported, in words that own up to what is not known of the date."""

from datetime import datetime, timedelta

from timeline.domain.moments import Occurred

_MONTH, _YEAR = 30.44, 365.25
"""Days, on average."""


def lag(occurred: Occurred, reported_at: datetime) -> str:
    """The time from when it may have begun to a report, such as `within 2 days` or `between 3 and 9 months later`.

    Both are UTC. The least is counted from the latest moment at which it may have begun, the most from the earliest.
    """
    start = occurred.start
    if start.earliest is None or start.latest is None:
        return "nobody says when it began"
    if reported_at < start.earliest:
        return "announced before it began"
    least = max((reported_at - start.latest) / timedelta(days=1), 0.0)
    most = (reported_at - start.earliest) / timedelta(days=1)
    if start.exact:
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
