"""The questions that readers ask, each at the three cuts, answered from version rows and, for a page, from the log.

A question first has the rows brought up to date (`refresh`), and then sees one position of one generation, whatever is
written meanwhile.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from timeline.domain.facts import Recorded, SourceRegistered, Unreadable
from timeline.domain.history import Cuts, combined, fold_development, merge_target
from timeline.domain.values import front_id, source_id
from timeline.domain.vocabulary import Status
from timeline.domain.voids import voided_in
from timeline.errors import NothingKnown
from timeline.readmodel.change_questions import ChangeQuestions
from timeline.readmodel.cuts import HeldCuts, WantedCuts
from timeline.readmodel.density import Bucket, Density
from timeline.readmodel.documents import Documents
from timeline.readmodel.entries import DensityAnswer, Entry, FrontEntry, Page, SourceEntry, Step, TimelineAnswer
from timeline.readmodel.filters import Filters
from timeline.readmodel.front_records import FrontRecord, front_record
from timeline.readmodel.nearby import Neighbour, neighbours
from timeline.readmodel.overviews import overview
from timeline.readmodel.rows import After, Window, all_rows, read_rows, read_seen
from timeline.readmodel.selection import asks_documents, guard_rows, selected
from timeline.readmodel.showings import Showing, read_showings
from timeline.readmodel.sorts import Sort, read_sorted, selected_sorted
from timeline.readmodel.spread import Spread, spread
from timeline.readmodel.standing import Standing, set_aside_in, unopened
from timeline.readmodel.surveys import EVERYTHING, Surveys
from timeline.readmodel.told import Told
from timeline.readmodel.unknown_slugs import unknown_front, unknown_source
from timeline.readmodel.versions import STATUSES, VersionRow


class Reader(Surveys, ChangeQuestions):
    """Answers questions about one log."""

    def timeline(
        self, wanted: WantedCuts, filters: Filters = EVERYTHING, limit: int | None = None, after: After | None = None
    ) -> TimelineAnswer:
        """The developments at these cuts that pass the filters: all, or up to `limit` after where a page ended."""
        with self._turn:
            standing, held = self._held(wanted)
            found = self._entries(standing, _window(standing, held.cuts, filters), limit, after)
            entries = tuple(found if limit is None else islice(found, limit + 1))
        return TimelineAnswer(held, entries[:limit], more=limit is not None and len(entries) > limit)

    def rows(
        self,
        wanted: WantedCuts,
        filters: Filters = EVERYTHING,
        limit: int = 500,
        after: After | None = None,
        *,
        begun: bool = False,
    ) -> tuple[HeldCuts, list[VersionRow]]:
        """The same as lists and charts need it: what the rows tell, and nothing of the accounts.

        `begun` leaves out what began before the window and reaches into it. Raises `InvalidValue` for filters that only
        the whole of a development can meet.
        """
        guard_rows(filters)
        with self._turn:
            standing, held = self._held(wanted)
            window = _window(standing, held.cuts, filters, begun=begun)
            return held, read_rows(standing.database, standing.front_slugs, window, limit, after)

    def showings(
        self, wanted: WantedCuts, filters: Filters, limit: int, *, begun: bool = False
    ) -> tuple[HeldCuts, list[Showing]]:
        """How what may have begun by `as_of` looked over the whole reported clock, up to `limit` looks.

        `begun` as in `rows`, and `InvalidValue` is raised as there.
        """
        guard_rows(filters)
        with self._turn:
            standing, held = self._held(wanted)
            window = _window(standing, held.cuts, filters, begun=begun)
            return held, read_showings(standing.database, standing.front_slugs, window, limit)

    def spread(self, wanted: WantedCuts, filters: Filters) -> tuple[HeldCuts, Spread]:
        """Where what passes the filters is said to have happened, counted by place; `InvalidValue` as for `rows`."""
        guard_rows(filters)
        with self._turn:
            standing, held = self._held(wanted)
            return held, spread(standing.database, _window(standing, held.cuts, filters))

    def page(
        self,
        wanted: WantedCuts,
        filters: Filters,
        limit: int,
        after: After | None,
        told: Told,
        sort: Sort = Sort.OCCURRED,
    ) -> Page:
        """The same, as they are told: up to `limit` after where a page ended, in an order."""
        if sort is not Sort.OCCURRED:
            return self._sorted_page(wanted, filters, limit, after, told, sort)
        with self._turn:
            standing, held = self._held(wanted)
            window = _window(standing, held.cuts, filters)
            if asks_documents(filters):
                entries = list(islice(self._entries(standing, window, limit, after), limit + 1))
                places = [entry.place for entry in entries]
                items = [told.tell(entry) for entry in entries[:limit]]
            else:
                rows = read_seen(standing.database, window, limit + 1, after)
                places = [row.sort_key for row in rows]
                items = told.page(standing, held.cuts, rows[:limit])
        return Page(held, items, places[limit - 1] if len(places) > limit else None)

    def _sorted_page(
        self, wanted: WantedCuts, filters: Filters, limit: int, after: After | None, told: Told, sort: Sort
    ) -> Page:
        with self._turn:
            standing, held = self._held(wanted)
            window = _window(standing, held.cuts, filters)
            if asks_documents(filters):
                entries = selected_sorted(self._past, standing, window, sort, limit + 1, after)
                places = [place for place, _ in entries]
                items = [told.tell(entry) for _, entry in entries[:limit]]
            else:
                rows = read_sorted(standing.database, window, sort, limit + 1, after)
                places = [place for place, _ in rows]
                items = told.page(standing, held.cuts, [row for _, row in rows[:limit]])
        return Page(held, items, places[limit - 1] if len(places) > limit else None)

    def development(self, id: UUID, wanted: WantedCuts) -> tuple[HeldCuts, Entry]:
        """One development at these cuts, whether or not it had occurred by `as_of`.

        Raises `NothingKnown` where nothing was known of it.
        """
        standing, held = self._held(wanted)
        documents = Documents(self._past, standing, held.cuts)
        states = documents.states(standing.merged.group_of(id))
        if id not in states:
            raise nothing_known(id)
        return held, documents.entry(combined(states).get(id, states[id]))

    def reporting(self, id: UUID, wanted: WantedCuts) -> tuple[HeldCuts, tuple[Step, ...]]:
        """How the reporting of a development went, event by event in the order of the fold.

        The events of entries that were merged into it belong to it, and what is voided is among them. Raises
        `NothingKnown` where nothing was known of it, unless that is because its reports are voided.
        """
        standing, held = self._held(wanted)
        documents = Documents(self._past, standing, held.cuts)
        group = standing.merged.group_of(id)
        states, known = documents.states(group), documents.known(group)
        if id not in states and not fold_development(id, known[id], voided=()).visible:
            raise nothing_known(id)
        members = [id, *(other for other in states if merge_target(states[other], states) == id)]
        events = sorted((one for member in members for one in known[member]), key=lambda one: one.reported_order)
        voided = voided_in(events)
        identity_of = standing.identities(held.cuts)
        steps = []
        for count, one in enumerate(events, 1):
            folded = {member: fold_development(member, _of(member, events[:count]), voided) for member in members}
            visible = {member: state for member, state in folded.items() if state.visible}
            state = combined(visible).get(id, folded[id])
            steps.append(Step(one, state.statuses(identity_of), voided.get(one.position)))
        return held, tuple(steps)

    def nearby(
        self, id: UUID, wanted: WantedCuts, days: float = 14, km: float = 50, limit: int = 10
    ) -> tuple[HeldCuts, tuple[Neighbour, ...]]:
        """Other developments that may have begun within so many days and lie within so many kilometres, nearest first.

        Of one without a place, those on the same front. Raises `NothingKnown` where nothing was known of it.
        """
        held, entry = self.development(id, wanted)
        with self._turn:
            return held, neighbours(self._standing(), held.cuts, entry, days, km, limit)

    def events_behind(self, pages: Iterable[Sequence[Entry]], held: HeldCuts) -> Iterator[Recorded]:
        """The events that exist at these cuts of each development and of what is part of it, as they were recorded.

        Before them come those of its front and of the sources that speak of it, where they did not come before.
        """
        told: set[UUID] = set()
        for page in pages:
            standing = self._standing()
            documents = Documents(self._past, standing, held.cuts)
            for entry, events in zip(page, documents.events_behind([one.state.id for one in page]), strict=True):
                sources = (source_id(given.account.source) for given in entry.state.accounts)
                for id in dict.fromkeys((front_id(entry.state.described.front), *sources)):
                    if id not in told:
                        told.add(id)
                        yield from standing.catalogue_as_recorded(id, held.cuts)
                yield from events

    def fronts(self, wanted: WantedCuts, *, every: bool = False) -> tuple[HeldCuts, tuple[FrontEntry, ...]]:
        """Every lane that was opened or that a development names, in the order of opening.

        `every`: those as well that developments name only at other cuts of the same log.
        """
        standing, held = self._held(wanted)
        counts: dict[str, Counter[Status]] = defaultdict(Counter)
        density = self._overview(standing, held.cuts, Bucket.MONTH, EVERYTHING)
        for (front, status), count in density.by_front_and_status().items():
            counts[standing.front_slugs[front]][STATUSES[status - 1]] = count
        named = standing.fronts_named(held.cuts.position) if every else ()
        return held, _lanes(standing, held.cuts, counts, named)

    def front_record(self, slug: str, wanted: WantedCuts) -> tuple[HeldCuts, FrontRecord]:
        """What is known of one front. Raises `NothingKnown` where it is not among the fronts at these cuts."""
        standing, held = self._held(wanted)
        fixed = WantedCuts(held.cuts.as_of, held.cuts.known_at, held.cuts.position)
        _, entries = self.fronts(fixed)
        found = {entry.slug: entry for entry in entries}
        if slug not in found:
            raise unknown_front(self._past, standing, slug, {entry.slug: entry.name for entry in entries})
        _, facets = self.facets(fixed, Filters(fronts=frozenset([slug])))
        return held, front_record(standing, held.cuts, found[slug], facets)

    def knows_front(self, slug: str, wanted: WantedCuts) -> bool:
        """Whether a front is among those lanes."""
        with self._turn:
            standing, held = self._held(wanted)
            if any(front.opened.slug == slug for front in standing.opened_fronts(held.cuts)):
                return True
            window = _window(standing, held.cuts, Filters(fronts=frozenset([slug])))
            return bool(read_rows(standing.database, standing.front_slugs, window, 1))

    def unknown_front(self, slug: str, wanted: WantedCuts) -> NothingKnown:
        """The refusal of a question about a front that is not known at these cuts."""
        standing = self._held(wanted)[0]
        _, entries = self.fronts(wanted)
        return unknown_front(self._past, standing, slug, {entry.slug: entry.name for entry in entries})

    def unknown_source(self, slug: str, wanted: WantedCuts) -> NothingKnown:
        """The refusal of a question about a source that is not known at these cuts."""
        standing, held = self._held(wanted)
        return unknown_source(self._past, standing, held.cuts, slug)

    def density(
        self, wanted: WantedCuts, bucket: Bucket, filters: Filters = EVERYTHING
    ) -> tuple[HeldCuts, DensityAnswer]:
        """How many developments of each front and status began when, by day, week or month.

        The window of the filters is one of days of beginning.
        """
        with self._turn:
            standing, held = self._held(wanted)
            found = self._overview(standing, held.cuts, bucket, filters)
        return held, DensityAnswer(found, standing.front_slugs)

    def _overview(self, standing: Standing, cuts: Cuts, bucket: Bucket, filters: Filters) -> Density:
        return self._remembered.of(
            standing,
            ("overview", cuts, bucket, filters),
            lambda: overview(self._past, standing, cuts, bucket, filters),
        )

    def fronts_named(self, held: HeldCuts) -> frozenset[str]:
        """Every front that an event of the recorded cut puts a development on, whatever the other two cuts."""
        return self._standing().fronts_named(held.cuts.position)

    def reported_days(self) -> tuple[datetime, datetime] | None:
        """The first and the last time at which anything was reported of a development; None for an empty log."""
        return self._standing().reported

    def sources(self, wanted: WantedCuts) -> tuple[HeldCuts, tuple[SourceEntry, ...]]:
        """Every source that was registered or that gave an account, by slug."""
        standing, held = self._held(wanted)
        given = self._accounts(standing, held.cuts)
        registered = standing.sources(held.cuts)
        return held, tuple(
            SourceEntry(
                standing.source(slug, held.cuts),
                slug in registered,
                *given.get(slug, (0, 0)),
                standing.same_sources(slug, held.cuts),
            )
            for slug in sorted({*registered, *given})
        )

    def source(self, slug: str, held: HeldCuts) -> SourceRegistered:
        """One source at these cuts; where it was not registered only its slug is known."""
        return self._standing().source(slug, held.cuts)

    def front_names(self, held: HeldCuts) -> dict[str, str]:
        """What every lane is called that was opened or that a development names."""
        standing = self._standing()
        return {lane.slug: lane.front.opened.name for lane in _lanes(standing, held.cuts, {}, self.fronts_named(held))}

    def source_names(self, held: HeldCuts) -> dict[str, str]:
        """What every source is called that was registered, by slug."""
        return {slug: source.name for slug, source in self._standing().sources(held.cuts).items()}

    def set_aside(self) -> tuple[Unreadable, ...]:
        """The events that could not be handled, with the reason."""
        return set_aside_in(self._refresh())

    def _entries(self, standing: Standing, window: Window, limit: int | None, after: After | None) -> Iterator[Entry]:
        documents = Documents(self._past, standing, window.cuts)
        if asks_documents(window.filters):
            yield from selected(documents, standing, self._past, window, after)
            return
        together = 2_000 if limit is None else limit + 1
        for rows in all_rows(standing.database, standing.front_slugs, window, after, together):
            entries = documents.entries([row.id for row in rows])
            yield from (entries[row.id] for row in rows)


def nothing_known(id: UUID) -> NothingKnown:
    """The refusal of a question about a development that is not in view."""
    return NothingKnown(
        f"id: no development {id} is known at these cuts",
        ({"field": "id", "value": str(id), "allowed": "the id of a development known at these cuts"},),
    )


def _window(standing: Standing, cuts: Cuts, filters: Filters, *, begun: bool = False) -> Window:
    return Window(cuts, standing.front_numbers(filters.fronts), filters, begun)


def _lanes(
    standing: Standing, cuts: Cuts, counts: dict[str, Counter[Status]], also: Iterable[str]
) -> tuple[FrontEntry, ...]:
    opened = {front.opened.slug: front for front in standing.opened_fronts(cuts)}
    slugs = (*opened, *sorted({*counts, *also} - set(opened)))
    return tuple(FrontEntry(slug, opened.get(slug) or unopened(slug), dict(counts.get(slug, {}))) for slug in slugs)


def _of(id: UUID, events: Iterable[Recorded]) -> list[Recorded]:
    return [one for one in events if one.event.originator_id == id]
