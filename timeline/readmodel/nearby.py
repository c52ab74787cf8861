"""What else was reported near a development: close to its place and to the day on which it may have begun.

Rows of a box and a window are read, and of those the ones that are near enough as the crow flies. Where a development
has no place, its neighbours are those of its front.
"""

from itertools import chain
from math import asin, cos, degrees, radians, sin, sqrt

from msgspec import Struct

from timeline.domain.history import Cuts
from timeline.domain.moments import from_micros
from timeline.readmodel.entries import Entry
from timeline.readmodel.filters import Filters
from timeline.readmodel.rows import Window, all_rows
from timeline.readmodel.standing import Standing
from timeline.readmodel.versions import ALWAYS, VersionRow

_DAY = 86_400_000_000
_RADIUS = 6_371.0088
"""Of the earth in kilometres, on average (IUGG)."""
_LAST = 253_402_300_799_999_999
"""The last moment that a date can tell."""


class Neighbour(Struct, frozen=True):
    """Another development, how many days later it may have begun (earlier: less than 0), and how many kilometres away.

    `km` is None where one of the two has no place.
    """

    row: VersionRow
    days: float
    km: float | None


def neighbours(
    standing: Standing, cuts: Cuts, entry: Entry, days: float, km: float, limit: int
) -> tuple[Neighbour, ...]:
    """The nearest first, by both distances together, each as a share of what is asked for.

    Nothing is near to what nobody says when it began.
    """
    begun, _ = entry.place
    if begun == ALWAYS:
        return ()
    place = entry.state.described.place
    point = None if place is None or place.lat is None or place.lon is None else (place.lat, place.lon)
    front = entry.state.described.front
    since, until = max(ALWAYS + 1, begun - int(days * _DAY)), min(_LAST, begun + int(days * _DAY))
    filters = Filters(
        fronts=frozenset() if point else frozenset([front]),
        box=_around(*point, km) if point else None,
        since=from_micros(since),
        until=from_micros(until),
    )
    window = Window(cuts, standing.front_numbers(filters.fronts), filters, begun=True)
    found = []
    for row in chain.from_iterable(all_rows(standing.database, standing.front_slugs, window)):
        if row.id == entry.state.id:
            continue
        away = None
        if point and row.lat is not None and row.lon is not None:
            away = kilometres(point, (row.lat, row.lon))
            if away > km:
                continue
        found.append(Neighbour(row, (row.start_at - begun) / _DAY, away))
    found.sort(key=lambda one: (_share(abs(one.days), days) + _share(one.km or 0.0, km), one.row.sort_key))
    return tuple(found[:limit])


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance of two points (latitude and longitude in degrees) along a great circle of a round earth."""
    (lat, lon), (other_lat, other_lon) = ((radians(a), radians(b)) for a, b in (one, other))
    half = sin((other_lat - lat) / 2) ** 2 + cos(lat) * cos(other_lat) * sin((other_lon - lon) / 2) ** 2
    return 2 * _RADIUS * asin(min(1.0, sqrt(half)))


def _around(lat: float, lon: float, km: float) -> tuple[float, float, float, float]:
    """A box (west, south, east, north) that holds all that is so near; near a pole it goes all around."""
    angle = km / _RADIUS * (1 + 1e-9) + 1e-12  # so that nothing is left out by rounding
    south, north = lat - degrees(angle), lat + degrees(angle)
    reach = sin(min(angle, radians(90))) / max(1e-12, cos(radians(lat)))
    if south <= -90 or north >= 90 or reach >= 1:
        return -180.0, max(-90.0, south), 180.0, min(90.0, north)
    wide = degrees(asin(reach))
    west, east = lon - wide, lon + wide
    return west + 360 if west < -180 else west, south, east - 360 if east > 180 else east, north


def _share(distance: float, most: float) -> float:
    return distance / most if most else 0.0
