"""What reads of filtered developments take in their query strings beside cuts and filters."""

from timeline.api.parameters import said
from timeline.api.queries import Query, TimelineQuery
from timeline.readmodel.sorts import Sort
from timeline.wire.fields import Word


class SortedTimelineQuery(TimelineQuery):
    """Cuts, filters, order and paging of a timeline."""

    sort = Word(
        Sort,
        load_default=Sort.OCCURRED,
        metadata=said(
            "The order: by when it may have begun (`occurred`, the default), when it was first reported (`reported`: "
            "`first_reported_at`) or where the log first held an account of it (`recorded`: the least `position` of "
            "its accounts), then by `id`; with a minus backwards. A cursor goes on with the order of its first page."
        ),
    )


class SortedFrontTimelineQuery(SortedTimelineQuery):
    """The same where the path names the front."""

    class Meta(Query.Meta):
        """One front is named already."""

        exclude = ("front",)


class NamesQuery(TimelineQuery):
    """Which names are listed: those of developments that a timeline with these cuts and filters has."""

    class Meta(Query.Meta):
        """Nothing is told of the developments themselves."""

        exclude = ("fields_",)
