"""Verifying a whole log: every record hashed anew, the tree built anew, every checkpoint checked against it.

Records are read in ranges of 16,384, which are subtrees of the tree, where the log is long by another process too.
What comes back from a range is its part of the tree, so that the whole is put together from few hashes.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from hashlib import sha256
from multiprocessing import get_context
from typing import cast

from eventsourcing.persistence import PersistenceError
from msgspec import Struct

from timeline.store.addresses import Address
from timeline.store.checkpoints import Verifier
from timeline.store.log import ConflictLog
from timeline.store.queries import LogQueries
from timeline.store.recorders import LogRecorder, Verifiable
from timeline.store.records import header_of
from timeline.store.tree import WIDTH, Frontier, full_root
from timeline.store.vouching import Problem, disagreements, signatures

RANGE = WIDTH * 64
"""How many records are checked in one piece; a multiple of the tree's blocks."""
ALONE = 4
"""How many pieces this process checks sooner than another one starts."""

Progress = Callable[[int], None]
"""Called with how many more records were checked."""


class Verification(Struct, frozen=True):
    """What a verification found. `signed` is the size that the last checkpoint vouches for, `signers` who signed."""

    origin: str
    size: int
    root: bytes
    checkpoints: int
    signed: int
    signers: tuple[str, ...]
    problems: tuple[Problem, ...]


class _Range(Struct, frozen=True):
    """What one range of records gave: the roots of its whole blocks, and its frontier at each signed size in it."""

    blocks: tuple[bytes, ...]
    tail: tuple[bytes, ...]
    leaves_at: dict[int, tuple[bytes, ...]]
    first_recorded_at: int
    last_recorded_at: int
    problem: Problem | None


def verify(log: ConflictLog, progress: Progress = lambda _: None, keys: Sequence[Verifier] = ()) -> Verification:
    """Check every record of a log. With `keys` only the checkpoints that they signed count.

    The first problem is named; nothing is changed. Records appended meanwhile are left out.
    """
    queries = log.records.queries
    size, origin = queries.head().position, queries.origin()
    signed = signatures(queries, keys).up_to(size, queries.head().position)
    whole = Frontier()
    roots = {0: whole.root()}
    recorded_at = 0
    stored = _StoredNodes(log.records)
    problems = _misplaced(queries)
    for start, found in () if problems else _ranges(log, size, signed.sizes(), progress):
        if found.problem:
            problems.append(found.problem)
            break
        if found.first_recorded_at < recorded_at:
            problems.append(Problem(start + 1, "was recorded before the record in front of it"))
        recorded_at = found.last_recorded_at
        problems += stored.compared(start, found.blocks)
        for at, leaves in found.leaves_at.items():
            roots[at] = _continued(whole, found.blocks[: (at - start) // WIDTH], leaves).root()
        whole = _continued(whole, found.blocks, found.tail)
    problems = problems or stored.upper_levels() or disagreements(signed, origin, size, roots)
    return Verification(
        origin or "",
        size,
        whole.root(),
        len(signed.checkpoints),
        max((at for at in signed.sizes() if at <= size), default=0),
        signed.signers(),
        tuple(sorted(problems, key=lambda one: one.position)),
    )


def _misplaced(queries: LogQueries) -> list[Problem]:
    """What stands where nothing of a log ever stands."""
    if rows := queries.fetch("SELECT position FROM events WHERE position < 1 ORDER BY position LIMIT 1", ()):
        return [Problem(rows[0][0], "is no position that a log gives out")]
    if len(queries.fetch("SELECT origin FROM log", ())) != 1:
        return [Problem(1, "and all after it belong to no log: its name was altered")]
    return []


def _ranges(log: ConflictLog, size: int, signed: list[int], progress: Progress) -> Iterator[tuple[int, _Range]]:
    starts = range(0, size, RANGE)
    parts = [
        (start, min(start + RANGE, size), [at for at in signed if start < at <= start + RANGE]) for start in starts
    ]
    with ExitStack() as stack:
        theirs: list[Future[_Range]] = []
        if len(parts) > ALONE:
            # It takes them from the end, while this process takes them from the beginning, until they meet.
            helper = ProcessPoolExecutor(1, get_context("spawn"), _open_in_process, (log.address,))
            stack.callback(helper.shutdown, cancel_futures=True)
            theirs = [helper.submit(_check_in_process, *part) for part in reversed(parts)]
        for start, stop, sizes in parts:
            one = theirs.pop() if theirs else None
            mine = one is None or one.cancel()
            yield start, _check_range(log.records, start, stop, sizes) if mine else cast("Future[_Range]", one).result()
            progress(stop - start)


_opened: list[ConflictLog] = []
"""The log that a helping process reads."""


def _open_in_process(address: Address) -> None:
    _opened.append(ConflictLog(address, read_only=True))


def _check_in_process(start: int, stop: int, sizes: list[int]) -> _Range:
    return _check_range(_opened[0].records, start, stop, sizes)


def _check_range(records: LogRecorder, start: int, stop: int, sizes: list[int]) -> _Range:
    """Hash the records after `start` up to `stop` anew; stop at the first that is not as it was written."""
    blocks: list[bytes] = []
    leaves: list[bytes] = []
    leaves_at: dict[int, tuple[bytes, ...]] = {}
    wanted = set(sizes)
    position, first_at, last_at = start, 0, 0
    for rows in _streamed(records, start, stop):
        if isinstance(rows, str):
            unread = Problem(position + 1, f"can not be read: {rows}")
            return _Range(tuple(blocks), (), leaves_at, first_at, last_at, unread)
        for at, recorded_at, subject, version, topic, key, state, leaf in rows:
            position += 1
            try:
                record = header_of(at, recorded_at, subject.hex(), version, topic.decode(), key).encode() + state
            except (AttributeError, TypeError, ValueError):
                record = b""  # A value is not of its column's type any more.
            problem = None
            if at != position:
                problem = Problem(position, "is missing")
            elif sha256(b"\x00" + record).digest() != leaf:
                problem = Problem(position, "was altered: its bytes do not give the hash that was stored with them")
            elif recorded_at < last_at:
                problem = Problem(position, "was recorded before the record in front of it")
            if problem:
                return _Range(tuple(blocks), (), leaves_at, first_at, last_at, problem)
            first_at, last_at = first_at or recorded_at, recorded_at
            leaves.append(leaf)
            if position in wanted:
                leaves_at[position] = tuple(leaves) if len(leaves) < WIDTH else ()
            if len(leaves) == WIDTH:
                blocks.append(full_root(leaves))
                leaves.clear()
    ends_early = Problem(position + 1, "is missing") if position != stop else None
    return _Range(tuple(blocks), tuple(leaves), leaves_at, first_at, last_at, ends_early)


def _streamed(records: LogRecorder, start: int, stop: int) -> Iterator[list[Verifiable] | str]:
    """The records in batches; where the database itself can not read on, why."""
    try:
        yield from records.stream(start, stop)
    except PersistenceError as error:
        yield str(error)


def _continued(frontier: Frontier, blocks: tuple[bytes, ...], leaves: tuple[bytes, ...]) -> Frontier:
    further = frontier.copy()
    for block in blocks:
        further.add(block, WIDTH)
    for leaf in leaves:
        further.add(leaf)
    return further


class _StoredNodes:
    """Compares the nodes of the tree that the log keeps with those that its records give."""

    def __init__(self, records: LogRecorder) -> None:
        self._records = records
        self._blocks: list[bytes] = []

    def compared(self, start: int, blocks: tuple[bytes, ...]) -> list[Problem]:
        """The blocks of a range."""
        self._blocks += blocks
        return self._compare(1, start // WIDTH, blocks)

    def upper_levels(self) -> list[Problem]:
        """The levels above the blocks, once all ranges were compared."""
        problems, level, hashes = [], 2, self._blocks
        while len(hashes) >= WIDTH:
            hashes = [full_root(hashes[at : at + WIDTH]) for at in range(0, len(hashes) // WIDTH * WIDTH, WIDTH)]
            problems += self._compare(level, 0, tuple(hashes))
            level += 1
        return problems

    def _compare(self, level: int, first: int, hashes: tuple[bytes, ...]) -> list[Problem]:
        try:
            kept = self._records.queries.kept_hashes(level, first, first + len(hashes))
        except LookupError:
            kept = []
        leaves = WIDTH**level
        for number, hash in enumerate(hashes):
            if number >= len(kept) or kept[number] != hash:
                position = (first + number) * leaves + 1
                return [Problem(position, f"or one of the {leaves - 1} after it was altered, with its own hash")]
        return []
