"""What is drawn of a development: the certain core, the possible ends, and where it stands open."""

from datetime import datetime

from msgspec import Struct

from dashboards.figures.scale import DAY, milliseconds
from dashboards.words import ASPECT, STATUS, listed, when
from timeline.domain.moments import Bound
from timeline.domain.vocabulary import Aspect, Status
from timeline.readmodel.entries import Entry

_UNKNOWN_START = 60 * DAY
"""How far back a span of unknown start fades."""


class Mark(Struct, frozen=True):
    """A development on the time axis (milliseconds): `first` to `last` is all that is possible.

    `core` is the certain part of a span, None where no part is certain. `moment`: something that
    happened at one time. `open`: it reaches the as-of line and goes on.
    """

    id: str
    front: str
    title: str
    status: Status
    first: float
    last: float
    core: tuple[float, float] | None
    moment: bool
    open: bool
    when: str
    disputed: tuple[Aspect, ...]

    @property
    def exact_moment(self) -> bool:
        """A moment known to the day or better."""
        return self.moment and self.last - self.first <= DAY

    @property
    def told(self) -> str:
        """What a reader is told on hovering, in plain text."""
        also = f"\nAlso disputed: {listed(ASPECT[aspect] for aspect in self.disputed)}" if self.disputed else ""
        return f"{self.title}\n{self.when}\n{STATUS[self.status]}{also}"


def mark(entry: Entry, as_of: datetime) -> Mark:
    """The mark of an entry; nothing of it lies after `as_of`."""
    description = entry.state.described
    occurred = description.occurred
    limit = milliseconds(as_of)
    first, begun = _start(occurred.start)
    there, last = _end(occurred.end)
    if not occurred.is_span:
        first, last = first or limit, last or limit
        core = None
    else:
        there = there or (limit if entry.open else None)
        begun = begun or there or limit
        first = first or begun - _UNKNOWN_START
        core = (begun, min(there, limit)) if there and min(there, limit) > begun else None
        last = last or limit
    return Mark(
        id=str(entry.state.id),
        front=description.front,
        title=description.title,
        status=entry.status,
        first=min(first, limit),
        last=max(min(last, limit), min(first, limit)),
        core=core,
        moment=not occurred.is_span,
        open=entry.open,
        when=when(occurred, open=entry.open),
        disputed=tuple(
            aspect
            for aspect, status in entry.statuses.items()
            if status is Status.DISPUTED and aspect is not Aspect.OCCURRENCE
        ),
    )


def _start(bound: Bound) -> tuple[float | None, float | None]:
    """When it may have begun at the earliest, and from when it surely had; a single day counts as exact."""
    if bound.earliest is None or bound.latest is None:
        return None, None
    earliest, latest = milliseconds(bound.earliest), milliseconds(bound.latest)
    return earliest, earliest if latest - earliest <= DAY else latest


def _end(bound: Bound) -> tuple[float | None, float | None]:
    """Until when it surely lasted, and when it had ended at the latest; a single day counts as exact."""
    if bound.earliest is None or bound.latest is None:
        return None, None
    earliest, latest = milliseconds(bound.earliest), milliseconds(bound.latest)
    return latest if latest - earliest <= DAY else earliest, latest
