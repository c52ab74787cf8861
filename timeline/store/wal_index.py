"""How far SQLite has copied the write-ahead log into the file of the database, as its shared memory says.

The layout is SQLite's own, which documents it (https://www.sqlite.org/walformat.html, section 2). The file is read by
the descriptor that SQLite has open: to close another one would give up the locks that the process holds on it.
"""

import os

from msgspec import Struct

OPEN_FILES = "/proc/self/fd"
_SALTS, _COPIED, _ATTEMPTED, _LENGTH = slice(32, 40), slice(96, 100), slice(128, 132), 136


class Copied(Struct, frozen=True):
    """Up to which frame of which write-ahead log the database holds what is in it."""

    salts: bytes
    copied: bytes
    attempted: bytes

    @property
    def is_under_way(self) -> bool:
        """Whether somebody copies now, or was ended while doing so."""
        return self.copied != self.attempted


class WalIndex:
    """The shared memory beside a database that this process has open."""

    def __init__(self, database: str) -> None:
        self._path = f"{database}-shm"
        self._descriptor: int | None = None

    def read(self) -> Copied | None:
        """How far it is copied; None where the database is not open, or the system does not tell."""
        try:
            beside = os.stat(self._path)  # noqa: PTH116 - a path object takes as long as the question itself
            if not self._is_open(beside):
                self._descriptor = self._search()
            if self._descriptor is None:
                return None
            content = os.pread(self._descriptor, _LENGTH, 0)
        except OSError:
            return None
        return Copied(content[_SALTS], content[_COPIED], content[_ATTEMPTED]) if len(content) == _LENGTH else None

    def _is_open(self, beside: os.stat_result) -> bool:
        try:
            return self._descriptor is not None and os.path.samestat(os.fstat(self._descriptor), beside)
        except OSError:
            return False

    def _search(self) -> int | None:
        real = os.path.realpath(self._path)
        for number in os.listdir(OPEN_FILES):  # noqa: PTH208
            try:
                if os.readlink(f"{OPEN_FILES}/{number}") == real:  # noqa: PTH115
                    return int(number)
            except OSError:
                continue  # closed meanwhile
        return None
