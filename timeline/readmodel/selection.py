"""The developments of a page that pass filters which rows can not tell: actors, sources, words and ids.

The search index says which developments to look at; whether one passes is decided on the whole of it, at its cuts.
Where the index names few, those are folded; where it names many, rows are walked in order until the page is full.
"""

from collections.abc import Collection, Iterator
from itertools import accumulate
from uuid import UUID

from timeline.errors import InvalidValue
from timeline.readmodel.documents import Documents
from timeline.readmodel.entries import Entry
from timeline.readmodel.filters import Filters
from timeline.readmodel.past import Past
from timeline.readmodel.rows import After, Window, all_rows
from timeline.readmodel.search import actor_word, count, external_word, looked_for, positions, source_word
from timeline.readmodel.standing import Standing

FEW = 2_000
"""Developments that are rather folded one and all than looked for along the rows."""
MOST_WORDS = 6
"""Words of a question that are looked up, the longest: what is found has to meet the others as well."""
_COMMON = 50_000
"""Events that have a word in common, from which on the word says too little to be looked up."""


def asks_documents(filters: Filters) -> bool:
    """Whether rows alone can not tell what passes."""
    return bool(filters.actors or filters.sources or filters.text or filters.external_ids or filters.ids)


def guard_rows(filters: Filters) -> None:
    """Raise `InvalidValue` for filters that only the whole of a development can meet."""
    if asks_documents(filters):
        raise InvalidValue("filters", "actors, sources, text or ids", "filters by what rows hold")


def selected(
    documents: Documents, standing: Standing, past: Past, window: Window, after: After | None
) -> Iterator[Entry]:
    """The entries that pass every filter, in the order of lists, from a place on."""
    ids = named(standing, past, window)
    if ids is not None and len(ids) <= FEW:
        yield from _sorted(documents, ids, window, after)
        return
    for rows in all_rows(standing.database, standing.front_slugs, window, after):
        some = [row.id for row in rows if ids is None or row.id in ids]
        entries = documents.entries(some)
        yield from (entries[id] for id in some if id in entries and passes(entries[id], window))


def _sorted(documents: Documents, ids: set[UUID], window: Window, after: After | None) -> Iterator[Entry]:
    found = [entry for entry in documents.entries(list(ids)).values() if passes(entry, window)]
    found.sort(key=lambda entry: entry.sort_key)
    return (entry for entry in found if after is None or entry.place > after)


def passes(entry: Entry, window: Window) -> bool:
    """Whether a development had begun by `as_of` and passes every filter."""
    begun = entry.state.described.occurred.begun_by(window.cuts.as_of)
    return begun and window.filters.pass_entry(entry.state, entry.statuses)


def named(standing: Standing, past: Past, window: Window) -> set[UUID] | None:
    """The developments that the index names for every filter; None where it would name too many."""
    filters, database, last = window.filters, standing.database, window.cuts.position

    def are_common(some: Collection[str], *, begins: bool = False) -> bool:
        counts = (count(database, database.engine, word, last, _COMMON + 1, begins=begins) for word in some)
        return any(total > _COMMON for total in accumulate(counts))

    def having(some: Collection[str], *, begins: bool = False) -> list[int] | None:
        """The events that have one of these words; None for too many of them."""
        if are_common(some, begins=begins):
            return None
        return [
            position for word in some for position in positions(database, database.engine, word, last, begins=begins)
        ]

    def beginning(word: str) -> list[int] | None:
        # A word that is common as it stands is common as a beginning, which takes longer to find out.
        return None if are_common([word]) else having([word], begins=True)

    longest = sorted(looked_for(filters.text or ""), key=lambda word: (-len(word), word))
    asked = [beginning(word) for word in longest[:MOST_WORDS]]
    if filters.actors:
        asked.append(having([actor_word(name) for name in filters.actors]))
    if filters.sources:
        asked.append(having([source_word(slug) for slug in filters.sources]))
    if filters.external_ids:
        asked.append(having([external_word(one) for one in filters.external_ids]))
    found: set[UUID] | None = set(filters.ids) or None
    for some in sorted((few for few in asked if few is not None), key=len):
        if found is None or len(found) > FEW:
            ids = standing.merged.together(past.subjects(some).values())
            found = ids if found is None else found & ids
    return found
