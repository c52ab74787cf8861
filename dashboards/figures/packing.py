"""Packing marks into rows: each lane its own block, nothing over anything else, labels included.

All looks of a development share one row, so that nothing jumps while the history is played; and whoever stood in a row
before the reader zoomed or moved on stays in it where that is possible.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush

from msgspec import Struct

from dashboards.figures.labels import CLOSE, GAP, Label, beside, extent, inside
from dashboards.figures.marks import Mark
from dashboards.figures.scale import Scale

ROOMY = 400
"""Up to so many developments each gets a place that its label fits into; of more, labels fill the room that is left."""

Rows = Mapping[str, int]
"""Lane and id of a development (`key`) -> in which row of its lane it stands, from 0."""


class Placed(Struct, frozen=True):
    """A mark in its row (from 0, over all lanes), with its label."""

    mark: Mark
    row: int
    label: Label


class Lane(Struct, frozen=True):
    """A block of rows: the first one (that of its heading), how many there are, and how many developments it has.

    Where developments are counted that began on an unknown day, it has what falls to the window.

    `folded`: the reader sees only how many there are.
    """

    slug: str
    name: str
    first_row: int
    rows: int
    developments: float
    folded: bool = False


class _Item(Struct):
    """The looks of one development, and the pixels from left to right that they may take together."""

    key: str
    looks: list[tuple[Mark, Label]]
    left: float
    right: float
    row: int = 0


def key(mark: Mark) -> str:
    """What tells a development of a lane from all others."""
    return f"{mark.lane} {mark.id}"


def pack(
    marks: Sequence[Mark],
    lanes: Sequence[tuple[str, str]],
    scale: Scale,
    kept: Rows | None = None,
    folded: frozenset[str] = frozenset(),
) -> tuple[tuple[Lane, ...], tuple[Placed, ...]]:
    """Lanes and placed marks for the window of the scale.

    `lanes` are slugs and names in their order; one with no mark in the window is left out. Each begins with one row for
    its heading, and one that is folded has no other. `kept` says where developments stood before.
    """
    by_lane: dict[str, list[Mark]] = {slug: [] for slug, _ in lanes}
    for mark in marks:
        if mark.lane in by_lane and scale.shows(mark.first, mark.last):
            by_lane[mark.lane].append(mark)
    roomy = len({key(mark) for own in by_lane.values() for mark in own}) <= ROOMY
    blocks: list[Lane] = []
    placed: list[Placed] = []
    row = 0
    for slug, name in lanes:
        if not (own := by_lane[slug]):
            continue
        items = _items(own, scale, labelled=roomy)
        rows = 0
        if slug not in folded:
            rows = _into_rows(items, kept or {})
            if not roomy:
                _label_where_room(items, scale)
            placed += [Placed(mark, row + 1 + item.row, label) for item in items for mark, label in item.looks]
        blocks.append(Lane(slug, name, row, rows + 1, len(items), slug in folded))
        row += rows + 1
    return tuple(blocks), tuple(placed)


def rows_of(lanes: Iterable[Lane], placed: Iterable[Placed]) -> dict[str, int]:
    """Where each development stands, as `pack` takes it the next time."""
    first = {lane.slug: lane.first_row + 1 for lane in lanes}
    return {key(one.mark): one.row - first[one.mark.lane] for one in placed}


def _items(marks: Iterable[Mark], scale: Scale, *, labelled: bool) -> list[_Item]:
    """The developments of a lane in the order in which they are placed.

    Of those that begin at one place whoever was known first comes first, so that no rows stand empty, above what is
    known on a day, for what was only heard of later.
    """
    items: dict[str, _Item] = {}
    for mark in sorted(marks, key=lambda mark: (mark.first, mark.last, mark.id, mark.known_from)):
        label, left, right = beside(mark, scale) if labelled else extent(mark, scale)
        item = items.get(key(mark))
        if item is None:
            items[key(mark)] = _Item(key(mark), [(mark, label)], left, right)
        else:
            item.looks.append((mark, label))
            item.left, item.right = min(item.left, left), max(item.right, right)
    return sorted(items.values(), key=lambda item: (item.left, min(mark.known_from for mark, _ in item.looks)))


def _into_rows(items: Sequence[_Item], kept: Rows) -> int:
    """Give each its row: the one that it had, or the first where it fits; how many rows there are then.

    `items` come by their left ends, so a row is free again once what was put into it last ends to the left of them.
    """
    gap = GAP if len(items) <= ROOMY else CLOSE
    claims: dict[int, list[tuple[float, float]]] = {}
    for item in items:
        if item.key in kept:
            claims.setdefault(kept[item.key], []).append((item.left, item.right))
    busy: list[tuple[float, int]] = []
    free: list[int] = []
    ends: dict[int, float] = {}
    opened = 0

    def taken(row: int, item: _Item) -> None:
        ends[row] = item.right + gap
        item.row = row
        heappush(busy, (ends[row], row))

    for item in items:
        while busy and busy[0][0] <= item.left:
            end, row = heappop(busy)
            if ends[row] == end:
                heappush(free, row)
        wanted = kept.get(item.key)
        if wanted is not None and ends.get(wanted, item.left) <= item.left:
            taken(wanted, item)
            continue
        passed: list[int] = []
        row = -1
        while row < 0:
            if free:
                candidate = heappop(free)
                if ends.get(candidate, item.left) > item.left:
                    continue  # somebody who stood there before has come back
            else:
                candidate, opened = opened, opened + 1
                if ends.get(candidate, item.left) > item.left:
                    continue
            if _claimed(claims.get(candidate, []), item, gap):
                passed.append(candidate)
            else:
                row = candidate
        for candidate in passed:
            heappush(free, candidate)
        taken(row, item)
    used = {row: place for place, row in enumerate(sorted({item.row for item in items}))}
    for item in items:
        item.row = used[item.row]
    return len(used)


def _claimed(claims: Sequence[tuple[float, float]], item: _Item, gap: float) -> bool:
    """Whether somebody who stood in this row before still needs the place; `claims` come by their left ends."""
    before = bisect_left(claims, (item.right + gap, 0.0))
    return any(right + gap > item.left for _, right in claims[:before])


def _label_where_room(items: Sequence[_Item], scale: Scale) -> None:
    """Label what is long enough to be written on, or is followed by enough empty room in its row."""
    by_row: dict[int, list[_Item]] = {}
    for item in items:
        by_row.setdefault(item.row, []).append(item)
    for own in by_row.values():
        for item, following in zip(own, [*own[1:], None], strict=True):
            room = (following.left if following else scale.width) - item.right - CLOSE
            item.looks = [(mark, inside(mark, scale) or label.within(room, mark.title)) for mark, label in item.looks]
