"""Who follows the log, on the event loop: streams of events, and reads that wait for something new.

A follower is a task that sleeps; one thread reads the log for all of them (`api.streams`) and wakes them. It is woken
as well when its connection is lost, when its token is not accepted any more, and when the server stops.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from time import monotonic

import structlog

from timeline.access.keeping import Tokens
from timeline.api import streams
from timeline.api.handover import Wait
from timeline.api.streams import RETRY, Broadcast, EventStream, heartbeat
from timeline.errors import StoreUnusable
from timeline.server.connections import Connection
from timeline.server.pool import Pool
from timeline.server.sending import Sender

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0
"""How often silence is looked for."""
TOKEN_SECONDS = 0.5
"""How often it is looked whether the tokens of those who follow are still accepted."""


class Follower:
    """One that waits, until something comes or it is over."""

    def __init__(self) -> None:
        self.is_over = False
        self._waiter: asyncio.Future[None] | None = None

    def wake(self) -> None:
        """Have it look again."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def end(self) -> None:
        """Have it wait no more."""
        self.is_over = True
        self.wake()

    async def news(self) -> None:
        """Wait until it is woken."""
        if not self.is_over:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter


class Followers:
    """All who follow the log on one event loop."""

    def __init__(self, broadcast: Broadcast, tokens: Tokens, pool: Pool) -> None:
        self._broadcast = broadcast
        self._tokens = tokens
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._followers: set[Follower] = set()
        self._by_secret: dict[str, set[Follower]] = defaultdict(set)
        self._is_over = False
        broadcast.on_news(self._wake_from_thread)

    @contextmanager
    def following(self, connection: Connection, secret: str | None) -> Iterator[Follower]:
        """A follower for as long as the context lasts; `secret` is that of the token that its request brought."""
        follower = Follower()
        follower.is_over = self._is_over
        self._followers.add(follower)
        forget = connection.when_lost(follower.end)
        if secret is not None:
            self._by_secret[secret].add(follower)
        try:
            yield follower
        finally:
            forget()
            self._followers.discard(follower)
            if secret is not None:
                self._by_secret[secret].discard(follower)
                if not self._by_secret[secret]:
                    del self._by_secret[secret]

    def end(self) -> None:
        """Have nobody follow any more."""
        self._is_over = True
        for follower in self._followers:
            follower.end()

    async def wait(self, wait: Wait, follower: Follower, address: str) -> int:
        """Wait for what a request waits for; the position up to which there was nothing of it."""
        await self._pool.run(address, self._broadcast.join)
        timer = self._loop.call_later(max(0.0, wait.until - monotonic()), follower.end)
        try:
            position, round_ = wait.after, self._broadcast.round
            while not follower.is_over and self._broadcast.goes_on(round_):
                taken = self._broadcast.take(position, wait.wanted)
                if taken is None or taken.text:  # the log has to be asked, or there is something
                    break
                if taken.position == position:
                    await follower.news()
                position = taken.position
            return position
        finally:
            timer.cancel()
            self._broadcast.leave()

    async def send_events(self, stream: EventStream, follower: Follower, address: str, sender: Sender) -> None:
        """Send a listener what there is, until it is over."""
        broadcast, round_ = self._broadcast, self._broadcast.round
        position = broadcast.last if stream.after is None else stream.after
        await sender.send(RETRY)
        spoke = self._loop.time()
        while not follower.is_over and broadcast.goes_on(round_):
            taken = broadcast.take(position, stream.wanted)
            if taken is None:
                taken = await self._pool.run(address, partial(broadcast.read, position, stream.wanted))
            if taken.text:
                await sender.send(taken.text)
                spoke = self._loop.time()
            elif taken.position == position:
                if self._loop.time() - spoke >= streams.HEARTBEAT:
                    await sender.send(heartbeat(position))
                    spoke = self._loop.time()
                else:
                    await follower.news()
            position = taken.position

    async def look_after(self) -> None:
        """Break silences, and end those whose token is not accepted any more; until cancelled."""
        until_tick = 0.0
        while True:
            await asyncio.sleep(TOKEN_SECONDS)
            if self._by_secret:
                await self._end_unaccepted()
            until_tick -= TOKEN_SECONDS
            if until_tick <= 0:
                self._wake()
                until_tick = TICK_SECONDS * max(1, len(self._followers) // 1_000)

    async def _end_unaccepted(self) -> None:
        secrets = list(self._by_secret)
        with suppress(StoreUnusable):  # then nobody can say; the next look will
            for secret in await self._loop.run_in_executor(None, _unaccepted, self._tokens.find, secrets):
                for follower in self._by_secret.get(secret, ()):
                    follower.end()

    def _wake(self) -> None:
        for follower in self._followers:
            follower.wake()

    def _wake_from_thread(self) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._wake)


def _unaccepted(find: Callable[[str], object], secrets: list[str]) -> list[str]:
    return [secret for secret in secrets if find(secret) is None]
