"""What the server refuses by itself, before the application is asked."""

from timeline.errors import TimelineError


class TooManyAtOnce(TimelineError):
    """Raised when as many requests of a kind are held at once as may be; `retry_after` is in seconds.

    `everybody`: as many as there may be in all, and not only of one address.
    """

    slug = "too-many-at-once"
    title = "Too many at once"

    def __init__(self, what: str, limit: int, retry_after: int, *, everybody: bool) -> None:
        self.retry_after = retry_after
        self.everybody = everybody
        whose = "in all" if everybody else "from one address"
        super().__init__(f"{what}: there are {limit} {whose} already, which is the most; try again later")


class AddressUnusable(TimelineError):
    """Raised when the server can not listen at the address that it was given."""

    slug = "address-unusable"
    title = "The server can not listen there"

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"port {port} of {host} can not be used: {reason}")
