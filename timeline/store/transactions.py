"""One append transaction: everything that becomes true with it becomes true at once.

The records, their place in the tree, and now and then a signed checkpoint are written together, under a
lock that lets one writer in at a time. So positions have no gaps, a later position is never committed
before an earlier one, and whoever follows the log can not miss any.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import structlog

from timeline.errors import StoreUnusable
from timeline.store.checkpoints import Checkpoint, Signer, parse_checkpoint
from timeline.store.queries import LogQueries
from timeline.store.records import Head, New, Row, placed
from timeline.store.tree import WIDTH, completed

log = structlog.get_logger(__name__)

MOST_UNSIGNED = 1_000
"""After so many records at the latest a checkpoint is signed, however many are written together."""
SIGN_EVERY = 60_000_000
"""Microseconds after which a log that goes on growing signs where it stands, even within a block of the tree."""


class AppendTransaction(ABC):
    """Under the write lock of a log; commits when its context ends without an error."""

    def __init__(self, queries: LogQueries, signer_of: Callable[[str], Signer]) -> None:
        self.queries = queries
        self._signer_of = signer_of
        self.signed: Head | None = None
        """The head that was signed in this transaction."""

    @abstractmethod
    def insert_rows(self, rows: Sequence[Row]) -> None:
        """Write records; raises the library's `IntegrityError` where a version or message is there already."""

    @abstractmethod
    def execute(self, statement: str, given: Sequence[object] = ()) -> None:
        """Run a statement (placeholders `?`)."""

    def append(self, new: Sequence[New], head: Head, now: int) -> list[Row]:
        """Put records after the head of this transaction, and sign where that fills a block of the tree."""
        added: list[Row] = []
        for start in range(0, len(new), MOST_UNSIGNED):
            rows = placed(new[start : start + MOST_UNSIGNED], head, now)
            self.put(rows, head)
            if head.position // WIDTH != rows[-1].position // WIDTH:
                self.sign(rows[-1].head)
            added += rows
            head = rows[-1].head
        return added

    def put(self, rows: Sequence[Row], head: Head) -> None:
        """Write records that have their places after the head, and what they complete of the tree."""
        if not rows:
            return
        self.insert_rows(rows)
        for node in completed(head.position, [row.leaf_hash for row in rows], self.queries.kept_hashes):
            self.execute(
                "INSERT INTO tree_nodes (level, number, hash) VALUES (?, ?, ?)", (node.level, node.index, node.hash)
            )

    def sign(self, head: Head) -> Checkpoint:
        """The checkpoint of where the log stands: the one that was signed, or a new one."""
        self.signed = head
        if there := self.queries.checkpoint_at(head.position):
            return parse_checkpoint(there)
        signer = self._signer_of(self.queries.origin() or "")
        self._warn_of_another_key(signer)
        checkpoint = signer.sign(head.position, self.queries.root(head.position))
        verifier = str(signer.verifier)
        if verifier not in self.queries.verifiers():
            self.execute("INSERT INTO signers (verifier, since) VALUES (?, ?)", (verifier, head.position))
        self.execute("INSERT INTO checkpoints (size, note) VALUES (?, ?)", (head.position, checkpoint.note))
        return checkpoint

    def _warn_of_another_key(self, signer: Signer) -> None:
        last = self.queries.last_checkpoint()
        if last and not signer.verifier.signed(last[1]):
            log.warning(
                "another key signs the log than the one that signed last; was it exchanged on purpose?",
                last_signed_position=last[0],
                signs_now=str(signer.verifier),
            )

    def guard_whole(self, head: Head) -> None:
        """Raises `StoreUnusable` for a log that is shorter than what was signed: nothing may be added to it."""
        last = self.queries.last_checkpoint()
        if last and last[0] > head.position:
            short = f"the log ends at position {head.position}, but position {last[0]} was signed"
            raise StoreUnusable(f"{short}: its last records are missing; restore it from a backup", short)
