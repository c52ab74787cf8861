"""The pool: a few threads, given out in turn among those who ask."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from tests.loops import run as on_a_loop
from timeline.server import pool as pools
from timeline.server.errors import TooManyAtOnce
from timeline.server.pool import ACTIVE, ClientGone, Pool


class Work:
    """What is done in threads: each piece begins, tells so, and ends when it is let go."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self._gates: dict[str, threading.Event] = {}

    def piece(self, name: str) -> Callable[[], str]:
        gate = self._gates.setdefault(name, threading.Event())

        def do() -> str:
            self.began.append(name)
            assert gate.wait(30)
            return name

        return do

    def let_go(self, *names: str) -> None:
        for name in names or list(self._gates):
            self._gates.setdefault(name, threading.Event()).set()


@contextmanager
def working() -> Iterator[Work]:
    work = Work()
    try:
        yield work
    finally:
        work.let_go()


def run(scenario: Callable[[Pool, Work], Awaitable[None]]) -> None:
    """A scenario on a loop of its own."""

    async def main() -> None:
        pool = Pool()
        with working() as work:
            await scenario(pool, work)
        pool.close()

    on_a_loop(asyncio.wait_for(main(), 60))


async def until(what: Callable[[], bool]) -> None:
    while not what():
        await asyncio.sleep(0.005)


def begun(pool: Pool, work: Work, address: str, *names: str, **more: bool) -> list["asyncio.Task[str]"]:
    return [asyncio.create_task(pool.run(address, work.piece(name), **more)) for name in names]


def test_what_a_function_returns_or_raises_comes_back() -> None:
    async def scenario(pool: Pool, work: Work) -> None:
        assert await pool.run("a", lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            await pool.run("a", lambda: 1 // 0)

    run(scenario)


def test_one_address_leaves_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "BUSY_SECONDS", 60)

    async def scenario(pool: Pool, work: Work) -> None:
        mine = begun(pool, work, "a", *(f"a{number}" for number in range(20)))
        await until(lambda: len(work.began) == ACTIVE - 1)
        other = begun(pool, work, "b", "b0")
        await until(lambda: "b0" in work.began)

        assert len(work.began) == ACTIVE
        work.let_go()
        await asyncio.gather(*mine, *other)

    run(scenario)


def test_addresses_that_wait_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "BUSY_SECONDS", 60)

    async def scenario(pool: Pool, work: Work) -> None:
        first = [*begun(pool, work, "x", "x0", "x1"), *begun(pool, work, "y", "y0", "y1")]
        await until(lambda: len(work.began) == ACTIVE)
        rest = [*begun(pool, work, "a", "a0", "a1", "a2", "a3"), *begun(pool, work, "b", "b0", "b1")]
        await asyncio.sleep(0)
        work.let_go("x0", "x1", "y0", "y1")
        await asyncio.gather(*first)
        await until(lambda: len(work.began) == 2 * ACTIVE)

        assert sorted(work.began[ACTIVE:]) == ["a0", "a1", "b0", "b1"]
        work.let_go()
        await asyncio.gather(*rest)

    run(scenario)


def test_others_are_begun_in_the_place_of_those_that_are_busy_for_long() -> None:
    async def scenario(pool: Pool, work: Work) -> None:
        slow = [*begun(pool, work, "a", "a0", "a1", "a2"), *begun(pool, work, "b", "b0")]
        await until(lambda: len(work.began) == ACTIVE)
        others = begun(pool, work, "a", "a3", "a4")
        await until(lambda: len(work.began) == ACTIVE + 2)
        work.let_go()
        await asyncio.gather(*slow, *others)

    run(scenario)


def test_what_is_made_in_the_background_keeps_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "BUSY_SECONDS", 60)

    async def scenario(pool: Pool, work: Work) -> None:
        files = [task for address in "abc" for task in begun(pool, work, address, f"{address}0", in_background=True)]
        reads = begun(pool, work, "a", "r0", "r1")
        await until(lambda: {"r0", "r1"} <= set(work.began))

        assert len(work.began) == 3
        work.let_go()
        await asyncio.gather(*files, *reads)

    run(scenario)


def test_nothing_is_done_for_who_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "BUSY_SECONDS", 60)

    async def scenario(pool: Pool, work: Work) -> None:
        first = begun(pool, work, "a", "a0", "a1", "a2")
        await until(lambda: len(work.began) == 3)
        gone = asyncio.create_task(pool.run("a", work.piece("gone"), lambda: True))
        cancelled = begun(pool, work, "a", "cancelled")
        last = begun(pool, work, "a", "last")
        await asyncio.sleep(0)
        cancelled[0].cancel()
        work.let_go()

        with pytest.raises(ClientGone):
            await gone
        assert [await task for task in (*first, *last)] == ["a0", "a1", "a2", "last"]
        assert not {"gone", "cancelled"} & set(work.began)

    run(scenario)


def test_more_than_may_wait_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "MAX_WAITING", 4)
    monkeypatch.setattr(pools, "BUSY_SECONDS", 60)

    async def scenario(pool: Pool, work: Work) -> None:
        tasks = begun(pool, work, "a", *(f"a{number}" for number in range(ACTIVE - 1 + 2)))
        await until(lambda: len(work.began) == ACTIVE - 1)
        with pytest.raises(TooManyAtOnce) as refused:
            await pool.run("a", partial(int, 1))

        assert refused.value.retry_after == 1
        work.let_go()
        await asyncio.gather(*tasks)

    run(scenario)
