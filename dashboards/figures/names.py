"""Names on the map: of places beside their marks, and of countries where there is room for them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.figures.places import Gathered
from dashboards.geography.frames import Frame
from dashboards.geography.lines import Names
from dashboards.theme import Palette, faded
from dashboards.words import clipped
from timeline.domain.legibility import isolated, legible

FONT = "Noto Sans, system-ui, sans-serif"
_MOST = 200
"""So many marks, the largest, may have the name of their place beside them."""
_LETTERS = 24
"""A longer name is clipped."""
_CHARACTER, _CAPITAL, _LINE, _SPACE = 6.4, 7.6, 15.0, 5.5
"""Room for a character of a place's and of a country's name, for a line, and for a space, in pixels."""
_EDGE = 24.0
"""Names of countries keep so far from the edge of the map, in pixels."""
_TRIES = 12
"""In how many places, at the most, room for the name of a country is looked for."""

_Rectangle = tuple[float, float, float, float]
"""Left, right, bottom and top, in pixels."""


class Room:
    """What is taken of a map's plane."""

    def __init__(self, marks: Sequence[Gathered], frame: Frame) -> None:
        self.x, self.y = frame.pixels(np.array([one.lon for one in marks]), np.array([one.lat for one in marks]))
        self.radius = np.array([one.diameter if len(one.members) > 1 else 12.0 for one in marks]) / 2
        self._taken = np.stack(
            [self.x - self.radius, self.x + self.radius, self.y - self.radius, self.y + self.radius], axis=-1
        ).reshape(-1, 4)

    def take(self, wanted: _Rectangle) -> bool:
        """Takes a rectangle where nothing of it is taken; says whether it could."""
        left, right, bottom, top = self._taken.T
        if ((wanted[0] < right) & (wanted[1] > left) & (wanted[2] < top) & (wanted[3] > bottom)).any():
            return False
        self._taken = np.vstack([self._taken, wanted])
        return True


def place_names(marks: Sequence[Gathered], room: Room, frame: Frame, colours: Palette) -> list[dict[str, Any]]:
    """The names of places beside their marks, those of the largest first, as far as there is room."""
    named: list[tuple[Gathered, str, str]] = []
    for number, mark in enumerate(marks[:_MOST]):
        called = Counter(one.place for one in mark.members if one.place and not one.vague).most_common(1)
        if not called:
            continue
        name = clipped(legible(called[0][0]), _LETTERS)
        x, y, apart = room.x[number], room.y[number], room.radius[number] + 3
        long, half = len(name) * _CHARACTER, _LINE / 2
        space = "\u2002" * ceil(apart / _SPACE)
        if 0 < x + apart < frame.width - long and room.take((x + apart, x + apart + long, y - half, y + half)):
            named.append((mark, f"{space}{escape(isolated(name), quote=False)}", "middle right"))
        elif long < x - apart < frame.width and room.take((x - apart - long, x - apart, y - half, y + half)):
            named.append((mark, f"{escape(isolated(name), quote=False)}{space}", "middle left"))
    lon = frame.eastward(np.array([mark.lon for mark, _, _ in named], np.float64))
    texts = [(float(x), mark.lat, text) for x, (mark, text, _) in zip(lon, named, strict=True)]
    return _texts("places", texts, [side for _, _, side in named], 11, colours.ink)


def country_names(names: Names, room: Room, frame: Frame, colours: Palette) -> list[dict[str, Any]]:
    """The names of the countries that are large at this scale, the largest first, as far as there is room."""
    zoom = log2(360 / (256 * frame.per_pixel[0])) + 0.4
    lon = frame.eastward(names.lon)
    x, y = frame.pixels(lon, names.lat)
    texts: list[tuple[float, float, str]] = []
    for number in np.argsort(names.zoom, kind="stable"):
        if names.zoom[number] > zoom:
            break
        name = names.names[number].upper()
        half, high = len(name) * _CAPITAL / 2, _LINE / 2
        for at in _anchors(np.flatnonzero(names.owner == number), x, y, half, frame):
            if room.take((x[at] - half, x[at] + half, y[at] - high, y[at] + high)):
                texts.append((float(lon[at]), float(names.lat[at]), escape(name, quote=False)))
                break
    return _texts("countries", texts, ["middle center"] * len(texts), 10, faded(colours.border, 0.9))


def _anchors(
    own: NDArray[np.int64], x: NDArray[np.float64], y: NDArray[np.float64], half: float, frame: Frame
) -> Iterator[int]:
    """Where a name may stand: its best place, then those nearest to the middle of what is seen of its country."""
    wide = (x[own] > half + _EDGE / 4) & (x[own] < frame.width - half - _EDGE / 4)
    seen = own[wide & (y[own] > _EDGE * 1.5) & (y[own] < frame.height - _EDGE)]
    if not len(seen):
        return
    away = np.hypot(x[seen] - x[seen].mean(), y[seen] - y[seen].mean())
    away[seen == own[0]] = -1
    yield from (int(at) for at in seen[np.argsort(away, kind="stable")][:_TRIES])


def _texts(
    called: str, texts: Sequence[tuple[float, float, str]], sides: Sequence[str], size: int, colour: str
) -> list[dict[str, Any]]:
    if not texts:
        return []
    return [
        {
            "type": "scatter", "mode": "text", "name": called, "hoverinfo": "skip", "showlegend": False,
            "x": [round(lon, 5) for lon, _, _ in texts], "y": [round(lat, 5) for _, lat, _ in texts],
            "text": [text for _, _, text in texts], "textposition": list(sides),
            "textfont": {"family": FONT, "size": size, "color": colour},
        }
    ]  # fmt: skip
