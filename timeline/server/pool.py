"""The threads in which the application runs, given out in turn among the addresses that ask.

Python runs one thread at a time, so a few of them get as much done as many, and leave the event loop its share. More
are used only in the place of those that have been busy for a while: they wait for a database, as a rule. An address
never has all of them, and of those that wait each address is next in its turn: whoever asks a lot waits for its own
requests, not others for them. What takes long in any case (files, and those who mean to wait) is made in the
background, by one thread as a rule. Who leaves while waiting is forgotten; nothing is done for it.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from timeline.server.errors import TooManyAtOnce

T = TypeVar("T")

ACTIVE = 4
"""So many requests run side by side; of one address one less."""
THREADS = 32
"""So many do while others have been busy for `BUSY_SECONDS`; of one address three quarters."""
ACTIVE_IN_BACKGROUND = 1
BUSY_SECONDS = 0.1
MAX_WAITING = 10_000
"""Requests that wait for a thread, in all; of one address half of that."""
RETRY_SECONDS = 1


class ClientGone(Exception):
    """Raised when the other side has gone, so that nobody waits for an answer."""


Lane = tuple[str, bool]
"""An address, and whether what it asks is made in the background."""


class _Run:
    """A request that has a thread: whose it is, and since when, by the clock of the loop."""

    __slots__ = ("address", "began", "in_background", "is_slow")

    def __init__(self, lane: Lane, began: float) -> None:
        self.address, self.in_background = lane
        self.began = began
        self.is_slow = False


class Pool:
    """The threads; used from the event loop alone."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")
        self._loop = asyncio.get_running_loop()
        self._runs: set[_Run] = set()
        self._active = Counter[str]()
        """How many requests of an address run and are not slow."""
        self._all = Counter[str]()
        self._slow = 0
        self._in_background = 0
        """How many run in the background and are not slow."""
        self._waiting: OrderedDict[Lane, deque[asyncio.Future[_Run]]] = OrderedDict()
        """The lanes whose requests wait, the next in turn first."""
        self._count = 0
        self._looking = False

    async def run(
        self,
        address: str,
        function: Callable[[], T],
        is_abandoned: Callable[[], bool] = lambda: False,
        *,
        in_background: bool = False,
    ) -> T:
        """Call a function in a thread, once it is this address's turn. Raises `TooManyAtOnce`, and what it raises.

        Raises `ClientGone` where nobody waits for it any more by then; once it runs it runs to its end.
        """
        lane = (address, in_background)
        if lane not in self._waiting and self._has_room(lane):
            run = self._begin(lane)
        else:
            run = await self._turn(lane)
        try:
            if is_abandoned():
                raise ClientGone
            running = self._loop.run_in_executor(self._threads, function)
        except BaseException:
            self._end(run)
            raise
        running.add_done_callback(lambda _: self._end(run))
        return await asyncio.shield(running)

    def close(self) -> None:
        """Take no more; what runs goes on."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _has_room(self, lane: Lane) -> bool:
        address, in_background = lane
        if in_background and self._in_background >= ACTIVE_IN_BACKGROUND:
            return False
        return (
            len(self._runs) - self._slow < ACTIVE
            and len(self._runs) < THREADS
            and self._active[address] < ACTIVE - 1
            and self._all[address] < THREADS * 3 // 4
        )

    def _begin(self, lane: Lane) -> _Run:
        address, in_background = lane
        run = _Run(lane, self._loop.time())
        self._runs.add(run)
        self._in_background += in_background
        self._active[address] += 1
        self._all[address] += 1
        return run

    def _end(self, run: _Run) -> None:
        self._runs.discard(run)
        _less(self._all, run.address)
        if run.is_slow:
            self._slow -= 1
        else:
            _less(self._active, run.address)
            self._in_background -= run.in_background
        self._call_next()

    async def _turn(self, lane: Lane) -> _Run:
        """Wait until there is room for this lane; a run has begun then."""
        mine = self._waiting.get(lane)
        if self._count >= MAX_WAITING or (mine is not None and len(mine) >= MAX_WAITING // 2):
            raise TooManyAtOnce("requests that wait for a thread", MAX_WAITING, RETRY_SECONDS, everybody=True)
        turn: asyncio.Future[_Run] = self._loop.create_future()
        if mine is None:
            mine = self._waiting[lane] = deque()
        mine.append(turn)
        self._count += 1
        if not self._looking:
            self._looking = True
            self._loop.call_later(BUSY_SECONDS / 2, self._look_for_slow)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._end(turn.result())  # it was called in the moment in which it left
            raise

    def _look_for_slow(self) -> None:
        """Count those that have been busy for a while as slow, while others wait."""
        since = self._loop.time() - BUSY_SECONDS
        for run in self._runs:
            if not run.is_slow and run.began < since:
                run.is_slow = True
                self._slow += 1
                _less(self._active, run.address)
                self._in_background -= run.in_background
        self._call_next()
        self._looking = bool(self._waiting)
        if self._looking:
            self._loop.call_later(BUSY_SECONDS / 2, self._look_for_slow)

    def _call_next(self) -> None:
        """Call the next in turn, as many as there is room for."""
        for lane in list(self._waiting):
            if len(self._runs) - self._slow >= ACTIVE:
                return
            turns = self._waiting[lane]
            while turns and turns[0].done():  # left while it waited
                turns.popleft()
                self._count -= 1
            if turns and self._has_room(lane):
                self._count -= 1
                turns.popleft().set_result(self._begin(lane))
                self._waiting.move_to_end(lane)
            if not turns:
                del self._waiting[lane]


def _less(counter: Counter[str], address: str) -> None:
    counter[address] -= 1
    if counter[address] <= 0:
        del counter[address]
