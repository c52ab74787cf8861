"""What is admitted to a stream: late reports in any order, but nothing that could never make sense."""

from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from tests.scenarios import BAKHMUT, GRAYVORON, KOZINKA, NOW, at, given, instant, registered, reported, submission
from timeline.domain.aggregates import Stream, decide, replayed
from timeline.domain.descriptions import DescriptionChanges, FrontChanges, SourceChanges
from timeline.domain.facts import (
    AccountWithdrawn,
    DevelopmentAssessed,
    DevelopmentMerged,
    DevelopmentRetracted,
    DevelopmentRevised,
    EntryVoided,
    Event,
    Fact,
    FrontClosed,
    FrontOpened,
    FrontRevised,
    Recorded,
    SourceRevised,
)
from timeline.domain.values import MessageId
from timeline.domain.vocabulary import Aspect, Credibility, Nature, Verdict
from timeline.errors import InsufficientScope, InvalidValue, NotAcceptable, UnknownSubject

NOWHERE = Stream(BAKHMUT)


def stream(*history: Recorded, id: UUID = BAKHMUT) -> Stream:
    return replayed(id, history)


def among(*streams: Stream) -> dict[UUID, Stream]:
    return {one.id: one for one in streams}


def try_to(
    fact: Fact,
    onto: Stream,
    reported_at: str | None = "2023-05-21",
    others: tuple[Stream, ...] = (),
    history: tuple[Recorded, ...] = (),
    **sender: Any,
) -> Event:
    known = among(onto, *others)
    wish = structs.replace(submission(fact, reported_at, onto.id), **sender)
    return decide(onto, wish, NOW, lambda other: known.get(other, Stream(other)), lambda _: history)


ASSESSED = DevelopmentAssessed(Aspect.OCCURRENCE, Verdict.CONFIRMED, Credibility.PROBABLY_TRUE, "Pictures.")
CHAPTERS: list[Fact] = [
    given("ua-mod"),
    AccountWithdrawn("ru-mod"),
    DevelopmentRevised(DescriptionChanges(title="Other"), Nature.UPDATE),
    ASSESSED,
    DevelopmentRetracted("Wrong."),
    DevelopmentMerged(GRAYVORON),
    FrontRevised(FrontChanges(name="Other")),
    FrontClosed(),
    SourceRevised(SourceChanges(name="Other")),
]


def test_an_accepted_fact_is_the_next_version_of_its_stream() -> None:
    event = try_to(given("ua-mod", "denies"), stream(at(1, "2023-05-20", reported())))

    assert (event.originator_id, event.originator_version) == (BAKHMUT, 2)
    assert event.reported_at == instant("2023-05-21")
    assert event.fact == given("ua-mod", "denies")


def test_a_fact_without_a_time_is_reported_as_it_is_recorded() -> None:
    assert try_to(reported(), NOWHERE, reported_at=None).reported_at == NOW


def test_a_report_of_this_very_moment_is_admitted_and_one_from_the_future_is_not() -> None:
    assert try_to(reported(), NOWHERE, "2023-06-01T12:00:00Z").reported_at == NOW
    with pytest.raises(InvalidValue) as refused:
        try_to(reported(), NOWHERE, "2023-06-01T12:00:00.000001Z")

    assert refused.value.field == "time"


@pytest.mark.parametrize("fact", CHAPTERS, ids=lambda fact: fact.TOPIC)
def test_nothing_can_be_said_of_what_the_log_does_not_hold(fact: Fact) -> None:
    with pytest.raises(UnknownSubject) as refused:
        try_to(fact, NOWHERE)

    assert refused.value.errors[0]["field"] == "subject"


@pytest.mark.parametrize("fact", CHAPTERS[:6], ids=lambda fact: fact.TOPIC)
def test_what_belongs_to_a_development_does_not_fit_a_front(fact: Fact) -> None:
    with pytest.raises(UnknownSubject):
        try_to(fact, stream(at(1, "2022-03-01", FrontOpened("kyiv", "Kyiv"))))


@pytest.mark.parametrize("fact", CHAPTERS[6:], ids=lambda fact: fact.TOPIC)
def test_what_belongs_to_a_front_or_a_source_does_not_fit_a_development(fact: Fact) -> None:
    with pytest.raises(UnknownSubject):
        try_to(fact, stream(at(1, "2023-05-20", reported())))


@pytest.mark.parametrize("fact", [FrontOpened("kyiv", "Kyiv"), registered("ru-mod")], ids=lambda fact: fact.TOPIC)
def test_a_stream_is_of_one_sort_for_ever(fact: Fact) -> None:
    with pytest.raises(NotAcceptable):
        try_to(fact, stream(at(1, "2023-05-20", reported())))


def test_an_earlier_complete_report_may_surface_later() -> None:
    event = try_to(reported("wagner"), stream(at(1, "2023-05-22", reported())), "2023-05-20")

    assert event.originator_version == 2


def test_a_source_can_take_back_only_what_it_had_said_by_then() -> None:
    entry = stream(at(1, "2023-05-20", reported("ru-mod")), at(2, "2023-05-22", given("ua-mod")))

    assert try_to(AccountWithdrawn("ru-mod"), entry, "2023-05-20")
    assert try_to(AccountWithdrawn("ua-mod"), entry, "2023-05-22")
    for source, when in (("ua-mod", "2023-05-21"), ("ru-mod", "2023-05-19"), ("nexstar", "2023-05-23")):
        with pytest.raises(NotAcceptable) as refused:
            try_to(AccountWithdrawn(source), entry, when)
        assert refused.value.errors[0]["field"] == "source"


def test_a_late_account_makes_an_early_withdrawal_fit() -> None:
    entry = stream(at(1, "2023-05-22", reported("ru-mod")), at(2, "2023-05-20", given("ru-mod")))

    assert try_to(AccountWithdrawn("ru-mod"), entry, "2023-05-21")


def test_a_development_is_merged_into_another_that_the_log_holds() -> None:
    entry, other = stream(at(1, "2023-05-20", reported())), stream(at(2, "2023-05-20", reported()), id=GRAYVORON)

    assert try_to(DevelopmentMerged(GRAYVORON), entry, others=(other,))
    with pytest.raises(InvalidValue) as itself:
        try_to(DevelopmentMerged(BAKHMUT), entry)
    with pytest.raises(UnknownSubject) as nobody:
        try_to(DevelopmentMerged(KOZINKA), entry, others=(other,))
    assert itself.value.field == nobody.value.errors[0]["field"] == "into"


def test_a_development_cannot_be_merged_into_a_front() -> None:
    front = stream(at(1, "2022-03-01", FrontOpened("kyiv", "Kyiv")), id=GRAYVORON)

    with pytest.raises(UnknownSubject):
        try_to(DevelopmentMerged(GRAYVORON), stream(at(2, "2023-05-20", reported())), others=(front,))


def test_merges_never_lead_round_in_a_circle() -> None:
    entry = stream(at(1, "2023-05-20", reported()))
    middle = stream(at(2, "2023-05-20", reported()), at(3, "2023-05-21", DevelopmentMerged(BAKHMUT)), id=GRAYVORON)
    far = stream(at(4, "2023-05-20", reported()), at(5, "2023-05-21", DevelopmentMerged(GRAYVORON)), id=KOZINKA)

    for into in (GRAYVORON, KOZINKA):
        with pytest.raises(NotAcceptable) as refused:
            try_to(DevelopmentMerged(into), entry, others=(middle, far))
        assert refused.value.errors[0]["field"] == "into"


def test_a_circle_that_two_racing_writers_made_does_not_trap_the_next_merge() -> None:
    one = stream(at(1, "2023-05-20", reported()), at(2, "2023-05-21", DevelopmentMerged(KOZINKA)), id=GRAYVORON)
    two = stream(at(3, "2023-05-20", reported()), at(4, "2023-05-21", DevelopmentMerged(GRAYVORON)), id=KOZINKA)

    assert try_to(DevelopmentMerged(KOZINKA), stream(at(5, "2023-05-20", reported())), others=(one, two))


BAKHMUT_HISTORY = (at(1, "2023-05-20", reported()), at(2, "2023-05-21", given("ua-mod", "denies")))


def test_a_void_keeps_position_message_and_type_of_what_it_names() -> None:
    onto = stream(*BAKHMUT_HISTORY)

    by_position = try_to(EntryVoided("Wrong row.", position=2), onto, history=BAKHMUT_HISTORY)
    by_message = try_to(EntryVoided("Wrong row.", message=MessageId("//test", "m-2")), onto, history=BAKHMUT_HISTORY)

    assert by_position.fact == EntryVoided("Wrong row.", 2, MessageId("//test", "m-2"), "account.given")
    assert by_message.fact == by_position.fact
    assert by_position.originator_version == 3


@pytest.mark.parametrize(
    ("void", "field"),
    [
        (EntryVoided("x", position=3), "position"),
        (EntryVoided("x", message=MessageId("//test", "m-3")), "message"),
        (EntryVoided("x", message=MessageId("//other", "m-2")), "message"),
    ],
    ids=str,
)
def test_only_what_the_subject_has_can_be_voided(void: EntryVoided, field: str) -> None:
    with pytest.raises(NotAcceptable) as refused:
        try_to(void, stream(*BAKHMUT_HISTORY), history=BAKHMUT_HISTORY)

    assert refused.value.errors[0]["field"] == field


def test_what_is_voided_is_voided_once_and_its_void_can_be_voided() -> None:
    void = at(3, "2023-05-22", EntryVoided("Wrong row.", 2, MessageId("//test", "m-2"), "account.given"))
    history = (*BAKHMUT_HISTORY, void)

    with pytest.raises(NotAcceptable, match="voided already, by that at 3"):
        try_to(EntryVoided("Again.", position=2), stream(*history), history=history)
    again = try_to(EntryVoided("It was right.", position=3), stream(*history), history=history)

    assert again.fact == EntryVoided("It was right.", 3, MessageId("//test", "m-3"), "account.given")


def test_decisions_rest_on_what_is_not_voided() -> None:
    void = at(3, "2023-05-22", EntryVoided("Wrong row.", 2, MessageId("//test", "m-2"), "account.given"))
    merge = at(2, "2023-05-21", DevelopmentMerged(GRAYVORON))
    undone = at(3, "2023-05-22", EntryVoided("No.", 2, MessageId("//test", "m-2"), "development.merged"))
    grayvoron = stream(at(4, "2023-05-20", reported(), GRAYVORON), id=GRAYVORON)

    with pytest.raises(NotAcceptable, match="ua-mod gave no account"):
        try_to(AccountWithdrawn("ua-mod"), stream(*BAKHMUT_HISTORY, void), "2023-05-23")
    unmerged = stream(BAKHMUT_HISTORY[0], merge, undone)

    assert try_to(DevelopmentMerged(BAKHMUT), grayvoron, "2023-05-23", others=(unmerged,))
    assert unmerged.version == 3


def test_who_may_not_assess_voids_only_what_the_same_token_brought() -> None:
    own = structs.replace(BAKHMUT_HISTORY[1], event=structs.replace(BAKHMUT_HISTORY[1].event, recorded_by="desk"))
    history, void = (BAKHMUT_HISTORY[0], own), EntryVoided("Wrong row.", position=2)

    assert try_to(void, stream(*history), history=history, recorded_by="desk", own_only=True)
    assert try_to(void, stream(*history), history=history, recorded_by="other")
    with pytest.raises(InsufficientScope, match="lacks the scope assess"):
        try_to(void, stream(*history), history=history, recorded_by="other", own_only=True)
    first = EntryVoided("Wrong row.", position=1)
    with pytest.raises(InsufficientScope):
        try_to(first, stream(*history), history=history, recorded_by="desk", own_only=True)
