"""Bringing a release of a data set into the log: who speaks in it, its fronts, what it changes, and its seal.

Reading comes first and as a whole, so that what can not be read is known before anything is written. Then come
the sources and fronts that the log does not know yet, then what the release changes (`snapshots`), batch by batch,
and in the end the seal. A release of which anything was refused gets no seal, like one that was broken off:
once its rows are mended the same import goes on from there, and adds nothing twice.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from uuid import UUID

from msgspec import Struct

from timeline.domain.aggregates import Submission
from timeline.domain.facts import Fact, FrontOpened, SourceRegistered
from timeline.domain.values import development_id_of, front_id, source_id
from timeline.domain.vocabulary import SourceKind
from timeline.errors import StoreUnusable, TimelineError
from timeline.importers.running import RecordAll, Rejected
from timeline.importers.snapshots import Held, Past, Release, seal, submission_of, submissions
from timeline.importers.ucdp import RejectedRow, UcdpRow

_TOGETHER = 4_000
"""How many events are appended in one transaction."""


class UnusableSnapshot(TimelineError):
    """Raised when a file can not be taken as the whole of a data set: of some row not even the id can be read."""

    slug = "unusable-snapshot"
    title = "The file can not be taken as the whole of its data set"


class ReleaseFile(Struct, frozen=True):
    """The file of a release, read: its rows and their lines by external id, who speaks, its fronts, and the rest."""

    name: str
    sha256: str
    rows: dict[str, Held]
    lines: dict[UUID, int]
    sources: dict[str, str]
    fronts: dict[str, str]
    refused: tuple[RejectedRow, ...]

    @property
    def rejected(self) -> list[Rejected]:
        """The rows that could not be read, as every import tells of them."""
        return [Rejected(self.name, row.number, row.reason, row.errors) for row in self.refused]

    @property
    def unread(self) -> frozenset[str]:
        """The ids of what it lists but nobody could read."""
        return frozenset(row.external_id for row in self.refused if row.external_id)


class Outcome(Struct, frozen=True):
    """What became of a release: events added, rows of which everything was there before, what the log refused."""

    added: int
    repeated: int
    rejected: list[Rejected]
    sealed: bool


def read_release(
    name: str, sha256: str, rows: Iterable[UcdpRow | RejectedRow], at_line: Callable[[int], None] = lambda _: None
) -> ReleaseFile:
    """The file as a whole; `at_line` is told the line of each row."""
    file = ReleaseFile(name, sha256, {}, {}, {}, {}, ())
    refused = []
    for row in rows:
        at_line(row.number)
        if isinstance(row, RejectedRow):
            refused.append(row)
            continue
        file.rows[row.external_id] = Held(row.description, row.accounts)
        file.lines[development_id_of(row.external_id)] = row.number
        file.sources.update(row.sources)
        file.fronts.setdefault(row.description.front, row.front_name)
    return ReleaseFile(name, sha256, file.rows, file.lines, file.sources, file.fronts, tuple(refused))


def bring_in(
    release: Release,
    file: ReleaseFile,
    past: Past,
    record_all: RecordAll,
    progress: Callable[[int], None] = lambda _: None,
    together: int = _TOGETHER,
) -> Outcome:
    """Append what the log needs to know this release; `progress` is called with how many more rows are done.

    Raises `UnusableSnapshot` before anything is written, `StoreUnusable` where the store fails, and whatever the
    log has against a source, a front or the seal.
    """
    _guard_whole(release, file)
    catalogue = [*_unknown_sources(release, file, past), *_unknown_fronts(release, file, past)]
    added = _all_recorded(record_all, catalogue)
    touched: set[UUID] = set()
    rejected: list[Rejected] = []
    for some in _in_batches(submissions(release, file.rows, past, progress, file.unread), together):
        for submission, outcome in zip(some, record_all(some), strict=True):
            touched.add(submission.subject)
            if isinstance(outcome, StoreUnusable):
                raise outcome
            if isinstance(outcome, TimelineError):
                line = file.lines.get(submission.subject, 0)
                rejected.append(Rejected(file.name, line, outcome.detail, outcome.errors))
            else:
                added += not outcome.repeated
    repeated = len(file.lines.keys() - touched)
    if rejected or file.refused:
        return Outcome(added, repeated, rejected, sealed=False)
    added += _all_recorded(record_all, [seal(release, len(file.rows), file.sha256)])
    return Outcome(added, repeated, rejected, sealed=True)


def _guard_whole(release: Release, file: ReleaseFile) -> None:
    nameless = next((row for row in file.refused if row.external_id is None), None)
    if release.whole and nameless:
        raise UnusableSnapshot(
            f"{file.name}:{nameless.number}: not even the id of this row can be read, so what the snapshot leaves out "
            "can not be told from what could not be read; nothing was written",
            nameless.errors,
        )


def _unknown_sources(release: Release, file: ReleaseFile, past: Past) -> Iterator[Submission]:
    histories = past.recorded_of([source_id(slug) for slug in file.sources])
    for slug, name in sorted(file.sources.items()):
        if not histories.get(source_id(slug)):
            kind = SourceKind.DATA_SET if slug == release.data_set else SourceKind.MEDIA
            yield _entry(release, source_id(slug), SourceRegistered(slug, name, kind))


def _unknown_fronts(release: Release, file: ReleaseFile, past: Past) -> Iterator[Submission]:
    histories = past.recorded_of([front_id(slug) for slug in file.fronts])
    for slug, name in sorted(file.fronts.items()):
        if not histories.get(front_id(slug)):
            yield _entry(release, front_id(slug), FrontOpened(slug, name))


def _entry(release: Release, subject: UUID, fact: Fact) -> Submission:
    """An entry of the catalogue of sources and fronts."""
    return submission_of(release, subject, release.reported_at, fact, f"catalogue {subject}")


def _all_recorded(record_all: RecordAll, wanted: Sequence[Submission]) -> int:
    """How many were added; whatever is refused is raised."""
    added = 0
    for outcome in record_all(wanted) if wanted else ():
        if isinstance(outcome, TimelineError):
            raise outcome
        added += not outcome.repeated
    return added


def _in_batches(wanted: Iterator[Submission], together: int) -> Iterator[list[Submission]]:
    while some := list(islice(wanted, together)):
        yield some
