"""An access token: a secret that its holder sends along, and what the service keeps of it.

The secret is 256 random bits, so the service keeps only its SHA-256 and finds it by that: a slow hash protects what
people make up and can be guessed, and there is nothing to guess here. Whoever reads the store can not send a token.
"""

import re
import secrets
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from msgspec import Struct

PREFIX = "ct_"
"""How every secret begins, so that people and programs that look for leaked secrets recognise one."""
_RANDOM_BYTES = 32

_SECRET = re.compile(r"(?<![A-Za-z0-9])ct_[A-Za-z0-9_-]{16,}")
"""A secret, or as much of one as would be worth having, wherever it stands."""
_SECRET_BYTES = re.compile(_SECRET.pattern.encode())
_HIDDEN = "ct_..."
_BOUNDARIES = "/?#"
"""With which a source may go on that is below another."""
_OPEN_ENDS = f"{_BOUNDARIES}:"
"""What a source of a token may end with, so that all that begins like it is below it (`urn:desk-a:`)."""


class Scope(StrEnum):
    """What a token allows. The words are our own."""

    READ = "read"
    """Ask, where reading is closed (`TIMELINE_READING=token`)."""
    APPEND = "append"
    """Append events of every type but assessments."""
    ASSESS = "assess"
    """Append assessments (`development.assessed`), and nothing else."""
    ADMIN = "admin"
    """All of these."""


class Token(Struct, frozen=True):
    """What is known of a token: everything but its secret. Instants are UTC.

    `expires_at`: the instant from which on it is refused; None: never. `revoked_at`: when it was taken back.
    `strict`: what it brings is refused where it would be accepted with warnings. `sources`: the message sources that it
    may use, each with all below it; none: any.
    """

    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    strict: bool = False
    sources: tuple[str, ...] = ()

    def allows(self, scope: Scope) -> bool:
        """Whether its scopes hold this one."""
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def may_use(self, source: str) -> bool:
        """Whether it may bring messages of this CloudEvents `source`.

        One of its own allows itself and what goes on at a boundary: `//desk-a` allows `//desk-a/east`, not `//desk-ab`.
        """
        return not self.sources or any(_is_at_or_below(source, own) for own in self.sources)

    def state(self, now: datetime) -> str:
        """`live`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "live"

    def is_live(self, now: datetime) -> bool:
        """Whether it is accepted."""
        return self.state(now) == "live"


def _is_at_or_below(source: str, own: str) -> bool:
    rest = source.removeprefix(own) if source.startswith(own) else None
    return rest == "" or (rest is not None and (own[-1] in _OPEN_ENDS or rest[0] in _BOUNDARIES))


def new_secret() -> str:
    """A new secret: a prefix and 43 characters that may stand in a URL."""
    return PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def hash_of(secret: str) -> bytes:
    """The 32 bytes under which a secret is kept; any text has some, whether or not it could be one."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def redacted(text: str) -> str:
    """The text without the secrets in it, in whatever place somebody put one."""
    return _SECRET.sub(_HIDDEN, text) if PREFIX in text else text


def redacted_bytes(text: bytes) -> bytes:
    """The same for text that is encoded already."""
    return _SECRET_BYTES.sub(_HIDDEN.encode(), text) if PREFIX.encode() in text else text
