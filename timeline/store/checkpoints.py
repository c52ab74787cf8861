"""Signed checkpoints: what the log was at a size, in a form that anyone can keep and check.

A checkpoint is a note in the C2SP formats `tlog-checkpoint` and `signed-note` (https://c2sp.org): the log's
name, its size and the root of its tree, signed with Ed25519. Whoever kept one can tell later whether the log
still begins with what it was then. The signing key is a file of its own (PKCS #8, PEM), never in the log.
"""

import os
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from msgspec import Struct

from timeline.errors import InvalidValue, StoreUnusable

_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_ED25519 = b"\x01"
"""The signature type of `signed-note`."""


class Checkpoint(Struct, frozen=True):
    """A size of a log and the root of its tree at that size, with the note that signs them."""

    origin: str
    size: int
    root: bytes
    note: str


class Verifier(Struct, frozen=True):
    """Checks notes against one public key, spelt `name+key id+key` as C2SP verifier keys are."""

    name: str
    key_id: bytes
    public_key: bytes

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_base64(_ED25519 + self.public_key)}"

    def signed(self, note: str) -> bool:
        """Whether this key signed the note. False where its signature is missing or wrong."""
        text, _, signatures = note.rpartition("\n\n")
        for line in signatures.splitlines():
            dash, _, rest = line.partition(" ")
            name, _, encoded = rest.partition(" ")
            signature = _decoded(encoded)
            if dash == "—" and name == self.name and signature and signature[:4] == self.key_id:
                try:
                    Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature[4:], f"{text}\n".encode())
                except InvalidSignature:
                    return False
                return True
        return False


class Signer:
    """Signs checkpoints of one log with a private key."""

    def __init__(self, origin: str, key: Ed25519PrivateKey) -> None:
        self.origin = origin
        self._key = key
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.verifier = Verifier(origin, _key_id(origin, public), public)

    def sign(self, size: int, root: bytes) -> Checkpoint:
        """The checkpoint of a size and its root."""
        text = f"{self.origin}\n{size}\n{_base64(root)}\n"
        signature = _base64(self.verifier.key_id + self._key.sign(text.encode()))
        return Checkpoint(self.origin, size, root, f"{text}\n— {self.origin} {signature}\n")


def parse_checkpoint(note: str) -> Checkpoint:
    """What a note says; whether to believe it is another question (`Verifier.signed`). Raises `InvalidValue`."""
    text, _, signatures = note.rpartition("\n\n")
    origin, size, encoded = [*text.split("\n"), "", "", ""][:3]
    root = _decoded(encoded)
    if not signatures or not is_name(origin) or not _SIZE.fullmatch(size) or root is None or len(root) != 32:
        raise InvalidValue("checkpoint", note, "a C2SP checkpoint: origin, size, root, an empty line, signatures")
    return Checkpoint(origin, int(size), root, note)


def is_name(name: str) -> bool:
    """Whether a log or a key may have this name: not empty, and without the signs that the formats set apart."""
    return bool(_NAME.fullmatch(name))


def parse_verifier(text: str) -> Verifier:
    """The verifier key that a text spells (`name+key id+key`). Raises `InvalidValue`."""
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    key = _decoded(encoded)
    if (
        not is_name(name)
        or key is None
        or len(key) != 33
        or key[:1] != _ED25519
        or key_id != _key_id(name, key[1:]).hex()
    ):
        raise InvalidValue("key", text, "a verifier key: name+key id+key, the key of type Ed25519")
    return Verifier(name, bytes.fromhex(key_id), key[1:])


def load_key(path: Path) -> Ed25519PrivateKey:
    """The signing key of a file; where there is none, a new one is made that only its owner can read.

    Raises `StoreUnusable` where it can neither be read nor be made.
    """
    try:
        if not path.exists():
            _write_new(path)
    except OSError as error:
        raise _key_unusable(path, error.strerror) from error
    return _read_key(path)


def key_fault(path: Path, origin: str, last: Verifier | None, last_note: str | None) -> str | None:
    """What is wrong with the key in a file, without naming it; None where it is the one that signed last.

    `last` is what checks signatures of this process, `last_note` the last checkpoint of the log; with neither, nothing
    was ever signed, and the key may still have to be made.
    """
    if not path.exists():
        return None if last is None and last_note is None else "the signing key is gone"
    try:
        there = Signer(origin, _read_key(path)).verifier
    except StoreUnusable as error:
        return error.public_detail
    is_same = there == last if last else last_note is None or there.signed(last_note)
    return None if is_same else "the signing key is not the one that signed last"


def _read_key(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise _key_unusable(path, error.strerror) from error
    except (ValueError, TypeError) as error:
        raise _key_unusable(path, "it holds no Ed25519 key in PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _key_unusable(path, "it is not an Ed25519 key")
    return key


def _key_unusable(path: Path, reason: str | None) -> StoreUnusable:
    why = f"can not be used: {reason}"
    return StoreUnusable(f"the signing key {path} {why}; TIMELINE_KEY names another", f"the signing key {why}")


def _write_new(path: Path) -> None:
    """Make a key as a whole: of several processes that try at once, one wins and the others read its key."""
    descriptor, made = mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "wb") as file:
        file.write(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):
            path.hardlink_to(made)
    finally:
        Path(made).unlink()


def _key_id(name: str, public_key: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:4]


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _decoded(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except (NotBase64, ValueError):
        return None
