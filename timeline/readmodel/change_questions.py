"""What changed between two moments, a page or all pages: the part of `Reader` that is about changes."""

from collections.abc import Iterator
from datetime import datetime

from timeline.errors import InvalidValue
from timeline.readmodel.asking import Asking
from timeline.readmodel.changes import Changes, Clock, Comparison, Paging, guard_stretch
from timeline.readmodel.cuts import HeldCuts, WantedCuts
from timeline.readmodel.filters import Filters
from timeline.readmodel.standing import Standing


class ChangeQuestions(Asking):
    """Asks what changed."""

    def changes(
        self,
        since: int | datetime,
        until: int | datetime,
        recorded_at: int | datetime | None,
        filters: Filters,
        clock: Clock = Clock.REPORTED,
        known_at: datetime | None = None,
        paging: Paging = Paging(),  # noqa: B008
    ) -> Changes:
        """What changed between two moments: in what was known (UTC), or on the recorded clock in what this log held.

        On the reported clock the log is taken as it was at `recorded_at`; on the recorded one, where the moments may be
        positions, everything that was reported by `known_at`. Filters look at the state after the change, or where
        nothing is left, before it. Raises `InvalidValue` for a since after until, and for what is not of the clock.
        """
        with self._turn:
            cuts = self._stretch(since, until, recorded_at, clock, known_at)
            return Comparison(self._past, cuts[0], clock, *cuts[1:], filters, paging).page()

    def change_pages(
        self,
        since: int | datetime,
        until: int | datetime,
        recorded_at: int | datetime | None,
        filters: Filters,
        clock: Clock = Clock.REPORTED,
        known_at: datetime | None = None,
    ) -> Iterator[Changes]:
        """All pages of the same, one at least, all at the cuts of the first. `InvalidValue` is raised for the first."""
        standing, then, now = self._stretch(since, until, recorded_at, clock, known_at)
        comparison, paging = None, Paging()
        while True:
            with self._turn:
                if comparison is None or comparison.standing.database is not standing.database:
                    comparison = Comparison(self._past, standing, clock, then, now, filters, paging)
                page = comparison.page()
            yield page
            if page.ends is None:
                return
            standing, paging = self._standing(), Paging(after=page.ends)

    def _stretch(
        self,
        since: int | datetime,
        until: int | datetime,
        recorded_at: int | datetime | None,
        clock: Clock,
        known_at: datetime | None,
    ) -> tuple[Standing, HeldCuts, HeldCuts]:
        """The cuts at two moments of a clock."""
        guard_stretch(clock, since, until, known_at, recorded_at)
        if clock is Clock.REPORTED and isinstance(since, datetime) and isinstance(until, datetime):
            standing, now = self._held(WantedCuts(None, until, recorded_at))
            _, then = self._held(WantedCuts(None, since, now.cuts.position))
        else:
            standing, now = self._held_from("until", until, known_at)
            _, then = self._held_from("since", since, now.cuts.known_at)
            if then.cuts.position > now.cuts.position:
                raise InvalidValue("since", then.cuts.position, f"a moment not after position {now.cuts.position}")
        return standing, then, now
