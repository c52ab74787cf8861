"""How many of each thing there were, as of any moment of the reported clock.

What is kept are changes: at this time, so many more or fewer of the thing with this code. They are packed by calendar
quarter of the reported clock, and with each quarter goes a checkpoint: all counts at its start. So an answer takes one
checkpoint, one quarter, and the changes since the last packing, which wait as plain rows. What is packed is sorted and
summed: equal changes give equal bytes, in whatever order and parts they came.
"""

import zlib
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from struct import Struct
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from timeline.readmodel.databases import Asked, Writing

MOST_PENDING = 20_000
"""Changes that wait at most, before they are packed."""
_SMALL = 1_000_000
"""Numbers below this are counted in a table of their own length, which takes less than to sort them."""
_KEPT = 8
"""Decoded checkpoints and blocks that are remembered: of a million developments, up to 5 MB each."""

Ints = NDArray[np.int64]
Columns = tuple[Ints, ...]
Packed = tuple[list[tuple[int, bytes, bytes]], list[tuple[int, bytes, bytes]]]
"""Blocks and checkpoints, each by quarter, with its digest."""

_TYPES = {"sqlite": ("INTEGER", "BLOB"), "postgres": ("bigint", "bytea")}
_BLOCK, _CHECKPOINT, _PENDING = range(3)
_COUNT, _COLUMN = Struct("<q"), Struct("<bq")
_WIDTHS = (1, 2, 4, 8)
_NOTHING = np.empty(0, dtype=np.int64)


class Counts:
    """The counts in the tables whose names begin with `name`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._blocks, self._checkpoints, self._pending = (
            f"{name}_{table}" for table in ("blocks", "checkpoints", "pending")
        )
        self._decoded = _Decoded()

    def tables(self, engine: str) -> tuple[str, ...]:
        """The statements that make the tables."""
        whole, blob = _TYPES[engine]
        packed = f"(quarter {whole} PRIMARY KEY, digest {blob} NOT NULL, packed {blob} NOT NULL)"
        plain = f"(reported_at {whole} NOT NULL, code {whole} NOT NULL, change {whole} NOT NULL)"
        return (
            f"CREATE TABLE {self._checkpoints} {packed}",
            f"CREATE TABLE {self._blocks} {packed}",
            f"CREATE TABLE {self._pending} {plain}",
        )

    def add(self, writing: Writing, changes: Sequence[tuple[int, int, int]]) -> None:
        """Count changes (microseconds since 1970 UTC, code, so many more); packs once too many wait."""
        if not changes:
            return
        writing.insert(self._pending, ("reported_at", "code", "change"), changes)
        if writing.fetch(f"SELECT count(*) FROM {self._pending}")[0][0] > MOST_PENDING:
            self.pack(writing)

    def load(self, writing: Writing, packed: Packed) -> None:
        """Fill empty tables with what was packed (`packed_up`)."""
        for table, rows in zip((self._blocks, self._checkpoints), packed, strict=True):
            writing.insert(table, ("quarter", "digest", "packed"), rows)

    def pack(self, writing: Writing) -> None:
        """Put what waits into its quarters, and with it every checkpoint that comes after."""
        waiting = np.array(writing.fetch(f"SELECT reported_at, code, change FROM {self._pending}"), dtype=np.int64)
        if not len(waiting):
            return
        writing.execute(f"DELETE FROM {self._pending}")
        first = int(_quarters(waiting[:, 0]).min())
        before = self.as_of(writing, _start_of(first) - 1)
        rows = writing.fetch(f"SELECT packed FROM {self._blocks} WHERE quarter >= ? ORDER BY quarter", (first,))
        packed = [np.column_stack(_unpacked(row[0])) for row in rows]
        for table in (self._blocks, self._checkpoints):
            writing.execute(f"DELETE FROM {table} WHERE quarter >= ?", (first,))
        self.load(writing, packed_up(np.concatenate([*packed, waiting]), before))

    def as_of(self, asked: Asked, micros: int) -> tuple[Ints, Ints]:
        """The codes counted by the changes up to a moment, in order, and how many of each; none that come to zero.

        Not to be written into: others may be given the same arrays.
        """
        quarter = int(_quarters(np.array([micros], dtype=np.int64))[0])
        found, codes, changes = self._read(asked, quarter, micros)
        if block := found.get(_BLOCK):
            end = np.searchsorted(block[0], micros, side="right")
            codes, changes = np.concatenate([block[1][:end], codes]), np.concatenate([block[2][:end], changes])
        checkpoint = found.get(_CHECKPOINT, (_NOTHING, _NOTHING))
        return _merged(checkpoint[0], checkpoint[1], *added_up(codes, changes))

    def _read(self, asked: Asked, quarter: int, micros: int) -> tuple[dict[int, Columns], Ints, Ints]:
        """The last block that begins by then, its checkpoint, and what waits.

        One statement sees one commit, so these three belong together whoever packs meanwhile. What is still
        decoded here is not sent again: its digest tells whether it is the same.
        """
        held = [self._decoded.get((part, quarter)) for part in (_BLOCK, _CHECKPOINT)]
        last = f"(SELECT max(quarter) FROM {self._blocks} WHERE quarter <= ?)"
        parts = " UNION ALL ".join(
            f"SELECT {part}, digest, CASE WHEN digest = ? THEN NULL ELSE packed END, 0, 0 FROM {table} "
            f"WHERE quarter = {last}"
            for part, table in ((_BLOCK, self._blocks), (_CHECKPOINT, self._checkpoints))
        )
        waiting = f" UNION ALL SELECT {_PENDING}, NULL, NULL, code, change FROM {self._pending} WHERE reported_at <= ?"
        given = (held[0][0], quarter, held[1][0], quarter, micros)
        found: dict[int, Columns] = {}
        codes, changes = [], []
        for part, digest, packed, code, change in asked.fetch(parts + waiting, given):
            if part == _PENDING:
                codes.append(code)
                changes.append(change)
            elif packed is None:
                found[part] = held[part][1]
            else:
                found[part] = _unpacked(packed)
                self._decoded.put((part, quarter), digest, found[part])
        return found, np.array(codes, dtype=np.int64), np.array(changes, dtype=np.int64)


class _Decoded:
    """What was decoded last, with the digest of its packed bytes: right whatever is packed, in whichever database."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int], tuple[bytes, Columns]] = {}
        self._lock = Lock()

    def get(self, key: tuple[int, int]) -> tuple[bytes, Columns]:
        with self._lock:
            found = self._kept.pop(key, None)
            if found:
                self._kept[key] = found  # now the last to be forgotten
            return found or (b"", ())

    def put(self, key: tuple[int, int], digest: bytes, columns: Columns) -> None:
        for column in columns:
            column.setflags(write=False)
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = digest, columns
            if len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]


def packed_up(changes: Ints, counts: tuple[Ints, Ints] = (_NOTHING, _NOTHING)) -> Packed:
    """Changes, rows of the same three numbers in any order, as blocks, and the checkpoints that follow from the counts
    before them. It touches no database, so that it may be done while one is busy.
    """
    blocks, checkpoints = [], []
    for quarter, block in _by_quarter(_canonical(changes)):
        if len(counts[0]):
            checkpoints.append(_row(quarter, counts))
        blocks.append(_row(quarter, block.T))
        counts = _merged(*counts, *added_up(block[:, 1], block[:, 2]))
    return blocks, checkpoints


def added_up(codes: Ints, changes: Ints) -> tuple[Ints, Ints]:
    """Each code once, in order, with the sum of its changes, without those that come to zero."""
    if not len(codes):
        return _NOTHING, _NOTHING
    if np.any(codes[1:] < codes[:-1]):
        order = np.argsort(codes, kind="stable")
        codes, changes = codes[order], changes[order]
    firsts = _firsts(codes)
    sums = np.add.reduceat(changes, firsts)
    kept = sums != 0
    return codes[firsts[kept]], sums[kept]


def sums(numbers: Ints, counts: Ints) -> list[tuple[int, int]]:
    """Each number once, in order, with the sum of its counts, without those that come to zero."""
    if len(numbers) and numbers.min() >= 0 and numbers.max() < _SMALL:
        unique, places = None, numbers
    else:
        unique, places = np.unique(numbers, return_inverse=True)
    sums = np.bincount(places, weights=counts).astype(np.int64)
    there = np.flatnonzero(sums)
    told = there if unique is None else unique[there]
    return list(zip(told.tolist(), sums[there].tolist(), strict=True))


def _merged(codes: Ints, counts: Ints, more_codes: Ints, more: Ints) -> tuple[Ints, Ints]:
    """Two results of `added_up` as one, the second the smaller."""
    if not len(more_codes):
        return codes, counts
    places = np.searchsorted(codes, more_codes)
    known = places < len(codes)
    known[known] = codes[places[known]] == more_codes[known]
    counts = counts.copy()
    counts[places[known]] += more[known]
    if not known.all():
        new, at = ~known, places[~known]
        codes, counts = np.insert(codes, at, more_codes[new]), np.insert(counts, at, more[new])
    kept = counts != 0
    return (codes, counts) if kept.all() else (codes[kept], counts[kept])


def _canonical(changes: Ints) -> Ints:
    """Changes in the order of time and code, those of one time and code summed, without those that come to zero."""
    if not len(changes):
        return changes.reshape(-1, 3)
    changes = changes[np.lexsort((changes[:, 1], changes[:, 0]))]
    firsts = _firsts(changes[:, 0], changes[:, 1])
    sums = np.add.reduceat(changes[:, 2], firsts)
    kept = sums != 0
    return np.column_stack([changes[firsts[kept], :2], sums[kept]])


def _firsts(*columns: Ints) -> NDArray[np.intp]:
    """Where the values of sorted columns differ from those before."""
    new = np.ones(len(columns[0]), dtype=bool)
    new[1:] = False
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(new)


def _quarters(micros: Ints) -> Ints:
    """The calendar quarters (UTC) of moments, counted from the first of 1970."""
    months: Ints = micros.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    return months // 3


def _start_of(quarter: int) -> int:
    return int(np.datetime64(quarter * 3, "M").astype("datetime64[us]").astype(np.int64))


def _by_quarter(changes: Ints) -> Iterator[tuple[int, Ints]]:
    quarters = _quarters(changes[:, 0])
    firsts = _firsts(quarters)
    for first, block in zip(firsts, np.split(changes, firsts[1:]), strict=False):
        yield int(quarters[first]), block


def _row(quarter: int, columns: Sequence[Ints] | Ints) -> tuple[int, bytes, bytes]:
    packed = _packed(columns)
    return quarter, blake2b(packed, digest_size=16).digest(), packed


def _packed(columns: Sequence[Ints] | Ints) -> bytes:
    """Columns of one length: of each the steps from value to value, as narrow as pays, and the wider ones apart."""
    parts = [_COUNT.pack(len(columns[0]))]
    for column in columns:
        steps = np.diff(column, prepend=0)  # may wrap around, and so does the sum that takes it back
        width, wide = min(
            ((width, _beyond(steps, width)) for width in _WIDTHS),
            key=lambda one: one[0] * len(steps) + 16 * len(one[1]),
        )
        parts += [_COLUMN.pack(width, len(wide)), wide.astype("<i8").tobytes(), steps[wide].astype("<i8").tobytes()]
        steps[wide] = 0
        parts.append(steps.astype(f"<i{width}").tobytes())
    return zlib.compress(b"".join(parts), 1)


def _unpacked(packed: bytes) -> Columns:
    plain = zlib.decompress(packed)
    (count,) = _COUNT.unpack_from(plain)
    columns, at = [], _COUNT.size
    while at < len(plain):
        width, wide = _COLUMN.unpack_from(plain, at)
        at += _COLUMN.size
        places, values = np.frombuffer(plain, "<i8", 2 * wide, at).reshape(2, wide)
        at += 16 * wide
        steps = np.frombuffer(plain, f"<i{width}", count, at).astype(np.int64)
        at += width * count
        steps[places] = values
        columns.append(np.cumsum(steps, out=steps))
    return tuple(columns)


def _beyond(steps: Ints, width: int) -> NDArray[np.intp]:
    """Where steps do not fit into so many bytes."""
    return np.flatnonzero(steps != steps.astype(f"<i{width}"))
