"""What a log has to remember so that it can tell what is unusual: sources, fronts, and when developments are dated.

Everything is kept with the position that brought it, so that a message that is sent again is judged as it was the
first time: on what the log held before it. About a hundred bytes for a source or a front, eight for a development.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from msgspec import Struct

from timeline.domain.voids import voided_by
from timeline.plausibility.dates import MAX_YEARS_APART, named_years
from timeline.plausibility.guesses import probably_meant

ANY_POSITION = 2**62
"""A position after all."""
_MAX_GUESSES = 10_000


class _Named(Struct, frozen=True):
    """A source or a front: what it is called, and the position that brought it."""

    name: str
    position: int


class Voids:
    """Which records were entered by mistake, as known before a position."""

    def __init__(self) -> None:
        self._naming: dict[int, list[int]] = {}
        """The positions of the voids that name a record, by its position."""

    def add(self, named: int, position: int) -> None:
        """Take in a void."""
        self._naming.setdefault(named, []).append(position)

    def remove_last(self, named: int) -> None:
        """Forget the void of a record that was taken in last."""
        self._naming[named].pop()

    def stands(self, position: int, before: int) -> bool:
        """Whether a record is not voided, by what stands before a position."""
        if position not in self._naming:
            return True
        chain, ahead = [], [position]
        while ahead:
            named = ahead.pop()
            voids = [void for void in self._naming.get(named, ()) if void < before]
            chain += [(void, named) for void in voids]
            ahead += voids
        return position not in voided_by(chain)

    def voided(self, before: int) -> list[int]:
        """The positions of all records that are voided, by what stands before a position."""
        pairs = ((void, named) for named, voids in self._naming.items() for void in voids if void < before)
        return list(voided_by(pairs))


class Names:
    """The sources that are registered, or the fronts that were opened."""

    def __init__(self, voids: Voids) -> None:
        self._named: dict[str, list[_Named]] = {}
        self._voids = voids
        self._guesses: dict[str, str | None] = {}
        """What was probably meant by slugs, by all that is known."""

    def add(self, slug: str, name: str, position: int) -> None:
        """Take one in."""
        self._named.setdefault(slug, []).append(_Named(name, position))
        self.forget_guesses()

    def remove_last(self, slug: str) -> None:
        """Forget what was taken in last of a slug."""
        self._named[slug].pop()
        self.forget_guesses()

    def forget_guesses(self) -> None:
        """Guess anew from now on: other names are known than before."""
        self._guesses.clear()

    def knows(self, slug: str, before: int) -> bool:
        """Whether it was there before a position."""
        return self._name(slug, before) is not None

    def meant(self, slug: str, before: int) -> str | None:
        """The one that was probably meant by a slug that was not there before a position."""
        if before < ANY_POSITION:
            return self._guess(slug, before)
        if slug not in self._guesses:
            if len(self._guesses) >= _MAX_GUESSES:
                self._guesses.clear()
            self._guesses[slug] = self._guess(slug, before)
        return self._guesses[slug]

    def _guess(self, slug: str, before: int) -> str | None:
        return probably_meant(
            slug, {known: name for known in self._named if (name := self._name(known, before)) is not None}
        )

    def _name(self, slug: str, before: int) -> str | None:
        """What it is called; None where nothing that stands before a position names it."""
        for named in self._named.get(slug, ()):
            if named.position < before and self._voids.stands(named.position, before):
                return named.name
        return None


class Catalogue:
    """Sources, fronts and dates, in the order of position. What was added last can be taken back."""

    def __init__(self) -> None:
        self._voids = Voids()
        self.sources = Names(self._voids)
        self.fronts = Names(self._voids)
        self._years: dict[str, dict[int, array[int]]] = {}
        """Of each front the developments that begin in each year, by position."""
        self._standing: dict[str, Counter[int]] = {}
        """How many of them stand, of the fronts of which that was asked since the last void."""
        self._extent: dict[str, tuple[int, int]] = {}
        """Of each front the first and the last year that was ever named."""
        self._undo: list[Callable[[], object]] = []
        """What takes back each addition that is not there for good."""

    def add_source(self, slug: str, name: str, position: int) -> None:
        """Take in a registration."""
        self.sources.add(slug, name, position)
        self._undo.append(partial(self.sources.remove_last, slug))

    def add_front(self, slug: str, name: str, position: int) -> None:
        """Take in an opening."""
        self.fronts.add(slug, name, position)
        self._undo.append(partial(self.fronts.remove_last, slug))

    def add_development(
        self, front: str, edtf: str, exact_start: datetime | None, exact_end: datetime | None, position: int
    ) -> None:
        """Take in that a development of a front was reported, with its occurred clock."""
        year = named_years(edtf, exact_start, exact_end).first
        if year is None:
            return
        positions = self._years.setdefault(front, {}).setdefault(year, array("q"))
        positions.append(position)
        first, last = self._extent.get(front, (year, year))
        self._extent[front] = min(first, year), max(last, year)
        if front in self._standing:
            self._standing[front][year] += 1
        self._undo.append(partial(self._remove_last_of, front, year))

    def add_void(self, named: int, position: int) -> None:
        """Take in that a record was entered by mistake."""
        self._voids.add(named, position)
        self._voids_changed()
        self._undo.append(partial(self._remove_last_void_of, named))

    def years_of(self, front: str, before: int) -> Mapping[int, int]:
        """How many developments of a front were dated to each year, before a position; some years may have none."""
        if before < ANY_POSITION:
            return self._standing_in(front, before)
        if front not in self._standing:
            self._standing[front] = self._standing_in(front, before)
        return self._standing[front]

    def may_be_far(self, front: str, year: int) -> bool:
        """Whether any development of a front lies far from a year: if not, there is nothing to look at closely."""
        first, last = self._extent.get(front, (year, year))
        return not last - MAX_YEARS_APART <= year <= first + MAX_YEARS_APART

    @property
    def mark(self) -> int:
        """Where the additions stand now."""
        return len(self._undo)

    def take_back(self, mark: int) -> None:
        """Forget what was added since a mark."""
        while len(self._undo) > mark:
            self._undo.pop()()

    def keep(self) -> None:
        """What was added so far is there for good."""
        self._undo.clear()

    def _remove_last_of(self, front: str, year: int) -> None:
        self._years[front][year].pop()
        if front in self._standing:
            self._standing[front][year] -= 1

    def _remove_last_void_of(self, named: int) -> None:
        self._voids.remove_last(named)
        self._voids_changed()

    def _voids_changed(self) -> None:
        self._standing.clear()
        self.sources.forget_guesses()
        self.fronts.forget_guesses()

    def _standing_in(self, front: str, before: int) -> Counter[int]:
        years, voided = self._years.get(front, {}), self._voids.voided(before)
        return Counter(
            {
                year: bisect_left(positions, before) - sum(_holds(positions, at) for at in voided)
                for year, positions in years.items()
            }
        )


def _holds(positions: Sequence[int], position: int) -> bool:
    place = bisect_left(positions, position)
    return place < len(positions) and positions[place] == position
