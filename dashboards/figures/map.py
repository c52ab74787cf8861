"""The map: developments where they are said to have happened, on the ground that Natural Earth draws.

It is a plain chart of longitude and latitude, true to scale along the middle of the view: maps of Plotly's own
would ask another host for their outlines. Marks look as in the Gantt chart. What lies at one place, or would hide
another mark, is one mark with its number; thousands of places are counted in a grid.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.figures.counts import shades_of_counts
from dashboards.figures.gantt import Figure
from dashboards.figures.ground import Trace, around, ground, shows_contested
from dashboards.figures.names import FONT, Room, country_names, place_names
from dashboards.figures.places import CELL, MOST_PLACES, STATUSES, Cell, Gathered, Located, binned, gather
from dashboards.figures.shares import rings
from dashboards.geography.frames import Box, Frame, frame_around
from dashboards.geography.lines import geography
from dashboards.theme import Palette, Style, faded
from dashboards.words import STATUS, clipped, count
from timeline.domain.legibility import isolated
from timeline.domain.vocabulary import PlacePrecision, Status

CAPTION = "Dashed: contested. The map takes no position."
MADE_WITH = "Made with Natural Earth"
_MOST_NAMED = 3
"""How many developments of a mark are told by their titles."""
_COUNTS = "counts"
"""Name of the trace of squares."""
_BOX = "box:"
_LEAST = 0.0005
"""How far around one place a click on its mark asks, in degrees: about 50 m."""
_FINE = 0.1
"""Boxes narrower than this (degrees) are asked for to the metre."""
_PRECISION = {
    PlacePrecision.NEAR: "place known to about 25 km",
    PlacePrecision.DISTRICT: "place known to the district only",
    PlacePrecision.PROVINCE: "place known to the province only",
    PlacePrecision.REGION: "place known to the region only",
    PlacePrecision.COUNTRY: "place known to the country only",
    PlacePrecision.SEA_OR_AIR: "at sea or in the air",
}


def world_map(
    places: Sequence[Located], bounds: Box, width: float, height: float, colours: Palette, chosen: str | None = None
) -> Figure:
    """The map of developments with a place, on `width` times `height` pixels; the one whose id is `chosen` is ringed.

    `customdata` of a mark is the id of its development, or a box that `box_of` reads.
    """
    frame = frame_around(bounds, width, height)
    places = _within(places, around(frame.box))
    if len({(one.lat, one.lon) for one in places}) > MOST_PLACES:
        lon = np.array([one.lon for one in places], np.float64)
        lat = np.array([one.lat for one in places], np.float64)
        squares = _grid(binned(lon, lat, numbers_of(places), frame, around(frame.box)), colours)
        ring = _ring([(one, 12.0) for one in places if one.id == chosen], frame, colours)
        return _figure(squares + ring, frame, colours)
    marks = gather(places, frame)
    several = [mark for mark in marks if len(mark.members) > 1]
    singles = [(mark.members[0], mark) for mark in marks if len(mark.members) == 1]
    traces = rings(several, frame, colours) + _several(several, frame, colours)
    for status, style in colours.styles.items():
        traces += _singles([one for one, _ in singles if one.status is status], style, status, frame)
    room = Room(marks, frame)
    traces += place_names(marks, room, frame, colours)
    ringed = [(mark, mark.diameter) for mark in marks if any(one.id == chosen for one in mark.members)]
    return _figure(traces + _ring(ringed, frame, colours), frame, colours, room)


def density_map(
    lon: NDArray[np.float64], lat: NDArray[np.float64], status: NDArray[np.uint8],
    bounds: Box, width: float, height: float, colours: Palette,
) -> Figure:  # fmt: skip
    """The map of any number of developments, counted in a grid; `status` holds places in `places.STATUSES`."""
    frame = frame_around(bounds, width, height)
    return _figure(_grid(binned(lon, lat, status, frame, around(frame.box)), colours), frame, colours)


def most_in_a_square(figure: Figure) -> int:
    """The greatest count of a square of a map; 0 where developments are shown one by one."""
    return next((trace["marker"]["cmax"] for trace in figure["data"] if trace.get("name") == _COUNTS), 0)


def numbers_of(places: Sequence[Located]) -> NDArray[np.uint8]:
    """The statuses of developments as numbers for `density_map`."""
    number = {status: place for place, status in enumerate(STATUSES)}
    return np.array([number[one.status] for one in places], np.uint8)


def box_of(customdata: object) -> tuple[float, float, float, float] | None:
    """What a click on a mark of several asks for, as the filter `bbox` takes it; None for a development's id."""
    if not isinstance(customdata, str) or not customdata.startswith(_BOX):
        return None
    west, south, east, north = (float(degrees) for degrees in customdata.removeprefix(_BOX).split(","))
    return west, south, east, north


def map_in_words(places: Sequence[Located], without_place: int = 0, beyond: int = 0) -> str:
    """What the map shows, for who can not see it: how many developments at how many places, and how they stand.

    `beyond` are at places that the map does not show.
    """
    spots = Counter((one.lat, one.lon) for one in places)
    sentences = [f"{count(len(places), 'development')} at {count(len(spots), 'place')}"]
    if without_place:
        sentences.append(f"{without_place:,} without a place on the map")
    if beyond:
        sentences.append(f"{beyond:,} beyond its edges")
    told = "; ".join(sentences) + "."
    if places:
        told += f" {_mix(Counter(one.status for one in places)).capitalize()}."
    if len(spots) < len(places):
        told += " A ring around a number has the shares of the statuses."
    vague = sum(one.vague for one in places)
    if vague:
        told += f" Of {vague:,} no more than the province is known."
    named = Counter(one.place for one in places if one.place).most_common(_MOST_NAMED)
    if len(named) > 1:
        told += f" Most: {', '.join(f'{isolated(name)} ({number:,})' for name, number in named)}."
    return told


def _within(places: Sequence[Located], box: Box) -> list[Located]:
    """Those that the map can show."""
    return [one for one in places if box.holds(one.lat, one.lon)]


def _several(marks: Sequence[Gathered], frame: Frame, colours: Palette) -> list[Trace]:
    """Marks with a number: in the colours of a status where all have it, else in none."""
    if not marks:
        return []
    styles = [colours.styles[next(iter(mark.mix))] if len(mark.mix) == 1 else None for mark in marks]
    marker = {
        "symbol": "circle", "size": [round(mark.diameter, 1) for mark in marks], "opacity": 0.92,
        "color": [style.fill if style else colours.band for style in styles],
        "line": {"color": [style.line if style else colours.muted for style in styles], "width": 1.6},
    }  # fmt: skip
    inks = [(style.on_fill if style and style.fill == style.line else None) or colours.ink for style in styles]
    return [
        _points([(mark.lon, mark.lat) for mark in marks], frame)
        | {
            "mode": "markers+text", "marker": marker, "customdata": [_asked(mark.box) for mark in marks],
            "text": [f"{len(mark.members):,}" for mark in marks], "textposition": "middle center",
            "textfont": {"family": FONT, "size": 10, "color": inks},
            "hovertext": [_told_of_several(mark) for mark in marks],
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
    ]  # fmt: skip


def _singles(own: Sequence[Located], style: Style, status: Status, frame: Frame) -> list[Trace]:
    if not own:
        return []
    filled = style.line if status in (Status.CORROBORATED, Status.CONFIRMED) else style.fill
    marker = {
        "symbol": style.symbol, "size": 11, "opacity": [0.55 if one.vague else 1 for one in own],
        "color": style.line if style.symbol.endswith("open") else filled,
        "line": {"color": style.line, "width": 1.8},
    }  # fmt: skip
    return [
        _points([(one.lon, one.lat) for one in own], frame)
        | {
            "mode": "markers", "marker": marker, "customdata": [one.id for one in own],
            "hovertext": [_told(one) for one in own], "hovertemplate": "%{hovertext}<extra></extra>",
        }
    ]  # fmt: skip


def _grid(cells: Sequence[Cell], colours: Palette) -> list[Trace]:
    if not cells:
        return []
    most = max(cell.count for cell in cells)
    return [
        {
            "type": "scatter", "mode": "markers", "showlegend": False, "name": _COUNTS,
            "x": [round((cell.box.west + cell.box.east) / 2, 5) for cell in cells],
            "y": [round((cell.box.south + cell.box.north) / 2, 5) for cell in cells],
            "marker": {"symbol": "square", "size": CELL - 1, "opacity": 0.7, "line": {"width": 0},
                       "color": [cell.count for cell in cells], "cmin": 0, "cmax": most,
                       "colorscale": [list(stop) for stop in shades_of_counts(colours)]},
            "customdata": [_asked(cell.box) for cell in cells],
            "hovertext": [f"{cell.count:,}<br>{_mix(cell.mix, _MOST_NAMED)}" for cell in cells],
            "hovertemplate": "<b>Developments:</b> %{hovertext}<extra></extra>",
        }
    ]  # fmt: skip


def _ring(chosen: Sequence[tuple[Located | Gathered, float]], frame: Frame, colours: Palette) -> list[Trace]:
    """A ring around what is chosen."""
    return [
        _points([(one.lon, one.lat)], frame)
        | {
            "mode": "markers", "hoverinfo": "skip", "name": "chosen",
            "marker": {"symbol": "circle-open", "size": max(diameter, 12) + 10, "color": colours.as_of,
                       "line": {"width": 2.4}},
        }
        for one, diameter in chosen[:1]
    ]  # fmt: skip


def _points(pairs: Sequence[tuple[float, float]], frame: Frame) -> Trace:
    lon = frame.eastward(np.array([lon for lon, _ in pairs], np.float64))
    return {
        "type": "scatter", "showlegend": False,
        "x": [round(float(one), 5) for one in lon], "y": [round(lat, 5) for _, lat in pairs],
    }  # fmt: skip


def _asked(box: Box) -> str:
    wider = Box(box.west - _LEAST, box.south - _LEAST, box.east + _LEAST, box.north + _LEAST)
    digits = 5 if box.east - box.west < _FINE else 3
    return _BOX + ",".join(f"{degrees:.{digits}f}" for degrees in wider.within_world())


def _told(one: Located) -> str:
    roughly = _PRECISION.get(one.precision, "") if one.precision else ""
    where = [part for part in (isolated(one.place), roughly) if part]
    lines = [f"<b>{escape(isolated(one.title), quote=False)}</b>", escape(one.when, quote=False), STATUS[one.status]]
    return "<br>".join([*lines, escape(", ".join(where), quote=False)] if where else lines)


def _told_of_several(mark: Gathered) -> str:
    name = next((one.place for one in mark.members if one.place), "")
    at = f"at {count(mark.places, 'place')}" if mark.places > 1 else f"at {isolated(name)}" if name else "at one place"
    told = [f"<b>{count(len(mark.members), 'development')}</b> {escape(at, quote=False)}", _of_which(mark.mix)]
    told += [escape(isolated(clipped(one.title, 60)), quote=False) for one in mark.members[:_MOST_NAMED]]
    if len(mark.members) > _MOST_NAMED:
        told.append(f"and {len(mark.members) - _MOST_NAMED:,} more")
    return "<br>".join(told)


def _of_which(mix: Mapping[Status, int]) -> str:
    """`of which corroborated 8, disputed 3, claimed 1`, the most frequent first; of only one status, `all claimed`."""
    (most, number), *others = sorted(mix.items(), key=lambda one: (-one[1], list(STATUS).index(one[0])))
    if not others:
        return f"all {most}"
    return f"of which {most} {number:,}, {', '.join(f'{status} {n:,}' for status, n in others)}"


def _mix(mix: Mapping[Status, int], most: int = len(STATUS)) -> str:
    """`8 claimed, 4 disputed`; where there are more statuses than `most`, the rest is told as one number."""
    held = [status for status in STATUS if mix.get(status)]
    told = held if len(held) <= most else sorted(held, key=lambda status: -mix[status])[:most]
    parts = [f"{mix[status]:,} {status}" for status in told]
    if len(told) < len(held):
        parts.append(f"{sum(mix.values()) - sum(mix[status] for status in told):,} others")
    return ", ".join(parts)


def _figure(marks: list[Trace], frame: Frame, colours: Palette, room: Room | None = None) -> Figure:
    world = geography()
    below = ground(world, frame, colours)
    names = country_names(world.names, room or Room([], frame), frame, colours)
    return {"data": below + marks + names, "layout": _layout(frame, colours, dashed=shows_contested(below, frame))}


def _layout(frame: Frame, colours: Palette, *, dashed: bool) -> dict[str, Any]:
    box, limit = frame.box, around(frame.box)
    hidden = {"visible": False, "showgrid": False, "zeroline": False}
    caption = f"{CAPTION} {MADE_WITH}." if dashed else f"{MADE_WITH}."
    if len(caption) * 5.6 > frame.width:
        caption = caption.replace(". Made", ".<br>Made")
    return {
        "width": frame.width, "height": frame.height, "hovermode": "closest", "dragmode": "pan",
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": colours.water,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0}, "font": {"family": FONT, "color": colours.ink},
        "hoverlabel": {"align": "left", "bgcolor": colours.paper, "bordercolor": colours.muted,
                       "font": {"family": FONT, "size": 12, "color": colours.ink}},
        "xaxis": hidden | {"range": [box.west, box.east], "minallowed": limit.west, "maxallowed": limit.east},
        "yaxis": hidden | {"range": [box.south, box.north], "minallowed": limit.south, "maxallowed": limit.north,
                           "scaleanchor": "x", "scaleratio": round(frame.stretch, 6)},
        "annotations": [
            {"xref": "paper", "yref": "paper", "x": 0, "y": 0, "xanchor": "left", "yanchor": "bottom", "xshift": 6,
             "yshift": 5, "showarrow": False, "align": "left", "text": caption, "borderpad": 3,
             "bgcolor": faded(colours.paper, 0.8), "font": {"family": FONT, "size": 11, "color": colours.muted}}
        ],
    }  # fmt: skip
