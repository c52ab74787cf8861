"""Which developments a source spoke of: whoever changes sides may change how they stand."""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from timeline.projections.knowledge import Knowledge
from timeline.projections.projection import Quoting
from timeline.readmodel.databases import Asked
from timeline.readmodel.search import positions, source_word


class Subjects(Protocol):
    """What the records of the log are about."""

    def subjects(self, positions: list[int]) -> dict[int, UUID]:
        """The subjects of the records at these positions."""


def quoting(asked: Asked, engine: str, known: Knowledge, log: Subjects) -> Quoting:
    """Finds the developments of which a source gave an account, by the search index."""

    def found(source: UUID) -> Iterable[UUID]:
        slug = known.slugs.get(source)
        if slug is None:
            return ()
        return set(log.subjects(positions(asked, engine, source_word(slug), known.position)).values())

    return found
