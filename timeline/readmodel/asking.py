"""What every question does first: it has the rows brought up to date, and finds out which cuts hold.

It then sees one position of one generation, whatever is written meanwhile.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from timeline.domain.history import Cuts
from timeline.domain.moments import to_micros
from timeline.errors import InvalidValue
from timeline.readmodel.cuts import HeldCuts, WantedCuts, guard_not_behind, held_cuts
from timeline.readmodel.databases import Database
from timeline.readmodel.looking import Casts
from timeline.readmodel.past import Past
from timeline.readmodel.remembering import Remembered
from timeline.readmodel.standing import Standing
from timeline.readmodel.turns import Turns
from timeline.readmodel.voices import accounts_added_up, accounts_by_source


class Refresh(Protocol):
    """Brings the rows up to date and gives the generation; `settled`: with what is being written at this moment."""

    def __call__(self, *, settled: bool = False) -> Database:
        """Do so."""


class Asking:
    """Who asks one log. `now` tells the time (UTC) for questions that name none."""

    def __init__(self, refresh: Refresh, past: Past, now: Callable[[], datetime]) -> None:
        self._refresh = refresh
        self._past = past
        self._now = now
        self._last: Standing | None = None
        self._turn = Turns()
        self._casts = Casts()
        self._remembered = Remembered()

    def hold(self, wanted: WantedCuts) -> HeldCuts:
        """The cuts that hold for a question asked now."""
        return self._held(wanted)[1]

    def _held(self, wanted: WantedCuts) -> tuple[Standing, HeldCuts]:
        standing = self._standing()
        if not self._holds_all(standing, wanted.recorded_at):
            # Something may be on its way into the log that was recorded by then; the answer must hold for ever.
            standing = self._standing(settled=True)
            guard_not_behind(wanted, standing.position, self._past, self._now())
        return standing, held_cuts(wanted, standing.position, self._past, self._now())

    def _held_from(self, name: str, moment: int | datetime, known_at: datetime | None) -> tuple[Standing, HeldCuts]:
        """The cuts at a moment of the recorded clock; what is wrong with it is told under its name."""
        try:
            return self._held(WantedCuts(None, known_at, moment))
        except InvalidValue as error:
            raise InvalidValue(name, error.value, error.allowed) from None

    def _holds_all(self, standing: Standing, recorded: int | datetime | None) -> bool:
        """Whether the rows surely hold all that was recorded by then."""
        if not isinstance(recorded, datetime):
            return recorded is None or recorded <= standing.position
        last = self._past.recorded_at(standing.position)
        return last is not None and recorded <= last and self._past.position_at(recorded) <= standing.position

    def _standing(self, *, settled: bool = False) -> Standing:
        # Another thread may put an older one in its place at any time, so what is given is not read back from there.
        self._last = standing = Standing.now(self._refresh(settled=settled), self._past, self._last)
        return standing

    def _accounts(self, standing: Standing, cuts: Cuts) -> dict[str, tuple[int, int]]:
        """Accounts given and accounts in force, by source: counted, or for an older log added up."""
        if cuts.position == standing.position:
            found = accounts_by_source(standing.database, to_micros(cuts.known_at))
            if standing.still_holds():
                return {standing.source_slugs[number]: counts for number, counts in found.items()}
        return accounts_added_up(self._past, standing, cuts)
