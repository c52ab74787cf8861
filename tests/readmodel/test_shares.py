"""What falls to each bucket of a development that began on one of several days is one development in all, exactly."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.errors import InvalidValue
from timeline.readmodel import shares as module
from timeline.readmodel.cells import (
    MAX_FURTHER_DAYS,
    UNKNOWN,
    cell,
    cells,
    first_days,
    fronts,
    further_days,
    statuses,
    with_fronts,
)
from timeline.readmodel.shares import WHOLE, Stretches, shares

FIRST, LAST = 738_000, 739_000

MAX_ROWS = 12


def stretches_with(max_count: int) -> st.SearchStrategy[list[tuple[int, int, int, int, int]]]:
    """Front, status, first day, further days and count (at most `max_count`) of each of some rows."""
    row = st.tuples(
        st.integers(0, 3), st.integers(1, 7), st.integers(FIRST, LAST), st.integers(1, 700), st.integers(1, max_count)
    )
    return st.lists(row, min_size=1, max_size=MAX_ROWS)


STRETCHES = stretches_with(2_000_000)
FEW_STRETCHES = stretches_with(2_000_000 // MAX_ROWS)
EDGES = st.lists(st.integers(FIRST + 1, LAST + 900), max_size=20, unique=True).map(
    lambda some: [FIRST, *sorted(some), LAST + 901]
)


def stretches_of(rows: Sequence[tuple[int, int, int, int, int]]) -> Stretches:
    """Front, status, first day, further days and count of each."""
    front, status, first, further, count = np.array(rows, dtype=np.int64).T
    return Stretches(front, status, first, first + further, count)


def spread_over(rows: Sequence[tuple[int, int, int, int, int]], edges: Sequence[int], *window: int) -> Counter[int]:
    codes, units = shares(stretches_of(rows), np.array(edges, dtype=np.int64), *(window or (edges[0], edges[-1] - 1)))

    assert sorted(set(codes.tolist())) == codes.tolist()
    return Counter(dict(zip(codes.tolist(), units.tolist(), strict=True)))


@given(STRETCHES, EDGES)
def test_all_shares_of_a_development_are_exactly_one_whatever_the_buckets(
    rows: list[tuple[int, int, int, int, int]], edges: list[int]
) -> None:
    found = spread_over(rows, edges)

    counts: Counter[tuple[int, int]] = Counter()
    for front, status, _, _, count in rows:
        counts[front, status] += count
    sums: Counter[tuple[int, int]] = Counter()
    for code, units in found.items():
        sums[code >> 25, code & 7] += units
    assert sums == Counter({pair: count * WHOLE for pair, count in counts.items()})


@given(FEW_STRETCHES, EDGES)
def test_floating_point_numbers_add_the_shares_of_two_million_developments_up_exactly(
    rows: list[tuple[int, int, int, int, int]], edges: list[int]
) -> None:
    found = spread_over(rows, edges)

    assert sum(units / WHOLE for units in found.values()) == sum(count for *_, count in rows)


@given(STRETCHES, EDGES)
def test_each_day_has_the_same_share_but_for_the_last_digit(
    rows: list[tuple[int, int, int, int, int]], edges: list[int]
) -> None:
    found = spread_over(rows, edges)

    expected: dict[int, Fraction] = {}
    for front, status, first, further, count in rows:
        for begin, end in pairwise(edges):
            days = min(end, first + further + 1) - max(begin, first)
            if days > 0:
                code = front << 25 | begin << 3 | status
                expected[code] = expected.get(code, Fraction(0)) + Fraction(days * count, further + 1)
    assert set(found) == set(expected)
    # Each of the first days of a stretch has one unit more than each of the last.
    error = sum(count * (further + 1) for *_, further, count in rows)
    assert all(abs(Fraction(found[code], WHOLE) - share) * WHOLE <= error for code, share in expected.items())


@given(STRETCHES, EDGES, st.integers(FIRST, LAST))
def test_a_window_and_what_lies_before_and_behind_it_are_the_whole(
    rows: list[tuple[int, int, int, int, int]], edges: list[int], day: int
) -> None:
    before = [row for row in rows if row[2] <= day]
    behind = [row for row in rows if row[2] + row[3] > day]

    parts = Counter[int]()
    if before:
        parts.update(spread_over(before, edges, FIRST, day))
    if behind:
        parts.update(spread_over(behind, edges, day + 1, edges[-1] - 1))

    assert parts == spread_over(rows, edges)


def test_what_takes_too_much_room_for_a_table_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(front, 1 + front % 7, FIRST + front, 40, front + 1) for front in range(9)] * 2
    edges = list(range(FIRST, LAST, 7))
    found = spread_over(rows, edges)

    for table in (0, 2_000):
        monkeypatch.setattr(module, "_MAX_TABLE", table)
        assert spread_over(rows, edges) == found


def test_more_shares_than_can_be_added_up_are_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_TABLE", 0)
    rows = [(1, 1, 100 + number, MAX_FURTHER_DAYS - 1, 1) for number in range(100)]

    with pytest.raises(InvalidValue, match="bucket") as refused:
        spread_over(rows, list(range(100, 70_000)))

    assert "a window (from, to) so short" in refused.value.detail


CELLS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 2**20 - 1]),
        st.sampled_from([UNKNOWN, 0, -1, 253_370_764_799_999_999]),
        st.sampled_from([0, 1, 364, MAX_FURTHER_DAYS]),
        st.integers(1, 7),
    ),
    min_size=1,
)


@given(CELLS)
def test_a_cell_holds_front_first_day_further_days_and_status(rows: list[tuple[int, int, int, int]]) -> None:
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]

    codes = cells(*columns)

    assert codes.tolist() == [cell(*row) for row in rows]
    assert [fronts(codes).tolist(), further_days(codes).tolist(), statuses(codes).tolist()] == [
        columns[0].tolist(), columns[2].tolist(), columns[3].tolist()
    ]  # fmt: skip
    assert (first_days(codes) == 0).tolist() == (columns[1] == UNKNOWN).tolist()


def test_the_fronts_of_cells_can_be_numbered_anew() -> None:
    codes = cells(*np.array([(0, 5, 3, 1), (1, 5, 0, 7), (1, UNKNOWN, 0, 2)], dtype=np.int64).T)

    assert with_fronts(codes, np.array([9, 4])).tolist() == [cell(9, 5, 3, 1), cell(4, 5, 0, 7), cell(4, UNKNOWN, 0, 2)]
