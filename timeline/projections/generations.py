"""Generations: the read model that is asked, and the one that is being built to take its place.

A generation has a number and belongs to one version of the projection; the live one of a version is the one with the
highest number. It comes into the world complete: on SQLite a file that is renamed when it is finished, on PostgreSQL a
schema that is made in one transaction. So nobody ever reads a half, and what was begun and not finished is thrown
away by the next one who builds. Each process looks about once a second whether there is a newer generation.
"""

import time
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from threading import Lock

from timeline.errors import StoreUnusable
from timeline.projections.projection import VERSION
from timeline.readmodel.databases import Database, Writing

GRACE = 60.0
"""Seconds for which a generation stays after another took its place, for those who still read it."""
_LOOK = 1.0


class Busy(StoreUnusable):
    """Raised when another process is building the rows at this moment."""

    slug = "busy"
    title = "Somebody else is doing that"


class Generations(ABC):
    """The generations of one log, for one version of the projection."""

    engine: str
    outlasts: bool
    """Whether who has a generation open can go on with it once it was taken away."""

    def __init__(self, version: int = VERSION, grace: float = GRACE) -> None:
        self.version = version
        self.grace = grace
        self._lock = Lock()
        self._live: tuple[int, Database] | None = None
        self._looked = 0.0
        self._replaced: list[tuple[float, Database]] = []

    @property
    def number(self) -> int:
        """The number of the live generation; 0 where there is none yet."""
        self.live()
        return self._live[0] if self._live else 0

    def live(self) -> Database | None:
        """The generation to read from and to write to; None where this version has none yet."""
        with self._lock:
            now = time.monotonic()
            if self._live is None or now - self._looked > _LOOK:
                self._looked = now
                self._switch_to(max(self._complete(self.version), default=0), now)
            return self._live[1] if self._live else None

    def look_again(self) -> None:
        """Look for a newer generation at the next question, not only once a second."""
        with self._lock:
            self._looked = 0.0

    @abstractmethod
    def building(self) -> AbstractContextManager[Writing]:
        """An empty place that becomes the live generation when the context ends, or is thrown away where it raises.

        Raises `Busy` where another process is building.
        """

    def sweep(self) -> list[str]:
        """Take away what another generation took the place of long enough ago; the names of what went."""
        newest = max(self._complete(self.version), default=0)
        older = [
            (version, number)
            for version in range(self.version + 1)
            for number in sorted(self._complete(version))
            if (version, number) < (self.version, newest)
        ]
        if not older or self._age(self.version, newest) < self.grace:
            return []
        return [self._remove(version, number) for version, number in older]

    def close(self) -> None:
        """Let go of the databases."""
        with self._lock:
            for _, database in self._replaced:
                database.close()
            if self._live:
                self._live[1].close()
            self._live, self._replaced = None, []

    def _switch_to(self, number: int, now: float) -> None:
        """Read from another generation; who still asks the one before may finish."""
        for since, database in list(self._replaced):
            if now - since > self.grace:
                database.close()
                self._replaced.remove((since, database))
        if (not number and self.outlasts) or (self._live and self._live[0] == number):
            return
        if self._live:
            self._replaced.append((now, self._live[1]))
        self._live = (number, self._open(number)) if number else None

    @abstractmethod
    def _complete(self, version: int) -> list[int]:
        """The numbers of the finished generations of a version."""

    @abstractmethod
    def _open(self, number: int) -> Database:
        """The database of a finished generation of this version."""

    @abstractmethod
    def _age(self, version: int, number: int) -> float:
        """Seconds since a generation was finished."""

    @abstractmethod
    def _remove(self, version: int, number: int) -> str:
        """Take a generation away; its name."""
