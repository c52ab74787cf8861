"""Whole answers under their tags: for whoever asks what somebody asked before, while it is still the answer.

A tag is made of the question and, where the answer may change, of where the log stands and of the minute (`caching`):
what is found under the tag of a question that is asked now, and was read from the same build of the rows, is what would
be told now.
"""

from threading import Lock

from cachetools import LRUCache

Place = tuple[int, str]
"""The number of a build of the rows, and a tag."""
_OVERHEAD = 200
"""Bytes that the keeping of an answer takes, about."""


class KeptAnswers:
    """The most recently asked answers in so many bytes; one that takes more than a sixteenth of them is not kept."""

    def __init__(self, most: int) -> None:
        self._most_of_one = most // 16
        self._lock = Lock()
        self._bodies: LRUCache[Place, bytes] = LRUCache(most, getsizeof=_bytes)

    def find(self, place: Place) -> bytes | None:
        """The body that is kept there; None where there is none."""
        with self._lock:
            return self._bodies.get(place)

    def keep(self, place: Place, body: bytes) -> None:
        """Keep a body, in the stead of those that nobody asked for longest."""
        if _bytes(body) <= self._most_of_one:
            with self._lock:
                self._bodies[place] = body


def _bytes(body: bytes) -> int:
    return len(body) + _OVERHEAD
