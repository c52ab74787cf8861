"""The map of a view: what the chart shows, where it is said to have happened, and the same in words."""

import numpy as np
from msgspec import Struct

from dashboards.detail import MOST_MARKS, Detail, detail
from dashboards.figures.gantt import Figure
from dashboards.figures.map import density_map, map_in_words, world_map
from dashboards.figures.marks import Mark
from dashboards.figures.places import STATUSES, Located, bounds_of
from dashboards.figures.scale import milliseconds
from dashboards.filters import View
from dashboards.geography.frames import Box, box_around
from dashboards.theme import Palette
from dashboards.words import count
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.filters import Filters
from timeline.readmodel.questions import Reader
from timeline.readmodel.versions import STATUSES as NUMBERED

_NOWHERE = Box(22.0, 44.0, 41.0, 53.0)
"""What is framed where nothing has a place."""
_PLACE_OF = np.array([0, *(STATUSES.index(status) for status in NUMBERED)], dtype=np.uint8)
"""Number of a status in rows -> its place in the arrays of the map."""


class Map(Struct, frozen=True):
    """A figure, what it shows in words, and what the reader has to know about it."""

    figure: Figure
    words: str
    developments: int
    """In the window, with or without a place."""
    notices: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


def map_of(
    reader: Reader,
    view: View,
    cuts: tuple[WantedCuts, WantedCuts],
    inside: Filters,
    size: tuple[float, float],
    colours: Palette,
) -> Map:
    """The map at some cuts, `size` pixels wide and high; the second cuts are those of the end of the history."""
    wanted, end = cuts
    drawn = detail(reader, wanted, inside, "front", end)
    if drawn.level == "counts":
        return _of_many(reader, view, wanted, inside, size, colours)
    return _of_marks(drawn, view, wanted, size, colours)


def _of_marks(drawn: Detail, view: View, wanted: WantedCuts, size: tuple[float, float], colours: Palette) -> Map:
    assert wanted.as_of  # noqa: S101 - held cuts name all three
    assert wanted.known_at  # noqa: S101
    as_of, known_at = milliseconds(wanted.as_of), milliseconds(wanted.known_at)
    marks = [mark for mark in drawn.marks if mark.shown(as_of, known_at)]
    places = [_located(mark) for mark in marks if mark.lat is not None and mark.lon is not None]
    bounds = _framed(view) or (bounds_of(places) if places else _NOWHERE)
    chosen = str(view.development) if view.development else None
    figure = world_map(places, bounds, *size, colours, chosen)
    told = map_in_words(places, len(marks) - len(places))
    return Map(figure, told, len(marks), drawn.notices, drawn.hints)


def _of_many(
    reader: Reader, view: View, wanted: WantedCuts, inside: Filters, size: tuple[float, float], colours: Palette
) -> Map:
    _, spread = reader.spread(wanted, inside)
    lat, lon, status = (
        np.repeat(column, spread.counts) for column in (spread.lat, spread.lon, _PLACE_OF[spread.statuses])
    )
    bounds = _framed(view) or (box_around(lon, lat) if len(lon) else _NOWHERE)
    placeless = f"; {spread.placeless:,} without a place on the map" if spread.placeless else ""
    told = f"{count(len(lon), 'development')} counted in squares{placeless}."
    hint = f"More than {MOST_MARKS:,} developments: each square counts those in it. Zoom in, or click on one."
    figure = density_map(lon, lat, status, bounds, *size, colours)
    return Map(figure, told, len(lon) + spread.placeless, hints=(hint,))


def _framed(view: View) -> Box | None:
    return Box(*view.frame) if view.frame else None


def _located(mark: Mark) -> Located:
    assert mark.lat is not None  # noqa: S101 - asked for by the caller
    assert mark.lon is not None  # noqa: S101
    return Located(mark.id, mark.lat, mark.lon, mark.title, mark.status, mark.when)
