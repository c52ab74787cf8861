"""Undo: what was entered by mistake is in no fold from its void on, at any moment of the reported clock."""

from itertools import pairwise

from hypothesis import given as any_of
from hypothesis import strategies as st

from tests.scenarios import BAKHMUT, GRAYVORON, at, given, identity_of, instant, registered, reported
from timeline.domain.descriptions import DescriptionChanges, FrontChanges, SourceChanges
from timeline.domain.facts import (
    AccountWithdrawn,
    DevelopmentAssessed,
    DevelopmentMerged,
    DevelopmentRetracted,
    DevelopmentRevised,
    EntryVoided,
    Fact,
    FrontClosed,
    FrontOpened,
    FrontRevised,
    Recorded,
    SourceRevised,
)
from timeline.domain.history import catalogued, combined, fold_development, fold_front, fold_source, known_by
from timeline.domain.values import MessageId
from timeline.domain.vocabulary import Aspect, Credibility, Nature, Status, Verdict
from timeline.domain.voids import in_force, voided_in

LATEST = 10**9


def void(position: int, of: Recorded, reported_at: str = "2023-06-01") -> Recorded:
    """The void of an event."""
    named = of.event.fact
    topic = named.topic if isinstance(named, EntryVoided) else named.TOPIC
    fact = EntryVoided("Entered by mistake.", of.position, of.event.message, topic)
    return at(position, reported_at, fact, of.event.originator_id)


def state(history: list[Recorded], known_at: str = "2023-06-30", position: int = LATEST):  # type: ignore[no-untyped-def]
    return fold_development(BAKHMUT, known_by(history, instant(known_at), position))


def status(history: list[Recorded], known_at: str = "2023-06-30", position: int = LATEST) -> Status:
    return state(history, known_at, position).statuses(identity_of)[Aspect.OCCURRENCE]


REPORT = at(1, "2023-05-20", reported())


def test_a_voided_retraction_is_lifted_at_every_moment_and_an_older_log_answers_as_before() -> None:
    retraction = at(2, "2023-05-22", DevelopmentRetracted("Wrong row."))
    history = [REPORT, retraction, void(3, retraction)]

    assert status(history, "2023-05-25") is Status.CLAIMED
    assert status(history, "2023-05-25", position=2) is Status.RETRACTED
    assert status(history, "2023-05-21") is Status.CLAIMED


def test_each_kind_of_event_can_be_taken_out() -> None:
    verdict = DevelopmentAssessed(Aspect.OCCURRENCE, Verdict.CONFIRMED, Credibility.PROBABLY_TRUE, "Pictures.")
    told: list[Fact] = [
        given("ua-mod", "denies"),
        AccountWithdrawn("ru-mod"),
        DevelopmentRevised(DescriptionChanges(title="Other"), Nature.UPDATE),
        verdict,
        DevelopmentRetracted("Wrong."),
        DevelopmentMerged(GRAYVORON),
    ]
    plain = state([REPORT])
    for fact in told:
        event = at(2, "2023-05-22", fact)
        undone = state([REPORT, event, void(3, event)])

        assert (undone.description, undone.accounts, undone.assessments) == (plain.description, plain.accounts, {})
        assert (undone.retracted, undone.merged_into) == (False, None)
        assert (undone.last_reported_at, undone.version, undone.position) == (plain.last_reported_at, 3, 3)


def test_a_development_whose_only_report_is_voided_is_out_of_view_at_every_moment() -> None:
    history = [REPORT, at(2, "2023-05-21", given("ua-mod")), void(3, REPORT)]

    assert not state(history).visible
    assert not state(history, "2023-05-20").visible
    assert state(history, position=2).visible


def test_a_void_holds_before_it_was_reported_and_does_not_exist_before_what_it_voids() -> None:
    late = at(2, "2023-05-25", given("ua-mod", "denies"))
    history = [REPORT, late, void(3, late, "2023-06-01")]

    assert status(history, "2023-05-26") is Status.CLAIMED
    assert [event.position for event in known_by(history, instant("2023-05-24"), LATEST)] == [1]


def test_a_void_of_a_void_brings_back_and_a_third_takes_out_again() -> None:
    denial = at(2, "2023-05-21", given("ua-mod", "denies"))
    first = void(3, denial)
    second = void(4, first)
    third = void(5, second)
    history = [REPORT, denial, first, second, third]

    found = [status(history, position=position) for position in range(2, 6)]

    assert found == [Status.DISPUTED, Status.CLAIMED, Status.DISPUTED, Status.CLAIMED]


def test_an_unmerge_gives_each_its_own_accounts_back() -> None:
    other = at(2, "2023-05-20", reported("ua-mod"), GRAYVORON)
    merge = at(3, "2023-05-21", DevelopmentMerged(GRAYVORON))
    told = {BAKHMUT: [REPORT, merge, void(4, merge)], GRAYVORON: [other]}

    def sources(position: int) -> dict[str, list[str]]:
        states = {
            id: fold_development(id, known_by(events, instant("2023-06-30"), position)) for id, events in told.items()
        }
        names = {BAKHMUT: "bakhmut", GRAYVORON: "grayvoron"}
        return {names[id]: [given.account.source for given in state.accounts] for id, state in combined(states).items()}

    assert sources(3) == {"grayvoron": ["ru-mod", "ua-mod"]}
    assert sources(4) == {"bakhmut": ["ru-mod"], "grayvoron": ["ua-mod"]}


def test_fronts_and_sources_are_as_if_it_had_never_been_said() -> None:
    opened, closed = at(1, "2023-05-01", FrontOpened("bakhmut", "Bakhmut")), at(2, "2023-05-02", FrontClosed())
    renamed = at(3, "2023-05-03", FrontRevised(FrontChanges(name="Wrong")))
    front = fold_front(
        catalogued([opened, closed, renamed, void(4, closed), void(5, renamed)], instant("2023-06-30"), 9)
    )
    said, moved = (
        at(1, "2023-05-01", registered("bbc", "uk")),
        at(2, "2023-05-02", SourceRevised(SourceChanges(affiliation="x"))),
    )
    events = [said, moved, void(3, moved)]

    assert front is not None
    assert (front.opened.name, front.closed) == ("Bakhmut", False)
    source, before = (fold_source(catalogued(events, instant("2023-06-30"), position)) for position in (3, 2))
    assert source is not None
    assert before is not None
    assert (source.affiliation, before.affiliation) == ("uk", "x")


def test_a_voided_registration_no_longer_serves_for_what_was_before_it() -> None:
    first, second = at(1, "2023-05-01", registered("bbc", "uk")), at(2, "2023-05-03", registered("bbc", "ie"))
    alone = [first, void(2, first)]

    assert fold_source(catalogued(alone, instant("2023-06-30"), 9)) is None
    assert fold_source(catalogued(alone, instant("2023-04-30"), 9)) is None
    source = fold_source(catalogued([first, second, void(3, first)], instant("2023-05-02"), 9))
    assert source is not None
    assert source.affiliation == "ie"


@any_of(st.lists(st.floats(0, 1), max_size=12))
def test_a_chain_of_voids_leaves_what_the_last_of_them_says(shares: list[float]) -> None:
    history = [at(position, "2023-05-20", given("ua-mod")) for position in range(1, 6)]
    for share in shares:
        standing = [event for event in history if event.position not in voided_in(history)]
        history.append(void(len(history) + 1, standing[int(share * (len(standing) - 1))]))

    voided = voided_in(history)

    assert all(event.position not in voided for event in in_force(history))
    for earlier, later in pairwise(range(5, len(history) + 1)):
        before, after = voided_in(history[:earlier]), voided_in(history[:later])
        named = history[later - 1].event.fact
        assert isinstance(named, EntryVoided)
        assert named.position in after
        assert named.position not in before


def test_a_void_asks_for_the_same_by_position_or_by_message() -> None:
    kept = EntryVoided("Wrong.", 2, MessageId("//test", "m-2"), "account.given")

    assert EntryVoided("Wrong.", position=2).asks_for(kept)
    assert EntryVoided("Wrong.", message=MessageId("//test", "m-2")).asks_for(kept)
    assert not EntryVoided("Other.", position=2).asks_for(kept)
    assert not EntryVoided("Wrong.", position=3).asks_for(kept)
