"""Search: the words of events, and how a question is put to the index of either engine.

Words are split here and not by the database, so that both engines find the same: runs of letters and digits, without
regard to case and accents. Beside the words of an event stand its source, its origin and its actors as words that no
text can hold. The index is of events and says where to look; whether a development meets the question at its cuts is
decided on the development itself (`meets`).
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256

from msgspec import UnsetType

from timeline.domain.facts import AccountGiven, DevelopmentReported, DevelopmentRevised, Fact
from timeline.domain.values import Account, Actor, Place
from timeline.readmodel.databases import Asked

MOST_LETTERS = 500
"""Of a word that are looked at: PostgreSQL refuses words that are much longer."""

_WORD = re.compile(r"[^\W_]+")
_ASCII = bytes(ord(chr(code).lower()) if chr(code).isalnum() else 32 for code in range(128)) + bytes(128)
"""Capital letters to small ones, and whatever is no letter and no digit to a space."""


def words(text: str) -> list[str]:
    """The words of a text: letters and digits, in one case, without accents."""
    if text.isascii():
        found = text.encode().translate(_ASCII).decode().split()  # a third of the time that the pattern takes
        return found if len(text) <= MOST_LETTERS else [word[:MOST_LETTERS] for word in found]
    letters = (sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return [word[:MOST_LETTERS] for word in _WORD.findall("".join(letters).casefold())]


def indexed(fact: Fact) -> set[str]:
    """What an event is found by: its words, its source and its actors."""
    match fact:
        case DevelopmentReported(description, account):
            told = (description.title, description.summary, *_named(description.place), *_said(account))
            return {*_words(told), *_sources(account), *_actors(description.actors)}
        case AccountGiven(account):
            return {*_words(_said(account)), *_sources(account)}
        case DevelopmentRevised(changes):
            place = changes.place if isinstance(changes.place, Place) else None
            told = (_set(changes.title), _set(changes.summary), *_named(place))
            actors = changes.actors if isinstance(changes.actors, tuple) else ()
            return {*_words(told), *_actors(actors)}
    return set()


def meets(question: str, told: Iterable[str | None]) -> bool:
    """Whether each word of the question begins a word of the texts, and what it quotes stands there together.

    A question without a word is met by nothing.
    """
    asked = phrases(question)
    texts = [words(text) for text in told if text]
    return bool(asked) and all(any(_stands_in(phrase, text) for text in texts) for phrase in asked)


def phrases(question: str) -> list[list[str]]:
    """What a question asks for: words, and in quotation marks words that follow one another."""
    found = []
    for number, part in enumerate(question.split('"')):
        found += [words(part)] if number % 2 else [[word] for word in words(part)]
    return [phrase for phrase in found if phrase]


def _stands_in(phrase: list[str], text: list[str]) -> bool:
    *exact, last = phrase
    ends = range(len(exact), len(text))
    return any(text[end].startswith(last) and text[end - len(exact) : end] == exact for end in ends)


@lru_cache(maxsize=100_000)
def source_word(slug: str) -> str:
    """Stands for a source."""
    return f"s:{slug}"


@lru_cache(maxsize=100_000)
def origin_word(slug: str) -> str:
    """Stands for a source whose word an account passes on."""
    return f"o:{slug}"


@lru_cache(maxsize=100_000)
def actor_word(name: str) -> str:
    """Stands for an actor; a digest, since a name may hold any sign."""
    return f"a:{sha256(name.encode()).hexdigest()[:16]}"


_HAVING = {
    "sqlite": "SELECT rowid AS position FROM words WHERE words MATCH ? AND rowid <= ?",
    "postgres": "SELECT position FROM words WHERE found_by @@ ?::tsquery AND position <= ?",
}


def positions(
    asked: Asked, engine: str, word: str, last: int, *, begins: bool = False, most: int = 2**31, newest: bool = False
) -> list[int]:
    """The events up to a position that have the word, or (`begins`) one that begins with it.

    No more than `most` are told: with `newest` the last ones, the last one first, otherwise no particular ones.
    """
    order = " ORDER BY position DESC" if newest else ""
    given = (_sought(engine, word, begins=begins), last, most)
    return [row[0] for row in asked.fetch(f"{_HAVING[engine]}{order} LIMIT ?", given)]


def count(asked: Asked, engine: str, word: str, last: int, most: int, *, begins: bool = False) -> int:
    """How many there are of them; no more than `most` are counted."""
    given = (_sought(engine, word, begins=begins), last, most)
    found: int = asked.fetch(f"SELECT count(*) FROM ({_HAVING[engine]} LIMIT ?) AS found", given)[0][0]
    return found


def _sought(engine: str, word: str, *, begins: bool) -> str:
    """The word as the index is asked for it."""
    if engine == "sqlite":
        return f'"{word}"*' if begins else f'"{word}"'
    return f"'{word}':*" if begins else f"'{word}'"


def _words(told: Iterable[str | None]) -> set[str]:
    return set(words(" ".join(text for text in told if text)))


def _set(text: str | UnsetType | None) -> str | None:
    return text if isinstance(text, str) else None


def _named(place: Place | None) -> tuple[str, ...]:
    return (place.name,) if place else ()


def _said(account: Account) -> tuple[str | None, ...]:
    return account.quote, account.gist


def _sources(account: Account) -> tuple[str, ...]:
    spoken = source_word(account.source)
    return (spoken, origin_word(account.origin)) if account.origin else (spoken,)


def _actors(actors: Iterable[Actor]) -> Iterable[str]:
    return (actor_word(actor.name) for actor in actors)
