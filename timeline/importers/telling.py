"""What the rows of a release say to a log, heap by heap: sources and fronts that it does not know, and what changes.

It depends on what the log held before, and not on what is appended meanwhile: every row is about something else. So
it can be told ahead of the appending, and by another process (`beside`).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import TypeVar
from uuid import UUID

from msgspec import Struct

from timeline.domain.aggregates import Submission
from timeline.domain.facts import Fact, FrontOpened, SourceRegistered
from timeline.domain.values import front_id, source_id
from timeline.domain.vocabulary import SourceKind
from timeline.importers.notes import Note
from timeline.importers.snapshots import ASKED_TOGETHER, Bringing, Held, Past, Release, submission_of
from timeline.importers.ucdp import RejectedRow, UcdpRow

_T = TypeVar("_T")


class Told(Struct, frozen=True, gc=False):
    """A submission and the line of the row that it comes from; 0 for what comes from the release as a whole."""

    line: int
    submission: Submission


class Heap(Struct, frozen=True):
    """What some rows say: how many could be read, the last line of them, what is to be appended, what was refused.

    `notes` counts what was cut or replaced in those that could be read.
    """

    rows: int
    line: int
    told: list[Told]
    refused: list[RejectedRow]
    notes: dict[Note, int] = {}


def tell(
    release: Release,
    rows: Iterable[UcdpRow | RejectedRow],
    past: Past,
    listed: Collection[str],
    known: Collection[str] | None = None,
) -> Iterator[Heap]:
    """All that a release says, in order; `listed` are the ids that it lists, if it is whole.

    `known` are those of its data set that the log knows, where that was asked already.
    """
    bringing = Bringing(release, past, known)
    named: set[UUID] = set()
    for some in in_batches(rows, ASKED_TOGETHER):
        by_id = {row.external_id: row for row in some if isinstance(row, UcdpRow)}
        held = {external_id: Held(row.description, row.accounts) for external_id, row in by_id.items()}
        told = [Told(0, one) for one in _unknown(release, by_id.values(), past, named)]
        told += [Told(by_id[external_id].number, one) for external_id, one in bringing.rows(held)]
        refused = [row for row in some if isinstance(row, RejectedRow)]
        notes = Counter(note for row in by_id.values() for note in row.notes)
        yield Heap(len(by_id), some[-1].number, told, refused, dict(notes))
    if release.whole:
        for missing in in_batches(bringing.missing(listed), ASKED_TOGETHER):
            yield Heap(0, 0, [Told(0, one) for _, one in missing], [])


def in_batches(wanted: Iterable[_T], together: int) -> Iterator[list[_T]]:
    """The same, so many together."""
    remaining = iter(wanted)
    while some := list(islice(remaining, together)):
        yield some


def _unknown(release: Release, rows: Collection[UcdpRow], past: Past, named: set[UUID]) -> Iterator[Submission]:
    """The sources and fronts that these rows name and the log does not know, if none was `named` before."""
    facts: dict[UUID, Fact] = {}
    outlets = {slug for row in rows for slug, _ in row.sources if slug != row.originator}
    for slug, name in sorted({source for row in rows for source in row.sources}):
        # Whom outlets pass on may be anybody: nothing says of what kind.
        kind = SourceKind.MEDIA if slug in outlets else SourceKind.OTHER
        kind = SourceKind.DATA_SET if slug == release.data_set else kind
        facts[source_id(slug)] = SourceRegistered(slug, name, kind)
    for slug, name in sorted({(row.description.front, row.front_name) for row in rows}):
        facts[front_id(slug)] = FrontOpened(slug, name)
    wanted = [id for id in facts if id not in named]
    named.update(wanted)
    histories = past.recorded_of(wanted) if wanted else {}
    for id in wanted:
        if not histories.get(id):
            yield submission_of(release, id, release.reported_at, facts[id], f"catalogue {id}")
