"""What was counted once is not counted again for the next reader, and never told when it is no longer so."""

from typing import Any, cast

import numpy as np

from tests.scenarios import Scene, reported, submission
from timeline.domain.values import development_id_of
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.density import Bucket, Density
from timeline.readmodel.filters import Filters
from timeline.readmodel.remembering import Remembered
from timeline.readmodel.standing import Standing


class Counting:
    """Finds the next number each time it is asked."""

    asked = 0

    def __call__(self) -> int:
        self.asked += 1
        return self.asked


def standing() -> Standing:
    return cast("Standing", object())


def test_a_question_is_answered_once_while_nothing_is_written() -> None:
    remembered, find, now = Remembered(), Counting(), standing()

    assert [remembered.of(now, "this", find), remembered.of(now, "that", find), remembered.of(now, "this", find)] == [
        1, 2, 1
    ]  # fmt: skip


def test_all_is_forgotten_when_something_is_written() -> None:
    remembered, find, before, after = Remembered(), Counting(), standing(), standing()

    assert remembered.of(before, "this", find) == 1
    assert remembered.of(after, "this", find) == 2
    assert remembered.of(after, "this", find) == 2


def test_what_was_found_for_an_earlier_standing_is_not_kept_for_a_later_one() -> None:
    remembered, find, before, after = Remembered(), Counting(), standing(), standing()

    def overtaken() -> Any:
        remembered.of(after, "another", find)
        return "old"

    assert remembered.of(before, "this", overtaken) == "old"
    assert remembered.of(after, "this", find) == 2


def test_only_the_most_recently_asked_are_kept() -> None:
    remembered, find, now = Remembered(most=2 * 8), Counting(), standing()  # eight bytes for a small number
    for question in ("first", "second", "first", "third"):
        remembered.of(now, question, find)

    assert remembered.of(now, "first", find) == 1
    assert remembered.of(now, "second", find) == 4


def test_what_is_greater_than_all_that_may_be_kept_is_found_each_time() -> None:
    remembered, now = Remembered(most=1_000), standing()
    days = np.arange(1_000)
    counted = Density(Bucket.DAY, days, days, days, days, days)

    assert [remembered.of(now, "this", find) for find in (lambda: counted, lambda: None)] == [counted, None]


def test_counts_follow_the_log_at_once(scene: Scene) -> None:
    def counted() -> tuple[int, int | None, int]:
        _, density = scene.reader.density(WantedCuts(), Bucket.MONTH)
        _, facets = scene.reader.facets(WantedCuts(), Filters())
        _, fronts = scene.reader.fronts(WantedCuts())
        return int(density.density.developments), facets.kinds[0].count, fronts[0].developments

    for number in range(1, 4):
        scene.log.record(
            submission(
                reported(title=f"Report {number}"), id=development_id_of(f"test:{number}"), message=f"m-{number}"
            )
        )
        assert counted() == counted() == (number, number, number)
