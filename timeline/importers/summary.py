"""The summary of an import, line by line: what was added, what that changes, and what was cut, replaced or guessed."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date
from uuid import UUID

from msgspec import structs

from timeline.importers.notes import Note, sentence
from timeline.importers.releases import Changes, Outcome
from timeline.importers.running import Batch, Rejected

MAX_DAYS_NAMED = 30
"""How many days a dry run names."""


class Summary:
    """What became of the files of an import so far."""

    def __init__(self) -> None:
        self.added = 0
        self.repeated = 0
        self.rejected: list[Rejected] = []
        self.warnings = Counter[str]()
        """How many warnings of each code what was accepted has."""
        self.days: Mapping[date, Set[UUID]] | None = None
        """For a dry run: the days (UTC) from which on what is known would change, and the developments that would."""
        self._changes: Changes | None = None
        self._notes = Counter[Note]()
        self._remarks: list[str] = []

    def remark(self, file: str, what: str) -> None:
        """Something that was recognised or guessed in a file."""
        self._remarks.append(f"{file}: {what}")

    def add_batch(self, batch: Batch) -> None:
        """What became of some lines of events."""
        self.added += batch.added
        self.repeated += batch.repeated
        self.rejected += batch.rejected

    def add_release(self, file: str, outcome: Outcome) -> None:
        """What became of a file of a release."""
        self.added += outcome.added
        self.repeated += outcome.repeated
        self.rejected += outcome.rejected
        self._changes = _sum(self._changes or Changes(), outcome.changes)
        self._notes.update(outcome.notes)
        for what in outcome.remarks:
            self.remark(file, what)

    def lines(self) -> Iterator[str]:
        """The summary; everything that is counted is a line of it."""
        if self.days is not None:
            yield "dry run, nothing was written; an import would do this:"
        yield f"{self.added} events added, {self.repeated} were there before, {len(self.rejected)} refused"
        if self._changes:
            yield "developments: " + ", ".join(
                f"{count} {name}" for name, count in structs.asdict(self._changes).items()
            )
        for what in Note:
            if count := self._notes[what]:
                yield sentence(what, count)
        if self.warnings:
            counts = ", ".join(f"{count:,} {code}" for code, count in self.warnings.most_common())
            yield f"accepted with warnings: {counts}; `GET /api/v1/checks` lists what the log holds"
        yield from self._remarks
        if self.days is not None:
            yield from _day_lines(self.days)


def _day_lines(days: Mapping[date, Set[UUID]]) -> Iterator[str]:
    """The days (UTC) from which on what is known would change, and of how many developments."""
    if not days:
        yield "what is known would change on no day"
        return
    yield "what is known would change from these days on:"
    ordered: Sequence[date] = sorted(days)
    for day in ordered[:MAX_DAYS_NAMED]:
        count = len(days[day])
        yield f"  {day}: {count} {'development' if count == 1 else 'developments'}"
    if len(ordered) > MAX_DAYS_NAMED:
        yield f"  ... and {len(ordered) - MAX_DAYS_NAMED} more days, the last of them {ordered[-1]}"


def _sum(one: Changes, other: Changes) -> Changes:
    counts = structs.asdict(other)
    return Changes(**{name: count + counts[name] for name, count in structs.asdict(one).items()})
