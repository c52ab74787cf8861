"""The whole of a development, folded from the log for the few that a page shows."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from timeline.domain.facts import DevelopmentMerged, Recorded, Unreadable
from timeline.domain.history import Cuts, DevelopmentState, combined, fold_development, known_by, merge_target
from timeline.domain.voids import root_of, voided_in
from timeline.readmodel.entries import Entry
from timeline.readmodel.past import Past
from timeline.readmodel.standing import Standing

_TOGETHER = 1_000

Histories = Mapping[UUID, Sequence[Recorded | Unreadable]]


class Documents:
    """Developments at the cuts of a question. What the rows do not tell is read from the log.

    `histories` are those that were read already; all others are asked of the log.
    """

    def __init__(self, past: Past, standing: Standing, cuts: Cuts, histories: Histories | None = None) -> None:
        self._past = past
        self._read = histories or {}
        self._standing = standing
        self._cuts = cuts
        self._identity_of = standing.identities(cuts)

    def entries(self, ids: Sequence[UUID]) -> dict[UUID, Entry]:
        """The entries of these developments, of those that are known and not part of another."""
        found: dict[UUID, Entry] = {}
        for start in range(0, len(ids), _TOGETHER):
            some = ids[start : start + _TOGETHER]
            states = combined(self.states(self._standing.merged.together(some)))
            found |= {id: self.entry(states[id]) for id in some if id in states}
        return found

    def entry(self, state: DevelopmentState) -> Entry:
        """A state as answers have it."""
        return Entry(state, state.statuses(self._identity_of), state.described.occurred.open_on(self._cuts.as_of))

    def states(self, ids: Collection[UUID]) -> dict[UUID, DevelopmentState]:
        """The developments in view among these, each for itself."""
        states = {id: fold_development(id, known) for id, known in self.known(ids).items()}
        return {id: state for id, state in states.items() if state.visible}

    def merged_into(self, id: UUID) -> DevelopmentState | None:
        """The development that one in view is part of; None where it stands on its own, or is not in view."""
        if self._standing.merged.stands_alone(id):
            return None
        states = self.states(self._standing.merged.group_of(id))
        target = merge_target(states[id], states) if id in states else None
        return None if target is None else states[target]

    def events_behind(self, ids: Sequence[UUID]) -> Iterator[list[Recorded]]:
        """The events of each of these and of what is part of it, each time in the order of recording.

        A merge that was undone is left out, with what undid it: whoever takes in the events of the one development need
        not hold the other.
        """
        known = self.known(self._standing.merged.together(ids))
        states = {id: fold_development(id, told) for id, told in known.items()}
        states = {id: state for id, state in states.items() if state.visible}
        parts: dict[UUID, list[UUID]] = {}
        for id, state in states.items():
            parts.setdefault(merge_target(state, states) or id, []).append(id)
        for id in ids:
            events = (one for part in parts.get(id, ()) for one in _without_undone_merges(known[part]))
            yield sorted(events, key=lambda one: one.position)

    def known(self, ids: Collection[UUID]) -> Mapping[UUID, list[Recorded]]:
        """What was known of each of these, in the order of the fold."""
        histories = {id: self._read[id] for id in ids if id in self._read}
        if missing := [id for id in ids if id not in histories]:
            histories |= self._past.histories(missing)
        return {
            id: known_by(self._handled(told), self._cuts.known_at, self._cuts.position)
            for id, told in histories.items()
        }

    def _handled(self, history: Iterable[Recorded | Unreadable]) -> Iterable[Recorded]:
        aside = self._standing.set_aside
        return (one for one in history if isinstance(one, Recorded) and one.position not in aside)


def _without_undone_merges(history: Sequence[Recorded]) -> list[Recorded]:
    """The events of a development without the merges that are voided, and without the voids that are about them."""
    voided = voided_in(history)
    by_position = {one.position: one for one in history}
    roots = ((one, root_of(one, by_position)) for one in history)
    return [
        one
        for one, root in roots
        if not (root and isinstance(root.event.fact, DevelopmentMerged) and root.position in voided)
    ]
