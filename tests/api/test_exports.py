"""`GET /exports/{format}`: what a file is of, that it is streamed, and that it can be asked for again."""

import csv
import io
import json
from base64 import b64decode
from typing import Any

import pytest
from geojson import loads as load_geojson
from icalendar import Calendar

from tests.engines import Engine
from tests.scenarios import BAKHMUT, GRAYVORON, KOZINKA, Scene, fill, given, open_scene, registered, reported
from timeline.api import exports
from timeline.domain.facts import AccountWithdrawn, DevelopmentMerged, FrontOpened
from timeline.domain.values import Place, development_id_of, front_id
from timeline.exporters import EXPORTERS, asking
from timeline.readmodel.questions import Reader
from timeline.store.checkpoints import parse_checkpoint, parse_verifier

FORMATS = list(EXPORTERS)
TABLES = ("csv", "ndjson")


@pytest.fixture
def told(scene: Scene) -> Scene:
    """A capture that is disputed on one front, an entry on another."""
    scene.tell(registered("ru-mod", "russia"), "2022-01-01")
    scene.tell(FrontOpened("bakhmut", "Bakhmut"), "2022-01-01", front_id("bakhmut"))
    scene.tell(reported("ru-mod", title="Capture", place=Place("Bakhmut", 48.59, 38.0)), "2023-05-20", BAKHMUT)
    scene.tell(given("ua-mod", "denies"), "2023-05-21", BAKHMUT)
    scene.tell(
        reported("legion", front="belgorod-border", title="Entry", occurred="2023-05-22"), "2023-05-22", GRAYVORON
    )
    return scene


def titles(format: str, content: bytes) -> list[str]:
    """The titles of the developments in a file."""
    match format:
        case "csv":
            rows = csv.DictReader(io.StringIO(content.decode(), newline=""))
            return [row["title"] for row in rows]
        case "ndjson":
            return [json.loads(line)["title"] for line in content.splitlines()[1:]]
        case "geojson":
            return [one.properties["title"] for one in load_geojson(content.decode()).features]
        case "timelinejs":
            return [one["text"]["headline"] for one in json.loads(content)["events"]]
        case "icalendar":
            return [str(one["SUMMARY"]) for one in Calendar.from_ical(content).walk("VEVENT")]
    return [one["data"]["title"] for one in json.loads(content) if one["type"] == "development.reported"]


def lines(scene: Scene, **query: Any) -> list[Any]:
    """What an NDJSON export holds, behind its first line."""
    return [json.loads(line) for line in scene.raw("/exports/ndjson", **query).splitlines()[1:]]


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_has_its_media_type_and_a_name_that_tells_what_it_is_of(told: Scene, format: str) -> None:
    response = told.client.get(f"/api/v1/exports/{format}?front=bakhmut&as_of=2023-05-25&known_at=2023-05-31")

    assert response.status_code == 200
    assert response.content_type == EXPORTERS[format].media_type
    of = "events" if format == "cloudevents" else "developments"
    name = f"timeline-{of}-bakhmut-as-of-2023-05-25-known-at-2023-05-31-position-5.{EXPORTERS[format].ending}"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert titles(format, response.get_data()) == ["Capture"]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("page", [1, 2, 500])
def test_a_file_holds_what_the_timeline_holds_however_it_is_read(
    scene: Scene, format: str, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PAGE", page)
    fill(scene, 5)
    query = {"as_of": "2023-01-04", "known_at": "2023-02-01"}

    wanted = [item["title"] for item in scene.get("/timeline", **query)["items"]]
    assert titles(format, scene.raw(f"/exports/{format}", **query)) == wanted
    assert len(wanted) == 4


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    "query", [{"recorded_at": 0}, {"recorded_at": 5}, {"recorded_at": "2023-06-01T12:30:00Z", "front": "bakhmut"}]
)
def test_the_same_question_at_a_fixed_recorded_cut_gives_the_same_bytes_for_ever(
    told: Scene, format: str, query: Any
) -> None:
    told.clock.advance(hours=1)
    before = told.raw(f"/exports/{format}", **query)
    told.clock.advance(days=1)
    told.tell(given("bbc"), "2023-05-20", BAKHMUT)
    told.raw(f"/exports/{format}")

    assert told.raw(f"/exports/{format}", **query) == before


def test_a_file_that_is_written_while_events_are_appended_holds_to_the_cuts_of_its_first_page(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PAGE", 2)
    fill(scene, 7)
    content = scene.client.get("/api/v1/exports/ndjson").iter_encoded()
    scene.tell(reported(occurred="2023-01-05", title="Late"), "2023-01-05", GRAYVORON)
    read = b"".join(content).splitlines()

    assert json.loads(read[0])["export"]["recorded_at"]["position"] == 7
    assert [json.loads(line)["title"] for line in read[1:]] == [f"Development {number}" for number in range(7)]


def test_a_long_export_is_read_page_by_page(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PAGE", 3)
    fill(scene, 10)
    asked: list[int] = []
    read = Reader.timeline

    def counted(self: Reader, wanted: Any, filters: Any, limit: int, after: Any = None) -> Any:
        asked.append(limit)
        return read(self, wanted, filters, limit, after)

    monkeypatch.setattr(Reader, "timeline", counted)
    content = asking.ask(
        scene.reader, scene.log.checkpoint_over, EXPORTERS["ndjson"], asking.Question(), "A war"
    ).content

    assert asked == [3]
    assert len(b"".join(content).splitlines()) == 11
    assert asked == [3, 3, 3, 3]


def test_the_checkpoint_is_signed_by_the_log_and_covers_the_position(told: Scene) -> None:
    first = json.loads(told.raw("/exports/ndjson").splitlines()[0])["export"]
    told.clock.advance(days=1)
    told.tell(given("bbc"), "2023-05-20", BAKHMUT)
    told.raw("/exports/ndjson")
    (verifier,) = told.get("/log/keys")["verifiers"]
    again = json.loads(told.raw("/exports/ndjson", recorded_at=4).splitlines()[0])["export"]

    assert parse_verifier(verifier).signed(first["checkpoint"])
    assert parse_checkpoint(first["checkpoint"]).size == first["recorded_at"]["position"] == 5
    assert again["checkpoint"] == first["checkpoint"]


def test_an_export_of_an_empty_log_is_empty(scene: Scene) -> None:
    assert [titles(format, scene.raw(f"/exports/{format}")) for format in FORMATS] == [[]] * len(FORMATS)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("front", ["kyiv", "bakhmut"])
def test_every_file_tells_its_cuts_and_the_checkpoint_in_headers(told: Scene, format: str, front: str) -> None:
    query = {"front": front, "as_of": "2023-05-25", "known_at": "2023-05-24", "recorded_at": 4}
    answer = told.client.get(f"/api/v1/exports/{format}", query_string=query)
    (verifier,) = told.get("/log/keys")["verifiers"]
    checkpoint = b64decode(answer.headers["Timeline-Checkpoint"]).decode()

    assert (titles(format, answer.get_data()) == []) is (front == "kyiv")
    assert answer.headers["Timeline-As-Of"] == "2023-05-25T23:59:59.999999Z"
    assert answer.headers["Timeline-Known-At"] == "2023-05-24T23:59:59.999999Z"
    assert answer.headers["Timeline-Position"] == "4"
    assert answer.headers["Timeline-Recorded-At"] == "2023-06-01T12:00:00Z"
    assert parse_verifier(verifier).signed(checkpoint)
    assert parse_checkpoint(checkpoint).size >= 4


@pytest.mark.parametrize("of", ["developments", "accounts", "changes", "fronts", "sources"])
def test_a_table_of_an_empty_log_is_its_header_row(scene: Scene, of: str) -> None:
    query = {"of": of} | ({"since": "2023-01-01", "until": "2023-02-01"} if of == "changes" else {})
    answer = scene.client.get("/api/v1/exports/csv", query_string=query)

    assert len(list(csv.reader(answer.get_data(as_text=True).splitlines()))) == 1
    assert answer.headers["Timeline-Position"] == "0"
    assert "Timeline-Recorded-At" not in answer.headers
    assert answer.headers["Timeline-Checkpoint"]


def test_a_batch_of_no_events_is_an_empty_array(scene: Scene) -> None:
    assert json.loads(scene.raw("/exports/cloudevents")) == []


def test_accounts_are_those_of_the_developments_and_of_the_sources_that_are_asked_for(told: Scene) -> None:
    told.tell(AccountWithdrawn("ru-mod"), "2023-05-23", BAKHMUT)

    assert [(one["source"], one["in_force"]) for one in lines(told, of="accounts")] == [
        ("ru-mod", False), ("ua-mod", True), ("legion", True),
    ]  # fmt: skip
    assert [one["source"] for one in lines(told, of="accounts", source="ua-mod")] == ["ua-mod"]
    assert [one["source"] for one in lines(told, of="accounts", front="belgorod-border")] == ["legion"]


@pytest.mark.parametrize("of", ["fronts", "sources"])
def test_fronts_and_sources_are_as_the_api_gives_them(told: Scene, of: str) -> None:
    cuts = {"as_of": "2023-05-21", "known_at": "2023-05-31"}

    assert lines(told, of=of, **cuts) == told.get(f"/{of}", **cuts)["items"]
    table = list(csv.DictReader(io.StringIO(told.raw("/exports/csv", of=of, **cuts).decode(), newline="")))
    assert [row["slug"] for row in table] == [one["slug"] for one in told.get(f"/{of}", **cuts)["items"]]


@pytest.mark.parametrize(
    ("clock", "since", "until"), [("reported", "2023-05-20", "2023-05-22"), ("recorded", "3", "5")]
)
def test_changes_are_as_the_api_gives_them(told: Scene, clock: str, since: str, until: str) -> None:
    stretch = {"clock": clock, "since": since, "until": until}
    items = told.get("/changes", **stretch)["items"]

    assert len(items) == 2
    assert lines(told, of="changes", **stretch) == items
    about = json.loads(told.raw("/exports/ndjson", of="changes", **stretch).splitlines()[0])["export"]
    assert about["filters"]["clock"] == clock
    table = csv.DictReader(io.StringIO(told.raw("/exports/csv", of="changes", **stretch).decode(), newline=""))
    assert [row["status_to"] for row in table] == [one["status"]["to"] for one in items]


def test_events_are_those_that_exist_at_the_cuts_with_those_of_what_was_merged(told: Scene) -> None:
    told.tell(reported("bbc", title="Capture told again"), "2023-05-22", KOZINKA)
    told.tell(DevelopmentMerged(BAKHMUT), "2023-05-23", KOZINKA)
    told.tell(given("cnn"), "2023-05-24", KOZINKA)

    def positions(**query: Any) -> list[int]:
        return [one["position"] for one in json.loads(told.raw("/exports/cloudevents", **query))]

    assert positions(front="bakhmut") == [2, 1, 3, 4, 6, 7, 8]
    assert positions(front="bakhmut", known_at="2023-05-23") == [2, 1, 3, 4, 6, 7]
    assert positions(front="bakhmut", recorded_at=3) == [2, 1, 3]
    assert positions() == [2, 1, 3, 4, 6, 7, 8, 5]


def test_each_engine_exports_what_the_log_learnt_and_what_it_holds(engine: Engine) -> None:
    with open_scene(engine) as scene:
        fill(scene, 4)
        scene.tell(given("bbc", "denies"), "2023-01-01", development_id_of("test:filled-0"))
        stretch = {"of": "changes", "clock": "recorded", "since": 3, "until": 5}

        assert sorted(one["change"] for one in lines(scene, **stretch)) == ["new", "status"]
        assert [len(titles(format, scene.raw(f"/exports/{format}", recorded_at=4))) for format in FORMATS] == [4] * 6
        about = json.loads(scene.raw("/exports/ndjson", recorded_at=2).splitlines()[0])["export"]
        assert parse_checkpoint(about["checkpoint"]).size == 5


@pytest.mark.parametrize("format", FORMATS)
def test_an_unknown_format_is_answered_by_what_there_is(told: Scene, format: str) -> None:
    problem = told.get("/exports/excel", expect=404)

    assert problem["errors"][0]["field"] == "format"
    assert format in problem["detail"]
    assert format in problem["errors"][0]["allowed"]


@pytest.mark.parametrize(
    ("format", "query", "field"),
    [
        ("geojson", {"of": "accounts"}, "of"),
        ("timelinejs", {"of": "changes", "since": "2023-05-20", "until": "2023-05-22"}, "of"),
        ("icalendar", {"of": "fronts"}, "of"),
        ("cloudevents", {"of": "developments"}, "of"),
        ("csv", {"of": "events"}, "of"),
        ("csv", {"of": "everything"}, "of"),
        ("csv", {"of": "changes"}, "since"),
        ("csv", {"of": "changes", "since": "2023-05-20"}, "until"),
        ("csv", {"since": "2023-05-20"}, "since"),
        ("csv", {"of": "accounts", "until": "2023-05-20"}, "until"),
        ("csv", {"clock": "recorded"}, "clock"),
        ("csv", {"of": "changes", "since": "2023-05-23", "until": "2023-05-22"}, "since"),
        ("csv", {"of": "changes", "since": "1", "until": "3"}, "since"),
        ("csv", {"of": "changes", "since": "2023-05-20", "until": "2023-05-22", "as_of": "2023-05-22"}, "as_of"),
        ("csv", {"of": "changes", "since": "2023-05-20", "until": "2023-05-22", "known_at": "2023-05-22"}, "known_at"),
        (
            "csv", {"of": "changes", "clock": "recorded", "since": "1", "until": "3", "recorded_at": "3"},
            "recorded_at",
        ),
        ("csv", {"of": "changes", "clock": "recorded", "since": "1", "until": "99"}, "until"),
        ("ndjson", {"of": "fronts", "front": "bakhmut"}, "front"),
        ("ndjson", {"of": "sources", "q": "word"}, "q"),
        ("ndjson", {"of": "sources", "from": "2023-05-20"}, "from"),
        ("csv", {"limit": "5"}, "limit"),
        ("csv", {"cursor": "x"}, "cursor"),
        ("csv", {"fields": "id,title"}, "fields"),
        ("csv", {"recorded_at": "99"}, "recorded_at"),
        ("csv", {"from": "2023-05-23", "to": "2023-05-22"}, "from"),
        ("csv", {"form": "x"}, "form"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_by_name(told: Scene, format: str, query: Any, field: str) -> None:
    problem = told.get(f"/exports/{format}", expect=422, **query)

    assert [one["field"] for one in problem["errors"]] == [field]
    assert problem["errors"][0]["allowed"]


def test_every_format_is_documented_with_an_example_of_its_own(scene: Scene) -> None:
    whole = scene.client.get("/api/v1/openapi.json").get_json()
    path = whole["paths"]["/api/v1/exports/{format}"]
    (format,) = [one for one in (*path.get("parameters", ()), *path["get"]["parameters"]) if one["in"] == "path"]
    content = path["get"]["responses"]["200"]["content"]

    assert format["schema"]["enum"] == FORMATS
    assert set(content) == {one.media_type for one in EXPORTERS.values()}
    for one in EXPORTERS.values():
        shown = content[one.media_type]["examples"][one.name]["value"]
        assert "Grayvoron" in (shown if isinstance(shown, str) else json.dumps(shown))
    assert {"404", "422"} <= set(path["get"]["responses"])
    assert "Content-Disposition" in path["get"]["responses"]["200"]["headers"]


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_that_breaks_off_says_so(told: Scene, format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PAGE", 1)
    read_page = Reader.timeline

    def breaks_off(self: Reader, wanted: Any, filters: Any, limit: int, after: Any = None) -> Any:
        if after:
            raise RuntimeError("the secret")
        return read_page(self, wanted, filters, limit, after)

    monkeypatch.setattr(Reader, "timeline", breaks_off)
    response = told.client.get(f"/api/v1/exports/{format}?recorded_at=5")
    content = response.iter_encoded()

    read = [next(content)]
    with pytest.raises(RuntimeError, match="the secret"):
        read += content
    assert b"".join(read).endswith(exports.BROKEN_OFF)
    assert b"secret" not in b"".join(read)
    monkeypatch.undo()
    again = told.client.get(
        f"/api/v1/exports/{format}?recorded_at=5", headers={"If-None-Match": response.headers["ETag"]}
    )
    assert again.status_code == 200


def test_the_head_of_a_file_can_be_asked_for(told: Scene) -> None:
    response = told.client.head("/api/v1/exports/csv")

    assert response.status_code == 200
    assert response.get_data() == b""
