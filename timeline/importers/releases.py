"""Bringing a release of a data set into the log: who speaks in it, its fronts, what it changes, and its seal.

The rows are surveyed first, so that what a whole release leaves out, and what its dates mean, is known before anything
is written. One that would take away more than a tenth of its data set is refused unless that is meant. Then come its
rows, some at a time (`telling`), and in the end the seal. A release of which anything was refused gets no seal, like
one that was broken off: once its rows are mended the same import goes on from there, and adds nothing twice.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from hashlib import file_digest
from pathlib import Path

import structlog
from msgspec import Struct

from timeline.domain.aggregates import Submission
from timeline.domain.facts import (
    AccountGiven,
    DevelopmentReported,
    DevelopmentRetracted,
    DevelopmentRevised,
    FrontOpened,
    SourceRegistered,
)
from timeline.domain.moments import format_day
from timeline.errors import StoreUnusable, TimelineError
from timeline.importers.beside import OpenPast, tell_beside
from timeline.importers.date_order import DateOrder
from timeline.importers.notes import Note
from timeline.importers.running import RecordAll, Rejected, Repeatable
from timeline.importers.snapshots import Past, Release, known_of, seal
from timeline.importers.telling import Heap, Told, in_batches, tell
from timeline.importers.ucdp import RejectedRow, Survey, read_rows, surveyed
from timeline.importers.ucdp_cells import release_form
from timeline.importers.ucdp_fronts import FrontRules
from timeline.importers.ucdp_plan import ReadingPlan, Wishes

logger = structlog.get_logger(__name__)

_TOGETHER = 4_000
"""How many events are appended in one transaction."""
LONG = 8_000_000
"""Bytes of a file from which on a second process pays: it takes a second to begin."""
WITHDRAWN_AT_MOST_ONE_IN = 10
"""A snapshot that would withdraw more than one in so many of its data set is not believed without being asked for."""


class UnusableSnapshot(TimelineError):
    """Raised when a file can not be taken as the whole of a data set.

    Of some row not even the id can be read, it has no rows, or it leaves out more than anybody means.
    """

    slug = "unusable-snapshot"
    title = "The file can not be taken as the whole of its data set"

    def __init__(self, detail: str, rejected: Sequence[Rejected] = ()) -> None:
        super().__init__(detail, rejected[0].errors if rejected else ())
        self.rejected = rejected


class ReleaseFile(Struct, frozen=True):
    """The file of a release, with the front rules that are meant (None: ours), its SHA-256 and how large it is.

    `lines` and `size` (in bytes) are those of the text in it, once unpacked; `wishes` is what the user says of it.
    """

    path: Path
    rules: Path | None
    sha256: str
    lines: int
    size: int
    wishes: Wishes = Wishes()

    @property
    def name(self) -> str:
        """As it is named in refusals."""
        return str(self.path)


class Changes(Struct, frozen=True):
    """How many developments a release adds, changes, takes away and leaves as they are, on the day it came out."""

    new: int = 0
    revised: int = 0
    withdrawn: int = 0
    unchanged: int = 0


class Outcome(Struct, frozen=True):
    """What became of a release: events added, rows of which everything was there before, and what was refused.

    `remarks` tell what was recognised or guessed in its file, `notes` count what was cut or replaced.
    """

    added: int
    repeated: int
    rejected: list[Rejected]
    sealed: bool
    changes: Changes = Changes()
    notes: Mapping[Note, int] = {}
    remarks: tuple[str, ...] = ()


def release_file(
    path: Path, rules: Path | None = None, columns: str | None = None, date_order: DateOrder | None = None
) -> ReleaseFile:
    """A file of UCDP GED. Raises `UnreadableFile` and `UnusableFrontRules`.

    `columns` names those of a file without a header row; `date_order` is that of its dates with slashes, where said.
    """
    FrontRules.load(rules)
    form = release_form(path, columns)
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return ReleaseFile(path, rules, digest, form.text.lines, form.text.size, Wishes(columns, date_order, form))


def bring_in(
    release: Release,
    file: ReleaseFile,
    past: Past,
    record_all: RecordAll,
    progress: Callable[[int], None] = lambda _: None,
    together: int = _TOGETHER,
    open_past: OpenPast | None = None,
    *,
    withdraw: bool = False,
) -> Outcome:
    """Append what the log needs to know this release; `progress` is called with how many more lines are done.

    `open_past` opens the log once more: with it a long file is read by a process beside. `withdraw`: more than a tenth
    of the data set may be withdrawn. Raises `UnusableSnapshot` before anything is written, `StoreUnusable` where the
    store fails, and whatever the log has against a source, a front or the seal.
    """
    survey = surveyed(file.path, file.wishes, release.reported_at.date())
    known = _guarded_known(release, file, survey, past, withdraw=withdraw) if release.whole else ()
    listed = survey.ids if release.whole else frozenset()
    arriving = _Arriving(release, file, survey.plan, past, record_all, progress)
    if open_past and file.size >= LONG:
        try:
            beside = tell_beside(release, file.path, file.rules, open_past, listed, known, survey.plan)
            arriving.take(beside, together)
            return arriving.outcome()
        except BrokenExecutor as error:  # it was killed, or could not begin
            logger.warning("the process that read the file is gone; it is read again without it", reason=str(error))
            arriving.begin_again()
    rows = read_rows(file.path, FrontRules.load(file.rules), survey.plan)
    arriving.take(tell(release, rows, past, listed, known), together)
    return arriving.outcome()


def _guarded_known(
    release: Release, file: ReleaseFile, survey: Survey, past: Past, *, withdraw: bool
) -> frozenset[str]:
    """The ids of the data set that the log knows. Raises `UnusableSnapshot`."""
    if not survey.rows:
        raise UnusableSnapshot(
            f"{file.name}: it has no rows, so as a snapshot it would withdraw all of its data set; nothing was written"
        )
    if survey.nameless:
        raise UnusableSnapshot(
            f"{file.name}:{survey.nameless[0].number}: not even the id of this row can be read, so what the snapshot "
            "leaves out can not be told from what could not be read; nothing was written",
            [_rejection(file, row) for row in survey.nameless],
        )
    known = known_of(release, past)
    in_force = sum(known.values())
    missing = sum(there and external_id not in survey.ids for external_id, there in known.items())
    if missing * WITHDRAWN_AT_MOST_ONE_IN > in_force and not withdraw:
        raise UnusableSnapshot(
            f"{file.name}: as a snapshot it would withdraw {missing:,} of the {in_force:,} developments of "
            f"{release.data_set} that are in force on {format_day(release.reported_at)}, which is more than a tenth: "
            "is it cut off, or a part? If that is meant, say --withdraw; nothing was written"
        )
    return frozenset(known)


class _Arriving:
    """What has become of a release so far."""

    def __init__(
        self,
        release: Release,
        file: ReleaseFile,
        plan: ReadingPlan,
        past: Past,
        record_all: RecordAll,
        progress: Callable[[int], None],
    ) -> None:
        self._release = release
        self._file = file
        self._plan = plan
        self._past = past
        self._record_all = record_all
        self._progress = progress
        self._at = 0
        self._rows = 0
        self._touched: set[int] = set()
        self._new: set[int] = set()
        self._revised: set[int] = set()
        self._withdrawn = 0
        self._notes = Counter[Note]()
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
        self._rows, self._rejected, self._notes = 0, [], Counter()

    def outcome(self) -> Outcome:
        """What became of it, once all is appended; where nothing was refused it is sealed."""
        self._advance(self._file.lines)
        self._rejected.sort(key=lambda one: one.line)
        if not self._rejected:
            sealed = self._record_all([seal(self._release, self._rows, self._file.sha256, self._past)])[0]
            if isinstance(sealed, TimelineError):
                raise sealed
            self._added += not sealed.repeated
        return Outcome(
            self._added,
            self._rows - len(self._touched),
            self._rejected,
            not self._rejected,
            self._changes(),
            dict(self._notes),
            tuple(self._plan.remarks()),
        )

    def _changes(self) -> Changes:
        refused = {one.line for one in self._rejected}
        new, revised = len(self._new - refused), len(self._revised - self._new - refused)
        read_and_refused = len(self._touched & refused)
        return Changes(new, revised, self._withdrawn, self._rows - read_and_refused - new - revised)

    def _told(self, heaps: Iterator[Heap]) -> Iterator[Told]:
        for heap in heaps:
            self._rows += heap.rows
            self._rejected += [_rejection(self._file, row) for row in heap.refused]
            self._notes.update(heap.notes)
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
            self._count_change(told)

    def _count_change(self, told: Told) -> None:
        if told.submission.reported_at != self._release.reported_at:
            return  # what a later release says is brought back
        match told.submission.fact:
            case DevelopmentReported():
                self._new.add(told.line)
            case DevelopmentRevised() | AccountGiven():
                self._revised.add(told.line)
            case DevelopmentRetracted():
                self._withdrawn += 1

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
