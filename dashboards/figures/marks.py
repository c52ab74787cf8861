"""What is drawn of a development: the certain core, the possible ends, and until when it stood open.

A mark is one look of a development: it is to be shown while the reported clock stands between `known_from` and
`known_to`, and drawn up to the as-of line, wherever that stands. So a chart of marks can be played without the server.
"""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

from dashboards.figures.scale import DAY, FOREVER, milliseconds
from dashboards.words import ASPECT, STATUS, listed, when
from timeline.domain.legibility import legible
from timeline.domain.moments import Bound, Occurred, edtf_bounds
from timeline.domain.vocabulary import Aspect, Status
from timeline.readmodel.entries import Entry
from timeline.readmodel.showings import Showing
from timeline.readmodel.versions import VersionRow

_UNKNOWN_START = 60 * DAY
"""How far back a span of unknown start fades."""


class Mark(Struct, frozen=True):
    """A look of a development on the time axis (milliseconds): `first` to `last` is all that is possible.

    `core` is the certain part of a span, None where no part is certain. `moment`: something that happened at one time.
    `open_until`: as of any day from `first` until then the span was still going on (None: it never was).
    `known_from` and `known_to` (None: ever since) say when the development was known to look like this.
    `lane` is the name of the block of rows that it stands in.
    """

    id: str
    lane: str
    title: str
    status: Status
    first: float
    last: float
    core: tuple[float, float] | None
    moment: bool
    open_until: float | None
    when: str
    disputed: tuple[Aspect, ...]
    known_from: float = -FOREVER
    known_to: float | None = None
    begun: float | None = None
    """Until when it had begun at the latest; None where nobody says."""

    @property
    def exact_moment(self) -> bool:
        """A moment known to the day or better."""
        return self.moment and self.last - self.first <= DAY

    @property
    def also(self) -> str:
        """What else is disputed about it, in words; nothing where nothing is."""
        return f"Also disputed: {listed(ASPECT[aspect] for aspect in self.disputed)}" if self.disputed else ""

    @property
    def told(self) -> str:
        """What a reader is told of it, in plain text."""
        return "\n".join(filter(None, (self.title, self.when, STATUS[self.status], self.also)))

    def shown(self, as_of: float, known_at: float) -> bool:
        """Whether it is in view as of one moment, as known at another."""
        known = self.known_from <= known_at and (self.known_to is None or known_at < self.known_to)
        return known and self.first <= as_of

    def open_on(self, as_of: float) -> bool:
        """Whether it was still going on."""
        return self.open_until is not None and self.first <= as_of < self.open_until


def mark_of_entry(entry: Entry, lane: str, limit: float) -> Mark:
    """The mark of a development as it stands; nothing of it lies after `limit` (milliseconds)."""
    described = entry.state.described
    return _mark(entry.state.id, lane, described.title, described.occurred, entry.statuses, limit)


def mark_of_row(row: VersionRow, lane: str, limit: float) -> Mark:
    """The same of its row."""
    return _mark(row.id, lane, row.title, row.occurred, row.statuses, limit)


def mark_of_showing(showing: Showing, lane: str, limit: float) -> Mark:
    """The same of one of its looks, which was not always the one in force."""
    row = showing.row
    return _mark(
        row.id,
        lane,
        row.title,
        row.occurred,
        row.statuses,
        limit,
        showing.reported_from / 1000,
        None if showing.reported_to is None else showing.reported_to / 1000,
    )


def _mark(
    id: UUID,
    lane: str,
    title: str,
    occurred: Occurred,
    statuses: Mapping[Aspect, Status],
    limit: float,
    known_from: float = -FOREVER,
    known_to: float | None = None,
) -> Mark:
    first, begun = _start(occurred.start)
    there, last = _end(occurred.end)
    open_until = _open_until(occurred)
    core = None
    if occurred.is_span:
        there = limit if there is None and open_until == FOREVER else there
        begun = _known(begun, there, limit)
        first = _known(first, begun - _UNKNOWN_START)
        if there is not None and min(there, limit) > begun:
            core = (begun, min(there, limit))
    first, last = _known(first, limit), _known(last, limit)
    if occurred.exact_start and not occurred.is_span:
        last = min(last, first + _length(occurred.edtf))  # its day is that of its own offset, not the one of UTC
    return Mark(
        str(id),
        lane,
        legible(title),
        statuses[Aspect.OCCURRENCE],
        min(first, limit),
        max(min(last, limit), min(first, limit)),
        core,
        not occurred.is_span,
        open_until,
        when(occurred, open=False),
        tuple(a for a, status in statuses.items() if status is Status.DISPUTED and a is not Aspect.OCCURRENCE),
        known_from,
        known_to,
        None if occurred.start.latest is None else min(milliseconds(occurred.start.latest), limit),
    )


def _known(*moments: float | None) -> float:
    """The first of some moments that is known; the last one is."""
    return next(moment for moment in moments if moment is not None)


def _length(edtf: str) -> float:
    """How long the days of a date are together."""
    bound = edtf_bounds(edtf)[0]
    return milliseconds(bound.latest) - milliseconds(bound.earliest) if bound.earliest and bound.latest else 0


def _open_until(occurred: Occurred) -> float | None:
    if not occurred.is_span:
        return None
    latest = occurred.end.latest
    if latest is None:
        return FOREVER if occurred.never_closed else None
    return milliseconds(latest)


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
