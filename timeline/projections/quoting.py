"""Which developments a source spoke of, or is cited in: whoever becomes another may change how they stand."""

from collections.abc import Iterable
from itertools import chain
from typing import Protocol
from uuid import UUID

from timeline.projections.knowledge import Knowledge
from timeline.projections.projection import Quoting
from timeline.readmodel.databases import Asked
from timeline.readmodel.search import origin_word, positions, source_word


class Subjects(Protocol):
    """What the records of the log are about."""

    def subjects(self, positions: list[int]) -> dict[int, UUID]:
        """The subjects of the records at these positions."""


def quoting(asked: Asked, engine: str, known: Knowledge, log: Subjects) -> Quoting:
    """Finds the developments of which a source gave an account, or an account rests on its word, by the index."""

    def found(slug: str) -> Iterable[UUID]:
        words = source_word(slug), origin_word(slug)
        events = chain.from_iterable(positions(asked, engine, word, known.position) for word in words)
        return set(log.subjects(sorted(set(events))).values())

    return found
