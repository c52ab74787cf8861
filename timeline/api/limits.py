"""How often one may ask: so many requests a minute for each token, or for each address that brings none.

Counted in memory, since one process serves, for a minute from the first request of each. A request with a token that is
not accepted counts against its address alone, and is refused with 429 instead of 401 once there were too many; a good
token is taken from there all the same, so nobody can lock others out who share an address.

Flask-Limiter does more than this, and took a third of the time of a short answer for it (0.3 ms of 1.0).
"""

import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from math import ceil
from threading import Lock

from flask import Flask, g, request

from timeline.api import access
from timeline.api.sorts import Sort, sort_of
from timeline.config import Config
from timeline.errors import TooManyRequests

_WINDOW = 60
"""Seconds for which is counted."""


class Limits:
    """Counts requests by who asks and what for. `clock` gives seconds, from any beginning."""

    def __init__(self, config: Config, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = {
            "reads": config.reads_per_minute,
            "writes": config.writes_per_minute,
            "failed logins": config.failed_logins_per_minute,
        }
        self._clock = clock
        self._lock = Lock()
        self._counts: dict[tuple[str, str], tuple[float, int]] = {}
        """Sort and who -> when the first request was, and how many there were since."""
        self._swept = clock()

    def count(self, sort: str, who: str) -> None:
        """Count a request. Raises `TooManyRequests` where it is one too many; a limit of 0 is none."""
        most = self._most[sort]
        if not most:
            return
        now = self._clock()
        with self._lock:
            if now - self._swept >= _WINDOW:
                self._swept = now
                self._counts = {key: held for key, held in self._counts.items() if now - held[0] < _WINDOW}
            first, count = self._counts.get((sort, who), (now, 0))
            if now - first >= _WINDOW:
                first, count = now, 0
            self._counts[sort, who] = first, count + 1
        if count >= most:
            wait = ceil(first + _WINDOW - now)
            raise TooManyRequests(f"at most {most} {sort} a minute are answered; wait {wait} seconds", wait)


def limit(app: Flask, limits: Limits) -> None:
    """Count the requests of the application. Tokens must have been looked up before."""

    @app.before_request
    def count() -> None:
        sort = sort_of()
        if sort.is_free:
            return
        if g.refused_token:
            limits.count("failed logins", _address())
        else:
            token = access.current()
            limits.count("writes" if sort is Sort.WRITE else "reads", f"token {token.name}" if token else _address())


def _address() -> str:
    """Where the request is from; of an IPv6 address the network, since one host has all of a /64."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return str(address)
