"""Answers that were given before, for whoever asks the same again before anything was written.

At fixed cuts an answer is the same for ever, and what is counted over a whole timeline takes long to count and little
to keep. Many readers look at the same page, so each of its counts is made once; when the log grows all are forgotten.
"""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

import msgspec
from cachetools import LRUCache

from timeline.readmodel.density import Density
from timeline.readmodel.standing import Standing

Answer = TypeVar("Answer")

MOST = 64_000_000
"""Bytes of answers that are kept; ten years of a million developments counted by day have five million."""
_TIMES = 8
"""How many times as much as it is written an object takes in memory, about."""


class Remembered:
    """Answers at one standing of the rows, the most recently asked in so many bytes."""

    def __init__(self, most: int = MOST) -> None:
        self._lock = Lock()
        self._standing: Standing | None = None
        self._answers: LRUCache[Hashable, Any] = LRUCache(most, getsizeof=_bytes)

    def of(self, standing: Standing, question: Hashable, find: Callable[[], Answer]) -> Answer:
        """The answer to a question, which names all that it depends on: as it was given before, or as it is found."""
        with self._lock:
            if standing is not self._standing:
                self._standing = standing
                self._answers.clear()
            if question in self._answers:
                answer: Answer = self._answers[question]
                return answer
        answer = find()
        with self._lock:
            if standing is self._standing and _bytes(answer) <= self._answers.maxsize:
                self._answers[question] = answer
        return answer


def _bytes(answer: Any) -> int:
    if isinstance(answer, Density):
        return answer.size_in_bytes
    return _TIMES * len(msgspec.msgpack.encode(answer))
