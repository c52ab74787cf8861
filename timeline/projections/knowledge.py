"""What a projection remembers from batch to batch, and what a batch brings."""

from collections import Counter
from uuid import UUID

from msgspec import Struct, field

from timeline.domain.facts import DevelopmentReported, DevelopmentRevised, Recorded, Unreadable
from timeline.projections.biographies import Voices, speakers
from timeline.projections.sides import Sides
from timeline.readmodel.casts import Actors, cast_of, labels_of
from timeline.readmodel.merged import Merged
from timeline.readmodel.versions import Version


class Written(Struct):
    """What a batch brings. Of `rows` some were opened by it (`recorded_from` after it began), the others closed.

    `fronts`, `sources` and `actors` (by their labels) are those named for the first time: slug, number, position.
    """

    rows: list[Version] = []
    voices: Voices = field(default_factory=Counter)
    words: list[tuple[int, set[str]]] = []
    fronts: list[tuple[str, int, int]] = []
    sources: list[tuple[str, int, int]] = []
    actors: list[tuple[str, int, int]] = []
    catalogue: list[int] = []
    merges: list[tuple[int, UUID, UUID]] = []
    set_aside: list[Unreadable] = []
    reported: list[int] = []


class Knowledge(Struct):
    """What the projection has to remember of all earlier batches: it is read back from the tables and the log."""

    fronts: dict[str, int]
    sources: dict[str, int]
    sides: Sides
    merged: Merged
    set_aside: set[int]
    position: int = 0
    actors: dict[str, int] = {}
    """The numbers of the labels of actors (`casts.labels_of`)."""
    casts: set[int] = set()
    """The numbers of the casts that were written."""

    def name(self, one: Recorded, written: Written) -> None:
        """Give the front, the source and the actors that an event names for the first time their numbers."""
        front = front_named(one)
        if front and front not in self.fronts:
            self.fronts[front] = len(self.fronts) + 1
            written.fronts.append((front, self.fronts[front], one.position))
        for slug in speakers(one):
            if slug not in self.sources:
                self.sources[slug] = len(self.sources) + 1
                written.sources.append((slug, self.sources[slug], one.position))
        for label, _ in labels_of(actors_named(one)):
            if label not in self.actors:
                self.actors[label] = len(self.actors) + 1
                written.actors.append((label, self.actors[label], one.position))


def front_named(one: Recorded) -> str | None:
    """The front that an event puts a development on."""
    match one.event.fact:
        case DevelopmentReported(description):
            return description.front
        case DevelopmentRevised(changes) if changes.front:
            return changes.front
    return None


def actors_named(one: Recorded) -> Actors:
    """The cast that an event puts into a development."""
    match one.event.fact:
        case DevelopmentReported(description):
            return cast_of((actor.name, actor.role) for actor in description.actors)
        case DevelopmentRevised(changes) if isinstance(changes.actors, tuple):
            return cast_of((actor.name, actor.role) for actor in changes.actors)
    return ()
