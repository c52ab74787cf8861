"""Who may ask and say what: tokens, their scopes, closed reading, and that no secret is ever repeated."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.engines import Engine
from tests.scenarios import Scene, bearer, message, open_scene
from timeline.access.tokens import Scope, new_secret
from timeline.bootstrap import Service
from timeline.config import Config
from timeline.webapp import create_app

REALM = 'Bearer realm="timeline"'
INVALID = f'{REALM}, error="invalid_token"'


@pytest.fixture
def shared(engine: Engine) -> Iterator[Scene]:
    """A service on a log, once on each engine."""
    with open_scene(engine) as opened:
        yield opened


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Scene]:
    """A service of which one must have a token to read, with its dashboard."""
    with open_scene(tmp_path / "closed.db") as opened:
        service = Service(opened.log, opened.runner, opened.reader, opened.tokens)
        opened.app = create_app(service, Config(reading_is_open=False))
        opened.client = opened.app.test_client()
        yield opened


def anybody(scene: Scene) -> FlaskClient:
    """A client that brings no token."""
    return scene.app.test_client()


def post(scene: Scene, body: Any, authorization: str | None) -> TestResponse:
    headers = {"Authorization": authorization} if authorization is not None else {}
    return anybody(scene).post("/api/v1/events", json=body, headers=headers)


def assessed(id: str = "v-1") -> dict[str, Any]:
    verdict = {"aspect": "occurrence", "verdict": "confirmed", "credibility": 2, "rationale": "Pictures."}
    return message("development.assessed", id=id, subject="test:entry", data=verdict)


def problem(answer: TestResponse) -> tuple[int, str, str | None]:
    """Status, kind and challenge of a problem document."""
    assert answer.content_type == "application/problem+json"
    kind = answer.get_json()["type"].removeprefix("urn:timeline:problem:")
    return answer.status_code, kind, answer.headers.get("WWW-Authenticate")


def test_whoever_appends_needs_a_token(shared: Scene) -> None:
    refused = post(shared, message(), None)

    assert problem(refused) == (401, "unauthenticated", REALM)
    assert shared.head == 0


def test_who_brings_none_is_told_so_before_anything_of_the_message_is_looked_at(scene: Scene) -> None:
    for data, kind in ((b"{not json", "application/json"), (b"", "text/plain"), (b"x" * 200_000, "application/json")):
        assert anybody(scene).post("/api/v1/events", data=data, content_type=kind).status_code == 401


def test_a_token_that_may_append_says_everything_but_verdicts(shared: Scene) -> None:
    desk = bearer(shared.tokens, "desk", Scope.APPEND)
    said = post(shared, message(data={"external_id": "test:entry"}), desk)
    refused = post(shared, assessed(), desk)

    assert said.status_code == 201
    assert problem(refused) == (403, "insufficient-scope", f'{REALM}, error="insufficient_scope", scope="assess"')
    assert shared.head == 1


def test_a_token_that_may_assess_gives_verdicts_and_says_nothing_else(shared: Scene) -> None:
    post(shared, message(data={"external_id": "test:entry"}), bearer(shared.tokens, "desk", Scope.APPEND))
    analyst = bearer(shared.tokens, "analyst", Scope.ASSESS)

    assert post(shared, assessed(), analyst).status_code == 201
    assert problem(post(shared, message(id="b"), analyst))[:2] == (403, "insufficient-scope")
    assert shared.head == 2


def test_a_token_that_may_only_read_appends_nothing(scene: Scene) -> None:
    reader = bearer(scene.tokens, "reader", Scope.READ)
    for body in (message(), assessed(), {"no": "message"}):
        assert problem(post(scene, body, reader))[:2] == (403, "insufficient-scope")

    assert scene.head == 0


def test_both_scopes_or_admin_say_both(scene: Scene) -> None:
    for number, scopes in enumerate(([Scope.APPEND, Scope.ASSESS], [Scope.ADMIN])):
        token = bearer(scene.tokens, f"all-{number}", *scopes)
        assert post(scene, message(id=f"a-{number}", data={"external_id": "test:entry"}), token).status_code == 201
        assert post(scene, assessed(f"v-{number}"), token).status_code == 201


def test_a_token_is_refused_once_it_is_revoked_or_expired(shared: Scene) -> None:
    secret, _ = shared.tokens.create("short", [Scope.APPEND], shared.clock.now.replace(hour=13))
    revoked = bearer(shared.tokens, "revoked", Scope.APPEND)
    assert post(shared, message(), f"Bearer {secret}").status_code == 201
    assert post(shared, message(id="b"), revoked).status_code == 201

    shared.tokens.revoke("revoked")
    shared.clock.advance(hours=1)

    assert problem(post(shared, message(id="c"), f"Bearer {secret}")) == (401, "invalid-token", INVALID)
    assert problem(post(shared, message(id="c"), revoked)) == (401, "invalid-token", INVALID)
    assert shared.head == 2


def test_no_answer_tells_unknown_malformed_revoked_and_expired_apart(scene: Scene) -> None:
    secret, _ = scene.tokens.create("short", [Scope.APPEND], scene.clock.now.replace(hour=13))
    revoked = bearer(scene.tokens, "revoked", Scope.APPEND)
    scene.tokens.revoke("revoked")
    scene.clock.advance(hours=1)
    unknown = [f"Bearer {new_secret()}", "Bearer", "Bearer ", "bearer x", "Bearer a b", "Bearer ct_", "Bearer \xe9"]
    answers = [post(scene, message(), one) for one in (f"Bearer {secret}", revoked, *unknown)]

    assert {answer.get_data() for answer in answers} == {answers[0].get_data()}
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {INVALID}


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
def test_the_name_of_the_scheme_may_be_written_in_any_case(scene: Scene, scheme: str) -> None:
    secret, _ = scene.tokens.create("desk", [Scope.APPEND])

    assert post(scene, message(), f"{scheme} {secret}").status_code == 201


def test_what_another_scheme_carries_is_nobodys_token(scene: Scene) -> None:
    secret, _ = scene.tokens.create("desk", [Scope.APPEND])
    for header in (f"Basic {secret}", secret, f"Token {secret}"):
        assert problem(post(scene, message(), header)) == (401, "unauthenticated", REALM)
        assert anybody(scene).get("/api/v1/fronts", headers={"Authorization": header}).status_code == 200


def test_reading_is_open_to_anybody_unless_it_is_closed(scene: Scene) -> None:
    for path in ("/api/v1/timeline", "/api/v1/events", "/api/v1/log/keys", "/healthz", "/readyz", "/metrics"):
        assert anybody(scene).get(path).status_code == 200


def test_a_token_that_is_not_accepted_is_refused_even_where_none_is_needed(scene: Scene) -> None:
    asked = {"headers": {"Authorization": f"Bearer {new_secret()}"}}

    assert problem(anybody(scene).get("/api/v1/fronts", **asked)) == (401, "invalid-token", INVALID)
    assert anybody(scene).get("/healthz", **asked).status_code == 200


CLOSED = [
    "/api/v1/timeline", "/api/v1/events", "/api/v1/fronts", "/api/v1/log/checkpoint", "/api/v1/nothing",
    "/", "/?as_of=2023-05-22", "/anything", "/_dash-layout", "/_dash-dependencies",
]  # fmt: skip


@pytest.mark.parametrize("path", CLOSED)
def test_closed_reading_is_closed_everywhere(closed: Scene, path: str) -> None:
    refused = anybody(closed).get(path)

    assert problem(refused) == (401, "unauthenticated", REALM)


def test_what_the_page_asks_while_it_is_used_is_closed_as_well(closed: Scene) -> None:
    refused = anybody(closed).post("/_dash-update-component", json={})

    assert problem(refused) == (401, "unauthenticated", REALM)


def test_with_closed_reading_a_token_that_may_read_opens_api_and_dashboard(closed: Scene) -> None:
    for number, scopes in enumerate(([Scope.READ], [Scope.ADMIN], [Scope.APPEND, Scope.READ])):
        asked = {"headers": {"Authorization": bearer(closed.tokens, f"r-{number}", *scopes)}}
        for path in ("/api/v1/timeline", "/", "/_dash-layout"):
            assert anybody(closed).get(path, **asked).status_code == 200


def test_with_closed_reading_a_token_that_may_only_append_reads_nothing(closed: Scene) -> None:
    desk = bearer(closed.tokens, "desk", Scope.APPEND, Scope.ASSESS)
    refused = anybody(closed).get("/api/v1/timeline", headers={"Authorization": desk})

    assert problem(refused) == (403, "insufficient-scope", f'{REALM}, error="insufficient_scope", scope="read"')
    assert post(closed, message(), desk).status_code == 201


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/api/v1/openapi.json"])
def test_what_says_nothing_of_what_is_known_stays_open(closed: Scene, path: str) -> None:
    assert anybody(closed).get(path).status_code in (200, 503)  # no rows were built yet, says /readyz


def operations(scene: Scene) -> dict[str, Any]:
    paths = anybody(scene).get("/api/v1/openapi.json").get_json()["paths"]
    return {f"{word} {path}": one for path, words in paths.items() for word, one in words.items() if "responses" in one}


def test_the_document_says_of_every_operation_who_may_call_it(scene: Scene, closed: Scene) -> None:
    whole = anybody(scene).get("/api/v1/openapi.json").get_json()
    told = {name: one["security"] for name, one in operations(scene).items()}
    shut = {name: one["security"] for name, one in operations(closed).items()}

    assert whole["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert told.pop("post /api/v1/events") == shut.pop("post /api/v1/events") == [{"bearer": []}]
    for name in told:
        probe = name in ("get /healthz", "get /readyz", "get /metrics")
        assert told[name] == ([] if probe else [{}, {"bearer": []}])
        assert shut[name] == ([] if probe else [{"bearer": []}])


def test_the_document_says_how_an_operation_refuses(scene: Scene) -> None:
    told = operations(scene)

    assert {"401", "403", "429"} <= told["post /api/v1/events"]["responses"].keys()
    assert {"401", "429"} <= told["get /api/v1/timeline"]["responses"].keys()
    assert not {"401", "403", "429"} & told["get /healthz"]["responses"].keys()
    refusals = told["post /api/v1/events"]["responses"]
    schema = refusals["401"]["content"]["application/problem+json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/ProblemDetails"}
    assert set(refusals["401"]["headers"]) == {"WWW-Authenticate"}
    assert set(refusals["429"]["headers"]) == {"Retry-After"}


def misplaced(secret: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Requests that carry a secret where it does not belong: method, path, the rest."""
    as_json = {"content_type": "application/json"}
    return [
        ("GET", f"/api/v1/timeline?access_token={secret}", {}),
        ("GET", f"/api/v1/timeline?as_of={secret}", {}),
        ("GET", f"/api/v1/timeline?cursor={secret}", {}),
        ("GET", f"/api/v1/developments/{secret}", {}),
        ("GET", f"/api/v1/fronts/{secret}/timeline", {}),
        ("GET", f"/api/{secret}", {}),
        ("DELETE", f"/api/v1/fronts/{secret}/timeline", {}),
        ("GET", "/api/v1/fronts", {"headers": {"X-Request-ID": secret}}),
        ("GET", "/api/v1/fronts", {"headers": {"Authorization": f"Basic {secret}"}}),
        ("POST", "/api/v1/events", {"data": "{}", "content_type": secret}),
        ("POST", "/api/v1/events", {"data": "{}", "headers": {"If-Match": f"Bearer {secret}"}, **as_json}),
        ("POST", "/api/v1/events", {"json": message(), "headers": {"If-Match": f"Bearer {secret}"}}),
        ("POST", "/api/v1/events", {"json": {**message(), "token": f"Authorization: Bearer {secret}"}}),
        ("POST", "/api/v1/events", {"json": {**message(), secret: 1}}),
        ("POST", "/api/v1/events", {"json": message(secret)}),
        ("POST", "/api/v1/events", {"json": message(time=secret)}),
        ("POST", "/api/v1/events", {"json": message(subject=secret)}),
        ("POST", "/api/v1/events", {"data": f'{{"{secret}": 1, "{secret}": 2}}', **as_json}),
        ("POST", f"/api/v1/events?token={secret}", {"json": message(data={"occurred": secret})}),
    ]


@pytest.mark.parametrize("number", range(len(misplaced(""))))
def test_a_secret_in_the_wrong_place_is_not_repeated(scene: Scene, number: int) -> None:
    secret, _ = scene.tokens.create("leaked", [Scope.READ])
    method, path, more = misplaced(secret)[number]
    answer = scene.client.open(path, method=method, **more)

    assert secret not in answer.get_data(as_text=True)
    assert secret not in str(answer.headers)


def test_a_failure_of_ours_names_the_request_and_repeats_no_secret(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    from timeline import logs

    secret, _ = scene.tokens.create("leaked", [Scope.READ])

    def fail(id: str) -> None:
        raise RuntimeError(f"of {id}")

    scene.app.view_functions["reads.development"] = fail
    before = structlog.get_config()
    logs.to_stderr()
    try:
        answer = scene.client.get(f"/api/v1/developments/{secret}", headers={"X-Request-ID": "mine-1"})
    finally:
        structlog.configure(**before)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    assert answer.status_code == 500
    assert answer.get_json()["request_id"] == answer.headers["X-Request-ID"] == "mine-1"
    assert secret not in answer.get_data(as_text=True)
    assert [line["event"] for line in lines] == ["request failed", "request"]
    assert {line["request_id"] for line in lines} == {"mine-1"}
    assert "RuntimeError: of ct_..." in lines[0]["exception"]
    assert secret not in json.dumps(lines)
