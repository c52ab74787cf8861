"""Keeping tokens: made, found by their secret, listed and revoked, the same on every engine.

A look-up asks the database, and is remembered for a fiftieth of a second: of many requests at a time one asks. So a
token that another process revokes is refused by all of them, at the latest so long after it was revoked.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import lru_cache
from time import monotonic
from typing import Any, Protocol
from urllib.parse import quote, unquote

from timeline.access.tokens import Scope, Token, hash_of, new_secret
from timeline.domain import checks
from timeline.domain.moments import format_instant, from_micros, to_micros
from timeline.errors import InvalidValue
from timeline.readmodel.databases import Rows, Writing

_STRICT = "strict"
"""Stands among the scopes of a strict token: so stores that were made before there were any are read as they are."""
_SOURCE = "source="
"""Begins a word among the scopes that names a source of the token, percent-encoded."""
REMEMBERED = 0.02
"""Seconds for which a token that was found is taken as it was."""
_COLUMNS = "name, scopes, created_at, expires_at, revoked_at"


class Engine(Protocol):
    """The place of the tokens on one engine: a table `tokens`, made when it is first written to."""

    def fetch(self, statement: str, given: Sequence[Any] = ()) -> Rows:
        """All rows of a query; none where there is no table yet. Raises `StoreUnusable`."""

    def writing(self) -> AbstractContextManager[Writing]:
        """The table for one who writes at a time, in a transaction that is kept, on disk, when the context ends."""

    def close(self) -> None:
        """Let go of it."""


class Tokens:
    """The tokens of one log; any number of threads and processes may ask at once."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock
        self._seen: dict[bytes, tuple[float, Token]] = {}
        """The tokens that were found last, by the hashes of their secrets, and when they were asked for."""

    def find(self, secret: str) -> Token | None:
        """The token of a secret; None where it is not accepted: unknown, expired or revoked, and nobody is told which.

        The search is for a hash, so how long it takes says nothing about the secret.
        """
        hash, now = hash_of(secret), monotonic()
        since, token = self._seen.get(hash, (0.0, None))
        if token is None or now - since > REMEMBERED:
            found = self._engine.fetch(f"SELECT {_COLUMNS} FROM tokens WHERE hash = ?", (hash,))
            token = _token(found[0]) if found else None
            if token:
                self._seen[hash] = now, token
        return token if token and token.is_live(self._clock()) else None

    def remembered(self, secret: str) -> Token | None:
        """The same where it was found a moment ago, without asking the database; None also where that is not known."""
        since, token = self._seen.get(hash_of(secret), (0.0, None))
        if token is None or monotonic() - since > REMEMBERED:
            return None
        return token if token.is_live(self._clock()) else None

    def create(
        self,
        name: str,
        scopes: Iterable[Scope],
        expires_at: datetime | None = None,
        *,
        replace: bool = False,
        strict: bool = False,
        sources: Iterable[str] = (),
    ) -> tuple[str, Token]:
        """A new token and its secret, which nobody can be told again. `strict` and `sources`: see `Token`.

        Raises `InvalidValue` for a name that is no slug or that a live token has (with `replace` that one is revoked
        in the same moment), for no scopes, for a source that no message can have, and for an end that is not in the
        future.
        """
        checks.slug("name", name)
        own_sources = tuple(sorted({checks.text("source", source, 500) for source in sources}))
        if not (wanted := frozenset(scopes)):
            raise InvalidValue("scope", None, f"at least one of {', '.join(Scope)}")
        secret = new_secret()
        with self._engine.writing() as transaction:
            now = self._clock()
            if expires_at is not None and expires_at <= now:
                raise InvalidValue(
                    "expires", format_instant(expires_at), f"an instant after now, {format_instant(now)}"
                )
            if _live(transaction, name, now):
                if not replace:
                    raise InvalidValue("name", name, "a name that no live token has, or --replace to revoke that one")
                _revoke(transaction, name, now)
            token = Token(name, wanted, now, expires_at, strict=strict, sources=own_sources)
            words = [*sorted(wanted), *[_STRICT] * strict, *(f"{_SOURCE}{quote(source)}" for source in own_sources)]
            transaction.execute(
                f"INSERT INTO tokens (hash, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, NULL)",
                (hash_of(secret), name, " ".join(words), to_micros(now), _micros(expires_at)),
            )
        self._seen.clear()
        return secret, token

    def revoke(self, name: str) -> Token:
        """Refuse the token of this name from now on. Raises `InvalidValue` where no live token has it."""
        with self._engine.writing() as transaction:
            now = self._clock()
            live = _live(transaction, name, now)
            if not live:
                raise InvalidValue("name", name, "the name of a live token, as `timeline token list` shows them")
            _revoke(transaction, name, now)
        self._seen.clear()
        return live[0]

    def all(self) -> list[Token]:
        """Every token that there ever was, in the order in which they were made."""
        return [_token(row) for row in self._engine.fetch(f"SELECT {_COLUMNS} FROM tokens ORDER BY created_at, name")]

    def any_live(self) -> bool:
        """Whether there is a token that is accepted."""
        now = self._clock()
        return any(token.is_live(now) for token in self.all())

    def close(self) -> None:
        """Let go of the store."""
        self._engine.close()


def _live(transaction: Writing, name: str, now: datetime) -> list[Token]:
    named = transaction.fetch(f"SELECT {_COLUMNS} FROM tokens WHERE name = ?", (name,))
    return [token for token in map(_token, named) if token.is_live(now)]


def _revoke(transaction: Writing, name: str, now: datetime) -> None:
    """Revoke what is not revoked under this name; an expired one stays expired."""
    transaction.execute(
        "UPDATE tokens SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL AND coalesce(expires_at, ?) > ?",
        (to_micros(now), name, to_micros(now) + 1, to_micros(now)),
    )


@lru_cache(maxsize=1_000)
def _token(row: tuple[Any, ...]) -> Token:
    """What a row says; the same few are read again and again."""
    name, words, created_at, expires_at, revoked_at = row
    scopes = words.split()
    sources = tuple(unquote(word.removeprefix(_SOURCE)) for word in scopes if word.startswith(_SOURCE))
    return Token(
        name,
        frozenset(Scope(word) for word in scopes if word != _STRICT and not word.startswith(_SOURCE)),
        from_micros(created_at),
        None if expires_at is None else from_micros(expires_at),
        None if revoked_at is None else from_micros(revoked_at),
        strict=_STRICT in scopes,
        sources=sources,
    )


def _micros(instant: datetime | None) -> int | None:
    return None if instant is None else to_micros(instant)
