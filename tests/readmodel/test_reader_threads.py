"""A reader that many threads ask at once."""

from typing import Any

from tests.scenarios import Scene, given, reported
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.questions import Reader
from timeline.readmodel.standing import Standing


class Overtaken(Reader):
    """A reader of which another thread finishes its question the moment after this one has read where the rows are."""

    other: Any = None

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name == "_last" and isinstance(value, Standing) and self.other:
            super().__setattr__(name, self.other)


def test_a_question_is_answered_from_where_the_rows_stood_then_whatever_another_thread_read_before(
    scene: Scene,
) -> None:
    scene.tell(reported())
    reader = Overtaken(scene.runner.catch_up, scene.log, scene.clock)
    earlier = reader.hold(WantedCuts()).cuts.position
    reader.other = reader._last
    scene.tell(given("ua-mod", "denies"))

    assert (earlier, reader.hold(WantedCuts()).cuts.position) == (1, 2)
