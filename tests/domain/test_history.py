"""The fold: whatever the order of recording, the history at (K, R) is what had been said by K, in its order."""

from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from tests.scenarios import BAKHMUT, GRAYVORON, KOZINKA, at, given, identity_of, instant, registered, reported
from timeline.domain.descriptions import DescriptionChanges, FrontChanges, SourceChanges
from timeline.domain.facts import (
    AccountWithdrawn,
    DevelopmentAssessed,
    DevelopmentMerged,
    DevelopmentRetracted,
    DevelopmentRevised,
    FrontClosed,
    FrontOpened,
    FrontRevised,
    Recorded,
    SourceRevised,
)
from timeline.domain.history import (
    DevelopmentState,
    catalogued,
    combined,
    fold_development,
    fold_front,
    fold_source,
    known_by,
    merge_target,
)
from timeline.domain.moments import Occurred, parse_cut
from timeline.domain.vocabulary import Aspect, Credibility, Nature, Status, Verdict

LATEST = 1_000
OTHERS = [UUID(int=number) for number in range(1, 5)]


def state_at(history: list[Recorded], known_at: str, position: int = LATEST) -> DevelopmentState:
    """What was known at a cut."""
    return fold_development(BAKHMUT, known_by(history, parse_cut(known_at, "known_at"), position))


def headline(state: DevelopmentState) -> Status:
    return state.statuses(identity_of)[Aspect.OCCURRENCE]


def voices(state: DevelopmentState) -> list[str]:
    return [one.account.source for one in state.accounts]


def test_a_late_report_takes_its_place_in_the_past() -> None:
    history = [
        at(1, "2023-05-20", reported("ru-mod")),
        at(2, "2023-05-23", given("legion")),
        at(3, "2023-05-21", given("ua-mod", "denies")),
    ]

    assert voices(state_at(history, "2023-05-23")) == ["ru-mod", "ua-mod", "legion"]
    assert headline(state_at(history, "2023-05-20")) == "claimed"
    assert headline(state_at(history, "2023-05-21")) == "disputed"
    assert headline(state_at(history, "2023-05-21", position=2)) == "claimed"


def test_reports_of_one_instant_stand_in_the_order_of_their_positions() -> None:
    revised = [
        at(position, "2023-05-21T10:00:00Z", DevelopmentRevised(DescriptionChanges(title=title), Nature.UPDATE))
        for position, title in ((3, "Second"), (2, "First"))
    ]
    history = [at(1, "2023-05-20", reported()), *revised]

    assert state_at(history, "2023-05-21").described.title == "Second"


def test_an_archive_find_changes_the_past_from_its_own_date_on() -> None:
    history = [
        at(1, "2023-05-22", reported("nexstar", title="Six months of fighting", front="donetsk")),
        at(2, "2023-05-20", reported("wagner", title="Bakhmut taken")),
    ]

    assert not state_at(history, "2023-05-19").visible
    assert state_at(history, "2023-05-20").described.title == "Bakhmut taken"
    assert state_at(history, "2023-05-21").described.front == "bakhmut"
    assert state_at(history, "2023-05-22").described.title == "Six months of fighting"
    assert not state_at(history, "2023-05-21", position=1).visible
    assert state_at(history, "2023-05-22").first_reported_at == instant("2023-05-20")


def test_accounts_before_the_first_complete_report_count_once_it_is_in_view() -> None:
    history = [at(1, "2023-05-22", reported("ru-mod")), at(2, "2023-05-20", given("ua-mod", "denies"))]
    before, after = state_at(history, "2023-05-21"), state_at(history, "2023-05-22")

    assert not before.visible
    assert voices(before) == ["ua-mod"]
    assert after.visible
    assert headline(after) == "disputed"
    with pytest.raises(LookupError, match="no complete report"):
        _ = before.described


@pytest.mark.parametrize("nature", Nature)
def test_a_revision_changes_the_description_from_its_date_on(nature: Nature) -> None:
    changes = DescriptionChanges(occurred=Occurred("2023-05-19"), summary="Seen on pictures.")
    history = [at(1, "2023-05-20", reported(tags=("city",))), at(2, "2023-05-22", DevelopmentRevised(changes, nature))]

    assert state_at(history, "2023-05-21").described == reported(tags=("city",)).description
    assert state_at(history, "2023-05-22").described == changes.applied_to(reported(tags=("city",)).description)


def test_a_revision_before_the_first_complete_report_has_nothing_to_revise() -> None:
    revised = DevelopmentRevised(DescriptionChanges(title="Corrected"), Nature.CORRECTION)
    history = [at(1, "2023-05-22", reported()), at(2, "2023-05-20", revised)]

    assert state_at(history, "2023-05-22").described == reported().description
    assert state_at(history, "2023-05-22").version == 2


def test_a_withdrawal_takes_back_what_was_said_before_it_and_nothing_after() -> None:
    history = [
        at(1, "2023-05-20", reported("ru-mod")),
        at(2, "2023-05-21", AccountWithdrawn("ru-mod")),
        at(3, "2023-05-23", given("ru-mod")),
    ]

    assert headline(state_at(history, "2023-05-20")) == "claimed"
    assert headline(state_at(history, "2023-05-21")) == "retracted"
    assert headline(state_at(history, "2023-05-23")) == "claimed"
    assert [one.in_force for one in state_at(history, "2023-05-23").accounts] == [False, True]


def test_a_withdrawal_is_of_one_source_and_of_the_aspects_it_names() -> None:
    history = [
        at(1, "2023-05-20", reported("legion")),
        at(2, "2023-05-20", given("legion", attribution="asserts")),
        at(3, "2023-05-20", given("ru-mod", attribution="asserts")),
        at(4, "2023-05-21", AccountWithdrawn("legion", (Aspect.ATTRIBUTION,))),
    ]
    state = state_at(history, "2023-05-21")

    assert [sorted(one.withdrawn) for one in state.accounts] == [["attribution"], ["attribution"], []]
    assert [one.in_force for one in state.accounts] == [True, True, True]
    assert state.statuses(identity_of)[Aspect.ATTRIBUTION] == "claimed"


def test_the_later_assessment_wins_whichever_was_recorded_first() -> None:
    def assessed(verdict: Verdict) -> DevelopmentAssessed:
        return DevelopmentAssessed(Aspect.OCCURRENCE, verdict, Credibility.PROBABLY_TRUE, "Pictures.")

    history = [
        at(1, "2023-05-20", reported()),
        at(2, "2023-05-25", assessed(Verdict.REFUTED)),
        at(3, "2023-05-23", assessed(Verdict.CONFIRMED)),
        at(4, "2023-05-27", assessed(Verdict.WITHDRAWN)),
    ]

    told = [headline(state_at(history, f"2023-05-{day}")) for day in (22, 23, 24, 25, 26, 27)]
    assert told == ["claimed", "confirmed", "confirmed", "refuted", "refuted", "claimed"]


def test_a_retraction_holds_until_a_later_complete_report() -> None:
    history = [
        at(1, "2023-05-20", reported("ru-mod", title="First")),
        at(2, "2023-05-21", DevelopmentRetracted("Wrong village.")),
        at(3, "2023-05-22", given("legion", extent="asserts")),
        at(4, "2023-05-23", reported("ua-mod", title="Again")),
    ]
    gone, back = state_at(history, "2023-05-22"), state_at(history, "2023-05-23")

    assert gone.retracted
    assert gone.statuses(identity_of) == {Aspect.OCCURRENCE: "retracted", Aspect.EXTENT: "retracted"}
    assert not back.retracted
    assert back.described.title == "Again"
    assert headline(back) == "corroborated"


def test_a_state_counts_its_events_and_knows_the_last_position_and_report() -> None:
    history = [at(4, "2023-05-20", reported()), at(7, "2023-05-22", given("legion")), at(9, "2023-05-21", given("x"))]
    state = state_at(history, "2023-05-22")

    assert (state.version, state.position) == (3, 9)
    assert (state.first_reported_at, state.last_reported_at) == (instant("2023-05-20"), instant("2023-05-22"))


def test_an_old_answer_never_changes() -> None:
    """Every order in which the log can learn the same facts; at each step, all earlier (K, R) stay as they were."""
    facts: list[tuple[str, Any]] = [
        ("2023-05-20", reported()),
        ("2023-05-21", given("ua-mod", "denies")),
        ("2023-05-22", DevelopmentRevised(DescriptionChanges(title="Other"), Nature.UPDATE)),
        ("2023-05-23", AccountWithdrawn("ua-mod")),
    ]
    for order in permutations(facts):
        history = [at(position, when, fact) for position, (when, fact) in enumerate(order, 1)]
        for position in range(1, 5):
            for day in range(19, 25):
                cut = f"2023-05-{day}"

                assert state_at(history, cut, position) == state_at(history[:position], cut)


def test_the_order_of_recording_leaves_no_trace_once_everything_is_known() -> None:
    facts: list[tuple[str, Any]] = [
        ("2023-05-20", reported()),
        ("2023-05-21", given("ua-mod", "denies")),
        ("2023-05-22", DevelopmentRetracted("Wrong.")),
        ("2023-05-23", reported("legion", title="Other")),
    ]
    final = set()
    for order in permutations(facts):
        history = [at(position, when, fact) for position, (when, fact) in enumerate(order, 1)]
        state = state_at(history, "2023-05-24")
        final.add((state.described.title, headline(state), tuple(voices(state)), state.retracted, state.version))

    assert final == {("Other", Status.DISPUTED, ("ru-mod", "ua-mod", "legion"), False, 4)}


def merged(**into: str) -> dict[UUID, DevelopmentState]:
    """Developments a, b, c ... reported by sources of these names, merged as said: `merged(a="b", b="")`."""
    ids = dict(zip("abcd", OTHERS, strict=True))
    return {
        ids[name]: fold_development(
            ids[name],
            [
                at(1, "2023-05-20", reported(name)),
                *([at(2, "2023-05-21", DevelopmentMerged(ids[target]))] if target else []),
            ],
        )
        for name, target in into.items()
    }


def heard(states: dict[UUID, DevelopmentState]) -> dict[str, list[str]]:
    """Which entries stand, and whose accounts each holds."""
    names = dict(zip(OTHERS, "abcd", strict=True))
    return {names[id]: sorted(voices(state)) for id, state in combined(states).items()}


@pytest.mark.parametrize(
    ("merges", "standing"),
    [
        ({"a": "", "b": ""}, {"a": ["a"], "b": ["b"]}),
        ({"a": "b", "b": ""}, {"b": ["a", "b"]}),
        ({"a": "c", "b": "c", "c": ""}, {"c": ["a", "b", "c"]}),
        ({"a": "b", "b": "c", "c": ""}, {"c": ["a", "b", "c"]}),
        ({"a": "b"}, {"a": ["a"]}),
        ({"a": "b", "b": "c"}, {"b": ["a", "b"]}),
        ({"a": "b", "b": "a"}, {"a": ["a", "b"]}),
        ({"a": "b", "b": "c", "c": "a"}, {"a": ["a", "b", "c"]}),
        ({"a": "b", "b": "c", "c": "b"}, {"b": ["a", "b", "c"]}),
        ({"d": "c", "c": "b", "b": "c"}, {"b": ["b", "c", "d"]}),
    ],
    ids=str,
)
def test_merged_entries_count_where_they_ended_up(merges: dict[str, str], standing: dict[str, list[str]]) -> None:
    assert heard(merged(**merges)) == standing


def test_a_merge_into_an_entry_that_was_not_known_yet_shows_the_merged_one() -> None:
    states = merged(a="b")
    unseen = fold_development(OTHERS[1], [at(3, "2023-05-20", given("x"), OTHERS[1])])

    assert merge_target(states[OTHERS[0]], {**states, OTHERS[1]: unseen}) is None


def test_a_retracted_entry_takes_its_accounts_with_it_when_merged() -> None:
    states = merged(a="b", b="")
    gone = fold_development(
        OTHERS[0],
        [
            at(1, "2023-05-20", reported("a")),
            at(2, "2023-05-21", DevelopmentMerged(OTHERS[1])),
            at(3, "2023-05-22", DevelopmentRetracted("Invented.")),
        ],
    )

    assert heard({**states, OTHERS[0]: gone}) == {"b": ["b"]}


def test_a_later_complete_report_of_a_merged_entry_lets_it_stand_again() -> None:
    history = [
        at(1, "2023-05-20", reported()),
        at(2, "2023-05-21", DevelopmentMerged(GRAYVORON)),
        at(3, "2023-05-22", reported("legion")),
    ]

    assert state_at(history, "2023-05-21").merged_into == GRAYVORON
    assert state_at(history, "2023-05-22").merged_into is None


def test_merged_accounts_stand_in_the_order_in_which_they_were_reported() -> None:
    states = {
        BAKHMUT: fold_development(
            BAKHMUT, [at(1, "2023-05-20", reported("first")), at(4, "2023-05-23", given("fourth"))]
        ),
        KOZINKA: fold_development(
            KOZINKA,
            [
                at(2, "2023-05-21", reported("second"), KOZINKA),
                at(3, "2023-05-22", given("third"), KOZINKA),
                at(5, "2023-05-24", DevelopmentMerged(BAKHMUT), KOZINKA),
            ],
        ),
    }

    assert voices(combined(states)[BAKHMUT]) == ["first", "second", "third", "fourth"]


def test_a_front_is_opened_revised_and_closed() -> None:
    history = [
        at(1, "2022-03-01", FrontOpened("kyiv", "Kyiv")),
        at(2, "2022-04-07", FrontClosed("Russian forces left.")),
        at(3, "2022-03-15", FrontRevised(FrontChanges(name="Kyiv and the north"))),
    ]

    def front(known_at: str) -> Any:
        return fold_front(catalogued(history, parse_cut(known_at, "known_at"), LATEST))

    assert (front("2022-03-01").opened.name, front("2022-03-01").closed) == ("Kyiv", False)
    assert (front("2022-05-01").opened.name, front("2022-05-01").closed) == ("Kyiv and the north", True)
    assert fold_front(history[1:]) is None


def test_a_source_keeps_its_earliest_entry_for_times_before_it_and_follows_its_revisions() -> None:
    history = [
        at(5, "2023-05-10", registered("legion", "ukraine")),
        at(6, "2023-05-20", SourceRevised(SourceChanges(affiliation="russian-opposition"))),
    ]

    def side(known_at: str, position: int = LATEST) -> Any:
        source = fold_source(catalogued(history, parse_cut(known_at, "known_at"), position))
        return source and source.affiliation

    assert side("2022-01-01") == "ukraine"
    assert side("2023-05-15") == "ukraine"
    assert side("2023-05-20") == "russian-opposition"
    assert side("2023-05-20", position=5) == "ukraine"
    assert side("2023-05-20", position=4) is None


def test_a_revision_reported_before_the_registration_counts_from_its_own_time_on() -> None:
    history = [
        at(5, "2023-05-10", registered("legion", "ukraine")),
        at(6, "2023-03-01", SourceRevised(SourceChanges(affiliation="russian-opposition"))),
        at(7, "2023-04-01", SourceRevised(SourceChanges(affiliation="none-of-them"))),
    ]

    def side(known_at: str, position: int = LATEST) -> Any:
        source = fold_source(catalogued(history, parse_cut(known_at, "known_at"), position))
        return source and source.affiliation

    assert side("2023-02-01") == "ukraine"
    assert side("2023-03-15") == "russian-opposition"
    assert side("2023-04-15") == "none-of-them"
    assert side("2023-05-10") == "ukraine"
    assert side("2023-04-15", position=5) == "ukraine"
    assert side("2023-04-15", position=6) == "russian-opposition"
    assert side("2023-04-15", position=4) is None


def test_a_front_revised_or_closed_before_its_opening_was_reported_is_still_a_front() -> None:
    history = [
        at(1, "2022-03-01", FrontOpened("kyiv", "Kyiv")),
        at(2, "2022-02-25", FrontRevised(FrontChanges(name="Kyiv and the north"))),
        at(3, "2022-02-27", FrontClosed("Too early.")),
    ]

    def front(known_at: str) -> Any:
        return fold_front(catalogued(history, parse_cut(known_at, "known_at"), LATEST))

    assert (front("2022-02-01").opened.name, front("2022-02-01").closed) == ("Kyiv", False)
    assert (front("2022-02-26").opened.name, front("2022-02-26").closed) == ("Kyiv and the north", False)
    assert (front("2022-02-28").opened.name, front("2022-02-28").closed) == ("Kyiv and the north", True)
    assert (front("2022-03-01").opened.name, front("2022-03-01").closed) == ("Kyiv", False)
