"""Proofs that outsiders can check: that a record is in a signed log, and that a log went on from an older one.

The proofs are those of RFC 6962; an inclusion proof is also spelt as a C2SP `tlog-proof`, which carries the
signed checkpoint along. `docs/log-format.md` tells how to check them without this software.
"""

from base64 import b64encode
from collections.abc import Callable

from msgspec import Struct

from timeline.errors import InvalidValue, StoreUnusable
from timeline.store.checkpoints import parse_checkpoint
from timeline.store.log import ConflictLog
from timeline.store.records import record_bytes
from timeline.store.tree import HashesOf, consistency_proof, inclusion_proof


class Inclusion(Struct, frozen=True):
    """That a record is the leaf `position - 1` of the tree whose root the checkpoint signs."""

    position: int
    size: int
    record: bytes
    leaf_hash: bytes
    path: tuple[bytes, ...]
    checkpoint: str

    def as_tlog_proof(self) -> str:
        """The proof as C2SP `tlog-proof` spells it (https://c2sp.org/tlog-proof)."""
        path = "".join(f"{b64encode(hash).decode()}\n" for hash in self.path)
        return f"c2sp.org/tlog-proof@v1\nindex {self.position - 1}\n{path}\n{self.checkpoint}"


class Consistency(Struct, frozen=True):
    """That the log of `first` records is the beginning of the one that the checkpoint signs."""

    first: int
    size: int
    path: tuple[bytes, ...]
    checkpoint: str


def inclusion(log: ConflictLog, position: int, size: int | None = None) -> Inclusion:
    """The proof that a record is in the log as it was signed at a size; by default as it stands now.

    Raises `InvalidValue` for a size that was not signed, and for a position beyond it.
    """
    note, signed = _signed(log, size)
    row = log.records.queries.row(position) if 1 <= position <= signed else None
    if row is None:
        raise InvalidValue("position", position, f"a position from 1 to {signed}")
    path = _read(lambda hashes_of: inclusion_proof(position - 1, signed, hashes_of), log)
    return Inclusion(position, signed, record_bytes(row), row.leaf_hash, tuple(path), note)


def consistency(log: ConflictLog, first: int, size: int | None = None) -> Consistency:
    """The proof that the log as it was with `first` records begins the log as it was signed at a size.

    Raises `InvalidValue` for a size that was not signed, and for a first one that is not below or at it.
    """
    note, signed = _signed(log, size)
    if not 1 <= first <= signed:
        raise InvalidValue("from", first, f"a size from 1 to {signed}")
    path = _read(lambda hashes_of: consistency_proof(first, signed, hashes_of), log)
    return Consistency(first, signed, tuple(path), note)


def _read(prove: Callable[[HashesOf], list[bytes]], log: ConflictLog) -> list[bytes]:
    try:
        return prove(log.records.queries.kept_hashes)
    except LookupError as error:
        raise StoreUnusable(f"the log is damaged, `timeline verify` tells where: {error}") from error


def _signed(log: ConflictLog, size: int | None) -> tuple[str, int]:
    if size is None:
        note = log.sign()
        return note, parse_checkpoint(note).size
    stored = log.records.queries.checkpoint_at(size)
    if stored is None:
        raise InvalidValue("size", size, "a size at which the log signed a checkpoint; leave it out for the latest")
    return stored, size
