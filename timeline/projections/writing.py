"""What a batch brings, written into the tables; and what the projection has to remember, read back from them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol
from uuid import UUID

from timeline.domain.facts import Recorded, Unreadable
from timeline.domain.moments import to_micros
from timeline.projections.biographies import Voices
from timeline.projections.knowledge import Knowledge, Written
from timeline.projections.pieces import casts_of
from timeline.projections.sides import Sides
from timeline.readmodel.casts import ACTOR, KEYWORD, SOURCE, digest_of, insert_casts, labels_of
from timeline.readmodel.cells import cell
from timeline.readmodel.cubes import actor_label, label_cell, sort_cell, source_label
from timeline.readmodel.databases import Asked, Writing
from timeline.readmodel.merged import Merged
from timeline.readmodel.tables import DENSITY, LABELS, SORTS, VERSION_COLUMNS, VOICES
from timeline.readmodel.versions import Version
from timeline.readmodel.voices import voice_code

Change = tuple[int, int, int]
"""(reported clock, code, more or less): what `Counts` adds up."""

_CLOSE = """UPDATE versions SET recorded_to = ?
    WHERE front = ? AND span = ? AND start_at = ? AND id = ? AND reported_from = ? AND recorded_from = ?"""


class Records(Protocol):
    """The log, by position."""

    def at(self, positions: Sequence[int]) -> list[Recorded | Unreadable]:
        """The records at these positions, in order."""


def remembered(asked: Asked, records: Records) -> Knowledge:
    """What the projection has to know of all that was written before."""
    names: dict[str, dict[str, int]] = {"front": {}, "source": {}, "actor": {}}
    for sort, number, slug in asked.fetch("SELECT sort, number, slug FROM names"):
        names[sort][slug] = number
    positions = [row[0] for row in asked.fetch("SELECT position FROM catalogue ORDER BY position")]
    sources = [one for one in records.at(positions) if isinstance(one, Recorded)]
    merges = asked.fetch("SELECT id, target FROM merges ORDER BY position")
    return Knowledge(
        fronts=names["front"],
        sources=names["source"],
        sides=Sides(sources),
        merged=Merged((UUID(bytes=id), UUID(bytes=target)) for id, target in merges),
        set_aside={row[0] for row in asked.fetch("SELECT position FROM set_aside")},
        position=position_of(asked),
        actors=names["actor"],
        casts={row[0] for row in asked.fetch("SELECT DISTINCT digest FROM casts")},
    )


def position_of(asked: Asked) -> int:
    """How far the log was written into the tables."""
    position: int = asked.fetch("SELECT position FROM progress")[0][0]
    return position


def write(
    writing: Writing, engine: str, written: Written, known: Knowledge, before: int, leaf_hash: bytes | None
) -> None:
    """Write what a batch brings; `before` is the position after which it began. All in the caller's transaction."""
    opened = [row for row in written.rows if row.recorded_from > before]
    closed = [row for row in written.rows if row.recorded_from <= before]
    lasting = [row for row in opened if row.recorded_to is None]
    writing.insert("versions", VERSION_COLUMNS, [values_of(row, known) for row in opened])
    writing.execute_many(_CLOSE, [(row.recorded_to, *_key(row, known)) for row in closed])
    DENSITY.add(writing, [*density_changes(lasting, known, 1), *density_changes(closed, known, -1)])
    VOICES.add(writing, list(voice_changes(written.voices, known)))
    for sign, rows in ((1, lasting), (-1, closed)):
        SORTS.add(writing, list(sort_changes(rows, known, sign)))
        LABELS.add(writing, list(label_changes(rows, known, sign)))
    casts = {digest: told for digest, told in casts_of(row.look for row in opened).items() if digest not in known.casts}
    insert_casts(writing, ((digest, *told) for digest, told in casts.items()))
    known.casts.update(casts)
    write_around(writing, engine, written, known.position, leaf_hash)


def write_around(writing: Writing, engine: str, written: Written, position: int, leaf_hash: bytes | None) -> None:
    """Write everything but version rows and counts: it is the same whether rows are added or built from nothing."""
    write_words(writing, engine, written.words)
    named = (("front", written.fronts), ("source", written.sources), ("actor", written.actors))
    names = [(sort, *one) for sort, some in named for one in some]
    writing.insert("names", ("sort", "slug", "number", "recorded_from"), names)
    writing.insert("catalogue", ("position",), [(position,) for position in written.catalogue])
    merges = [(position, id.bytes, target.bytes) for position, id, target in written.merges]
    writing.insert("merges", ("position", "id", "target"), merges)
    insert_set_aside(writing, written.set_aside)
    if written.reported:
        writing.execute(
            """UPDATE progress SET first_reported = CASE WHEN first_reported < ? THEN first_reported ELSE ? END,
                last_reported = CASE WHEN last_reported > ? THEN last_reported ELSE ? END""",
            (*[min(written.reported)] * 2, *[max(written.reported)] * 2),
        )
    writing.execute("UPDATE progress SET position = ?, leaf_hash = ?", (position, leaf_hash))


def insert_set_aside(writing: Writing, some: Iterable[Unreadable]) -> None:
    """Keep events that could not be handled in sight."""
    rows = [
        (one.position, to_micros(one.recorded_at), one.subject.bytes, _storable(one.topic), _storable(one.reason))
        for one in some
    ]
    writing.insert("set_aside", ("position", "recorded_at", "subject", "topic", "reason"), rows)


def _storable(text: str) -> str:
    """A text that may hold anything, in signs that both engines take."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def write_words(writing: Writing, engine: str, words: Sequence[tuple[int, set[str]]]) -> None:
    """Add events to the search index."""
    if engine == "sqlite":
        writing.insert("words", ("rowid", "found_by"), [(position, " ".join(found)) for position, found in words])
    else:
        quoted = [(position, " ".join(f"'{word}'" for word in found)) for position, found in words]
        writing.insert("words", ("position", "found_by"), quoted)


def values_of(row: Version, known: Knowledge) -> tuple[object, ...]:
    """A version row as the table holds it (`VERSION_COLUMNS`)."""
    look = row.look
    return (
        known.fronts[look.front], look.span, look.start_at, row.id.bytes, row.reported_from, row.recorded_from,
        row.reported_to, row.recorded_to, look.end_at, look.further_days, look.status, look.kind, look.aspects,
        look.described_by, look.title, look.edtf, look.exact_start, look.exact_end, look.lat, look.lon,
        digest_of(ACTOR, look.actors), digest_of(SOURCE, look.sources), look.doubts,
        digest_of(KEYWORD, look.keywords), look.first_reported, look.first_position,
    )  # fmt: skip


def density_changes(rows: Iterable[Version], known: Knowledge, sign: int) -> Iterable[Change]:
    """What rows that hold now add to the counts by front, status and days, or what they take away (`sign` -1)."""
    for row in rows:
        look = row.look
        yield from _over(row, cell(known.fronts[look.front], look.start_at, look.further_days, look.status), sign)


def sort_changes(rows: Iterable[Version], known: Knowledge, sign: int) -> Iterator[Change]:
    """The same by front, kind, status and month."""
    for row in rows:
        look = row.look
        yield from _over(row, sort_cell(known.fronts[look.front], look.kind, look.status, look.start_at), sign)


def label_changes(rows: Iterable[Version], known: Knowledge, sign: int) -> Iterator[Change]:
    """The same by actor or source, front and month."""
    for row in rows:
        look = row.look
        labels = [(actor_label(known.actors[label]), times) for label, times in labels_of(look.actors)]
        labels += [(source_label(known.sources[slug]), 1) for slug in look.sources]
        for label, times in labels:
            yield from _over(row, label_cell(label, known.fronts[look.front], look.start_at), sign * times)


def _over(row: Version, code: int, change: int) -> Iterator[Change]:
    """So many more of a code for as long as a row holds."""
    yield row.reported_from, code, change
    if row.reported_to is not None:
        yield row.reported_to, code, -change


def voice_changes(voices: Voices, known: Knowledge) -> Iterable[Change]:
    """Accounts by source as `Counts` adds them up."""
    return (
        (since, voice_code(known.sources[source], in_force=in_force), change)
        for (since, source, in_force), change in voices.items()
        if change
    )


def _key(row: Version, known: Knowledge) -> tuple[object, ...]:
    look = row.look
    return known.fronts[look.front], look.span, look.start_at, row.id.bytes, row.reported_from, row.recorded_from
