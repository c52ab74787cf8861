"""The columns of tables: for each thing that an export may be of, what a column is called and where it is found.

A path leads into the JSON object that the API gives for one of them, so that no format tells anything in a way of its
own; only dates are told anew (`dates`, `published_dates`: `timeline.exporters.date_columns`).
"""

from functools import cache
from typing import Any

from timeline.exporters.export import Of

_OCCURRED = {
    "occurred": "occurred.edtf",
    "precision": "dates.precision",
    "start_earliest": "dates.start_earliest",
    "start_latest": "dates.start_latest",
    "end_earliest": "dates.end_earliest",
    "end_latest": "dates.end_latest",
    "exact_start": "dates.exact_start",
    "exact_end": "dates.exact_end",
    "open": "occurred.open",
}
COLUMNS: dict[Of, dict[str, str]] = {
    Of.DEVELOPMENTS: {
        "id": "id",
        "front": "front",
        "kind": "kind",
        "title": "title",
        "summary": "summary",
        **_OCCURRED,
        "place": "place.name",
        "lat": "place.lat",
        "lon": "place.lon",
        "place_precision": "place.precision",
        "admin": "place.admin",
        "country": "place.country",
        "place_description": "place.description",
        "actors": "actors",
        "tallies": "tallies",
        "tags": "tags",
        "external_id": "external_id",
        "language": "language",
        "status": "status",
        "status_attribution": "aspects.attribution",
        "status_extent": "aspects.extent",
        "status_place": "aspects.place",
        "status_date": "aspects.date",
        "first_reported_at": "first_reported_at",
        "last_reported_at": "last_reported_at",
        "version": "version",
        "position": "position",
        "retracted": "retracted",
        "merged_into": "merged_into",
    },
    Of.ACCOUNTS: {
        "development": "development",
        "front": "front",
        "title": "title",
        "status": "status",
        "source": "source",
        "stance_occurrence": "stance.occurrence",
        "stance_attribution": "stance.attribution",
        "stance_extent": "stance.extent",
        "stance_place": "stance.place",
        "stance_date": "stance.date",
        "quote": "quote",
        "gist": "gist",
        "url": "url",
        "origin": "origin",
        "archive_sha256": "archive_sha256",
        "published": "published",
        "published_precision": "published_dates.precision",
        "published_earliest": "published_dates.earliest",
        "published_latest": "published_dates.latest",
        "reported_at": "reported_at",
        "in_force": "in_force",
        "withdrawn": "withdrawn",
        "position": "position",
    },
    Of.CHANGES: {
        "id": "id",
        "external_id": "external_id",
        "front": "front",
        "title": "title",
        "change": "change",
        "status_from": "status.from",
        "status_to": "status.to",
        "aspects": "aspects",
        "fields": "fields",
        "because": "because",
    },
    Of.FRONTS: {
        "slug": "slug",
        "name": "name",
        "area": "area",
        **_OCCURRED,
        "closed": "closed",
        "developments": "developments",
        "statuses": "statuses",
    },
    Of.SOURCES: {
        "slug": "slug",
        "name": "name",
        "kind": "kind",
        "affiliation": "affiliation",
        "reliability": "reliability",
        "url": "url",
        "same_as": "same_as",
        "registered": "registered",
        "accounts": "accounts",
        "accounts_in_force": "accounts_in_force",
    },
}

ABOUT: dict[str, str] = {
    "as_of": "as_of",
    "known_at": "known_at",
    "recorded_position": "recorded_at.position",
    "recorded_at": "recorded_at.instant",
    "filters": "filters",
    "checkpoint": "checkpoint",
}
"""Of the export as a whole; behind the others, with `export_` before the name."""


def cells(columns: dict[str, str], told: dict[str, Any]) -> list[Any]:
    """What stands under these columns of a row as `with_dates` gives it; None where nothing does."""
    return [_at(told, _names(path)) if "." in path else told.get(path) for path in columns.values()]


def _at(told: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        if told is None:
            return None
        told = told.get(name)
    return told


@cache
def _names(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))
