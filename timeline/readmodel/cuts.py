"""From the cuts that a reader names to the cuts of the answer (DESIGN section 2)."""

from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from timeline.domain.history import Cuts
from timeline.domain.moments import parse_cut
from timeline.errors import InvalidValue, RowsBehind
from timeline.readmodel.past import Past

_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for the moment of position 0, at which the log held nothing."""


class WantedCuts(Struct, frozen=True):
    """The cuts as asked for; None where the reader leaves it to the defaults."""

    as_of: datetime | None = None
    known_at: datetime | None = None
    recorded_at: int | datetime | None = None


class HeldCuts(Struct, frozen=True):
    """The cuts of an answer, and when the log came to their position (None before the first event)."""

    cuts: Cuts
    recorded_at: datetime | None


def wanted_cuts(as_of: Any = None, known_at: Any = None, recorded_at: Any = None) -> WantedCuts:
    """The cuts that these texts name: dates (the end of that day, UTC), instants, or for `recorded_at` a position."""
    recorded: int | datetime | None = None
    if isinstance(recorded_at, str) and recorded_at.isascii() and recorded_at.isdecimal() and len(recorded_at) <= 18:
        recorded = int(recorded_at)
    elif recorded_at is not None:
        try:
            recorded = parse_cut(recorded_at, "recorded_at")
        except InvalidValue as error:
            raise InvalidValue("recorded_at", recorded_at, f"a position, or {error.allowed}") from None
    return WantedCuts(
        None if as_of is None else parse_cut(as_of, "as_of"),
        None if known_at is None else parse_cut(known_at, "known_at"),
        recorded,
    )


def parse_moment(value: Any, field: str) -> int | datetime:
    """A moment of the reported or the recorded clock: a date (the end of that day, UTC), an instant, or a position."""
    try:
        moment = wanted_cuts(recorded_at=value).recorded_at
    except InvalidValue as error:
        raise InvalidValue(field, value, error.allowed) from None
    if moment is None:
        raise InvalidValue(field, None, "a date, an instant or a position")
    return moment


def guard_not_behind(wanted: WantedCuts, last: int, past: Past, now: datetime) -> None:
    """Raises `RowsBehind` where the log holds more of what was recorded by a fixed cut than rows up to `last` do.

    What they lack would be missing in an answer that is to stay the same for ever. A cut in the future is not fixed.
    """
    recorded = wanted.recorded_at
    if isinstance(recorded, int):
        lacking = recorded > last and past.recorded_at(recorded) is not None
    else:
        lacking = recorded is not None and recorded <= now and past.position_at(recorded) > last
    if lacking:
        detail = f"recorded_at: the rows stand at position {last} and can not be brought up to date with the log now"
        raise RowsBehind(detail, detail)


def held_cuts(wanted: WantedCuts, last: int, past: Past, now: datetime) -> HeldCuts:
    """The cuts that hold for an answer of rows that came to the position `last`.

    `known_at` defaults to `as_of`, `as_of` to `known_at`, and both to now. With a fixed `recorded_at`
    "now" is the moment that the log had come to, so that the same question always has the same answer.
    Raises `InvalidValue` for a position that the log has not reached: its answer could still change.
    """
    if wanted.recorded_at is None:
        position, then = last, now
    elif isinstance(wanted.recorded_at, int):
        position = wanted.recorded_at
        if position > last:
            raise InvalidValue("recorded_at", position, f"a position from 0 to {last}, where the log stands")
        then = past.recorded_at(position) or _BEFORE_ALL
    else:
        # The log's own clock counts before the system's, which may have jumped back.
        then = min(wanted.recorded_at, max(now, past.recorded_at(last) or now))
        position = min(last, past.position_at(then))
    known_at = wanted.known_at or wanted.as_of or then
    return HeldCuts(Cuts(wanted.as_of or known_at, known_at, position), past.recorded_at(position))
