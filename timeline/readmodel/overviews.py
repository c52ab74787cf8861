"""An overview of a timeline, by whichever way of counting knows its cuts and its filters."""

from collections.abc import Mapping

from msgspec import structs

from timeline.domain.history import Cuts
from timeline.domain.moments import to_micros
from timeline.readmodel.cells import cell
from timeline.readmodel.density import Bucket, Density, density, density_of, density_scan
from timeline.readmodel.documents import Documents
from timeline.readmodel.entries import Entry
from timeline.readmodel.filters import Filters
from timeline.readmodel.past import Past
from timeline.readmodel.rows import Window, condition
from timeline.readmodel.selection import asks_documents, selected
from timeline.readmodel.standing import Standing
from timeline.readmodel.tables import DENSITY
from timeline.readmodel.versions import bounds_of, number_of


def overview(past: Past, standing: Standing, cuts: Cuts, bucket: Bucket, filters: Filters) -> Density:
    """How many developments began when, by front and status; the window of the filters is one of days of beginning.

    Of a development that began on an unknown day what falls to the window counts.
    """
    whole = structs.replace(filters, since=None, until=None)
    since, until = (None if one is None else to_micros(one) for one in (filters.since, filters.until))
    fronts = standing.front_numbers(filters.fronts)
    known_at, as_of = to_micros(cuts.known_at), to_micros(cuts.as_of)
    if asks_documents(filters):
        cells = _cells(past, standing, Window(cuts, fronts, whole))
        return density_of(cells, bucket, as_of, since, until)
    if cuts.position == standing.position and not _unknown_to_counts(filters):
        found = density(standing.database, DENSITY, known_at, as_of, bucket, fronts, since, until)
        if standing.still_holds():  # otherwise something that was recorded meanwhile may be among them
            return found.of_statuses([number_of(status) for status in filters.statuses]) if filters.statuses else found
    more = condition(whole)
    return density_scan(standing.database, known_at, as_of, cuts.position, bucket, *more, fronts, since, until)


def _unknown_to_counts(filters: Filters) -> bool:
    """Whether filters ask for what is not counted apart."""
    return bool(filters.kinds or filters.box or filters.tags or filters.places or filters.languages)


def _cells(past: Past, standing: Standing, window: Window) -> list[int]:
    """For filters that ask for the whole of a development: the cell of each that passes."""
    numbers = {slug: number for number, slug in standing.front_slugs.items()}
    entries = selected(Documents(past, standing, window.cuts), standing, past, window, None)
    return [_cell(entry, numbers) for entry in entries]


def _cell(entry: Entry, numbers: Mapping[str, int]) -> int:
    described = entry.state.described
    occurred = described.occurred
    _, start_at, _, further_days, *_ = bounds_of(occurred.edtf, occurred.exact_start, occurred.exact_end)
    return cell(numbers[described.front], start_at, further_days, number_of(entry.status))
