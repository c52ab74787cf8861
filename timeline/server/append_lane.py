"""Appending one event without a thread of its own: what writers send most.

The loop reads the message and leaves it to the thread that commits for all; so a commit wakes nobody but the loop. What
is not plain to see at once goes on to the application, which says the same (`api.append_one`).
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import partial

from timeline.access.tokens import Scope, Token
from timeline.api.append_one import ELSEWHERE, ROUTE, AppendsOne, submission_of
from timeline.api.messages import ONE
from timeline.api.requests import name_of
from timeline.errors import StoreUnusable, TimelineError
from timeline.server.pool import Pool
from timeline.server.wsgi import Answer, encoded

_ELSEWHERE = {name.removeprefix("HTTP_").replace("_", "-").lower().encode() for name in ELSEWHERE}
_ONE = {name.encode() for name in ONE}
MAX_BYTES = 65_536
"""A longer message would keep the loop from others while it is read."""


class AppendLane:
    """Appends events that are surely right."""

    def __init__(self, appends_one: AppendsOne, pool: Pool) -> None:
        self._appends_one = appends_one
        self._pool = pool

    def takes(self, method: str, path: str, query: bytes, headers: Mapping[bytes, bytes]) -> bool:
        """Whether a request may be answered here, by its head."""
        if method != "POST" or path != ROUTE or query or not headers.keys().isdisjoint(_ELSEWHERE):
            return False
        if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() not in _ONE:
            return False
        length = int(headers.get(b"content-length", b"0"))
        return 0 < length <= min(MAX_BYTES, self._appends_one.body_limit) and b"ce-" not in b" ".join(headers)

    async def answer(
        self, body: bytes, secret: str, address: str, request_id: str, began: float
    ) -> Answer | TimelineError | None:
        """The receipt, or the refusal of the log, which the application words; None for what it has to answer."""
        appends_one = self._appends_one
        token = appends_one.tokens.remembered(secret) or await self._found(secret, address)
        if token is None or not token.allows(Scope.APPEND):
            return None
        submission = submission_of(body, token)
        if submission is None or not appends_one.limits.admit_write(token):
            return None
        loop = asyncio.get_running_loop()
        settled: asyncio.Future[None] = loop.create_future()
        appends_one.metrics.began()
        try:
            wish = appends_one.log.record_later(submission, lambda: _settle(loop, settled), strict=token.strict)
            await settled
        finally:
            appends_one.metrics.ended()
        if isinstance(wish.outcome, TimelineError):
            return wish.outcome
        status, headers, receipt = appends_one.acknowledge(wish.settled(), token, name_of(request_id), began)
        return Answer(int(status[:3]), encoded(headers), receipt, has_length=True)

    async def _found(self, secret: str, address: str) -> Token | None:
        try:
            return await self._pool.run(address, partial(self._appends_one.tokens.find, secret))
        except StoreUnusable:
            return None


def _settle(loop: asyncio.AbstractEventLoop, settled: "asyncio.Future[None]") -> None:
    with suppress(RuntimeError):  # the loop has ended; what was appended is found by whoever sends it again
        loop.call_soon_threadsafe(_set, settled)


def _set(settled: "asyncio.Future[None]") -> None:
    if not settled.done():
        settled.set_result(None)
