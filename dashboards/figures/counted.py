"""Counts of beginnings on a grid of lanes and stretches of time, as overview and zoomed-out chart draw them."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from msgspec import Struct

from dashboards.figures.scale import DAY, Scale, day_of
from timeline.domain.vocabulary import Status
from timeline.readmodel.density import Bucket
from timeline.readmodel.entries import DensityAnswer
from timeline.readmodel.shares import WHOLE
from timeline.readmodel.versions import STATUSES

_DAYS_OF = {Bucket.DAY: 1, Bucket.WEEK: 7, Bucket.MONTH: 30.4375}
_EPOCH = date(1970, 1, 1).toordinal()


class Grid(Struct, frozen=True):
    """The stretches of time that are counted together: `bucket` is what is asked for, `edges` where they begin and end.

    Edges are milliseconds since 1970, UTC; each stretch is one or more whole buckets.
    """

    bucket: Bucket
    edges: tuple[int, ...]


class Counted(Struct, frozen=True, eq=False):
    """How many developments began, by lane (in the order of the slugs), stretch of the grid and status.

    `placed` are those of which the day is known, `spread` is what falls to the stretch of the others: whole numbers,
    and shares of one.
    """

    grid: Grid
    placed: np.ndarray
    spread: np.ndarray

    @property
    def totals(self) -> np.ndarray:
        """All of them, whatever their status: lane by stretch."""
        return self.of(*STATUSES)

    @property
    def is_spread(self) -> bool:
        """Whether the day is not known of anything that is counted here."""
        return bool(self.spread.any())

    @property
    def spread_totals(self) -> np.ndarray:
        """What falls to each lane and stretch of those of which the day is not known."""
        return np.asarray(self.spread.sum(axis=2))

    def of(self, *statuses: Status) -> np.ndarray:
        """Those of some statuses."""
        numbers = [STATUSES.index(status) for status in statuses]
        placed = np.asarray(self.placed[:, :, numbers].sum(axis=2))
        return placed + self.spread[:, :, numbers].sum(axis=2) if self.is_spread else placed

    def of_lanes(self, numbers: Sequence[int]) -> "Counted":
        """The counts of some lanes."""
        return Counted(self.grid, self.placed[numbers], self.spread[numbers])

    def together(self) -> "Counted":
        """All lanes as one."""
        return Counted(self.grid, self.placed.sum(axis=0, keepdims=True), self.spread.sum(axis=0, keepdims=True))


def grid(scale: Scale, most: int) -> Grid:
    """Up to about so many stretches over the window of a scale, each of whole days, ISO weeks or months."""
    first, last = day_of(scale.left), day_of(scale.right)
    days = max(1, (last - first).days + 1)
    bucket = next((one for one in Bucket if days / _DAYS_OF[one] <= most), Bucket.MONTH)
    together = max(1, int(-(-days / _DAYS_OF[bucket] // most)))
    if bucket is Bucket.MONTH:
        begin = first.year * 12 + first.month - 1
        begin -= begin % together
        end = last.year * 12 + last.month
        months = range(begin, end + together, together)
        starts = [date(month // 12, month % 12 + 1, 1).toordinal() for month in months if 12 <= month < 119_988]
    else:
        step = together * int(_DAYS_OF[bucket])
        begin = first.toordinal()
        if bucket is Bucket.WEEK:
            begin -= (begin - 1) % 7  # the first of all days was a Monday
        starts = list(range(begin, last.toordinal() + 1 + step, step))
    return Grid(bucket, tuple((start - _EPOCH) * DAY for start in starts))


def counted(answer: DensityAnswer, slugs: Sequence[str], on: Grid) -> Counted:
    """The counts of an answer on a grid; what lies outside it or began on an unknown day is left out."""
    density = answer.density
    shape = len(slugs), max(len(on.edges) - 1, 0), len(STATUSES)
    placed, units = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    lane_of = {slug: lane for lane, slug in enumerate(slugs)}
    largest = max(answer.slugs, default=0) + 1
    lanes = np.full(largest + 1, -1, dtype=np.int64)
    for number, slug in answer.slugs.items():
        lanes[number] = lane_of.get(slug, -1)
    lane = lanes[density.fronts]
    starts = (density.days - _EPOCH) * DAY
    stretch = np.searchsorted(np.array(on.edges), starts, side="right") - 1
    kept = (lane >= 0) & (stretch >= 0) & (stretch < shape[1]) & (density.days > 0)
    cells = lane[kept], stretch[kept], density.statuses[kept] - 1
    np.add.at(placed, cells, density.placed[kept])
    np.add.at(units, cells, density.spread[kept])
    return Counted(on, placed, units / WHOLE)


def begins(answer: DensityAnswer) -> tuple[np.ndarray, np.ndarray]:
    """The days (counted from 1 January 1970) by which beginnings are counted, and how many; no unknown day.

    What is spread over its possible days counts on each of them with its share.
    """
    density = answer.density
    known = density.days > 0
    return (density.days[known] - _EPOCH).astype(np.float64), density.placed[known] + density.spread[known] / WHOLE
