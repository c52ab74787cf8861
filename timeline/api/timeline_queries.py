"""What reads of filtered developments take in their query strings beside cuts and filters."""

from timeline.api.queries import Query, TimelineQuery


class NamesQuery(TimelineQuery):
    """Which names are listed: those of developments that a timeline with these cuts and filters has."""

    class Meta(Query.Meta):
        """Nothing is told of the developments themselves."""

        exclude = ("fields_",)
