"""TimelineJS JSON and the words and parts of uncertain dates; `tests/browser` has it shown by TimelineJS itself."""

import json
from html import unescape
from typing import Any

import pytest
from hypothesis import given

from tests.exporters.making import CHECKPOINT, disputed, entry, tricky_text, written
from tests.scenarios import instant
from tests.strategies import moments
from timeline.domain.descriptions import Description
from timeline.domain.facts import DevelopmentReported
from timeline.domain.moments import Occurred
from timeline.domain.values import Account
from timeline.domain.vocabulary import Aspect, Kind, Stance
from timeline.exporters.dates import in_words


def timeline(*entries: Any, **more: Any) -> Any:
    return json.loads(written("timelinejs", *entries, **more))


def moment_of(occurred: Occurred) -> Any:
    account = Account("ru-mod", {Aspect.OCCURRENCE: Stance.ASSERTS})
    return entry(DevelopmentReported(Description("bakhmut", Kind.CAPTURE, "Capture", occurred), account))


@pytest.mark.parametrize(
    ("edtf", "start", "end", "shown"),
    [
        ("2022", {"year": 2022}, None, None),
        ("2022-XX", {"year": 2022}, None, "2022-XX"),
        ("2022-08", {"year": 2022, "month": 8}, None, None),
        ("2022-08?", {"year": 2022, "month": 8}, None, "perhaps 2022-08"),
        ("2022-08-05%", {"year": 2022, "month": 8, "day": 5}, None, "perhaps about 2022-08-05"),
        ("195X", {"year": 1950}, None, "195X"),
        ("2022-24", {"year": 2022, "month": 12}, None, "winter 2022"),
        ("2022-11~/2023-05-20", {"year": 2022, "month": 11}, {"year": 2023, "month": 5, "day": 20},
         "about 2022-11 to 2023-05-20"),
        ("2022-11/2023-05", {"year": 2022, "month": 11}, {"year": 2023, "month": 5}, None),
        ("2022-11-20/2022-11", {"year": 2022, "month": 11, "day": 20}, {"year": 2022, "month": 11, "day": 30}, None),
        ("2023-05-22/..", {"year": 2023, "month": 5, "day": 22}, {"year": 2023, "month": 6, "day": 1},
         "2023-05-22 to 2023-06-01, still going on"),
        ("2023-05-22/", {"year": 2023, "month": 5, "day": 22}, None, "2023-05-22 to unknown"),
        ("2023-05-22/2023-07", {"year": 2023, "month": 5, "day": 22}, {"year": 2023, "month": 6, "day": 1},
         "2023-05-22 to 2023-06-01, still going on"),
        ("[2023-01-24..2023-02-06]", {"year": 2023, "month": 1, "day": 24}, None,
         "some day from 2023-01-24 to 2023-02-06"),
        ("[2022-11..2023-01]", {"year": 2022, "month": 11}, None, "some day from 2022-11 to 2023-01"),
        ("[2021..2022]", {"year": 2021}, None, "some day from 2021 to 2022"),
        ("0005-01-01", {"year": 5, "month": 1, "day": 1}, None, None),
    ],
)  # fmt: skip
def test_a_date_is_as_exact_as_it_is_known(edtf: str, start: Any, end: Any, shown: str | None) -> None:
    (event,) = timeline(entry(occurred=edtf))["events"]

    assert (event["start_date"], event.get("end_date"), event.get("display_date")) == (start, end, shown)


def test_exact_instants_are_times_in_utc() -> None:
    occurred = Occurred("0800-05-22", instant("0800-05-22T09:00:00.25Z"), instant("0800-05-22T10:30:00Z"))
    (event,) = timeline(moment_of(occurred))["events"]

    assert event["start_date"] == {"year": 800, "month": 5, "day": 22, "hour": 9, "minute": 0, "second": 0}
    assert event["display_date"] == "0800-05-22 09:00:00 UTC to 0800-05-22 10:30:00 UTC"


def test_what_has_no_start_is_counted_on_the_title_slide() -> None:
    undated = [entry(occurred="../2023", title=f"No {number}") for number in range(22)]
    whole = timeline(*undated, entry(title="Shown"))
    told = whole["title"]["text"]["text"]

    assert [event["text"]["headline"] for event in whole["events"]] == ["Shown"]
    assert "nobody says when they began: 22 (No 0; No 1;" in told
    assert "No 19; and 2 more)" in told
    assert "Not shown" not in timeline(entry())["title"]["text"]["text"]


def test_the_file_and_its_title_slide_carry_the_cuts_and_the_checkpoint() -> None:
    whole = timeline(front=["bakhmut"])

    assert whole["events"] == []
    assert whole["export"]["checkpoint"] == CHECKPOINT
    assert whole["export"]["filters"] == {"front": ["bakhmut"]}
    told = whole["title"]["text"]["text"]
    assert "As of 2023-06-01T12:00:00Z, as known at 2023-05-31T00:00:00Z" in told
    assert CHECKPOINT.replace("\n", "<br>") in told


def test_an_event_tells_who_said_what() -> None:
    (event,) = timeline(disputed(summary="The whole city."))["events"]

    assert event["group"] == "Bakhmut &amp;amp; around"
    assert event["text"]["text"] == (
        "<p>The whole city.</p><p>occurrence disputed, extent claimed</p><ul><li>ru-mod asserts occurrence</li>"
        "<li>ua-mod denies occurrence, concedes extent: Not so.</li></ul>"
    )


@given(tricky_text, tricky_text)
def test_any_text_survives(title: str, summary: str) -> None:
    (event,) = timeline(entry(title=title, summary=summary))["events"]

    assert unescape(event["text"]["headline"].replace("<br>", "\n")) == title
    assert unescape(event["text"]["text"].replace("<br>", "\n")).startswith(f"<p>{summary}</p>")
    assert "<" not in event["text"]["headline"].replace("<br>", "")


@given(moments)
def test_any_date_with_a_start_is_an_event_that_does_not_end_before_it(occurred: Occurred) -> None:
    told = moment_of(occurred)
    events = timeline(told)["events"]

    assert len(events) == (occurred.start.earliest is not None)
    assert in_words(told, instant("2023-06-01T12:00:00Z"))
    for event in events:
        start, end = event["start_date"], event.get("end_date")
        assert end is None or tuple(end.values()) >= tuple(start.values()) or len(end) < len(start)
