"""What need not be sent again: tags that say when an answer has changed, and answers that never do."""

from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.scenarios import BAKHMUT, Scene, fill, given, open_scene, reported
from timeline.api.kept_answers import KeptAnswers

READS = [
    "/timeline", "/fronts", "/fronts/bakhmut", "/fronts/bakhmut/timeline", "/sources", "/sources/ru-mod", "/density",
    "/actors", "/places", f"/developments/{BAKHMUT}", f"/developments/{BAKHMUT}/history",
    "/changes?since=2022-01-01&until=2023-05-31",
]  # fmt: skip
"""Reads with a recorded cut."""
GROWING = [
    "/events", "/events?after=1", "/events?front=bakhmut&limit=2", "/changes.atom", "/changes.json",
    "/fronts/bakhmut/changes.atom", "/fronts/bakhmut/changes.json", "/log/checkpoint", "/log/keys",
    "/log/proof/inclusion?position=1", "/log/proof/consistency?from=1", "/exports/csv", "/exports/cloudevents",
]  # fmt: skip
"""The other reads: what they tell grows with the log."""
FIXED = [
    "/events?limit=1", "/events?limit=1&type=development.reported", "/log/proof/inclusion?position=1&size=1",
    "/log/proof/consistency?from=1&to=1", "/changes?clock=recorded&since=0&until=1",
    "/changes?clock=recorded&since=2023-06-01T11:00:00Z&until=2023-06-01T12:00:00Z",
]  # fmt: skip
"""Reads that are the same for ever without a recorded cut."""
FILES = [
    "/exports/csv?recorded_at=1", "/exports/ndjson?of=changes&clock=recorded&since=0&until=1",
    "/exports/cloudevents?recorded_at=2023-06-01T12:00:00Z",
]  # fmt: skip


@pytest.fixture
def told(scene: Scene) -> Scene:
    """One development."""
    scene.tell(reported(), "2023-05-20")
    return scene


def guard_kept_for_ever(told: Scene, query: str) -> None:
    """Whatever is told later, the answer to this is the same, and says so."""
    first = told.client.get(f"/api/v1{query}")
    told.clock.advance(hours=5)
    told.tell(given("ua-mod", "denies"), "2023-05-21")
    again = told.client.get(f"/api/v1{query}")
    unchanged = told.client.get(f"/api/v1{query}", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert again.get_data() == first.get_data()
    assert unchanged.status_code == 304


@pytest.mark.parametrize("path", [*READS, *GROWING])
def test_an_answer_is_not_sent_again_until_the_log_grows(told: Scene, path: str) -> None:
    first = told.client.get(f"/api/v1{path}")
    asked = {"If-None-Match": first.headers["ETag"]}
    again = told.client.get(f"/api/v1{path}", headers=asked)
    told.tell(given("ua-mod", "denies"), "2023-05-21")
    later = told.client.get(f"/api/v1{path}", headers=asked)

    assert first.headers["Cache-Control"] == "public, no-cache"
    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert later.status_code == 200
    assert later.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("recorded_at", ["1", "2023-06-01T12:00:00Z"])
def test_an_answer_with_a_fixed_recorded_cut_may_be_kept_for_ever(told: Scene, path: str, recorded_at: str) -> None:
    guard_kept_for_ever(told, f"{path}{'&' if '?' in path else '?'}recorded_at={recorded_at}")


@pytest.mark.parametrize("path", FIXED)
def test_what_can_not_change_any_more_may_be_kept_for_ever_as_well(told: Scene, path: str) -> None:
    told.get("/log/keys")  # the log signs its first size
    guard_kept_for_ever(told, path)


@pytest.mark.parametrize("path", FILES)
def test_a_file_that_can_not_change_is_asked_for_each_time_and_not_sent_again(told: Scene, path: str) -> None:
    first = told.client.get(f"/api/v1{path}")
    told.clock.advance(hours=5)
    told.tell(given("ua-mod", "denies"), "2023-05-21")
    unchanged = told.client.get(f"/api/v1{path}", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == unchanged.headers["Cache-Control"] == "public, no-cache"
    assert (unchanged.status_code, unchanged.get_data()) == (304, b"")


def test_changes_up_to_a_moment_that_is_still_to_come_are_not_for_ever(told: Scene) -> None:
    asked = "/api/v1/changes?clock=recorded&since=0&until=2030-01-01"

    assert told.client.get(asked).headers["Cache-Control"] == "public, no-cache"


def test_who_waits_for_news_with_a_tag_is_answered_once_there_are_some(told: Scene) -> None:
    tag = told.client.get("/api/v1/events?after=1").headers["ETag"]
    asked = {"If-None-Match": tag, "Prefer": "wait=10"}
    at_once = told.client.get("/api/v1/events?after=1", headers={**asked, "Prefer": "wait=0"})
    Thread(target=told.tell, args=(given("ua-mod", "denies"), "2023-05-21")).start()
    waited = told.client.get("/api/v1/events?after=1", headers=asked)

    assert at_once.status_code == 304
    assert [one["position"] for one in waited.get_json()["items"]] == [2]


def test_every_read_has_a_tag(told: Scene) -> None:
    reads = [path for path, words in told.get("/openapi.json")["paths"].items() if "get" in words]
    below = {path.removeprefix("/api/v1") for path in reads if path.startswith("/api/v1/")} - {"/events/stream"}
    named = {"id": str(BAKHMUT), "format": "csv"}
    query = {"/changes": "since=2022-01-01&until=2023-01-01", "/log/proof/inclusion": "position=1",
             "/log/proof/consistency": "from=1"}  # fmt: skip

    for path in ("/openapi.json", *below):
        slug = "ru-mod" if path.startswith("/sources") else "bakhmut"
        address = f"/api/v1{path.format(**named, slug=slug)}?{query.get(path, '')}"
        response = told.client.get(address)
        again = told.client.get(address, headers={"If-None-Match": response.headers["ETag"]})
        assert again.status_code == 304, path


def test_an_answer_as_recorded_in_the_future_is_not_for_ever(told: Scene) -> None:
    assert "immutable" not in told.client.get("/api/v1/timeline?recorded_at=2030-01-01").headers["Cache-Control"]


def test_with_time_what_was_announced_comes_about(told: Scene) -> None:
    first = told.client.get("/api/v1/timeline").headers["ETag"]
    told.clock.advance(minutes=2)

    assert told.client.get("/api/v1/timeline", headers={"If-None-Match": first}).status_code == 200


def test_the_tag_of_one_question_says_nothing_of_another(told: Scene) -> None:
    tag = told.client.get("/api/v1/timeline?recorded_at=1").headers["ETag"]

    assert told.client.get("/api/v1/timeline?recorded_at=1&limit=1", headers={"If-None-Match": tag}).status_code == 200


def test_the_later_pages_of_an_answer_never_change(scene: Scene) -> None:
    fill(scene, 3)
    cursor = scene.get("/timeline", limit=2)["next_cursor"]

    assert "immutable" in scene.client.get(f"/api/v1/timeline?cursor={cursor}").headers["Cache-Control"]


def test_a_reader_can_ask_for_an_answer_that_has_its_own_write(told: Scene) -> None:
    problem = told.client.get("/api/v1/timeline?min_position=2").get_json(force=True)
    Thread(target=told.tell, args=(given("ua-mod", "denies"), "2023-05-21")).start()
    waited = told.client.get("/api/v1/timeline?min_position=2", headers={"Prefer": "wait=10"})

    assert problem["status"] == 412
    assert problem["errors"][0]["field"] == "min_position"
    assert waited.get_json()["recorded_at"]["position"] == 2


@pytest.mark.parametrize("given", ["wait=long", "wait=1.5", "wait", "handling=lenient, wait=-1", 'wait="1 0"'])
def test_a_wait_that_is_no_whole_number_is_refused(told: Scene, given: str) -> None:
    response = told.client.get("/api/v1/timeline?min_position=9", headers={"Prefer": given})

    assert response.status_code == 422
    assert response.get_json(force=True)["errors"][0]["field"] == "Prefer"
    assert "a whole number" in response.get_json(force=True)["errors"][0]["allowed"]


@pytest.mark.parametrize("given", ["handling=lenient", 'x="wait=long"', "return=minimal; wait=long", "await=2"])
def test_what_else_somebody_prefers_is_passed_over(told: Scene, given: str) -> None:
    assert told.client.get("/api/v1/timeline", headers={"Prefer": given}).status_code == 200


@pytest.mark.parametrize("given", ["wait=0", "WAIT = 0; foo=bar, respond-async", 'respond-async, wait="0"'])
def test_a_wait_may_be_written_in_every_way_that_its_standard_has(told: Scene, given: str) -> None:
    response = told.client.get("/api/v1/timeline?min_position=9", headers={"Prefer": given})

    assert response.status_code == 412


def test_only_the_fields_that_are_asked_for_are_told(told: Scene) -> None:
    timeline = told.get("/timeline", fields="title,id")
    development = told.get(f"/developments/{BAKHMUT}", fields="status")

    assert timeline["items"] == [{"id": str(BAKHMUT), "title": "Bakhmut capture claimed"}]
    assert development["item"] == {"status": "claimed"}
    assert told.get("/timeline", fields="titel", expect=422)["errors"][0]["value"] == "titel"


@pytest.mark.parametrize("algorithm", ["zstd", "br", "gzip"])
def test_a_long_answer_is_compressed(scene: Scene, algorithm: str) -> None:
    fill(scene, 20)
    plain = scene.client.get("/api/v1/timeline?recorded_at=20")
    packed = scene.client.get("/api/v1/timeline?recorded_at=20", headers={"Accept-Encoding": algorithm})

    assert packed.headers["Content-Encoding"] == algorithm
    assert len(packed.get_data()) < len(plain.get_data()) / 2
    assert packed.headers["ETag"] == plain.headers["ETag"]
    assert "Accept-Encoding" in packed.headers["Vary"]


@pytest.mark.parametrize(
    ("given", "coding"),
    [
        ("gzip;q=0", None),
        ("gzip; q=0, br;q=0.0", None),
        ("gzip;q=0, *", "zstd"),
        ("zstd;q=0, *;q=0.5", "br"),
        ("*;q=0", None),
        ("*;q=0, gzip", "gzip"),
        ("gzip;q=0.4, br;q=0.5", "br"),
        ("identity, gzip;q=0.5", None),
        ("gzip;q=x", None),
    ],
)
def test_nothing_is_compressed_in_a_way_that_the_reader_refuses(scene: Scene, given: str, coding: str | None) -> None:
    fill(scene, 20)
    answer = scene.client.get("/api/v1/timeline?recorded_at=20", headers={"Accept-Encoding": given})

    assert answer.headers.get("Content-Encoding") == coding


def test_who_asks_again_without_a_token_is_answered_before_all_else_and_counted(told: Scene) -> None:
    stranger = told.app.test_client()
    first = stranger.get("/api/v1/timeline?recorded_at=1")
    again = stranger.get("/api/v1/timeline?recorded_at=1", headers={"If-None-Match": first.headers["ETag"]})
    metrics = stranger.get("/metrics").get_data(as_text=True)

    assert (again.status_code, again.get_data()) == (304, b"")
    assert 'rule="unchanged"' in metrics
    assert {again.headers[name] for name in ("ETag", "Cache-Control")} == {
        first.headers[name] for name in ("ETag", "Cache-Control")
    }
    assert again.headers["X-Request-ID"]
    assert again.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("headers", [{}, {"Prefer": "x"}, {"Accept-Encoding": "gzip"}])
def test_any_tag_stands_for_any_answer_that_there_is(told: Scene, headers: dict[str, str]) -> None:
    for client in (told.client, told.app.test_client()):
        asked = {**headers, "If-None-Match": "*"}

        assert client.get("/api/v1/timeline", headers=asked).status_code == 304
        assert client.get("/api/v1/developments/nowhere:1", headers=asked).status_code == 404


@pytest.mark.parametrize("held", ['"x"', 'W/"f"', "", "f"])
def test_a_tag_of_nothing_is_no_answer(told: Scene, held: str) -> None:
    for client in (told.client, told.app.test_client()):
        assert client.get("/api/v1/timeline?recorded_at=1", headers={"If-None-Match": held}).status_code == 200


def test_where_reading_is_closed_a_tag_opens_nothing(tmp_path: Path) -> None:
    with open_scene(tmp_path / "closed.db", reading_is_open=False) as scene:
        tag = scene.client.get("/api/v1/timeline?recorded_at=0").headers["ETag"]
        asked = {"If-None-Match": tag}

        assert scene.client.get("/api/v1/timeline?recorded_at=0", headers=asked).status_code == 304
        assert scene.app.test_client().get("/api/v1/timeline?recorded_at=0", headers=asked).status_code == 401


@pytest.mark.parametrize("path", ["/api/v1/%FF", "/api/v1/developments/%C3%28"])
@pytest.mark.parametrize("query", ["", "q=\xff", "q=\xc3\x28&front=\xe9"])
def test_letters_that_are_none_are_refused_and_no_failure_of_ours(told: Scene, path: str, query: str) -> None:
    for asked in (path, "/api/v1/timeline"):
        for client in (told.client, told.app.test_client()):
            response = client.get(asked, environ_overrides={"QUERY_STRING": query}, headers={"If-None-Match": 'W/"x"'})

            assert response.status_code < 500


def test_what_is_appended_while_an_answer_is_made_is_not_taken_for_a_part_of_it(
    told: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = type(told.reader).page

    def overtaken(*args: Any) -> Any:
        found = page(*args)
        told.tell(given("ua-mod", "denies"), "2023-05-21")
        return found

    monkeypatch.setattr(type(told.reader), "page", overtaken)
    first = told.client.get("/api/v1/timeline")
    monkeypatch.undo()
    again = told.client.get("/api/v1/timeline", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 200
    assert again.get_json()["items"][0]["status"] == "disputed"


def readings(told: Scene, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows with each look at the rows."""
    looks: list[str] = []
    refresh = told.reader._refresh

    def counted(**how: Any) -> Any:
        looks.append("look")
        return refresh(**how)

    monkeypatch.setattr(told.reader, "_refresh", counted)
    return looks


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("cut", ["", "recorded_at=1"])
def test_who_asks_the_same_is_told_the_same_without_it_being_read_again(
    told: Scene, monkeypatch: pytest.MonkeyPatch, path: str, cut: str
) -> None:
    query = f"{path}{'&' if '?' in path else '?'}{cut}" if cut else path
    told.runner.catch_up()
    first = told.client.get(f"/api/v1{query}")
    looks = readings(told, monkeypatch)
    again = told.client.get(f"/api/v1{query}")

    assert looks == []
    assert (again.status_code, again.get_data()) == (200, first.get_data())
    for name in ("ETag", "Cache-Control", "Content-Type"):
        assert again.headers[name] == first.headers[name]


def test_what_is_kept_is_told_no_more_once_the_log_grew_or_the_minute_is_over(told: Scene) -> None:
    first = told.get("/timeline")
    told.tell(given("ua-mod", "denies"), "2023-05-21")
    grown = told.get("/timeline")
    told.clock.advance(minutes=1)
    later = told.get("/timeline")

    assert len(first["items"][0]["accounts"]) == 1
    assert len(grown["items"][0]["accounts"]) == 2
    assert later["as_of"] > grown["as_of"]


def test_what_is_kept_is_told_no_more_once_the_rows_were_built_anew(
    told: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = told.get("/timeline", recorded_at=1)
    looks = readings(told, monkeypatch)
    told.runner.rebuild()

    assert told.get("/timeline", recorded_at=1) == before
    assert looks


def test_who_waits_for_a_position_is_not_told_what_was_kept_before(told: Scene) -> None:
    told.get("/timeline")

    assert told.get("/timeline", expect=412, min_position=2)["errors"][0]["field"] == "min_position"


def test_as_many_answers_are_kept_as_fit_and_those_longest_not_asked_for_go_first() -> None:
    kept = KeptAnswers(16 * 1_200)
    for number in range(20):
        kept.keep((1, str(number)), b"x" * 1_000)
        kept.find((1, "0"))
    kept.keep((1, "too long"), b"x" * 1_001)

    assert [number for number in range(20) if kept.find((1, str(number)))] == [0, *range(5, 20)]
    assert kept.find((1, "too long")) is None
    assert kept.find((2, "0")) is None
