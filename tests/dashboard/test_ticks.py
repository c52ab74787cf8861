"""The dates of a time axis: as many as fit, in order, the first with its year; a day's axis says which day it is."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.figures.scale import DAY, Scale, milliseconds
from dashboards.figures.ticks import of_one_day, plotted, ticks


def window(first: str, days: float, width: float) -> Scale:
    left = milliseconds(datetime.fromisoformat(f"{first}T00:00:00+00:00"))
    return Scale(left, left + days * DAY, width)


def named(scale: Scale) -> list[str]:
    return [f"{tick.text} {tick.below}".strip() for tick in ticks(scale) if tick.text]


@pytest.mark.parametrize(
    ("first", "days", "width", "words"),
    [
        ("2022-11-14", 183, 376, ["Dec 2022", "Jan 2023", "Feb", "Mar", "Apr", "May"]),
        ("2022-01-15", 600, 376, ["Apr 2022", "Jul", "Oct", "Jan 2023", "Apr", "Jul"]),
        ("2023-05-01", 31, 376, ["8 May 2023", "15 May", "22 May", "29 May"]),
        ("2023-05-22", 1, 376, ["06:00", "12:00", "18:00"]),
        ("2023-05-22", 2, 376, ["12:00", "00:00 23 May 2023", "12:00"]),
        ("2014-01-01", 3650, 376, ["2016", "2018", "2020", "2022"]),
    ],
)
def test_a_narrow_axis_has_as_many_dates_as_fit(first: str, days: float, width: float, words: list[str]) -> None:
    assert named(window(first, days, width)) == words


def test_the_axis_of_a_single_day_says_which_one_it_is() -> None:
    assert of_one_day(window("2023-05-22", 1, 1_000)) == "22 May 2023, UTC"
    assert of_one_day(window("2023-05-31", 2, 1_000)) == ""
    assert of_one_day(window("2023-05-01", 60, 1_000)) == ""


@given(
    st.integers(milliseconds(datetime(1, 1, 2, tzinfo=UTC)), milliseconds(datetime(9990, 1, 1, tzinfo=UTC))),
    st.floats(0.05, 400_000),
    st.floats(240, 3_000),
)
def test_the_dates_of_any_window_come_in_order_and_do_not_touch(left: int, days: float, width: float) -> None:
    right = min(left + days * DAY, milliseconds(datetime(9999, 12, 30, tzinfo=UTC)))
    scale = Scale(left, max(right, left + DAY / 24), width)

    found = [tick for tick in ticks(scale) if tick.text]

    assert all(scale.pixels(b.at - a.at) >= 38 for a, b in pairwise(found))
    assert len(found) <= width / 38 + 1
    assert all(scale.shows(tick.at, tick.at) for tick in found)


def test_beyond_the_window_there_are_lines_without_words() -> None:
    scale = window("2023-05-22", 30, 1_000)

    axis = plotted(scale, beyond=1)

    assert min(axis["tickvals"]) < scale.left - 20 * DAY
    assert max(axis["tickvals"]) > scale.right + timedelta(days=20) / timedelta(milliseconds=1)
    assert len(axis["tickvals"]) == len(axis["ticktext"])
