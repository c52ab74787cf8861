"""Who asks too often is told to wait: by token, by address, and without harm to those who share one."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.scenarios import Scene, bearer, message, open_scene
from timeline.access.tokens import Scope, new_secret
from timeline.api.limits import CountedInTurn

Limited = Callable[..., Scene]


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Limited]:
    """Makes a service with limits, which are few."""
    with ExitStack() as opened:
        few = {"reads_per_minute": 3, "writes_per_minute": 2, "failed_logins_per_minute": 2}
        yield lambda **settings: opened.enter_context(open_scene(tmp_path / "limited.db", **{**few, **settings}))


def read(scene: Scene, address: str = "192.0.2.1", path: str = "/api/v1/events", **headers: str) -> TestResponse:
    return scene.app.test_client().get(path, headers=headers, environ_base={"REMOTE_ADDR": address})


def write(scene: Scene, authorization: str, id: str) -> TestResponse:
    return scene.app.test_client().post("/api/v1/events", json=message(id=id), headers={"Authorization": authorization})


def statuses(answers: Any) -> list[int]:
    return [answer.status_code for answer in answers]


def test_whoever_reads_too_often_is_told_how_long_to_wait(limited: Limited) -> None:
    scene = limited()
    answers = [read(scene) for _ in range(4)]

    assert statuses(answers) == [200, 200, 200, 429]
    assert answers[-1].content_type == "application/problem+json"
    assert answers[-1].get_json()["type"] == "urn:timeline:problem:too-many-requests"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 61
    assert "Retry-After" not in answers[0].headers


def test_each_address_counts_for_itself_and_an_ipv6_network_as_one(limited: Limited) -> None:
    scene = limited()
    for _ in range(3):
        read(scene)
    network = [read(scene, f"2001:db8:1:2::{number}") for number in range(1, 5)]

    assert statuses([read(scene), read(scene, "192.0.2.2")]) == [429, 200]
    assert statuses(network) == [200, 200, 200, 429]
    assert read(scene, "2001:db8:1:3::1").status_code == 200


def test_each_token_counts_for_itself_whatever_its_address(limited: Limited) -> None:
    scene = limited()
    one, other = (bearer(scene.tokens, name, Scope.APPEND) for name in ("one", "other"))
    first = [write(scene, one, f"one-{number}") for number in range(3)]

    assert statuses(first) == [201, 201, 429]
    assert write(scene, other, "other").status_code == 201
    assert scene.head == 3


def test_reads_and_writes_are_counted_apart(limited: Limited) -> None:
    scene = limited()
    desk = bearer(scene.tokens, "desk", Scope.APPEND)
    answers = [write(scene, desk, f"a-{number}") for number in range(3)]

    assert statuses(answers) == [201, 201, 429]
    assert read(scene, Authorization=desk).status_code == 200


def test_who_tries_tokens_is_stopped_and_a_good_one_from_the_same_address_is_not(limited: Limited) -> None:
    scene = limited()
    tried = [read(scene, Authorization=f"Bearer {new_secret()}") for _ in range(3)]
    good = bearer(scene.tokens, "desk", Scope.READ)

    assert statuses(tried) == [401, 401, 429]
    assert "Retry-After" in tried[-1].headers
    assert read(scene, Authorization=good).status_code == 200
    assert read(scene).status_code == 200
    assert read(scene, "192.0.2.2", Authorization=f"Bearer {new_secret()}").status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_are_not_counted(limited: Limited, path: str) -> None:
    scene = limited()
    asked = {read(scene, path=path).status_code for _ in range(10)}

    assert 429 not in asked
    assert statuses(read(scene) for _ in range(3)) == [200, 200, 200]


@pytest.mark.parametrize("path", ["/api/v1/openapi.json", "/api/nothing"])
def test_everything_else_is(limited: Limited, path: str) -> None:
    scene = limited()

    assert statuses(read(scene, path=path) for _ in range(4))[-1] == 429


def test_each_limit_can_be_switched_off(limited: Limited) -> None:
    scene = limited(reads_per_minute=0, writes_per_minute=0, failed_logins_per_minute=0)
    desk = bearer(scene.tokens, "desk", Scope.APPEND)

    assert set(statuses(read(scene) for _ in range(20))) == {200}
    assert set(statuses(write(scene, desk, f"a-{number}") for number in range(20))) == {201}
    assert set(statuses(read(scene, Authorization="Bearer x") for _ in range(20))) == {401}


def test_one_limit_can_be_switched_off_alone(limited: Limited) -> None:
    scene = limited(reads_per_minute=0)
    desk = bearer(scene.tokens, "desk", Scope.APPEND)

    assert set(statuses(read(scene) for _ in range(20))) == {200}
    assert statuses(write(scene, desk, f"a-{number}") for number in range(3)) == [201, 201, 429]


def test_what_a_client_says_of_its_address_counts_for_nothing(limited: Limited) -> None:
    scene = limited()
    answers = [read(scene, **{"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(4)]

    assert statuses(answers)[-1] == 429


def test_behind_a_trusted_proxy_the_address_is_the_one_that_the_proxy_saw(limited: Limited) -> None:
    scene = limited(trusted_proxies=1)
    mine = [read(scene, **{"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.1"}) for number in range(4)]

    assert statuses(mine)[-1] == 429
    assert read(scene, **{"X-Forwarded-For": "198.51.100.2"}).status_code == 200


def test_requests_at_the_same_moment_are_all_counted_and_none_fails() -> None:
    storage = CountedInTurn()
    with ThreadPoolExecutor(16) as senders:
        counts = list(senders.map(lambda _: storage.incr("somebody", 60), range(2_000)))

    assert sorted(counts) == list(range(1, 2_001))
