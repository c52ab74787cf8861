"""Version rows: what a development looked like over an interval of the reported and one of the recorded clock.

DESIGN section 6. A row holds what lists and charts need, and no more: the whole of a development is folded
from the log for the page that is read. Times are microseconds since 1970, UTC; an interval holds its first moment and
not its end, which is NULL where it still goes on. A development that is part of another has no row while it is.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from msgspec import Struct

from timeline.domain.checks import trusting
from timeline.domain.history import DevelopmentState
from timeline.domain.moments import Occurred, from_micros, to_micros
from timeline.domain.vocabulary import Aspect, Kind, Status
from timeline.plausibility.developments import state_doubts
from timeline.readmodel.casts import Actors, Sources, cast_of, keywords_of
from timeline.readmodel.cells import MAX_FURTHER_DAYS, UNKNOWN

ALWAYS = UNKNOWN
"""The start of what nobody says when it began: 1 January of the year 1."""

SPANS = tuple(days * 86_400_000_000 for days in (8, 64, 1_024))
"""How long a development of each span class lasts at most; those of the last class last longer, or nobody says."""

STATUSES: tuple[Status, ...] = tuple(Status)
KINDS: tuple[Kind, ...] = tuple(Kind)
ASPECTS: tuple[Aspect, ...] = tuple(Aspect)
"""In rows a word is its place in these, counted from 1; 0 stands for none. New words are added at the end."""

_STATUS_NUMBER = {status: number for number, status in enumerate(STATUSES, 1)}
_KIND_NUMBER = {kind: number for number, kind in enumerate(KINDS, 1)}
_ASPECT_BITS = {aspect: 3 * place for place, aspect in enumerate(ASPECTS)}
WITHDRAWN = 1 << 15


class Look(Struct, frozen=True, gc=False):
    """What is shown of a development; two that are equal are one row.

    `start_at` is when it may have begun, and `further_days` on how many days after that one it may have begun as well
    (`MAX_FURTHER_DAYS`: on so many or more); `end_at` is when it may have ended at the latest (None: unknown, or not
    over).
    `aspects` packs the status of each aspect, and whether the entry as a whole was withdrawn. `described_by` is the
    position of the event that set its description. `actors` take part in it, `sources` ever gave an account of it: in
    rows each of the two is a number (`parties`, `speakers`), which says who they are by the table of casts. `doubts`
    are the bits of the warnings that it bears (`plausibility.registry`). `keywords` are where it was, its tags and its
    language, a cast as well. `first_reported` is when anything was reported of it first, `first_position` where the log
    first holds an account of it.
    """

    front: str
    span: int
    start_at: int
    end_at: int | None
    further_days: int
    status: int
    kind: int
    aspects: int
    described_by: int
    title: str
    edtf: str
    exact_start: int | None
    exact_end: int | None
    lat: float | None
    lon: float | None
    actors: Actors = ()
    sources: Sources = ()
    doubts: int = 0
    keywords: Actors = ()
    first_reported: int = 0
    first_position: int = 0


class Version(Struct, gc=False):
    """A look, and over which intervals of the reported and the recorded clock it was the one."""

    id: UUID
    look: Look
    reported_from: int
    reported_to: int | None
    recorded_from: int
    recorded_to: int | None = None


class VersionRow(Struct, frozen=True, gc=False):
    """A development in a list or on a chart, at the cuts of a question: the numbers of its row, and what they say."""

    front: str
    start_at: int
    key: bytes
    status_number: int
    kind_number: int
    aspects: int
    described_by: int
    title: str
    edtf: str
    exact_start: int | None
    exact_end: int | None
    lat: float | None
    lon: float | None

    @property
    def id(self) -> UUID:
        """Its identity."""
        return UUID(bytes=self.key)

    @property
    def kind(self) -> Kind:
        """What sort of development it is."""
        return KINDS[self.kind_number - 1]

    @property
    def status(self) -> Status:
        """The headline: how the occurrence stands."""
        return STATUSES[self.status_number - 1]

    @property
    def statuses(self) -> Mapping[Aspect, Status]:
        """How each aspect stands that somebody spoke to."""
        return _statuses_of(self.aspects)

    @property
    def withdrawn(self) -> bool:
        """Whether the entry as a whole was withdrawn."""
        return bool(self.aspects & WITHDRAWN)

    @property
    def occurred(self) -> Occurred:
        """When it happened."""
        return occurred_of(self.edtf, self.exact_start, self.exact_end)

    def open_on(self, instant: datetime) -> bool:
        """Whether it is a span that may go on beyond an instant (see `Occurred.open_on`)."""
        lasts = "/" in self.edtf or self.exact_end is not None
        return lasts and self.occurred.open_on(instant)

    @property
    def sort_key(self) -> tuple[int, bytes]:
        """Order of every list: when it may have begun, then identity."""
        return self.start_at, self.key


class Seen(Struct, frozen=True, gc=False):
    """Of a row only what tells which development it is of, where it stands in a list, and how it is seen."""

    start_at: int
    key: bytes
    aspects: int
    edtf: str
    exact_start: int | None
    exact_end: int | None

    @property
    def id(self) -> UUID:
        """Its identity."""
        return UUID(bytes=self.key)

    def open_on(self, instant: datetime) -> bool:
        """As of the whole row."""
        if self.exact_end is None and "/" not in self.edtf:
            return False
        return occurred_of(self.edtf, self.exact_start, self.exact_end).open_on(instant)

    @property
    def sort_key(self) -> tuple[int, bytes]:
        """As of the whole row."""
        return self.start_at, self.key


def look_of(state: DevelopmentState, statuses: Mapping[Aspect, Status]) -> Look:
    """The look of a development in view."""
    description = state.described
    occurred, place = description.occurred, description.place
    span, start_at, end_at, further_days, exact_start, exact_end = bounds_of(
        occurred.edtf, occurred.exact_start, occurred.exact_end
    )  # fmt: skip
    status, aspects = packed(statuses, withdrawn=state.retracted)
    return Look(
        description.front,
        span,
        start_at,
        end_at,
        further_days,
        status,
        _KIND_NUMBER[description.kind],
        aspects,
        state.described_by,
        description.title,
        occurred.edtf,
        exact_start,
        exact_end,
        place.lat if place else None,
        place.lon if place else None,
        cast_of((actor.name, actor.role) for actor in description.actors),
        tuple(sorted({given.account.source for given in state.accounts})),
        state_doubts(state),
        keywords_of(place.name if place else None, description.tags, description.language),
        *first_heard(state),
    )


def first_heard(state: DevelopmentState) -> tuple[int, int]:
    """When anything was reported first of a development in view, and the first position of its accounts."""
    assert state.first_reported_at  # noqa: S101 - it was reported
    return to_micros(state.first_reported_at), min(given.position for given in state.accounts)


@lru_cache(maxsize=100_000)
def bounds_of(
    edtf: str, exact_start: object, exact_end: object
) -> tuple[int, int, int | None, int, int | None, int | None]:
    """Span class, start, end, further days of the start, and the exact instants of an occurred clock."""
    occurred = Occurred(edtf, exact_start, exact_end)  # type: ignore[arg-type]
    earliest, latest = occurred.start.earliest, occurred.end.latest
    start_at = ALWAYS if earliest is None else to_micros(earliest)
    end_at = None if latest is None else to_micros(latest)
    span = len(SPANS)
    if earliest is not None and end_at is not None:
        span = next((place for place, most in enumerate(SPANS) if end_at - start_at <= most), span)
    exact = [None if one is None else to_micros(one) for one in (occurred.exact_start, occurred.exact_end)]
    return span, start_at, end_at, _further_days(occurred), exact[0], exact[1]


def _further_days(occurred: Occurred) -> int:
    """On how many days after the first possible one something may have begun as well: not after it ended."""
    start, last = occurred.start, occurred.end.latest
    if start.earliest is None:
        return 0
    latest = min((one for one in (start.latest, last) if one is not None), default=None)
    if latest is None:
        return MAX_FURTHER_DAYS
    return min((latest.date() - start.earliest.date()).days, MAX_FURTHER_DAYS)


def packed(statuses: Mapping[Aspect, Status], *, withdrawn: bool) -> tuple[int, int]:
    """The number of the headline status, and `aspects`: all statuses and whether the entry was withdrawn."""
    aspects = WITHDRAWN if withdrawn else 0
    for aspect, status in statuses.items():
        aspects |= _STATUS_NUMBER[status] << _ASPECT_BITS[aspect]
    return _STATUS_NUMBER[statuses[Aspect.OCCURRENCE]], aspects


def number_of(word: Status | Kind) -> int:
    """The number that stands for a status or a kind in rows."""
    return _STATUS_NUMBER[word] if isinstance(word, Status) else _KIND_NUMBER[word]


@lru_cache(maxsize=4_096)
def _statuses_of(aspects: int) -> Mapping[Aspect, Status]:
    """The status of each aspect that `aspects` packs; it may be shared, so nobody may change it."""
    numbers = ((aspect, aspects >> bits & 7) for aspect, bits in _ASPECT_BITS.items())
    return {aspect: STATUSES[number - 1] for aspect, number in numbers if number}


@lru_cache(maxsize=100_000)
def occurred_of(edtf: str, exact_start: int | None, exact_end: int | None) -> Occurred:
    """The occurred clock that a row holds.

    A row has no offsets, by which instants belong to the days of `edtf`: that was checked when it was recorded.
    """
    start, end = (None if one is None else from_micros(one) for one in (exact_start, exact_end))
    with trusting():
        return Occurred(edtf, start, end)
