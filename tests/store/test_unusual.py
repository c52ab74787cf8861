"""What is remembered of a log to judge what comes next is as much as the log holds, whatever went wrong meanwhile."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.scenarios import NOW, Scene, reported
from timeline.domain.aggregates import Stream, replayed
from timeline.domain.values import development_id_of
from timeline.plausibility.registry import WarningCode
from timeline.store import unusual
from timeline.store.queries import LogQueries
from timeline.store.unusual import Unusual


@pytest.fixture
def lopsided(scene: Scene) -> LogQueries:
    """A log of two developments of the year 223 and, after them, three of 2023."""
    for number, date in enumerate(("0223-05-01", "0223-05-02", "2023-05-01", "2023-05-02", "2023-05-03")):
        scene.tell(reported(occurred=date), id=development_id_of(f"test:{number}"))
    return scene.log.records.queries


def failing_once(queries: LogQueries, number: int) -> LogQueries:
    """The same log, of which the question with this number, from 1 on, is answered by a failure."""
    asked = 0

    def fetch(statement: str, given: Sequence[Any]) -> list[Any]:
        nonlocal asked
        asked += 1
        if asked == number:
            raise ConnectionError("the log went away")
        return queries.fetch(statement, given)

    return LogQueries(fetch, lambda column, values: "")


def is_far(known: Unusual, date: str) -> bool:
    """Whether a development of this date is told to be far from most others."""
    id = development_id_of("test:new")
    stream: Stream = replayed(id, [])
    warnings = known.warnings(reported(occurred=date), NOW, stream, lambda _: stream)
    return WarningCode.DATE_FAR_FROM_FRONT in {one.code for one in warnings}


@pytest.mark.parametrize("number", [1, 2])
def test_a_log_that_went_away_while_it_was_read_is_counted_once(
    lopsided: LogQueries, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unusual, "_READ_TOGETHER", 2)
    known = Unusual()
    with pytest.raises(ConnectionError):
        known.catch_up(failing_once(lopsided, number), lopsided.head())
    known.catch_up(lopsided, lopsided.head())

    assert is_far(known, "0223-05-22")
    assert not is_far(known, "2023-05-22")
