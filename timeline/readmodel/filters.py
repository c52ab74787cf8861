"""Which developments of a timeline are wanted. An empty filter lets everything through."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from timeline.domain.history import DevelopmentState
from timeline.domain.vocabulary import Aspect, Kind, Status
from timeline.readmodel.search import meets


class Filters(Struct, frozen=True):
    """Each filter that is set must be met; within one, any of its values will do.

    Each word of `text` must begin a word of title, summary, place (name or description) or accounts, regardless of
    case, accents and apostrophes; words in quotation marks, and signs of a script without spaces, must follow one
    another. `box` is west, south, east, north in degrees; west greater than east crosses the antimeridian. `since`
    and `until` are the window (UTC, both ends included) that some of the development may lie in. `places` are names,
    as developments have them.
    """

    fronts: frozenset[str] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    statuses: frozenset[Status] = frozenset()
    actors: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    text: str | None = None
    box: tuple[float, float, float, float] | None = None
    since: datetime | None = None
    until: datetime | None = None
    tags: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    external_ids: frozenset[str] = frozenset()
    ids: frozenset[UUID] = frozenset()

    def pass_entry(self, state: DevelopmentState, statuses: dict[Aspect, Status]) -> bool:
        """Whether a development that is in view meets every filter."""
        description = state.described
        return (
            (not self.fronts or description.front in self.fronts)
            and (not self.kinds or description.kind in self.kinds)
            and (not self.statuses or statuses[Aspect.OCCURRENCE] in self.statuses)
            and (not self.actors or any(actor.name in self.actors for actor in description.actors))
            and (not self.sources or any(given.account.source in self.sources for given in state.accounts))
            and (not self.tags or not self.tags.isdisjoint(description.tags))
            and (not self.places or (description.place is not None and description.place.name in self.places))
            and (not self.languages or description.language in self.languages)
            and (not self.external_ids or description.external_id in self.external_ids)
            and (not self.ids or state.id in self.ids)
            and description.occurred.touches(self.since, self.until)
            and (self.box is None or self._in_box(state, self.box))
            and (self.text is None or meets(self.text, _searched(state)))
        )

    @staticmethod
    def _in_box(state: DevelopmentState, box: tuple[float, float, float, float]) -> bool:
        place = state.described.place
        if place is None or place.lat is None or place.lon is None:
            return False
        west, south, east, north = box
        within = west <= place.lon <= east if west <= east else place.lon >= west or place.lon <= east
        return within and south <= place.lat <= north


def _searched(state: DevelopmentState) -> list[str | None]:
    description = state.described
    place = description.place
    said = [text for given in state.accounts for text in (given.account.quote, given.account.gist)]
    where = (place.name, place.description) if place else ()
    return [description.title, description.summary, *where, *said]
