"""The Merkle tree over the log: the hash tree of RFC 6962 (section 2.1), with leaf number = position - 1.

`pymerkle` would do the same, but its licence (GPL) does not fit ours, so the rules stand here, as pure
functions over a reader of hashes. Of the inner nodes only those over 256, 65,536 ... leaves are kept
(the tile height of C2SP tlog-tiles), so that a root or a proof reads a few hundred hashes at any size.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

from msgspec import Struct

HEIGHT = 8
"""A kept node of level n stands for 256 nodes of level n - 1; level 0 are the leaves."""
WIDTH = 1 << HEIGHT

HashesOf = Callable[[int, int, int], Sequence[bytes]]
"""(level, first, last + 1) -> the kept hashes of that level, in order."""


class Node(Struct, frozen=True):
    """A kept node: the `index`-th of its level, over 256 ** level leaves."""

    level: int
    index: int
    hash: bytes


def leaf_hash(record: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def full_root(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of hashes."""
    level = hashes
    while len(level) > 1:
        level = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


class Frontier:
    """The roots of the full subtrees that a tree so far consists of, largest first: enough to go on from."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, hash: bytes, leaves: int = 1) -> None:
        """Put a full subtree over so many leaves (a power of two) at the end."""
        self.size += leaves
        while self._peaks and self._peaks[-1][0] == leaves:
            _, left = self._peaks.pop()
            hash, leaves = node_hash(left, hash), leaves * 2
        self._peaks.append((leaves, hash))

    def root(self) -> bytes:
        """The root of the whole; of nothing it is the hash of nothing."""
        if not self._peaks:
            return sha256(b"").digest()
        _, hash = self._peaks[-1]
        for _, left in reversed(self._peaks[:-1]):
            hash = node_hash(left, hash)
        return hash

    def copy(self) -> "Frontier":
        """Another that goes on from here by itself."""
        other = Frontier()
        other.size, other._peaks = self.size, list(self._peaks)
        return other


def completed(size: int, leaves: Sequence[bytes], hashes_of: HashesOf) -> list[Node]:
    """The nodes to keep once these leaves stand after the first `size`; `hashes_of` reads what stood before."""
    nodes: list[Node] = []
    fresh, level, before = list(leaves), 0, size
    while True:
        after = before + len(fresh)
        first = before // WIDTH
        if after // WIDTH == first:
            return nodes
        held = [*hashes_of(level, first * WIDTH, before), *fresh]
        fresh = [
            full_root(held[start : start + WIDTH])
            for start in range(0, (after // WIDTH - first) * WIDTH, WIDTH)
        ]  # fmt: skip
        level, before = level + 1, first
        nodes += [Node(level, first + number, hash) for number, hash in enumerate(fresh)]


def root(size: int, hashes_of: HashesOf) -> bytes:
    """The root over the first `size` leaves."""
    return subtree_root(0, size, hashes_of)


def subtree_root(start: int, stop: int, hashes_of: HashesOf) -> bytes:
    """The root over the leaves from `start` to before `stop`, which must be a subtree of the tree."""
    frontier = Frontier()
    at = start
    for level in range(_top_level(stop - start), -1, -1):
        leaves = WIDTH**level
        whole = stop // leaves
        if at % leaves == 0 and whole > at // leaves:
            for hash in hashes_of(level, at // leaves, whole):
                frontier.add(hash, leaves)
            at = whole * leaves
    return frontier.root()


def inclusion_proof(index: int, size: int, hashes_of: HashesOf) -> list[bytes]:
    """The audit path of a leaf (RFC 6962, section 2.1.1): from its sibling up to the child of the root."""
    return [subtree_root(start, stop, hashes_of) for start, stop in reversed(_audit_ranges(index, 0, size))]


def consistency_proof(first: int, second: int, hashes_of: HashesOf) -> list[bytes]:
    """The proof that the tree of `second` leaves begins with that of `first` (RFC 6962, section 2.1.2)."""
    if not 0 < first < second:
        return []
    ranges: list[tuple[int, int]] = []
    start, stop, known = 0, second, True
    while first != stop:
        split = start + _largest_power_below(stop - start)
        if first <= split:
            ranges.append((split, stop))
            stop = split
        else:
            ranges.append((start, split))
            start, known = split, False
    if not known:
        ranges.append((start, stop))
    return [subtree_root(start, stop, hashes_of) for start, stop in reversed(ranges)]


def _audit_ranges(index: int, start: int, stop: int) -> list[tuple[int, int]]:
    """The siblings on the way from the root down to a leaf."""
    ranges = []
    while stop - start > 1:
        split = start + _largest_power_below(stop - start)
        if index < split:
            ranges.append((split, stop))
            stop = split
        else:
            ranges.append((start, split))
            start = split
    return ranges


def _largest_power_below(number: int) -> int:
    return 1 << (number - 1).bit_length() - 1


def _top_level(leaves: int) -> int:
    return max(0, leaves.bit_length() - 1) // HEIGHT
