"""Uncertain dates for formats that know none: in words, and as the calendar dates that their own precision allows."""

import re
from datetime import datetime

from timeline.domain.moments import Bound, Occurred, edtf_bounds, format_day
from timeline.readmodel.entries import Entry

_QUALIFIED = {"?": "perhaps ", "~": "about ", "%": "perhaps about "}
_LEAST = {"year": 1, "month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0}
_SEASONS = {"21": "spring", "22": "summer", "23": "autumn", "24": "winter"}
_DIGITS = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", re.ASCII)


def in_words(entry: Entry, as_of: datetime) -> str:
    """When it happened: `about 2022-11 to 2023-05-20`, or `some day from 2023-01-24 to 2023-02-06`.

    Seasons are those of the northern hemisphere, times are UTC.
    """
    occurred = entry.state.described.occurred
    if occurred.is_one_of_range:
        return "some day from {} to {}".format(*occurred.range_ends)
    first, _, last = occurred.edtf.partition("/")
    began, ended = (
        _exact(bound.earliest) if bound.exact and bound.earliest else _one(part)
        for part, bound in ((first, occurred.start), (last, occurred.end))
    )
    if entry.open:
        return f"{began or 'unknown'} to {format_day(as_of)}, still going on"
    return f"{began or 'unknown'} to {ended or 'unknown'}" if occurred.is_span else began


def parts_of(occurred: Occurred) -> tuple[dict[str, int] | None, dict[str, int] | None]:
    """Start and end as year, month, day, hour, minute and second, each as far as it is told; None: unknown, or no end.

    An end that is told less exactly than the start and would come before it is its last day instead. Some day of a
    range is put on the first one: it has no end, since it does not last.
    """
    first, _, last = occurred.edtf.partition("/")
    if occurred.is_one_of_range:
        first, _ = occurred.range_ends
    start = _parts(first, occurred.start)
    end = _parts(last, occurred.end) if occurred.is_span else None
    if start and end and _key(end) < _key(start):
        latest = occurred.end.latest
        end = day_parts(latest) if latest else None
    return start, end if end and start and _key(end) >= _key(start) else None


def day_parts(instant: datetime) -> dict[str, int]:
    """The day of an instant (UTC)."""
    return {"year": instant.year, "month": instant.month, "day": instant.day}


def is_plain(entry: Entry) -> bool:
    """Whether calendar dates tell all that is known of when it happened."""
    occurred = entry.state.described.occurred
    simple = all(_DIGITS.fullmatch(part) and part[5:7] < "13" for part in occurred.edtf.split("/"))
    return simple and not (entry.open or occurred.exact_start or occurred.exact_end)


def _exact(instant: datetime) -> str:
    return f"{instant.replace(tzinfo=None).isoformat(' ', 'seconds')} UTC"


def _one(part: str) -> str:
    if part in ("", ".."):
        return ""
    words = _QUALIFIED.get(part[-1], "")
    part = part.rstrip("?~%")
    season = _SEASONS.get(part[5:], "")
    return words + (f"{season} {part[:4]}" if season else part)


def _parts(part: str, bound: Bound) -> dict[str, int] | None:
    if bound.earliest is None:
        return None
    if bound.exact:
        at = bound.earliest
        return {**day_parts(at), "hour": at.hour, "minute": at.minute, "second": at.second}
    plain = edtf_bounds(part.rstrip("?~%"))[0].earliest
    if plain is None:
        return None
    digits = re.sub(r"-XX", "", part.rstrip("?~%"))
    return dict(list(day_parts(plain).items())[: len(digits.split("-"))])


def _key(parts: dict[str, int]) -> tuple[int, ...]:
    return tuple(parts.get(name, least) for name, least in _LEAST.items())
