"""The exports of what a view shows: links to the API's files, with the view's filters and cuts in them."""

from typing import Any
from urllib.parse import urlencode

from dash import html

from dashboards.filters import View
from timeline.domain.moments import format_instant
from timeline.readmodel.cuts import WantedCuts

FORMATS = (
    ("csv", "CSV, for spreadsheets"),
    ("ndjson", "NDJSON, for scripts"),
    ("geojson", "GeoJSON, for maps"),
    ("timelinejs", "TimelineJS"),
    ("icalendar", "iCalendar"),
    ("cloudevents", "CloudEvents, the events themselves"),
)
"""Name of a format, and what it is for."""


def export_links(view: View, cuts: WantedCuts) -> list[html.A]:
    """One link a format; the cuts are fixed, so that the same file can be had again."""
    assert cuts.as_of  # noqa: S101 - held cuts name all three
    assert cuts.known_at  # noqa: S101
    pairs: list[tuple[str, Any]] = [
        ("as_of", format_instant(cuts.as_of)),
        ("known_at", format_instant(cuts.known_at)),
        ("recorded_at", cuts.recorded_at),
        ("from", view.since),
        ("to", view.until),
        ("q", view.text),
        ("actor", view.actor),
        ("source", view.source),
        *(("front", front) for front in view.fronts),
        *(("status", status) for status in view.statuses),
        *(("kind", kind) for kind in view.kinds),
        *(("tag", tag) for tag in view.tags),
        *(("place", place) for place in view.places),
        *(("language", language) for language in view.languages),
        *(("external_id", external_id) for external_id in view.external_ids),
    ]
    query = urlencode([(name, str(value)) for name, value in pairs if value is not None])
    return [html.A(words, href=f"/api/v1/exports/{name}?{query}", download="") for name, words in FORMATS]
