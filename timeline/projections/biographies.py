"""The biography of a development: how it looked at every moment of the reported clock, and how that view came about.

Developments that merges connect share one biography. It learns events in the order in which the log recorded them; each
one may change how its developments looked at any later moment of the reported clock, and never how they looked earlier.
So what it gives for a history is the same whether it learnt all of it at once or event by event, in one process or
in ten: rows that are built anew are the rows that were built as the events came.
"""

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from timeline.domain.facts import AccountGiven, DevelopmentReported, EntryVoided, Recorded, category_of
from timeline.domain.history import DevelopmentState, apply, combined, fold_development
from timeline.domain.moments import to_micros
from timeline.domain.voids import root_of, voided_in
from timeline.projections.sides import Sides, changes_since
from timeline.readmodel.versions import Look, Version, look_of

Voices = Counter[tuple[int, str, bool]]
"""(since when, source, whether only those in force are meant) -> how many accounts more, or less."""

_Piece = tuple[int, int | None, Look]


class Biography:
    """What was recorded of some developments so far, and the rows that hold at this point of the log."""

    def __init__(self, members: Iterable[UUID], sides: Sides) -> None:
        self._events: dict[UUID, list[Recorded]] = {id: [] for id in members}
        self._about_sources: list[Recorded] = []
        self._sides = sides
        self._position = 0
        self._voided: dict[int, Recorded] = {}
        """What is voided at this point of the log, by position."""
        self._latest = {id: DevelopmentState(id) for id in self._events}
        """How each stands after all that was learnt."""
        self.rows: dict[UUID, list[Version]] = {id: [] for id in self._events}
        """The version rows in force now, by reported clock."""

    def learn(self, one: Recorded) -> list[Version]:
        """Take in the next event in the order of position; returns every row that it opened or closed.

        Where it raises, nothing was taken in.
        """
        about_source = _about_source(one)
        if not about_source and self._is_latest(one):
            return self._learn_latest(one)
        kept = self._about_sources if about_source else self._events[one.event.originator_id]
        insort(kept, one, key=_order)
        if about_source and not any(self._events.values()):
            return []  # it is on this side from the beginning
        voided = self._voided
        try:
            since = self._since(one)
            states = self._states_at(since, one)
            looks = self._looks(states, since, one.position)
        except Exception:
            kept.remove(one)
            self._voided = voided
            raise
        self._latest = states
        self._position = one.position
        return [row for id, found in looks.items() for row in self._replace(id, to_micros(since), found)]

    def _is_latest(self, one: Recorded) -> bool:
        """Whether it is about the only development here, and later than all that was learnt before."""
        events, about = self._events.get(one.event.originator_id, ()), self._about_sources
        at = one.event.reported_at
        return (
            len(self._events) == 1
            and not isinstance(one.event.fact, EntryVoided)
            and (not events or events[-1].event.reported_at < at)
            and (not about or about[-1].event.reported_at < at)
        )

    def _learn_latest(self, one: Recorded) -> list[Version]:
        """As `learn`, where nothing follows: most news is of this sort, and this takes a third of the time."""
        id, since = one.event.originator_id, to_micros(one.event.reported_at)
        state = apply(self._latest[id], one)
        shown = self._shown({id: state}, one.event.reported_at, one.position)
        self._events[id].append(one)
        self._latest[id] = state
        self._position = one.position
        rows, look = self.rows[id], shown.get(id)
        if look is None or (rows and rows[-1].look == look):
            return []
        opened = Version(id, look, since, None, one.position)
        if not rows:
            rows.append(opened)
            return [opened]
        closed = rows.pop()
        closed.recorded_to = one.position
        shortened = Version(id, closed.look, closed.reported_from, since, one.position)
        rows += [shortened, opened]
        return [shortened, opened, closed]

    def voices(self) -> Voices:
        """When each source gave an account of a development in view, or took one back."""
        return voices_of(self._events.values())

    def _since(self, news: Recorded) -> datetime:
        """From which moment of the reported clock on an event may change something; what it voids is voided now."""
        if _about_source(news):
            return changes_since(news)
        if not isinstance(news.event.fact, EntryVoided):
            return news.event.reported_at
        own = {event.position: event for event in self._events[news.event.originator_id]}
        of_others = {position: void for position, void in self._voided.items() if position not in own}
        self._voided = of_others | voided_in(own.values())
        root = root_of(news, own)
        return root.event.reported_at if root else news.event.reported_at

    def _states_at(self, since: datetime, news: Recorded) -> dict[UUID, DevelopmentState]:
        """How each development stood at a moment; most news is later than all that was learnt before."""
        is_void = isinstance(news.event.fact, EntryVoided)
        if is_void or any(events and events[-1].event.reported_at > since for events in self._events.values()):
            return {
                id: fold_development(id, events[: bisect_right(events, since, key=_reported_at)], self._voided)
                for id, events in self._events.items()
            }
        id = news.event.originator_id
        return {**self._latest, id: apply(self._latest[id], news)} if id in self._latest else dict(self._latest)

    def _looks(
        self, states: dict[UUID, DevelopmentState], since: datetime, position: int
    ) -> dict[UUID, list[tuple[int, Look | None]]]:
        """How each development looked from `since` on: (from when, look), where None is out of view.

        `states` are those at `since`; they are brought to how they are at the end.
        """
        found: dict[UUID, list[tuple[int, Look | None]]] = {id: [] for id in states}
        moment = since
        following = self._following(since)
        while True:
            shown = self._shown(states, moment, position)
            for id, looks in found.items():
                looks.append((to_micros(moment), shown.get(id)))
            step = next(following, None)
            if step is None:
                return found
            moment, events = step
            for one in events:
                if not _about_source(one):
                    states[one.event.originator_id] = apply(states[one.event.originator_id], one, self._voided)

    def _following(self, since: datetime) -> Iterator[tuple[datetime, Iterator[Recorded]]]:
        """The later moments at which something was reported, with what."""
        later = [
            one
            for events in (*self._events.values(), self._about_sources)
            for one in events[bisect_right(events, since, key=_reported_at) :]
        ]
        return groupby(sorted(later, key=_order), key=_reported_at)

    def _shown(self, states: Mapping[UUID, DevelopmentState], moment: datetime, position: int) -> dict[UUID, Look]:
        visible = {id: state for id, state in states.items() if state.visible}
        identity_of = self._sides.at(moment, position)
        standing = combined(visible) if len(states) > 1 else visible
        return {id: look_of(state, state.statuses(identity_of)) for id, state in standing.items()}

    def _replace(self, id: UUID, since: int, looks: Sequence[tuple[int, Look | None]]) -> list[Version]:
        """Put what was found in the place of what held from `since` on; returns the rows opened and closed."""
        before = self.rows[id]
        pieces = [
            (row.reported_from, since if row.reported_to is None else min(row.reported_to, since), row.look)
            for row in before
            if row.reported_from < since
        ]
        wanted = _joined([*pieces, *_pieces(looks)])
        held = {(row.reported_from, row.reported_to, row.look): row for row in before}
        rows = []
        changed = []
        for reported_from, reported_to, look in wanted:
            row = held.pop((reported_from, reported_to, look), None)
            if row is None:
                row = Version(id, look, reported_from, reported_to, self._position)
                changed.append(row)
            rows.append(row)
        for row in held.values():
            row.recorded_to = self._position
            changed.append(row)
        self.rows[id] = rows
        return changed


def voices_of(histories: Iterable[Sequence[Recorded]]) -> Voices:
    """When each source gave an account of a development in view, or took one back; histories are in fold order."""
    found: Voices = Counter()
    for events in histories:
        state = DevelopmentState(events[0].event.originator_id) if events else None
        before: Counter[tuple[str, bool]] = Counter()
        voided = voided_in(events)
        for moment, some in groupby(events, key=_reported_at):
            for one in some:
                assert state  # noqa: S101 - there are events
                state = apply(state, one, voided)
            if state is None or not state.visible:
                continue
            now = Counter((given.account.source, False) for given in state.accounts)
            now.update((given.account.source, True) for given in state.accounts if given.in_force)
            for source, in_force in {**before, **now}:
                change = now[source, in_force] - before[source, in_force]
                if change:
                    found[to_micros(moment), source, in_force] += change
            before = now
    return found


def speakers(one: Recorded) -> tuple[str, ...]:
    """The sources of which an event gives the account."""
    match one.event.fact:
        case DevelopmentReported(_, account) | AccountGiven(account):
            return (account.source,)
    return ()


def cited(one: Recorded) -> tuple[str, ...]:
    """The sources on whose word an event says that its account rests."""
    match one.event.fact:
        case DevelopmentReported(_, account) | AccountGiven(account) if account.origin:
            return (account.origin,)
    return ()


def _pieces(looks: Sequence[tuple[int, Look | None]]) -> Iterator[_Piece]:
    """Looks with the moment at which the next one follows."""
    ends = [*(start for start, _ in looks[1:]), None]
    for (start, look), end in zip(looks, ends, strict=True):
        if look is not None:
            yield start, end, look


def _joined(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    """The same with neighbours of one look made one."""
    last: _Piece | None = None
    for piece in pieces:
        if last and last[1] == piece[0] and last[2] == piece[2]:
            last = (last[0], piece[1], piece[2])
            continue
        if last:
            yield last
        last = piece
    if last:
        yield last


def _about_source(one: Recorded) -> bool:
    return category_of(one.event.fact) == "source"


def _reported_at(one: Recorded) -> datetime:
    return one.event.reported_at


def _order(one: Recorded) -> tuple[datetime, int]:
    return one.reported_order
