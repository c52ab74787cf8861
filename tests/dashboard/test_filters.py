"""The address of the page: what is written into it is read back, and what is wrong in it is said."""

from datetime import UTC, date, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from dashboards.filters import View, pinned, read, write
from timeline.domain.history import Cuts
from timeline.domain.moments import end_of_day
from timeline.domain.vocabulary import Kind, Status

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAYS = st.dates(date(1, 1, 1), date(9998, 12, 31))
VIEWS = st.builds(
    View,
    as_of=st.none() | DAYS,
    known=st.sampled_from(["then", "now", "2023-05-22T12:00:00Z"]),
    chart=st.sampled_from(["gantt", "points", "map", "table"]),
    window=st.sampled_from(["1m", "6m", "all"]),
    fronts=st.lists(st.from_regex(r"[a-z]{1,8}(-[a-z]{1,8})?", fullmatch=True), max_size=3).map(
        lambda slugs: tuple(sorted(set(slugs)))
    ),
    statuses=st.sets(st.sampled_from(Status)).map(lambda some: tuple(one for one in Status if one in some)),
    actor=st.none() | st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20),
    development=st.none() | st.uuids(),
    lanes=st.sampled_from(["front", "actor", "place"]),
    order=st.sampled_from(["opened", "name", "most"]),
    folded=st.sets(st.text("abc-", min_size=1, max_size=5)).map(lambda some: tuple(sorted(some))),
    text=st.none() | st.text("abc ,'\"", min_size=1, max_size=20).map(str.strip).filter(bool),
    kinds=st.sets(st.sampled_from(Kind)).map(lambda some: tuple(one for one in Kind if one in some)),
    frame=st.none() | st.just((30.5, 46.25, 40.0, 52.0)) | st.just((170.0, -10.0, -170.0, 12.5)),
    source=st.none() | st.from_regex(r"[a-z]{1,8}", fullmatch=True),
    position=st.none() | st.integers(0, 10**9),
    tags=st.sampled_from([(), ("city",), ("a & b", "city")]),
    places=st.sampled_from([(), ("Bakhmut", "Nyzhnie, Luhansk oblast")]),
    languages=st.sampled_from([(), ("ru", "uk-Latn")]),
    external_ids=st.sampled_from([(), ("ucdp-ged:412345",)]),
    theme=st.none() | st.sampled_from(["light", "dark"]),
)


@given(VIEWS)
def test_a_view_that_is_written_into_the_address_is_read_back_the_same(view: View) -> None:
    assert read(write(view)) == view


def test_an_empty_address_is_the_view_of_the_defaults() -> None:
    assert read("") == read(None) == View()
    assert write(View()) == ""


def test_what_an_address_can_not_mean_is_named_and_left_at_its_default() -> None:
    view = read("?as_of=2023-02-30&view=pie&status=claimed&status=maybe&id=7&recorded_at=x&from=yesterday")

    assert view.as_of is None
    assert view.chart == "gantt"
    assert view.development is None
    assert [problem.split(":")[0] for problem in view.problems] == [
        "as_of", "view", "status", "id", "recorded_at", "from",
    ]  # fmt: skip


def test_a_window_that_ends_before_it_begins_is_named_and_left_out() -> None:
    view = read("?from=2023-05-02&to=2023-05-01")

    assert (view.since, view.until) == (None, None)
    assert len(view.problems) == 1


def test_a_window_may_be_a_single_day() -> None:
    view = read("?from=2023-05-02&to=2023-05-02")

    assert view.since == view.until == date(2023, 5, 2)
    assert view.problems == ()


def test_parameters_of_others_are_passed_over() -> None:
    assert read("?utm_source=x&as_of=2023-05-22") == View(as_of=date(2023, 5, 22))


def test_known_then_cuts_the_reporting_at_the_day_and_known_now_does_not() -> None:
    day = date(2023, 5, 22)

    then = View(as_of=day).cuts(date(2023, 8, 1), NOW)
    now = View(as_of=day, known="now").cuts(date(2023, 8, 1), NOW)

    assert (then.as_of, then.known_at) == (end_of_day(day), None)
    assert (now.as_of, now.known_at) == (end_of_day(day), NOW)


def test_a_permalink_fixes_the_day_and_the_position_and_leaves_the_readers_colours() -> None:
    development = UUID("d914baed-c302-57e7-8e03-a7213fd57091")
    view = View(known="now", theme="dark", development=development)

    link = read(pinned(view, Cuts(end_of_day(date(2023, 5, 22)), NOW, 311)))

    known = "2026-11-22T00:00:00Z"
    assert link == View(as_of=date(2023, 5, 22), known=known, position=311, development=development)


def test_an_instant_is_shown_as_its_day_and_said_not_to_be_one() -> None:
    view = read("?as_of=2023-05-22T12:00:00Z")

    assert view.as_of == date(2023, 5, 22)
    assert "a day such as" in view.problems[0]


def test_the_log_may_be_pinned_to_a_moment_and_the_address_keeps_it() -> None:
    view = read("?recorded_at=2026-11-26T10:12:50Z")

    assert view.problems == ()
    assert view.position == datetime(2026, 11, 26, 10, 12, 50, tzinfo=UTC)
    assert read(write(view)) == view
