"""Group commit: what several threads want done at the same time is done together, by one of them.

The first to come leads. Whoever comes while it works waits, and the first of those leads the next group. Each
waits on a lock of its own, so that nobody who is done has to queue up again behind those who are not. Who has no thread
to wait with (an event loop) leaves what it wants, and is told once it is done; a deputy leads in its place.
"""

import time
from collections.abc import Callable, Sequence
from threading import Lock, Semaphore, Thread
from typing import Generic, TypeVar

import structlog

log = structlog.get_logger(__name__)

T = TypeVar("T")

GATHER = 0.001
"""Seconds for which a group waits at least for those who were there last time, and perhaps come again."""
MOST_GATHER = 0.005
"""The same where the work takes long; in between, for a quarter of the time that it took last."""


class _Turn(Generic[T]):
    """What one wants done together; `called` is let go once it is done, or once its thread is to lead.

    `when_done` is called, by another thread, in the place of one who does not wait.
    """

    def __init__(self, wanted: Sequence[T], when_done: Callable[[], None] | None = None) -> None:
        self.wanted = wanted
        self.when_done = when_done
        self.leads = False
        self.called = Lock()
        self.called.acquire()


class Groups(Generic[T]):
    """Calls `work` with at most so many things at once, in one thread at a time."""

    def __init__(self, work: Callable[[Sequence[T]], None], most: int) -> None:
        self._work = work
        self._most = most
        self._gate = Lock()
        """Guards those below."""
        self._waiting: list[_Turn[T]] = []
        self._led = False
        self._together = 0
        self._took = 0.0
        self._deputy: Thread | None = None
        self._called_deputy = Semaphore(0)
        self._all_there: Lock | None = None
        """What the leader waits on who lets others come; let go once as many wait as were there last time."""

    def settle(self, wanted: Sequence[T]) -> None:
        """Have it done, by this thread or another; returns once it is. The leader raises what `work` raises."""
        for start in range(0, len(wanted), self._most):
            self._take_turn(_Turn(wanted[start : start + self._most]))

    def settle_later(self, wanted: Sequence[T], when_done: Callable[[], None]) -> None:
        """Have it done by another thread, which then calls `when_done`; for at most as many as are done at once.

        Returns at once. What `work` raises is raised by nobody: it has to leave in what is wanted what became of it.
        """
        with self._gate:
            if self._deputy is None:
                self._deputy = Thread(target=self._lead_for_others, name="group-deputy", daemon=True)
                self._deputy.start()
            self._waiting.append(_Turn(wanted, when_done))
            self._tell_if_all_are_there()
            leads, self._led = not self._led, True
        if leads:
            self._called_deputy.release()

    def _lead_for_others(self) -> None:
        while True:
            self._called_deputy.acquire()
            try:
                self._lead()
            except Exception:  # those who wanted it are told by what `work` left; there is nobody here to raise it to
                log.exception("what was to be done together failed")

    def _take_turn(self, mine: _Turn[T]) -> None:
        try:
            with self._gate:
                self._waiting.append(mine)
                self._tell_if_all_are_there()
                mine.leads, self._led = not self._led, True
            if not mine.leads:
                mine.called.acquire()
            if mine.leads:
                self._lead(mine)
        except BaseException:
            # Who leaves without having led must not keep the others waiting.
            with self._gate:
                if mine in self._waiting:
                    self._waiting.remove(mine)
                    if mine.leads:
                        self._call_next()
            raise

    def _lead(self, mine: _Turn[T] | None = None) -> None:
        """Do what those who wait want, as many as fit, and call the first of those who came meanwhile to lead."""
        turns: list[_Turn[T]] = []
        try:
            self._gather()
            turns = self._next_turns()
            began = time.monotonic()
            self._work([one for turn in turns for one in turn.wanted])
            self._took = time.monotonic() - began
        finally:
            with self._gate:
                # Who is done now comes again as a rule, while those wait who came meanwhile: all are one group then.
                self._together = len(turns) + len(self._waiting)
                self._call_next()
            for turn in turns:
                if turn.when_done:
                    turn.when_done()
                elif turn is not mine:
                    turn.called.release()

    def _next_turns(self) -> list[_Turn[T]]:
        with self._gate:
            count, size = 0, 0
            while count < len(self._waiting) and size + len(self._waiting[count].wanted) <= self._most:
                size += len(self._waiting[count].wanted)
                count += 1
            turns, self._waiting = self._waiting[:count], self._waiting[count:]
        return turns

    def _gather(self) -> None:
        """Let those come who were there last time, for a while; who was alone does not wait."""
        with self._gate:
            self._all_there = all_there = Lock()
            all_there.acquire()
            self._tell_if_all_are_there()
        all_there.acquire(timeout=min(max(GATHER, self._took / 4), MOST_GATHER))
        with self._gate:  # or it would vanish under the hands of one who is about to let go of it
            self._all_there = None

    def _tell_if_all_are_there(self) -> None:
        if self._all_there and len(self._waiting) >= self._together:
            self._all_there.release()
            self._all_there = None

    def _call_next(self) -> None:
        self._led = bool(self._waiting)
        if self._led:
            self._waiting[0].leads = True
            if self._waiting[0].when_done:
                self._called_deputy.release()
            else:
                self._waiting[0].called.release()
