"""How often one may ask: so many requests a minute for each token, or for each address that brings none.

Counted in memory, in windows of a minute, since one process serves. A request with a token that is not accepted counts
against its address alone, and is refused with 429 instead of 401 once there were too many; a good token is taken from
there all the same, so nobody can lock others out who share an address.
"""

import time
from ipaddress import IPv6Address, ip_address
from typing import NoReturn

from flask import Flask, g, request
from flask_limiter import ApplicationLimit, Limiter, RequestLimit

from timeline.api import access
from timeline.api.sorts import Sort, sort_of
from timeline.config import Config
from timeline.errors import TooManyRequests


def limit(app: Flask, config: Config) -> None:
    """Count the requests of the application; a limit of 0 is none. Tokens must have been looked up before."""
    limits = (
        (config.reads_per_minute, "reads", _is_no_read),
        (config.writes_per_minute, "writes", _is_no_write),
        (config.failed_logins_per_minute, "failed-logins", _is_no_failed_login),
    )
    Limiter(
        _who,
        app=app,
        application_limits=[
            ApplicationLimit(f"{most} per minute", scope=scope, exempt_when=exempt)
            for most, scope, exempt in limits
            if most
        ],
        on_breach=_refuse,
        storage_uri="memory://",
        enabled=any(most for most, _, _ in limits),
    )


def _is_no_read() -> bool:
    return bool(g.refused_token) or sort_of() not in (Sort.READ, Sort.DOCUMENTATION)


def _is_no_write() -> bool:
    return bool(g.refused_token) or sort_of() is not Sort.WRITE


def _is_no_failed_login() -> bool:
    return not g.refused_token


def _who() -> str:
    """The token by its name, else the address; of an IPv6 address the network, since one host has all of a /64."""
    token = access.current()
    if token:
        return f"token {token.name}"
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "address unknown"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return f"address {IPv6Address(int(address) >> 64 << 64)}/64"
    return f"address {address}"


def _refuse(reached: RequestLimit) -> NoReturn:
    wait = max(1, reached.reset_at - int(time.time()))
    raise TooManyRequests(f"at most {reached.limit.amount} requests of this sort a minute; wait {wait} seconds", wait)
