"""Running an import: lines become submissions, submissions are recorded, refusals are kept with their reason."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct, structs

from timeline.domain.aggregates import Submission
from timeline.errors import StoreUnusable, TimelineError
from timeline.plausibility.registry import ReceiptWarning, count_warnings


class Repeatable(Protocol):
    """What became of a submission that was accepted."""

    @property
    def repeated(self) -> bool:
        """Whether it was there before."""

    @property
    def warnings(self) -> tuple[ReceiptWarning, ...]:
        """What it was accepted with."""


RecordAll = Callable[[Sequence[Submission]], Sequence[Repeatable | TimelineError]]
"""Appends submissions, each for itself; gives for each what it became, or why it was refused."""


class Line(Struct, frozen=True):
    """One line of a file: the submission that it asks for, or why it can not be read.

    Where several may stand on one line, `element` says which of the file's it is, from 1.
    """

    number: int
    read: Submission | TimelineError
    element: int = 0


class LineFile(Protocol):
    """A file of events that was looked into and found to be one."""

    @property
    def events(self) -> int:
        """How many events are in it, right or wrong."""

    def remarks(self) -> Iterator[str]:
        """What the summary says of it: what was recognised or guessed."""

    def lines(self) -> Iterator[Line]:
        """What is in it."""


Importer = Callable[[Path], LineFile]
"""Looks into a file; raises `UnreadableFile` where it is something else."""


class Rejected(Struct, frozen=True):
    """A line that was refused."""

    file: str
    line: int
    reason: str
    errors: tuple[dict[str, Any], ...] = ()


def counting_warnings(record_all: RecordAll, counts: Counter[str]) -> RecordAll:
    """Records as `record_all` does, and counts by code the warnings with which something new was accepted."""

    def recorded(submissions: Sequence[Submission]) -> Sequence[Repeatable | TimelineError]:
        outcomes = record_all(submissions)
        accepted = (one for one in outcomes if not isinstance(one, TimelineError) and not one.repeated)
        counts.update(count_warnings(accepted))
        return outcomes

    return recorded


class Batch(Struct):
    """What became of some lines."""

    lines: int = 0
    added: int = 0
    repeated: int = 0
    rejected: list[Rejected] = []


def run(
    file: Path, lines: Iterable[Line], record_all: RecordAll, reported_at: datetime | None, together: int
) -> Iterator[Batch]:
    """Record the lines, `together` at a time; yields what became of each batch.

    `reported_at` is the reported clock of lines that carry none. A line that was recorded stays recorded:
    the same import again goes on where it was broken off, and adds nothing twice. Raises `StoreUnusable`
    where the store fails.
    """
    remaining = iter(lines)
    while some := list(islice(remaining, together)):
        yield _record(file, some, record_all, reported_at)


def _record(file: Path, lines: list[Line], record_all: RecordAll, reported_at: datetime | None) -> Batch:
    outcomes = iter(record_all([_dated(line.read, reported_at) for line in lines if isinstance(line.read, Submission)]))
    batch = Batch(len(lines))
    for line in lines:
        outcome = line.read if isinstance(line.read, TimelineError) else next(outcomes)
        if isinstance(outcome, StoreUnusable):
            raise outcome
        if isinstance(outcome, TimelineError):
            reason = f"element {line.element}: {outcome.detail}" if line.element else outcome.detail
            batch.rejected.append(Rejected(str(file), line.number, reason, outcome.errors))
        elif outcome.repeated:
            batch.repeated += 1
        else:
            batch.added += 1
    return batch


def _dated(submission: Submission, reported_at: datetime | None) -> Submission:
    if submission.reported_at is None and reported_at:
        return structs.replace(submission, reported_at=reported_at)
    return submission
