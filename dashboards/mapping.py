"""The map of a view: what the chart shows, where it is said to have happened, and the same in words."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from dash import dcc
from msgspec import Struct, structs

from dashboards.detail import MOST_MARKS, drawable, too_many
from dashboards.elements import joined, verbatim
from dashboards.extents import places_shown
from dashboards.figures.gantt import Figure
from dashboards.figures.map import density_map, map_in_words, world_map
from dashboards.figures.marks import mark_of_entry
from dashboards.figures.places import STATUSES, Located
from dashboards.figures.scale import milliseconds
from dashboards.filters import View, write
from dashboards.geography.frames import Box, box_around, frame_around
from dashboards.theme import Palette
from dashboards.words import clipped, count
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.entries import Entry, TimelineAnswer
from timeline.readmodel.filters import Filters
from timeline.readmodel.questions import Reader
from timeline.readmodel.selection import asks_documents
from timeline.readmodel.versions import STATUSES as NUMBERED

_NOWHERE = Box(22.0, 44.0, 41.0, 53.0)
"""What is framed where nothing has a place."""
_MAX_NAMED, _MAX_NAME = 3, 40
"""How many places outside the frame are named, and with how many characters."""
_PLACE_OF = np.array([0, *(STATUSES.index(status) for status in NUMBERED)], dtype=np.uint8)
"""Number of a status in rows -> its place in the arrays of the map."""


class Map(Struct, frozen=True):
    """A figure, what it shows in words, and what the reader has to know about it."""

    figure: Figure
    words: str
    developments: int
    """In the window and the frame."""
    notices: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    signs: tuple[Any, ...] = ()
    """Links to frames that show more, or less, of what there is."""


def map_of(
    reader: Reader,
    view: View,
    wanted: WantedCuts,
    inside: Filters,
    size: tuple[float, float],
    colours: Palette,
) -> Map:
    """The map at some cuts, `size` pixels wide and high: of each development, or of counts where there are too many."""
    counted = not asks_documents(inside)  # rows tell all that is needed for counts
    if counted and too_many(reader, wanted, inside):
        return _of_many(reader, view, wanted, inside, size, colours)
    answer = reader.timeline(wanted, inside, MOST_MARKS)
    if counted and answer.more:
        return _of_many(reader, view, wanted, inside, size, colours)
    return _of_each(answer, view, size, colours)


def _of_each(answer: TimelineAnswer, view: View, size: tuple[float, float], colours: Palette) -> Map:
    limit = milliseconds(answer.held.cuts.as_of)
    named = [(one.state.described.title, one.state.id) for one in answer.entries]
    found, broken = drawable(answer.entries, lambda entry: _located(entry, limit), named)
    located = [one for one in found if one is not None]
    lon, lat = (np.array([getattr(one, axis) for one in located], np.float64) for axis in ("lon", "lat"))
    near = places_shown(lon, lat, np.ones(len(located)))
    bounds = _framed(view) or (box_around(lon[near], lat[near]) if located else _NOWHERE)
    seen = frame_around(bounds, *size).box
    places = [one for one in located if seen.holds(one.lat, one.lon)]
    chosen = str(view.development) if view.development else None
    hints = []
    if answer.more:
        hints.append(f"Only the first {MOST_MARKS:,} are shown: narrow the window, the filters or the search.")
    if located and not places:
        hints.append("Nothing that is looked for lies in this part of the map: zoom out, or move it.")
    return Map(
        world_map(located, bounds, *size, colours, chosen),
        map_in_words(places, len(found) - len(located), len(located) - len(places)),
        len(places),
        broken,
        tuple(hints),
        frame_signs(
            view, [one for one, is_near in zip(located, near, strict=True) if not is_near], box_around(lon, lat)
        ),
    )


def _of_many(
    reader: Reader, view: View, wanted: WantedCuts, inside: Filters, size: tuple[float, float], colours: Palette
) -> Map:
    _, spread = reader.spread(wanted, inside)
    lat, lon, status = (
        np.repeat(column, spread.counts) for column in (spread.lat, spread.lon, _PLACE_OF[spread.statuses])
    )
    near = np.repeat(places_shown(spread.lon, spread.lat, spread.counts.astype(np.float64)), spread.counts)
    bounds = _framed(view) or (box_around(lon[near], lat[near]) if len(lon) else _NOWHERE)
    inside_frame = int(frame_around(bounds, *size).box.holds(lat, lon).sum())
    others = ((spread.placeless, "without a place on the map"), (len(lon) - inside_frame, "beyond its edges"))
    more = "".join(f"; {number:,} {where}" for number, where in others if number)
    told = f"{count(inside_frame, 'development')} counted in squares{more}."
    hint = f"More than {MOST_MARKS:,} developments: each square counts those in it. Zoom in, or click on one."
    figure = density_map(lon, lat, status, bounds, *size, colours)
    signs = frame_signs(view, int((~near).sum()), box_around(lon, lat))
    return Map(figure, told, inside_frame, hints=(hint,), signs=signs)


def frame_signs(view: View, far: Sequence[Located] | int, everything: Box) -> tuple[Any, ...]:
    """A way to a frame that shows everything where something lies far from the rest, and a way back from any frame.

    `far` is what does, or how many of them where nobody knows more.
    """
    if view.frame is not None:
        return (dcc.Link("Show where most of it lies", href=write(structs.replace(view, frame=None)) or "?"),)
    number = far if isinstance(far, int) else len(far)
    if not number:
        return ()
    names = [] if isinstance(far, int) else list(dict.fromkeys(one.place or _degrees(one) for one in far))
    some: list[Any] = [verbatim(clipped(name, _MAX_NAME)) for name in names[:_MAX_NAMED]]
    more = [f"{len(names) - _MAX_NAMED:,} more"] if len(names) > _MAX_NAMED else []
    at = [", at ", *joined([*some, *more], " and ")] if some else []
    text = [f"{count(number, 'development')} far from all others", *at, ": show everything on the map"]
    return (dcc.Link(text, href=write(structs.replace(view, frame=everything.within_world()))),)


def _degrees(one: Located) -> str:
    return f"{one.lat:g}°, {one.lon:g}°"


def _framed(view: View) -> Box | None:
    if view.frame is None:
        return None
    west, south, east, north = view.frame
    return Box(west, south, east if east > west else east + 360, north)


def _located(entry: Entry, limit: float) -> Located | None:
    """Where a development is said to have happened; None where that is no place on a map."""
    place = entry.state.described.place
    mark = mark_of_entry(entry, "", limit)
    if place is None or place.lat is None or place.lon is None:
        return None
    return Located(mark.id, place.lat, place.lon, mark.title, mark.status, mark.when, place.name or "", place.precision)
