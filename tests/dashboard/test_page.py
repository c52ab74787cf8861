"""The page as one answer: what is broken is named, what can not be drawn is set aside, links carry the cuts."""

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import dashboards.detail
import dashboards.panel
import dashboards.strip
from dashboards.choices import counts, front_choices, options, status_choices
from dashboards.figures.scale import milliseconds
from dashboards.filters import View, read
from dashboards.page import Page
from tests.dashboard.looking import links, show, texts
from tests.scenarios import BAKHMUT, GRAYVORON, NOW, Scene, given, reported
from timeline.domain.facts import FrontOpened
from timeline.domain.moments import parse_cut
from timeline.domain.values import Actor, development_id_of, front_id
from timeline.domain.vocabulary import Status
from timeline.readmodel.facets import Facet, Facets


@pytest.fixture
def told(scene: Scene) -> Scene:
    """Two developments on two fronts, a day apart; a third front has only been opened."""
    scene.tell(FrontOpened("kherson", "Kherson"), "2022-01-01", front_id("kherson"))
    scene.tell(reported(), "2023-05-20", BAKHMUT)
    scene.tell(given("ua-mod", "denies"), "2023-05-21", BAKHMUT)
    entry = reported("legion", front="belgorod-border", title="Fighters enter Grayvoron", occurred="2023-05-22")
    scene.tell(entry, "2023-05-22", GRAYVORON)
    return scene


def test_every_status_and_every_front_of_the_log_is_offered_on_every_day(told: Scene) -> None:
    early, late = show(told, "?as_of=2023-05-19"), show(told, "?as_of=2023-05-22")

    for shown in (early, late):
        assert {one.value for one in shown.statuses} == set(Status)
        assert [one.value for one in shown.fronts] == ["kherson", "bakhmut", "belgorod-border"]
    assert [one.count for one in early.fronts] == [0, 0, 0]
    assert {one.value: one.count for one in late.statuses if one.count} == {"claimed": 1, "disputed": 1}


def test_labels_of_choices_are_plain_text_and_counts_stand_beside_them(told: Scene) -> None:
    shown = show(told, "?as_of=2023-05-22")

    assert all(isinstance(one["label"], str) for one in options(shown.statuses) + options(shown.fronts))
    assert [row.children for row in counts(shown.fronts)] == ["0", "1", "1"]


def test_a_front_that_nobody_knows_is_named_and_treated_as_not_given(told: Scene) -> None:
    shown = show(told, "?as_of=2023-05-22&front=nosuch")

    assert [notice for notice in shown.notices if "'nosuch'" in notice]
    assert shown.view.fronts == ()
    assert drawn(shown, "2023-05-22") == {"Bakhmut capture claimed", "Fighters enter Grayvoron"}
    assert "front=" not in shown.permalink


def test_of_several_fronts_only_the_unknown_one_is_left_out(told: Scene) -> None:
    shown = show(told, "?as_of=2023-05-22&front=nosuch&front=bakhmut")

    assert len(shown.notices) == 1
    assert shown.view.fronts == ("bakhmut",)
    assert drawn(shown, "2023-05-22") == {"Bakhmut capture claimed"}


def test_a_front_of_later_days_is_no_unknown_front(told: Scene) -> None:
    shown = show(told, "?as_of=2023-05-20&front=belgorod-border")

    assert not [notice for notice in shown.notices if "belgorod-border" in notice]
    assert shown.view.fronts == ("belgorod-border",)
    assert drawn(shown, "2023-05-20") == set()


def test_a_span_with_an_exact_end_alone_is_shown(told: Scene) -> None:
    body = {
        "type": "development.reported",
        "time": "2023-05-22",
        "data": {
            "front": "bakhmut",
            "kind": "strike",
            "title": "Shelling",
            "occurred": {"edtf": "2023-05-21", "exact": {"end": "2023-05-21T17:02:00Z"}},
            "account": {"source": "ru-mod", "stance": {"occurrence": "asserts"}},
        },
    }
    id = told.post(body).get_json()["subject"]

    for chart in ("gantt", "points"):
        assert "Shelling" in drawn(show(told, f"?view={chart}&as_of=2023-05-22&id={id}"), "2023-05-22")
    assert "Shelling" in str(show(told, f"?view=table&as_of=2023-05-22&id={id}").table)


def broken_for(monkeypatch: pytest.MonkeyPatch, title: str) -> None:
    """Let the mark of the development of this title fail."""
    mark = dashboards.detail.mark_of_showing

    def failing(showing: Any, lane: str, limit: float) -> Any:
        if showing.row.title == title:
            raise ZeroDivisionError("as a defect would")
        return mark(showing, lane, limit)

    monkeypatch.setattr(dashboards.detail, "mark_of_showing", failing)


def drawn(shown: Page, as_of: str) -> set[str]:
    """The titles of the developments that the chart of a page shows as of the end of a day."""
    assert shown.chart
    assert shown.chart.level == "film"
    now, told = milliseconds(parse_cut(as_of, "as_of")), shown.chart.told
    columns = zip(*(told[name] for name in ("title", "from", "to", "first")), strict=True)
    return {title for title, begin, end, first in columns if begin <= now < end and first <= now}


@pytest.mark.parametrize("chart", ["gantt", "points"])
def test_a_development_that_can_not_be_drawn_is_set_aside_in_sight_and_the_rest_is_shown(
    told: Scene, monkeypatch: pytest.MonkeyPatch, chart: str
) -> None:
    broken_for(monkeypatch, "Fighters enter Grayvoron")

    shown = show(told, f"?as_of=2023-05-22&view={chart}")

    assert drawn(shown, "2023-05-22") == {"Bakhmut capture claimed"}
    (notice,) = shown.notices
    assert "1 development set aside" in notice
    assert "Fighters enter Grayvoron" in notice
    assert str(GRAYVORON) in notice


def test_a_panel_that_can_not_be_told_gives_title_and_data(told: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("as a defect would")

    monkeypatch.setattr(dashboards.panel.words, "when", failing)

    shown = show(told, f"?as_of=2023-05-22&id={BAKHMUT}&view=gantt")

    assert "Bakhmut capture claimed" in texts(shown.panel)
    assert set(links(shown.panel)) == {"As JSON", "Its history"}


@pytest.mark.parametrize(
    ("search", "known_at"),
    [
        ("?as_of=2023-05-20", parse_cut("2023-05-20", "known_at")),
        ("?as_of=2023-05-20&known_at=now", NOW),
        ("?as_of=2023-05-20&recorded_at=2", parse_cut("2023-05-20", "known_at")),
    ],
)
def test_the_links_of_the_panel_carry_the_cuts_of_what_it_shows(told: Scene, search: str, known_at: Any) -> None:
    shown = show(told, f"{search}&id={BAKHMUT}")
    told.clock.advance(days=1)
    told.tell(given("legion", "denies"), "2023-05-20", BAKHMUT)

    found = links(shown.panel)
    for name, ending in (("As JSON", str(BAKHMUT)), ("Its history", f"{BAKHMUT}/history")):
        address = urlsplit(found[name])
        cuts = {key: values[0] for key, values in parse_qs(address.query).items()}
        assert address.path.endswith(ending)
        assert parse_cut(cuts["as_of"], "as_of") == parse_cut("2023-05-20", "as_of")
        assert parse_cut(cuts["known_at"], "known_at") == known_at
        assert cuts["recorded_at"] == ("2" if "recorded_at" in search else "4")
        answer = told.client.get(found[name])
        assert answer.status_code == 200
        assert "legion" not in answer.get_data(as_text=True)


def test_a_pinned_page_says_so_and_links_to_the_same_view_unpinned(told: Scene) -> None:
    shown = show(told, "?as_of=2023-05-22&recorded_at=3&view=table")

    assert shown.pin[0].startswith("as this log stood at position 3")
    (address,) = links(shown.pin).values()
    assert read(address.lstrip("/")) == View(as_of=shown.as_of, chart="table")
    assert "Bakhmut" in str(shown.table)
    assert "Grayvoron" not in str(shown.table)


@pytest.mark.parametrize("search", ["", "?recorded_at=999", "?recorded_at=never"])
def test_a_page_that_is_not_pinned_says_nothing_of_it(told: Scene, search: str) -> None:
    assert show(told, search).pin is None


def test_lifting_the_only_parameter_leads_to_the_bare_page(told: Scene) -> None:
    assert list(links(show(told, "?recorded_at=3").pin).values()) == ["/"]


def test_the_exports_of_a_page_carry_its_filters_and_its_cuts_and_are_answered(told: Scene) -> None:
    shown = show(told, "?as_of=2023-05-22&status=disputed&front=bakhmut&from=2023-05-01&to=2023-05-30")

    for link in shown.exports:
        query = parse_qs(urlsplit(link.href).query)
        assert (query["status"], query["front"], query["recorded_at"]) == (["disputed"], ["bakhmut"], ["4"])
        answer = told.client.get(link.href)
        assert answer.status_code == 200
        assert "Bakhmut" in answer.get_data(as_text=True)
        assert "Grayvoron" not in answer.get_data(as_text=True)


def test_a_day_before_the_first_report_is_shown_as_that_day(told: Scene) -> None:
    shown = show(told, "?as_of=2021-11-30")

    assert (shown.as_of, shown.first_day) == (date(2021, 11, 30), date(2021, 11, 30))
    assert shown.tally.all == 0


def test_a_page_may_be_pinned_to_a_moment(told: Scene) -> None:
    shown = show(told, "?recorded_at=2023-06-01T12:00:00Z")

    assert "at position" in str(shown.pin)
    assert shown.notices == []


def test_counts_that_are_not_known_are_told_as_that_and_not_as_none() -> None:
    few = Facets(0, (), (), (), (), ())
    unknown = Facets(None, (), (Facet("bakhmut", "Bakhmut", None),), (), (), ())

    assert {one.count for one in status_choices(few)} == {0}
    assert {one.count for one in status_choices(unknown)} == {None}
    assert {one.count for one in front_choices(unknown, {"bakhmut": "Bakhmut", "kherson": "Kherson"})} == {None}


def test_the_strip_counts_what_passes_a_search_and_says_so_where_it_does_not(
    told: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begun(shown: Page) -> int:
        return sum(map(sum, shown.overview["data"][0]["z"]))

    assert begun(show(told, "?q=Grayvoron")) == 1
    assert not show(told, "?q=Grayvoron").notices
    monkeypatch.setattr(dashboards.strip, "MOST_MARKS", 0)

    shown = show(told, "?q=Grayvoron")

    assert begun(shown) == 2
    assert "The strip counts also" in str(shown.notices)


@pytest.mark.parametrize("lanes", ["actor", "place"])
def test_lanes_of_actors_or_places_are_fronts_where_there_is_too_much(
    told: Scene, lanes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboards.detail, "MOST_MARKS", 1)

    chart = show(told, f"?lanes={lanes}").chart

    assert chart
    assert chart.level == "counts"
    assert [lane.slug for lane in chart.lanes] == ["bakhmut", "belgorod-border"]
    assert "lanes by actor or by place" in chart.hints[0]


def test_lanes_of_actors_come_in_the_order_that_is_chosen(told: Scene) -> None:
    actors = {"early": ["Zulu"], "middle": ["Alpha", "Zulu"], "late": ["Alpha"], "later": ["Alpha"]}
    for number, (name, own) in enumerate(actors.items()):
        parties = tuple(Actor(name, "attacker") for name in own)
        entry = reported(occurred=f"2023-05-0{number + 1}", title=name, actors=parties)
        told.tell(entry, "2023-05-10", development_id_of(f"test:{name}"))

    def lanes(order: str) -> list[str]:
        chart = show(told, f"?lanes=actor&order={order}").chart
        assert chart
        return [lane.slug for lane in chart.lanes if lane.slug in ("Alpha", "Zulu")]

    assert (lanes("name"), lanes("opened"), lanes("most")) == (["Alpha", "Zulu"], ["Zulu", "Alpha"], ["Alpha", "Zulu"])


def test_a_window_of_eight_thousand_years_is_drawn(told: Scene) -> None:
    assert show(told, "?from=1001-01-01&to=8999-01-01").chart


def test_the_window_is_told_in_words_and_the_key_is_that_of_the_picture(told: Scene) -> None:
    assert show(told, "").span == ""
    assert show(told, "?from=2023-05-01&to=2023-05-30").span == "1 to 30 May 2023"
    assert "still open" in str(show(told, "").key)
    assert show(told, "?view=table").key == []
    assert "contested, taken back" in str(show(told, "?view=map").key)


def test_what_else_changed_with_a_report_is_told(told: Scene) -> None:
    told.tell(given("osint-team", None, attribution="asserts"), "2023-05-23", GRAYVORON)
    told.tell(given("ua-mod", None, attribution="denies"), "2023-05-24", GRAYVORON)

    steps = texts(show(told, f"?id={GRAYVORON}").panel)

    first, second = steps.index("Who did it: claimed"), steps.index("Who did it: disputed")
    assert first < second
    assert steps.count("Who did it: claimed") == 1, "it is told when it changes, and not again"
