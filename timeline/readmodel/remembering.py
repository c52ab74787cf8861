"""Answers that were given before, for whoever asks the same again before anything was written.

At fixed cuts an answer is the same for ever, and what is counted over a whole timeline takes long to count and little
to keep. Many readers look at the same page, so each of its counts is made once; when the log grows all are forgotten.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from timeline.readmodel.standing import Standing

Answer = TypeVar("Answer")

MOST = 256
"""How many answers are kept; a count over a million developments has some tens of kilobytes."""


class Remembered:
    """Answers at one standing of the rows, the most recently asked."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._standing: Standing | None = None
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()

    def of(self, standing: Standing, question: Hashable, find: Callable[[], Answer]) -> Answer:
        """The answer to a question, which names all that it depends on: as it was given before, or as it is found."""
        with self._lock:
            if standing is not self._standing:
                self._standing = standing
                self._answers.clear()
            if question in self._answers:
                self._answers.move_to_end(question)
                answer: Answer = self._answers[question]
                return answer
        answer = find()
        with self._lock:
            if standing is self._standing:
                self._answers[question] = answer
                while len(self._answers) > self._most:
                    self._answers.popitem(last=False)
        return answer
