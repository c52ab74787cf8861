"""Two tones of counts: what is placed on a day is told from what is spread over several, and sums are right."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plotly import graph_objects

from dashboards import words
from dashboards.figures.counted import Counted, Grid
from dashboards.figures.counts import cells_told, count_lanes, counts_chart, counts_told, is_spread, most_in_a_cell
from dashboards.figures.overview import overview
from dashboards.figures.scale import DAY, Scale
from dashboards.figures.tones import PARTS, brief, paler_heat, paler_parts
from dashboards.key import items
from dashboards.theme import DARK, LIGHT, Palette
from timeline.readmodel.density import Bucket
from timeline.readmodel.versions import STATUSES

LANES = [("bakhmut", "Bakhmut"), ("north", "North")]
SCALE = Scale(0, 3 * DAY, 900)


def cells(placed: list[list[float]], spread: list[list[float]]) -> Counted:
    """Counts of one status by lane and day."""
    columns = [np.zeros((len(placed), len(placed[0]), len(STATUSES))) for _ in range(2)]
    for column, numbers in zip(columns, (placed, spread), strict=True):
        column[:, :, 2] = numbers
    return Counted(
        Grid(Bucket.DAY, tuple(n * DAY for n in range(len(placed[0]) + 1))), columns[0].astype(int), columns[1]
    )


COUNTS = cells([[2, 0, 1], [0, 0, 4]], [[0, 0.25, 1], [0.5, 0, 0]])
PLACED = cells([[2, 0, 1], [0, 0, 4]], [[0, 0, 0], [0, 0, 0]])


def paler(figure: dict[str, Any]) -> list[dict[str, Any]]:
    return [trace for trace in figure["data"] if trace.get("meta", {}).get("part") == "paler"]


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_plotly_accepts_figures_of_two_tones(colours: Palette) -> None:
    for figure in (
        overview(LANES, COUNTS, SCALE, SCALE, colours),
        overview(LANES, COUNTS, Scale(0, 3 * DAY, 300), SCALE, colours),
        overview(LANES * 40, COUNTS.of_lanes([0, 1] * 40), SCALE, SCALE, colours),
        counts_chart(*count_lanes(LANES, COUNTS), SCALE, colours),
    ):
        graph_objects.Figure(figure)
        assert len(paler(figure)) == 1
        assert is_spread(figure)


def test_a_cell_is_shaded_by_all_that_began_and_paler_from_below_as_far_as_that_is_spread() -> None:
    strip = overview(LANES, COUNTS, SCALE, SCALE, LIGHT)

    (over,) = paler(strip)
    assert strip["data"][0]["z"] == [[2, 0.25, 2], [0.5, 0, 4]]
    assert over["z"] == [
        [None, 0.25, None], [None, 0.25, None], [None, 0.25, 2], [None, 0.25, 2],
        [None, None, None],
        [0.5, None, None], [0.5, None, None], [0.5, None, None], [0.5, None, None],
    ]  # fmt: skip
    assert len(over["y"]) == len(over["z"]) + 1
    assert over["y"] == sorted(set(over["y"]))
    assert (over["zmin"], over["zmax"]) == (strip["data"][0]["zmin"], strip["data"][0]["zmax"])


def test_whatever_is_placed_has_one_tone_and_whole_numbers() -> None:
    lanes, counts = count_lanes(LANES, PLACED)
    chart = counts_chart(lanes, counts, SCALE, LIGHT)

    assert paler(chart) == paler(overview(LANES, PLACED, SCALE, SCALE, LIGHT)) == []
    assert cells_told(counts)["spread"] is None
    assert [str(lane.developments) for lane in lanes] == ["3", "4"]
    assert str(most_in_a_cell(chart)) == "4"
    assert chart["data"][0]["z"][1] == [2, None, 1]


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_the_fainter_tone_is_nearer_to_the_paper_than_the_full_one(colours: Palette) -> None:
    def light(colour: str) -> float:
        return sum(int(colour[at : at + 2], 16) * part for at, part in ((1, 0.299), (3, 0.587), (5, 0.114)))

    for (_, full), (_, faint) in zip(colours.density[1:], colours.spread, strict=True):
        assert abs(light(faint) - light(colours.paper)) < abs(light(full) - light(colours.paper))


def test_the_chart_tells_the_browser_both_numbers_of_a_cell_and_the_key_explains_the_tones() -> None:
    lanes, counts = count_lanes(LANES, COUNTS)
    told = counts_told(lanes, counts, LIGHT)

    assert [lane.developments for lane in lanes] == [4.25, 4.5]
    assert told["counts"][0][2][2] == 1
    assert told["spread"][0][1][2] == 0.25
    assert told["paler"] == list(LIGHT.spread)
    for shown in ("marks", "counts", "map", "squares", "table"):
        with_key, without = (str(items(shown, 4, LIGHT, spread=spread)) for spread in (True, False))
        assert "fainter: the day is not known" in with_key
        assert "fainter" not in without


def test_pointing_at_the_strip_tells_what_is_placed_and_what_is_spread() -> None:
    strip = overview(LANES, COUNTS, SCALE, SCALE, LIGHT)["data"][0]

    assert strip["customdata"][0] == [
        "2 began",
        "about 0.3 began, spread over the days on which it may have",
        "2 began: 1 on known days, 1 spread over possible days",
    ]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0, "0"), (1, "1"), (1.0, "1"), (12_345, "12,345"), (3.4000001, "about 3.4"), (2.96, "about 3"),
        (0.04, "less than 0.1"), (1e-9, "less than 0.1"), (0.06, "about 0.1"), (1_234.5, "about 1,235"),
        (0.25, "about 0.3"), (10.5, "about 11"), (0.9999999, "1"),
    ],
)  # fmt: skip
def test_a_number_with_shares_in_it_is_told_in_as_many_digits_as_say_something(number: float, told: str) -> None:
    assert words.about(number) == told
    assert words.count(number, "development") == f"{told} development{'' if number == 1 else 's'}"


@given(st.lists(st.tuples(st.integers(0, 99), st.floats(0, 99)), min_size=1), st.integers(1, PARTS))
def test_the_parts_of_a_cell_are_none_or_all_only_where_that_is_so(some: list[tuple[int, float]], parts: int) -> None:
    placed, spread = (np.array(column, dtype=float) for column in zip(*some, strict=True))

    found = paler_parts(placed + spread, spread, parts)

    assert ((found >= 0) & (found <= parts)).all()
    if parts > 1:
        assert ((found == 0) == (spread / np.maximum(placed + spread, 1e-300) == 0)).all()
        assert ((found == parts) == ((placed + spread == spread) & (spread > 0))).all()


def test_of_two_parts_that_are_as_near_the_greater_one_is_paler_as_in_the_browser() -> None:
    assert paler_parts(np.array([8.0, 8.0, 8.0]), np.array([5.0, 3.0, 1.0])).tolist() == [3, 2, 1]


def test_a_share_that_is_drawn_never_becomes_nothing() -> None:
    assert brief(np.array([0.0, 1e-9, 0.5, 2.0])).tolist() == [0, 0.001, 0.5, 2]
    assert paler_heat(PLACED, [0, 1], 0.1, LIGHT.spread) == []
