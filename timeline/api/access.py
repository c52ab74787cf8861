"""Who asks, and whether they may: bearer tokens (RFC 6750) in the `Authorization` header, and nowhere else.

Reading is open by default. Where it is closed, the dashboard is as well, and a token needs `read` (or `admin`): one
that may only append delivers to a log that it can not look into. A token that is not accepted is refused even where
none is needed, so that nobody goes on for weeks with one that has expired. Views call `guard` or `admitted`.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, g, request
from msgspec import structs

from timeline.access.keeping import Tokens
from timeline.access.tokens import Scope, Token
from timeline.api.errors import SourceNotAllowed
from timeline.api.sorts import Sort, sort_of
from timeline.domain.aggregates import Submission
from timeline.domain.facts import DevelopmentAssessed, EntryVoided
from timeline.errors import InsufficientScope, InvalidToken, TimelineError, Unauthenticated

SCHEME = "bearer"
"""The name of the security scheme in the OpenAPI document."""
DESCRIBED = {
    "type": "http",
    "scheme": SCHEME,
    "description": "A token of `timeline token create`. Its scopes: `append` events, `assess` developments, `read` "
    "where reading is closed, `admin` all of it.",
}
"""That scheme."""
OPTIONAL: list[Mapping[str, Any]] = [{}, {SCHEME: []}]
NEEDED: list[Mapping[str, Any]] = [{SCHEME: []}]
OPEN: list[Mapping[str, Any]] = []
"""What an operation says of its `security`."""

_REALM = 'Bearer realm="timeline"'
_WRITING = (Scope.APPEND, Scope.ASSESS)


def identify(app: Flask, tokens: Tokens) -> None:
    """Look up the token of each request, if it brings one, before anything else is decided."""

    @app.before_request
    def look_up() -> None:
        g.token = g.refused_token = None
        if sort_of() not in (Sort.READ, Sort.WRITE):
            return
        secret = secret_in(request.headers.get("Authorization", ""))
        if secret is None:
            return
        g.token = tokens.find(secret)
        g.refused_token = g.token is None
        if g.token:
            structlog.contextvars.bind_contextvars(token=g.token.name)


def admit(app: Flask, *, reading_is_open: bool) -> None:
    """Refuse tokens that are not accepted, and reading where it is closed."""

    @app.before_request
    def look_at() -> None:
        if g.refused_token:
            raise InvalidToken
        if not reading_is_open and sort_of() is Sort.READ:
            guard(Scope.READ)


def current() -> Token | None:
    """The token that the request brought; None where it brought none."""
    token: Token | None = g.get("token")
    return token


def guard(*scopes: Scope) -> Token:
    """The token of the request, which must allow one of these.

    Raises `Unauthenticated` where there is none, and `InsufficientScope`, naming the first.
    """
    token = current()
    if token is None:
        raise Unauthenticated(f"Authorization: expected a token with the scope {' or '.join(scopes)}")
    if not any(token.allows(scope) for scope in scopes):
        raise InsufficientScope(token.name, scopes[0])
    return token


def guard_writing() -> Token:
    """The token of the request, which must allow writing something; called before anything of a body is looked at."""
    return guard(*_WRITING)


def admitted(submission: Submission) -> Submission:
    """The submission with the name of its token. Raises as `guard` where that token may not say such a thing.

    Raises `SourceNotAllowed` where the token may not use the message's source. A token that may not assess may void
    only what it brought itself.
    """
    if isinstance(submission.fact, EntryVoided):
        token = guard_writing()
        _guard_source(token, submission)
        return structs.replace(submission, recorded_by=token.name, own_only=not token.allows(Scope.ASSESS))
    token = guard(Scope.ASSESS if isinstance(submission.fact, DevelopmentAssessed) else Scope.APPEND)
    _guard_source(token, submission)
    return structs.replace(submission, recorded_by=token.name)


def _guard_source(token: Token, submission: Submission) -> None:
    if not token.may_use(submission.message.source):
        raise SourceNotAllowed(token.name, submission.message.source, token.sources)


def challenge(error: TimelineError) -> str | None:
    """The `WWW-Authenticate` of an error (RFC 6750, section 3); None for one that is about something else."""
    if isinstance(error, Unauthenticated):
        return _REALM
    if isinstance(error, InvalidToken):
        return f'{_REALM}, error="invalid_token"'
    if isinstance(error, InsufficientScope):
        return f'{_REALM}, error="insufficient_scope", scope="{error.scope}"'
    return None


def secret_in(authorization: str) -> str | None:
    """What stands where a token should, however it looks; None where another scheme, or nothing, is used."""
    scheme, _, rest = authorization.strip().partition(" ")
    return rest.strip() if scheme.lower() == SCHEME else None
