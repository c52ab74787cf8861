"""What is answered before the application is reached is what the application would have said."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.scenarios import Scene, bearer, message, open_scene
from timeline.access.tokens import Scope

LONG_WAY = "?atomic=false"
"""A query string, which only the application reads; this one changes nothing."""
ACCOUNT = {"source": "ru-mod", "stance": {"occurrence": "denies"}}


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Scene, Scene]]:
    """Two services that have seen nothing yet."""
    with open_scene(tmp_path / "short.db") as short, open_scene(tmp_path / "long.db") as long:
        yield short, long


def sent(scene: Scene, told: Any, query: str = "", **headers: str) -> TestResponse:
    """A message by a token of each sort (named `tests`), unless another is given."""
    return scene.client.post(f"/api/v1/events{query}", json=told, headers={"X-Request-ID": "mine", **headers})


def without_log(body: Any) -> Any:
    """An answer without what tells the two logs apart; either says it, or neither."""
    return {name: name if name in ("origin", "epoch") else value for name, value in body.items()}


@pytest.mark.parametrize(
    "told",
    [
        [message()],
        [message(), message()],
        [message(), message(data={"title": "Another title"})],
        [message(), message("account.given", id="a-2", subject="ucdp-ged:9", data=ACCOUNT)],
        [message("account.given", id="a-2", subject="ucdp-ged:9", data=ACCOUNT)],
        [message(time="2999-01-01")],
        [message(data={"title": ""})],
        [message("front.opened", data={"slug": "kyiv", "name": "Kyiv"})],
        ["no message"],
    ],
    ids=["new", "again", "other content", "unknown", "none there", "future", "wrong", "rare", "malformed"],
)
def test_both_ways_say_the_same(two: tuple[Scene, Scene], told: list[Any]) -> None:
    short, long = two
    for one in told:
        quick, slow = sent(short, one), sent(long, one, LONG_WAY)

        assert quick.status_code == slow.status_code
        assert without_log(quick.get_json()) == without_log(slow.get_json())
        assert sorted(quick.headers) == sorted(slow.headers)
    assert short.log.head() == long.log.head()


def test_what_was_appended_names_the_token_that_brought_it(scene: Scene) -> None:
    sent(scene, message())

    assert scene.log.after(0)[0].event.recorded_by == "tests"  # type: ignore[union-attr]


def test_both_ways_are_counted_and_logged_alike(scene: Scene) -> None:
    sent(scene, message(id="a-1"))
    sent(scene, message(id="a-2"), LONG_WAY)
    shown = scene.app.test_client().get("/metrics").get_data(as_text=True)

    assert 'timeline_events_appended_total{outcome="accepted"} 2.0' in shown
    assert 'timeline_request_duration_seconds_count{method="POST",rule="/api/v1/events",status="2xx"} 2.0' in shown


def test_both_ways_count_against_one_limit_and_a_refusal_counts_once(tmp_path: Path) -> None:
    with open_scene(tmp_path / "few.db", writes_per_minute=4) as scene:
        refused = sent(scene, message("account.given", subject="ucdp-ged:9", data=ACCOUNT))
        answers = [sent(scene, message(id=f"a-{number}"), LONG_WAY if number % 2 else "") for number in range(4)]

    assert refused.status_code == 422
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]


def test_a_token_that_was_revoked_or_may_only_read_appends_nothing(scene: Scene) -> None:
    read_only, revoked = bearer(scene.tokens, "reader", Scope.READ), bearer(scene.tokens, "gone", Scope.APPEND)
    scene.tokens.revoke("gone")
    answers = [sent(scene, message(), Authorization=given) for given in (read_only, revoked, "Bearer ", "Basic x")]

    assert [answer.status_code for answer in answers] == [403, 401, 401, 401]
    assert scene.log.head().position == 0
