"""Group commit: what comes together is done together, everybody is answered, and nobody is kept waiting for ever."""

import threading
import time
from collections.abc import Sequence

import pytest

from tests.store.test_log import in_threads
from timeline.store.groups import Groups


def test_what_comes_while_one_works_is_done_together_next() -> None:
    done: list[list[int]] = []

    def work(wanted: Sequence[int]) -> None:
        time.sleep(0.05)
        done.append(list(wanted))

    groups = Groups(work, 100)
    in_threads(lambda number: groups.settle([number]), 8)

    assert sorted(one for group in done for one in group) == list(range(8))
    assert len(done) <= 3


def test_each_thing_is_done_once_and_before_its_thread_goes_on() -> None:
    done: set[tuple[int, int]] = set()

    def work(wanted: Sequence[tuple[int, int]]) -> None:
        assert not done & set(wanted)
        done.update(wanted)

    groups = Groups(work, 5)

    def ask(number: int) -> None:
        for turn in range(200):
            groups.settle([(number, turn)])
            assert (number, turn) in done

    in_threads(ask, 8)

    assert len(done) == 1_600


def test_more_than_fit_into_one_group_are_done_in_several() -> None:
    sizes: list[int] = []
    Groups(lambda wanted: sizes.append(len(wanted)), 3).settle(list(range(8)))

    assert sizes == [3, 3, 2]


def test_a_leader_that_fails_leaves_nobody_waiting() -> None:
    answered: list[int] = []
    working = threading.Event()

    def work(wanted: Sequence[int]) -> None:
        if 0 in wanted:
            working.wait(5)
            raise ZeroDivisionError
        answered.extend(wanted)

    groups = Groups(work, 100)

    def ask(number: int) -> None:
        if number == 0:
            with pytest.raises(ZeroDivisionError):
                groups.settle([0])
            return
        time.sleep(0.02)
        working.set()
        groups.settle([number])

    in_threads(ask, 4)
    groups.settle([9])

    assert answered[-1] == 9
