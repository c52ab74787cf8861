"""Dates for tables and maps: each column in one form, days (`YYYY-MM-DD`) or instants (UTC, with microseconds).

Programs read a column of dates by one format, and take a mixed one for text. So the bounds of an uncertain date are
days, whether or not the instant is known; the instants have columns of their own, and `precision` says which kind of
date it was. The date as it was said stands beside them (EDTF).
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from timeline.domain.moments import Bound, edtf_bounds, format_day


class Precision(StrEnum):
    """How exactly it was said when something happened, or was published."""

    INSTANT = "instant"
    DAY = "day"
    MONTH = "month"
    SEASON = "season"
    YEAR = "year"
    DECADE = "decade"
    CENTURY = "century"
    INTERVAL = "interval"
    """It has a start and an end, whatever the precision of each."""
    ONE_OF_RANGE = "one-of-range"
    """Some day of a range."""


_PATTERNS = {
    Precision.DAY: r"\d{4}-\d\d-\d\d",
    Precision.MONTH: r"\d{4}-(0\d|1\d)(-XX)?",
    Precision.SEASON: r"\d{4}-2\d",
    Precision.YEAR: r"\d{4}(-XX){0,2}",
    Precision.DECADE: r"\d{3}X",
    Precision.CENTURY: r"\d\dXX",
}
_OF_ROWS = ("first_reported_at", "last_reported_at", "reported_at")
"""Instants that a row has in any case."""


def precision_of(edtf: str) -> Precision:
    """The precision of a date by its EDTF string, whatever is doubted of it (`?`, `~`, `%`)."""
    if edtf.startswith("["):
        return Precision.ONE_OF_RANGE
    if "/" in edtf:
        return Precision.INTERVAL
    if "T" in edtf:
        return Precision.INSTANT
    bare = edtf.rstrip("?~%")
    return next((one for one, form in _PATTERNS.items() if re.fullmatch(form, bare, re.ASCII)), Precision.INTERVAL)


def with_dates(told: dict[str, Any]) -> dict[str, Any]:
    """A row as the API tells it, with `dates` and `published_dates` for its columns, and its instants in one form."""
    more: dict[str, Any] = {name: _instant(told[name]) for name in _OF_ROWS if told.get(name)}
    if told.get("occurred"):
        more["dates"] = _of_occurred(told["occurred"])
    if told.get("published"):
        more["published_dates"] = _of_published(told["published"])
    return {**told, **more}


def _of_occurred(occurred: Mapping[str, Any]) -> dict[str, Any]:
    edtf, exact = occurred["edtf"], occurred.get("exact", {})
    precision = precision_of(edtf)
    if precision is Precision.INSTANT:
        exact = {"start": occurred["start"]["earliest"], **exact}
    elif exact and precision not in (Precision.INTERVAL, Precision.ONE_OF_RANGE):
        is_span = exact.get("end", exact.get("start")) != exact.get("start")
        precision = Precision.INTERVAL if is_span else Precision.INSTANT
    days = {
        f"{end}_{limit}": _day(occurred[end][limit], bound)
        for end, bound in zip(("start", "end"), edtf_bounds(edtf), strict=True)
        for limit in ("earliest", "latest")
    }
    if "T" in edtf and "/" not in edtf:
        days = dict.fromkeys(days, edtf[:10])
    return {
        "precision": precision.value,
        **days,
        "exact_start": _instant(exact.get("start")),
        "exact_end": _instant(exact.get("end")),
    }


def _of_published(edtf: str) -> dict[str, Any]:
    first, last = edtf_bounds(edtf)
    days = [format_day(day) if day else None for day in (first.earliest, last.latest)]
    if "T" in edtf and "/" not in edtf:
        days = [edtf[:10]] * 2
    return {"precision": precision_of(edtf).value, "earliest": days[0], "latest": days[1]}


def _day(told: str | None, bound: Bound) -> str | None:
    """The day of a date or an instant; that of an instant lies within what was said, as by its own offset it does."""
    if told is None or len(told) == len("YYYY-MM-DD"):
        return told
    day = told[:10]
    if bound.earliest:
        day = max(day, format_day(bound.earliest))
    return min(day, format_day(bound.latest)) if bound.latest else day


def _instant(told: str | None) -> str | None:
    if told is None:
        return None
    return datetime.fromisoformat(told).astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
