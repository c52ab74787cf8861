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
from msgspec import Struct

from timeline.access.keeping import Tokens
from timeline.api import streams
from timeline.api.following import Wanted
from timeline.api.handover import Wait
from timeline.api.streams import RETRY, Broadcast, EventStream, heartbeat
from timeline.errors import StoreUnusable
from timeline.server.connections import Connection
from timeline.server.pool import Pool
from timeline.server.sending import Sender
from timeline.wire.positions import Place

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0
"""How often silence is looked for."""
WOKEN_A_TURN = 250
"""Followers that are told of news with one turn of the loop."""
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


class Listener(Follower):
    """One that a stream of events is sent to: how far it has come, and when it was last sent something."""

    def __init__(self, wanted: Wanted, position: int, epoch: str, sender: Sender, now: float) -> None:
        super().__init__()
        self.wanted = wanted
        self.epoch = epoch
        self.position = position
        self.spoke = now
        self._sender = sender

    @property
    def is_at_rest(self) -> bool:
        """Whether it has been sent all there was and waits."""
        return self._waiter is not None and not self._waiter.done()

    def push(self, handout: "Handout | None", now: float) -> bool:
        """Send it what there is at once; False where that can not be done at once, or it is not clear what there is."""
        if handout is None or self.is_over or now - self.spoke >= streams.HEARTBEAT:
            return False
        if handout.frame:
            if not self._sender.push(handout.frame):
                return False
            self.spoke = now
        self.position = handout.position
        return True


class Handout(Struct, frozen=True):
    """What those are sent next who have come to the same position and want the same."""

    text: bytes
    frame: bytes
    """The same as a chunk of an answer (RFC 9112, section 7.1)."""
    position: int


class Followers:
    """All who follow the log on one event loop."""

    def __init__(self, broadcast: Broadcast, tokens: Tokens, pool: Pool) -> None:
        self._broadcast = broadcast
        self._tokens = tokens
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._followers: set[Follower] = set()
        self._by_secret: dict[str, set[Follower]] = defaultdict(set)
        self._handouts: dict[tuple[int, str, Wanted], Handout | None] = {}
        """What was taken since there were news last; the same for nearly all."""
        self._is_over = False
        broadcast.on_news(self._wake_from_thread)

    @contextmanager
    def following(self, follower: Follower, connection: Connection, secret: str | None) -> Iterator[None]:
        """Have it follow for as long as the context lasts; `secret` is that of the token that its request brought."""
        follower.is_over = self._is_over
        self._followers.add(follower)
        forget = connection.when_lost(follower.end)
        if secret is not None:
            self._by_secret[secret].add(follower)
        try:
            yield
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

    async def wait(self, wait: Wait, follower: Follower, address: str) -> Place:
        """Wait for what a request waits for; the place up to which there was nothing of it."""
        await self._pool.run(address, self._broadcast.join)
        timer = self._loop.call_later(max(0.0, wait.until - monotonic()), follower.end)
        try:
            position, epoch, round_ = wait.after.position, wait.after.epoch or "", self._broadcast.round
            while not follower.is_over and self._broadcast.goes_on(round_, epoch):
                handout = self._next(position, epoch, wait.wanted)
                if handout is None or handout.text:  # the log has to be asked, or there is something
                    break
                if handout.position == position:
                    await follower.news()
                position = handout.position
            return Place(position, epoch)
        finally:
            timer.cancel()
            self._broadcast.leave()

    async def send_events(
        self, stream: EventStream, sender: Sender, connection: Connection, address: str, secret: str | None
    ) -> None:
        """Send a listener what there is, until it is over."""
        broadcast, round_ = self._broadcast, self._broadcast.round
        after = broadcast.last if stream.after is None else stream.after
        listener = Listener(stream.wanted, after, stream.epoch, sender, self._loop.time())
        with self.following(listener, connection, secret):
            await sender.send(RETRY)
            while not listener.is_over and broadcast.goes_on(round_, listener.epoch):
                handout = self._next(listener.position, listener.epoch, listener.wanted)
                if handout is None:
                    read = partial(broadcast.read, listener.position, listener.wanted, listener.epoch)
                    taken = await self._pool.run(address, read)
                    handout = Handout(taken.text, b"", taken.position)
                has_moved, listener.position = handout.position != listener.position, handout.position
                silent = self._loop.time() - listener.spoke >= streams.HEARTBEAT
                if handout.text or silent:
                    await sender.send(handout.text or heartbeat(Place(listener.position, listener.epoch)))
                    listener.spoke = self._loop.time()
                elif not has_moved:
                    await listener.news()
            if not listener.is_over:
                place = Place(listener.position, listener.epoch)
                await sender.send(await self._pool.run(address, partial(broadcast.farewell, place)))

    def _next(self, position: int, epoch: str, wanted: Wanted) -> Handout | None:
        """What comes after a position, from memory; None where the log has to be read for it."""
        key = (position, epoch, wanted)
        if key not in self._handouts:
            taken = self._broadcast.take(position, wanted, epoch)
            frame = b"%x\r\n%b\r\n" % (len(taken.text), taken.text) if taken and taken.text else b""
            self._handouts[key] = Handout(taken.text, frame, taken.position) if taken else None
        return self._handouts[key]

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
        """Tell all that there may be something new, some with each turn of the loop."""
        self._handouts.clear()
        self._wake_some(list(self._followers), 0)

    def _wake_some(self, followers: list[Follower], start: int) -> None:
        now = self._loop.time()
        for follower in followers[start : start + WOKEN_A_TURN]:
            if not (isinstance(follower, Listener) and follower.is_at_rest and self._push(follower, now)):
                follower.wake()
        if start + WOKEN_A_TURN < len(followers):
            self._loop.call_soon(self._wake_some, followers, start + WOKEN_A_TURN)

    def _push(self, listener: Listener, now: float) -> bool:
        return listener.push(self._next(listener.position, listener.epoch, listener.wanted), now)

    def _wake_from_thread(self) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._wake)


def _unaccepted(find: Callable[[str], object], secrets: list[str]) -> list[str]:
    return [secret for secret in secrets if find(secret) is None]
