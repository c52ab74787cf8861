"""A turnstile: of many requests that come at once a few are begun with each turn of the event loop.

In between the loop looks at what else there is, so that a probe is answered while thousands have just come.
"""

import asyncio
from collections import deque

A_TURN = 4
"""Requests that are begun with one turn of the loop."""


class Turnstile:
    """Lets requests pass in the order in which they came; used from the event loop alone."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._passed = 0
        self._turning = False

    async def passed(self) -> None:
        """Wait for one's turn; nobody waits where few come."""
        if not self._turning:
            self._turning = True
            self._passed = 0
            self._loop.call_soon(self._turn)
        if self._passed < A_TURN and not self._waiting:
            self._passed += 1
            return
        turn: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append(turn)
        await turn

    def _turn(self) -> None:
        self._passed = 0
        while self._waiting and self._passed < A_TURN:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                self._passed += 1
        self._turning = bool(self._waiting)
        if self._turning:
            self._loop.call_soon(self._turn)
