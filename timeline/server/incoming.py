"""A request that has come, as the event loop sees it: its head, its connection, and whose it is."""

import time
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from timeline.api.access import secret_in
from timeline.server.bodies import Receive
from timeline.server.budgets import Kind
from timeline.server.connections import CONNECTION, CYCLE, Connection
from timeline.server.sending import Send, Sender


class Incoming:
    """A request that has come."""

    def __init__(self, scope: dict[str, Any], receive: Receive, send: Send, proxies: int) -> None:
        self.scope = scope
        self.receive = receive
        self.began = time.perf_counter()
        self.connection: Connection = scope[CONNECTION]
        self.cycle: RequestResponseCycle = scope[CYCLE]
        self.sender = Sender(send, self.connection, self.cycle)
        self.path: str = scope["path"]
        self.method: str = scope["method"]
        self.query: bytes = scope["query_string"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.address = self._address(proxies)

    def text(self, header: bytes) -> str:
        """A header as text; empty where there is none."""
        return self.headers.get(header, b"").decode("latin1")

    @property
    def secret(self) -> str | None:
        """What it brings in the place of a token."""
        return secret_in(self.text(b"authorization"))

    @property
    def has_body(self) -> bool:
        """Whether its head says that a body follows."""
        return b"transfer-encoding" in self.headers or self.headers.get(b"content-length", b"0") != b"0"

    @property
    def length(self) -> int | None:
        """How many bytes its body is said to have; None where that is not said."""
        if b"transfer-encoding" in self.headers:
            return None
        return int(self.headers.get(b"content-length", b"0"))

    @property
    def kind(self) -> Kind | None:
        """What it may be held for; None for a request that is answered as soon as a thread is free."""
        if self.path == "/api/v1/events/stream" or b"wait" in self.headers.get(b"prefer", b"").lower():
            return Kind.FOLLOW
        return Kind.DOWNLOAD if self.path.startswith("/api/v1/exports/") else None

    def is_abandoned(self) -> bool:
        """Whether the other side has gone."""
        return self.connection.is_lost

    def _address(self, proxies: int) -> str:
        """Whose request it is: what the outermost of our proxies says, else where the connection is from."""
        client: str = (self.scope.get("client") or ("",))[0]
        if not proxies:
            return client
        forwarded = [part.strip() for part in self.text(b"x-forwarded-for").split(",")]
        return forwarded[-proxies] if len(forwarded) >= proxies and forwarded[-proxies] else client
