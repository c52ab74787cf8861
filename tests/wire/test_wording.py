"""Words that pages and files share."""

import pytest

from timeline.domain.values import Tally
from timeline.wire.wording import figures_in_words


@pytest.mark.parametrize(
    ("tally", "words"),
    [
        (Tally(5, 7, 1_009), "at least 5, best estimate 7, at most 1,009"),
        (Tally(best=7), "best estimate 7"),
        (Tally(0, 396, 0, as_published=True), "low 0, best estimate 396, high 0 (published out of order)"),
        (Tally(low=5, high=4, as_published=True), "low 5, high 4 (published out of order)"),
        (Tally(1, 2, 3, as_published=True), "at least 1, best estimate 2, at most 3"),
    ],
)
def test_figures_bound_what_was_counted_unless_they_are_out_of_order(tally: Tally, words: str) -> None:
    assert figures_in_words(tally) == words
