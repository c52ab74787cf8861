"""Where the log's file is: whether what is open is still what stands under its name.

A file that was deleted or moved can be written to for as long as it is open, and nobody will ever find what was
written. So it is looked at before a record is written, and again once it is committed and before anybody is told.
"""

import os
import threading
import weakref
from collections import Counter
from pathlib import Path

import structlog

from timeline.errors import StoreUnusable
from timeline.store.wal_index import OPEN_FILES, Copied, WalIndex

log = structlog.get_logger(__name__)

Identity = tuple[int, int]
"""Device and number of a file."""
OVERWRITTEN = "the file of the log was written to past this software: overwritten by another, or cut off"


class LogFile:
    """The SQLite file of a log that is open, with the write-ahead log beside it."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self._wal = f"{path}-wal"
        found = os.stat(self._path)  # noqa: PTH116 - as below, where it counts how long that takes
        self._file: Identity = (found.st_dev, found.st_ino)
        self._index = WalIndex(self._path)
        self._seen: tuple[int, Copied] | None = None
        self._is_overwritten = False
        self._lock = threading.Lock()
        self._wal_file: _Pinned | None = None
        self._is_told = False

    @property
    def identity(self) -> str:
        """What tells this file from whatever else may come to stand under its name."""
        return _named(self._file)

    def why_misplaced(self, *, committed: bool = False) -> str | None:
        """Why what is open is not the file of that name any more; None where it is.

        `committed`: something was just committed by this process, so that there has to be a write-ahead log.
        """
        reason = self._looked_at() or self._wal_looked_at(committed=committed)
        if bool(reason) != self._is_told:
            self._tell(reason)
        return reason

    def _tell(self, reason: str | None) -> None:
        with self._lock:
            if bool(reason) == self._is_told:
                return
            self._is_told = bool(reason)
        if reason:
            log.error("the log is not where it was; nothing is appended to it", reason=reason, store=self._path)
        else:
            log.warning("the log is back where it was", store=self._path)

    def _looked_at(self) -> str | None:
        try:
            found = self._look_for_overwriting()
        except FileNotFoundError:
            return "the file of the log was deleted or moved"
        except OSError as error:
            return f"the file of the log can not be reached: {error.strerror}"
        if (found.st_dev, found.st_ino) != self._file:
            return "another file was put in the place of the log's"
        return OVERWRITTEN if self._is_overwritten else None

    def why_unreadable(self) -> str | None:
        """Why what is read from the file is not the log; None where it is, though it be moved or deleted."""
        try:
            self._look_for_overwriting()
        except OSError:
            return None
        return OVERWRITTEN if self._is_overwritten else None

    def _look_for_overwriting(self) -> os.stat_result:
        """See whether the file was written to though SQLite copied nothing into it since it was looked at last.

        It stays so: what is mixed of two files is no log, whatever is copied into it later.
        """
        before = self._index.read()
        found = os.stat(self._path)  # noqa: PTH116 - a path object takes as long as the question itself
        if before and not before.is_under_way and before == self._index.read():
            seen, self._seen = self._seen, (found.st_mtime_ns, before)
            if seen and seen[0] != found.st_mtime_ns and seen[1] == before:
                self._is_overwritten = True
        return found

    def _wal_looked_at(self, *, committed: bool) -> str | None:
        if self._is_wal_as_before(_identity(self._wal), committed=committed):
            return None
        with self._lock:
            identity = _identity(self._wal)
            pinned, mine = self._wal_file, _open_files()
            if mine is None or self._is_wal_as_before(identity, committed=committed):
                return None
            if (pinned and mine[pinned.identity] > 1) or (committed and not mine[identity]):
                how = "deleted or moved" if identity is None else "exchanged for another"
                return f"the write-ahead log (-wal) was {how}"
            self._wal_file = _Pinned.of(self._wal)
            return None

    def _is_wal_as_before(self, identity: Identity | None, *, committed: bool) -> bool:
        pinned = self._wal_file
        return identity == pinned.identity if pinned else identity is None and not committed


def guard_file(path: Path, identity: str | None = None) -> None:
    """Raises `StoreUnusable` where opening a log of this name, or making it, would destroy another.

    SQLite takes the write-ahead log that stands beside a file for that file's own: it deletes it where the file is
    new, and else copies into the file what was written to another. `identity`: the file that it has to be.
    """
    found = _identity(str(path))
    if identity and (found is None or _named(found) != identity):
        raise StoreUnusable(f"{path} is not the file of the log that is open elsewhere; nothing was opened")
    wal = Path(f"{path}-wal")
    if (found is None or not path.stat().st_size) and wal.exists() and wal.stat().st_size:
        raise StoreUnusable(
            f"{path} is not there, but what was appended to it last is, in {wal.name}: "
            "put the file back beside it, or move that away to begin a new log"
        )


def _named(identity: Identity) -> str:
    return ":".join(map(str, identity))


class _Pinned:
    """A file that is kept open, so that no other file can be given its number for as long as it is compared with.

    SQLite deletes the write-ahead log itself with the last connection; the next file made, whichever it is, is then
    likely to get the number. SQLite takes no locks on this file, so closing it here loosens none.
    """

    def __init__(self, descriptor: int) -> None:
        found = os.fstat(descriptor)
        self.identity: Identity = (found.st_dev, found.st_ino)
        weakref.finalize(self, os.close, descriptor)

    @classmethod
    def of(cls, path: str) -> "_Pinned | None":
        try:
            return cls(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
        except OSError:
            return None


def _identity(path: str) -> Identity | None:
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _open_files() -> Counter[Identity | None] | None:
    """How often this process has each file open; None where the system does not tell."""
    found: Counter[Identity | None] = Counter()
    try:
        numbers = os.listdir(OPEN_FILES)  # noqa: PTH208
    except OSError:
        return None
    for number in numbers:
        try:
            one = os.fstat(int(number))
        except OSError:
            continue  # closed meanwhile
        found[one.st_dev, one.st_ino] += 1
    return found
