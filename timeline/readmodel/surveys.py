"""Questions that count over a whole timeline and show nothing of it: what a side bar and the pages of names need."""

from timeline.readmodel.actors import MOST_LOOKED_AT, ActorEntry, ActorRecord, actor_record, actors_by_developments
from timeline.readmodel.asking import Asking
from timeline.readmodel.cuts import HeldCuts, WantedCuts
from timeline.readmodel.facets import MOST, Facets, facets
from timeline.readmodel.filters import Filters
from timeline.readmodel.findings import FindingFilters, Findings, FindingsPage
from timeline.readmodel.name_counts import (
    MAX_DEVELOPMENTS_READ,
    ActorNames,
    PlaceNames,
    actors_named,
    places_named,
)
from timeline.readmodel.reports import FirstReports, first_reports
from timeline.readmodel.sourcerecords import MOST_ACCOUNTS, SourceRecord, source_record
from timeline.readmodel.tallying import ENOUGH

EVERYTHING = Filters()


class Surveys(Asking):
    """Answers them."""

    def facets(
        self, wanted: WantedCuts, filters: Filters = EVERYTHING, most: int = MOST, enough: int = ENOUGH
    ) -> tuple[HeldCuts, Facets]:
        """How many developments would pass with each value of a filter, the other filters left as they are.

        Of actors and sources the `most` frequent are told. A count for which more than `enough` developments would
        have to be looked at is not known (None).
        """
        with self._turn:
            standing, held = self._held(wanted)
            return held, self._remembered.of(
                standing,
                ("facets", held.cuts, filters, most, enough),
                lambda: facets(self._past, standing, held.cuts, filters, self._casts, most, enough),
            )

    def actors(self, wanted: WantedCuts) -> tuple[HeldCuts, tuple[ActorEntry, ...]]:
        """Every actor of a development that had begun by `as_of`, the most frequent first."""
        with self._turn:
            standing, held = self._held(wanted)
            return held, self._remembered.of(
                standing, ("actors", held.cuts), lambda: actors_by_developments(standing, held.cuts, self._casts)
            )

    def actors_named(
        self, wanted: WantedCuts, filters: Filters, most: int = MAX_DEVELOPMENTS_READ
    ) -> tuple[HeldCuts, ActorNames]:
        """The actors of developments in a timeline of these filters, the most frequent first."""
        with self._turn:
            standing, held = self._held(wanted)
            return held, self._remembered.of(
                standing,
                ("actors named", held.cuts, filters, most),
                lambda: actors_named(self._past, standing, held.cuts, filters, self._casts, most),
            )

    def places_named(
        self, wanted: WantedCuts, filters: Filters, most: int = MAX_DEVELOPMENTS_READ
    ) -> tuple[HeldCuts, PlaceNames]:
        """The names of the places of developments in a timeline of these filters, the most frequent first."""
        with self._turn:
            standing, held = self._held(wanted)
            return held, self._remembered.of(
                standing,
                ("places named", held.cuts, filters, most),
                lambda: places_named(self._past, standing, held.cuts, filters, self._casts, most),
            )

    def actor_record(self, name: str, wanted: WantedCuts, enough: int = MOST_LOOKED_AT) -> tuple[HeldCuts, ActorRecord]:
        """What is known of one actor; beside what is counted, the latest developments are looked at, `enough` of all.

        Raises `NothingKnown` where no development at these cuts names it.
        """
        with self._turn:
            standing, held = self._held(wanted)
            return held, actor_record(self._past, standing, held.cuts, self._casts, name, enough)

    def findings(self, wanted: WantedCuts, filters: FindingFilters, limit: int, after: int = 0) -> FindingsPage:
        """What was probably not meant, up to `limit` of it after so many others."""
        with self._turn:
            standing, held = self._held(wanted)
            findings = Findings(self._past, standing, held.cuts, self._casts)
            found = self._remembered.of(standing, ("findings", held.cuts, filters), lambda: findings.places(filters))
            items = findings.told(found.places[after : after + limit])
            return FindingsPage(held, items, len(found.places), found.complete)

    def source_record(
        self, slug: str, wanted: WantedCuts, most: int = MOST_ACCOUNTS, *, count_all: bool = True
    ) -> tuple[HeldCuts, SourceRecord]:
        """What is known of one source, and how its latest accounts fared, up to `most`.

        Without `count_all` the number of all its accounts is told only where they are no more than that: of an older
        log it takes a look at every development. Raises `NothingKnown` where the source is neither registered nor gave
        an account.
        """
        standing, held = self._held(wanted)
        counted = self._accounts(standing, held.cuts).get(slug, (0, 0)) if count_all else None
        return held, source_record(self._past, standing, held.cuts, slug, counted, most)

    def first_reports(self, position: int) -> FirstReports:
        """When the first reports were made of what the log held at a position, a few of them."""
        return first_reports(self._standing().database, position)
