"""Packing: nothing lies over anything else, labels included, and every lane keeps to itself."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dashboards.figures.marks import Mark
from dashboards.figures.packing import CHARACTER, Placed, drawn_as_point, pack
from dashboards.figures.scale import DAY, Scale
from tests.dashboard.making import drawn
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
        front=draw(st.sampled_from(["north", "south"])),
        title="x" * draw(st.integers(1, 60)),
        status=draw(st.sampled_from(Status)),
        first=first,
        last=last,
        core=core,
        moment=moment,
        open=False,
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
        own = [one for one in placed if one.mark.front == lane.slug]
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
