"""Who and where is named in developments that pass filters, with how many of them name each.

The database counts casts, of which there are far fewer than developments; what only the whole of a development can
tell is asked of one development after the other, so that no answer holds them all.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from timeline.domain.history import Cuts
from timeline.readmodel.actors import ActorEntry, actors_by_developments
from timeline.readmodel.casts import ACTOR, PLACE, SOURCE, Actors, cast_of, keywords_of
from timeline.readmodel.documents import Documents
from timeline.readmodel.entries import Entry
from timeline.readmodel.filters import Filters
from timeline.readmodel.looking import Casts
from timeline.readmodel.past import Past
from timeline.readmodel.rows import HELD, Window, condition, held, latest
from timeline.readmodel.selection import selected
from timeline.readmodel.standing import Standing
from timeline.readmodel.versions import ALWAYS

_PARTIES, _KEYWORDS = "parties", "keywords"
"""Columns of casts."""


class PlaceEntry(Struct, frozen=True):
    """The name of a place, and how many developments have it."""

    name: str
    developments: int


def actors_named(past: Past, standing: Standing, cuts: Cuts, filters: Filters, casts: Casts) -> tuple[ActorEntry, ...]:
    """The actors of developments that pass the filters, the most frequent first, then by name."""
    if filters == Filters():
        return actors_by_developments(standing, cuts, casts)
    totals: Counter[str] = Counter()
    roles: dict[str, Counter[str]] = {}
    for members, count in _counted(past, standing, cuts, filters, casts, _PARTIES):
        for name in {name for name, _ in members}:
            totals[name] += count
        for name, role in set(members):
            roles.setdefault(name, Counter())[role] += count
    return tuple(ActorEntry(name, count, dict(_frequent(roles[name]))) for name, count in _frequent(totals))


def places_named(past: Past, standing: Standing, cuts: Cuts, filters: Filters, casts: Casts) -> tuple[PlaceEntry, ...]:
    """The names of places of developments that pass the filters, the most frequent first, then by name."""
    totals: Counter[str] = Counter()
    for members, count in _counted(past, standing, cuts, filters, casts, _KEYWORDS):
        for name, role in members:
            if role == PLACE:
                totals[name] += count
    return tuple(PlaceEntry(name, count) for name, count in _frequent(totals))


def _frequent(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _counted(
    past: Past, standing: Standing, cuts: Cuts, filters: Filters, casts: Casts, column: str
) -> Iterator[tuple[Actors, int]]:
    """The casts of a column, and how many developments have each."""
    window = Window(cuts, standing.front_numbers(filters.fronts), filters)
    if filters.text is not None or filters.external_ids or filters.ids:
        for entry in selected(Documents(past, standing, cuts), standing, past, window, None):
            yield _cast_of(entry, column), 1
    elif window.fronts:
        rows = standing.database.fetch(*_statement(window, column))
        members = casts.members(standing.database, [digest for digest, _ in rows])
        yield from ((members[digest], count) for digest, count in rows)


def _cast_of(entry: Entry, column: str) -> Actors:
    described = entry.state.described
    if column == _PARTIES:
        return cast_of((actor.name, actor.role) for actor in described.actors)
    return keywords_of(described.place.name if described.place else None, (), None)


def _statement(window: Window, column: str) -> tuple[str, list[Any]]:
    """One question that counts casts; actors and sources of a development are casts as well."""
    more, given = condition(window.filters)
    conditions = [more] if more else []
    for sort, member_column, names in (
        (ACTOR, "parties", window.filters.actors),
        (SOURCE, "speakers", window.filters.sources),
    ):
        if names:
            marks = ", ".join("?" * len(names))
            having = f"SELECT digest FROM casts WHERE sort = '{sort}' AND name IN ({marks})"
            conditions.append(f"{member_column} IN ({having})")
            given += sorted(names)
    statement = f"""SELECT {column}, count(*) FROM versions
        WHERE front IN ({", ".join("?" * len(window.fronts))}) AND span IN (0, 1, 2, 3)
            AND start_at >= ? AND start_at <= ? AND {" AND ".join([HELD, *conditions])}
        GROUP BY {column}"""
    return statement, [*window.fronts, ALWAYS, latest(window), *held(window.cuts), *given]
