"""What lies outside the time and the place that a page shows is named, counted and reached from there."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import dashboards.outside
from dashboards.figures.scale import day_of
from dashboards.filters import read
from dashboards.pages.asked import Asked
from dashboards.routing import contents
from dashboards.theme import LIGHT
from tests.dashboard.looking import drawn, frame, links, show, signs, texts
from tests.scenarios import NOW, Scene, fill, given, reported
from timeline.domain.values import Place, development_id_of
from timeline.readmodel.cuts import WantedCuts

TYPO, LATE = development_id_of("test:typo"), development_id_of("test:late")


@pytest.fixture
def war(scene: Scene) -> Scene:
    """Twelve developments of January 2023, on two fronts, each reported on its day."""
    fill(scene, 12)
    return scene


def test_where_nothing_is_far_there_is_no_sign(war: Scene) -> None:
    assert show(war).outside == []


@pytest.mark.parametrize("view", ["gantt", "points", "map", "table"])
def test_a_year_that_was_typed_wrong_is_left_outside_and_named_and_reached(war: Scene, view: str) -> None:
    before = show(war, f"view={view}")
    war.tell(reported(title="Mill hit", occurred="0223-05-22"), "2023-01-12", TYPO)

    after = show(war, f"view={view}")

    assert (after.whole, after.window) == (before.whole, before.window)
    ((said, way),) = signs(after).items()
    assert said == "1 earlier: “Mill hit”, 22 May 0223"
    assert after.tally.passing == 13
    there = show(war, way.replace(f"view={view}", "view=gantt"))
    assert drawn(there) == {"Mill hit"}
    assert "Mill hit" in texts(there.panel)
    assert not there.notices


def test_of_several_the_number_and_the_first_are_named(war: Scene) -> None:
    for number, year in enumerate(("0001", "0223", "1023")):
        id = development_id_of(f"test:far-{number}")
        war.tell(reported(title=f"Of {year}", occurred=f"{year}-01-01"), "2023-01-12", id)

    ((said, way),) = signs(show(war)).items()

    assert said == "3 earlier, the first in 0001"
    assert drawn(show(war, way)) == {"Of 0001", "Of 0223", "Of 1023"}


def test_a_span_that_reaches_into_the_time_that_is_shown_is_not_outside(war: Scene) -> None:
    war.tell(reported(title="Feud", occurred="0223-05-22/.."), "2023-01-12", TYPO)

    shown = show(war)

    assert shown.outside == []
    assert "Feud" in drawn(shown)


@pytest.mark.parametrize(("edtf", "as_of"), [("2203-05-22", "2203-05-22"), ("9998-12", "9998-12-01")])
def test_what_has_not_begun_is_counted_and_reached_on_a_day_on_which_it_has(war: Scene, edtf: str, as_of: str) -> None:
    war.tell(reported(title="Far off", occurred=edtf), "2023-01-12", LATE)

    shown = show(war)

    ((said, way),) = signs(shown).items()
    assert said.startswith("1 later: “Far off”, ")
    query = parse_qs(urlsplit(way).query)
    assert (query["as_of"], query["known_at"]) == ([as_of], ["2023-01-12"])
    there = show(war, way)
    assert "Far off" in drawn(there)
    assert (there.first_day, there.last_day) == (shown.first_day, shown.last_day)
    assert there.whole == shown.whole
    assert "12 January 2023" in next(said for said in signs(there) if said.startswith("As of"))


def test_a_search_for_what_lies_outside_leads_to_it(war: Scene) -> None:
    war.tell(reported(title="Mill hit", occurred="0223-05-22"), "2023-01-12", TYPO)
    war.tell(reported(title="Bridge hit", occurred="2203-05-22"), "2023-01-12", LATE)

    early, late = show(war, "q=mill"), show(war, "q=bridge")

    assert drawn(early) == {"Mill hit"}, "what the filters let pass decides what is shown"
    assert day_of(early.whole.left).year == day_of(early.whole.right).year == 223
    ((said, way),) = signs(late).items()
    assert said == "1 later: “Bridge hit”, 22 May 2203"
    assert "Bridge hit" in str(show(war, f"{way}&view=table").table)


def test_filters_decide_what_is_outside(war: Scene) -> None:
    war.tell(reported(title="Mill hit", occurred="0223-05-22", front="kherson"), "2023-01-12", TYPO)

    assert len(show(war, "front=kherson").outside) == 1
    assert show(war, "front=bakhmut").outside == []
    assert show(war, "source=ua-mod").outside == []
    assert len(show(war, "source=ru-mod").outside) == 1


def test_what_was_not_known_yet_is_no_outlier_of_that_day(war: Scene) -> None:
    war.tell(reported(title="Mill hit", occurred="0223-05-22"), "2023-01-12", TYPO)

    assert show(war, "as_of=2023-01-11").outside == []
    assert len(show(war, "as_of=2023-01-11&known_at=now").outside) == 1


def test_where_all_that_is_shown_on_a_day_is_far_from_the_rest_it_is_shown(war: Scene) -> None:
    war.tell(reported(title="Old", occurred="1954-02-19"), "2023-01-12", TYPO)

    shown = show(war, "as_of=1954-03-01&known_at=now")

    assert shown.whole.left < 0 < show(war, "").whole.left
    assert day_of(shown.whole.left).year == 1954


def test_a_history_that_has_not_begun_is_shown_as_of_a_day_on_which_it_has(scene: Scene) -> None:
    for year in (2080, 2110, 2150):
        entry = reported(title=f"Of {year}", occurred=f"{year}-01-01")
        scene.tell(entry, "2023-05-20", development_id_of(f"test:{year}"))

    ((said, way),) = signs(show(scene)).items()

    assert said == "3 later, the first in 2080"
    assert drawn(show(scene, way)) == {"Of 2080", "Of 2110", "Of 2150"}
    assert drawn(show(scene, "as_of=2160-01-01&known_at=now")) == {"Of 2080", "Of 2110", "Of 2150"}
    assert not any("later" in said for said in signs(show(scene, "as_of=2160-01-01&known_at=now")))


def test_a_report_of_the_year_1_does_not_stretch_the_slider(war: Scene) -> None:
    before = show(war)
    war.tell(reported(title="Told early", occurred="2023-01-05"), "0001-01-01", TYPO)

    after = show(war)

    assert (after.first_day, after.last_day) == (before.first_day, before.last_day)
    assert signs(after) == {"1 development reported earlier than the slider, the first in 0001": "?as_of=0001-01-01"}
    assert show(war, "?as_of=0001-01-01").as_of.year == 1


def test_what_was_reported_before_the_slider_is_counted_and_led_to_whatever_the_window(war: Scene) -> None:
    war.tell(reported(title="Told first", occurred="0001-01-05"), "0001-02-01", TYPO)
    war.tell(given("ua-mod", "denies"), "0001-02-02", TYPO)
    war.tell(reported(title="Told next", occurred="0001-01-06"), "0001-02-03", development_id_of("test:next"))

    shown = show(war, "?from=2023-01-01&to=2023-02-01")

    ((said, way),) = ((said, way) for said, way in signs(shown).items() if "slider" in said)
    assert said == "2 developments reported earlier than the slider, the first in 0001"
    assert drawn(show(war, way)) == {"Told first", "Told next"}


def test_very_many_that_nobody_says_when_they_began_do_not_hide_what_is_far(
    war: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboards.outside, "MAX_READ", 3)
    for number in range(5):
        id = development_id_of(f"test:unknown-{number}")
        war.tell(reported(title=f"Since ever {number}", occurred="../2023-01-09"), "2023-01-12", id)
    war.tell(reported(title="Mill hit", occurred="0223-05-22"), "2023-01-12", TYPO)

    (said,) = signs(show(war))

    assert said == "1 earlier: “Mill hit”, 22 May 0223"


def test_of_very_many_outside_it_is_said_that_there_may_be_more(war: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashboards.outside, "MAX_READ", 2)
    for number in range(3):
        id = development_id_of(f"test:far-{number}")
        war.tell(reported(title=f"Far {number}", occurred=f"022{number}-01-01"), "2023-01-12", id)

    assert list(signs(show(war))) == ["At least 2 earlier, the first in 0220"]


@pytest.mark.parametrize("search", ["", "as_of=2023-01-11&id={id}"])
def test_the_page_of_what_has_not_begun_leads_to_a_day_on_which_it_has(war: Scene, search: str) -> None:
    war.tell(reported(title="Far off", occurred="2203-05-22"), "2023-01-01", LATE)
    held = war.reader.hold(WantedCuts(NOW, NOW))
    wanted = WantedCuts(held.cuts.as_of, held.cuts.known_at, held.cuts.position)
    asked = Asked(war.reader, read(""), wanted, "T", "https://example.org/", NOW.date(), 800.0, LIGHT)

    told: Any = contents(asked, f"/developments/{LATE}").body
    if search:
        told = show(war, search.format(id=LATE)).panel

    way = links(told)["Show the timeline as of 22 May 2203"]
    assert "Far off" in drawn(show(war, urlsplit(way).query))


TOWN = [(50.28 + number / 50, 35.6 + number / 20) for number in range(12)]


@pytest.fixture
def border(scene: Scene) -> Scene:
    """Developments along a border."""
    for number, (lat, lon) in enumerate(TOWN):
        place = Place(f"Village {number}", lat, lon)
        entry = reported(title=f"Shelling {number}", front="belgorod-border", place=place)
        scene.tell(entry, "2023-05-20", development_id_of(f"test:shelling-{number}"))
    return scene


@pytest.mark.parametrize("counted", [False, True])
def test_places_far_from_all_others_leave_the_map_its_frame_and_are_named(
    border: Scene, counted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if counted:
        monkeypatch.setattr("dashboards.detail.MOST_MARKS", 1)
    before = show(border, "view=map&front=belgorod-border")
    for id, name, lat, lon in ((TYPO, "Depot", 0, 0), (LATE, "Grayvoron", 35.66, 50.48)):
        entry = reported(front="belgorod-border", place=Place(name, float(lat), float(lon)))
        border.tell(entry, "2023-05-21", id)

    after = show(border, "view=map&front=belgorod-border")

    assert frame(after) == frame(before)
    assert after.map
    assert "2 beyond its edges" in after.map.words
    (sign,) = after.map.signs
    named = "" if counted else ", at Depot and Grayvoron"
    assert "".join(texts(sign)) == f"2 developments far from all others{named}: show everything on the map"
    everything = show(border, sign.href)
    assert everything.map
    assert everything.map.developments == 14
    assert everything.map.signs[0].href == "?view=map&front=belgorod-border"


def test_a_front_across_the_antimeridian_does_not_span_the_world(scene: Scene) -> None:
    for number, lon in enumerate((179.0, -179.0, 178.0, -178.5)):
        entry = reported(title=f"Landing {number}", place=Place("Island", 65.0, lon))
        scene.tell(entry, "2023-05-20", development_id_of(f"test:island-{number}"))

    shown = show(scene, "view=map")

    west, east, *_ = frame(shown)
    assert east - west < 15
    assert shown.map
    assert (shown.map.developments, shown.map.signs) == (4, ())
