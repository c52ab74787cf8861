"""The first reports that a log holds: where a picture of the reported clock may begin.

A time that was typed wrong makes a report the first one of all, by centuries. Who draws the reported clock has to see
whether the first few lie far from the others, and need not read all of them for that.
"""

from datetime import datetime

from msgspec import Struct

from timeline.domain.moments import from_micros
from timeline.readmodel.databases import Asked
from timeline.readmodel.rows import RECORDED

MAX_REPORTS_READ = 100


class FirstReports(Struct, frozen=True):
    """When the first reports were made that changed how a development looks, in their order (UTC).

    `more`: there are others behind them.
    """

    moments: tuple[datetime, ...]
    more: bool


def first_reports(asked: Asked, position: int, limit: int = MAX_REPORTS_READ) -> FirstReports:
    """The first of the reports that hold at a position of the log."""
    rows = asked.fetch(
        f"SELECT reported_from FROM versions WHERE {RECORDED} ORDER BY reported_from LIMIT ?",
        (position, position, limit + 1),
    )
    return FirstReports(tuple(from_micros(row[0]) for row in rows[:limit]), len(rows) > limit)
