"""A piece of a log, made into rows that any process may make: they are put together, and numbered, by who builds.

Fronts and sources are named in a piece by their place in its own lists, with the first position that names each.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from timeline.domain.facts import Unreadable
from timeline.projections.projection import Written
from timeline.readmodel.density import cells
from timeline.readmodel.versions import Version

Ints = NDArray[np.int64]
NO_CHANGES: Ints = np.empty((0, 3), dtype=np.int64)


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

    `rows` are as `VERSION_COLUMNS` have them, with the slug of the front. `density` and `voices` are rows of (reported
    clock, code, change), where the code holds the place of the front or the source.
    """

    records: int
    rows: list[tuple[Any, ...]]
    words: list[tuple[int, str]]
    density: Ints
    voices: Ints
    fronts: Names
    sources: Names
    set_aside: list[Unreadable]
    merges: list[tuple[int, bytes, bytes]]
    reported: tuple[int, int] | None


def piece_of(written: Written, records: int) -> Piece:
    """What a projection wrote, as a piece."""
    fronts, sources = Names(), Names()
    for names, told in ((fronts, written.fronts), (sources, written.sources)):
        for slug, _, position in told:
            names.place(slug, position)
    voices = [
        (since, sources.places[source] * 2 + in_force, change)
        for (since, source, in_force), change in written.voices.items()
        if change
    ]
    return Piece(
        records,
        [_values(row) for row in written.rows],
        [(position, " ".join(found)) for position, found in written.words],
        density_of_rows(
            [
                (fronts.places[row.look.front], row.look.start_at, row.look.status, row.reported_from, row.reported_to)
                for row in written.rows
                if row.recorded_to is None
            ]
        ),
        np.array(voices, dtype=np.int64).reshape(-1, 3),
        fronts,
        sources,
        written.set_aside,
        [(position, id.bytes, target.bytes) for position, id, target in written.merges],
        (min(written.reported), max(written.reported)) if written.reported else None,
    )


def density_of_rows(rows: Sequence[tuple[int, int, int, int, int | None]]) -> Ints:
    """The changes that rows make which hold now: (front, start, status, reported from, reported to) of each."""
    if not rows:
        return NO_CHANGES
    fronts, starts, statuses, since = (np.array(column, dtype=np.int64) for column in list(zip(*rows, strict=True))[:4])
    codes = cells(fronts, starts, statuses)
    ends = [(place, row[4]) for place, row in enumerate(rows) if row[4] is not None]
    opened = np.column_stack([since, codes, np.ones_like(codes)])
    if not ends:
        return opened
    places, until = (np.array(column, dtype=np.int64) for column in zip(*ends, strict=True))
    closed = np.column_stack([until, codes[places], -np.ones_like(places)])
    return np.concatenate([opened, closed])


def _values(row: Version) -> tuple[Any, ...]:
    look = row.look
    return (
        look.front, look.span, look.start_at, row.id.bytes, row.reported_from, row.recorded_from,
        row.reported_to, row.recorded_to, look.end_at, look.status, look.kind, look.aspects, look.described_by,
        look.title, look.edtf, look.exact_start, look.exact_end, look.lat, look.lon,
    )  # fmt: skip
