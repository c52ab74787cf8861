"""Who a source is at a cut: whether it is registered, which others are the same, and on which sides they stand.

`same_as` leads from one source to another. Those that lead to the same end are the same, and the end stands for them
all; of a circle it is the least slug. Whether the end is registered does not matter for that.
"""

from collections.abc import Callable, Collection, Iterable
from functools import lru_cache

from timeline.domain.facts import Recorded, SourceRegistered, SourceRevised
from timeline.domain.status import Identity

SourceAt = Callable[[str], SourceRegistered | None]
"""What is known of a source (by slug) at a cut; None where it is not registered there."""


class LinkedSources:
    """The sources that a `same_as` ever connected, at whatever cut: those that have to be looked at together."""

    def __init__(self) -> None:
        self._groups: dict[str, set[str]] = {}

    def connect(self, slug: str, other: str) -> None:
        """Take in that one is or was said to be the other."""
        joined = self._groups.get(slug, {slug}) | self._groups.get(other, {other})
        self._groups.update(dict.fromkeys(joined, joined))

    def of(self, slug: str) -> Collection[str]:
        """A source, and whatever was ever connected with it."""
        return self._groups.get(slug) or (slug,)

    def together(self, slugs: Iterable[str]) -> set[str]:
        """These sources, and whatever was ever connected with any of them."""
        return {one for slug in slugs for one in self.of(slug)}

    def are_linked(self, slug: str) -> bool:
        """Whether anything was ever connected with it."""
        return slug in self._groups


def same_as_said(one: Recorded) -> str | None:
    """The source that an event of another says it is the same as."""
    match one.event.fact:
        case SourceRegistered() as registered:
            return registered.same_as
        case SourceRevised(changes) if isinstance(changes.same_as, str):
            return changes.same_as
    return None


def identity(slug: str, source_at: SourceAt, linked: LinkedSources) -> Identity:
    """Who a source is."""
    source = source_at(slug)
    if not linked.are_linked(slug):
        return _alone(slug, source is not None, source.affiliation if source else None)
    same = same_sources(slug, source_at, linked)
    sides = (found.affiliation for one in same if (found := source_at(one)))
    name = _end(slug, source_at)
    return Identity(name, source is not None, frozenset(side for side in sides if side))


def same_sources(slug: str, source_at: SourceAt, linked: LinkedSources) -> list[str]:
    """The sources that are the same as this one, which is among them, in order."""
    end = _end(slug, source_at)
    return sorted(one for one in linked.of(slug) if _end(one, source_at) == end)


def _end(slug: str, source_at: SourceAt) -> str:
    """The source to which `same_as` leads in the end."""
    path = [slug]
    while (source := source_at(path[-1])) and source.same_as:
        if source.same_as in path:
            return min(path[path.index(source.same_as) :])
        path.append(source.same_as)
    return path[-1]


@lru_cache(maxsize=100_000)
def _alone(slug: str, registered: bool, affiliation: str | None) -> Identity:
    return Identity(slug, registered, frozenset((affiliation,) if affiliation else ()))
