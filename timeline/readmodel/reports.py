"""The first reports that a log holds: where a picture of the reported clock may begin.

A time that was typed wrong makes a report the first one of all, by centuries. Who draws the reported clock has to see
whether the first few lie far from the others, and need not read all of them for that.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from timeline.domain.moments import from_micros
from timeline.readmodel.databases import Asked
from timeline.readmodel.rows import RECORDED

MAX_REPORTS_READ = 100


class FirstReports(Struct, frozen=True):
    """The first reports that changed how a development looks: `moments` in their order (UTC), `ids` of developments.

    `more`: there are others behind them.
    """

    moments: tuple[datetime, ...]
    ids: tuple[UUID, ...]
    more: bool


def first_reports(asked: Asked, position: int, limit: int = MAX_REPORTS_READ) -> FirstReports:
    """The first of the reports that hold at a position of the log."""
    rows = asked.fetch(
        f"SELECT reported_from, id FROM versions WHERE {RECORDED} ORDER BY reported_from LIMIT ?",
        (position, position, limit + 1),
    )
    moments, ids = (tuple(column) for column in zip(*rows[:limit], strict=True)) if rows else ((), ())
    return FirstReports(tuple(map(from_micros, moments)), tuple(UUID(bytes=bytes(id)) for id in ids), len(rows) > limit)
