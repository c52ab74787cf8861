"""The errors of requests that append, which nothing below the API raises."""

from collections.abc import Sequence

from timeline.errors import TimelineError, shown


class SourceNotAllowed(TimelineError):
    """Raised when a token brings a message of a source that is not among its own."""

    slug = "source-not-allowed"
    title = "The token may not use this source"

    def __init__(self, name: str, source: str, allowed: Sequence[str]) -> None:
        listed = " or ".join(f"{own} and what is below it" for own in allowed)
        super().__init__(
            f"source: the token {name} may not use {shown(source)!r}; expected {listed}",
            ({"field": "source", "value": shown(source), "allowed": listed},),
        )


class AllRefused(TimelineError):
    """Raised when a request brings several events, each for itself, and every one of them was refused."""

    slug = "all-refused"
    title = "Every event was refused"

    def __init__(self, events: int) -> None:
        refused = "the one event was refused" if events == 1 else f"all {events} events were refused"
        super().__init__(f"{refused}; `items` says why")
