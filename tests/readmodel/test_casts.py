"""Casts and the labels of their members: numbers that follow from who is in them, and counts that add up."""

from collections import Counter
from datetime import UTC

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.scenarios import Scene, registered, reported
from tests.scenarios import given as account_given
from timeline.domain.moments import to_micros
from timeline.readmodel.casts import ACTOR, NOBODY, SOURCE, cast_of, digest_of, labels_of, named_by
from timeline.readmodel.cubes import month_at, month_of, months_of, start_of
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.filters import Filters
from timeline.readmodel.versions import ALWAYS

Pairs = list[tuple[str, str]]

pairs = st.lists(st.tuples(st.sampled_from(["A", "B", '"', "é\n"]), st.sampled_from(["a", "b", "c"])), max_size=6)


@given(pairs)
def test_over_all_labels_of_a_cast_each_name_counts_once(actors: Pairs) -> None:
    counted: Counter[str] = Counter()
    roles: Counter[tuple[str, str]] = Counter()
    for label, times in labels_of(cast_of(actors)):
        name, role = named_by(label)
        counted[name] += times
        if role is not None:
            roles[name, role] += times

    assert counted == Counter({name for name, _ in actors})
    assert roles == Counter(set(actors))


@given(pairs, pairs)
def test_a_cast_has_the_same_number_in_whatever_order_it_is_told(
    one: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    same = set(one) == set(other)

    assert (digest_of(ACTOR, cast_of(one)) == digest_of(ACTOR, cast_of(other))) == same
    assert digest_of(ACTOR, cast_of([*one, *other])) == digest_of(ACTOR, cast_of([*other, *one]))


def test_nobody_has_a_number_of_its_own_and_sources_are_no_actors() -> None:
    assert digest_of(ACTOR, ()) == digest_of(SOURCE, ()) == NOBODY
    assert digest_of(ACTOR, (("a", ""),)) != digest_of(SOURCE, ("a",)) != NOBODY


@given(st.datetimes())
def test_the_month_of_a_moment_begins_before_it_and_the_next_one_after(moment: object) -> None:
    micros = to_micros(moment.replace(tzinfo=UTC))  # type: ignore[attr-defined]
    month = month_at(micros)

    assert start_of(month) <= micros < start_of(month + 1)
    assert month_of(micros) == months_of(np.array([micros])).tolist()[0] == (0 if micros == ALWAYS else month)


def test_another_voice_that_changes_nothing_is_not_another_look(scene: Scene) -> None:
    for source in ("ru-mod", "wagner"):
        scene.tell(registered(source, "russia"), "2023-01-01")
    scene.tell(reported("ru-mod"), "2023-05-20")
    scene.tell(account_given("wagner"), "2023-05-22")

    _, showings = scene.reader.showings(WantedCuts(), Filters(), 10)

    assert len(showings) == 1
    assert showings[0].reported_to is None
