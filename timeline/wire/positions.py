"""Positions as they are handed out and brought back: with the epoch of the log that they belong to.

`838-1f0c2d3e4b5a` is position 838 of the epoch 1f0c2d3e4b5a. A position without an epoch is taken where it means the
same in all epochs of the log.
"""

import re
from typing import Any

from msgspec import Struct

from timeline.errors import InvalidValue, OtherEpoch, OutOfEpoch
from timeline.store.epochs import Lineage, Tip
from timeline.store.log import ConflictLog

PATTERN = "^(0|[1-9][0-9]{0,15})(-[0-9a-f]{12})?$"
"""Of a position, with its epoch or without."""
EXAMPLE = "838-1f0c2d3e4b5a"
_FORM = re.compile(r"([0-9]{1,16})(?:-([0-9a-f]{12}))?")
_LARGEST = 2**53


class Place(Struct, frozen=True):
    """A position in a log; `epoch` is None where it is not said which one it belongs to."""

    position: int
    epoch: str | None = None

    def __str__(self) -> str:
        return str(self.position) if self.epoch is None else f"{self.position}-{self.epoch}"


BEGINNING = Place(0)


def parse_place(field: str, value: Any) -> Place:
    """The place that a text spells. Raises `InvalidValue`."""
    match = _FORM.fullmatch(value) if isinstance(value, str) else None
    if not match or int(match[1]) > _LARGEST:
        raise InvalidValue(field, value, f"a position from 0 to {_LARGEST}, with its epoch or without: {EXAMPLE}")
    return Place(int(match[1]), match[2])


def guard_held(log: ConflictLog, place: Place, field: str) -> Tip:
    """Where the log stands, if it holds at this place what it held when the place was handed out.

    Raises `OutOfEpoch` where it does not, or where that is not sure.
    """
    tip = log.tip()
    if place.epoch == tip.epoch and place.position <= tip.position:
        return tip  # by far the most frequent, and the lineage need not be read for it
    tip, lineage = _tip_and_lineage(log)
    if place.position and (found := _mismatch(lineage, tip.position, place)):
        raise OutOfEpoch(field, str(place), *_told(found, tip))
    return tip


def guard_awaited(log: ConflictLog, place: Place, field: str) -> None:
    """Raises `OtherEpoch` for a place of another epoch that this log does not share.

    A place of the epoch that is now, or of none, may lie beyond the head: the log may yet come to it.
    """
    if place.epoch is None or place.epoch == log.tip().epoch or not place.position:
        return
    tip, lineage = _tip_and_lineage(log)
    if place.epoch != tip.epoch and (found := _mismatch(lineage, tip.position, place)):
        raise OtherEpoch(field, str(place), *_told(found, tip))


def refusal(log: ConflictLog, place: Place, field: str) -> OutOfEpoch | None:
    """The error with which `guard_held` refuses a place; None where it does not."""
    try:
        guard_held(log, place, field)
    except OutOfEpoch as error:
        return error
    return None


def _mismatch(lineage: Lineage, head: int, place: Place) -> tuple[str, int] | None:
    """Why a place may not mean in this log what it meant elsewhere, and after which position to begin again."""
    position, epoch = place.position, place.epoch
    if epoch is None:
        return _mismatch_without_epoch(lineage, head, position)
    if epoch == lineage.epoch:
        # Where it went back without a restore, nobody knows how much of it is what it was.
        return (f"the log ends at position {head}", 0) if position > head else None
    if epoch not in lineage.earlier:
        return "this log knows no such epoch", 0
    last = lineage.earlier[epoch]
    why = f"the log was restored since, and holds what it held then up to position {last} only"
    return (why, last) if position > last else None


def _mismatch_without_epoch(lineage: Lineage, head: int, position: int) -> tuple[str, int] | None:
    shared = lineage.shared_by_all
    if position > head:
        return f"the log ends at position {head}", shared or 0
    if shared is not None and position > shared:
        why = "the log was restored since records were at this position that it no longer holds; with the epoch of the "
        return f"{why}log, {Place(position, lineage.epoch)} is a position of this one", shared
    return None


def _tip_and_lineage(log: ConflictLog) -> tuple[Tip, Lineage]:
    """Both of the same epoch."""
    while (tip := log.tip()).epoch != (lineage := log.lineage()).epoch:
        pass
    return tip, lineage


def _told(mismatch: tuple[str, int], tip: Tip) -> tuple[str, dict[str, Any]]:
    why, restart_after = mismatch
    where = {"head": tip.position, "origin": tip.origin, "epoch": tip.epoch}
    return why, {**where, "restart_after": str(Place(restart_after, tip.epoch))}
