"""Because of which events a development changed: those that exist at the later of two cuts and not at the earlier."""

from collections.abc import Iterable
from uuid import UUID

from timeline.domain.facts import Recorded
from timeline.domain.history import merge_target
from timeline.domain.values import source_id
from timeline.readmodel.cuts import HeldCuts
from timeline.readmodel.documents import Documents
from timeline.readmodel.entries import Entry
from timeline.readmodel.standing import Standing


class Causes:
    """The causes of changes from the cuts `then` to the cuts `now`."""

    def __init__(self, standing: Standing, then: HeldCuts, now: HeldCuts, earlier: Documents, later: Documents) -> None:
        self._standing = standing
        self._cuts = then.cuts, now.cuts
        self._documents = earlier, later
        self._identities = tuple(standing.identities(cuts) for cuts in self._cuts)

    def of(self, id: UUID, old: Entry | None, new: Entry | None) -> tuple[Recorded, ...]:
        """The events behind the change of one development, in the order of the fold."""
        found = self._new_of(self._part_of(id)) or self._new_of(self._targets(id))
        found += self._new_sides(old, new)
        return tuple(sorted(found, key=lambda one: one.reported_order))

    def _new_of(self, ids: Iterable[UUID]) -> list[Recorded]:
        """What is known of these at the later cuts, and was not at the earlier."""
        some = list(ids)
        earlier, later = (documents.known(some) for documents in self._documents)
        return [one for id in some for one in _added(earlier[id], later[id])]

    def _part_of(self, id: UUID) -> set[UUID]:
        """The development, and whatever is part of it at either cut."""
        return {id} | {other for ends in self._ends(id) for other, end in ends.items() if end == id}

    def _targets(self, id: UUID) -> set[UUID]:
        """What the development is part of at either cut: where it came into view, it took the development in."""
        return {ends[id] for ends in self._ends(id) if id in ends}

    def _ends(self, id: UUID) -> list[dict[UUID, UUID]]:
        """At each cut: what of the group is part of what."""
        if self._standing.merged.stands_alone(id):
            return []
        of_each = (documents.states(self._standing.merged.group_of(id)) for documents in self._documents)
        return [
            {other: end for other, state in states.items() if (end := merge_target(state, states))}
            for states in of_each
        ]

    def _new_sides(self, old: Entry | None, new: Entry | None) -> list[Recorded]:
        """What was told of sources that spoke, or were cited, and are others or stand on another side than before."""
        if old is None or new is None:
            return []
        accounts = [given.account for entry in (old, new) for given in entry.state.accounts]
        slugs = {slug for one in accounts for slug in (one.source, one.origin) if slug}
        was, now_is = self._identities
        found: list[Recorded] = []
        for slug in sorted(self._standing.linked.together(one for one in slugs if was(one) != now_is(one))):
            found += _added(*(self._standing.catalogue_events(source_id(slug), cuts) for cuts in self._cuts))
        return found


def _added(earlier: Iterable[Recorded], later: Iterable[Recorded]) -> list[Recorded]:
    """What is there later and was not before."""
    there = {one.position for one in earlier}
    return [one for one in later if one.position not in there]
