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
