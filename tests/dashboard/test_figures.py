"""Figures: Plotly accepts them, every status looks its own way, and what is certain is told from what is not."""

import re
from pathlib import Path
from typing import Any

import pytest
from plotly import graph_objects

import dashboards
from dashboards.figures.gantt import gantt
from dashboards.figures.marks import Mark
from dashboards.figures.overview import overview
from dashboards.figures.packing import pack
from dashboards.figures.points import points
from dashboards.figures.scale import DAY, Scale, milliseconds
from dashboards.theme import DARK, LIGHT, Palette
from tests.dashboard.making import AS_OF, drawn
from timeline.domain.vocabulary import Status

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
            dark = {style.fill: "light", style.line: "solid"}.get(colour, "clear") if isinstance(colour, str) else ""
            shaded = f"up to {style.fade}" if isinstance(colour, list) else dark
            bars.append((trace["width"], shaded, outline, trace["marker"].get("pattern", {}).get("shape")))
    return str(bars)


def chart(marks: list[Mark], colours: Palette = LIGHT) -> dict[str, Any]:
    return gantt(*pack(marks, FRONTS, SCALE), SCALE, LIMIT, colours)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_plotly_accepts_every_figure(colours: Palette) -> None:
    whole = Scale(SCALE.left, LIMIT, 1_000)
    for figure in (
        chart(MARKS, colours),
        chart([], colours),
        points(MARKS, FRONTS, SCALE, LIMIT, colours),
        overview(MARKS, FRONTS, whole, SCALE, colours),
        overview([], [], whole, SCALE, colours),
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


@pytest.mark.parametrize("edtf", ["2022-12-01/2023-02-01", "2022-10~/2023-03", "2023-02", "2023", "2023-03/2023-03"])
def test_every_status_is_told_in_greyscale_whatever_is_certain_of_the_time(edtf: str) -> None:
    assert len({without_colour(edtf, status) for status in Status}) == len(Status)


@pytest.mark.parametrize("edtf", ["2023-02", "2023", "2023-03/2023-03", "2023-03-01/"])
def test_what_has_no_certain_part_has_a_dotted_outline_and_the_pattern_of_its_status(edtf: str) -> None:
    traces = chart([drawn(edtf, Status.DISPUTED)])["data"]

    outlines = [trace for trace in traces if trace.get("mode") == "lines"]
    patterns = [trace["marker"]["pattern"]["shape"] for trace in traces if "pattern" in trace.get("marker", {})]
    assert [trace["line"]["dash"] for trace in outlines] == ["2px,2px"]
    assert patterns == ["/"]


def test_what_is_certain_has_no_dotted_outline() -> None:
    assert not [t for t in chart([drawn("2022-12-01/2023-02-01")])["data"] if t.get("mode") == "lines"]


@pytest.mark.parametrize("status", Status)
def test_the_swatch_of_every_status_has_a_style_of_its_own(status: Status) -> None:
    style = (Path(dashboards.__file__).parent / "assets" / "style.css").read_text("utf-8")

    assert re.search(rf'\.swatch\.{status}, #statuses label:has\(\[value="{status}"\]\) {{ --outline', style)


def test_an_uncertain_end_is_drawn_in_fading_steps_and_a_certain_one_is_not() -> None:
    uncertain = [trace for trace in chart([drawn("2022-11~/2023-05-20")])["data"] if trace["type"] == "bar"]
    certain = [trace for trace in chart([drawn("2022-11-01/2023-05-20")])["data"] if trace["type"] == "bar"]

    assert [len(trace["y"]) for trace in certain] == [1]
    fades = uncertain[0]["marker"]["color"]
    strengths = [float(shade.rstrip(")").split(",")[-1]) for shade in fades]
    assert strengths == sorted(strengths)
    assert strengths[0] < 0.1


def test_an_open_span_has_an_arrow_at_the_as_of_line() -> None:
    arrows = [
        trace
        for trace in chart([drawn("2023-05-01/..")])["data"]
        if trace["type"] == "scatter" and trace.get("marker", {}).get("symbol") == "triangle-right"
    ]

    assert [trace["x"] for trace in arrows] == [[LIMIT]]


def test_titles_can_not_smuggle_markup_into_the_chart() -> None:
    figure = chart(MARKS)

    labels = figure["data"][-1]["text"]
    assert "<s>Taken back &lt;b&gt;</s>" in labels
    assert any("Kyiv &amp; &lt;north&gt;" in note["text"] for note in figure["layout"]["annotations"])


def test_the_point_timeline_shows_every_development_at_its_beginning() -> None:
    figure = points(MARKS, FRONTS, SCALE, LIMIT, LIGHT)

    drawn_ids = {id for trace in figure["data"] if "customdata" in trace for id in trace["customdata"]}
    assert drawn_ids == {mark.id for mark in MARKS}
    assert not any(trace.get("marker", {}).get("symbol") == "triangle-right" for trace in figure["data"])


def test_the_overview_counts_what_began_when() -> None:
    figure = overview(MARKS, FRONTS, Scale(SCALE.left, LIMIT, 1_000), SCALE, LIGHT)

    assert sum(map(sum, figure["data"][0]["z"])) == sum(SCALE.left <= mark.first <= LIMIT for mark in MARKS)


def test_the_names_of_fronts_can_not_smuggle_markup_into_the_overview_and_are_clipped() -> None:
    fronts = [("a", "Kyiv & <b>north</b>"), ("b", "2022"), ("c", "An endless name " * 12)]
    figure = overview(MARKS, fronts, Scale(SCALE.left, LIMIT, 1_000), SCALE, LIGHT)

    first, year, endless = figure["data"][0]["y"]
    assert first == "Kyiv &amp; &lt;b&gt;north&lt;/b&gt;"
    assert (year, figure["layout"]["yaxis"]["type"]) == ("2022", "category")
    assert endless.endswith("…")
    assert len(endless) < 60


def test_the_heading_of_a_lane_with_a_very_long_name_is_clipped() -> None:
    fronts = [("bakhmut", "An endless name " * 12)]
    figure = gantt(*pack([MARKS[0]], fronts, SCALE), SCALE, LIMIT, LIGHT)

    (heading,) = figure["layout"]["annotations"]
    assert "…</b>" in heading["text"]
