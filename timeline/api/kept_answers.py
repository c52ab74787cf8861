"""Whole answers under their tags: for whoever asks what somebody asked before, while it is still the answer.

A tag is made of the question and, where the answer may change, of where the log stands and of the minute (`caching`):
what is found under the tag of a question that is asked now, and was read from the same build of the rows, is what would
be told now.
"""

from collections import OrderedDict
from threading import Lock

Place = tuple[int, str]
"""The number of a build of the rows, and a tag."""
_OVERHEAD = 200
"""Bytes that the keeping of an answer takes, about."""


class KeptAnswers:
    """The most recently asked answers in so many bytes; one that takes more than a sixteenth of them is not kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._bodies: OrderedDict[Place, bytes] = OrderedDict()
        self.size = 0

    def find(self, place: Place) -> bytes | None:
        """The body that is kept there; None where there is none."""
        with self._lock:
            body = self._bodies.get(place)
            if body is not None:
                self._bodies.move_to_end(place)
            return body

    def keep(self, place: Place, body: bytes) -> None:
        """Keep a body, in the stead of those that nobody asked for longest."""
        if len(body) + _OVERHEAD > self._most // 16:
            return
        with self._lock:
            if place in self._bodies:
                return
            self._bodies[place] = body
            self.size += len(body) + _OVERHEAD
            while self.size > self._most:
                _, forgotten = self._bodies.popitem(last=False)
                self.size -= len(forgotten) + _OVERHEAD
