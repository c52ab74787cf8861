"""Figures: Plotly accepts them, every status looks its own way, and what is certain is told from what is not."""

import pytest
from plotly import graph_objects

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


def chart(marks: list[Mark], colours: Palette = LIGHT) -> dict[str, list[dict[str, object]]]:
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
    solid = {status for status, style in colours.styles.items() if style.fill == style.line}

    assert len(symbols) == len(Status)
    assert solid == {Status.CONFIRMED, Status.CORROBORATED}
    assert colours.styles[Status.DISPUTED].pattern


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
