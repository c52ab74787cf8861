"""Search: what an event is found by, and how a question is put to the index of either engine.

Words are split by us (`wording`), so that both engines find the same. Beside the words of an event stand its source,
its origin, its actors and its external id as words that no text can hold. The index is of events and says where to
look; whether a development meets the question at its cuts is decided on the development itself (`meets`).
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256

from msgspec import UnsetType

from timeline.domain.facts import AccountGiven, DevelopmentReported, DevelopmentRevised, Fact
from timeline.domain.values import Account, Actor, Place
from timeline.readmodel.databases import Asked
from timeline.readmodel.wording import (
    MOST_LETTERS,
    found_by,
    joined_abbreviations,
    looked_up,
    read,
    runs,
    spellings,
    words,
)

_QUOTATION_MARKS = re.compile('[\u00ab\u00bb\u2039\u203a\u201c-\u201f\u300c-\u300f\uff02\uff62\uff63"]')
_INDEXED = re.compile("[0-9a-z:\\-\u0080-\ud7ff\ue000-\U0010ffff]+")
"""What a word of the index can be: both engines take it as it is, and to neither does a sign in it mean anything."""


def indexed(fact: Fact) -> set[str]:
    """What an event is found by: its words, its source, its actors and its external id."""
    match fact:
        case DevelopmentReported(description, account):
            told = (description.title, description.summary, *_named(description.place), *_said(account))
            found = {*words_of(told), *_sources(account), *_actors(description.actors)}
            return found | {external_word(description.external_id)} if description.external_id else found
        case AccountGiven(account):
            return {*words_of(_said(account)), *_sources(account)}
        case DevelopmentRevised(changes):
            place = changes.place if isinstance(changes.place, Place) else None
            told = (_set(changes.title), _set(changes.summary), *_named(place))
            actors = changes.actors if isinstance(changes.actors, tuple) else ()
            return {*words_of(told), *_actors(actors)}
    return set()


def words_of(texts: Iterable[str | None]) -> set[str]:
    """What texts are found by."""
    return found_by("\n".join(text for text in texts if text))


def meets(question: str, told: Iterable[str | None]) -> bool:
    """Whether each word of the question begins a word of the texts, and what it quotes stands there together.

    What is written without spaces stands there together as well, anywhere in what is written so.
    A question without a word is met by nothing.
    """
    asked = phrases(question)
    texts = [read(text) for text in told if text]
    return bool(asked) and all(any(_stands_in(phrase, text) for text in texts) for phrase in asked)


def phrases(question: str) -> list[list[str]]:
    """What a question asks for: words; in quotation marks, or in a script without spaces, some that follow one another.

    Quotation marks of any kind will do.
    """
    found: list[list[str]] = []
    for number, part in enumerate(_QUOTATION_MARKS.split(joined_abbreviations(question))):
        found += [words(part)] if number % 2 else runs(part)  # every second part was quoted
    return [phrase for phrase in found if phrase]


def looked_for(question: str) -> set[str]:
    """The words of the index that what meets a question has to have, or one that begins with each of them."""
    return set().union(*map(looked_up, phrases(question)))


def _stands_in(phrase: list[str], text: list[str]) -> bool:
    *exact, last = phrase
    ends = (end for end in range(len(exact), len(text)) if _begins_with(text[end], last))
    return any(all(map(_is, text[end - len(exact) : end], exact)) for end in ends)


def _begins_with(spoken: str, beginning: str) -> bool:
    return spoken.startswith(beginning) or (
        "'" in spoken and any(spelling.startswith(beginning) for spelling in spellings(spoken))
    )


def _is(spoken: str, word: str) -> bool:
    return spoken == word or ("'" in spoken and word in spellings(spoken))


@lru_cache(maxsize=100_000)
def source_word(slug: str) -> str:
    """Stands for a source; what is no slug stands for none, and can not be in the index."""
    return f"s:{slug}"


@lru_cache(maxsize=100_000)
def origin_word(slug: str) -> str:
    """Stands for a source whose word an account passes on."""
    return f"o:{slug}"


@lru_cache(maxsize=100_000)
def actor_word(name: str) -> str:
    """Stands for an actor; a digest, since a name may hold any sign."""
    return f"a:{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def external_word(external_id: str) -> str:
    """Stands for the id that a development has in a data set."""
    return f"x:{sha256(external_id.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


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
    if not _can_be_indexed(word):
        return []
    order = " ORDER BY position DESC" if newest else ""
    given = (_sought(engine, word, begins=begins), last, most)
    return [row[0] for row in asked.fetch(f"{_HAVING[engine]}{order} LIMIT ?", given)]


def count(asked: Asked, engine: str, word: str, last: int, most: int, *, begins: bool = False) -> int:
    """How many there are of them; no more than `most` are counted."""
    if not _can_be_indexed(word):
        return 0
    given = (_sought(engine, word, begins=begins), last, most)
    found: int = asked.fetch(f"SELECT count(*) FROM ({_HAVING[engine]} LIMIT ?) AS found", given)[0][0]
    return found


def _can_be_indexed(word: str) -> bool:
    """Whether any event can have the word.

    An engine would take apart or fold what can not be one, and answer for something else than was asked for.
    """
    return len(word) <= MOST_LETTERS and _INDEXED.fullmatch(word) is not None


def _sought(engine: str, word: str, *, begins: bool) -> str:
    """The word as the index is asked for it: one string of FTS5, or one lexeme of a `tsquery`."""
    if engine == "sqlite":
        quoted = word.replace('"', '""')
        return f'"{quoted}"*' if begins else f'"{quoted}"'
    quoted = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}':*" if begins else f"'{quoted}'"


def _set(text: str | UnsetType | None) -> str | None:
    return text if isinstance(text, str) else None


def _named(place: Place | None) -> tuple[str | None, ...]:
    return (place.name, place.description) if place else ()


def _said(account: Account) -> tuple[str | None, ...]:
    return account.quote, account.gist


def _sources(account: Account) -> tuple[str, ...]:
    spoken = source_word(account.source)
    return (spoken, origin_word(account.origin)) if account.origin else (spoken,)


def _actors(actors: Iterable[Actor]) -> Iterable[str]:
    return (actor_word(actor.name) for actor in actors)
