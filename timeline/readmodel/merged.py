"""Which developments have to be read together, because merges ever connected them."""

from collections.abc import Iterable
from uuid import UUID


class _Group:
    """Developments that belong together; `members` is made when it is asked for."""

    def __init__(self, id: UUID) -> None:
        self.ids = {id}
        self._members: frozenset[UUID] | None = None

    def take(self, other: "_Group") -> None:
        self.ids |= other.ids
        self._members = None

    @property
    def members(self) -> frozenset[UUID]:
        found = self._members
        if found is None:
            found = self._members = frozenset(self.ids)
        return found


class Merged:
    """Groups of developments. Who is not in any stands alone."""

    def __init__(self, merges: Iterable[tuple[UUID, UUID]] = ()) -> None:
        self._groups: dict[UUID, _Group] = {}
        for id, target in merges:
            self.connect(id, target)

    def connect(self, id: UUID, target: UUID) -> None:
        """Take in that one was merged into the other."""
        one, other = (self._groups.get(which) or _Group(which) for which in (id, target))
        if one is other:
            return
        larger, smaller = (one, other) if len(one.ids) > len(other.ids) else (other, one)
        larger.take(smaller)
        self._groups.update(dict.fromkeys(smaller.ids, larger))
        self._groups.update(dict.fromkeys((id, target), larger))

    def group_of(self, id: UUID) -> frozenset[UUID]:
        """The development and whatever merges connect it with."""
        group = self._groups.get(id)
        return group.members if group else frozenset((id,))

    def stands_alone(self, id: UUID) -> bool:
        """Whether no merge ever touched it."""
        return id not in self._groups

    def ids(self) -> Iterable[UUID]:
        """All that a merge ever touched."""
        return self._groups.keys()

    def together(self, ids: Iterable[UUID]) -> set[UUID]:
        """These and all that have to be read with them."""
        return {member for group in {self.group_of(id) for id in ids} for member in group}
