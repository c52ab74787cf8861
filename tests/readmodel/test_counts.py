"""Counts are the sum of all changes up to a moment, however those came and wherever they lie."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines import Engine
from tests.readmodel.opening import in_a_file, opened
from timeline.readmodel import counts as module
from timeline.readmodel.counts import Counts, packed_up
from timeline.readmodel.databases import Asked, Database

Change = tuple[int, int, int]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(year: int, month: int = 1, day: int = 1, *more: int) -> int:
    since = datetime(year, month, day, *more, tzinfo=UTC) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


FIRST, LAST = micros(1), micros(9998, 12, 31, 23, 59, 59, 999_999)
TIMES = st.sampled_from(
    [
        *(FIRST, LAST, -1, 0, 1, micros(1969, 10), micros(1969, 10) - 1, micros(1, 3, 31, 23, 59, 59, 999_999)),
        *(micros(2023, month, 1) + shift for month in range(1, 13) for shift in (-1, 0, 1)),
    ]
) | st.integers(FIRST, LAST)
CODES = st.integers(0, 3) | st.sampled_from([-(2**63), 2**63 - 1, 1 << 45]) | st.integers(-(2**63), 2**63 - 1)
CHANGES = st.lists(st.tuples(TIMES, CODES, st.sampled_from([-2, -1, 1, 2])), max_size=40)


@pytest.fixture
def database(engine: Engine) -> Iterator[Database]:
    with opened(engine) as one:
        yield one


def made(database: Database, prefix: str = "density") -> Counts:
    counts = Counts(prefix)
    with database.writing() as writing:
        for statement in counts.tables(database.engine):
            writing.execute(statement)
    return counts


def add(database: Database, counts: Counts, changes: Sequence[Change], *, pack: bool = False) -> None:
    with database.writing() as writing:
        counts.add(writing, changes)
        if pack:
            counts.pack(writing)


def load(database: Database, counts: Counts, changes: Sequence[Change]) -> None:
    with database.writing() as writing:
        counts.load(writing, packed_up(np.array(changes, dtype=np.int64).reshape(-1, 3)))


def counted(asked: Asked, counts: Counts, at: int) -> dict[int, int]:
    codes, numbers = counts.as_of(asked, at)
    assert codes.tolist() == sorted(set(codes.tolist()))
    return dict(zip(codes.tolist(), numbers.tolist(), strict=True))


def summed(changes: Sequence[Change], at: int) -> dict[int, int]:
    total: Counter[int] = Counter()
    for time, code, change in changes:
        if time <= at:
            total[code] += change
    return {code: number for code, number in total.items() if number}


def stored(database: Database, prefix: str = "density") -> list[Any]:
    tables = [f"{prefix}_{name}" for name in ("blocks", "checkpoints", "pending")]
    return [database.fetch(f"SELECT * FROM {table} ORDER BY 1") for table in tables]


def test_nothing_was_counted_before_the_first_change(database: Database) -> None:
    counts = made(database)

    assert counted(database, counts, LAST) == {}


def test_changes_count_from_their_moment_on_before_and_after_they_are_packed(database: Database) -> None:
    counts = made(database)
    changes = [(FIRST, 7, 1), (micros(1969, 12, 31), 7, 1), (micros(2023, 5, 20), 8, 1), (LAST, 7, -2)]
    add(database, counts, changes)
    moments = [FIRST - 1, FIRST, -1, 0, micros(2023, 5, 20) - 1, micros(2023, 5, 20), LAST - 1, LAST]
    waiting = [counted(database, counts, at) for at in moments]
    add(database, counts, [], pack=True)

    assert waiting == [{}, {7: 1}, {7: 2}, {7: 2}, {7: 2}, {7: 2, 8: 1}, {7: 2, 8: 1}, {8: 1}]
    assert [counted(database, counts, at) for at in moments] == waiting
    assert stored(database)[2] == []


def test_a_change_from_long_ago_waits_and_then_moves_every_checkpoint_after_it(database: Database) -> None:
    counts = made(database)
    load(database, counts, [(micros(year, month), 5, 1) for year in (2021, 2022) for month in (1, 4, 7, 10)])
    before = stored(database)
    add(database, counts, [(micros(2021, 5), 6, 1)])
    waiting, seen = stored(database), counted(database, counts, micros(2022, 8))
    add(database, counts, [], pack=True)
    after = stored(database)

    assert seen == counted(database, counts, micros(2022, 8)) == {5: 7, 6: 1}
    assert waiting[:2] == before[:2]
    assert [old == new for old, new in zip(before[0], after[0], strict=True)] == [True, False, *[True] * 6]
    assert [old == new for old, new in zip(before[1], after[1], strict=True)] == [True, *[False] * 6]


def test_changes_are_packed_once_too_many_wait(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PENDING", 3)
    counts = made(database)
    add(database, counts, [(0, 1, 1), (0, 2, 1), (0, 3, 1)])
    few = stored(database)
    add(database, counts, [(0, 4, 1)])
    many = stored(database)

    assert (len(few[0]), len(few[2])) == (0, 3)
    assert (len(many[0]), len(many[2])) == (1, 0)
    assert counted(database, counts, 0) == {1: 1, 2: 1, 3: 1, 4: 1}


def test_changes_that_cancel_out_leave_nothing_behind(database: Database) -> None:
    counts = made(database)
    add(database, counts, [(0, 1, 1), (micros(2023), 2, 1)], pack=True)
    add(database, counts, [(0, 1, -1), (micros(2023), 2, -1)], pack=True)

    assert stored(database) == [[], [], []]


def test_what_is_packed_is_the_same_bytes_on_both_ways_in(database: Database) -> None:
    random = np.random.default_rng(1)
    changes = [
        (int(at), int(code), 1)
        for at, code in zip(
            random.integers(micros(2020), micros(2023), 3_000), random.integers(0, 900, 3_000), strict=True
        )
    ]
    loaded, added = made(database, "loaded"), made(database, "added")
    load(database, loaded, changes)
    for start in range(0, 3_000, 1_000):
        add(database, added, changes[start : start + 1_000][::-1], pack=True)

    assert stored(database, "loaded") == stored(database, "added")
    assert len(stored(database, "loaded")[0]) == 12


@given(parts=st.lists(CHANGES, max_size=4), packed=st.lists(st.booleans(), min_size=4, max_size=4), at=st.lists(TIMES))
def test_counts_are_the_sum_of_the_changes_so_far(parts: list[list[Change]], packed: list[bool], at: list[int]) -> None:
    with in_a_file() as database:
        counts = made(database)
        so_far: list[Change] = []
        for part, pack in zip(parts, packed, strict=False):
            add(database, counts, part, pack=pack)
            so_far += part
            for moment in [*at, *(time for time, _, _ in part[:5])]:
                assert counted(database, counts, moment) == summed(so_far, moment)


@given(changes=CHANGES, data=st.data())
def test_equal_changes_give_equal_bytes_in_whatever_order_and_parts(changes: list[Change], data: st.DataObject) -> None:
    order = data.draw(st.permutations(changes))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(changes)), max_size=3)))
    with in_a_file() as database:
        loaded, added = made(database, "loaded"), made(database, "added")
        load(database, loaded, changes)
        for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
            add(database, added, order[start:end], pack=True)

        assert stored(database, "added") == stored(database, "loaded")


def test_one_object_may_be_asked_of_several_databases_in_turn(make_engine: Any) -> None:
    with make_engine("sqlite") as here, make_engine("sqlite") as there, opened(here) as one, opened(there) as other:
        counts = made(one)
        made(other)
        load(one, counts, [(0, 1, 1), (micros(2023), 3, 1)])
        load(other, counts, [(0, 2, 1), (micros(2023), 4, 1)])

        for _ in range(2):
            assert counted(one, counts, micros(2023)) == {1: 1, 3: 1}
            assert counted(other, counts, micros(2023)) == {2: 1, 4: 1}


def test_what_is_rolled_back_is_forgotten(database: Database) -> None:
    counts = made(database)
    load(database, counts, [(0, 1, 1)])

    def fail() -> None:
        with database.writing() as writing:
            counts.add(writing, [(0, 2, 1)])
            counts.pack(writing)
            assert counted(writing, counts, 0) == {1: 1, 2: 1}
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    assert counted(database, counts, 0) == {1: 1}


def test_a_reader_never_sees_parts_of_two_packings(database: Database) -> None:
    # Each commit moves all 50 from one code to the other, in two quarters, and every other one packs them: whoever
    # read a block of one packing and a checkpoint or pending rows of another would not see 50.
    counts = made(database)
    load(database, counts, [(micros(2022), 0, 20), (micros(2023), 0, 30)])
    seen: list[dict[int, int]] = []
    errors: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                seen.append(counted(database, counts, micros(2023, 2)))
        except BaseException as error:
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for turn in range(150):
        old, new = turn % 2, 1 - turn % 2
        earlier = [(micros(2022), old, -20), (micros(2022), new, 20)]
        later = [(micros(2023), old, -30), (micros(2023), new, 30)]
        add(database, counts, earlier + later, pack=turn % 3 == 0)
    done.set()
    for reader in readers:
        reader.join()

    assert not errors
    assert {tuple(one.items()) for one in seen} == {((0, 50),), ((1, 50),)}
