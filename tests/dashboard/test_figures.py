"""Figures: Plotly accepts them, every status looks its own way, and what is certain is told from what is not."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from plotly import graph_objects

import dashboards
from dashboards.figures.counted import Counted, counted, grid
from dashboards.figures.counts import count_lanes, counts_chart
from dashboards.figures.gantt import film, gantt
from dashboards.figures.marks import Mark
from dashboards.figures.overview import named_share, overview
from dashboards.figures.packing import pack
from dashboards.figures.points import as_points
from dashboards.figures.scale import DAY, Scale, milliseconds
from dashboards.theme import DARK, LIGHT, Palette
from tests.dashboard.making import AS_OF, drawn
from timeline.domain.vocabulary import Status
from timeline.readmodel.density import Bucket, Density
from timeline.readmodel.entries import DensityAnswer
from timeline.readmodel.versions import STATUSES

FRONTS = [("bakhmut", "Bakhmut"), ("north", "Kyiv & <north>")]
LIMIT = milliseconds(AS_OF)
SCALE = Scale(LIMIT - 300 * DAY, LIMIT + 9 * DAY, 1_000)
MARKS = [
    drawn("2022-11~/2023-05-20", Status.DISPUTED, title="Battle"),
    drawn("2023-05-01/..", Status.CLAIMED, title="Still going on"),
    drawn("2023-05-22", Status.CORROBORATED, title="Entry", front="north"),
    drawn("2023-02", Status.DENIED, title="Sometime in February"),
    drawn("2023-03-03", Status.RETRACTED, title="Taken back <b>"),
    drawn("2023-04-03", Status.CONFIRMED, title="Confirmed"),
    drawn("2023-04-04", Status.REFUTED, title="Refuted"),
]


def without_colour(edtf: str, status: Status) -> str:
    """What is left of the bars of a mark once colours are gone: how dark, how outlined, in which pattern."""
    style = LIGHT.styles[status]
    bars = []
    for trace in chart([drawn(edtf, status)])["data"]:
        if trace["type"] == "bar":
            colour, outline = trace["marker"]["color"], trace["marker"]["line"]["width"]
            shaded = f"up to {style.fade}" if trace["meta"]["fade"] else ""
            dark = shaded or {style.fill: "light", style.line: "solid"}.get(colour) or colour.rpartition(",")[2]
            bars.append((trace["width"], dark, outline, trace["marker"].get("pattern", {}).get("shape")))
    return str(bars)


def chart(marks: list[Mark], colours: Palette = LIGHT) -> dict[str, Any]:
    return gantt(*pack(marks, FRONTS, SCALE), SCALE, colours)


def parts(figure: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The traces of a chart by the part that they draw."""
    found: dict[str, list[dict[str, Any]]] = {}
    for trace in figure["data"]:
        found.setdefault(trace["meta"]["part"], []).append(trace)
    return found


def strips(days: dict[tuple[str, str, Status], int], scale: Scale, most: int = 100) -> Counted:
    """The counts of an overview: by front, day and status."""
    slugs = [slug for slug, _ in FRONTS]
    rows = sorted(
        (slugs.index(f), date.fromisoformat(d).toordinal(), STATUSES.index(s) + 1, n) for (f, d, s), n in days.items()
    )
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)] or [np.zeros(0, np.int64)] * 4
    density = Density(Bucket.DAY, *columns, np.zeros_like(columns[3]))
    return counted(DensityAnswer(density, dict(enumerate(slugs))), slugs, grid(scale, most))


WHOLE = Scale(SCALE.left, LIMIT, 1_000)
COUNTS = strips({("bakhmut", "2023-05-01", Status.DISPUTED): 3, ("north", "2023-02-01", Status.CLAIMED): 2}, WHOLE)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_plotly_accepts_every_figure(colours: Palette) -> None:
    nothing = strips({}, WHOLE)
    for figure in (
        chart(MARKS, colours),
        chart([], colours),
        chart(as_points(MARKS), colours),
        overview(FRONTS, COUNTS, WHOLE, SCALE, colours),
        overview([], COUNTS.of_lanes([]), WHOLE, SCALE, colours),
        counts_chart(*count_lanes(FRONTS, COUNTS), SCALE, colours),
        counts_chart(*count_lanes(FRONTS, nothing), SCALE, colours),
    ):
        graph_objects.Figure(figure)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_every_status_differs_in_more_than_colour(colours: Palette) -> None:
    symbols = {style.symbol for style in colours.styles.values()}
    shapes = {
        (style.fill == style.line, style.pattern, style.inset is None, style.weight)
        for style in colours.styles.values()
    }
    solid = {status for status, style in colours.styles.items() if style.fill == style.line}

    assert len(symbols) == len(shapes) == len(Status)
    assert solid == {Status.CONFIRMED, Status.CORROBORATED}


@pytest.mark.parametrize(
    "edtf",
    ["2022-12-01/2023-02-01", "2022-10~/2023-03", "2023-02", "2023", "2023-03/2023-03", "[2023-01-24..2023-02-06]"],
)
def test_every_status_is_told_in_greyscale_whatever_is_certain_of_the_time(edtf: str) -> None:
    assert len({without_colour(edtf, status) for status in Status}) == len(Status)


@pytest.mark.parametrize("edtf", ["2023-02", "2023", "2023-03/2023-03", "2023-03-01/", "[2023-01-24..2023-02-06]"])
def test_what_has_no_certain_part_has_a_dotted_outline_and_the_pattern_of_its_status(edtf: str) -> None:
    drawn_parts = parts(chart([drawn(edtf, Status.DISPUTED)]))

    (possible,) = drawn_parts["possible"]
    assert possible["marker"]["line"]["width"] > 0
    assert possible["marker"]["pattern"]["shape"] == "/"
    assert "core" not in drawn_parts


@pytest.mark.parametrize(
    ("status", "bars"), [(Status.CLAIMED, ["possible"]), (Status.DENIED, ["fade-both", "possible"])]
)
def test_what_fades_to_both_sides_is_one_bar_and_one_more_below_a_pattern(status: Status, bars: list[str]) -> None:
    mark = drawn("2023-02/2023-02", status)

    found = parts(chart([mark]))

    assert [part for part in found if part not in ("label", "arrow")] == bars
    assert {(trace["base"][0], trace["x"][0]) for part in bars for trace in found[part]} == {
        (mark.first, mark.last - mark.first)
    }
    assert found[bars[0]][0]["meta"]["fade"] == "both"


@pytest.mark.parametrize("status", [Status.CLAIMED, Status.DENIED])
def test_a_moment_that_may_have_been_at_any_time_of_a_stretch_has_one_shade_throughout(status: Status) -> None:
    (possible,) = parts(chart([drawn("2023-02", status)]))["possible"]

    assert possible["meta"]["fade"] == ""
    assert 0 < float(possible["marker"]["color"].rstrip(")").split(",")[-1]) < LIGHT.styles[status].fade
    assert ("pattern" in possible["marker"]) == bool(LIGHT.styles[status].pattern)


def test_a_point_that_hides_how_vague_its_time_is_says_so() -> None:
    wide = Scale(LIMIT - 40 * 365 * DAY, LIMIT, 1_000)
    marks = [drawn(day, Status.CORROBORATED) for day in ("2023-02-03", "2023-02")]

    found = parts(gantt(*pack(marks, FRONTS, wide), wide, LIGHT))["point"]

    told = {trace["meta"]["vague"]: trace["marker"]["color"] for trace in found}
    assert set(told) == {False, True}
    assert told[False] != told[True]


def test_what_is_cut_off_far_beyond_the_window_keeps_its_middle_where_it_is() -> None:
    mark = drawn("2023/2023")
    window = Scale(mark.first + DAY, mark.first + 20 * DAY, 1_000)

    found = parts(gantt(*pack([mark], FRONTS, window), window, LIGHT))

    (left,) = found["fade-left"]
    assert left["base"][0] == mark.first
    assert left["base"][0] + left["x"][0] == min((mark.first + mark.last) / 2, window.right + 19 * DAY)


def test_what_is_certain_has_no_dotted_outline() -> None:
    assert set(parts(chart([drawn("2022-12-01/2023-02-01")]))) == {"core", "arrow", "label"}


@pytest.mark.parametrize("status", Status)
def test_the_swatch_of_every_status_has_a_style_of_its_own(status: Status) -> None:
    style = (Path(dashboards.__file__).parent / "assets" / "style.css").read_text("utf-8")

    option = rf'#statuses label:has\(\[value="{status}"\]\)'
    assert re.search(rf"\.swatch\.{status}, \.symbol\.{status}, {option} {{ --outline", style)
    assert re.search(rf"\.symbol\.{status} {{ --shape", style)


def test_an_uncertain_end_fades_and_a_certain_one_does_not() -> None:
    uncertain, certain = (parts(chart([drawn(edtf)])) for edtf in ("2022-11~/2023-05-20", "2022-11-01/2023-05-20"))

    (fade,), (core,) = uncertain["fade-left"], uncertain["core"]
    assert fade["base"][0] + fade["x"][0] == core["base"][0]
    assert not [part for part in certain if part.startswith("fade")]


def test_a_span_that_was_once_open_has_an_arrow_that_the_browser_moves_along_the_as_of_line() -> None:
    (arrow,) = parts(chart([drawn("2023-05-01/..")]))["arrow"]

    assert arrow["marker"]["symbol"] == "triangle-right"
    assert arrow["x"] == [LIMIT]


def test_what_goes_on_beyond_the_window_has_a_sign_at_its_edge_and_what_ends_in_it_has_none() -> None:
    window = Scale(LIMIT - 100 * DAY, LIMIT - 50 * DAY, 1_000)
    before, behind = drawn("2022-11-01/2023-03-20", title="Before"), drawn("2023-03-01/..", title="Behind")
    within = drawn("2023-03-01/2023-03-05", title="Within")
    lanes, placed = pack([before, behind, within], FRONTS, window)

    found = parts(gantt(lanes, placed, window, LIGHT))

    titles = {side: [[placed[n].mark.title for n in own]
                     for trace in found[f"beyond-{side}"] for own in trace["customdata"]]
              for side in ("left", "right")}  # fmt: skip
    assert titles == {"left": [["Before"]], "right": [["Behind"]]}
    assert all(window.shows(x, x) for side in titles for trace in found[f"beyond-{side}"] for x in trace["x"])


def test_looks_of_one_row_and_status_share_the_sign_at_the_edge() -> None:
    window = Scale(LIMIT - 100 * DAY, LIMIT - 50 * DAY, 1_000)
    first = drawn("2022-11-01/2023-03-20", title="As first told")
    looks = [first, *(structs.replace(first, title=f"Told anew on day {day}", known_from=day * DAY) for day in (1, 2))]
    denied = structs.replace(first, status=Status.DENIED, known_from=3 * DAY)

    found = parts(gantt(*pack([*looks, denied], FRONTS, window), window, LIGHT))

    signs = [trace["customdata"] for trace in found["beyond-left"]]
    assert signs == [[[0, 1, 2]], [[3]]]


def test_a_moment_known_to_the_day_takes_the_whole_day_where_a_day_is_wide_and_is_a_point_elsewhere() -> None:
    mark = drawn("2023-05-20")
    day, month = Scale(LIMIT - 3 * DAY, LIMIT, 1_000), Scale(LIMIT - 30 * DAY, LIMIT, 1_000)

    near, far = (gantt(*pack([mark], FRONTS, scale), scale, LIGHT) for scale in (day, month))

    (possible,) = parts(near)["possible"]
    assert (possible["base"], possible["x"]) == ([mark.first], [mark.last - mark.first])
    assert "point" not in parts(near)
    assert "point" in parts(far)


def test_a_span_that_began_at_a_known_minute_is_a_point_at_that_minute() -> None:
    start = datetime(2023, 5, 20, 16, 10, tzinfo=UTC)
    end = datetime(2023, 5, 21, 9, 0, tzinfo=UTC)

    (point,) = as_points([drawn("2023-05-20/2023-05-21", exact_start=start, exact_end=end)])

    assert point.first == point.last == milliseconds(start)


def test_a_film_tells_of_each_mark_where_it_stands_and_when_it_was_known() -> None:
    lanes, placed = pack(MARKS, FRONTS, SCALE)

    told = film(lanes, placed, SCALE)

    marks = [one.mark for one in placed]
    assert told["id"] == [mark.id for mark in marks]
    assert {len(column) for name, column in told.items() if name not in ("rows", "lanes", "rowHeight", "folded")} == {
        len(marks)
    }
    assert [FRONTS[lane][0] for lane in told["lane"]] == [mark.lane for mark in marks]
    assert {n for trace in chart(MARKS)["data"] for n in trace["customdata"]} == set(range(len(marks)))
    json.dumps(told, allow_nan=False)


def test_titles_can_not_smuggle_markup_into_the_chart() -> None:
    figure = chart(MARKS)

    assert "<s>Taken back &lt;b&gt;</s>" in figure["data"][-1]["text"]


def test_the_point_timeline_shows_every_development_at_its_beginning() -> None:
    shown = as_points(MARKS)

    assert [mark.id for mark in shown] == [mark.id for mark in MARKS]
    assert [mark.first for mark in shown] == [mark.first for mark in MARKS]
    assert "arrow" not in parts(chart(shown))


def test_the_overview_counts_what_began_when() -> None:
    strip = overview(FRONTS, COUNTS, WHOLE, SCALE, LIGHT)["data"][0]

    assert [sum(row) for row in strip["z"]] == [3, 2]
    assert len(strip["x"]) == len(strip["z"][0]) + 1


def test_the_as_of_line_crosses_the_overview() -> None:
    shapes = overview(FRONTS, COUNTS, WHOLE, SCALE, LIGHT, LIMIT - DAY)["layout"]["shapes"]

    assert [shape["x0"] for shape in shapes if shape["type"] == "line"] == [LIMIT - DAY]


def test_strips_and_chart_have_the_same_time_at_the_same_place_and_names_stand_where_nothing_is_counted() -> None:
    names = [name for _, name in FRONTS]
    share = named_share(names, 1_000)
    layout = overview(FRONTS, COUNTS, WHOLE, WHOLE, LIGHT)["layout"]

    assert 0 < share < 0.3
    assert "domain" not in layout["xaxis"]
    assert layout["xaxis"]["range"] == layout["xaxis2"]["range"]
    assert layout["yaxis"]["ticklabelposition"] == "inside"


def test_on_a_narrow_page_one_strip_shows_all_fronts_and_no_names() -> None:
    narrow = Scale(WHOLE.left, WHOLE.right, 376)

    figure = overview(FRONTS, COUNTS, narrow, narrow, LIGHT)

    assert named_share([name for _, name in FRONTS], 376) == 0
    assert [sum(row) for row in figure["data"][0]["z"]] == [5]


def test_without_a_chart_there_is_no_axis_for_one() -> None:
    figure = overview(FRONTS, COUNTS, WHOLE, SCALE, LIGHT, charted=False)

    assert "xaxis2" not in figure["layout"]
    assert len(figure["data"]) == 1


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_what_is_chosen_stands_out_from_what_is_veiled(colours: Palette) -> None:
    def light(colour: str) -> float:
        return sum(int(part) for part in re.findall(r"\d+", colour)[:3]) / 3

    shapes = overview(FRONTS, COUNTS, WHOLE, Scale(LIMIT - 20 * DAY, LIMIT, 1_000), colours)["layout"]["shapes"]
    veil = next(shape["fillcolor"] for shape in shapes if "fillcolor" in shape)
    paper = sum(int(colours.paper[at : at + 2], 16) for at in (1, 3, 5)) / 3

    assert abs(light(veil) - paper) < 25
    assert float(veil.rstrip(")").split(",")[-1]) > 0.5


def test_too_many_fronts_for_strips_of_their_own_share_one() -> None:
    many = [(f"front-{n}", f"Front {n}") for n in range(200)]
    counts = COUNTS.of_lanes([0] * len(many))

    strip = overview(many, counts, WHOLE, SCALE, LIGHT)["data"][0]

    assert strip["y"] == ["All 200 fronts"]
    assert sum(strip["z"][0]) == 600


def test_the_chart_of_counts_tells_how_much_began_and_which_share_is_contested() -> None:
    lanes, counts = count_lanes(FRONTS, COUNTS)

    began, contested = counts_chart(lanes, counts, SCALE, LIGHT)["data"]

    assert [(lane.slug, lane.developments) for lane in lanes] == [("bakhmut", 3), ("north", 2)]
    assert [sum(filter(None, began["z"][lane.first_row + 1])) for lane in lanes] == [3, 2]
    assert [max(filter(None, contested["z"][lane.first_row + 2]), default=0) for lane in lanes] == [1, 0]


DAYS_SEEN = st.dates(date(2019, 1, 1), date(2023, 5, 22)).map(str)


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["bakhmut", "north"]), DAYS_SEEN, st.sampled_from(Status)), st.integers(1, 9)
    ),
    st.integers(3, 400),
)
def test_a_grid_of_any_coarseness_counts_everything_once(days: dict[tuple[str, str, Status], int], most: int) -> None:
    scale = Scale(milliseconds(datetime(2019, 1, 1, tzinfo=UTC)), LIMIT, 1_000)

    counts = strips(days, scale, most)

    assert counts.totals.sum() == sum(days.values())
    assert sorted(set(counts.grid.edges)) == list(counts.grid.edges)
    assert len(counts.grid.edges) <= most + 3


def test_the_names_of_fronts_can_not_smuggle_markup_into_the_overview_and_are_clipped() -> None:
    fronts = [("a", "Kyiv & <b>north</b>"), ("b", "2022"), ("c", "An endless name " * 12)]
    figure = overview(fronts, COUNTS.of_lanes([0, 1, 1]), WHOLE, SCALE, LIGHT)

    first, year, endless = figure["data"][0]["y"]
    assert first == "Kyiv &amp; &lt;b&gt;north&lt;/b&gt;"
    assert (year, figure["layout"]["yaxis"]["type"]) == ("2022", "category")
    assert endless.endswith("…")
    assert len(endless) < 60
