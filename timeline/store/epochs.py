"""Epochs: which life of a log a position belongs to.

Positions are never reused within an epoch. A restore begins a new one, and says of each earlier epoch up to which
position the log still holds what it held then. They stand in the table `epochs` as rows (number, epoch, last) that
are only added to: of an epoch the row of the greatest number counts, and the epoch that is now is that of the last row
without a `last`. A log without rows is in its first epoch, of which the id follows from the log's name, so that logs
that were made before there were epochs have one, and read-only logs too.
"""

import secrets
from functools import lru_cache
from hashlib import sha256
from typing import Annotated

from msgspec import Meta, Struct

from timeline.errors import LogReplaced
from timeline.store.queries import LogQueries
from timeline.store.records import Head

EpochId = Annotated[str, Meta(pattern="^[0-9a-f]{12}$")]
"""12 hexadecimal digits."""
EpochRow = tuple[EpochId, Annotated[int, Meta(ge=0, lt=2**62)] | None]
"""An epoch and its `last`, the last position at which the log holds its record; None for the epoch that is now."""


class Lineage(Struct, frozen=True):
    """The name of a log, the epoch that it is in, and those before: epoch -> `last`, the oldest epoch first."""

    origin: str
    epoch: str
    earlier: dict[str, int]

    @property
    def rows(self) -> list[EpochRow]:
        """The fewest rows that say the same."""
        return [*self.earlier.items(), (self.epoch, None)] if self.earlier else []

    @property
    def shared_by_all(self) -> int | None:
        """The last position that means the same in all epochs; None where there is but one epoch."""
        return min(self.earlier.values(), default=None)

    def oldest(self, position: int) -> str:
        """The oldest epoch in which this position means what it means now."""
        return next((epoch for epoch, last in self.earlier.items() if position <= last), self.epoch)


class Tip(Struct, frozen=True):
    """Where a log stands: its last position (0 for an empty one), its name, and the epoch that it is in."""

    position: int
    origin: str
    epoch: str


class Replacement(Struct, frozen=True):
    """What a restore does to a store that holds records: their number, that of the backup, and how many both share.

    The shared ones are those at the beginning, up to the first that differs.
    """

    held: int
    size: int
    shared: int

    @property
    def dropped(self) -> int:
        """How many records of the store are not in the backup at their positions."""
        return self.held - self.shared

    def __str__(self) -> str:
        where = f" ({_stretch(self.shared + 1, self.held)})" if self.dropped else ""
        return f"drops {_records(self.dropped)}{where}, keeps {self.shared}, adds {self.size - self.shared}"


@lru_cache(maxsize=64)
def first_epoch(origin: str) -> str:
    """The id of the first epoch of the log of this name."""
    return sha256(origin.encode()).hexdigest()[:12]


def new_epoch() -> str:
    """The id of an epoch that begins now."""
    return secrets.token_hex(6)


def tip_of(queries: LogQueries) -> Tip:
    """Where a log stands, in one question."""
    origin, epoch, position = queries.standing()
    return Tip(position, origin, epoch or first_epoch(origin))


def lineage_of(queries: LogQueries) -> Lineage:
    """The epochs of a log."""
    origin = queries.origin() or ""
    last_of: dict[str, int | None] = {}
    now = None
    for epoch, last in queries.epochs():
        now = epoch if last is None else now
        last_of[epoch] = last
    now = now or first_epoch(origin)
    return Lineage(origin, now, {epoch: last for epoch, last in last_of.items() if last is not None and epoch != now})


def guard_goes_on(queries: LogQueries, head: Head, tip: Tip, now: Tip) -> None:
    """Raises `LogReplaced` where a log that stood at this head and tip is another one now, or went back.

    A restore by this software begins an epoch and says which ones there were; what went back without one was put there
    past it, so that what was acknowledged since may be lost.
    """
    if (now.origin, now.epoch) == (tip.origin, tip.epoch):
        row = queries.row(head.position) if head.position else None
        if head.position and (row is None or row.leaf_hash != head.leaf_hash):
            raise LogReplaced(
                f"the log does not hold any more what it held at position {head.position}, and no restore says why"
            )
    elif tip.epoch not in lineage_of(queries).earlier:
        raise LogReplaced("there is another log in the place of the one that was opened; start again to use it")


def common_prefix(one: LogQueries, other: LogQueries) -> int:
    """How many records two logs share, from the first on.

    The roots of their trees are compared, so that it takes a few dozen of them. Where the tree of one can not be read
    the logs are taken to share nothing.
    """
    same, differs = 0, min(one.head().position, other.head().position) + 1
    try:
        while differs - same > 1:
            middle = (same + differs) // 2
            if one.root(middle) == other.root(middle):
                same = middle
            else:
                differs = middle
    except LookupError:
        return 0
    return same


def rows_after_restore(backup: LogQueries, replaced: LogQueries | None, shared: int) -> list[EpochRow]:
    """The rows by which a backup's epochs become those of the log that it is restored to: a new epoch begins.

    `shared` is how many records the backup and the log that it replaces, if any, have in common. Whoever saw either
    goes on up to where it is what they saw. Where both know an epoch, both are right about it, unless they differ
    within it: then one of them was altered past this software, and only what they share is sure.
    """
    lineage, size = lineage_of(backup), backup.head().position
    held = replaced.head().position if replaced else 0
    theirs = _lasts(lineage, size)
    ours = _lasts(lineage_of(replaced), held) if replaced and held else {}
    lasts: dict[str, int] = {}
    for epoch in {**theirs, **ours}:
        sure = min(ours[epoch], shared) if epoch in ours else 0
        if epoch in theirs:
            differ = epoch in ours and shared < min(ours[epoch], theirs[epoch])
            sure = shared if differ else max(sure, theirs[epoch])
        lasts[epoch] = sure
    changed = [(epoch, last) for epoch, last in lasts.items() if lineage.earlier.get(epoch) != last]
    return [*changed, (new_epoch(), None)]


def epochs_ended(lineage: Lineage, last: int) -> list[EpochRow]:
    """The rows by which a new epoch begins where positions of all before are right up to `last` at most."""
    return [*((epoch, min(known, last)) for epoch, known in _lasts(lineage, last).items()), (new_epoch(), None)]


def _lasts(lineage: Lineage, size: int) -> dict[str, int]:
    """Every epoch of a log with the last position at which the log holds its record."""
    return {**{epoch: min(last, size) for epoch, last in lineage.earlier.items()}, lineage.epoch: size}


def _stretch(first: int, last: int) -> str:
    return f"{first}-{last}" if last > first else f"{first}"


def _records(count: int) -> str:
    return f"{count} record" if count == 1 else f"{count} records"
