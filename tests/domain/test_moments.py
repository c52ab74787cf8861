"""Uncertain dates have four bounds, cuts are the ends of days, and both agree with the standard."""

from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from edtf import parse_edtf
from hypothesis import given
from hypothesis import strategies as st

from tests.scenarios import instant
from tests.strategies import days, edtf, moments, offsets, one_of_ranges, qualified_dates, strict_edtf
from timeline.domain.moments import (
    Occurred,
    edtf_bounds,
    end_of_day,
    format_as_said,
    format_instant,
    parse_cut,
    parse_exact,
    parse_instant,
)
from timeline.errors import InvalidValue

UNKNOWN = (None, None)


def said(text: str) -> datetime:
    """An exact instant as it is said, with its offset."""
    return parse_exact(text, "test")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2023-05-22", ("2023-05-22", "2023-05-22"), ("2023-05-22", "2023-05-22")),
        ("2022-08", ("2022-08-01", "2022-08-31"), ("2022-08-01", "2022-08-31")),
        ("2024-02", ("2024-02-01", "2024-02-29"), ("2024-02-01", "2024-02-29")),
        ("2022", ("2022-01-01", "2022-12-31"), ("2022-01-01", "2022-12-31")),
        ("2022-11~", ("2022-10-01", "2022-12-31"), ("2022-10-01", "2022-12-31")),
        ("2022-11?", ("2022-10-01", "2022-12-31"), ("2022-10-01", "2022-12-31")),
        ("2022-11%", ("2022-09-01", "2023-01-31"), ("2022-09-01", "2023-01-31")),
        ("2022~", ("2021-01-01", "2023-12-31"), ("2021-01-01", "2023-12-31")),
        ("2023-05-22~", ("2023-05-21", "2023-05-23"), ("2023-05-21", "2023-05-23")),
        ("2023-05-22%", ("2023-05-20", "2023-05-24"), ("2023-05-20", "2023-05-24")),
        ("2022-03-31~", ("2022-03-30", "2022-04-01"), ("2022-03-30", "2022-04-01")),
        ("2022-11~/2023-05-20", ("2022-10-01", "2022-12-31"), ("2023-05-20", "2023-05-20")),
        ("2022-11~/2023-05-22", ("2022-10-01", "2022-12-31"), ("2023-05-22", "2023-05-22")),
        ("2023-05-22/..", ("2023-05-22", "2023-05-22"), UNKNOWN),
        ("2023-05-22/", ("2023-05-22", "2023-05-22"), UNKNOWN),
        ("../2023-05-22", UNKNOWN, ("2023-05-22", "2023-05-22")),
        ("/2023-05-22", UNKNOWN, ("2023-05-22", "2023-05-22")),
        ("2022-21", ("2022-03-01", "2022-05-31"), ("2022-03-01", "2022-05-31")),
        ("2022-22", ("2022-06-01", "2022-08-31"), ("2022-06-01", "2022-08-31")),
        ("2022-23", ("2022-09-01", "2022-11-30"), ("2022-09-01", "2022-11-30")),
        ("2022-24", ("2022-12-01", "2023-02-28"), ("2022-12-01", "2023-02-28")),
        ("2022-22~", ("2022-03-01", "2022-11-30"), ("2022-03-01", "2022-11-30")),
        ("2022-05-XX", ("2022-05-01", "2022-05-31"), ("2022-05-01", "2022-05-31")),
        ("2022-XX", ("2022-01-01", "2022-12-31"), ("2022-01-01", "2022-12-31")),
        ("2022-XX-XX", ("2022-01-01", "2022-12-31"), ("2022-01-01", "2022-12-31")),
        ("202X", ("2020-01-01", "2029-12-31"), ("2020-01-01", "2029-12-31")),
        ("20XX", ("2000-01-01", "2099-12-31"), ("2000-01-01", "2099-12-31")),
        ("[2023-01-24..2023-02-06]", ("2023-01-24", "2023-02-06"), ("2023-01-24", "2023-02-06")),
        ("[2022-11..2023-01]", ("2022-11-01", "2023-01-31"), ("2022-11-01", "2023-01-31")),
        ("[2022-11-15..2023]", ("2022-11-15", "2023-12-31"), ("2022-11-15", "2023-12-31")),
    ],
)
def test_an_edtf_string_gives_four_bounds(text: str, start: tuple[Any, Any], end: tuple[Any, Any]) -> None:
    moment = Occurred(text)

    assert moment.start.shown() == dict(zip(("earliest", "latest"), start, strict=True))
    assert moment.end.shown() == dict(zip(("earliest", "latest"), end, strict=True))


def test_a_latest_bound_is_the_last_microsecond_of_its_day() -> None:
    bound = Occurred("2022-08").start

    assert bound.earliest == instant("2022-08-01T00:00:00Z")
    assert bound.latest == instant("2022-08-31T23:59:59.999999Z")


def test_a_date_and_time_with_offset_is_exact_and_in_utc() -> None:
    moment = Occurred("2023-05-22T14:30:00+03:00")

    assert moment.start.shown() == {"earliest": "2023-05-22T11:30:00Z", "latest": "2023-05-22T11:30:00Z"}
    assert not moment.is_span


@pytest.mark.parametrize(
    "text",
    ["2023-02-30", "2023-13", "2023-00", "2023-04-31", "2023-02-29", "0000", "9999", "2023-5-2", "2023-05-22T14:30:00",
     "22.05.2023", "2023-25", "2023-22-01", "202X-05", "2022-XX-15", "", "..", "/", "../..", "../", "2023//2024",
     "2023/2024/2025", "2023-05-22 ", "2023-05-22\n", "-2023", "Y12023", "~2022", "2022~~", "0001~",
     "[2023-02-06..2023-01-24]", "[..2023]", "[2023..]", "[2023,2024]", "{2023..2024}", "[2023~..2024]", "[2023/2024]",
     "[2023..2024", "[2023..2024]~",
     "[2023-22..2023-23]", "[2023..2024]/2025", "[2023-05-22T12:00:00Z..2024]",
     "9999-05",     "9999-01-01T00:00:00Z", "9999-01-01T00:00:00Z/..", "2023-05-22T12:00:00Z/2023-05-22T11:00:00Z",
     "2023-05-22T12:00:00Z/2023-05-21", "2023-05-22T12:00:00/..", "2016-12-31T23:59:60Z/..",
     "2023-05-22T12:00:00Z/2023-05-23/2023-05-24"],
)  # fmt: skip
def test_what_is_no_date_that_is_taken_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Occurred(text)

    assert refused.value.field == "occurred"
    assert refused.value.value == text


# Arabic-Indic, fullwidth and Devanagari digits.
@pytest.mark.parametrize(
    "text",
    [
        "\u0662\u0660\u0662\u0663-\u0660\u0665-\u0662\u0662",
        "\uff12\uff10\uff12\uff12",
        "2022-\u0966\u096e",
        "\u0662\u0660\u0662\u0662/2023",
    ],
)
def test_digits_of_other_scripts_are_not_edtf(text: str) -> None:
    with pytest.raises(InvalidValue):
        Occurred(text)


@pytest.mark.parametrize("text", ["2023-05-22/2023-05-21", "2023/2022", "2023-05/2023-04-30", "2023-01~/2022-11"])
def test_a_span_that_ends_before_it_can_have_started_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="does not end before it starts"):
        Occurred(text)


@pytest.mark.parametrize("text", ["2023-05-22/2023-05-22", "2023-05-22/2023-05", "2023-01~/2022-12"])
def test_a_span_whose_ends_may_overlap_is_allowed(text: str) -> None:
    assert Occurred(text).is_span


def test_an_exact_pair_inside_its_date_sharpens_the_bounds() -> None:
    moment = Occurred("2023-05-22", instant("2023-05-22T09:00:00Z"), instant("2023-05-22T11:30:00Z"))

    assert moment.start.shown() == {"earliest": "2023-05-22T09:00:00Z", "latest": "2023-05-22T09:00:00Z"}
    assert moment.end.shown() == {"earliest": "2023-05-22T11:30:00Z", "latest": "2023-05-22T11:30:00Z"}
    assert moment.is_span


@pytest.mark.parametrize(
    ("text", "start", "end", "field"),
    [
        ("2023-05-22", "2023-05-21T23:59:59Z", None, "exact.start"),
        ("2023-05-22", "2023-05-23T00:00:00Z", None, "exact.start"),
        ("2023-05-22", None, "2023-05-23T00:00:00Z", "exact.end"),
        ("2023-05-22", "2023-05-22T10:00:00Z", "2023-05-22T09:00:00Z", "exact.end"),
        ("2023-05-22/2023-05", None, "2023-05-03T00:00:00Z", "exact.end"),
        ("2023-05/2023-05-10", "2023-05-20T00:00:00Z", None, "exact.start"),
    ],
)
def test_an_exact_pair_that_contradicts_its_date_is_refused(
    text: str, start: str | None, end: str | None, field: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        Occurred(text, start and instant(start), end and instant(end))

    assert refused.value.field == field


def test_an_instant_belongs_to_a_day_by_its_own_offset() -> None:
    alert = Occurred("2023-06-11", said("2023-06-11T01:15:00+03:00"), said("2023-06-11T02:40:00+03:00"))

    assert alert.start.shown()["earliest"] == "2023-06-10T22:15:00Z"
    assert alert.end.shown()["latest"] == "2023-06-10T23:40:00Z"
    assert alert.is_span


@pytest.mark.parametrize(
    "start",
    [
        "2023-05-22T01:00:00+03:00",
        "2023-05-22T23:30:00-05:00",
        "2023-05-22T00:00:00+14:00",
        "2023-05-22T23:59:59-12:00",
    ],
)
def test_an_instant_may_be_of_another_day_in_utc(start: str) -> None:
    moment = Occurred("2023-05-22", said(start))

    assert moment.start.earliest == instant(start)
    assert moment.end.latest
    assert moment.end.latest >= instant(start)


@pytest.mark.parametrize(
    "start", ["2023-05-21T23:30:00-05:00", "2023-05-23T00:30:00+03:00", "2023-05-21T23:59:59Z", "2023-05-23T00:00:00Z"]
)
def test_an_instant_of_another_day_by_its_own_offset_is_refused(start: str) -> None:
    with pytest.raises(InvalidValue, match="an instant within 2023-05-22, by the clock of its own offset") as refused:
        Occurred("2023-05-22", said(start))

    assert refused.value.value == start


@pytest.mark.parametrize(
    ("text", "days", "exact"),
    [
        ("2023-05-22T12:00:00Z/2023-05-22T13:00:00Z", "2023-05-22", ("2023-05-22T12:00:00Z", "2023-05-22T13:00:00Z")),
        (
            "2023-05-22T23:00:00+03:00/2023-05-23T01:00:00+03:00",
            "2023-05-22/2023-05-23",
            ("2023-05-22T23:00:00+03:00", "2023-05-23T01:00:00+03:00"),
        ),
        ("2023-05-22T12:00:00Z/..", "2023-05-22/..", ("2023-05-22T12:00:00Z", None)),
        ("2023-05-22T12:00:00Z/", "2023-05-22/", ("2023-05-22T12:00:00Z", None)),
        ("2023-05~/2023-05-22T12:00:00Z", "2023-05~/2023-05-22", (None, "2023-05-22T12:00:00Z")),
        ("2023-05-22T12:00:00Z/2023-05-22", "2023-05-22/2023-05-22", ("2023-05-22T12:00:00Z", None)),
        # Said at two offsets: by the clock of the first, the days are in order.
        (
            "2023-06-11T01:00:00+03:00/2023-06-10T23:00:00Z",
            "2023-06-11",
            ("2023-06-11T01:00:00+03:00", "2023-06-11T02:00:00+03:00"),
        ),
    ],
)
def test_an_interval_of_instants_is_kept_as_its_days_and_an_exact_pair(
    text: str, days: str, exact: tuple[str | None, str | None]
) -> None:
    moment = Occurred(text)

    assert moment.edtf == days
    assert (moment.exact_start, moment.exact_end) == tuple(one and said(one) for one in exact)
    assert moment.is_span
    assert Occurred(moment.edtf, moment.exact_start, moment.exact_end) == moment


def test_instants_stand_in_the_interval_or_in_exact() -> None:
    with pytest.raises(InvalidValue, match="not in both"):
        Occurred("2023-05-22T12:00:00Z/2023-05-22T13:00:00Z", instant("2023-05-22T12:00:00Z"))


@pytest.mark.parametrize("field", ["exact_start", "exact_end"])
def test_whoever_knows_the_instant_knows_the_day(field: str) -> None:
    with pytest.raises(InvalidValue, match="the day is not known"):
        Occurred("[2023-01-24..2023-02-06]", **{field: instant("2023-01-30T12:00:00Z")})


def test_a_plain_date_is_no_exact_instant() -> None:
    with pytest.raises(InvalidValue, match="a plain date is no instant"):
        parse_exact("2023-05-22", "exact.start")


@given(days, st.times(), offsets)
def test_what_a_clock_shows_belongs_to_its_day_at_every_offset(day: Any, shown: time, offset: Any) -> None:
    on_the_day = datetime.combine(day, shown, offset)
    moment = Occurred(str(day), on_the_day)

    assert moment.start.earliest == on_the_day
    with pytest.raises(InvalidValue):
        Occurred(str(day), on_the_day - timedelta(days=1))
    with pytest.raises(InvalidValue):
        Occurred(str(day), on_the_day + timedelta(days=1))


@given(days, st.times(), offsets)
def test_an_instant_reads_back_with_its_offset(day: Any, shown: time, offset: Any) -> None:
    on_the_day = datetime.combine(day, shown, offset)
    read = parse_exact(format_as_said(on_the_day), "exact.start")

    assert (read, read.utcoffset()) == (on_the_day, on_the_day.utcoffset())


@given(one_of_ranges(), days)
def test_a_date_that_is_not_known_is_never_open(text: str, day: Any) -> None:
    moment = Occurred(text)

    assert not moment.is_span
    assert not moment.open_on(end_of_day(day))
    assert moment.start == moment.end


def test_an_exact_instant_without_offset_is_refused() -> None:
    with pytest.raises(InvalidValue, match="an instant in UTC"):
        Occurred("2023-05-22", datetime(2023, 5, 22, 9))  # noqa: DTZ001


def test_a_plain_date_is_the_end_of_the_day_as_a_cut_and_its_start_as_a_report() -> None:
    assert format_instant(parse_cut("2023-05-22", "as_of")) == "2023-05-22T23:59:59.999999Z"
    assert format_instant(parse_instant("2023-05-22", "time")) == "2023-05-22T00:00:00Z"


@pytest.mark.parametrize("parse", [parse_cut, parse_instant])
def test_an_instant_keeps_its_moment_whatever_the_offset(parse: Any) -> None:
    assert format_instant(parse("2023-05-22T02:00:00+03:00", "time")) == "2023-05-21T23:00:00Z"
    assert format_instant(parse("2023-05-22t02:00:00.25z", "time")) == "2023-05-22T02:00:00.250000Z"


@pytest.mark.parametrize(
    "value",
    ["2023-05-22T12:00:00", "2023-02-30", "2023-02-30T12:00:00Z", "2023-05-22T24:00:00Z", "2023-05-22T12:00Z",
     "2023-05", "yesterday", "", 5, None, ["2023-05-22"], "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00",
     "9999-12-31", "\u0662\u0660\u0662\u0663-\u0660\u0665-\u0662\u0662", "2023-05-22\n"],
)  # fmt: skip
@pytest.mark.parametrize("parse", [parse_cut, parse_instant])
def test_what_is_no_instant_is_refused_by_name(parse: Any, value: Any) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse(value, "time")

    assert refused.value.field == "time"


def test_the_battle_is_open_until_its_last_day_is_over() -> None:
    battle = Occurred("2022-11~/2023-05-22")

    assert battle.open_on(instant("2023-01-15"))
    assert battle.open_on(instant("2023-05-22T12:00:00Z"))
    assert not battle.open_on(parse_cut("2023-05-22", "as_of"))


@pytest.mark.parametrize(("text", "open"), [("2023-05-22/..", True), ("2023-05-22", False), ("2023-05", False)])
def test_a_moment_is_never_open_and_a_span_without_end_always(text: str, open: bool) -> None:
    assert Occurred(text).open_on(instant("2030-01-01")) is open
    assert Occurred(text).never_closed is open


def test_a_development_has_begun_by_the_first_day_it_may_have_begun() -> None:
    august = Occurred("2022-08")

    assert not august.begun_by(instant("2022-07-31T23:59:59Z"))
    assert august.begun_by(instant("2022-08-01"))
    assert Occurred("../2023").begun_by(instant("0001-01-01"))


@pytest.mark.parametrize(
    ("text", "since", "until", "touches"),
    [
        ("2023-05-22", "2023-05-22", "2023-05-22", True),
        ("2023-05-22", "2023-05-23", None, False),
        ("2023-05-22", None, "2023-05-21", False),
        ("2022-11/2023-05-20", "2023-01-01", "2023-01-31", True),
        ("2023-05-22/..", "2030-01-01", None, True),
        ("../2022", None, "1900-01-01", True),
        ("2022-08", "2022-08-31", None, True),
    ],
)
def test_a_window_lets_through_what_may_lie_in_it(
    text: str, since: str | None, until: str | None, touches: bool
) -> None:
    assert Occurred(text).touches(since and instant(since), until and instant(until)) is touches


@given(strict_edtf | one_of_ranges())
def test_strict_bounds_agree_with_the_edtf_package(text: str) -> None:
    start, end = edtf_bounds(text)
    parsed = parse_edtf(text)

    assert start.earliest == _instant_of(parsed.lower_strict(), at_end=False)
    assert end.latest == _instant_of(parsed.upper_strict(), at_end=True)


@given(moments)
def test_the_earliest_is_never_after_the_latest(moment: Occurred) -> None:
    for bound in (moment.start, moment.end):
        assert (bound.earliest is None) == (bound.latest is None)
        assert bound.earliest is None or bound.earliest <= bound.latest
    if moment.start.earliest and moment.end.latest:
        assert moment.start.earliest <= moment.end.latest


@given(qualified_dates)
def test_widened_bounds_contain_the_strict_ones(text: str) -> None:
    wide, strict = edtf_bounds(text)[0], edtf_bounds(text[:-1])[0]

    assert wide.earliest < strict.earliest
    assert strict.latest < wide.latest


@given(st.text(max_size=12) | st.from_regex(r"[0-9X]{4}-[0-9X]{2}(-[0-9X]{2})?[?~%]?", fullmatch=True))
def test_any_text_is_a_date_or_refused_and_nothing_else(text: str) -> None:
    with suppress(InvalidValue):
        assert Occurred(text).edtf == text


@given(days, edtf.map(Occurred))
def test_what_is_open_has_begun_or_will_and_touches_the_day(day: Any, moment: Occurred) -> None:
    cut = end_of_day(day)
    if moment.begun_by(cut) and moment.open_on(cut):
        assert moment.touches(cut, cut)


def _instant_of(told: Any, *, at_end: bool) -> datetime | None:
    if isinstance(told, float):
        return None
    clock = time(23, 59, 59, 999_999) if at_end else time(0)
    return datetime.combine(datetime(*told[:3]).date(), clock, instant("2023-01-01").tzinfo)  # noqa: DTZ001


@pytest.mark.parametrize("text", ["2023-05-22/..", "2023-05-22/2023-06-01", "2023-05~/.."])
def test_nothing_is_open_before_it_can_have_begun(text: str) -> None:
    assert not Occurred(text).open_on(instant("2023-01-15"))
    assert Occurred(text).open_on(parse_cut("2023-05-22", "as_of"))
