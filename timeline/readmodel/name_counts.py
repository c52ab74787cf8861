"""Who and where is named in developments that pass filters, with how many of them name each.

The database counts casts, of which there are far fewer than developments; what only the whole of a development can
tell is asked of one development after the other, up to a limit that the answer tells of.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from msgspec import Struct

from timeline.domain.history import Cuts
from timeline.readmodel.actors import ActorEntry, actors_by_developments
from timeline.readmodel.casts import ACTOR, PLACE, SOURCE, Actors, cast_of, keywords_of
from timeline.readmodel.documents import Documents
from timeline.readmodel.entries import Entry
from timeline.readmodel.filters import Filters
from timeline.readmodel.looking import Casts
from timeline.readmodel.past import Past
from timeline.readmodel.rows import HELD, Window, all_rows, condition, held, latest
from timeline.readmodel.selection import FEW, named, passes
from timeline.readmodel.standing import Standing
from timeline.readmodel.versions import ALWAYS

MAX_DEVELOPMENTS_READ = 10_000
"""Of words and ids that are looked for; more take longer than a second."""

_PARTIES, _KEYWORDS = "parties", "keywords"
"""Columns of casts."""


class PlaceEntry(Struct, frozen=True):
    """The name of a place, and how many developments have it."""

    name: str
    developments: int


class ActorNames(Struct, frozen=True):
    """Actors; `complete`: whether every development that passes was counted."""

    entries: tuple[ActorEntry, ...]
    complete: bool = True


class PlaceNames(Struct, frozen=True):
    """Places; `complete` as for actors."""

    entries: tuple[PlaceEntry, ...]
    complete: bool = True


def actors_named(past: Past, standing: Standing, cuts: Cuts, filters: Filters, casts: Casts, most: int) -> ActorNames:
    """The actors of developments that pass the filters, the most frequent first, then by name.

    Of filters that rows can not tell (words and ids) up to `most` developments are read, the first in the order of
    lists.
    """
    if filters == Filters():
        return ActorNames(actors_by_developments(standing, cuts, casts))
    totals: Counter[str] = Counter()
    roles: dict[str, Counter[str]] = {}
    counted, complete = _counted(past, standing, cuts, filters, casts, _PARTIES, most)
    for members, count in counted.items():
        for name in {name for name, _ in members}:
            totals[name] += count
        for name, role in set(members):
            roles.setdefault(name, Counter())[role] += count
    entries = (ActorEntry(name, count, dict(_frequent(roles[name]))) for name, count in _frequent(totals))
    return ActorNames(tuple(entries), complete)


def places_named(past: Past, standing: Standing, cuts: Cuts, filters: Filters, casts: Casts, most: int) -> PlaceNames:
    """The names of places of developments that pass the filters, the most frequent first; `most` as for actors."""
    totals: Counter[str] = Counter()
    counted, complete = _counted(past, standing, cuts, filters, casts, _KEYWORDS, most)
    for members, count in counted.items():
        for name, role in members:
            if role == PLACE:
                totals[name] += count
    return PlaceNames(tuple(PlaceEntry(name, count) for name, count in _frequent(totals)), complete)


def _frequent(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _counted(
    past: Past, standing: Standing, cuts: Cuts, filters: Filters, casts: Casts, column: str, most: int
) -> tuple[Counter[Actors], bool]:
    """How many developments have each cast of a column, and whether all were counted."""
    window = Window(cuts, standing.front_numbers(filters.fronts), filters)
    counted: Counter[Actors] = Counter()
    if filters.text is not None or filters.external_ids or filters.ids:
        documents, looked_at = Documents(past, standing, cuts), 0
        for ids in _looked_for(past, standing, window):
            ids = ids[: most + 1 - looked_at]
            looked_at += len(ids)
            if looked_at > most:
                ids = ids[:-1]
            entries = documents.entries(ids).values()
            counted.update(_cast_of(entry, column) for entry in entries if passes(entry, window))
            if looked_at > most:
                return counted, False
    elif window.fronts:
        rows = standing.database.fetch(*_statement(window, column))
        members = casts.members(standing.database, [digest for digest, _ in rows])
        for digest, count in rows:
            counted[members[digest]] += count
    return counted, True


def _looked_for(past: Past, standing: Standing, window: Window) -> Iterator[list[UUID]]:
    """The developments that have to be looked at, some at a time: those that the index names, or all of the window."""
    ids = named(standing, past, window)
    if ids is not None and len(ids) <= FEW:
        yield sorted(ids)
        return
    for rows in all_rows(standing.database, standing.front_slugs, window):
        yield [row.id for row in rows if ids is None or row.id in ids]


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
