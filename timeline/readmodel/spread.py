"""Where the developments of a window are said to have happened, counted by place and status: for a map of many."""

from typing import Any

import numpy as np
from msgspec import Struct

from timeline.readmodel.databases import Database
from timeline.readmodel.rows import HELD, Window, condition, held, latest
from timeline.readmodel.versions import ALWAYS

Column = np.ndarray[Any, Any]


class Spread(Struct, frozen=True, eq=False):
    """Column by column: degrees (WGS 84), the number of the status (from 1), and how many developments.

    `placeless` is how many have no place on the map.
    """

    lat: Column
    lon: Column
    statuses: Column
    counts: Column
    placeless: int


def spread(database: Database, window: Window) -> Spread:
    """The places at the cuts of a window, as its filters ask."""
    if not window.fronts:
        return _columns([])
    more, wanted = condition(window.filters)
    rows = database.fetch(
        f"""SELECT lat, lon, status, count(*) FROM versions
        WHERE front IN ({", ".join("?" * len(window.fronts))}) AND span IN (0, 1, 2, 3)
            AND start_at >= ? AND start_at <= ? AND {HELD}{f" AND {more}" if more else ""}
        GROUP BY lat, lon, status""",
        [*window.fronts, ALWAYS, latest(window), *held(window.cuts), *wanted],
    )
    return _columns(rows)


def _columns(rows: list[tuple[Any, ...]]) -> Spread:
    placed = [row for row in rows if row[0] is not None and row[1] is not None]
    lat, lon = (np.array([row[n] for row in placed], dtype=np.float64) for n in (0, 1))
    statuses, counts = (np.array([row[n] for row in placed], dtype=np.int64) for n in (2, 3))
    return Spread(lat, lon, statuses, counts, sum(row[3] for row in rows) - int(counts.sum()))
