"""An overview of a timeline, by whichever way of counting knows its cuts and its filters."""

import numpy as np
from msgspec import structs

from timeline.domain.history import Cuts
from timeline.domain.moments import to_micros
from timeline.readmodel.density import Bucket, Density, cell, density, density_of, density_scan
from timeline.readmodel.documents import Documents
from timeline.readmodel.filters import Filters
from timeline.readmodel.past import Past
from timeline.readmodel.rows import Window, condition
from timeline.readmodel.selection import asks_documents, selected
from timeline.readmodel.standing import Standing
from timeline.readmodel.tables import DENSITY
from timeline.readmodel.versions import number_of


def overview(past: Past, standing: Standing, cuts: Cuts, bucket: Bucket, filters: Filters) -> Density:
    """How many developments began when, by front and status; the window of the filters is one of days of beginning."""
    whole = structs.replace(filters, since=None, until=None)
    since, until = (None if one is None else to_micros(one) for one in (filters.since, filters.until))
    fronts = standing.front_numbers(filters.fronts)
    if asks_documents(filters):
        cells = _cells(past, standing, Window(cuts, fronts, whole))
        return density_of(cells, bucket, since, until)
    known_at, as_of = to_micros(cuts.known_at), to_micros(cuts.as_of)
    if cuts.position == standing.position and not (filters.kinds or filters.box):
        found = density(standing.database, DENSITY, known_at, as_of, bucket, fronts, since, until)
        if standing.still_holds():  # otherwise something that was recorded meanwhile may be among them
            return _of_statuses(found, filters)
    more = condition(whole)
    return density_scan(standing.database, known_at, as_of, cuts.position, bucket, *more, fronts, since, until)


def _of_statuses(found: Density, filters: Filters) -> Density:
    if not filters.statuses:
        return found
    kept = np.isin(found.statuses, [number_of(status) for status in filters.statuses])
    columns = (found.fronts, found.days, found.statuses, found.counts)
    return Density(found.bucket, *(column[kept] for column in columns))


def _cells(past: Past, standing: Standing, window: Window) -> list[int]:
    """For filters that ask for the whole of a development: the cell of each that passes."""
    numbers = {slug: number for number, slug in standing.front_slugs.items()}
    entries = selected(Documents(past, standing, window.cuts), standing, past, window, None)
    return [cell(numbers[entry.state.described.front], entry.place[0], number_of(entry.status)) for entry in entries]
