"""Plain words for dates, stances and numbers."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.elements import timed
from dashboards.words import clipped, count, days, kind, listed, moment, reliability, said, side, when
from tests.strategies import moments
from timeline.domain.moments import Occurred
from timeline.domain.vocabulary import Aspect, Stance

WORDS = {
    "2023-05-22": "22 May 2023",
    "2022-08": "August 2022",
    "2022": "2022",
    "2022-11~": "about November 2022",
    "2022-05-03?": "perhaps 3 May 2022",
    "2022-05-XX": "May 2022",
    "2022-22": "summer 2022",
    "201X": "2010s",
    "2022-11~/2023-05-22": "about November 2022 → 22 May 2023",
    "2023-05-22/..": "22 May 2023 → still open",
    "2023-05-22/": "22 May 2023 → end not known",
    "../2023-05-22": "unknown start → 22 May 2023",
    "2023-05-22T14:30:00+03:00": "22 May 2023, 11:30 UTC",
    "[2023-01-24..2023-02-06]": "some day from 24 January to 6 February 2023",
    "[2022-12-24..2023-01-06]": "some day from 24 December 2022 to 6 January 2023",
    "[2022-11..2023-01]": "some day from November 2022 to January 2023",
    "[2021..2022]": "some day from 2021 to 2022",
    "[2022-11..2023-01-06]": "some day from November 2022 to 6 January 2023",
    "[2023-01-24..2023-01-24]": "24 January 2023",
    "2023-05-22T12:00:00Z/2023-05-22T13:00:00Z": "22 May 2023, 12:00 UTC → 22 May 2023, 13:00 UTC",
}


@pytest.mark.parametrize("edtf", WORDS)
def test_a_date_is_told_in_words(edtf: str) -> None:
    assert when(Occurred(edtf), open=False) == WORDS[edtf]


EXACT = datetime(2023, 5, 22, 14, 2, tzinfo=UTC)
PINNED = {
    ("2023-05-22", None, EXACT): "22 May 2023 → 22 May 2023, 14:02 UTC",
    ("2023-05", None, EXACT): "May 2023 → 22 May 2023, 14:02 UTC",
    ("2023-05~", None, EXACT): "about May 2023 → 22 May 2023, 14:02 UTC",
    ("2023-05-22", EXACT, None): "22 May 2023, 14:02 UTC",
    ("/2023-05-23", EXACT, None): "22 May 2023, 14:02 UTC → 23 May 2023",
    ("2022-11~/..", None, EXACT): "about November 2022 → 22 May 2023, 14:02 UTC",
}


@pytest.mark.parametrize("told", PINNED, ids=str)
def test_an_exact_end_or_start_is_told_beside_a_vague_other(told: tuple[str, Any, Any]) -> None:
    assert when(Occurred(*told), open=False) == PINNED[told]


@given(moments, st.booleans())
def test_every_moment_that_there_can_be_is_told_in_words(moment: Occurred, open: bool) -> None:
    told = when(moment, open=open)

    assert told.strip()
    assert ("→" in told) == moment.is_span


def test_a_long_text_is_clipped_and_a_short_one_is_not() -> None:
    assert clipped("Bakhmut", 7) == "Bakhmut"
    assert clipped("Bakhmut and Soledar", 9) == "Bakhmut…"
    assert clipped("Bakhmut", 0) == "B…"


def test_a_midnight_is_told_as_its_day_and_another_time_as_it_is() -> None:
    assert moment(datetime(2023, 5, 22, tzinfo=UTC)) == "22 May 2023"
    assert moment(datetime(2023, 5, 22, 9, 5, tzinfo=UTC)) == "22 May 2023, 09:05 UTC"


def test_words_are_listed_and_counted() -> None:
    assert listed(["who", "where", "when"]) == "who, where and when"
    assert listed(["who"]) == "who"
    assert (count(1, "front"), count(2_000, "front")) == ("1 front", "2,000 fronts")


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_time_of_day_is_marked_so_that_the_browser_can_tell_it_in_another_zone(instant: datetime) -> None:
    instant = instant.replace(second=0, microsecond=0)
    marked = [part for part in timed(f"Said on {moment(instant)}, 2 days later") if not isinstance(part, str)]

    if (instant.hour, instant.minute) == (0, 0):
        assert marked == []
    else:
        assert [datetime.fromisoformat(part.dateTime) for part in marked] == [instant]
        assert marked[0].children == moment(instant)


def test_a_text_without_a_time_of_day_stays_as_it_is() -> None:
    assert timed("about November 2022 → 22 May 2023") == ["about November 2022 → 22 May 2023"]
    assert timed("") == []


def test_both_times_of_a_span_are_marked() -> None:
    parts = timed("22 May 2023, 16:10 UTC → 22 May 2023, 17:02 UTC")

    assert [part if isinstance(part, str) else part.dateTime for part in parts] == [
        "2023-05-22T16:10:00Z", " → ", "2023-05-22T17:02:00Z",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("affiliation", "words"),
    [
        ("russia", "Russia"),
        ("russian-opposition", "Russian opposition"),
        ("un", "United Nations"),
        ("turkiye", "Türkiye"),
        ("Wagner Group", "Wagner Group"),
        ("", ""),
    ],
)
def test_a_side_is_told_in_words(affiliation: str, words: str) -> None:
    assert side(affiliation) == words


def test_a_grade_of_reliability_says_what_it_means() -> None:
    assert reliability("D") == "D: not usually reliable"


def test_a_kind_is_told_in_words() -> None:
    assert [kind(one) for one in ("air-alert", "ngo", "capture")] == ["Air alert", "NGO", "Capture"]


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2021-06-01", "2021-06-30", "1 to 30 June 2021"),
        ("2022-11-23", "2023-05-23", "23 November 2022 to 23 May 2023"),
        ("2022-04-01", "2022-05-23", "1 April to 23 May 2022"),
        ("2021-06-15", "2021-06-15", "15 June 2021"),
    ],
)
def test_a_window_is_told_in_words(first: str, last: str, told: str) -> None:
    assert days(date.fromisoformat(first), date.fromisoformat(last)) == told


def test_what_an_account_says_is_a_sentence() -> None:
    stances = {Aspect.ATTRIBUTION: Stance.DENIES, Aspect.OCCURRENCE: Stance.ASSERTS, Aspect.EXTENT: Stance.CONCEDES}

    assert said(stances) == "says that it happened, disputes who did it and concedes how far, how many"
