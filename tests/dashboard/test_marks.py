"""What is drawn of an uncertain date: the certain core, the possible ends, nothing beyond the as-of day."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.figures.marks import mark_of_entry
from dashboards.figures.scale import DAY, FOREVER, milliseconds
from tests.dashboard.making import AS_OF, drawn, entry
from tests.strategies import moments
from timeline.domain.moments import Occurred, parse_exact
from timeline.domain.vocabulary import Aspect, Status


def at(year: int, month: int, day: int) -> int:
    return milliseconds(datetime(year, month, day, tzinfo=UTC))


def test_a_span_with_known_days_is_all_core() -> None:
    mark = drawn("2022-08-01/2022-08-10")

    assert mark.core == (at(2022, 8, 1), at(2022, 8, 11) - 1)
    assert (mark.first, mark.last) == mark.core
    assert not mark.moment


def test_an_approximate_start_fades_in_and_the_core_begins_when_it_surely_had_begun() -> None:
    mark = drawn("2022-11~/2023-05-20")

    assert mark.first == at(2022, 10, 1)
    assert mark.core == (at(2023, 1, 1) - 1, at(2023, 5, 21) - 1)


def test_an_uncertain_end_fades_out() -> None:
    mark = drawn("2022-08-01/2022-09")

    assert mark.core == (at(2022, 8, 1), at(2022, 9, 1))
    assert mark.last == at(2022, 10, 1) - 1


def test_an_open_span_reaches_the_as_of_day_and_is_marked_open() -> None:
    mark = drawn("2023-05-01/..")

    assert mark.open_until == FOREVER
    assert mark.open_on(milliseconds(AS_OF))
    assert mark.core == (at(2023, 5, 1), milliseconds(AS_OF))
    assert mark.when == "1 May 2023 → still open"


def test_a_span_that_ended_later_is_cut_at_the_as_of_day_and_marked_open() -> None:
    mark = drawn("2023-05-01/2023-07-01")

    assert mark.open_on(milliseconds(AS_OF))
    assert not mark.open_on(at(2023, 7, 2))
    assert mark.last == milliseconds(AS_OF)
    assert mark.when == "1 May 2023 → 1 July 2023"


def test_an_end_that_nobody_told_fades_to_the_as_of_day_without_an_arrow() -> None:
    mark = drawn("2023-05-01/")

    assert mark.open_until is None
    assert mark.core is None
    assert mark.last == milliseconds(AS_OF)


def test_a_span_with_no_certain_part_has_no_core() -> None:
    mark = drawn("2022-08/2022-08")

    assert mark.core is None
    assert (mark.first, mark.last) == (at(2022, 8, 1), at(2022, 9, 1) - 1)


def test_an_unknown_start_fades_in_from_before_the_end() -> None:
    mark = drawn("/2023-05-01")

    assert mark.first < at(2023, 5, 1)
    assert mark.last == at(2023, 5, 2) - 1


def test_a_day_is_an_exact_moment_and_a_month_is_not() -> None:
    assert drawn("2023-05-22").exact_moment
    assert not drawn("2022-08").exact_moment


def test_some_day_of_a_range_is_drawn_as_possible_alone_and_never_open() -> None:
    mark = drawn("[2023-01-24..2023-02-06]")

    assert (mark.first, mark.last) == (at(2023, 1, 24), at(2023, 2, 7) - 1)
    assert mark.core is None
    assert mark.moment
    assert not mark.exact_moment
    assert not any(mark.open_on(at(2023, 1, day)) for day in range(20, 32))


@pytest.mark.parametrize("start", ["2023-05-12T01:00:00+03:00", "2023-05-12T23:30:00-05:00"])
def test_an_exact_start_is_an_exact_moment_whatever_its_day_in_utc(start: str) -> None:
    mark = drawn("2023-05-12", exact_start=parse_exact(start, "test"))

    assert mark.exact_moment


def test_an_exact_pair_is_drawn_to_the_minute() -> None:
    start = datetime(2023, 5, 22, 16, 10, tzinfo=UTC)
    end = datetime(2023, 5, 22, 17, 2, tzinfo=UTC)

    mark = drawn("2023-05-22", exact_start=start, exact_end=end)

    assert mark.core == (milliseconds(start), milliseconds(end))
    assert not mark.moment


def test_what_else_is_disputed_is_told_on_the_mark() -> None:
    told = entry("2023-05-22", Status.CORROBORATED, also={Aspect.ATTRIBUTION: Status.DISPUTED})
    one = mark_of_entry(told, "bakhmut", milliseconds(AS_OF))

    assert one.disputed == (Aspect.ATTRIBUTION,)
    assert "Also disputed: who did it" in one.told


def test_what_happened_at_the_very_beginning_of_1970_is_drawn_there() -> None:
    assert drawn("1970-01-01").first == 0
    assert drawn("1970-01-01/1970-01-03").core == (0, at(1970, 1, 4) - 1)


DATES = st.dates(date(2020, 1, 1), date(2023, 5, 22))
WIDTHS = st.sampled_from([4, 7, 10])
QUALIFIERS = st.sampled_from(["", "~", "?", "%"])
ENDPOINTS = st.builds(lambda day, width, qualifier: day.isoformat()[:width] + qualifier, DATES, WIDTHS, QUALIFIERS)
SHAPES = st.sampled_from(["{}", "{}/..", "{}/", "/{}"])


@given(st.builds(str.format, SHAPES, ENDPOINTS))
def test_nothing_is_drawn_after_the_as_of_day_and_the_core_lies_within_what_is_possible(edtf: str) -> None:
    mark = drawn(edtf)

    assert mark.first <= mark.last <= milliseconds(AS_OF)
    if mark.core:
        assert mark.first <= mark.core[0] < mark.core[1] <= mark.last
    assert mark.last - mark.first <= 400 * 20 * DAY


@given(moments)
def test_every_moment_that_there_can_be_has_a_mark(moment: Occurred) -> None:
    exact = {"exact_start": moment.exact_start, "exact_end": moment.exact_end}
    mark = drawn(moment.edtf, **{name: instant for name, instant in exact.items() if instant})

    assert mark.first <= mark.last <= milliseconds(AS_OF)
    assert mark.when
    if mark.core:
        assert mark.first <= mark.core[0] < mark.core[1] <= mark.last
