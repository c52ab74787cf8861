"""The envelope: what is written reads back as it was, and what is wrong is named to the field."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenarios import NOW, message
from tests.strategies import FACTS, submissions
from timeline.domain.facts import DevelopmentMerged, Event, Recorded
from timeline.domain.moments import Occurred
from timeline.domain.values import development_id_of, development_id_of_message, front_id, source_id
from timeline.errors import InvalidMessage, MalformedMessage
from timeline.wire.events import DEFAULT_SOURCE, dump_event, parse_event
from timeline.wire.json_body import parse_json

SLUG_DATA = {"slug": "kyiv", "name": "Kyiv"}


def by(stance: dict[str, str], **more: Any) -> dict[str, Any]:
    """A report with this account."""
    return message(data={"account": {"source": "a", "stance": stance, **more}})


def revised(nature: str = "update", **changes: Any) -> dict[str, Any]:
    """A revision of these fields."""
    return message("development.revised", subject="a:1", data={"changes": changes, "nature": nature})


def refused_fields(told: Any) -> dict[str, str]:
    """The fields that a message is refused for, with what is allowed there."""
    with pytest.raises(InvalidMessage) as refused:
        parse_event(told)
    return {one["field"]: one["allowed"] for one in refused.value.errors}


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.TOPIC)
@given(data=st.data())
def test_every_fact_reads_back_from_the_wire_as_it_was_written(fact: Any, data: st.DataObject) -> None:
    told = data.draw(submissions(FACTS[fact]))
    recorded = Recorded(7, NOW, Event(told.subject, 1, told.reported_at, told.message, told.fact))

    written = json.dumps(dump_event(recorded)).encode()

    read = parse_event(parse_json(written))
    again = Recorded(7, NOW, Event(read.subject, 1, read.reported_at, read.message, read.fact))

    assert read == told
    assert json.dumps(dump_event(again)).encode() == written  # instants of one moment are equal at any offset


def test_an_event_is_written_as_a_cloud_event_with_its_place_in_the_log() -> None:
    told = parse_event(message())
    written = dump_event(Recorded(42, NOW, Event(told.subject, 1, told.reported_at, told.message, told.fact)))

    assert {name: value for name, value in written.items() if name != "data"} == {
        "specversion": "1.0",
        "type": "development.reported",
        "source": "//example.org/desk",
        "id": "a-1",
        "subject": str(told.subject),
        "time": "2023-05-22T12:00:00Z",
        "datacontenttype": "application/json",
        "position": 42,
        "recordedtime": "2023-06-01T12:00:00Z",
    }
    assert json.loads(json.dumps(written["data"])) == message()["data"]


def test_only_type_and_data_are_required() -> None:
    told = parse_event({"type": "front.opened", "data": SLUG_DATA})

    assert told.subject == front_id("kyiv")
    assert told.reported_at is None
    assert told.message.source == DEFAULT_SOURCE
    assert told.message.id != parse_event({"type": "front.opened", "data": SLUG_DATA}).message.id


def test_the_subject_may_be_an_id_an_external_id_or_a_slug_or_follow_from_the_message() -> None:
    stance = {"source": "ru-mod", "stance": {"occurrence": "asserts"}}
    id = development_id_of("ucdp-ged:1")
    external = {"external_id": "ucdp-ged:1"}

    assert parse_event(message()).subject == development_id_of_message("//example.org/desk", "a-1")
    assert parse_event(message(data=external)).subject == id
    assert parse_event(message("account.given", subject=str(id), data=stance)).subject == id
    assert parse_event(message("account.given", subject="ucdp-ged:1", data=stance)).subject == id
    assert parse_event(message("front.closed", subject="kyiv")).subject == front_id("kyiv")
    assert parse_event(message("source.registered", data={**SLUG_DATA, "kind": "media"})).subject == source_id("kyiv")


def test_a_report_and_its_external_id_are_about_the_same_development() -> None:
    told = message(subject="ds:one", data={"external_id": "ds:one"})

    assert parse_event(told).subject == development_id_of("ds:one")
    assert parse_event({**told, "subject": str(development_id_of("ds:one"))}).subject == development_id_of("ds:one")


def test_a_merge_names_where_it_goes_as_a_subject_is_named() -> None:
    by_name = parse_event(message("development.merged", subject="ds:one", data={"into": "ds:two"}))
    by_id = parse_event(
        message("development.merged", subject="ds:one", data={"into": str(development_id_of("ds:two"))})
    )

    assert by_name.fact == by_id.fact == DevelopmentMerged(development_id_of("ds:two"))


def test_a_moment_may_carry_an_exact_pair() -> None:
    exact = {"edtf": "2023-05-22", "exact": {"start": "2023-05-22T12:00:00+03:00"}}
    told = parse_event(message(data={"occurred": exact}))

    assert told.fact.description.occurred == Occurred("2023-05-22", NOW.replace(month=5, day=22, hour=9))


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (message(Colour="red"), "Colour"),
        (message(colour={"red": 1}), "colour"),
        (message(tme="2023-05-22"), "tme"),
        (message(sbject="ucdp-ged:1"), "sbject"),
        (message(title="A title"), "title"),
        (message(occurred="2023-05-22"), "occurred"),
        (message(Time="2023-05-22"), "Time"),
        (message(data={"colour": "red"}), "data.colour"),
        (message(data={"place": {"name": "a", "latitude": 1}}), "data.place.latitude"),
        (by({"occurrence": "asserts"}, x=1), "data.account.x"),
        (message("development.guessed"), "type"),
        (message(type=None), "type"),
        (message(type=["development.reported"]), "type"),
        (message(specversion="0.3"), "specversion"),
        (message(time="2023-05-22T12:00:00"), "time"),
        (message(time=1684756800), "time"),
        (message(id=""), "id"),
        (message(id=5), "id"),
        (message(source=None), "source"),
        (message(subject="Grayvoron"), "subject"),
        (message("account.given", data={"source": "a", "stance": {"occurrence": "asserts"}}), "subject"),
        (message("front.opened", subject="kherson", data=SLUG_DATA), "subject"),
        ({**message(), "data": []}, "data"),
        ({**message(), "data": "{}"}, "data"),
        ({"type": "development.reported"}, "data"),
        ({"data": {}}, "type"),
        (message(data={"title": ...}), "data.title"),
        (message(data={"title": None}), "data.title"),
        (message(data={"title": "a\x00"}), "data.title"),
        (message(data={"title": "a\ud800"}), "data.title"),
        (message(data={"front": "Bakhmut"}), "data.front"),
        (message(data={"kind": "battle"}), "data.kind"),
        (message(data={"occurred": "2023-02-30"}), "data.occurred"),
        (message(data={"occurred": {"edtf": "2023", "exact": {"begin": "2023"}}}), "data.occurred.exact"),
        (message(data={"occurred": {"edtf": "2023", "exact": {"end": "soon"}}}), "data.occurred.exact.end"),
        (message(data={"occurred": 2023}), "data.occurred"),
        (message(data={"place": {"name": "a", "lat": 200, "lon": 1}}), "data.place.lat"),
        (message(data={"place": {"name": "a", "lat": "48", "lon": 1}}), "data.place.lat"),
        (message(data={"place": {"name": "a", "lat": 10**400, "lon": 1}}), "data.place.lat"),
        (message(data={"place": {"name": "a", "lat": 1, "lon": -(10**400)}}), "data.place.lon"),
        (message(data={"place": {"name": "a", "lat": float("nan"), "lon": 1}}), "data.place.lat"),
        (message("front.opened", data={**SLUG_DATA, "area": [1, 2, 3, 10**400]}), "data.area.3"),
        (message(data={"place": {"name": "a", "lat": 48}}), "data.place.lon"),
        (message(data={"place": "Bakhmut"}), "data.place"),
        (message(data={"actors": [{"name": "a", "role": "b"}, {"name": "a"}]}), "data.actors.1.role"),
        (message(data={"actors": {"name": "a", "role": "b"}}), "data.actors"),
        (message(data={"tags": ["a", 5]}), "data.tags.1"),
        (message(data={"tallies": {"deaths": {"low": -1}}}), "data.tallies.deaths.low"),
        (message(data={"tallies": {"deaths": {"low": 5, "high": 1}}}), "data.tallies.deaths.best"),
        (message(data={"tallies": {"deaths": {"low": True}}}), "data.tallies.deaths.low"),
        (message(data={"tallies": {"deaths": {"low": 10**400}}}), "data.tallies.deaths.low"),
        (message(data={"account": ...}), "data.account"),
        (by({"occurrence": "hopes"}), "data.account.stance.occurrence"),
        (by({"weather": "asserts"}), "data.account.stance"),
        (by({}), "data.account.stance"),
        (by({"occurrence": "repeats"}), "data.account.origin"),
        (by({"date": "denies"}, url="javascript:x"), "data.account.url"),
        (revised(), "data.changes"),
        (revised(titel="b"), "data.changes.titel"),
        (revised(external_id="a:2"), "data.changes.external_id"),
        (revised("better", title="b"), "data.nature"),
        (message("development.merged", subject="a:1", data={"into": "the other one"}), "data.into"),
        (message("development.merged", subject="a:1", data={"into": 5}), "data.into"),
        (message(subject="ds:one", data={"external_id": "ds:two"}), "subject"),
        (message("development.retracted", subject="a:1"), "data.reason"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_to_the_field(told: Any, field: str) -> None:
    wrong = refused_fields(told)

    assert list(wrong) == [field]
    assert wrong[field]


def test_everything_that_is_wrong_is_named_at_once() -> None:
    wrong = refused_fields(message(data={"title": "", "kind": "battle", "place": {"name": "a", "lat": 200, "lon": 1}}))

    assert set(wrong) == {"data.title", "data.kind", "data.place.lat"}


def test_an_assessment_needs_a_credibility_of_the_admiralty_code() -> None:
    data = {"aspect": "occurrence", "verdict": "confirmed", "rationale": "Pictures."}

    for wrong in (7, 0, True, "2", None):
        assessed = message("development.assessed", subject="a:1", data={**data, "credibility": wrong})
        assert set(refused_fields(assessed)) == {"data.credibility"}
    told = parse_event(message("development.assessed", subject="a:1", data={**data, "credibility": 2}))
    assert told.fact.credibility == 2


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b'{"type": ', "not JSON"),
        (b'{"type": "a", "type": "b"}', "'type' stands twice"),
        (b'{"data": {"title": 1, "title": 1}}', "'title' stands twice"),
        (b'{"a": NaN}', "NaN is not a JSON number"),
        (b'{"a": -Infinity}', "-Infinity is not a JSON number"),
        (b'{"type": "\xff"}', "not UTF-8"),
        ('{"type": "a"}'.encode("utf-16"), "byte order mark .BOM. of UTF-16"),
        ('{"type": "a"}'.encode("utf-32"), "byte order mark .BOM. of UTF-32"),
        ('{"type": "a"}'.encode("utf-16-le"), "seems to be UTF-16"),
        ('{"type": "a"}'.encode("utf-8-sig"), "byte order mark .BOM. of UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "nested too deeply"),
        (b"1" * 10_000, "not JSON"),
        (b'{"a": 1} {"b": 2}', "not JSON"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(body: bytes, says: str) -> None:
    with pytest.raises(MalformedMessage, match=says) as refused:
        parse_json(body)

    assert refused.value.errors[0]["field"] == "body"


@pytest.mark.parametrize("value", [None, 5, "text", [], [message()], True])
def test_a_message_is_one_object(value: Any) -> None:
    with pytest.raises(MalformedMessage):
        parse_event(value)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8))  # fmt: skip # noqa: E501
def test_no_data_whatever_gets_past_the_schema_or_breaks_it(data: Any) -> None:
    for type in ("development.reported", "account.given", "development.revised", "front.opened"):
        told = {"type": type, "subject": "a:1", "data": data}
        with pytest.raises(InvalidMessage):
            parse_event(told)


@pytest.mark.parametrize("value", ["red", True, 7, None])
def test_extension_attributes_of_others_are_passed_over(value: Any) -> None:
    plain, extended = parse_event(message(id="a")), parse_event(message(id="a", partitionkey=value, sequence="12"))

    assert extended == plain
