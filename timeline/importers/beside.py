"""A long release, read by a process beside this one: to read a row takes as long as to append what it says."""

import signal
from collections import deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Generic, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from timeline.collecting import uncollected
from timeline.domain.aggregates import Submission
from timeline.domain.checks import trusting
from timeline.domain.facts import FACTS, Fact
from timeline.domain.values import MessageId
from timeline.importers.notes import Note
from timeline.importers.snapshots import Past, Release
from timeline.importers.telling import Heap, Told, tell
from timeline.importers.ucdp import RejectedRow, read_rows
from timeline.importers.ucdp_fronts import FrontRules
from timeline.importers.ucdp_plan import ReadingPlan

AHEAD = 4
"""How many heaps are told ahead."""

OpenPast = Callable[[], Past]
"""Opens the log for the other process."""

F = TypeVar("F", bound=Fact)


class _Sent(Struct, Generic[F], frozen=True, gc=False):
    """A submission with the line that it comes from, on its way between processes."""

    line: int
    subject: UUID
    reported_at: datetime | None
    message: MessageId
    fact: F


class _SentHeap(Struct, frozen=True):
    rows: int
    line: int
    told: list[tuple[str, msgspec.Raw]]
    refused: list[RejectedRow]
    notes: dict[Note, int]


_ENCODER = msgspec.msgpack.Encoder()
_DECODE_HEAP = msgspec.msgpack.Decoder(_SentHeap).decode
_DECODERS = {fact.TOPIC: msgspec.msgpack.Decoder(_Sent[fact]) for fact in FACTS}  # type: ignore[valid-type]


def tell_beside(
    release: Release,
    path: Path,
    rules: Path | None,
    open_past: OpenPast,
    listed: Collection[str],
    known: Collection[str] | None = None,
    plan: ReadingPlan | None = None,
) -> Iterator[Heap]:
    """What `tell` tells of a file, told by another process. Raises `BrokenExecutor` where that one is killed."""
    ahead: deque[Future[bytes]] = deque()
    begun = (release, path, rules, open_past, listed, known, plan)
    with ExitStack() as stack:
        helper = ProcessPoolExecutor(1, get_context("spawn"), _begin, begun)
        stack.callback(helper.shutdown, cancel_futures=True)
        ahead.extend(helper.submit(_next_heap) for _ in range(AHEAD))
        while sent := ahead.popleft().result():
            ahead.append(helper.submit(_next_heap))
            yield _received(sent)


_begun: list[Iterator[Heap]] = []
"""What the other process tells."""


def _begin(
    release: Release,
    path: Path,
    rules: Path | None,
    open_past: OpenPast,
    listed: Collection[str],
    known: Collection[str] | None,
    plan: ReadingPlan | None,
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who breaks an import off stops it by leaving
    _begun.append(tell(release, read_rows(path, FrontRules.load(rules), plan), open_past(), listed, known))


def _next_heap() -> bytes:
    """The next heap as it is sent; nothing at the end."""
    with uncollected():
        heap = next(_begun[0], None)
    if heap is None:
        return b""
    told = [(one.submission.fact.TOPIC, msgspec.Raw(_ENCODER.encode(_sent(one)))) for one in heap.told]
    return _ENCODER.encode(_SentHeap(heap.rows, heap.line, told, heap.refused, heap.notes))


def _sent(told: Told) -> _Sent[Fact]:
    one = told.submission
    return _Sent(told.line, one.subject, one.reported_at, one.message, one.fact)


def _received(sent: bytes) -> Heap:
    heap = _DECODE_HEAP(sent)
    with trusting():  # all of it was checked when it was read
        found = [_DECODERS[topic].decode(raw) for topic, raw in heap.told]
    told = [Told(one.line, Submission(one.subject, one.reported_at, one.message, one.fact)) for one in found]
    return Heap(heap.rows, heap.line, told, heap.refused, heap.notes)
