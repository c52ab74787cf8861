"""What a log remembers to tell what is unusual."""

import pytest

from timeline.plausibility.catalogue import ANY_POSITION, Catalogue

LENGTH = 5_000
"""Voids in one chain: far more than calls may be nested."""


@pytest.fixture
def disowned() -> Catalogue:
    """A registration at position 1, and after it voids, each of the record before it."""
    catalogue = Catalogue()
    catalogue.add_source("bbc", "BBC", 1)
    for position in range(2, LENGTH + 2):
        catalogue.add_void(position - 1, position)
    return catalogue


@pytest.mark.parametrize(("before", "knows"), [(2, True), (3, False), (4, True), (LENGTH + 1, False)])
def test_a_chain_of_voids_of_any_length_leaves_what_its_last_says(
    disowned: Catalogue, before: int, knows: bool
) -> None:
    assert disowned.sources.knows("bbc", before) is knows


def test_voids_that_were_not_written_are_forgotten(disowned: Catalogue) -> None:
    assert disowned.sources.knows("bbc", ANY_POSITION)

    mark = disowned.mark
    disowned.add_void(LENGTH + 1, LENGTH + 2)
    assert not disowned.sources.knows("bbc", ANY_POSITION)
    disowned.take_back(mark)

    assert disowned.sources.knows("bbc", ANY_POSITION)
