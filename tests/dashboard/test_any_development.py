"""Nothing that an event can hold makes a page or a view fail: of the year 1 or 9998, at 0,0, across 180 degrees."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import pytest
from dash._utils import to_json
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from plotly import graph_objects

from dashboards.callbacks import _outputs
from dashboards.filters import View, read
from dashboards.page import page
from dashboards.pages.asked import Asked, Content
from dashboards.routing import LISTS, contents
from dashboards.theme import LIGHT
from tests.scenarios import NOW, Scene, open_scene, reported
from tests.soaking import examples
from tests.strategies import FACTS
from timeline.domain.facts import DevelopmentReported
from timeline.domain.moments import Occurred, edtf_bounds, end_of_day
from timeline.domain.values import Place, development_id_of
from timeline.errors import InvalidValue
from timeline.exporters import EXPORTERS
from timeline.readmodel.cuts import WantedCuts

EXTREMES = (
    "0001", "0001-01", "0001-01-01", "0001-12-31", "0002-02~", "0003?", "0223-05-22", "0223-05-22/..", "../0223-05-22",
    "/0001", "0001/..", "0001/9998", "0001-01-01/0001-01-02", "01XX", "001X", "0010-22", "0999-24", "1000-01-01",
    "1582-10-10", "1900-02-28", "1970-01-01", "20XX", "2022-XX", "2022-05-XX", "2023-05-22", "2023-05-22/9998-12-31",
    "../9998-12-31", "9998-12-31/..", "2203-05-22", "9000-12-31", "9990", "9998", "9998-12", "9998-12-31", "9998-24",
    "9998-11~", "0001-01-01T00:00:00Z", "0001-01-01T00:00:01Z", "9998-12-31T23:59:59Z", "2023-05-22T12:00:00+14:00",
)  # fmt: skip
"""Dates at the ends of the calendar, of every form."""
POINTS = (
    (0.0, 0.0), (90.0, 0.0), (-90.0, 0.0), (0.0, 180.0), (0.0, -180.0), (60.0, 179.5), (60.0, -179.5), (48.5, 38.0),
    (38.0, 48.5), (-0.0, -0.0), (89.999, 179.999),
)  # fmt: skip
"""Latitudes and longitudes."""
VIEWS = [
    *(f"view={view}&window={window}" for view in ("gantt", "points", "map", "table") for window in ("all", "1m", "6m")),
    "lanes=actor", "lanes=place", "order=most", "q=development", "source=ru-mod&view=map", "front=bakhmut",
    "from=0001-01-01", "to=9998-12-31", "from=9998-12-31", "to=0001-01-01", "from=0001-01-01&to=9998-12-31",
    "from=0001-01-01&to=0001-01-01", "from=9998-12-31&to=9998-12-31", "map=-180,-90,180,90&view=map",
]  # fmt: skip
DAYS = ("", "0001-01-01", "0223-05-22", "2203-06-01", "9998-12-31")
"""As-of days; the first is that of the last report."""

days = st.dates(date(1, 1, 1), date(9998, 12, 31))


@st.composite
def calendar_dates(draw: st.DrawFn) -> str:
    """A date of any form, anywhere on the calendar."""
    first, last = sorted(draw(st.tuples(days, days)))
    form = draw(st.sampled_from(["year", "month", "day", "season", "decade", "span", "open", "unknown", "since"]))
    qualifier = draw(st.sampled_from(["", "~", "?", "%"]))
    text = {
        "year": f"{first.year:04}{qualifier}",
        "month": f"{first.isoformat()[:7]}{qualifier}",
        "day": f"{first.isoformat()}{qualifier}",
        "season": f"{first.year:04}-{draw(st.integers(21, 24))}{qualifier}",
        "decade": f"{first.year:04}"[:3] + "X",
        "span": f"{first.isoformat()}/{last.isoformat()}",
        "open": f"{first.isoformat()}/..",
        "unknown": f"../{first.isoformat()}",
        "since": f"{first.isoformat()}{qualifier}/",
    }[form]
    try:
        edtf_bounds(text)
    except InvalidValue:  # widened beyond the ends of the calendar
        return first.isoformat()
    return text


@st.composite
def any_reports(draw: st.DrawFn) -> list[DevelopmentReported]:
    """Reports of developments, some of them anywhere on the calendar."""
    facts = draw(st.lists(FACTS[DevelopmentReported], min_size=1, max_size=6))
    dates = draw(st.lists(st.none() | calendar_dates() | st.sampled_from(EXTREMES), min_size=6, max_size=6))
    return [
        structs.replace(fact, description=structs.replace(fact.description, occurred=Occurred(text))) if text else fact
        for fact, text in zip(facts, dates, strict=False)
    ]


def drawn(scene: Scene, search: str, width: float = 1_000) -> Any:
    """What the page answers for a view; nothing of it may have been set aside."""
    shown = page(scene.reader, read(search), width, "light", NOW)
    outputs = _outputs(shown, width)
    assert not [notice for notice in shown.notices if "set aside" in notice or "could not" in notice], search
    for figure in filter(None, (shown.overview, shown.chart and shown.chart.figure, shown.map and shown.map.figure)):
        json.dumps(figure, allow_nan=False)
        graph_objects.Figure(structs.asdict(figure) if not isinstance(figure, dict) else figure)
    assert to_json(list(outputs.values()))
    assert -1e15 < shown.whole.left < shown.whole.right < 1e15
    assert shown.window.right - shown.window.left >= 86_400_000
    return shown


def asked(scene: Scene, search: str) -> Asked:
    view: View = read(search)
    days = scene.reader.reported_days()
    assert days
    held = scene.reader.hold(view.cuts(days[1].date(), NOW))
    wanted = WantedCuts(held.cuts.as_of, held.cuts.known_at, held.cuts.position)
    return Asked(scene.reader, view, wanted, "T", "https://example.org/", NOW.date(), 800.0, LIGHT)


def is_shown(content: Content) -> None:
    """The page tells of what was asked for: neither that nobody knows it nor that it failed."""
    assert content.heading not in ("Nothing known here", "This page could not be shown")
    assert "This page could not be shown" not in str(content.body)
    assert content.body


def addresses(facts: list[DevelopmentReported], ids: list[Any]) -> Iterator[str]:
    """The pages that these reports have."""
    yield from (f"/{sort}" for sort in LISTS)
    for fact, id in zip(facts, ids, strict=True):
        yield f"/developments/{id}"
        yield f"/fronts/{fact.description.front}"
        yield f"/sources/{fact.account.source}"
        yield from (f"/actors/{quote(actor.name, safe='')}" for actor in fact.description.actors)


@given(any_reports())
@settings(max_examples=examples(8))
def test_every_view_page_and_export_is_drawn_with_any_valid_development(facts: list[DevelopmentReported]) -> None:
    with TemporaryDirectory() as folder, open_scene(Path(folder) / "store.db") as scene:
        ids = [development_id_of(f"test:any-{number}") for number in range(len(facts))]
        for number, (fact, id) in enumerate(zip(facts, ids, strict=True)):
            fact = structs.replace(
                fact, description=structs.replace(fact.description, external_id=f"test:any-{number}")
            )
            scene.tell(fact, "0001-01-01" if number == 1 else "2023-05-21", id)
        for search in VIEWS:
            drawn(scene, search, 370 if "6m" in search else 1_000)
        for day in DAYS[1:]:
            for chart in ("gantt", "map", "table"):
                drawn(scene, f"view={chart}&as_of={day}&known_at=now&id={ids[0]}")
        for address in addresses(facts, ids):
            is_shown(contents(asked(scene, "as_of=9998-12-31&known_at=now"), address))
        for name in EXPORTERS:
            assert scene.client.get(f"/api/v1/exports/{name}?as_of=9998-12-31").status_code == 200


@pytest.fixture(scope="module")
def extremes() -> Iterator[Scene]:
    """A store with a development of every extreme date, some at extreme places, and nothing else."""
    with TemporaryDirectory() as folder, open_scene(Path(folder) / "store.db") as scene:
        for number, edtf in enumerate(EXTREMES):
            place = Place(f"Place {number}", *POINTS[number % len(POINTS)])
            fact = reported(title=f"development {number}", occurred=edtf, place=place)
            scene.tell(fact, "0001-01-01" if number == 3 else "2023-05-21", development_id_of(f"test:x-{number}"))
        yield scene


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("search", VIEWS)
def test_every_view_is_drawn_with_all_extremes_at_once(extremes: Scene, search: str, day: str) -> None:
    drawn(extremes, f"{search}&as_of={day}" if day else search)


@pytest.mark.parametrize("number", range(len(EXTREMES)))
def test_the_page_and_the_panel_of_an_extreme_development_are_drawn(extremes: Scene, number: int) -> None:
    id = development_id_of(f"test:x-{number}")

    for search in ("", "as_of=9998-12-31&known_at=2023-06-01"):
        assert contents(asked(extremes, search), f"/developments/{id}").heading == f"development {number}"
        assert "can not show" not in str(drawn(extremes, f"{search}&id={id}").panel)


@pytest.mark.parametrize("path", ["bakhmut", "ru-mod"])
def test_the_other_pages_are_drawn_with_all_extremes_at_once(extremes: Scene, path: str) -> None:
    sort = {"bakhmut": "fronts", "ru-mod": "sources"}[path]

    is_shown(contents(asked(extremes, "as_of=9998-12-31"), f"/{sort}/{path}"))


@pytest.mark.parametrize("name", EXPORTERS)
@pytest.mark.parametrize("day", ["2023-06-01", "9998-12-31"])
def test_every_format_exports_all_extremes(extremes: Scene, name: str, day: str) -> None:
    answer = extremes.client.get(f"/api/v1/exports/{name}?as_of={day}")

    assert answer.status_code == 200
    assert len(answer.get_data()) > 1_000


@pytest.mark.parametrize(
    "path",
    [
        "/timeline?as_of=9998-12-31&limit=100", "/timeline?as_of=0001-01-01", "/density?as_of=9998-12-31&bucket=day",
        "/density?as_of=9998-12-31&bucket=week", "/density?as_of=9998-12-31&bucket=month", "/fronts?as_of=9998-12-31",
        "/timeline?as_of=9998-12-31&from=0001-01-01&to=9998-12-31", "/changes?since=0001-01-01&until=9998-12-31",
        "/fronts/bakhmut/timeline?as_of=9998-12-31", "/sources?as_of=9998-12-31", "/fronts/bakhmut/changes.atom",
        f"/developments/{development_id_of('test:x-0')}/history", "/timeline?as_of=9998-12-31&bbox=179,-90,-179,90",
    ],
)  # fmt: skip
def test_the_api_answers_with_all_extremes(extremes: Scene, path: str) -> None:
    assert extremes.client.get(f"/api/v1{path}").status_code == 200


def test_all_extremes_can_be_reached_from_the_page(extremes: Scene) -> None:
    shown = drawn(extremes, "view=table")

    everything = drawn(extremes, "from=0001-01-01&to=9998-12-31&as_of=9998-12-31&known_at=2023-06-01&view=table")
    assert everything.tally.inside == len(EXTREMES)
    assert shown.tally.passing + sum(
        not Occurred(edtf).begun_by(end_of_day(shown.as_of)) for edtf in EXTREMES
    ) == len(EXTREMES)  # fmt: skip
