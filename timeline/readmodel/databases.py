"""Where the rows of a read model are: one SQLite file or one schema of a PostgreSQL database, asked in the same words.

Statements are written once, with `?` as the placeholder; ids are bytes on both engines. Readers never wait for
the writer and see what was committed; `writing` is the one write lock of a read model, and with it the only place in
which rows and position change together.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Rows = list[tuple[Any, ...]]


class Asked(Protocol):
    """What can be asked a question: the database, or the transaction that is being written."""

    def fetch(self, statement: str, given: Sequence[Any] = ()) -> Rows:
        """All rows of a query, as tuples."""


class Writing(Asked, Protocol):
    """The transaction that is being written: all of it is kept when the context ends, or none."""

    def execute(self, statement: str, given: Sequence[Any] = ()) -> None:
        """Run one statement."""

    def execute_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement once for each row."""

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Write many rows into one table, in the fastest way of the engine."""


class Database(ABC):
    """The tables of one read model."""

    engine: str
    """`sqlite` or `postgres`."""

    @abstractmethod
    def fetch(self, statement: str, given: Sequence[Any] = ()) -> Rows:
        """All rows of a query, as tuples, as last committed. Raises `StoreUnusable` where it can not be asked."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Writing]:
        """The write lock, in a transaction that commits when the context ends.

        Who comes second waits, in this process and in any other. Raises `StoreUnusable`.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of it."""
