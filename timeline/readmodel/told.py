"""What was told of developments, kept ready to be told again.

What an answer tells of a development at its cuts follows from which of its events were known there, how its aspects
stood (on which side a source stands may change without an event of its own), and whether it was open. So it is kept
under these three, for as long as no event of the development is added to the log, the most recently asked in `most`
bytes. Developments that were ever merged are told anew each time.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from timeline.domain.facts import Recorded
from timeline.domain.history import Cuts
from timeline.domain.moments import to_micros
from timeline.domain.voids import root_of
from timeline.readmodel.documents import Documents
from timeline.readmodel.entries import Entry
from timeline.readmodel.past import Past
from timeline.readmodel.standing import Standing
from timeline.readmodel.versions import Seen

MOST_NEWS = 5_000
"""After so many new records all is forgotten, for to see whom they are about would take longer."""
_OVERHEAD = 320
"""Bytes that the keeping of a development takes, about, where there is one event and one way in which it was told."""
_OF_A_MOMENT = 150
_OF_A_VIEW = 400
"""Bytes of each further event, and of each further way."""

_View = tuple[tuple[int, ...], int] | int
"""Positions of the events that were known, and `Seen.aspects` with whether it was open.

Where there is but one event it is known to who sees the development, so that the second says all.
"""


class _Kept(Struct, gc=False):
    """Of one development: what was told of it last, and how it was seen then; others are told in other ways as well.

    `moments`: when each of its events was reported, and its position; none where there is but one event.
    """

    moments: tuple[tuple[int, int], ...]
    view: _View
    text: bytes
    others: dict[_View, bytes] | None = None

    @property
    def size(self) -> int:
        """Bytes in memory, about."""
        others = self.others or {}
        told = len(self.text) + sum(len(text) + _OF_A_VIEW for text in others.values())
        return told + _OVERHEAD + _OF_A_MOMENT * len(self.moments)

    def add(self, view: _View, text: bytes) -> None:
        """Keep another way in which it is told."""
        self.others = {**(self.others or {}), self.view: self.text}
        self.view, self.text = view, text


class Told:
    """Tells developments as `tell` does. It is asked by one thread at a time."""

    def __init__(self, past: Past, tell: Callable[[Entry], bytes], most: int) -> None:
        self.tell = tell
        self._past = past
        self._most = most
        self.size = 0
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._standing: Standing | None = None
        self._merged: frozenset[bytes] = frozenset()

    def page(self, standing: Standing, cuts: Cuts, rows: Sequence[Seen]) -> list[bytes]:
        """What is told of each row, in order."""
        self._hear_news(standing)
        known_at = to_micros(cuts.known_at)
        found = self._find(rows, cuts, known_at)
        missing = [row for row, told in zip(rows, found, strict=True) if told is None]
        if not missing:
            return found  # type: ignore[return-value]
        anew = self._tell(standing, cuts, missing, known_at)
        self._shrink()
        return [told or anew[row.key] for row, told in zip(rows, found, strict=True)]

    def _find(self, rows: Sequence[Seen], cuts: Cuts, known_at: int) -> list[bytes | None]:
        """What is kept of each row; None where nothing is."""
        found: list[bytes | None] = []
        of, use = self._kept.get, self._kept.move_to_end
        for row in rows:
            kept = of(row.key)
            if kept is None:
                found.append(None)
                continue
            use(row.key)
            view = _view(kept.moments, row, cuts, known_at)
            if view == kept.view:
                found.append(kept.text)
            else:
                found.append(kept.others.get(view) if kept.others else None)
        return found

    def _tell(self, standing: Standing, cuts: Cuts, rows: Sequence[Seen], known_at: int) -> dict[bytes, bytes]:
        """Tell these from the log, and keep that."""
        ids = {row.key: row.id for row in rows}
        histories = self._past.histories(list(standing.merged.together(ids.values())))
        entries = Documents(self._past, standing, cuts, histories).entries(list(ids.values()))
        told = {}
        for row in rows:
            told[row.key] = text = self.tell(entries[ids[row.key]])
            if row.key in self._merged:
                continue
            kept = self._kept.get(row.key)
            if kept is None:
                handled = (one for one in histories[ids[row.key]] if isinstance(one, Recorded))
                moments = _moments(one for one in handled if one.position not in standing.set_aside)
                kept = self._kept[row.key] = _Kept(moments, _view(moments, row, cuts, known_at), text)
                self.size += kept.size
            else:
                self.size -= kept.size
                kept.add(_view(kept.moments, row, cuts, known_at), text)
                self.size += kept.size
        return told

    def _hear_news(self, standing: Standing) -> None:
        """Forget what is no longer so."""
        before, self._standing = self._standing, standing
        if before is standing:
            return
        self._merged = frozenset(id.bytes for id in standing.merged.ids())
        news = standing.position - before.position if before and before.database is standing.database else -1
        if before is None or not 0 <= news <= MOST_NEWS:
            self._kept.clear()
            self.size = 0
            return
        touched = self._past.subjects(range(before.position + 1, standing.position + 1)).values()
        for key in {id.bytes for id in touched} | self._merged:
            self._forget(key)

    def _forget(self, key: bytes) -> None:
        if kept := self._kept.pop(key, None):
            self.size -= kept.size

    def _shrink(self) -> None:
        while self.size > self._most:
            self._forget(next(iter(self._kept)))


def _moments(events: Iterable[Recorded]) -> tuple[tuple[int, int], ...]:
    """When each event is known from, on the reported clock, with its position; a void as the event that it is about."""
    by_position = {one.position: one for one in events}
    roots = ((root_of(one, by_position) or one, position) for position, one in by_position.items())
    moments = tuple((to_micros(root.event.reported_at), position) for root, position in roots)
    return moments if len(moments) > 1 else ()


def _view(moments: tuple[tuple[int, int], ...], row: Seen, cuts: Cuts, known_at: int) -> _View:
    seen = row.aspects << 1 | row.open_on(cuts.as_of)
    if not moments:
        return seen
    return tuple(place for at, place in moments if at <= known_at and place <= cuts.position), seen
