"""An overview of a timeline, by whichever way of counting knows its cuts and its filters."""

from collections.abc import Iterator

from msgspec import structs

from timeline.domain.history import Cuts
from timeline.readmodel.buckets import Bucket
from timeline.readmodel.density import Counted, added_up, counted, counted_by_rows
from timeline.readmodel.documents import Documents
from timeline.readmodel.filters import Filters
from timeline.readmodel.past import Past
from timeline.readmodel.rows import Window
from timeline.readmodel.selection import asks_documents, selected
from timeline.readmodel.standing import Standing
from timeline.readmodel.versions import number_of


def overview(past: Past, standing: Standing, cuts: Cuts, bucket: Bucket, filters: Filters) -> list[Counted]:
    """How many developments began when, by front and status, in this order."""
    fronts = standing.front_numbers(filters.fronts)
    if asks_documents(filters):
        return added_up(_one_by_one(past, standing, cuts, filters), bucket, filters)
    if cuts.position == standing.position and not (filters.kinds or filters.box):
        found = counted(standing.database, cuts, bucket, fronts, filters)
        if standing.still_holds():  # otherwise something that was recorded meanwhile may be among them
            return found
    return counted_by_rows(standing.database, cuts, bucket, fronts, filters)


def _one_by_one(past: Past, standing: Standing, cuts: Cuts, filters: Filters) -> Iterator[tuple[int, int, int, int]]:
    """For filters that ask for the whole of a development: (front, start, status, 1) of each."""
    numbers = {slug: number for number, slug in standing.front_slugs.items()}
    window = Window(cuts, standing.front_numbers(filters.fronts), structs.replace(filters, since=None, until=None))
    for entry in selected(Documents(past, standing, cuts), standing, past, window, None):
        yield numbers[entry.state.described.front], entry.place[0], number_of(entry.status), 1
