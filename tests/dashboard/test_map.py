"""The map: every development is on it once, contested borders are told apart, and it stays small."""

import json
from collections import Counter
from math import ceil, floor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plotly import graph_objects

from dashboards.figures.ground import BORDERS, CONTESTED, around, unpacked
from dashboards.figures.map import CAPTION, box_of, density_map, map_in_words, numbers_of, world_map
from dashboards.figures.places import CELL, MOST_PLACES, STATUSES, Located, binned, bounds_of, gather
from dashboards.figures.shares import LINES
from dashboards.geography.frames import WORLD, Box, frame_around
from dashboards.theme import DARK, LIGHT, Palette
from timeline.domain.vocabulary import PlacePrecision, Status

UKRAINE = Box(22.0, 44.2, 40.5, 52.5)
CRIMEA = Box(32.3, 44.2, 36.9, 46.4)

statuses = st.sampled_from(list(Status))
pairs = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
near_pairs = st.tuples(st.floats(47, 49), st.floats(35, 39))


def located(lat: float, lon: float, status: Status = Status.CLAIMED, id: str = "one", **more: Any) -> Located:
    return Located(id, lat, lon, f"Something at {lat}", status, "22 May 2023", **more)


def all_of(places: list[tuple[tuple[float, float], Status]]) -> list[Located]:
    return [located(*pair, status, f"{number}") for number, (pair, status) in enumerate(places)]


def marks(figure: dict[str, Any]) -> list[dict[str, Any]]:
    return [trace for trace in figure["data"] if "customdata" in trace]


def named(figure: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [trace for trace in figure["data"] if trace.get("name") == name]


developments = st.lists(st.tuples(st.one_of(pairs, near_pairs), statuses), max_size=60).map(all_of)


BAKHMUT = [
    located(48.595, 38.0, Status.DISPUTED, "a", place="Bakhmut"),
    located(48.595, 38.0, Status.CLAIMED, "b", place="Bakhmut"),
    located(50.47, 35.7, Status.CORROBORATED, "c", place="Grayvoron <b>"),
    located(49.0, 36.2, Status.CLAIMED, "d", precision=PlacePrecision.PROVINCE),
]


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_plotly_accepts_every_map(colours: Palette) -> None:
    many = [located(45 + number / 1000, 30 + number / 500, id=f"{number}") for number in range(MOST_PLACES + 1)]
    for figure in (
        world_map(BAKHMUT, bounds_of(BAKHMUT), 1000, 640, colours, "a"),
        world_map(BAKHMUT, bounds_of(BAKHMUT), 370, 500, colours, "c"),
        world_map([], bounds_of([]), 1000, 640, colours),
        world_map(many, bounds_of(many), 1000, 640, colours, "7"),
    ):
        graph_objects.Figure(json.loads(json.dumps(figure)))


def test_the_names_of_places_turn_round_nothing_that_is_told_of_a_mark() -> None:
    hebrew, rlo = "\u05d1\u05d0\u05d7\u05de\u05d5\u05d8", "Ba\u202ekhmut"
    for name, shown in ((hebrew, f"\u2068{hebrew}\u2069"), (rlo, "Bakhmut")):
        near = [located(48.595, 38.0, id="a", place=name), located(48.595, 38.0, id="b", place=name)]
        rough = located(50.47, 35.7, id="c", place=name, precision=PlacePrecision.PROVINCE)
        places = [*near, rough]
        told = [
            text
            for trace in marks(world_map(places, bounds_of(places), 1000, 640, LIGHT))
            for text in trace["hovertext"]
        ]

        assert any(f" at {shown}<br>" in text for text in told)
        assert any(text.endswith(f"<br>{shown}, place known to the province only") for text in told)
        assert "\u202e" not in "".join(told)


@pytest.mark.parametrize("box", [CRIMEA, UKRAINE, WORLD])
def test_contested_borders_are_dashed_and_the_map_says_so(box: Box) -> None:
    figure = world_map([], box, 1000, 640, LIGHT)

    *_, dashed = named(figure, CONTESTED)
    assert dashed["line"]["dash"]
    assert CAPTION in figure["layout"]["annotations"][0]["text"]


def test_the_line_between_crimea_and_the_mainland_is_contested_and_no_plain_border_is_there() -> None:
    figure = world_map([], CRIMEA, 1000, 640, LIGHT)

    (dashed,) = named(figure, CONTESTED)
    lon, lat = unpacked(dashed["x"]), unpacked(dashed["y"])
    perekop = (lon > 33.5) & (lon < 35.1) & (lat > 45.6) & (lat < 46.3)
    kerch = (lon > 36.3) & (lon < 36.8) & (lat > 44.9) & (lat < 45.7)
    assert perekop.sum() > 10
    assert kerch.sum() > 4
    assert not named(figure, "countries")
    assert not named(figure, BORDERS)


def test_a_map_without_a_contested_border_does_not_speak_of_one() -> None:
    figure = world_map([], Box(-6.0, 12.0, 4.0, 18.0), 1000, 640, LIGHT)

    assert "contested" not in figure["layout"]["annotations"][0]["text"]


@settings(max_examples=60, deadline=None)
@given(developments)
def test_every_development_is_in_exactly_one_mark(places: list[Located]) -> None:
    gathered = gather(places, frame_around(bounds_of(places), 1000, 640))

    assert sorted(one.id for mark in gathered for one in mark.members) == sorted(one.id for one in places)
    assert sum(sum(mark.mix.values()) for mark in gathered) == len(places)


@settings(max_examples=30, deadline=None)
@given(developments)
def test_the_numbers_on_the_map_add_up_to_the_developments(places: list[Located]) -> None:
    shown = 0
    for trace in marks(world_map(places, bounds_of(places), 1000, 640, LIGHT)):
        shown += sum(map(int, trace["text"])) if "text" in trace else len(trace["customdata"])

    assert shown == len(places)


@settings(max_examples=60, deadline=None)
@given(developments)
def test_what_the_grid_counts_is_what_one_counts_one_by_one(places: list[Located]) -> None:
    frame = frame_around(bounds_of(places), 1000, 640)
    lon, lat = (np.array([getattr(one, name) for one in places], np.float64) for name in ("lon", "lat"))

    cells = binned(lon, lat, numbers_of(places), frame, frame.box)

    across, up = (CELL * degrees for degrees in frame.per_pixel)
    naive: Counter[tuple[int, int, Status]] = Counter()
    for one, east in zip(places, frame.eastward(lon), strict=True):
        column = min(floor((east - frame.box.west) / across), ceil(1000 / CELL) - 1)
        row = min(floor((one.lat - frame.box.south) / up), ceil(640 / CELL) - 1)
        naive[column, row, one.status] += 1
    counted = {
        (round((cell.box.west - frame.box.west) / across), round((cell.box.south - frame.box.south) / up), status): n
        for cell in cells
        for status, n in cell.mix.items()
    }
    assert counted == dict(naive)
    assert sum(cell.count for cell in cells) == len(places)


def test_a_place_on_the_edge_of_the_map_is_counted() -> None:
    pole = [located(90.0, 0.0)]
    frame = frame_around(bounds_of(pole), 640, 640)
    edge = Box(frame.box.west, frame.box.south, frame.box.east, 90.0)

    assert [cell.count for cell in binned(np.zeros(1), np.full(1, 90.0), numbers_of(pole), frame, edge)] == [1]


@settings(max_examples=100, deadline=None)
@given(st.lists(pairs, min_size=1, max_size=30))
def test_the_bounds_hold_every_place_and_are_no_wider_than_the_world(at: list[tuple[float, float]]) -> None:
    box = bounds_of([located(*pair) for pair in at])

    assert -180 <= box.west < 180
    assert 0 < box.east - box.west <= 360
    for lat, lon in at:
        assert box.south <= lat <= box.north
        assert (lon - box.west) % 360 <= box.east - box.west


def test_places_on_both_sides_of_the_antimeridian_are_shown_side_by_side() -> None:
    fiji, samoa = located(-18.1, 178.4), located(-13.8, -171.8)
    figure = world_map([fiji, samoa], bounds_of([fiji, samoa]), 1000, 640, LIGHT)

    west, east = figure["layout"]["xaxis"]["range"]
    (points,) = marks(figure)
    assert east - west < 20
    assert points["x"] == [178.4, 188.2]


def test_a_mark_of_one_opens_its_development_and_a_mark_of_several_asks_for_their_box() -> None:
    asked = [one for trace in marks(world_map(BAKHMUT, UKRAINE, 1000, 640, LIGHT)) for one in trace["customdata"]]

    boxes = [box for one in asked if (box := box_of(one))]
    assert {one for one in asked if not box_of(one)} == {"c", "d"}
    assert [west < 38.0 < east and south < 48.595 < north for west, south, east, north in boxes] == [True]


def test_the_box_of_a_mark_across_the_antimeridian_is_one_that_the_filter_takes() -> None:
    places = [located(0.0, 179.9, id="a"), located(0.0, -179.9, id="b")]
    (trace,) = marks(world_map(places, WORLD, 1000, 640, LIGHT))

    west, _, east, _ = box_of(trace["customdata"][0]) or (0, 0, 0, 0)
    assert west > 179 > -179 > east


def test_the_chosen_development_is_ringed_also_within_a_mark_of_several_and_in_the_grid() -> None:
    many = [located(45 + number / 1000, 30 + number / 500, id=f"{number}") for number in range(MOST_PLACES + 1)]
    for places, chosen, at in ((BAKHMUT, "b", 48.595), (BAKHMUT, "c", 50.47), (many, "7", 45.007)):
        (ring,) = named(world_map(places, UKRAINE, 1000, 640, LIGHT, chosen), "chosen")

        assert ring["y"] == [at]


def test_each_status_has_the_symbol_that_it_has_in_the_chart() -> None:
    places = [located(46 + number, 25 + 2 * number, status, f"{number}") for number, status in enumerate(Status)]
    symbols = {trace["marker"]["symbol"] for trace in marks(world_map(places, UKRAINE, 1000, 640, LIGHT))}

    assert symbols == {style.symbol for style in LIGHT.styles.values()}


def test_a_mark_of_several_statuses_has_a_ring_of_their_shares_and_tells_them() -> None:
    places = [located(48, 38, status, f"{n}") for n, status in enumerate([Status.CLAIMED] * 3 + [Status.DISPUTED])]

    figure = world_map(places, UKRAINE, 1000, 640, LIGHT)

    arcs = {trace["meta"]["status"]: trace for trace in named(figure, "shares")}
    assert set(arcs) == {"claimed", "disputed"}
    assert len(arcs["claimed"]["x"]) > len(arcs["disputed"]["x"])
    assert "of which claimed 3, disputed 1" in marks(figure)[0]["hovertext"][0]
    graph_objects.Figure(figure)


def test_a_mark_of_one_status_has_no_ring_and_says_that_all_have_it() -> None:
    figure = world_map([located(48, 38, id=f"{n}") for n in range(3)], UKRAINE, 1000, 640, LIGHT)

    assert named(figure, "shares") == []
    assert "all claimed" in marks(figure)[0]["hovertext"][0]


def test_the_arcs_of_the_statuses_differ_in_more_than_colour() -> None:
    assert len(set(LINES.values())) == len(Status)


def test_a_larger_number_has_a_larger_mark() -> None:
    places = [located(46, 25, id=f"a{n}") for n in range(2)] + [located(50, 35, id=f"b{n}") for n in range(9)]
    (trace,) = marks(world_map(places, UKRAINE, 1000, 640, LIGHT))

    sizes = dict(zip(trace["text"], trace["marker"]["size"], strict=True))
    assert sizes["9"] > sizes["2"]


def test_titles_and_names_can_not_smuggle_markup_into_the_map() -> None:
    text = json.dumps(world_map(BAKHMUT, UKRAINE, 1000, 640, LIGHT))

    assert "Grayvoron &lt;b&gt;" in text
    assert "Grayvoron <b>" not in text


def test_a_place_known_to_the_province_only_is_paler_and_says_so() -> None:
    traces = [trace for trace in marks(world_map(BAKHMUT, UKRAINE, 1000, 640, LIGHT)) if trace["customdata"] == ["d"]]

    assert traces[0]["marker"]["opacity"] == [0.55]
    assert "place known to the province only" in traces[0]["hovertext"][0]


@pytest.mark.parametrize("box", [WORLD, UKRAINE, CRIMEA, Box(68, 25, 92, 38), Box(-20, 34, 45, 70)])
def test_the_ground_of_a_map_stays_small(box: Box) -> None:
    assert len(json.dumps(world_map([], box, 1000, 640, LIGHT))) < 150_000


@pytest.mark.parametrize("box", [WORLD, UKRAINE, Box(170, -20, 195, -10)])
def test_the_map_can_not_be_moved_to_where_no_ground_was_drawn(box: Box) -> None:
    figure = world_map([], box, 1000, 640, LIGHT)

    limit = around(frame_around(box, 1000, 640).box)
    axes = figure["layout"]["xaxis"], figure["layout"]["yaxis"]
    assert [(axis["minallowed"], axis["maxallowed"]) for axis in axes] == [
        (limit.west, limit.east),
        (limit.south, limit.north),
    ]
    for axis in axes:
        assert axis["minallowed"] <= axis["range"][0] < axis["range"][1] <= axis["maxallowed"]


def test_a_grid_of_arrays_shows_as_much_as_one_of_developments() -> None:
    places = [located(45 + n / 1000, 30 + n / 500, STATUSES[n % 7], f"{n}") for n in range(MOST_PLACES + 1)]
    lon, lat = (np.array([getattr(one, name) for one in places]) for name in ("lon", "lat"))

    figure = density_map(lon, lat, numbers_of(places), bounds_of(places), 1000, 640, LIGHT)

    assert figure == world_map(places, bounds_of(places), 1000, 640, LIGHT)


def test_the_map_is_told_in_words() -> None:
    assert map_in_words(BAKHMUT, 3) == (
        "4 developments at 3 places; 3 without a place on the map. 1 corroborated, 2 claimed, 1 disputed. "
        "A ring around a number has the shares of the statuses. "
        "Of 1 no more than the province is known. Most: Bakhmut (2), Grayvoron <b> (1)."
    )
    assert map_in_words([]) == "0 developments at 0 places."
