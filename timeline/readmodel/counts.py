"""How many of each thing there were, as of any moment of the reported clock.

What is counted is a change: at this time, of the thing with this code, so many more or fewer. Changes are packed by
calendar quarter of the reported clock, sorted and summed; with each quarter goes a checkpoint, the counts at its end.
So an answer is one checkpoint, the changes of one quarter, and the few that came since the last packing: those lie in a
plain table until there are enough of them. Packed, equal changes give equal bytes, in whatever order they came.
"""

import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from timeline.readmodel.databases import Asked, Rows, Writing

MOST_PENDING = 20_000
"""Changes that wait in the plain table before they are packed."""

Ints = NDArray[np.int64]
Changes = Ints
"""Rows of (microseconds since 1970 UTC, code, change)."""

_TYPES = {"sqlite": ("INTEGER", "BLOB", " WITHOUT ROWID"), "postgres": ("bigint", "bytea", "")}
_NONE = np.empty((0, 3), dtype=np.int64)
_NO_CELLS = np.empty((0, 2), dtype=np.int64)


class Counts:
    """The counts whose tables begin with a name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def tables(self, engine: str) -> tuple[str, ...]:
        """The statements that make the tables."""
        int8, blob, clustered = _TYPES[engine]
        return (
            f"""CREATE TABLE {self.name}_blocks (
                quarter {int8} PRIMARY KEY, changes {blob} NOT NULL, cells {blob} NOT NULL
            ){clustered}""",
            f"""CREATE TABLE {self.name}_pending (
                reported_at {int8} NOT NULL, code {int8} NOT NULL, change {int8} NOT NULL
            )""",
        )

    def add(self, writing: Writing, changes: Sequence[tuple[int, int, int]]) -> None:
        """Count changes; they are packed once enough of them wait."""
        if not changes:
            return
        writing.insert(f"{self.name}_pending", ("reported_at", "code", "change"), changes)
        if writing.fetch(f"SELECT count(*) FROM {self.name}_pending")[0][0] > MOST_PENDING:
            self.pack(writing)

    def load(self, writing: Writing, changes: Changes) -> None:
        """Count many changes at once, into tables that hold none."""
        self._write(writing, _summed(changes))

    def pack(self, writing: Writing) -> None:
        """Put the changes that wait where they belong."""
        waiting = writing.fetch(f"SELECT reported_at, code, change FROM {self.name}_pending")
        packed = [_unpacked(row[0], 3) for row in writing.fetch(f"SELECT changes FROM {self.name}_blocks")]
        new = np.array(waiting, dtype=np.int64).reshape(-1, 3)
        writing.execute(f"DELETE FROM {self.name}_pending")
        writing.execute(f"DELETE FROM {self.name}_blocks")
        self._write(writing, _summed(np.concatenate([_NONE, *packed, new])))

    def as_of(self, asked: Asked, known_at: int) -> tuple[Ints, Ints]:
        """The codes of which there were any at a moment (microseconds since 1970, UTC), in order, and how many.

        One statement asks for all of it, so that no packing can come in between.
        """
        cells, changes = _NO_CELLS, _NONE
        quarter = int(_quarters(np.array([known_at], dtype=np.int64))[0])
        for part, blob, code, change in self._parts(asked, quarter, known_at):
            if part == 0:
                cells = np.concatenate([cells, _cells(blob)])
            elif part == 1:
                some = _unpacked(blob, 3)
                changes = np.concatenate([changes, some[: np.searchsorted(some[:, 0], known_at, side="right")]])
            else:
                cells = np.concatenate([cells, [[code, change]]])
        return _totals(np.concatenate([cells[:, 0], changes[:, 1]]), np.concatenate([cells[:, 1], changes[:, 2]]))

    def _parts(self, asked: Asked, quarter: int, known_at: int) -> Rows:
        blocks, pending = f"{self.name}_blocks", f"{self.name}_pending"
        return asked.fetch(
            f"""SELECT 0, cells, 0, 0 FROM {blocks}
                WHERE quarter = (SELECT max(quarter) FROM {blocks} WHERE quarter < ?)
            UNION ALL SELECT 1, changes, 0, 0 FROM {blocks} WHERE quarter = ?
            UNION ALL SELECT 2, NULL, code, CAST(sum(change) AS bigint) FROM {pending}
                WHERE reported_at <= ? GROUP BY code""",
            (quarter, quarter, known_at),
        )

    def _write(self, writing: Writing, changes: Changes) -> None:
        """Write sorted and summed changes as blocks, each with the counts at its end."""
        quarters = _quarters(changes[:, 0])
        starts = np.flatnonzero(np.diff(quarters, prepend=quarters[:1] - 1))
        codes, counts = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        rows = []
        for start, end in zip(starts, [*starts[1:], len(changes)][: len(starts)], strict=True):
            block = changes[start:end]
            codes, counts = _totals(np.concatenate([codes, block[:, 1]]), np.concatenate([counts, block[:, 2]]))
            rows.append((int(quarters[start]), _packed(block), _packed(np.column_stack([codes, counts]))))
        writing.insert(f"{self.name}_blocks", ("quarter", "changes", "cells"), rows)


def _quarters(micros: Ints) -> Ints:
    """The calendar quarters, UTC, counted from the first of 1970."""
    months: Ints = micros.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    quarters: Ints = months // 3
    return quarters


def _summed(changes: Changes) -> Changes:
    """Changes in the order of time and code, those of one time and code added up, those that cancel out left away."""
    if changes.shape[0] == 0:
        return changes
    changes = changes[np.lexsort((changes[:, 1], changes[:, 0]))]
    new = np.any(np.diff(changes[:, :2], axis=0, prepend=changes[:1, :2] - 1) != 0, axis=1)
    firsts = np.flatnonzero(new)
    summed = changes[firsts].copy()
    summed[:, 2] = np.add.reduceat(changes[:, 2], firsts)
    kept: Changes = summed[summed[:, 2] != 0]
    return kept


def _totals(codes: Ints, changes: Ints) -> tuple[Ints, Ints]:
    """The sum of the changes of each code, in the order of codes, without those that come to nothing."""
    if codes.shape[0] == 0:
        return codes, changes
    order = np.argsort(codes, kind="stable")
    codes, changes = codes[order], changes[order]
    firsts = np.flatnonzero(np.diff(codes, prepend=codes[0] - 1))
    totals = np.add.reduceat(changes, firsts)
    kept = totals != 0
    return codes[firsts][kept], totals[kept]


def _packed(table: Ints) -> bytes:
    """Each column as differences, byte by byte by weight, compressed: what is near zero comes to little."""
    columns = np.ascontiguousarray(np.diff(table, axis=0, prepend=np.zeros((1, table.shape[1]), dtype=np.int64)).T)
    return zlib.compress(np.ascontiguousarray(columns.view(np.uint8).reshape(-1, 8).T).tobytes(), 1)


def _unpacked(blob: bytes, columns: int) -> Ints:
    bytes_by_weight = np.frombuffer(zlib.decompress(blob), dtype=np.uint8).reshape(8, -1)
    differences = np.ascontiguousarray(bytes_by_weight.T).view(np.int64).reshape(columns, -1)
    table: Ints = np.cumsum(differences, axis=1).T
    return table


@lru_cache(maxsize=16)
def _cells(blob: bytes) -> Ints:
    """A checkpoint; it is asked for again and again while a reader moves along one quarter."""
    cells = _unpacked(blob, 2)
    cells.setflags(write=False)
    return cells
