"""Plain words for what the charts and the panel show; no codes where a word will do."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from math import floor

from timeline.domain.moments import Bound, Occurred, edtf_bounds, end_of_day, format_instant, parse_instant
from timeline.domain.vocabulary import Aspect, Stance, Status

STATUS = {
    Status.CONFIRMED: "Confirmed by an analyst",
    Status.CORROBORATED: "Corroborated by independent sources",
    Status.CLAIMED: "Claimed by one side only",
    Status.DISPUTED: "Disputed: some assert it, others deny it",
    Status.DENIED: "Only denials",
    Status.REFUTED: "Refuted by an analyst",
    Status.RETRACTED: "Taken back",
}
FARED = {
    Status.CONFIRMED: "confirmed by an analyst",
    Status.CORROBORATED: "corroborated",
    Status.CLAIMED: "on one side's word alone",
    Status.DISPUTED: "disputed",
    Status.DENIED: "only denied",
    Status.REFUTED: "refuted by an analyst",
    Status.RETRACTED: "taken back",
}
"""The same where many are counted: `31 corroborated, 4 disputed`."""
ASPECT = {
    Aspect.OCCURRENCE: "whether it happened",
    Aspect.ATTRIBUTION: "who did it",
    Aspect.EXTENT: "how far, how many",
    Aspect.PLACE: "where",
    Aspect.DATE: "when",
}
STANCE = {
    Stance.ASSERTS: "for",
    Stance.DENIES: "against",
    Stance.CONCEDES: "concedes",
    Stance.REPEATS: "repeats",
}
_SAID = {
    Stance.ASSERTS: ("says that it happened", "affirms"),
    Stance.DENIES: ("says that it did not happen", "disputes"),
    Stance.CONCEDES: ("concedes that it happened", "concedes"),
    Stance.REPEATS: ("repeats that it happened", "repeats"),
}
RELIABILITY = {
    "A": "completely reliable",
    "B": "usually reliable",
    "C": "fairly reliable",
    "D": "not usually reliable",
    "E": "unreliable",
    "F": "reliability cannot be judged",
}

_LEAST_TOLD, _ROUGHLY = 0.1, 10
"""The least share that is told as a number, and from where on one has no decimals."""
_ROUNDED = 0.001
"""What is nearer than that to a whole number is one."""
_SIDES = {
    "eu": "European Union",
    "turkiye": "Türkiye",
    "uk": "United Kingdom",
    "un": "United Nations",
    "us": "United States",
}
"""Sides whose names are not simply their slugs."""


def side(affiliation: str) -> str:
    """On which side a source stands: `Russian opposition`, `United Nations`."""
    plain = affiliation.replace("-", " ").strip()
    return _SIDES.get(affiliation.casefold(), plain[:1].upper() + plain[1:])


def reliability(grade: str) -> str:
    """A grade of the Admiralty code: `D: not usually reliable`."""
    return f"{grade}: {RELIABILITY[grade]}"


def said(stances: Mapping[Aspect, Stance]) -> str:
    """What an account says: `says that it happened and disputes who did it`."""
    ordered = [(aspect, stances[aspect]) for aspect in ASPECT if aspect in stances]
    return listed(
        _SAID[stance][0] if aspect is Aspect.OCCURRENCE else f"{_SAID[stance][1]} {ASPECT[aspect]}"
        for aspect, stance in ordered
    )


def day(instant: datetime) -> str:
    """`22 May 2023` (UTC); a year has four digits, so that one that was typed wrong is seen to be: `22 May 0223`."""
    return f"{instant.day} {instant:%B} {instant.year:04}"


def days(first: date, last: date) -> str:
    """`1 to 30 June 2021`, `23 November 2022 to 23 May 2023`, `15 June 2021`."""
    if first == last:
        return f"{last.day} {last:%B} {last.year:04}"
    begin = f"{first.day}"
    if (first.year, first.month) != (last.year, last.month):
        begin += f" {first:%B}"
    if first.year != last.year:
        begin += f" {first.year:04}"
    return f"{begin} to {last.day} {last:%B} {last.year:04}"


def moment(instant: datetime) -> str:
    """The day, with the time where it is not midnight (UTC), since a plain date is kept as its midnight."""
    if (instant.hour, instant.minute, instant.second) == (0, 0, 0):
        return day(instant)
    return f"{day(instant)}, {instant:%H:%M} UTC"


def when(occurred: Occurred, *, open: bool) -> str:
    """When something happened, in words: `about November 2022 → 22 May 2023`."""
    if occurred.is_one_of_range:
        return _some_day(occurred)
    if "/" not in occurred.edtf:
        if occurred.is_span:
            return f"{_bound(occurred.start, occurred.edtf)} → {_bound(occurred.end, occurred.edtf)}"
        return _bound(occurred.start, occurred.edtf)
    first, _, last = occurred.edtf.partition("/")
    begin = "unknown start" if first in ("", "..") and occurred.exact_start is None else _bound(occurred.start, first)
    if last == ".." and occurred.exact_end is None:
        return f"{begin} → still open"
    end = "end not known" if last == "" and occurred.exact_end is None else _bound(occurred.end, last)
    return f"{begin} → {end}" + (" (still open then)" if open else "")


def published(edtf: str) -> str:
    """When a source published something: `published 17 February 2023`."""
    return f"published {when(Occurred(edtf), open=False)}"


def known(known: str) -> str:
    """Which reporting counts: `as known then`, `as known today`, or `as known on 3 June 2023, 12:00 UTC`."""
    match known:
        case "then":
            return "as known then"
        case "now":
            return "as known today"
    return f"as known on {moment(parse_instant(known, 'known_at'))}"  # a plain date is its midnight, so told as a day


def cut(instant: datetime) -> str:
    """A cut as it stands in an address: a day where it is the end of that day, else an instant (UTC)."""
    day = instant.date()
    return day.isoformat() if instant == end_of_day(day) else format_instant(instant)


def kind(value: str) -> str:
    """What sort of development or source: `Air alert`, `NGO`."""
    return "NGO" if value == "ngo" else value.replace("-", " ").capitalize()


def clipped(text: str, most: int) -> str:
    """The text, or its beginning and `…`, in at most so many characters (at least two)."""
    return text if len(text) <= most else f"{text[: max(most - 1, 1)].rstrip()}…"


def listed(words: Iterable[str]) -> str:
    """`a, b and c`."""
    *rest, last = words
    return f"{', '.join(rest)} and {last}" if rest else last


def count(number: float, noun: str) -> str:
    """`1 front`, `3 fronts`, `about 3.4 fronts`."""
    return f"{about(number)} {noun}{'' if number == 1 else 's'}"


def about(number: float) -> str:
    """A number, and one that has shares in it in about as many digits as say something: `3`, `about 3.4`."""
    whole = _half_up(number)
    if abs(number - whole) < _ROUNDED and (whole or not number):  # shares are rounded
        return f"{whole:,}"
    if number < _LEAST_TOLD / 2:
        return f"less than {_LEAST_TOLD}"
    return f"about {whole:,}" if number >= _ROUGHLY else f"about {_half_up(number * 10) / 10:g}"


def began(placed: int, spread: float) -> str:
    """How much began in a stretch of time, and how much of it on a day that is not known."""
    if not spread:
        return f"{placed:,} began"
    if not placed:
        return f"{about(spread)} began, spread over the days on which it may have"
    return f"{about(placed + spread)} began: {placed:,} on known days, {about(spread)} spread over possible days"


def _half_up(number: float) -> int:
    """The nearest whole number, and of two the greater one, as browsers round (assets/chart.js)."""
    return floor(number + 0.5)


def _some_day(occurred: Occurred) -> str:
    """`some day from 24 January to 6 February 2023`, or `some day from November 2022 to January 2023`."""
    first, last = occurred.range_ends
    begin, end = edtf_bounds(first)[0], edtf_bounds(last)[0]
    if len(first) == len(last) == len("2023-01-24") and begin.earliest and end.latest:
        return (
            f"some day from {days(begin.earliest.date(), end.latest.date())}" if first != last else _bound(begin, first)
        )
    return f"some day from {_bound(begin, first)} to {_bound(end, last)}"


def _bound(bound: Bound, edtf: str) -> str:
    if bound.earliest is None or bound.latest is None:
        return "not known"
    if bound.exact:
        return f"{day(bound.earliest)}, {bound.earliest:%H:%M} UTC"
    qualifier = {"~": "about ", "?": "perhaps ", "%": "perhaps about "}.get(edtf[-1:], "")
    plain = edtf.rstrip("~?%")
    parts = [part for part in plain.split("-") if "X" not in part]
    year = plain[:4]
    if "X" in year:
        return f"{qualifier}{year.replace('X', '0')}s"
    if len(parts) == 1:
        return f"{qualifier}{year}"
    season = {"21": "spring", "22": "summer", "23": "autumn", "24": "winter"}.get(parts[1])
    if season:
        return f"{qualifier}{season} {year}"
    named = datetime(int(year), int(parts[1]), 1)  # noqa: DTZ001 - only its month is named
    if len(parts) == 2:
        return f"{qualifier}{named:%B} {year}"
    return f"{qualifier}{int(parts[2])} {named:%B} {year}"
