"""Bringing a release of a data set into the log: who speaks in it, its fronts, what it changes, and its seal.

Of a release that is whole the ids are read first, so that what it leaves out is known before anything is written. Then
come its rows, some at a time (`telling`), and in the end the seal. A release of which anything was refused gets no
seal, like one that was broken off: once its rows are mended the same import goes on from there, and adds nothing twice.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from hashlib import sha256
from pathlib import Path

import structlog
from msgspec import Struct

from timeline.domain.aggregates import Submission
from timeline.domain.facts import FrontOpened, SourceRegistered
from timeline.errors import StoreUnusable, TimelineError
from timeline.importers.beside import OpenPast, tell_beside
from timeline.importers.running import RecordAll, Rejected, Repeatable
from timeline.importers.snapshots import Past, Release, seal
from timeline.importers.telling import Heap, Told, in_batches, tell
from timeline.importers.ucdp import RejectedRow, read_ids, read_rows
from timeline.importers.ucdp_cells import guard_readable
from timeline.importers.ucdp_fronts import FrontRules

logger = structlog.get_logger(__name__)

_TOGETHER = 4_000
"""How many events are appended in one transaction."""
LONG = 8_000_000
"""Bytes of a file from which on a second process pays: it takes a second to begin."""
_CHUNK = 1 << 20


class UnusableSnapshot(TimelineError):
    """Raised when a file can not be taken as the whole of a data set: of some row not even the id can be read."""

    slug = "unusable-snapshot"
    title = "The file can not be taken as the whole of its data set"

    def __init__(self, detail: str, rejected: Sequence[Rejected]) -> None:
        super().__init__(detail, rejected[0].errors)
        self.rejected = rejected


class ReleaseFile(Struct, frozen=True):
    """The file of a release, with the front rules that are meant (None: ours), its SHA-256 and how large it is."""

    path: Path
    rules: Path | None
    sha256: str
    lines: int
    size: int

    @property
    def name(self) -> str:
        """As it is named in refusals."""
        return str(self.path)


class Outcome(Struct, frozen=True):
    """What became of a release: events added, rows of which everything was there before, and what was refused."""

    added: int
    repeated: int
    rejected: list[Rejected]
    sealed: bool


def release_file(path: Path, rules: Path | None = None) -> ReleaseFile:
    """A file of UCDP GED. Raises `UnreadableRelease` and `UnusableFrontRules`."""
    FrontRules.load(rules)
    guard_readable(path)
    digest, lines, size = sha256(), 0, 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            lines += chunk.count(b"\n")
            size += len(chunk)
    return ReleaseFile(path, rules, digest.hexdigest(), lines, size)


def bring_in(
    release: Release,
    file: ReleaseFile,
    past: Past,
    record_all: RecordAll,
    progress: Callable[[int], None] = lambda _: None,
    together: int = _TOGETHER,
    open_past: OpenPast | None = None,
) -> Outcome:
    """Append what the log needs to know this release; `progress` is called with how many more lines are done.

    `open_past` opens the log once more: with it a long file is read by a process beside. Raises `UnusableSnapshot`
    before anything is written, `StoreUnusable` where the store fails, and whatever the log has against a source, a
    front or the seal.
    """
    listed = _listed(file) if release.whole else frozenset()
    arriving = _Arriving(file, record_all, progress)
    if open_past and file.size >= LONG:
        try:
            arriving.take(tell_beside(release, file.path, file.rules, open_past, listed), together)
            return arriving.outcome(release)
        except BrokenExecutor as error:  # it was killed, or could not begin
            logger.warning("the process that read the file is gone; it is read again without it", reason=str(error))
            arriving.begin_again()
    arriving.take(tell(release, read_rows(file.path, FrontRules.load(file.rules)), past, listed), together)
    return arriving.outcome(release)


def _listed(file: ReleaseFile) -> frozenset[str]:
    """The ids that a whole release lists, also those of rows that can not be read."""
    read = list(read_ids(file.path))
    nameless = [_rejection(file, one) for one in read if isinstance(one, RejectedRow)]
    if nameless:
        raise UnusableSnapshot(
            f"{file.name}:{nameless[0].line}: not even the id of this row can be read, so what the snapshot "
            "leaves out can not be told from what could not be read; nothing was written",
            nameless,
        )
    return frozenset(one for one in read if isinstance(one, str))


class _Arriving:
    """What has become of a release so far."""

    def __init__(self, file: ReleaseFile, record_all: RecordAll, progress: Callable[[int], None]) -> None:
        self._file = file
        self._record_all = record_all
        self._progress = progress
        self._at = 0
        self._rows = 0
        self._touched: set[int] = set()
        self._rejected: list[Rejected] = []
        self._added = 0

    def take(self, heaps: Iterator[Heap], together: int) -> None:
        """Append all that is told."""
        for some in in_batches(self._told(heaps), together):
            for told, outcome in zip(some, self._record_all([one.submission for one in some]), strict=True):
                self._settle(told, outcome)
            self._advance(some[-1].line)

    def begin_again(self) -> None:
        """What was appended is there and counts; whatever was refused will be refused again."""
        self._rows, self._rejected = 0, []

    def outcome(self, release: Release) -> Outcome:
        """What became of it, once all is appended; where nothing was refused it is sealed."""
        self._advance(self._file.lines)
        repeated = self._rows - len(self._touched)
        if self._rejected:
            self._rejected.sort(key=lambda one: one.line)
            return Outcome(self._added, repeated, self._rejected, sealed=False)
        sealed = self._record_all([seal(release, self._rows, self._file.sha256)])[0]
        if isinstance(sealed, TimelineError):
            raise sealed
        return Outcome(self._added + (not sealed.repeated), repeated, [], sealed=True)

    def _told(self, heaps: Iterator[Heap]) -> Iterator[Told]:
        for heap in heaps:
            self._rows += heap.rows
            self._rejected += [_rejection(self._file, row) for row in heap.refused]
            yield from heap.told
            if not heap.told:  # nothing of it is new
                self._advance(heap.line)

    def _settle(self, told: Told, outcome: Repeatable | TimelineError) -> None:
        if isinstance(outcome, TimelineError) and _needed(told.submission, outcome):
            raise outcome
        if told.line:
            self._touched.add(told.line)
        if isinstance(outcome, TimelineError):
            self._rejected.append(Rejected(self._file.name, told.line, outcome.detail, outcome.errors))
        else:
            self._added += not outcome.repeated

    def _advance(self, line: int) -> None:
        """Tell how far the lines of the file are done."""
        reached = min(line, self._file.lines)
        if reached > self._at:
            self._progress(reached - self._at)
            self._at = reached


def _rejection(file: ReleaseFile, row: RejectedRow) -> Rejected:
    """A row that could not be read, as every import tells of it."""
    return Rejected(file.name, row.number, row.reason, row.errors)


def _needed(submission: Submission, error: TimelineError) -> bool:
    """Whether nothing can go on after this refusal."""
    return isinstance(error, StoreUnusable) or isinstance(submission.fact, SourceRegistered | FrontOpened)
