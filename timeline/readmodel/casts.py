"""Casts: who takes part in a development, who speaks of it, and its keywords, each as one number that a row can hold.

The number of a cast is a digest of its members. So nobody has to hand numbers out: rows that are built anew, in
whatever order and by however many processes, hold the same ones as rows that came event by event. The table `casts`
says who is behind a number. Beside that each member has labels, under which developments are counted (`LABELS`).
"""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

from msgspec import json

from timeline.readmodel.databases import Writing

ACTOR, SOURCE, KEYWORD = "actor", "source", "keyword"
"""Sorts of members. The keywords of a development are where it was, its tags and its language."""
PLACE, TAG, LANGUAGE = "place", "tag", "language"
"""What a keyword is, where an actor has its role."""

Actors = tuple[tuple[str, str], ...]
"""Names and roles, each pair once, in order."""
Sources = tuple[str, ...]
"""Slugs, each once, in order."""

NOBODY = 0
"""The number of the cast without members."""

COLUMNS = ("digest", "sort", "name", "role")
"""Of the table `casts`: one row for each member of a cast; a source has no role, a keyword says what it is."""


def cast_of(actors: Iterable[tuple[str, str]]) -> Actors:
    """The cast that actors make, whatever their order."""
    return tuple(sorted(set(actors)))


def keywords_of(place: str | None, tags: Iterable[str], language: str | None) -> Actors:
    """The cast that the name of a place, tags and a language make."""
    named = ((place, PLACE), (language, LANGUAGE), *((tag, TAG) for tag in tags))
    return cast_of((name, role) for name, role in named if name is not None)


@lru_cache(maxsize=100_000)
def digest_of(sort: str, members: Actors | Sources) -> int:
    """The number of a cast: 64 bits with a sign, of which a million casts share one in once in thirty million logs."""
    if not members:
        return NOBODY
    digest = blake2b(json.encode((sort, members)), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


@lru_cache(maxsize=100_000)
def labels_of(actors: Actors) -> tuple[tuple[str, int], ...]:
    """The labels of a cast, and how often each counts.

    One for each name with its role, and for a name with several roles one more that takes away what it is counted too
    often: added up over all its labels, each name counts once.
    """
    times = Counter(name for name, _ in actors)
    found = [(json.encode(pair).decode(), 1) for pair in actors]
    found += [(json.encode((name,)).decode(), 1 - count) for name, count in times.items() if count > 1]
    return tuple(sorted(found))


@lru_cache(maxsize=100_000)
def named_by(label: str) -> tuple[str, str | None]:
    """The name and the role that a label stands for; no role in the one that takes away."""
    name, *role = json.decode(label, type=list[str])
    return name, role[0] if role else None


def insert_casts(writing: Writing, casts: Iterable[tuple[int, str, Actors | Sources]]) -> None:
    """Keep who is behind these numbers, of which none is there yet."""
    rows = [
        (digest, sort, *((member, "") if isinstance(member, str) else member))
        for digest, sort, members in casts
        for member in members
    ]
    writing.insert("casts", COLUMNS, rows)
