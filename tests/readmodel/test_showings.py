"""A film of looks, stopped at any moment, is the rows at that moment; places are counted as the rows have them."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.benchmarks.generated import BEGIN, DAYS, END, fill
from tests.engines import Engine
from tests.scenarios import Scene, open_scene
from timeline.domain.moments import to_micros
from timeline.domain.vocabulary import Kind, Status
from timeline.errors import InvalidValue
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.filters import Filters

LATEST = datetime(2100, 1, 1, tzinfo=UTC)
WINDOW = Filters(since=BEGIN + timedelta(days=900), until=BEGIN + timedelta(days=1_300))
FILTERS = (
    Filters(),
    WINDOW,
    Filters(fronts=frozenset(["front-01", "front-03"])),
    Filters(statuses=frozenset([Status.DISPUTED, Status.CLAIMED]), kinds=frozenset([Kind.STRIKE])),
)


@pytest.fixture
def told(engine: Engine) -> Iterator[Scene]:
    """Ten years of a conflict, small."""
    with open_scene(engine) as scene:
        fill(scene.log, 400)
        yield scene


@pytest.mark.parametrize("begun", [False, True])
def test_a_film_stopped_at_any_moment_shows_what_was_known_then(told: Scene, begun: bool) -> None:
    for filters in FILTERS:
        _, showings = told.reader.showings(WantedCuts(LATEST, LATEST), filters, 5_000, begun=begun)
        for share in (0.1, 0.35, 0.6, 0.9, 1.2):
            known_at = BEGIN + timedelta(days=DAYS * share)
            _, rows = told.reader.rows(WantedCuts(LATEST, known_at), filters, 5_000, begun=begun)
            now = to_micros(known_at)

            stopped = [
                one.row
                for one in showings
                if one.reported_from <= now and (one.reported_to is None or now < one.reported_to)
            ]
            assert [row.key for row in stopped] == [row.key for row in rows]
            assert [row.status for row in stopped] == [row.status for row in rows]


def test_what_began_before_a_window_is_left_out_where_only_what_began_in_it_is_wanted(told: Scene) -> None:
    _, touching = told.reader.rows(WantedCuts(END), WINDOW, 5_000)
    _, begun = told.reader.rows(WantedCuts(END), WINDOW, 5_000, begun=True)

    assert WINDOW.since
    since = to_micros(WINDOW.since)
    assert [row.key for row in begun] == [row.key for row in touching if row.start_at >= since]
    assert 0 < len(begun) < len(touching)


def test_places_are_counted_as_the_rows_have_them(told: Scene) -> None:
    for filters in FILTERS:
        _, rows = told.reader.rows(WantedCuts(END), filters, 5_000)
        _, spread = told.reader.spread(WantedCuts(END), filters)

        columns = zip(spread.lat, spread.lon, spread.statuses, spread.counts, strict=True)
        counted = {(lat, lon, status): count for lat, lon, status, count in columns}
        placed = [row for row in rows if row.lat is not None and row.lon is not None]
        assert counted == Counter((row.lat, row.lon, row.status_number) for row in placed)
        assert spread.placeless == len(rows) - len(placed)


def test_rows_can_not_tell_what_only_the_whole_of_a_development_can(told: Scene) -> None:
    some = WantedCuts(), Filters(text="fire")

    for ask in (
        lambda: told.reader.showings(*some, 5),
        lambda: told.reader.rows(*some),
        lambda: told.reader.spread(*some),
    ):
        with pytest.raises(InvalidValue, match="filters"):
            ask()
