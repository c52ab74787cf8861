"""What the signed checkpoints of a log vouch for, given the roots that its records really have."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, structs

from timeline.errors import InvalidValue
from timeline.store.checkpoints import Verifier, parse_checkpoint, parse_verifier
from timeline.store.queries import LogQueries
from timeline.store.transactions import MOST_UNSIGNED
from timeline.store.tree import WIDTH


class Problem(Struct, frozen=True):
    """Something that is not as it was written: at a position, or from there on."""

    position: int
    what: str


class Signatures(Struct, frozen=True):
    """The checkpoints of a log by size, and the keys that may have signed them.

    With keys `named` by the one who asks, only what those signed counts; otherwise the keys count that the log
    itself names, and whoever can write to the database can name one of their own.
    """

    checkpoints: tuple[tuple[Any, Any], ...]
    verifiers: tuple[Verifier, ...]
    named: bool
    unreadable: str | None = None

    def up_to(self, size: int, end: int) -> "Signatures":
        """Without those of records that were appended meanwhile: beyond the size looked at, but not beyond the end."""
        kept = [one for one in self.checkpoints if not isinstance(one[0], int) or one[0] <= size or one[0] > end]
        return structs.replace(self, checkpoints=tuple(kept))

    def sizes(self) -> list[int]:
        """The sizes that were signed."""
        return [size for size, _ in self.checkpoints if isinstance(size, int)]

    def signers(self) -> tuple[str, ...]:
        """The keys that signed at least one of the checkpoints."""
        notes = [note for _, note in self.checkpoints if isinstance(note, str)]
        return tuple(str(one) for one in self.verifiers if any(one.signed(note) for note in notes))


def signatures(queries: LogQueries, named: Sequence[Verifier]) -> Signatures:
    """The signatures of a log, as they stand now."""
    checkpoints = tuple(queries.fetch("SELECT size, note FROM checkpoints ORDER BY size", ()))
    if named:
        theirs = [one for one in checkpoints if isinstance(one[1], str) and any(key.signed(one[1]) for key in named)]
        return Signatures(tuple(theirs), tuple(named), named=True)
    try:
        return Signatures(checkpoints, tuple(parse_verifier(text) for text in queries.verifiers()), named=False)
    except (InvalidValue, AttributeError, TypeError) as error:
        return Signatures(checkpoints, (), named=False, unreadable=str(error))


def disagreements(given: Signatures, origin: str | None, size: int, roots: Mapping[int, bytes]) -> list[Problem]:
    """The first thing in which the checkpoints and the records do not agree, if there is one."""
    if given.unreadable:
        return [
            Problem(1, f"and all after it can not be vouched for: a key of the log is altered ({given.unreadable})")
        ]
    good = 0
    for at, note in given.checkpoints:
        problem = _of_checkpoint(given, at, note, origin, size, roots, good)
        if problem:
            return [problem]
        if at - good > WIDTH + MOST_UNSIGNED:
            return [_uncovered(given, good, at)]
        good = at
    return (
        [_uncovered(given, good, size)] if good < size // WIDTH * WIDTH or (given.named and size and not good) else []
    )


def _of_checkpoint(
    given: Signatures, at: Any, note: Any, origin: str | None, size: int, roots: Mapping[int, bytes], good: int
) -> Problem | None:
    try:
        checkpoint = parse_checkpoint(note)
    except (InvalidValue, AttributeError, TypeError):
        return Problem(good + 1, "or one of those after it was signed in a checkpoint that can not be read any more")
    if not any(verifier.signed(note) for verifier in given.verifiers):
        return Problem(checkpoint.size, "was signed in a checkpoint whose signature is not that of a known key")
    if checkpoint.size > size:
        return Problem(size + 1, f"is missing, as are all up to {checkpoint.size}: a checkpoint was signed for them")
    if (checkpoint.origin, checkpoint.size, checkpoint.root) != (origin, at, roots.get(at)):
        what = f"or one of those up to {checkpoint.size} was altered: the checkpoint signed there says other"
        return Problem(min(good + 1, checkpoint.size), what)
    return None


def _uncovered(given: Signatures, good: int, until: int) -> Problem:
    """A log signs each time that a block of the tree is full, so a long stretch without a checkpoint lost it."""
    who = "these keys" if given.named else "anybody"
    return Problem(good + 1, f"and those up to {until} are in no checkpoint that {who} signed, though each block was")
