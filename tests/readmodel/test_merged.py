"""Which developments are read together: all that merges connect, however many, and quickly."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from timeline.readmodel.merged import Merged

IDS = [UUID(int=number) for number in range(8)]
pairs = st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)).filter(lambda pair: pair[0] != pair[1])


@given(st.lists(pairs, max_size=12))
def test_groups_are_whatever_a_walk_along_the_merges_reaches(merges: list[tuple[UUID, UUID]]) -> None:
    merged = Merged()
    for one, other in merges:
        merged.connect(one, other)
        merged.group_of(one)

    for id in IDS:
        reached = {id}
        for _ in IDS:
            reached |= {end for pair in merges if reached & set(pair) for end in pair}
        assert merged.group_of(id) == reached
        assert merged.stands_alone(id) == (reached == {id})
    assert merged.together(IDS[:2]) == merged.group_of(IDS[0]) | merged.group_of(IDS[1])


def test_twenty_thousand_developments_merged_into_one_are_connected() -> None:
    target = UUID(int=2**100)

    merged = Merged((UUID(int=number), target) for number in range(20_000))

    assert len(merged.group_of(target)) == 20_001
