"""How often one may ask: so many requests a minute for each token, or for each address that brings none.

Counted in memory, in windows of a minute, since one process serves; the files of the page by themselves. A request
with a token that is not accepted counts against its address alone, and is refused with 429 instead of 401 once there
were too many; a good token is taken from there all the same, so nobody can lock others out who share an address.
"""

import time
from ipaddress import IPv6Address, ip_address
from threading import Lock
from typing import NoReturn

from flask import Flask, g, request
from flask_limiter import ApplicationLimit, Limiter, RequestLimit
from limits import parse
from limits.storage import MemoryStorage

from timeline.access.tokens import Token
from timeline.api import access
from timeline.api.handover import is_resumed
from timeline.api.sorts import Sort, sort_of
from timeline.config import Config
from timeline.errors import TooManyRequests

REFUSED = "timeline.refused"
"""Where the application finds, in the environment of a request, why its event was refused after it was counted."""
_WRITES = "writes"


class CountedInTurn(MemoryStorage):
    """Counts in memory, one request after the other.

    The library's own forgets old counts in a thread that two requests at once may both start, of which one then fails.
    """

    STORAGE_SCHEME = ["in-turn"]  # noqa: RUF012 - the library reads it so

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: str) -> None:
        self._turn = Lock()
        super().__init__(uri, wrap_exceptions, **options)

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count a request; how many there were within the window."""
        with self._turn:
            return super().incr(key, expiry, amount)


class Limits:
    """What a layer before the application needs of the limits."""

    def __init__(self, limiter: Limiter, writes_per_minute: int) -> None:
        self._limiter = limiter
        self._writes = parse(f"{writes_per_minute} per minute") if writes_per_minute else None

    def admit_write(self, token: Token) -> bool:
        """Count a write by this token, in the same place as the application does; whether there were not too many.

        The application refuses one that is not admitted. It does not count it again that it was admitted here.
        """
        return self._writes is None or self._limiter.limiter.hit(self._writes, _name_of(token), _WRITES)


def limit(app: Flask, config: Config) -> Limits:
    """Count the requests of the application; a limit of 0 is none. Tokens must have been looked up before."""
    limits = (
        (config.reads_per_minute, "reads", _is_no_read),
        (config.writes_per_minute, _WRITES, _is_no_write),
        (config.failed_logins_per_minute, "failed-logins", _is_no_failed_login),
    )
    limiter = Limiter(
        _who,
        app=app,
        application_limits=[
            ApplicationLimit(f"{most} per minute", scope=scope, exempt_when=exempt)
            for most, scope, exempt in limits
            if most
        ],
        on_breach=_refuse,
        storage_uri="in-turn://",
        enabled=any(most for most, _, _ in limits),
    )
    if config.reads_per_minute:
        _limit_assets(app, limiter, config.reads_per_minute)
    return Limits(limiter, config.writes_per_minute)


def _limit_assets(app: Flask, limiter: Limiter, per_minute: int) -> None:
    """Count the files of the page, there or not, by themselves: the library lets all files pass uncounted."""
    item = parse(f"{per_minute} per minute")

    @app.before_request
    def count() -> None:
        if sort_of() is Sort.ASSET and not limiter.limiter.hit(item, _who(), "assets"):
            wait = max(1, int(limiter.limiter.get_window_stats(item, _who(), "assets").reset_time - time.time()))
            raise TooManyRequests(f"at most {per_minute} files a minute; wait {wait} seconds", wait)


def _is_no_read() -> bool:
    return bool(g.refused_token) or is_resumed() or sort_of() not in (Sort.READ, Sort.DOCUMENTATION)


def _is_no_write() -> bool:
    return REFUSED in request.environ or bool(g.refused_token) or sort_of() is not Sort.WRITE


def _is_no_failed_login() -> bool:
    return not g.refused_token


def _who() -> str:
    """The token by its name, else the address; of an IPv6 address the network, since one host has all of a /64."""
    token = access.current()
    if token:
        return _name_of(token)
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "address unknown"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return f"address {IPv6Address(int(address) >> 64 << 64)}/64"
    return f"address {address}"


def _name_of(token: Token) -> str:
    return f"token {token.name}"


def _refuse(reached: RequestLimit) -> NoReturn:
    wait = max(1, reached.reset_at - int(time.time()))
    raise TooManyRequests(f"at most {reached.limit.amount} requests of this sort a minute; wait {wait} seconds", wait)
