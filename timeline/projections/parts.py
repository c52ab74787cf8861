"""The parts that a log is taken apart into when rows are built from nothing, and the making of a piece of each."""

from collections.abc import Callable, Sequence
from uuid import UUID

from msgspec import Struct

from timeline.domain.facts import TOPICS, DevelopmentReported, Recorded, Unreadable, sort_of
from timeline.projections.first_words import FirstWords
from timeline.projections.knowledge import Knowledge
from timeline.projections.pieces import Piece, piece_of
from timeline.projections.projection import Projection
from timeline.projections.sides import Sides
from timeline.projections.survey import Survey
from timeline.readmodel.merged import Merged
from timeline.store.log import ConflictLog

STRETCH = 10_000
"""Records in a part of the log."""
GROUPS = 1_000
"""Groups of developments in a part."""


class Stretch(Struct, frozen=True):
    """The developments with one event of a stretch of the log, from position to position."""

    first: int
    last: int


class Histories(Struct, frozen=True):
    """Some groups of developments, each with all that was recorded of it."""

    groups: list[frozenset[UUID]]


Part = Stretch | Histories


def parts_of(found: Survey) -> list[Part]:
    """All parts of a log, the costly ones last."""
    groups = found.groups
    return [
        *(Stretch(start, min(start + STRETCH - 1, found.last)) for start in range(1, found.last + 1, STRETCH)),
        *(Histories(groups[start : start + GROUPS]) for start in range(0, len(groups), GROUPS)),
    ]


class Workshop:
    """Makes pieces of parts, each for itself: nothing is remembered from one to the next."""

    def __init__(self, log: ConflictLog, found: Survey) -> None:
        self._log = log
        self._found = found
        self._sides = Sides(found.catalogue)
        self._merged = Merged(found.merges)

    def pieces(self, part: Part) -> list[Piece]:
        """What a part brings."""
        return self._of_stretch(part) if isinstance(part, Stretch) else [self._of_histories(part)]

    def _of_stretch(self, part: Stretch) -> list[Piece]:
        readable = self._readable(part)
        collected, others = FirstWords(), []
        for position, subject, version, topic, state in self._log.records.queries.plain(part.first, part.last):
            if topic in TOPICS and (subject in self._found.busy or sort_of(topic) != "development"):
                continue
            told = topic == DevelopmentReported.TOPIC and version == 1 and readable(position)
            if not (told and collected.add(position, subject, state)):
                others.append(position)
        return [collected.piece(), *([self._projected(self._log.at(others))] if others else [])]

    def _readable(self, part: Stretch) -> Callable[[int], bool]:
        """Whether every value of a record is right, which for those that are not known is found out by reading them."""
        known = self._found.known
        if part.last <= known.last:
            return lambda position: position not in known.doubtful
        records = self._log.after(part.first - 1, part.last - part.first + 1)
        right = {one.position for one in records if isinstance(one, Recorded)}
        return lambda position: position in right

    def _of_histories(self, part: Histories) -> Piece:
        ids = [id for group in part.groups for id in group]
        histories = self._log.histories(ids, self._found.known)
        told = [one for history in histories.values() for one in history if one.position <= self._found.last]
        return self._projected(sorted(told, key=lambda one: one.position))

    def _projected(self, records: list[Recorded | Unreadable]) -> Piece:
        """What records bring that are all there is of what they are about."""
        knowledge = Knowledge({}, {}, self._sides, self._merged, set())
        return piece_of(Projection(_Nothing(), knowledge, lambda _: ()).project(records), len(records))


class _Nothing:
    """The past of what is told from its beginning."""

    def histories(self, ids: Sequence[UUID]) -> dict[UUID, list[Recorded | Unreadable]]:
        return {id: [] for id in ids}
