"""Building a generation from nothing: the log is read once, rows are sorted once, and indexes are made last.

The rows come from the same projection as those that are added event by event, only in greater batches; what makes it
fast is that they are kept as they come, and brought into the order of their key in the end. Then what was recorded
meanwhile is added in the usual way while the live generation is held still, and the new one takes its place.
"""

from collections.abc import Callable
from contextlib import nullcontext

import numpy as np
from numpy.typing import NDArray

from timeline.projections.generations import Generations
from timeline.projections.projection import Knowledge, Projection, Written
from timeline.projections.quoting import quoting
from timeline.projections.writing import density_changes, remembered, values_of, voice_changes, write, write_around
from timeline.readmodel.databases import Database, Writing
from timeline.readmodel.tables import DENSITY, VERSION_COLUMNS, VOICES, indexes, tables, versions_table
from timeline.store.log import NOTHING_KNOWN, ConflictLog, Known, Tail

BATCH = 10_000

_OPENED = """CREATE TEMPORARY TABLE opened AS SELECT * FROM versions"""
_CLOSED = {
    "sqlite": """CREATE TEMPORARY TABLE closed (id BLOB, reported_from INTEGER, recorded_from INTEGER,
        recorded_to INTEGER, PRIMARY KEY (id, reported_from, recorded_from)) WITHOUT ROWID""",
    "postgres": """CREATE TEMPORARY TABLE closed (id bytea, reported_from bigint, recorded_from bigint,
        recorded_to bigint)""",
}
_SORTED = f"""INSERT INTO versions ({", ".join(VERSION_COLUMNS)})
    SELECT {
    ", ".join(
        "coalesce(o.recorded_to, c.recorded_to)" if column == "recorded_to" else f"o.{column}"
        for column in VERSION_COLUMNS
    )
}
    FROM opened o LEFT JOIN closed c
        ON c.id = o.id AND c.reported_from = o.reported_from AND c.recorded_from = o.recorded_from
    ORDER BY o.front, o.span, o.start_at, o.id, o.reported_from, o.recorded_from"""

Changes = NDArray[np.int64]
"""Rows of (reported clock, code, more or less)."""


def build(log: ConflictLog, generations: Generations, progress: Callable[[int], None]) -> int:
    """Build the next generation and make it the live one; returns the position that it came to.

    `progress` is told how many more were. Raises `Busy` where another process is building.
    """
    before = generations.live()
    known = known_to_be_right(log, before) if before else NOTHING_KNOWN
    with generations.building() as writing:
        for statement in (*tables(generations.engine), versions_table(generations.engine)):
            writing.execute(statement)
        _Building(log, writing, generations.engine).run(log.head().position, known, progress)
        with before.writing() if before else nullcontext():
            return _caught_up(log, writing, generations.engine)


def known_to_be_right(log: ConflictLog, rows: Database) -> Known:
    """The records of which rows of this version were made already, if it was this log that they were made of."""
    position, leaf_hash = rows.fetch("SELECT position, leaf_hash FROM progress")[0]
    there = log.records.queries.row(position)
    if there is None or there.leaf_hash != leaf_hash:
        return NOTHING_KNOWN
    return Known(position, frozenset(row[0] for row in rows.fetch("SELECT position FROM set_aside")))


class _Building:
    """A generation that is being built up to a position."""

    def __init__(self, log: ConflictLog, writing: Writing, engine: str) -> None:
        self._log = log
        self._writing = writing
        self._engine = engine
        self._known = remembered(writing, log)
        self._density: list[Changes] = []
        self._voices: list[Changes] = []

    def run(self, last: int, known: Known, progress: Callable[[int], None]) -> None:
        """Read the log up to a position, and put everything in its place."""
        self._writing.execute(_OPENED)
        self._writing.execute(_CLOSED[self._engine])
        projection = Projection(
            self._log, self._known, quoting(self._writing, self._engine, self._known, self._log)
        )  # fmt: skip
        tail = self._log.tail()
        while (before := tail.position) < last:
            records = tail.read(min(BATCH, last - before), known)
            self._keep(projection.project(records), before, tail)
            progress(len(records))
        self._writing.execute(_SORTED)
        self._writing.execute("DROP TABLE opened")
        self._writing.execute("DROP TABLE closed")
        for statement in indexes(self._engine):
            self._writing.execute(statement)
        DENSITY.load(self._writing, np.concatenate([_NONE, *self._density]))
        VOICES.load(self._writing, np.concatenate([_NONE, *self._voices]))

    def _keep(self, written: Written, before: int, tail: Tail) -> None:
        opened = [row for row in written.rows if row.recorded_from > before]
        closed = [row for row in written.rows if row.recorded_from <= before]
        self._writing.insert("opened", VERSION_COLUMNS, [values_of(row, self._known) for row in opened])
        ends = [(row.id.bytes, row.reported_from, row.recorded_from, row.recorded_to) for row in closed]
        self._writing.insert("closed", ("id", "reported_from", "recorded_from", "recorded_to"), ends)
        lasting = [row for row in opened if row.recorded_to is None]
        counted = [*density_changes(lasting, self._known, 1), *density_changes(closed, self._known, -1)]
        self._density.append(_array(counted))
        self._voices.append(_array(list(voice_changes(written.voices, self._known))))
        write_around(self._writing, self._engine, written, self._known.position, tail.leaf_hash)


_NONE: Changes = np.empty((0, 3), dtype=np.int64)


def _array(changes: list[tuple[int, int, int]]) -> Changes:
    return np.array(changes, dtype=np.int64).reshape(-1, 3)


def _caught_up(log: ConflictLog, writing: Writing, engine: str) -> int:
    """Add what was recorded since the log was read; the position that the rows came to."""
    known: Knowledge = remembered(writing, log)
    leaf_hash = writing.fetch("SELECT leaf_hash FROM progress")[0][0]
    tail = log.tail(known.position, leaf_hash)
    projection = Projection(log, known, quoting(writing, engine, known, log))
    while records := tail.read():
        before = known.position
        write(writing, engine, projection.project(records), known, before, tail.leaf_hash)
    return known.position
