"""Following the log as events: each once, in order, whatever happens to the connection meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from threading import Event as StopSignal

from eventsourcing.persistence import PersistenceError
from msgspec import Struct

from timeline.domain.facts import Recorded, Unreadable
from timeline.errors import StoreUnusable
from timeline.store.records import Row
from timeline.store.tailing import BATCH, Follower


class Known(Struct, frozen=True):
    """Up to which record everything was read with every check before, and which of them were found wrong."""

    last: int = 0
    doubtful: frozenset[int] = frozenset()


NOTHING_KNOWN = Known()
EVERYTHING_KNOWN = Known(2**62)


class Tail:
    """Follows the log: each event once, in order, whatever happens to the connection meanwhile."""

    def __init__(self, follower: Follower, read: Callable[[Sequence[Row], Known], list[Recorded | Unreadable]]) -> None:
        self._follower = follower
        self._read = read

    @property
    def position(self) -> int:
        """The last position that was read."""
        return self._follower.position

    @property
    def leaf_hash(self) -> bytes | None:
        """Its leaf hash; None before the first."""
        return self._follower.leaf_hash

    def read(self, limit: int = BATCH, known: Known = NOTHING_KNOWN) -> list[Recorded | Unreadable]:
        """What has come since, up to `limit`; does not wait. Raises `LogReplaced` and `StoreUnusable`.

        Values of records that are `known` to hold nothing wrong are taken as they are.
        """
        try:
            rows = self._follower.read(limit)
        except PersistenceError as error:
            raise StoreUnusable(f"the log can not be reached: {error}") from error
        return self._read(rows, known)

    def settle(self) -> None:
        """Wait for whoever is writing at this moment: what they write was recorded before now.

        Whatever is recorded after this returns is recorded at an instant that is not earlier.
        """
        self._follower.settle()

    def behind(self) -> int:
        """How many records there are that were not read yet."""
        return self._follower.behind()

    def follow(self, stop: StopSignal, limit: int = BATCH) -> Iterator[list[Recorded | Unreadable]]:
        """Batches as they come, until `stop` is set; an outage is waited out. Raises `LogReplaced`."""
        for rows in self._follower.follow(stop, limit):
            yield self._read(rows, NOTHING_KNOWN)
