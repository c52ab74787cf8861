"""Budgets and the turnstile: nobody has all, and nobody waits for thousands who came at once."""

import asyncio
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.loops import run as on_a_loop
from timeline.server.budgets import Budget, Budgets, Kind
from timeline.server.errors import TooManyAtOnce
from timeline.server.turnstile import A_TURN, Turnstile


def test_an_address_that_has_its_share_is_told_so_and_everybody_where_there_are_none_left() -> None:
    budgets = Budgets({Kind.FOLLOW: Budget(3, 2)})
    with ExitStack() as held:
        for address in "aab":
            held.enter_context(budgets.held(Kind.FOLLOW, address))
        with pytest.raises(TooManyAtOnce, match="from one address") as mine, budgets.held(Kind.FOLLOW, "a"):
            pass
        with pytest.raises(TooManyAtOnce, match="in all") as all_, budgets.held(Kind.FOLLOW, "c"):
            pass

    assert (mine.value.everybody, all_.value.everybody) == (False, True)
    assert budgets.count(Kind.FOLLOW) == 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=60))
def test_no_more_are_held_than_may_be_and_what_is_given_back_can_be_had_again(steps: list[tuple[str, bool]]) -> None:
    budgets = Budgets({Kind.UPLOAD: Budget(5, 3)})
    held: list[tuple[str, ExitStack]] = []
    for address, takes in steps:
        mine = sum(one == address for one, _ in held)
        if not takes:
            if held:
                held.pop(0)[1].close()
            continue
        stack = ExitStack()
        try:
            stack.enter_context(budgets.held(Kind.UPLOAD, address))
        except TooManyAtOnce:
            assert mine == 3 or len(held) == 5
        else:
            held.append((address, stack))
        assert budgets.count(Kind.UPLOAD) == len(held) <= 5
        assert sum(one == address for one, _ in held) <= 3


def test_of_many_who_come_at_once_a_few_pass_with_each_turn_in_their_order() -> None:
    async def scenario() -> list[int]:
        turnstile, passed = Turnstile(), list[int]()

        async def go(number: int) -> None:
            await turnstile.passed()
            passed.append(number)

        tasks = [asyncio.create_task(go(number)) for number in range(50)]
        await asyncio.sleep(0)
        assert len(passed) <= A_TURN
        await asyncio.gather(*tasks)
        return passed

    assert on_a_loop(scenario()) == list(range(50))


def test_one_who_leaves_at_the_turnstile_keeps_nobody() -> None:
    async def scenario() -> None:
        turnstile = Turnstile()
        tasks = [asyncio.create_task(turnstile.passed()) for _ in range(20)]
        await asyncio.sleep(0)
        for task in tasks[5:15]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.wait_for(turnstile.passed(), 5)

    on_a_loop(scenario())
