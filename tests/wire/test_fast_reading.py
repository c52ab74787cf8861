"""What is read in one go is what the schemas would have read; what is not surely right is left to them."""

import json
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenarios import NOW, message
from tests.strategies import FACTS, submissions
from timeline.domain.facts import AccountGiven, DevelopmentReported, Event, Fact, Recorded
from timeline.domain.moments import parse_instant
from timeline.errors import InvalidMessage, InvalidValue
from timeline.wire.events import DEFAULT_SOURCE, KNOWN, dump_event, parse_event, read_by_schemas
from timeline.wire.fast_reading import read_at_once
from timeline.wire.json_body import parse_json

FAST: dict[type[Fact], st.SearchStrategy[Any]] = {kind: FACTS[kind] for kind in (DevelopmentReported, AccountGiven)}
ODD = st.sampled_from(
    [
        *(None, True, False, 0, 1, -1, 1.0, 0.5, 91, -181.5, 2**53, 2**70, float("nan"), float("inf"), "", " ", "1"),
        *("x" * 61, "x" * 301, "x" * 5_001, "a\x00", "\ud800", "a\n", "UPPER", "belgorod-border", "ucdp-ged:1", "UA"),
        *("repeats", "asserts", "occurrence", "strike", "exact", "https://example.org/x", "javascript:alert(1)"),
        *("2023-05-22", "2023-05-22/..", "2023-13-01", "2023-05-22T12:00:00Z", "2023-05-22T12:00:00", "f" * 64),
        *([], {}, [None], [[]], ["a"], ["a"] * 51, {"a": 1}, {"": {}}, {"edtf": "2023"}, {"edtf": "2023", "exact": {}}),
        *({"name": "a"}, {"name": "a", "role": "b"}, [{"name": "a", "role": "b"}], [{"name": "a", "role": "b"}] * 101),
        *({"killed": {"low": 1}}, {"killed": {"low": 2, "high": 1}}, {"killed": {"low": True}}, {"Killed": {"low": 1}}),
        *({"occurrence": "asserts"}, {"occurrence": "hopes"}, {"weather": "asserts"}, {"killed": {"low": 1.0}}),
    ]
)


def written(kind: type[Fact], data: st.DataObject) -> Any:
    """A message of such a fact, as it comes from the wire."""
    told = data.draw(submissions(FAST[kind]))
    recorded = Recorded(7, NOW, Event(told.subject, 1, told.reported_at, told.message, told.fact))
    return parse_json(json.dumps(dump_event(recorded)).encode())


def places_in(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a message: the object or array, and the key or number."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, inner in entries for found in ((value, key), *places_in(inner))]


@pytest.mark.parametrize("kind", FAST, ids=lambda kind: kind.TOPIC)
@given(data=st.data())
def test_what_is_right_is_read_at_once_as_the_schemas_read_it(kind: Any, data: st.DataObject) -> None:
    told = written(kind, data)

    assert read_at_once(told, KNOWN, DEFAULT_SOURCE) == read_by_schemas(told)


@pytest.mark.parametrize("kind", FAST, ids=lambda kind: kind.TOPIC)
@given(data=st.data())
def test_what_was_changed_at_random_is_read_as_the_schemas_read_it_or_left_to_them(
    kind: Any, data: st.DataObject
) -> None:
    told = written(kind, data)
    for _ in range(data.draw(st.integers(1, 2))):
        holder, key = data.draw(st.sampled_from(places_in(told)))
        change = data.draw(st.sampled_from(["replace", "remove", "add"]))
        if change == "remove":
            del holder[key]
        elif change == "add" and isinstance(holder, dict):
            holder[data.draw(st.sampled_from(["quote", "origin", "lat", "tags", "tallies", "best", "Title", "x"]))] = (
                deepcopy(data.draw(ODD))  # what is put in twice must not come to hold itself
            )
        else:
            holder[key] = deepcopy(data.draw(ODD))
    fast = read_at_once(told, KNOWN, DEFAULT_SOURCE)
    if fast is None:
        return
    by_schemas = read_by_schemas(told)

    assert (fast.subject, fast.reported_at, fast.fact) == (by_schemas.subject, by_schemas.reported_at, by_schemas.fact)
    assert fast.message.source == by_schemas.message.source
    assert fast.message.id == by_schemas.message.id or "id" not in told


def test_other_types_of_events_are_left_to_the_schemas() -> None:
    assert read_at_once({"type": "front.opened", "data": {"slug": "a", "name": "A"}}, KNOWN, DEFAULT_SOURCE) is None


@pytest.mark.parametrize(
    "place", [{"name": "\ud800"}, {"name": "a", "lat": "\ud800"}, {"name": "a", "precision": "\ud800"}]
)
def test_what_has_no_utf8_is_left_to_the_schemas(place: dict[str, Any]) -> None:
    assert read_at_once(message(data={"place": place}), KNOWN, DEFAULT_SOURCE) is None


def test_a_refusal_of_a_report_names_every_field_that_is_wrong() -> None:
    told = message(data={"title": "", "place": {"name": "a", "lat": 91}, "surprise": 1})

    with pytest.raises(InvalidMessage) as refused:
        parse_event(told)

    assert {one["field"] for one in refused.value.errors} == {"data.title", "data.place.lat", "data.surprise"}


@given(
    st.from_regex(
        r"[0-9]{4}-[01][0-9]-[0-3][0-9][Tt][0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?([Zz]|[+-][0-2][0-9]:[0-5][0-9])",
        fullmatch=True,
    )
)
def test_an_instant_is_the_one_that_pendulum_reads(text: str) -> None:
    try:
        read = parse_instant(text, "time")
    except InvalidValue:
        return

    assert read == pendulum.parse(text.upper())
    assert read.utcoffset() == timedelta()
