"""GeoJSON (RFC 7946): a feature for each development, at its point (longitude, latitude; WGS 84).

Where nobody says at which point something happened the geometry is null, as the standard has it, so that nothing is
left out. Properties are flat, as maps and their filters need them; only lists, tallies and accounts are not. What the
file is of stands in the foreign member `export`, before the features.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from timeline.exporters.columns import COLUMNS, cells
from timeline.exporters.date_columns import with_dates
from timeline.exporters.export import Export, Of, listed, together
from timeline.readmodel.entries import Entry
from timeline.wire import answers

_COLUMNS = COLUMNS[Of.DEVELOPMENTS]


def write(export: Export, items: Iterable[Entry]) -> Iterator[bytes]:
    """The collection, feature by feature."""
    about = msgspec.json.encode(export.about())
    opening = b'{"type":"FeatureCollection","export":%b,"features":[' % about
    return together(listed(opening, (msgspec.json.encode(_feature(one)) for one in items), b"\n]}\n"))


def _feature(entry: Entry) -> dict[str, Any]:
    told = answers.item(entry)
    properties = dict(zip(_COLUMNS, cells(_COLUMNS, with_dates(told)), strict=True))
    id, lat, lon = properties.pop("id"), properties.pop("lat"), properties.pop("lon")
    return {
        "type": "Feature",
        "id": id,
        "geometry": None if lat is None else {"type": "Point", "coordinates": [lon, lat]},
        "properties": {**properties, "accounts": told["accounts"]},
    }
