"""What a picture shows of what lies scattered: all that is near, and never without most of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.extents import (
    DAYS_AROUND,
    KM_AROUND,
    is_far_in_time,
    most_outside,
    places_shown,
    time_shown,
)
from timeline.readmodel.nearby import kilometres

YEAR = 365.25
DAYS = st.lists(st.integers(-719_162, 2_932_896), min_size=1, max_size=60)
"""Days since 1970, of the years 1 to 9999."""
CLUSTERED = st.lists(st.integers(18_993, 19_500), max_size=60).flatmap(
    lambda near: DAYS.map(lambda days: [*near, *days[:4]])
)
PLACES = st.lists(
    st.tuples(st.floats(-180, 180), st.floats(-90, 90)) | st.tuples(st.floats(35, 39), st.floats(46, 51)),
    min_size=1,
    max_size=40,
)


def shown(days: list[int]) -> tuple[float, float]:
    found = time_shown(np.array(days, np.float64), np.ones(len(days)))
    assert found
    return found


def near(places: list[tuple[float, float]]) -> list[bool]:
    lon, lat = np.array(places, np.float64).T
    return [bool(one) for one in places_shown(lon, lat, np.ones(len(places)))]


@given(DAYS | CLUSTERED)
def test_no_more_than_a_small_share_is_left_outside_and_all_of_that_is_far(days: list[int]) -> None:
    first, last = shown(days)

    outside = [day for day in days if not first <= day <= last]
    assert len(outside) <= most_outside(len(days))
    assert all(is_far_in_time(day, (first, last)) for day in outside)
    assert first in days
    assert last in days


@given(DAYS | CLUSTERED, st.randoms())
def test_the_order_in_which_days_come_makes_no_difference(days: list[int], random: object) -> None:
    mixed = list(days)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    numbers, counts = np.unique(np.array(days, np.float64), return_counts=True)

    assert shown(days) == shown(mixed) == time_shown(numbers, counts.astype(np.float64))


@given(PLACES)
def test_no_more_than_a_small_share_of_places_is_left_outside_and_all_of_that_is_far(
    places: list[tuple[float, float]],
) -> None:
    mask = near(places)

    inside = [place for place, is_near in zip(places, mask, strict=True) if is_near]
    outside = [place for place, is_near in zip(places, mask, strict=True) if not is_near]
    wide = max(_km(one, other) for one in inside for other in inside)
    assert len(outside) <= most_outside(len(places))
    for place in outside:
        assert min(_km(place, other) for other in inside) > 0.99 * max(KM_AROUND.least, KM_AROUND.times * wide) - 60


def _km(one: tuple[float, float], other: tuple[float, float]) -> float:
    return kilometres((one[1], one[0]), (other[1], other[0]))


@given(st.integers(0, 1_000_000))
def test_what_is_left_outside_is_a_twentieth_or_three_of_few(number: int) -> None:
    most = most_outside(number)

    assert most <= max(3, number / 20)
    assert 2 * most <= number - most


@pytest.mark.parametrize("year", [1, 223, 1023, 1900, 1970, 2203, 9998])
def test_one_year_that_was_typed_wrong_is_left_outside(year: int) -> None:
    war = list(range(18_993, 19_600, 7))

    assert shown([*war, round((year - 1970) * YEAR)]) == (war[0], war[-1])


def test_several_on_both_sides_are_left_outside_together() -> None:
    war = list(range(18_993, 19_600, 3))
    far = [round((year - 1970) * YEAR) for year in (1, 223, 2203, 9998)]

    assert shown([*far[:2], *war, *far[2:]]) == (war[0], war[-1])


def test_nothing_is_left_outside_where_everything_is_far_from_everything() -> None:
    centuries = [round((year - 1970) * YEAR) for year in range(100, 2000, 100)]

    assert shown(centuries) == (centuries[0], centuries[-1])
    assert shown([centuries[0], centuries[-1]]) == (centuries[0], centuries[-1])


def test_what_is_years_away_is_no_outlier() -> None:
    war = list(range(18_993, 19_600))

    assert shown([*war, 18_993 - round(8 * YEAR)])[0] == 18_993 - round(8 * YEAR)
    assert DAYS_AROUND.least / YEAR == 20


def test_of_no_day_nothing_is_shown() -> None:
    assert time_shown(np.empty(0), np.empty(0)) is None
    assert not len(places_shown(np.empty(0), np.empty(0), np.empty(0)))


FRONT = [(35.4 + n / 20, 50.3 + n / 60) for n in range(20)]
"""Places along a border, as longitude and latitude."""


@pytest.mark.parametrize("far", [(0.0, 0.0), (50.48, 35.66), (-179.5, 60.0), (0.0, 90.0), (36.0, -50.5)])
def test_a_place_at_nought_or_exchanged_is_left_outside(far: tuple[float, float]) -> None:
    assert near([*FRONT, far]) == [True] * len(FRONT) + [False]


def test_neighbours_across_the_antimeridian_are_near() -> None:
    assert near([(179.0, 60.0), (-179.0, 60.0), (178.5, 61.0), (0.0, 0.0)]) == [True, True, True, False]


def test_places_all_over_the_world_are_all_shown() -> None:
    world = [(float(lon), float(lat)) for lon in range(-180, 180, 20) for lat in range(-60, 80, 20)]

    assert all(near(world))


def test_of_very_many_places_the_few_far_ones_are_left_outside() -> None:
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(20, 40, 200_000), rng.uniform(44, 53, 200_000)
    lon[:5], lat[:5] = 0.0, 0.0

    mask = places_shown(lon, lat, np.ones(len(lon)))

    assert not mask[:5].any()
    assert mask[5:].all()
