"""Packing: nothing lies over anything else, labels included, and every lane keeps to itself."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from dashboards.figures.labels import CHARACTER, drawn_as_point
from dashboards.figures.marks import Mark
from dashboards.figures.packing import ROOMY, Placed, pack, rows_of
from dashboards.figures.scale import DAY, Scale, milliseconds
from tests.dashboard.making import drawn
from timeline.domain.moments import parse_cut
from timeline.domain.vocabulary import Status

SCALE = Scale(0, 365 * DAY, 1_000)
FRONTS = [("north", "The north"), ("south", "The south"), ("empty", "Nothing here")]


@st.composite
def marks(draw: st.DrawFn) -> Mark:
    first = draw(st.integers(-50, 380)) * DAY
    last = first + draw(st.integers(0, 120)) * DAY
    moment = draw(st.booleans())
    core = None if moment or last == first else (first, last)
    return Mark(
        id=str(draw(st.uuids())),
        lane=draw(st.sampled_from(["north", "south"])),
        title="x" * draw(st.integers(1, 60)),
        status=draw(st.sampled_from(Status)),
        first=first,
        last=last,
        core=core,
        moment=moment,
        open_until=None,
        when="",
        disputed=(),
    )


def extent(one: Placed) -> tuple[float, float]:
    """The pixels that a mark and its label take."""
    wide = len(one.label.text) * CHARACTER if one.label.text and not one.label.inside else 0
    centre = (one.mark.first + one.mark.last) / 2
    first, last = (centre, centre) if drawn_as_point(one.mark, SCALE) else (one.mark.first, one.mark.last)
    left, right = (SCALE.pixels(max(min(ms, SCALE.right), SCALE.left)) for ms in (first, last))
    anchor = SCALE.pixels(one.label.at)
    span = (anchor, anchor + wide) if one.label.side == "right" else (anchor - wide, anchor)
    return min(left, span[0]), max(right, span[1])


@given(st.lists(marks(), max_size=40))
def test_no_two_marks_of_a_row_touch(some: list[Mark]) -> None:
    _, placed = pack(some, FRONTS, SCALE)

    rows: dict[int, list[tuple[float, float]]] = {}
    for one in placed:
        rows.setdefault(one.row, []).append(extent(one))
    for spans in rows.values():
        spans.sort()
        for (_, end), (start, _) in pairwise(spans):
            assert end <= start


@given(st.lists(marks(), max_size=40))
def test_every_mark_in_the_window_is_placed_once_in_its_own_lane(some: list[Mark]) -> None:
    lanes, placed = pack(some, FRONTS, SCALE)

    assert sorted(one.mark.id for one in placed) == sorted(m.id for m in some if SCALE.shows(m.first, m.last))
    for lane in lanes:
        own = [one for one in placed if one.mark.lane == lane.slug]
        assert len(own) == lane.developments
        assert all(lane.first_row < one.row < lane.first_row + lane.rows for one in own)


def test_a_front_without_anything_in_the_window_has_no_lane() -> None:
    mark = drawn("1970-03-01", front="south")

    lanes, _ = pack([mark], FRONTS, SCALE)

    assert [lane.slug for lane in lanes] == ["south"]


def test_a_label_stands_in_its_bar_where_it_fits_and_beside_it_where_not() -> None:
    long = drawn("1970-01-10/1970-09-30", title="Siege of a city", front="south")
    short = drawn("1970-12-10/1970-12-12", title="Siege of another city", front="south")

    _, placed = pack([long, short], FRONTS, SCALE)

    assert [one.label.inside for one in placed] == [True, False]
    assert placed[1].label.side == "left"


@given(st.lists(marks(), max_size=40, unique_by=lambda mark: mark.id))
def test_who_packs_again_with_what_stood_where_finds_everything_in_its_row(some: list[Mark]) -> None:
    lanes, placed = pack(some, FRONTS, SCALE)
    kept = rows_of(lanes, placed)

    assert rows_of(*pack(some, FRONTS, SCALE, kept)) == kept


def test_zooming_in_leaves_developments_in_their_rows() -> None:
    some = [drawn(f"1970-0{1 + n % 9}-{10 + n}", title=f"Event number {n}", front="south") for n in range(18)]
    whole = rows_of(*pack(some, FRONTS, SCALE))
    nearer = Scale(0, 180 * DAY, 1_000)

    lanes, placed = pack(some, FRONTS, nearer, whole)

    order = sorted({row for key, row in whole.items() if key in rows_of(lanes, placed)})
    assert all(order[row] == whole[key] for key, row in rows_of(lanes, placed).items())


def test_all_looks_of_a_development_share_a_row() -> None:
    claimed = drawn("1970-03-01/..", title="Siege", front="south")
    ended = structs.replace(drawn("1970-03-01/1970-03-09", title="Siege", front="south"), id=claimed.id)
    other = drawn("1970-06-01", title="Another", front="south")

    _, placed = pack([claimed, ended, other], FRONTS, SCALE)

    rows = {one.mark.title: one.row for one in placed}
    assert len({one.row for one in placed if one.mark.id == claimed.id}) == 1
    assert rows["Siege"] != rows["Another"]


def test_what_is_heard_of_later_stands_below_what_is_known() -> None:
    day = Scale(100 * DAY, 101 * DAY, 1_000)
    told = {"a": 300.0, "b": 100.0, "c": 200.0}
    some = [structs.replace(drawn("1970-04-11"), id=id, known_from=at) for id, at in told.items()]

    _, placed = pack(some, [(some[0].lane, "Front")], day)

    assert [one.mark.id for one in sorted(placed, key=lambda one: one.row)] == ["b", "c", "a"]


def test_of_very_many_only_those_are_labelled_whose_label_finds_room() -> None:
    crowd = [
        drawn(f"1970-{1 + n % 12:02}-{1 + n % 28:02}", title=f"Event {n}", front="south") for n in range(2 * ROOMY)
    ]

    (lane,), placed = pack(crowd, FRONTS, SCALE)

    assert lane.rows < ROOMY
    assert 0 < len([one for one in placed if one.label.text]) < len(placed)


def test_a_folded_lane_keeps_its_heading_and_its_number_and_nothing_else() -> None:
    some = [drawn("1970-03-01", front="south"), drawn("1970-03-01", front="north")]

    lanes, placed = pack(some, FRONTS, SCALE, folded=frozenset(["north"]))

    assert [(lane.slug, lane.rows, lane.developments) for lane in lanes] == [("north", 1, 1), ("south", 2, 1)]
    assert {one.mark.lane for one in placed} == {"south"}


def test_a_label_over_a_faded_end_does_not_cross_the_edge_of_what_is_certain() -> None:
    mark = structs.replace(drawn("2022-12~/2023-03~"), title="x" * 60)
    assert mark.core
    window = Scale(mark.first, mark.last, 1_400)

    _, (placed,) = pack([mark], [(mark.lane, "Front")], window)

    begin, end = placed.label.at, placed.label.at + len(mark.title) * CHARACTER * window.ms_per_pixel
    assert not any(begin < edge < end for edge in mark.core)


def test_a_title_that_is_longer_than_the_window_is_cut_on_its_bar() -> None:
    end = milliseconds(parse_cut("2023-05-01", "as_of"))
    day = Scale(end - DAY, end, 1_000)
    long = structs.replace(drawn("2023-05-01"), title="word " * 60)

    _, (placed,) = pack([long], [(long.lane, "Front")], day)

    assert placed.label.text.endswith("…")
    assert len(placed.label.text) * CHARACTER <= day.width
