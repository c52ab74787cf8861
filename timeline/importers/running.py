"""Running an import: lines become submissions, submissions are recorded, refusals are kept with their reason."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from timeline.domain.aggregates import Submission
from timeline.errors import TimelineError

Record = Callable[[Submission], Any]
"""Appends a submission; what it returns says by `repeated` whether it was there before."""


class Line(Struct, frozen=True):
    """One line of a file: the submission that it asks for, or why it can not be read."""

    number: int
    read: Submission | TimelineError


Importer = Callable[[Path], Iterator[Line]]
"""Reads a file line by line."""


class Rejected(Struct, frozen=True):
    """A line that was refused."""

    file: str
    line: int
    reason: str
    errors: tuple[dict[str, Any], ...] = ()


def run(file: Path, lines: Iterable[Line], record: Record, reported_at: datetime | None) -> Iterator[Rejected | None]:
    """Record the lines one by one; yields for each what was wrong with it, or None.

    `reported_at` is the reported clock of lines that carry none. A line that was recorded stays recorded:
    the same import again goes on where it was broken off, and adds nothing twice.
    """
    for line in lines:
        yield _record(file, line, record, reported_at)


def _record(file: Path, line: Line, record: Record, reported_at: datetime | None) -> Rejected | None:
    try:
        if isinstance(line.read, TimelineError):
            raise line.read
        submission = line.read
        if submission.reported_at is None and reported_at:
            submission = structs.replace(submission, reported_at=reported_at)
        record(submission)
    except TimelineError as error:
        return Rejected(str(file), line.number, error.detail, error.errors)
    return None
