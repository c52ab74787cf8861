"""Counting developments by the values of one filter, the others left as they are, in the quickest way that is right.

Counts that are kept by month (`cubes`) tell most; what begins in the months in which a window ends is looked at row by
row. Filters that the counts do not know are asked of every row of the window, up to a limit, and words of the
developments that the search index names. What would take longer than that is not known (None), and nothing is ever
estimated. Which of these it is follows from the question and what holds at its cuts, so that an answer at fixed cuts
remains the same.

In a window is what may have begun by its end and may not have ended before its beginning, as in a timeline. Each counts
as one, also where an overview (`density`) has only a share of it there.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from timeline.domain.history import Cuts
from timeline.domain.moments import to_micros
from timeline.domain.vocabulary import Kind, Status
from timeline.readmodel.casts import named_by
from timeline.readmodel.counts import Counts, Ints, sums
from timeline.readmodel.cubes import (
    FRONT_BITS,
    FRONT_MASK,
    KIND_BITS,
    KIND_MASK,
    LABEL_BITS,
    MONTH_BITS,
    MONTHS,
    STATUS_BITS,
    STATUS_MASK,
)
from timeline.readmodel.documents import Documents
from timeline.readmodel.entries import Entry
from timeline.readmodel.filters import Filters
from timeline.readmodel.looking import NOTHING, Casts, Looked, around_months, looked_at, whole
from timeline.readmodel.past import Past
from timeline.readmodel.rows import Window
from timeline.readmodel.search import phrases
from timeline.readmodel.selection import FEW, named
from timeline.readmodel.standing import Standing
from timeline.readmodel.tables import LABELS, SORTS
from timeline.readmodel.versions import KINDS, STATUSES, number_of

ENOUGH = 50_000
"""Developments that are looked at one by one at most, for one question."""


class By(StrEnum):
    """What is counted by; each is the name of the filter that is left out for it."""

    STATUS = "statuses"
    FRONT = "fronts"
    KIND = "kinds"
    ACTOR = "actors"
    SOURCE = "sources"
    NOTHING = ""


_SORTED = (By.STATUS, By.FRONT, By.KIND, By.NOTHING)
Tally = Mapping[str, int] | None
"""How many of each value; None where it is not known."""


class Tallying:
    """Counts developments for one question, by whatever is asked."""

    def __init__(self, past: Past, standing: Standing, cuts: Cuts, filters: Filters, casts: Casts, enough: int) -> None:
        self._past, self._standing, self._cuts, self._casts = past, standing, cuts, casts
        self._filters = filters
        self._enough = enough
        self._is_latest = cuts.position == standing.position
        self._kept: dict[str, tuple[Ints, Ints]] = {}
        self._around: dict[frozenset[str], tuple[range, Looked]] = {}
        self._seen: dict[tuple[frozenset[str], bool], Looked | None] = {}
        self._read: dict[Filters, list[Entry] | None] = {}

    def distrust_counts(self) -> None:
        """Ask the rows alone from now on."""
        self._is_latest = False

    def by(self, what: By) -> Tally:
        """How many pass with each value, the filter of this kind left out."""
        filters = structs.replace(self._filters, **{what.value: frozenset()}) if what.value else self._filters
        if filters.text is not None or filters.external_ids or filters.ids:
            return self._of_entries(filters, what)
        keywords = filters.tags or filters.places or filters.languages
        unknown_to_counts = filters.box or filters.actors or filters.sources or keywords
        if not unknown_to_counts and (what in _SORTED or not (filters.kinds or filters.statuses)):
            return self._counted(filters, what)
        looked = self._looked(filters, limited=True)
        if looked is None:
            return self._of_entries(filters, what)
        return self._added_up(self._passing(looked, filters), what)

    def _counted(self, filters: Filters, what: By) -> Tally:
        """By the counts that are kept, and what they do not tell by the rows."""
        if not self._is_latest:
            return self._added_up(self._passing(self._looked(filters, limited=False) or NOTHING, filters), what)
        window = self._window(filters)
        if filters.fronts not in self._around:
            months, stretches = around_months(window)
            self._around[filters.fronts] = months, looked_at(self._standing.database, window, stretches) or NOTHING
        months, rest = self._around[filters.fronts]
        found: Counter[str] = Counter()
        if months:
            by_cells = self._by_sort if what in _SORTED else self._by_label
            found.update(by_cells(window, months, what))
        found.update(self._added_up(self._passing(rest, filters), what))
        return {value: count for value, count in found.items() if count}

    def _by_sort(self, window: Window, months: range, what: By) -> Counter[str]:
        codes, counts = self._cells(SORTS, window, months, FRONT_BITS)
        kinds, statuses = codes >> KIND_BITS & KIND_MASK, codes >> STATUS_BITS & STATUS_MASK
        kept = _among(kinds, window.filters.kinds) & _among(statuses, window.filters.statuses)
        some = Looked(codes >> FRONT_BITS, kinds, statuses, codes, codes).kept(kept)
        return self._added_up(some, what, counts[kept])

    def _by_label(self, window: Window, months: range, what: By) -> Counter[str]:
        codes, counts = self._cells(LABELS, window, months, MONTH_BITS)
        labels = codes >> LABEL_BITS
        of_source = labels & 1 == 1
        kept = of_source if what is By.SOURCE else ~of_source
        found: Counter[str] = Counter()
        for number, count in sums(labels[kept] >> 1, counts[kept]):
            if what is By.SOURCE:
                found[self._standing.source_slugs[number]] += count
            else:
                found[named_by(self._standing.actor_labels[number])[0]] += count
        return found

    def _cells(self, kept_counts: Counts, window: Window, months: range, bits: int) -> tuple[Ints, Ints]:
        """The counts of cells of the fronts of a window and of these months; a code holds the front above some bits."""
        name = kept_counts.name
        if name not in self._kept:
            self._kept[name] = kept_counts.as_of(self._standing.database, to_micros(self._cuts.known_at))
        codes, counts = self._kept[name]
        month = codes & MONTHS
        kept = (month >= months.start) & (month < months.stop)
        if window.filters.fronts:
            kept &= np.isin(codes >> bits & FRONT_MASK, np.array(window.fronts, dtype=np.int64))
        return codes[kept], counts[kept]

    def _looked(self, filters: Filters, *, limited: bool) -> Looked | None:
        """Every row of the window, where there are not too many; its fronts, its box and its keywords are asked."""
        key = filters.fronts, limited
        if key not in self._seen:
            window = self._window(filters)
            most = self._enough if limited else None
            self._seen[key] = looked_at(self._standing.database, window, whole(window), most)
        return self._seen[key]

    def _passing(self, looked: Looked, filters: Filters) -> Looked:
        """Those that pass the filters which were not asked of the rows."""
        kept = _among(looked.kinds, filters.kinds) & _among(looked.statuses, filters.statuses)
        for column, names in ((looked.parties, filters.actors), (looked.speakers, filters.sources)):
            if names:
                members = self._members(column)
                some = [digest for digest, told in members.items() if any(name in names for name, _ in told)]
                kept &= np.isin(column, np.array(some, dtype=np.int64))
        return looked.kept(kept)

    def _added_up(self, looked: Looked, what: By, counts: Ints | None = None) -> Counter[str]:
        """How many of each value, where one row stands for so many (none told: for one)."""
        counts = np.ones_like(looked.fronts) if counts is None else counts
        match what:
            case By.STATUS:
                return _named_sums(looked.statuses, counts, lambda number: STATUSES[number - 1])
            case By.KIND:
                return _named_sums(looked.kinds, counts, lambda number: KINDS[number - 1])
            case By.FRONT:
                return _named_sums(looked.fronts, counts, self._standing.front_slugs.__getitem__)
            case By.NOTHING:
                return Counter({"": int(counts.sum())})
        column = looked.parties if what is By.ACTOR else looked.speakers
        members = self._members(column)
        found: Counter[str] = Counter()
        for digest, count in sums(column, counts):
            for name in {name for name, _ in members[digest]}:
                found[name] += count
        return found

    def _members(self, column: Ints) -> Mapping[int, tuple[tuple[str, str], ...]]:
        return self._casts.members(self._standing.database, np.unique(column).tolist())

    def _of_entries(self, filters: Filters, what: By) -> Tally:
        """Of what the search index names, each folded; None where it names too many."""
        asked = structs.replace(filters, fronts=frozenset(), kinds=frozenset(), statuses=frozenset())
        if asked not in self._read:
            self._read[asked] = self._folded(asked)
        entries = self._read[asked]
        if entries is None:
            return None
        return Counter(
            value
            for entry in entries
            if filters.pass_entry(entry.state, entry.statuses)
            for value in _values(entry, what)
        )

    def _folded(self, filters: Filters) -> list[Entry] | None:
        if filters.text is not None and not phrases(filters.text):
            return []
        ids = named(self._standing, self._past, self._window(filters))
        if ids is None or len(ids) > min(FEW, self._enough):
            return None
        entries = Documents(self._past, self._standing, self._cuts).entries(sorted(ids)).values()
        return [entry for entry in entries if entry.state.described.occurred.begun_by(self._cuts.as_of)]

    def _window(self, filters: Filters) -> Window:
        return Window(self._cuts, self._standing.front_numbers(filters.fronts), filters)


def tallies(past: Past, standing: Standing, cuts: Cuts, filters: Filters, casts: Casts, enough: int) -> dict[By, Tally]:
    """All counts. What is written while they are counted may be among them: then they are counted by the rows alone."""
    tallying = Tallying(past, standing, cuts, filters, casts, enough)
    found = {what: tallying.by(what) for what in By}
    if cuts.position == standing.position and not standing.still_holds():
        tallying = Tallying(past, standing, cuts, filters, casts, enough)
        tallying.distrust_counts()
        found = {what: tallying.by(what) for what in By}
    return found


def _among(numbers: Ints, words: Iterable[Status] | Iterable[Kind]) -> NDArray[np.bool_]:
    """Which of the numbers stand for one of these words; all where there is none."""
    wanted = [number_of(word) for word in words]
    return np.isin(numbers, wanted) if wanted else np.ones(len(numbers), dtype=bool)


def _named_sums(numbers: Ints, counts: Ints, name: Callable[[int], str]) -> Counter[str]:
    return Counter({str(name(number)): count for number, count in sums(numbers, counts)})


def _values(entry: Entry, what: By) -> set[str]:
    """The values of a development that it counts under."""
    described = entry.state.described
    match what:
        case By.STATUS:
            return {str(entry.status)}
        case By.FRONT:
            return {described.front}
        case By.KIND:
            return {str(described.kind)}
        case By.ACTOR:
            return {actor.name for actor in described.actors}
        case By.SOURCE:
            return {given.account.source for given in entry.state.accounts}
        case By.NOTHING:
            return {""}
