"""What would become of submissions is told as appending tells it, and nothing of it stays."""

import pytest

from tests.scenarios import BAKHMUT, KOZINKA, FakeClock, given, registered, reported, submission
from timeline.domain.values import source_id
from timeline.errors import InvalidValue, MessageIdReused, TimelineError, UnknownSubject, VersionMismatch, Withheld
from timeline.store.appending import MOST_TOGETHER
from timeline.store.log import ConflictLog
from timeline.store.wishes import Receipt


def summary(outcome: Receipt | TimelineError) -> object:
    """What of an outcome does not depend on whether it was written."""
    if isinstance(outcome, TimelineError):
        return type(outcome), outcome.detail
    return outcome.subject, outcome.version, outcome.repeated, outcome.warnings


def test_an_event_that_is_rehearsed_is_not_there_and_can_be_appended_by_the_same_id(log: ConflictLog) -> None:
    rehearsed = log.rehearse(submission(reported()))
    again = log.rehearse(submission(reported()))

    assert (rehearsed.recorded, rehearsed.repeated, again.repeated) == (False, False, False)
    assert log.head().position == 0
    assert log.after(0) == []
    receipt = log.record(submission(reported()))
    assert (receipt.position, receipt.repeated) == (1, False)
    assert summary(rehearsed) == summary(receipt)


def test_what_was_rehearsed_is_not_remembered_when_something_is_appended(log: ConflictLog) -> None:
    log.rehearse(submission(registered("ru-mod"), id=source_id("ru-mod"), message="source"))
    log.rehearse(submission(reported(), message="report"))

    with pytest.raises(UnknownSubject):
        log.record(submission(given("ua-mod"), message="account"))
    receipt = log.record(submission(reported(), message="another"))
    assert (receipt.position, receipt.version) == (1, 1)
    assert "source-not-registered" in {one.code for one in receipt.warnings}


def test_an_event_that_is_there_is_rehearsed_with_the_receipt_that_it_has(log: ConflictLog, clock: FakeClock) -> None:
    first = log.record(submission(reported()))
    clock.advance(hours=1)
    rehearsed = log.rehearse(submission(reported()))

    assert rehearsed.repeated
    assert rehearsed.recorded
    assert (rehearsed.position, rehearsed.recorded_at) == (first.position, first.recorded_at)


def test_what_appending_refuses_a_rehearsal_refuses(log: ConflictLog) -> None:
    log.record(submission(reported()))

    with pytest.raises(VersionMismatch):
        log.rehearse(submission(given("ua-mod"), message="account"), 7)
    with pytest.raises(MessageIdReused):
        log.rehearse(submission(reported(title="Something else")))
    with pytest.raises(UnknownSubject):
        log.rehearse(submission(given("ua-mod"), id=KOZINKA, message="account"))
    assert log.head().position == 1


def test_each_of_many_is_rehearsed_on_those_before_it(log: ConflictLog) -> None:
    many = [
        submission(reported(), message="1"),
        submission(given("ua-mod"), message="2"),
        submission(given("ua-mod"), message="2"),
        submission(given("ua-mod"), id=KOZINKA, message="3"),
        submission(given("rybar"), message="4"),
    ]
    rehearsed = log.rehearse_all(many)

    assert log.head().position == 0
    assert list(map(summary, rehearsed)) == list(map(summary, log.record_all(many)))


def test_all_or_none_are_rehearsed_as_such(log: ConflictLog) -> None:
    many = [submission(reported(), message="1"), submission(given("ua-mod"), id=KOZINKA, message="2")]

    assert [type(one) for one in log.rehearse_all(many, together=True)] == [Withheld, UnknownSubject]
    assert [type(one) for one in log.record_together(many)] == [Withheld, UnknownSubject]


def test_more_than_one_transaction_takes_are_not_rehearsed(log: ConflictLog) -> None:
    with pytest.raises(InvalidValue, match=str(MOST_TOGETHER)):
        log.rehearse_all([submission(reported())] * (MOST_TOGETHER + 1))


def test_a_rehearsal_of_many_signs_nothing(log: ConflictLog) -> None:
    log.record(submission(reported(), message="0"))
    signed = log.records.queries.last_checkpoint()
    log.rehearse_all([submission(given("ua-mod"), message=str(number)) for number in range(1, 1_500)])

    assert log.records.queries.last_checkpoint() == signed
    assert log.record(submission(given("ua-mod"), id=BAKHMUT, message="1")).position == 2
