"""What the log holds at the cuts of a question that was probably not meant: the warnings of receipts, found again.

What a development shows by itself its rows keep (`Look.doubts`), with an index of their own. Whether sources are
registered, fronts opened and dates near those of their front is counted in one pass over the rows in force, in columns.
Nothing is stored of it: what was mended is not found any more. What is retracted is found only for what was said of it
since. `as_of` does not matter, so that a date in the future is found as well.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct, field

from timeline.domain.history import Cuts
from timeline.domain.moments import FIRST_MOMENT, Occurred
from timeline.plausibility.dates import (
    MAX_YEARS_APART,
    YEAR_MICROS,
    Period,
    far_from,
    far_period,
    named_years,
    periods_of,
)
from timeline.plausibility.developments import state_warnings
from timeline.plausibility.guesses import probably_meant
from timeline.plausibility.registry import CHECKS, ReceiptWarning, WarningCode, bits_of, codes_in
from timeline.plausibility.submissions import far_sentence, unopened, unregistered
from timeline.readmodel.cuts import HeldCuts
from timeline.readmodel.documents import Documents
from timeline.readmodel.entries import Entry
from timeline.readmodel.looking import Casts, Members
from timeline.readmodel.past import Past
from timeline.readmodel.rows import HELD, held
from timeline.readmodel.standing import Standing
from timeline.readmodel.versions import WITHDRAWN, occurred_of

MAX_ROWS_LISTED = 100_000
"""Developments that are found by what their rows keep, and on each front by their dates; what is more is said to be."""
_RETRACTED = CHECKS[WarningCode.SUBJECT_RETRACTED].bit

_FIRST = f"CASE WHEN start_at <= {FIRST_MOMENT} AND end_at IS NOT NULL THEN end_at ELSE start_at END"
"""When a development may have begun, or where nobody says, ended."""
_IN_FORCE = f"{HELD} AND aspects & {WITHDRAWN} = 0"
_COUNTED = f"""SELECT front, speakers, ({_FIRST} - {FIRST_MOMENT}) / {YEAR_MICROS}, count(*),
    min(CASE WHEN edtf LIKE '%/%' THEN end_at END), max(CASE WHEN edtf LIKE '%/%' THEN end_at END)
    FROM versions WHERE {_IN_FORCE} GROUP BY 1, 2, 3"""
_DOUBTED = f"""SELECT start_at, id, doubts, aspects, speakers FROM versions
    WHERE FRONTS doubts <> 0 AND {HELD}
    AND doubts & ? & CASE WHEN aspects & {WITHDRAWN} = 0 THEN -1 ELSE {_RETRACTED} END <> 0
    ORDER BY start_at, id LIMIT ?"""
_FAR = f"""SELECT start_at, id, edtf, exact_start, exact_end, speakers FROM versions
    WHERE front = ? AND {_IN_FORCE}
    AND ({_FIRST} < ? OR {_FIRST} > ? OR (edtf LIKE '%/%' AND (end_at < ? OR end_at > ?)))
    ORDER BY start_at, id LIMIT ?"""


class FindingFilters(Struct, frozen=True):
    """Which findings are wanted; none named: all. A source lets through what it gave an account of."""

    fronts: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    codes: frozenset[WarningCode] = frozenset()


class Finding(Struct, frozen=True):
    """A warning about what the log holds: of a source, of a front, or of a development with its title and front.

    `developments` counts those that are concerned.
    """

    warning: ReceiptWarning
    developments: int = 1
    source: str | None = None
    front: str | None = None
    id: UUID | None = None
    title: str | None = None


class _Place(Struct, frozen=True):
    """A finding before it is told; `key` is a slug, or when a development begins, and its id."""

    code: WarningCode
    key: tuple[Any, ...]
    developments: int = 1
    period: Period | None = None


class Places(Struct, frozen=True):
    """Findings before they are told, in order; `complete`: there are no others."""

    places: list[_Place]
    complete: bool


class FindingsPage(Struct, frozen=True):
    """Some of the findings at the cuts, with how many of them were found in all, and whether those are `complete`."""

    held: HeldCuts
    items: list[Finding]
    total: int
    complete: bool


class Findings:
    """Finds them at the cuts of a question."""

    def __init__(self, past: Past, standing: Standing, cuts: Cuts, casts: Casts) -> None:
        self._past = past
        self._standing = standing
        self._cuts = cuts
        self._casts = casts
        self._counts = _Counts()
        self._members: dict[int, Members] = {}
        self._complete = True

    def places(self, filters: FindingFilters) -> Places:
        """All that pass the filters, in the order of the warnings; then by slug, or by the earliest day of each."""
        self._count()
        found = [*self._sources(filters), *self._fronts(filters), *self._doubted(filters), *self._far(filters)]
        order = {code: number for number, code in enumerate(CHECKS)}
        wanted = [one for one in found if not filters.codes or one.code in filters.codes]
        return Places(sorted(wanted, key=lambda one: (order[one.code], one.key)), self._complete)

    def told(self, places: list[_Place]) -> list[Finding]:
        """These in full."""
        documents = Documents(self._past, self._standing, self._cuts)
        ids = [UUID(bytes=one.key[1]) for one in places if len(one.key) == 2]
        entries = documents.entries(list(dict.fromkeys(ids)))
        return [finding for one in places for finding in self._told(one, entries)]

    def _told(self, place: _Place, entries: Mapping[UUID, Entry]) -> Iterator[Finding]:
        if place.code is WarningCode.SOURCE_NOT_REGISTERED:
            (slug,) = place.key
            names = {known: source.name for known, source in self._standing.sources(self._cuts).items()}
            warning = unregistered("source", slug, probably_meant(slug, names))
            yield Finding(warning, place.developments, source=slug)
        elif place.code is WarningCode.FRONT_NOT_OPENED:
            (slug,) = place.key
            names = {front.opened.slug: front.opened.name for front in self._standing.opened_fronts(self._cuts)}
            warning = unopened("front", slug, probably_meant(slug, names))
            yield Finding(warning, place.developments, front=slug)
        elif entry := entries.get(UUID(bytes=place.key[1])):
            described = entry.state.described
            warning = self._of_development(place, entry)
            yield Finding(warning, front=described.front, id=entry.state.id, title=described.title)

    def _of_development(self, place: _Place, entry: Entry) -> ReceiptWarning:
        described = entry.state.described
        if place.period:
            edtf, first, last = described.occurred.edtf, place.period.first, place.period.last
            return ReceiptWarning(place.code, "occurred", edtf, far_sentence(edtf, described.front, first, last))
        own = (one for one in state_warnings(entry.state) if one.code is place.code)
        return next(own, ReceiptWarning(place.code, "id", str(entry.state.id), CHECKS[place.code].means))

    def _count(self) -> None:
        counts, database = self._counts, self._standing.database
        for front, speakers, year, count, earliest, latest in database.fetch(_COUNTED, held(self._cuts)):
            counts.years[front][year + 1] += count
            counts.casts[front][speakers] += count
            counts.ends[front] += [end for end in (earliest, latest) if end is not None]
        self._members = self._casts.members(database, {cast for casts in counts.casts.values() for cast in casts})

    def _spoken_by(self, cast: int, filters: FindingFilters) -> bool:
        return not filters.sources or any(slug in filters.sources for slug, _ in self._members_of(cast))

    def _members_of(self, cast: int) -> Members:
        if cast not in self._members:
            self._members |= self._casts.members(self._standing.database, [cast])
        return self._members[cast]

    def _wanted_fronts(self, filters: FindingFilters) -> dict[int, str]:
        slugs = self._standing.front_slugs
        return {number: slug for number, slug in slugs.items() if not filters.fronts or slug in filters.fronts}

    def _sources(self, filters: FindingFilters) -> Iterator[_Place]:
        spoken: Counter[str] = Counter()
        for front in self._wanted_fronts(filters):
            for cast, count in self._counts.casts[front].items():
                for slug, _ in self._members_of(cast):
                    spoken[slug] += count
        registered = self._standing.sources(self._cuts)
        for slug, count in spoken.items():
            if slug not in registered and (not filters.sources or slug in filters.sources):
                yield _Place(WarningCode.SOURCE_NOT_REGISTERED, (slug,), count)

    def _fronts(self, filters: FindingFilters) -> Iterator[_Place]:
        opened = {front.opened.slug for front in self._standing.opened_fronts(self._cuts)}
        for number, slug in self._wanted_fronts(filters).items():
            casts = self._counts.casts[number].items()
            count = sum(count for cast, count in casts if self._spoken_by(cast, filters))
            if count and slug not in opened:
                yield _Place(WarningCode.FRONT_NOT_OPENED, (slug,), count)

    def _doubted(self, filters: FindingFilters) -> Iterator[_Place]:
        fronts, bits = list(self._wanted_fronts(filters)), bits_of(filters.codes or CHECKS)
        if not fronts:
            return
        questions = ", ".join("?" * len(fronts))
        chosen = f"front IN ({questions}) AND" if filters.fronts else ""
        given = (*(fronts if filters.fronts else ()), *held(self._cuts), bits)
        for start_at, id, doubts, aspects, cast in self._first(_DOUBTED.replace("FRONTS", chosen), given):
            if not self._spoken_by(cast, filters):
                continue
            for code in codes_in(doubts):
                if not aspects & WITHDRAWN or code is WarningCode.SUBJECT_RETRACTED:
                    yield _Place(code, (start_at, bytes(id)))

    def _far(self, filters: FindingFilters) -> Iterator[_Place]:
        for front in self._wanted_fronts(filters):
            periods = periods_of(self._counts.years[front])
            main = [one for one in periods if far_from(one.first, periods, among_them=True) is None]
            first, last = (main[0].first, main[0].last) if main else (0, 0)
            low, high = _moment(first - MAX_YEARS_APART), _moment(last + MAX_YEARS_APART + 1) - 1
            if len(periods) < 2 and all(low <= end <= high for end in self._counts.ends[front]):
                continue
            given = (front, *held(self._cuts), low, high, low, high)
            for start_at, id, edtf, exact_start, exact_end, cast in self._first(_FAR, given):
                period = _far_period(occurred_of(edtf, exact_start, exact_end), periods)
                if period and self._spoken_by(cast, filters):
                    yield _Place(WarningCode.DATE_FAR_FROM_FRONT, (start_at, bytes(id)), period=period)

    def _first(self, statement: str, given: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """The first rows of very many; notes where there are others."""
        rows = self._standing.database.fetch(statement, (*given, MAX_ROWS_LISTED + 1))
        self._complete = self._complete and len(rows) <= MAX_ROWS_LISTED
        return rows[:MAX_ROWS_LISTED]


class _Counts(Struct):
    """Of each front (by number): developments by year and by the cast that speaks, and some of the ends of spans."""

    years: defaultdict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    casts: defaultdict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    ends: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))


def _far_period(occurred: Occurred, periods: list[Period]) -> Period | None:
    """The period from which a development lies far that is itself counted in one of them, by its first year."""
    own = named_years(occurred.edtf, occurred.exact_start, occurred.exact_end)
    counted = [one for one in periods if own.first is not None and one.reaches(own.first)]
    return far_period(own, periods, counted)


def _moment(year: int) -> int:
    """The first moment of a year, as `year_of` counts."""
    return FIRST_MOMENT + (year - 1) * YEAR_MICROS
