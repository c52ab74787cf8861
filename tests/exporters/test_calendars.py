"""iCalendar, read by `icalendar`: uncertain dates stay honest, and nothing depends on when the file was made."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from icalendar import Calendar

from tests.exporters.making import CHECKPOINT, disputed, entry, tricky_text, written
from tests.scenarios import BAKHMUT, instant
from tests.strategies import moments
from timeline.domain.descriptions import Description
from timeline.domain.facts import DevelopmentReported, DevelopmentRetracted
from timeline.domain.moments import Occurred
from timeline.domain.values import Account, Place
from timeline.domain.vocabulary import Aspect, Kind, Stance

ASSERTED = Account("ru-mod", {Aspect.OCCURRENCE: Stance.ASSERTS})


def calendar(*entries: Any, **more: Any) -> Any:
    return Calendar.from_ical(written("icalendar", *entries, **more))


def event(*entries: Any) -> Any:
    (found,) = calendar(*entries).walk("VEVENT")
    return found


def moment_of(occurred: Occurred) -> Any:
    return entry(DevelopmentReported(Description("bakhmut", Kind.CAPTURE, "Capture", occurred), ASSERTED))


@pytest.mark.parametrize(
    ("edtf", "first", "behind_last"),
    [
        ("2023-05-20", date(2023, 5, 20), date(2023, 5, 21)),
        ("2022", date(2022, 1, 1), date(2023, 1, 1)),
        ("2022-11~/2023-05-20", date(2022, 10, 1), date(2023, 5, 21)),
        ("2023-05-22/", date(2023, 5, 22), date(2023, 5, 23)),
        ("../2023-05-13", date(2023, 5, 13), date(2023, 5, 14)),
        ("[2023-01-24..2023-02-06]", date(2023, 1, 24), date(2023, 2, 7)),
        ("9998-12~", date(9998, 11, 1), date(9999, 2, 1)),
        ("0001-01-01", date(1, 1, 1), date(1, 1, 2)),
    ],
)
def test_an_uncertain_date_is_the_days_on_which_it_may_have_been(edtf: str, first: date, behind_last: date) -> None:
    found = event(entry(occurred=edtf))

    assert (found["DTSTART"].dt, found["DTEND"].dt) == (first, behind_last)
    assert str(found["X-TIMELINE-OCCURRED"]) == edtf
    assert found["DTSTART"].params["VALUE"] == "DATE"


def test_a_span_that_is_open_is_drawn_to_the_day_of_the_cut_and_says_so() -> None:
    found = event(entry(occurred="2023-05-22/.."))

    assert (found["DTSTART"].dt, found["DTEND"].dt) == (date(2023, 5, 22), date(2023, 6, 2))
    assert str(found["X-TIMELINE-OPEN"]) == "TRUE"
    assert "still going on" in found["DESCRIPTION"]
    assert "X-TIMELINE-OPEN" not in event(entry(occurred="2023-05-22"))


def test_of_what_began_nobody_knows_when_it_says_that_these_are_the_days_of_its_end() -> None:
    assert "Nobody says when it began" in event(entry(occurred="../2023-05-13"))["DESCRIPTION"]


def test_exact_instants_are_times() -> None:
    start, end = instant("2023-05-22T09:00:00.5Z"), instant("2023-05-22T11:00:00Z")
    lasting, moment = (
        event(moment_of(Occurred("2023-05-22", start, end))),
        event(moment_of(Occurred("2023-05-22", start))),
    )

    assert lasting["DTSTART"].dt == datetime(2023, 5, 22, 9, tzinfo=UTC)
    assert lasting["DTEND"].dt == end
    assert moment["DTSTART"].dt == lasting["DTSTART"].dt
    assert "DTEND" not in moment


def test_an_entry_is_named_by_the_development_and_stamped_by_its_reports() -> None:
    found = event(disputed(place=Place("Bakhmut", 48.59, 38.0)))

    assert str(found["UID"]) == str(BAKHMUT)
    assert found["DTSTAMP"].dt == datetime(2023, 5, 21, tzinfo=UTC)
    assert found["CREATED"].dt == datetime(2023, 5, 20, tzinfo=UTC)
    assert found["SEQUENCE"] == 1
    assert str(found["STATUS"]) == "TENTATIVE"
    assert (found["GEO"].latitude, found["GEO"].longitude) == (48.59, 38.0)
    assert "ua-mod (2023-05-21T00:00:00Z) denies occurrence, concedes extent: Not so." in found["DESCRIPTION"]


def test_what_was_withdrawn_is_cancelled() -> None:
    assert str(event(entry(None, DevelopmentRetracted("Wrong.")))["STATUS"]) == "CANCELLED"


def test_the_calendar_carries_the_cuts_and_the_checkpoint() -> None:
    whole = calendar(front=["bakhmut"])

    assert str(whole["NAME"]) == str(whole["X-WR-CALNAME"]) == "A war"
    assert str(whole["X-TIMELINE-AS-OF"]) == "2023-06-01T12:00:00Z"
    assert str(whole["X-TIMELINE-RECORDED-POSITION"]) == "7"
    assert str(whole["X-TIMELINE-FILTERS"]) == '{"front":["bakhmut"]}'
    assert str(whole["X-TIMELINE-CHECKPOINT"]) == CHECKPOINT
    assert whole["VERSION"] == "2.0"


def test_lines_end_with_crlf_and_are_folded() -> None:
    content = written("icalendar", disputed(summary="é" * 500))

    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 75


@given(tricky_text, tricky_text)
def test_any_text_survives_but_for_how_its_lines_end(title: str, summary: str) -> None:
    whole = calendar(entry(title=title, summary=summary))
    (found,) = whole.walk("VEVENT")

    assert str(found["SUMMARY"]) == "\n".join(title.replace("\r\n", "\n").split("\r"))
    assert str(found["DESCRIPTION"]).startswith("\n".join(summary.replace("\r\n", "\n").split("\r")))


@given(moments)
def test_any_date_is_an_entry_that_does_not_end_before_it_begins(occurred: Occurred) -> None:
    found = event(moment_of(occurred))

    assert "DTEND" not in found or found["DTEND"].dt > found["DTSTART"].dt
    assert "DTEND" not in found or isinstance(found["DTEND"].dt, datetime) == isinstance(found["DTSTART"].dt, datetime)
