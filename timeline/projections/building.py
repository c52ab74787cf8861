"""Building a generation from nothing: the log is read once, rows are sorted once, and indexes are made last.

The log is taken apart: stretches of it, for the developments of which one report is all that there is (`first_words`),
and groups of those with a history, for the projection. Where it is long another process takes parts from the end while
this one takes them from the beginning, until they meet; here they are put together. Then what was recorded meanwhile is
added in the usual way while the live generation is held still, and the new one takes its place.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from multiprocessing import get_context

import numpy as np
import structlog

from timeline.collecting import uncollected
from timeline.errors import StoreUnusable
from timeline.projections.generations import Generations
from timeline.projections.parts import Part, Workshop, parts_of
from timeline.projections.pieces import NO_CHANGES, Ints, Names, Piece
from timeline.projections.projection import Projection
from timeline.projections.quoting import quoting
from timeline.projections.survey import Survey, survey
from timeline.projections.writing import insert_set_aside, remembered, write
from timeline.readmodel.casts import insert_casts
from timeline.readmodel.cells import with_fronts
from timeline.readmodel.counts import Counts, Packed, packed_up
from timeline.readmodel.cubes import FRONT_BITS, relabelled
from timeline.readmodel.databases import Database, Writing
from timeline.readmodel.tables import (
    DENSITY,
    LABELS,
    SORTED,
    SORTS,
    UNSORTED,
    VERSION_COLUMNS,
    VOICES,
    indexes,
    tables,
    versions_table,
)
from timeline.store.log import ConflictLog
from timeline.store.reading_on import NOTHING_KNOWN, Known

logger = structlog.get_logger(__name__)

ALONE = 4
"""How many parts this process does sooner than another one starts."""
AHEAD = 3
"""How many parts the other process is given at a time."""

Progress = Callable[[int], None]


def build(log: ConflictLog, generations: Generations, progress: Progress) -> int:
    """Build the next generation and make it the live one; returns the position that it came to.

    `progress` is told how many more records were read. Raises `Busy` where another process is building.
    """
    before, known = _before(log, generations)
    with generations.building() as writing, uncollected():
        for statement in (*tables(generations.engine), versions_table(generations.engine)):
            writing.execute(statement)
        _build(log, writing, generations.engine, known, progress)
        with before.writing() if before else nullcontext():
            return _caught_up(log, writing, generations.engine)


def _before(log: ConflictLog, generations: Generations) -> tuple[Database | None, Known]:
    """The live generation, if it can be read, and what it says of the log: to build anew must mend whatever it is."""
    try:
        before = generations.live()
        return before, known_to_be_right(log, before) if before else NOTHING_KNOWN
    except StoreUnusable as error:
        logger.warning("the rows that are there can not be read; all is built from the log alone", reason=error.detail)
        return None, NOTHING_KNOWN


def known_to_be_right(log: ConflictLog, rows: Database) -> Known:
    """The records of which rows of this version were made already, if it was this log that they were made of."""
    position, leaf_hash = rows.fetch("SELECT position, leaf_hash FROM progress")[0]
    there = log.records.queries.row(position)
    if there is None or there.leaf_hash != leaf_hash:
        return NOTHING_KNOWN
    return Known(position, frozenset(row[0] for row in rows.fetch("SELECT position FROM set_aside")))


def _build(log: ConflictLog, writing: Writing, engine: str, known: Known, progress: Progress) -> None:
    """Put everything up to where the log stands now in its place."""
    found = survey(log, log.head().position, known)
    building = _Building(writing, engine)
    for statement in UNSORTED[engine]:
        writing.execute(statement)
    for piece in _pieces(log, found):
        building.take(piece)
        progress(piece.records)
    building.finish(found, log)
    progress(len(found.catalogue) + len(found.unreadable))


def _pieces(log: ConflictLog, found: Survey) -> Iterator[Piece]:
    """All pieces, as they are done. The other process is given a few parts ahead, and what it leaves is made here."""
    parts = deque(parts_of(found))
    mine = Workshop(log, found)
    theirs: deque[tuple[Part, Future[list[Piece]]]] = deque()
    with ExitStack() as stack:
        helper: ProcessPoolExecutor | None = None
        if len(parts) > ALONE:
            helper = ProcessPoolExecutor(1, get_context("spawn"), _begin_in_process, (log.address, found))
            stack.callback(helper.shutdown)
        while parts or theirs:
            try:
                while helper and parts and len(theirs) < AHEAD:
                    theirs.append((parts[-1], helper.submit(_pieces_in_process, parts[-1])))
                    parts.pop()
                while theirs and (theirs[0][1].done() or not parts):
                    yield from theirs[0][1].result()
                    theirs.popleft()
            except BrokenExecutor as error:  # it was killed, or could not begin
                logger.warning("the process that helped is gone; the rest is built without it", reason=str(error))
                helper = None
                parts.extend(part for part, _ in theirs)
                theirs.clear()
            if parts:
                yield from mine.pieces(parts.popleft())


_begun: list[Workshop] = []
"""What a helping process works with."""


def _begin_in_process(address: object, found: Survey) -> None:
    _begun.append(Workshop(ConflictLog(address, read_only=True), found))  # type: ignore[arg-type]


def _pieces_in_process(part: Part) -> list[Piece]:
    with uncollected():
        return _begun[0].pieces(part)


class _Building:
    """Puts pieces together in the tables of a new generation."""

    def __init__(self, writing: Writing, engine: str) -> None:
        self._writing = writing
        self._engine = engine
        self._fronts, self._sources, self._actors = Names(), Names(), Names()
        self._density: list[Ints] = [NO_CHANGES]
        self._voices: list[Ints] = [NO_CHANGES]
        self._sorts: list[Ints] = [NO_CHANGES]
        self._labels: list[Ints] = [NO_CHANGES]
        self._casts: set[int] = set()
        self._reported: list[int] = []
        self._set_aside: set[int] = set()

    def take(self, piece: Piece) -> None:
        """Take a piece in."""
        self._writing.insert("opened", VERSION_COLUMNS, piece.rows)
        self._writing.insert("spoken", ("position", "found_by"), piece.words)
        self._density.append(_with_fronts([piece.density], _places(piece.fronts, self._fronts)))
        self._voices.append(_renamed(piece.voices, piece.sources, self._sources, 1))
        self._sorts.append(_renamed(piece.sorts, piece.fronts, self._fronts, FRONT_BITS))
        self._labels.append(
            relabelled(
                piece.labels,
                _places(piece.fronts, self._fronts),
                _places(piece.actors, self._actors),
                _places(piece.sources, self._sources),
            )
        )
        casts = {digest: told for digest, told in piece.casts.items() if digest not in self._casts}
        insert_casts(self._writing, ((digest, *told) for digest, told in casts.items()))
        self._casts.update(casts)
        self._writing.insert("merges", ("position", "id", "target"), piece.merges)
        aside = [one for one in piece.set_aside if one.position not in self._set_aside]
        insert_set_aside(self._writing, aside)
        self._set_aside.update(one.position for one in aside)
        self._reported += piece.reported or ()

    def finish(self, found: Survey, log: ConflictLog) -> None:
        """Number the names, sort the rows, pack the counts, and make the indexes."""
        fronts, sources, actors = (_numbered(names) for names in (self._fronts, self._sources, self._actors))
        for sort, names, numbers in (
            ("front", self._fronts, fronts),
            ("source", self._sources, sources),
            ("actor", self._actors, actors),
        ):
            told = [(sort, int(numbers[place]), slug, names.first[place]) for slug, place in names.places.items()]
            self._writing.insert("names", ("sort", "number", "slug", "recorded_from"), told)
        self._writing.insert("catalogue", ("position",), [(one.position,) for one in found.catalogue])
        insert_set_aside(self._writing, found.unreadable)
        with ThreadPoolExecutor(1, "packing") as beside:  # the database is busy for long, and needs no interpreter
            packing = beside.submit(self._packed, fronts, sources, actors)
            for statement in (*SORTED[self._engine], *indexes(self._engine)):
                self._writing.execute(statement)
            for counts, packed in packing.result():
                counts.load(self._writing, packed)
        row = log.records.queries.row(found.last)
        first, last = (min(self._reported), max(self._reported)) if self._reported else (None, None)
        self._writing.execute(
            "UPDATE progress SET position = ?, leaf_hash = ?, first_reported = ?, last_reported = ?",
            (found.last, row.leaf_hash if row else None, first, last),
        )

    def _packed(self, fronts: Ints, sources: Ints, actors: Ints) -> list[tuple[Counts, Packed]]:
        """All counts, with the numbers that names got."""
        # The most numerous of all are taken piece by piece, so that they are not in memory three times.
        labels = [relabelled(self._labels.pop(), fronts, actors, sources) for _ in range(len(self._labels))]
        return [
            (DENSITY, packed_up(_with_fronts(self._density, fronts))),
            (VOICES, packed_up(_with_numbers(self._voices, sources, 1))),
            (SORTS, packed_up(_with_numbers(self._sorts, fronts, FRONT_BITS))),
            (LABELS, packed_up(np.concatenate(labels))),
        ]


def _renamed(changes: Ints, names: Names, ours: Names, bits: int) -> Ints:
    """Changes of which the codes hold the places that names have here, above so many other bits."""
    return _with_numbers([changes], _places(names, ours), bits)


def _places(names: Names, ours: Names) -> Ints:
    """The places that names have here, by their places there."""
    places = [ours.place(slug, names.first[place]) for slug, place in names.places.items()]
    return np.array(places or [0], dtype=np.int64)


def _numbered(names: Names) -> Ints:
    """The numbers of names, counted from 1 in the order in which the log first has them, by place.

    Of those that one event has, the lesser name comes first.
    """
    by_name = sorted(names.places, key=lambda name: (names.first[names.places[name]], name))
    order = np.array([names.places[name] for name in by_name] or [0], dtype=np.int64)
    numbers = np.empty(len(order), dtype=np.int64)
    numbers[order] = np.arange(1, len(order) + 1)
    return numbers


def _with_numbers(changes: list[Ints], numbers: Ints, bits: int) -> Ints:
    """Changes of which the codes hold numbers in the place of places."""
    table = np.concatenate(changes)
    codes = table[:, 1]
    table[:, 1] = numbers[codes >> bits] << bits | codes & ((1 << bits) - 1)
    return table


def _with_fronts(changes: list[Ints], numbers: Ints) -> Ints:
    """Changes of cells with the numbers of fronts in the place of their places."""
    table = np.concatenate(changes)
    table[:, 1] = with_fronts(table[:, 1], numbers)
    return table


def _caught_up(log: ConflictLog, writing: Writing, engine: str) -> int:
    """Add what was recorded since the log was read; the position that the rows came to."""
    known = remembered(writing, log)
    leaf_hash = writing.fetch("SELECT leaf_hash FROM progress")[0][0]
    tail = log.tail(known.position, leaf_hash)
    projection = Projection(log, known, quoting(writing, engine, known, log))
    while records := tail.read():
        before = known.position
        write(writing, engine, projection.project(records), known, before, tail.leaf_hash)
    return known.position
