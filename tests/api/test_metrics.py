"""`/metrics` counts what happened, in words that Prometheus reads, and in no more series than there are rules."""

from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.scenarios import Scene, message, open_scene, reported
from timeline.api.outcomes import Outcome
from timeline.errors import StoreUnusable


def samples(scene: Scene) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Name and labels -> value."""
    text = scene.client.get("/metrics").get_data(as_text=True)
    return {
        (one.name, tuple(sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def value(scene: Scene, name: str, **labels: str) -> float | None:
    return samples(scene).get((name, tuple(sorted(labels.items()))))


def count(scene: Scene, rule: str, method: str, status: str) -> float | None:
    return value(scene, "timeline_request_duration_seconds_count", rule=rule, method=method, status=status)


def test_the_answer_is_of_the_type_that_prometheus_asks_for(scene: Scene) -> None:
    answer = scene.app.test_client().get("/metrics")

    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"


def test_requests_are_counted_by_rule_method_and_class_of_status(scene: Scene) -> None:
    for path in ("/api/v1/fronts/a/timeline", "/api/v1/fronts/b/timeline", "/api/v1/timeline"):
        scene.client.get(path)

    assert count(scene, "/api/v1/fronts/<slug>/timeline", "GET", "4xx") == 2
    assert count(scene, "/api/v1/timeline", "GET", "2xx") == 1


def test_nothing_that_a_client_makes_up_becomes_a_label(scene: Scene) -> None:
    for number in range(5):
        scene.client.get(f"/api/v1/made-up-{number}")
        scene.client.get(f"/made-up-{number}")
        scene.client.open("/api/v1/fronts", method=f"MADE{number}")
    found = samples(scene)

    assert not [labels for _, labels in found if "made" in repr(labels).lower()]
    assert count(scene, "/api/<path:path>", "GET", "4xx") == 5
    assert count(scene, "unknown", "GET", "4xx") == 5
    assert count(scene, "unknown", "other", "4xx") == 5


def test_events_are_counted_by_what_became_of_them(scene: Scene) -> None:
    before = {word: value(scene, "timeline_events_appended_total", outcome=word) for word in Outcome}
    scene.post(message())
    scene.post(message())
    scene.post(message(id="b", time="2099-01-01"))
    after = {word: value(scene, "timeline_events_appended_total", outcome=word) for word in before}

    assert before == dict.fromkeys(Outcome, 0)
    assert after == {"accepted": 1, "duplicate": 1, "rejected": 1, "withheld": 0}


def test_where_the_log_and_its_rows_stand_is_told(scene: Scene) -> None:
    scene.tell(reported())
    behind = value(scene, "timeline_rows_behind_records")
    scene.get("/timeline")

    assert behind == 1
    assert value(scene, "timeline_rows_behind_records") == 0
    assert value(scene, "timeline_log_position") == 1
    assert value(scene, "timeline_events_set_aside") == 0
    assert value(scene, "timeline_store_up") == 1


def test_requests_and_streams_that_are_going_on_are_told(scene: Scene) -> None:
    for _ in range(3):
        scene.client.get("/api/v1/timeline")

    assert value(scene, "timeline_requests_in_progress") == 1, "this one"
    assert value(scene, "timeline_event_streams_open") == 0
    assert (value(scene, "process_resident_memory_bytes") or 0) > 1_000_000


def test_where_the_store_can_not_be_asked_the_rest_is_told_all_the_same(scene: Scene, monkeypatch: Any) -> None:
    def fail() -> Any:
        raise StoreUnusable("gone")

    monkeypatch.setattr(scene.runner, "lag", fail)
    found = samples(scene)

    assert found["timeline_store_up", ()] == 0
    assert ("timeline_log_position", ()) not in found
    assert ("timeline_requests_in_progress", ()) in found


def test_two_services_in_one_process_count_for_themselves(scene: Scene, tmp_path: Any) -> None:
    with open_scene(tmp_path / "other.db") as other:
        other.client.get("/api/v1/timeline")

        assert count(other, "/api/v1/timeline", "GET", "2xx") == 1
        assert count(scene, "/api/v1/timeline", "GET", "2xx") is None
