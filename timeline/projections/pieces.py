"""A piece of a log, made into rows that any process may make: they are put together, and numbered, by who builds.

Fronts and sources are named in a piece by their place in its own lists, with the first position that names each.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from timeline.domain.facts import Unreadable
from timeline.projections.knowledge import Written
from timeline.readmodel.casts import ACTOR, KEYWORD, SOURCE, Actors, Sources, digest_of, labels_of
from timeline.readmodel.cells import cells
from timeline.readmodel.cubes import actor_label, label_changes, sort_changes, source_label
from timeline.readmodel.versions import Look, Version

Ints = NDArray[np.int64]
NO_CHANGES: Ints = np.empty((0, 3), dtype=np.int64)


LabelChange = tuple[int, int, int, int, int]


class Names(Struct):
    """Slugs in the order in which they came up here, and the first position of each."""

    places: dict[str, int] = field(default_factory=dict)
    first: list[int] = field(default_factory=list)

    def place(self, slug: str, position: int) -> int:
        """The place of a slug."""
        place = self.places.get(slug)
        if place is None:
            place = self.places[slug] = len(self.first)
            self.first.append(position)
        elif position < self.first[place]:
            self.first[place] = position
        return place


class Piece(Struct):
    """What a part of the log brings, from first to last.

    `rows` are as `VERSION_COLUMNS` have them, with the slug of the front. `density`, `voices`, `sorts` and `labels` are
    rows of (reported clock, code, change), where the code holds the places of front, source and actor. `actors` are
    named by their labels; `casts` are the members behind the numbers in the rows.
    """

    records: int
    rows: list[tuple[Any, ...]]
    words: list[tuple[int, str]]
    density: Ints
    voices: Ints
    sorts: Ints
    labels: Ints
    fronts: Names
    sources: Names
    actors: Names
    casts: dict[int, tuple[str, Actors | Sources]]
    set_aside: list[Unreadable]
    merges: list[tuple[int, bytes, bytes]]
    reported: tuple[int, int] | None


def piece_of(written: Written, records: int) -> Piece:
    """What a projection wrote, as a piece."""
    fronts, sources, actors = Names(), Names(), Names()
    for names, told in ((fronts, written.fronts), (sources, written.sources), (actors, written.actors)):
        for slug, _, position in told:
            names.place(slug, position)
    voices = [
        (since, sources.places[source] * 2 + in_force, change)
        for (since, source, in_force), change in written.voices.items()
        if change
    ]
    lasting = [row for row in written.rows if row.recorded_to is None]
    return Piece(
        records,
        [_values(row) for row in written.rows],
        [(position, " ".join(found)) for position, found in written.words],
        density_of_rows(
            [
                (
                    fronts.places[look.front],
                    look.start_at,
                    look.further_days,
                    look.status,
                    row.reported_from,
                    row.reported_to,
                )
                for row in lasting
                for look in [row.look]
            ]
        ),
        np.array(voices, dtype=np.int64).reshape(-1, 3),
        sort_changes(
            [
                (fronts.places[look.front], look.kind, look.status, look.start_at, row.reported_from, row.reported_to)
                for row in lasting
                for look in [row.look]
            ]
        ),
        label_changes(change for row in lasting for change in label_changes_of(row, fronts, sources, actors)),
        fronts,
        sources,
        actors,
        casts_of(row.look for row in written.rows),
        written.set_aside,
        [(position, id.bytes, target.bytes) for position, id, target in written.merges],
        (min(written.reported), max(written.reported)) if written.reported else None,
    )


DensityRow = tuple[int, int, int, int, int, int | None]
"""Front, start, further days, status, reported from and reported to."""


def density_of_rows(rows: Sequence[DensityRow]) -> Ints:
    """The changes that rows make which hold now."""
    if not rows:
        return NO_CHANGES
    *columns, ends_of_rows = zip(*rows, strict=True)
    fronts, starts, further_days, statuses, since = (np.array(column, dtype=np.int64) for column in columns)
    codes = cells(fronts, starts, further_days, statuses)
    ends = [(place, end) for place, end in enumerate(ends_of_rows) if end is not None]
    opened = np.column_stack([since, codes, np.ones_like(codes)])
    if not ends:
        return opened
    places, until = (np.array(column, dtype=np.int64) for column in zip(*ends, strict=True))
    closed = np.column_stack([until, codes[places], -np.ones_like(places)])
    return np.concatenate([opened, closed])


def label_changes_of(row: Version, fronts: Names, sources: Names, actors: Names) -> Iterator[LabelChange]:
    """The changes that a row makes which holds now, as `cubes.label_changes` takes them, with places for numbers."""
    look = row.look
    labels = [(actor_label(actors.places[label]), times) for label, times in labels_of(look.actors)]
    labels += [(source_label(sources.places[slug]), 1) for slug in look.sources]
    for label, times in labels:
        yield row.reported_from, label, fronts.places[look.front], look.start_at, times
        if row.reported_to is not None:
            yield row.reported_to, label, fronts.places[look.front], look.start_at, -times


def casts_of(looks: Iterable[Look]) -> dict[int, tuple[str, Actors | Sources]]:
    """Who is behind the numbers of casts that looks have in rows."""
    found: dict[int, tuple[str, Actors | Sources]] = {}
    for look in looks:
        for sort, members in ((ACTOR, look.actors), (SOURCE, look.sources), (KEYWORD, look.keywords)):
            if members:
                found[digest_of(sort, members)] = sort, members
    return found


def _values(row: Version) -> tuple[Any, ...]:
    look = row.look
    return (
        look.front, look.span, look.start_at, row.id.bytes, row.reported_from, row.recorded_from,
        row.reported_to, row.recorded_to, look.end_at, look.further_days, look.status, look.kind, look.aspects,
        look.described_by, look.title, look.edtf, look.exact_start, look.exact_end, look.lat, look.lon,
        digest_of(ACTOR, look.actors), digest_of(SOURCE, look.sources), look.doubts,
        digest_of(KEYWORD, look.keywords), look.first_reported, look.first_position,
    )  # fmt: skip
