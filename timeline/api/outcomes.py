"""What became of an event that was to be appended, in words and as an answer tells it."""

from enum import StrEnum
from functools import lru_cache
from typing import Any

from timeline.api.problems import problem_of
from timeline.domain.moments import format_instant
from timeline.errors import TimelineError, Withheld
from timeline.store.wishes import Receipt


class Outcome(StrEnum):
    """What became of an event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    """The same message had been appended before."""
    REJECTED = "rejected"
    WITHHELD = "withheld"
    """It would have been accepted, but another one was refused, and all or none were to be."""


def outcome_of(became: Receipt | TimelineError) -> Outcome:
    """The word for what became of an event."""
    if isinstance(became, Receipt):
        return Outcome.DUPLICATE if became.repeated else Outcome.ACCEPTED
    return Outcome.WITHHELD if isinstance(became, Withheld) else Outcome.REJECTED


def told_of(became: Receipt | TimelineError) -> dict[str, Any]:
    """What an answer says of it."""
    if not isinstance(became, Receipt):
        return {"problem": problem_of(became)}
    return {name: value for name, value in receipt(became).items() if name != "origin"}


def receipt(one: Receipt) -> dict[str, Any]:
    """An append, acknowledged; or of what was only rehearsed as much as there is to it."""
    if not one.recorded:
        return {"subject": str(one.subject), "version": one.version, "warnings": list(one.warnings)}
    return {
        "position": one.position,
        "subject": str(one.subject),
        "version": one.version,
        "recorded_at": _told_instant(one.recorded_at),
        "origin": one.origin,
        "epoch": one.epoch,
        "warnings": list(one.warnings),
    }


_told_instant = lru_cache(maxsize=16)(format_instant)  # what is written together is recorded at one moment
