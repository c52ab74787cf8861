"""Which developments have to be read together, because merges ever connected them."""

from collections.abc import Iterable
from uuid import UUID


class Merged:
    """Groups of developments. Who is not in any stands alone."""

    def __init__(self, merges: Iterable[tuple[UUID, UUID]] = ()) -> None:
        self._groups: dict[UUID, frozenset[UUID]] = {}
        for id, target in merges:
            self.connect(id, target)

    def connect(self, id: UUID, target: UUID) -> None:
        """Take in that one was merged into the other."""
        group = self.group_of(id) | self.group_of(target)
        self._groups.update(dict.fromkeys(group, group))

    def group_of(self, id: UUID) -> frozenset[UUID]:
        """The development and whatever merges connect it with."""
        return self._groups.get(id) or frozenset((id,))

    def stands_alone(self, id: UUID) -> bool:
        """Whether no merge ever touched it."""
        return id not in self._groups

    def together(self, ids: Iterable[UUID]) -> set[UUID]:
        """These and all that have to be read with them."""
        return {member for id in ids for member in self.group_of(id)}
