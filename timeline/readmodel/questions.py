"""The questions that readers ask of the journal, each at the three cuts.

Nothing here loads an aggregate or touches the store: a question brings the journal up to date through
the `refresh` it was given, folds what the cuts let through, and answers with plain values.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Protocol
from uuid import UUID

from timeline.domain.facts import (
    DevelopmentReported,
    DevelopmentRevised,
    Fact,
    FrontOpened,
    Recorded,
    SourceRegistered,
    Unreadable,
)
from timeline.domain.history import (
    Cuts,
    DevelopmentState,
    FrontState,
    Histories,
    catalogued,
    combined,
    fold_development,
    fold_front,
    fold_source,
    known_by,
    merge_target,
)
from timeline.domain.moments import format_instant
from timeline.domain.status import AffiliationOf
from timeline.domain.values import source_id
from timeline.domain.vocabulary import SourceKind, Status
from timeline.errors import InvalidValue, NothingKnown
from timeline.readmodel.changes import Changes, compared
from timeline.readmodel.cuts import HeldCuts, WantedCuts, held_cuts
from timeline.readmodel.entries import Entry, FrontEntry, SourceEntry, Step, TimelineAnswer
from timeline.readmodel.filters import Filters
from timeline.readmodel.journal import Journal


class Refresh(Protocol):
    """Brings the journal up to date; `settled`: with what is being written at this moment."""

    def __call__(self, *, settled: bool = False) -> None:
        """Do so."""


class Reader:
    """Answers questions about one log.

    `refresh` brings the journal up to date; `now` tells the time (UTC) for questions that name none.
    """

    def __init__(self, journal: Journal, refresh: Refresh, now: Callable[[], datetime]) -> None:
        self._journal = journal
        self._refresh = refresh
        self._now = now

    def hold(self, wanted: WantedCuts) -> HeldCuts:
        """The cuts that hold for a question asked now."""
        self._refresh()
        last = self._journal.recorded_at(self._journal.position)
        if isinstance(wanted.recorded_at, datetime) and (last is None or wanted.recorded_at > last):
            # Something may be on its way into the log that was recorded by then; the answer must hold for ever.
            self._refresh(settled=True)
        return held_cuts(wanted, self._journal, self._now())

    def timeline(self, wanted: WantedCuts, filters: Filters = Filters()) -> TimelineAnswer:  # noqa: B008 - frozen
        """The developments at these cuts that pass the filters."""
        held = self.hold(wanted)
        entries = tuple(sorted(self._entries(held.cuts), key=lambda entry: entry.sort_key))
        return TimelineAnswer(held, entries).narrowed(filters)

    def development(self, id: UUID, wanted: WantedCuts) -> tuple[HeldCuts, Entry]:
        """One development at these cuts, whether or not it had occurred by `as_of`.

        Raises `NothingKnown` where nothing was known of it.
        """
        held = self.hold(wanted)
        states = self._states(held.cuts)
        if id not in states:
            raise NothingKnown(
                f"id: no development {id} is known at these cuts",
                ({"field": "id", "value": str(id), "allowed": "the id of a development known at these cuts"},),
            )
        state = combined(states).get(id, states[id])
        return held, self._entry(state, held.cuts, self._affiliations(held.cuts))

    def reporting(self, id: UUID, wanted: WantedCuts) -> tuple[HeldCuts, tuple[Step, ...]]:
        """How the reporting of a development went, event by event in the order of the fold.

        The events of entries that were merged into it belong to it.
        """
        held, _ = self.development(id, wanted)
        states = self._states(held.cuts)
        merged = [other for other in states if merge_target(states[other], states) == id]
        events = sorted(
            (one for member in (id, *merged) for one in self._known(member, held.cuts)),
            key=lambda one: one.reported_order,
        )
        affiliation_of = self._affiliations(held.cuts)
        steps = []
        for count, one in enumerate(events, 1):
            folded = {member: fold_development(member, _of(member, events[:count])) for member in (id, *merged)}
            visible = {member: state for member, state in folded.items() if state.visible}
            state = combined(visible).get(id, folded[id])
            steps.append(Step(one, state.statuses(affiliation_of)))
        return held, tuple(steps)

    def changes(
        self, since: datetime, until: datetime, recorded_at: int | datetime | None, filters: Filters
    ) -> Changes:
        """What changed in what was known between two moments (UTC, reported clock), as this log holds it.

        Filters look at the state after the change. Raises `InvalidValue` for a since after until.
        """
        if since > until:
            raise InvalidValue("since", format_instant(since), "a moment not after until")
        now = self.hold(WantedCuts(None, until, recorded_at))
        then = self.hold(WantedCuts(None, since, now.cuts.position))
        before, after = ({entry.state.id: entry for entry in self._known_entries(held.cuts)} for held in (then, now))

        def reported_between(id: UUID) -> Iterable[Recorded]:
            return (one for one in self._known(id, now.cuts) if one.event.reported_at > since)

        found = compared(before, after, reported_between)
        wanted = [one for one in found if filters.pass_entry(one.entry.state, one.entry.statuses)]
        return Changes(then, now, tuple(sorted(wanted, key=lambda one: one.entry.sort_key)))

    def fronts(self, wanted: WantedCuts) -> tuple[HeldCuts, tuple[FrontEntry, ...]]:
        """Every lane that was opened or that a development names, in the order of opening."""
        answer = self.timeline(wanted)
        return answer.held, self.lanes(answer)

    def lanes(self, answer: TimelineAnswer, also: Iterable[str] = ()) -> tuple[FrontEntry, ...]:
        """The lanes at the cuts of an answer, with its developments counted; `also` names more of them."""
        counts: dict[str, Counter[Status]] = {}
        for entry in answer.entries:
            counts.setdefault(entry.state.described.front, Counter())[entry.status] += 1
        opened = {front.opened.slug: front for front in self._opened_fronts(answer.held.cuts)}
        slugs = (*opened, *sorted({*counts, *also} - set(opened)))
        return tuple(
            FrontEntry(slug, opened.get(slug) or _unopened(slug), dict(counts.get(slug, {}))) for slug in slugs
        )

    def fronts_named(self, held: HeldCuts) -> frozenset[str]:
        """Every front that an event of the recorded cut puts a development on, whatever the other two cuts."""
        facts = (
            one.event.fact
            for history in list(self._journal.developments.values())
            for one in history
            if one.position <= held.cuts.position
        )
        return frozenset(front for fact in facts if (front := _front_named(fact)))

    def reported_days(self) -> tuple[datetime, datetime] | None:
        """The first and the last time at which anything was reported of a development; None for an empty log."""
        self._refresh()
        histories = list(self._journal.developments.values())
        if not histories:
            return None
        return (
            min(history[0].event.reported_at for history in histories),
            max(history[-1].event.reported_at for history in histories),
        )

    def sources(self, wanted: WantedCuts) -> tuple[HeldCuts, tuple[SourceEntry, ...]]:
        """Every source that was registered or that gave an account, by slug."""
        held = self.hold(wanted)
        given: Counter[str] = Counter()
        in_force: Counter[str] = Counter()
        for state in self._states(held.cuts).values():
            for one in state.accounts:
                given[one.account.source] += 1
                in_force[one.account.source] += one.in_force
        registered = {
            source.slug: source
            for history in self._journal.sources.values()
            if (source := fold_source(catalogued(history, held.cuts.known_at, held.cuts.position)))
        }
        return held, tuple(
            SourceEntry(registered.get(slug) or unregistered(slug), slug in registered, given[slug], in_force[slug])
            for slug in sorted({*registered, *given})
        )

    def source(self, slug: str, held: HeldCuts) -> SourceRegistered:
        """One source at these cuts; where it was not registered only its slug is known."""
        history = self._journal.sources.get(source_id(slug), ())
        return fold_source(catalogued(history, held.cuts.known_at, held.cuts.position)) or unregistered(slug)

    def histories(self) -> Histories:
        """All that the log holds at this moment, event by event, for whoever has to compare it with something else."""
        self._refresh()
        journal = self._journal
        return Histories(
            dict(journal.developments), dict(journal.fronts), dict(journal.sources), dict(journal.data_sets)
        )

    def set_aside(self) -> tuple[Unreadable, ...]:
        """The events that could not be read."""
        self._refresh()
        return self._journal.set_aside

    def _known(self, id: UUID, cuts: Cuts) -> list[Recorded]:
        return known_by(self._journal.developments.get(id, ()), cuts.known_at, cuts.position)

    def _states(self, cuts: Cuts) -> dict[UUID, DevelopmentState]:
        states = {id: fold_development(id, self._known(id, cuts)) for id in list(self._journal.developments)}
        return {id: state for id, state in states.items() if state.visible}

    def _entries(self, cuts: Cuts) -> Iterable[Entry]:
        return (one for one in self._known_entries(cuts) if one.state.described.occurred.begun_by(cuts.as_of))

    def _known_entries(self, cuts: Cuts) -> Iterable[Entry]:
        """Whatever was known, whether or not it had occurred by `as_of`."""
        affiliation_of = self._affiliations(cuts)
        return (self._entry(state, cuts, affiliation_of) for state in combined(self._states(cuts)).values())

    def _entry(self, state: DevelopmentState, cuts: Cuts, affiliation_of: AffiliationOf) -> Entry:
        return Entry(state, state.statuses(affiliation_of), state.described.occurred.open_on(cuts.as_of))

    def _affiliations(self, cuts: Cuts) -> AffiliationOf:
        @cache
        def affiliation_of(slug: str) -> str | None:
            source = fold_source(
                catalogued(self._journal.sources.get(source_id(slug), ()), cuts.known_at, cuts.position)
            )
            return source.affiliation if source else None

        return affiliation_of

    def _opened_fronts(self, cuts: Cuts) -> list[FrontState]:
        histories = sorted(
            ((min(one.position for one in history), history) for history in list(self._journal.fronts.values())),
            key=lambda one: one[0],
        )
        folded = (fold_front(catalogued(history, cuts.known_at, cuts.position)) for _, history in histories)
        return [front for front in folded if front]


def _front_named(fact: Fact) -> str | None:
    match fact:
        case DevelopmentReported(description):
            return description.front
        case DevelopmentRevised(changes) if changes.front:
            return changes.front
    return None


def _unopened(slug: str) -> FrontState:
    return FrontState(FrontOpened(slug, slug.replace("-", " ").capitalize()))


def unregistered(slug: str) -> SourceRegistered:
    """A source of which only the slug is known."""
    return SourceRegistered(slug, slug, SourceKind.OTHER)


def _of(id: UUID, events: Iterable[Recorded]) -> list[Recorded]:
    return [one for one in events if one.event.originator_id == id]
