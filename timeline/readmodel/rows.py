"""Version rows at the cuts of a question: a window of a timeline, in the order of lists, read by the key of the rows.

A row lies in the window if it may have begun by its end and may not have ended before its beginning. For rows of one
span class the second means that they began no longer before the window than the class lasts, so what has to be looked
at is one short stretch of the key for each front and class.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

from msgspec import Struct

from timeline.domain.history import Cuts
from timeline.domain.moments import to_micros
from timeline.readmodel.casts import KEYWORD, LANGUAGE, PLACE, TAG
from timeline.readmodel.databases import Database
from timeline.readmodel.filters import Filters
from timeline.readmodel.versions import ALWAYS, SPANS, Seen, VersionRow, number_of

After = tuple[int, bytes]
"""Where a page ended: `VersionRow.sort_key`."""

_SEEN = "front, start_at, id, aspects, edtf, exact_start, exact_end"
COLUMNS = "front, start_at, id, status, kind, aspects, described_by, title, edtf, exact_start, exact_end, lat, lon"
_PLACE = itemgetter(1, 2)
_AT_ONCE = {"sqlite": (len(SPANS) + 1, 16), "postgres": (1, 8)}
"""Of how many span classes and fronts one statement asks.

SQLite reads them side by side, each by its key, and ends with the last row that is wanted. PostgreSQL is asked for as
many of each front, so that it is told first how late a row may begin.
"""
RECORDED = "recorded_from <= ? AND (recorded_to IS NULL OR recorded_to > ?)"
"""That a row is the one that the log held at a position; takes the position twice."""
HELD = f"reported_from <= ? AND (reported_to IS NULL OR reported_to > ?) AND {RECORDED}"
"""That a row is the one in force at a cut; takes what `held` gives."""


_HAVING = f"SELECT digest FROM casts WHERE sort = '{KEYWORD}' AND role = '{{role}}' AND name IN ({{marks}})"
"""The casts that have one of some keywords."""


class Window(Struct, frozen=True):
    """Which rows are wanted: the cuts, the numbers of the fronts, and the filters that rows can tell.

    `begun`: only what may have begun in the window, and not what began earlier and reaches into it.
    """

    cuts: Cuts
    fronts: Sequence[int]
    filters: Filters = Filters()
    begun: bool = False


def held(cuts: Cuts) -> tuple[int, int, int, int]:
    """What `HELD` takes."""
    known_at = to_micros(cuts.known_at)
    return known_at, known_at, cuts.position, cuts.position


def read_rows(
    database: Database, slugs: dict[int, str], window: Window, limit: int, after: After | None = None
) -> list[VersionRow]:
    """Up to `limit` rows in the order of lists, after the place where the page before ended."""
    found = _read(database, COLUMNS, window, limit, after)
    return [VersionRow(slugs[front], *values) for front, *values in found]


def read_seen(database: Database, window: Window, limit: int, after: After | None = None) -> list[Seen]:
    """The same rows without what only charts need."""
    return [Seen(*values[1:]) for values in _read(database, _SEEN, window, limit, after)]


def _read(database: Database, columns: str, window: Window, limit: int, after: After | None) -> list[tuple[Any, ...]]:
    """These columns of the rows, of which the first three say the front and the place in the list.

    What lasts longest is asked for first: whatever of it began before the shorter ones may have leaves less to ask for.
    """
    found: list[tuple[Any, ...]] = []
    until = latest(window)
    spans_at_once, fronts_at_once = _AT_ONCE[database.engine]
    spans = [(span, max(since, after[0]) if after else since) for span, since in enumerate(earliest(window))]
    spans.reverse()
    for first in range(0, len(spans), spans_at_once):
        some = spans[first : first + spans_at_once]
        lowest = min(since for _, since in some)
        for start in range(0, len(window.fronts), fronts_at_once):
            missing = limit - bisect_left(found, lowest, key=itemgetter(1))
            stretches = [
                (front, span, since, until)
                for front in window.fronts[start : start + fronts_at_once]
                for span, since in some
                if since <= until
            ]
            if not stretches or not missing:
                break
            more = database.fetch(*_statement(database.engine, columns, window, stretches, missing, after))
            found = sorted(found + more, key=_PLACE) if found else more
            del found[limit:]
            if len(found) == limit:
                until = min(until, found[-1][1])  # whatever follows comes too late
    return found


def all_rows(
    database: Database, slugs: dict[int, str], window: Window, after: After | None = None, together: int = 2_000
) -> Iterator[list[VersionRow]]:
    """All rows from a place on, some at a time."""
    while rows := read_rows(database, slugs, window, together, after):
        yield rows
        after = rows[-1].sort_key
        if len(rows) < together:
            return


def condition(filters: Filters) -> tuple[str, list[Any]]:
    """What filters ask of the columns of a row: kinds, statuses, keywords, box and the end of the window."""
    told: list[str] = []
    given: list[Any] = []
    for column, numbers in (
        ("status", sorted(number_of(status) for status in filters.statuses)),
        ("kind", sorted(number_of(kind) for kind in filters.kinds)),
    ):
        if numbers:
            told.append(f"{column} IN ({', '.join('?' * len(numbers))})")
            given += numbers
    keywords, names = keyword_condition(filters)
    if keywords:
        told.append(keywords)
        given += names
    if filters.since:
        told.append("(end_at IS NULL OR end_at >= ?)")
        given.append(to_micros(filters.since))
    if filters.box:
        west, south, east, north = filters.box
        told.append("lat >= ? AND lat <= ?")
        told.append("lon >= ? AND lon <= ?" if west <= east else "(lon >= ? OR lon <= ?)")
        given += [south, north, west, east]
    return " AND ".join(told), given


def keyword_condition(filters: Filters) -> tuple[str, list[str]]:
    """What filters by place, tag and language ask of a row; empty where there are none."""
    told: list[str] = []
    given: list[str] = []
    for role, names in ((PLACE, filters.places), (TAG, filters.tags), (LANGUAGE, filters.languages)):
        if names:
            told.append(f"keywords IN ({_HAVING.format(role=role, marks=', '.join('?' * len(names)))})")
            given += sorted(names)
    return " AND ".join(told), given


def latest(window: Window) -> int:
    """The last moment at which a wanted development may have begun."""
    until = window.filters.until
    return to_micros(min(window.cuts.as_of, until) if until else window.cuts.as_of)


def _statement(
    engine: str,
    columns: str,
    window: Window,
    stretches: Sequence[tuple[int, int, int, int]],
    limit: int,
    after: After | None,
) -> tuple[str, list[Any]]:
    """One question of stretches of the key, each a front, a span class, from when and to when."""
    more, wanted = condition(window.filters)
    own: tuple[int, ...] = ()
    part = f"""SELECT {columns} FROM versions
        WHERE front = ? AND span = ? AND start_at >= ? AND start_at <= ? AND {HELD}
        {" AND (start_at, id) > (?, ?)" if after else ""}{f" AND {more}" if more else ""}"""
    order = " ORDER BY start_at, id LIMIT ?"
    if engine == "postgres" and len(stretches) > 1:
        part, own = f"(SELECT * FROM ({part}{order}) AS part)", (limit,)
    shared = (*held(window.cuts), *(after or ()), *wanted, *own)
    given = [value for stretch in stretches for value in (*stretch, *shared)]
    return " UNION ALL ".join([part] * len(stretches)) + order, [*given, limit]


def earliest(window: Window) -> list[int]:
    """When a wanted development of each span class must have begun at the earliest."""
    if window.filters.since is None:
        return [ALWAYS] * (len(SPANS) + 1)
    begin = to_micros(window.filters.since)
    if window.begun:
        return [begin] * (len(SPANS) + 1)
    return [*(max(ALWAYS, begin - most) for most in SPANS), ALWAYS]
