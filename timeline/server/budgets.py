"""Budgets: how many requests of one kind are held at the same time, in all and for each address.

What is held costs memory and a descriptor, never a thread; so the numbers are large. But nobody may take all of them:
an address that has its share is refused (429), and everybody once there are none left (503).
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from msgspec import Struct

from timeline.server.errors import TooManyAtOnce


class Kind(Enum):
    """What a request that is held is waiting for."""

    FOLLOW = "requests that wait for events"
    """Streams of events, and reads that wait for something new (`Prefer: wait`)."""
    UPLOAD = "bodies that are still being sent"
    DOWNLOAD = "files that are still being read"
    ANSWER = "long answers that are still being read"


class Budget(Struct, frozen=True):
    """The most that are held at once: in all, and for one address."""

    total: int
    per_address: int


UPLOADS = Budget(total=2_000, per_address=500)
DOWNLOADS = Budget(total=64, per_address=16)
ANSWERS = Budget(total=1_000, per_address=250)
"""A long answer (of a few hundred kilobytes as a rule) is kept in memory until it is read."""
RETRY_SECONDS = 5
"""What somebody who is refused is told to wait."""


class Budgets:
    """Counts what is held. Used on the event loop alone, so that nothing is locked."""

    def __init__(self, budgets: dict[Kind, Budget]) -> None:
        self._budgets = budgets
        self._total = Counter[Kind]()
        self._by_address = Counter[tuple[Kind, str]]()

    def count(self, kind: Kind) -> int:
        """How many requests of a kind are held now."""
        return self._total[kind]

    @contextmanager
    def held(self, kind: Kind, address: str) -> Iterator[None]:
        """Hold a request until the context ends. Raises `TooManyAtOnce`."""
        budget, mine = self._budgets[kind], (kind, address)
        if self._by_address[mine] >= budget.per_address:
            raise TooManyAtOnce(kind.value, budget.per_address, RETRY_SECONDS, everybody=False)
        if self._total[kind] >= budget.total:
            raise TooManyAtOnce(kind.value, budget.total, RETRY_SECONDS, everybody=True)
        self._total[kind] += 1
        self._by_address[mine] += 1
        try:
            yield
        finally:
            self._total[kind] -= 1
            self._by_address[mine] -= 1
            if not self._by_address[mine]:
                del self._by_address[mine]
