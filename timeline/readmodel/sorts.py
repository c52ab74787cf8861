"""A timeline in other orders than that of beginning: by when things were first reported or recorded, and backwards.

Each order ends with the identity of the development, so that no two share a place and a page goes on exactly behind the
one before. The database sorts; it keeps no more rows at a time than the page has.
"""

from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from typing import Any
from uuid import UUID

from timeline.readmodel.databases import Database
from timeline.readmodel.documents import Documents
from timeline.readmodel.entries import Entry
from timeline.readmodel.past import Past
from timeline.readmodel.rows import HELD, After, Window, condition, held, latest
from timeline.readmodel.selection import FEW, named, passes
from timeline.readmodel.standing import Standing
from timeline.readmodel.versions import ALWAYS, Seen, first_heard

MAX_ROWS_AT_ONCE = 2_000
"""Rows that are read at a time where each of their developments has to be looked at."""


class Sort(StrEnum):
    """The orders of a timeline; with a minus the same backwards."""

    OCCURRED = "occurred"
    OCCURRED_BACKWARDS = "-occurred"
    REPORTED = "reported"
    REPORTED_BACKWARDS = "-reported"
    RECORDED = "recorded"
    RECORDED_BACKWARDS = "-recorded"

    @property
    def is_backwards(self) -> bool:
        """Whether the last comes first."""
        return self.startswith("-")

    @property
    def column(self) -> str:
        """The column of the rows that it goes by."""
        return _COLUMNS[self.removeprefix("-")]


_COLUMNS = {"occurred": "start_at", "reported": "first_reported", "recorded": "first_position"}


def read_sorted(
    database: Database, window: Window, sort: Sort, limit: int, after: After | None
) -> list[tuple[After, Seen]]:
    """Up to `limit` rows in an order, after the place where the page before ended, each with its own place."""
    if not window.fronts:
        return []
    more, given = condition(window.filters)
    direction, beyond = ("DESC", "<") if sort.is_backwards else ("ASC", ">")
    statement = f"""SELECT {sort.column}, start_at, id, aspects, edtf, exact_start, exact_end FROM versions
        WHERE front IN ({", ".join("?" * len(window.fronts))}) AND span IN (0, 1, 2, 3)
            AND start_at >= ? AND start_at <= ? AND {HELD}{f" AND {more}" if more else ""}
            {f"AND ({sort.column}, id) {beyond} (?, ?)" if after else ""}
        ORDER BY {sort.column} {direction}, id {direction} LIMIT ?"""
    params: list[Any] = [*window.fronts, ALWAYS, latest(window), *held(window.cuts), *given, *(after or ()), limit]
    found = ((key, Seen(*values)) for key, *values in database.fetch(statement, params))
    return [((key, bytes(row.key)), row) for key, row in found]


def selected_sorted(
    past: Past, standing: Standing, window: Window, sort: Sort, limit: int, after: After | None
) -> list[tuple[After, Entry]]:
    """The same of the developments that pass filters which rows can not tell."""
    documents = Documents(past, standing, window.cuts)
    ids = named(standing, past, window)
    if ids is None or len(ids) > FEW:
        return list(islice(_walked(documents, standing, window, sort, after, ids), limit))
    entries = (entry for entry in documents.entries(list(ids)).values() if passes(entry, window))
    placed = sorted(((place_of(entry, sort), entry) for entry in entries), key=_place, reverse=sort.is_backwards)
    return [one for one in placed if after is None or _is_behind(one[0], after, sort)][:limit]


def _walked(
    documents: Documents, standing: Standing, window: Window, sort: Sort, after: After | None, ids: set[UUID] | None
) -> Iterator[tuple[After, Entry]]:
    while rows := read_sorted(standing.database, window, sort, MAX_ROWS_AT_ONCE, after):
        entries = documents.entries([row.id for _, row in rows if ids is None or row.id in ids])
        for place, row in rows:
            if row.id in entries and passes(entries[row.id], window):
                yield place, entries[row.id]
        after = rows[-1][0]


def place_of(entry: Entry, sort: Sort) -> After:
    """Where a development stands in an order."""
    began, key = entry.place
    reported, recorded = first_heard(entry.state)
    return {"start_at": began, "first_reported": reported, "first_position": recorded}[sort.column], key


def _place(one: tuple[After, Entry]) -> After:
    return one[0]


def _is_behind(place: After, after: After, sort: Sort) -> bool:
    return place < after if sort.is_backwards else place > after
