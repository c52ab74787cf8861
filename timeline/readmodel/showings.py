"""How the developments of a window looked over the whole reported clock: what a replay needs in order to run.

A row of `rows` is the look that was in force at one cut. Here a development has as many as it ever had, each with the
stretch of the reported clock over which it was the one; the recorded clock alone is cut.
"""

from typing import Any

from msgspec import Struct

from timeline.readmodel.databases import Database
from timeline.readmodel.rows import COLUMNS, RECORDED, Window, condition, earliest, latest
from timeline.readmodel.versions import VersionRow


class Showing(Struct, frozen=True, gc=False):
    """A look, and when it was known: from `reported_from` on, until `reported_to` (None: ever since).

    Both are microseconds since 1970, UTC; at `reported_to` itself the next look holds.
    """

    row: VersionRow
    reported_from: int
    reported_to: int | None


def read_showings(database: Database, slugs: dict[int, str], window: Window, limit: int) -> list[Showing]:
    """Up to `limit` looks, in the order of lists and then of the reported clock; of more than that no particular ones.

    Whether a development may have begun by the end of the window is asked of each of its looks.
    """
    found: list[tuple[Any, ...]] = []
    until = latest(window)
    more, wanted = condition(window.filters)
    for span, since in enumerate(earliest(window)):
        for front in window.fronts:
            missing = limit - len(found)
            if since > until or missing <= 0:
                break
            found += database.fetch(
                f"""SELECT {COLUMNS}, reported_from, reported_to FROM versions
                WHERE front = ? AND span = ? AND start_at >= ? AND start_at <= ? AND {RECORDED}
                {f" AND {more}" if more else ""} LIMIT ?""",
                [front, span, since, until, window.cuts.position, window.cuts.position, *wanted, missing],
            )
    found.sort(key=lambda values: (values[1], values[2], values[-2]))
    showings: list[Showing] = []
    for front, *values, begin, end in found:
        row = VersionRow(slugs[front], *values)
        # What a row does not tell may have changed (who speaks of it): then it looks as it did before.
        if showings and showings[-1].row == row and showings[-1].reported_to == begin:
            begin = showings.pop().reported_from
        showings.append(Showing(row, begin, end))
    return showings
