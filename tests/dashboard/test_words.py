"""Plain words for dates."""

from datetime import UTC, datetime

import pytest

from dashboards.words import count, listed, moment, when
from timeline.domain.moments import Occurred

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
}


@pytest.mark.parametrize("edtf", WORDS)
def test_a_date_is_told_in_words(edtf: str) -> None:
    assert when(Occurred(edtf), open=False) == WORDS[edtf]


def test_a_midnight_is_told_as_its_day_and_another_time_as_it_is() -> None:
    assert moment(datetime(2023, 5, 22, tzinfo=UTC)) == "22 May 2023"
    assert moment(datetime(2023, 5, 22, 9, 5, tzinfo=UTC)) == "22 May 2023, 09:05 UTC"


def test_words_are_listed_and_counted() -> None:
    assert listed(["who", "where", "when"]) == "who, where and when"
    assert listed(["who"]) == "who"
    assert (count(1, "front"), count(2_000, "front")) == ("1 front", "2,000 fronts")
