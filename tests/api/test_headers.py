"""What every answer says to a browser, and whose pages may call the API."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.scenarios import Scene, open_scene
from timeline.bootstrap import Service
from timeline.config import Config
from timeline.webapp import create_app

DESK = "https://desk.example.org"


@pytest.fixture
def page(scene: Scene) -> FlaskClient:
    """A client of API and dashboard."""
    return create_app(Service(scene.log, scene.runner, scene.reader, scene.tokens), Config()).test_client()


@pytest.mark.parametrize(
    "path", ["/api/v1/fronts", "/api/v1/fronts?no=such", "/api/nothing", "/healthz", "/", "/_dash-layout"]
)
def test_every_answer_has_the_headers_that_protect_browsers(page: FlaskClient, path: str) -> None:
    headers = page.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", ["/api/v1/fronts", "/api/v1/fronts?no=such", "/api/nothing", "/healthz", "/metrics"])
def test_an_answer_of_the_api_may_load_and_run_nothing(page: FlaskClient, path: str) -> None:
    assert page.get(path).headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_the_page_has_a_policy_of_its_own(page: FlaskClient) -> None:
    policy = page.get("/").headers["Content-Security-Policy"]

    assert "default-src 'none'; script-src 'self' 'sha256-" in policy
    assert "unsafe-eval" not in policy


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v2", "/healthz/", "/readyz/", "/metrics/"])
def test_beside_the_api_there_is_no_page(page: FlaskClient, path: str) -> None:
    answer = page.get(path)

    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert "/api/docs" in answer.get_json()["detail"]
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_what_is_not_sent_again_has_the_headers_of_the_api_and_not_of_the_page(page: FlaskClient) -> None:
    asked = {"If-None-Match": page.get("/api/v1/fronts?recorded_at=0").headers["ETag"], "X-Request-ID": "mine"}
    # With a preference the layer before the application leaves it to that; no basic credentials are looked at.
    answers = [
        page.get("/api/v1/fronts?recorded_at=0", headers={**asked, **more})
        for more in ({}, {"Prefer": "return=minimal"}, {"Authorization": "Basic x"})
    ]

    assert {answer.status_code for answer in answers} == {304}
    for answer in answers:
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert sorted(answer.headers) == sorted(answers[0].headers)


def test_refusals_and_failures_have_them_too(scene: Scene) -> None:
    refused = scene.app.test_client().post("/api/v1/events")

    assert refused.status_code == 401
    assert refused.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" in refused.headers


def test_by_default_no_other_page_may_call_the_api(scene: Scene) -> None:
    answer = scene.client.get("/api/v1/fronts", headers={"Origin": DESK})

    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_a_page_that_is_named_may_call_it_and_see_what_it_needs(tmp_path: Path) -> None:
    with open_scene(tmp_path / "cors.db", cors_origins=(DESK,)) as scene:
        answer = scene.client.get("/api/v1/fronts", headers={"Origin": DESK})
        refused = scene.app.test_client().post("/api/v1/events", headers={"Origin": DESK})
        other = scene.client.get("/api/v1/fronts", headers={"Origin": f"{DESK}.evil.example"})

    for one in (answer, refused):
        assert one.headers["Access-Control-Allow-Origin"] == DESK
        exposed = one.headers["Access-Control-Expose-Headers"].split(", ")
        assert {
            *("ETag", "Retry-After", "X-Request-ID", "Content-Disposition", "WWW-Authenticate"),
            *("Timeline-As-Of", "Timeline-Known-At", "Timeline-Position", "Timeline-Recorded-At"),
            *("Timeline-Checkpoint", "Timeline-Rows-Behind"),
        } == set(exposed)
        assert "Access-Control-Allow-Credentials" not in one.headers
    assert "Origin" in answer.headers["Vary"]
    assert "Access-Control-Allow-Origin" not in other.headers


def test_a_browser_that_asks_first_is_told_without_a_token_even_where_reading_is_closed(tmp_path: Path) -> None:
    with open_scene(tmp_path / "cors.db", cors_origins=(DESK,), reading_is_open=False) as scene:
        asked = {
            "Origin": DESK,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type, if-match, prefer, "
            "idempotency-key, ce-type, x-else",
        }
        answer = scene.app.test_client().options("/api/v1/events", headers=asked)

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == DESK
    assert set(answer.headers["Access-Control-Allow-Headers"].split(", ")) == {
        "authorization",
        "content-type",
        "if-match",
        "prefer",
        "idempotency-key",
        "ce-type",
    }
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]


def test_every_page_may_be_allowed(tmp_path: Path) -> None:
    with open_scene(tmp_path / "cors.db", cors_origins=("*",)) as scene:
        answer = scene.client.get("/api/v1/fronts", headers={"Origin": DESK})

    assert answer.headers["Access-Control-Allow-Origin"] in ("*", DESK)
