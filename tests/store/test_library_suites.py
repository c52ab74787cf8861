"""The library's own suites for recorders, run against ours."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.tests import persistence as suites

from timeline.store.log import ConflictLog


def of(suite: type, log: ConflictLog) -> Any:
    """A case of a suite on the recorder of a log."""
    case = type(f"Our{suite.__name__}", (suite,), {"create_recorder": lambda _: log.records})
    return case()


APPLICATION = suites.ApplicationRecorderTestCase
TESTS: list[tuple[type, str]] = [
    (APPLICATION, "test_insert_select"),
    (APPLICATION, "test_concurrent_no_conflicts"),
    (APPLICATION, "test_concurrent_throughput"),
    (APPLICATION, "optional_test_insert_subscribe"),
    (suites.NonInterleavingNotificationIDsBaseCase, "test"),
]


@pytest.mark.parametrize(("suite", "name"), TESTS, ids=[name for _, name in TESTS])
def test_the_suite_of_the_library_holds_for_our_recorder(log: ConflictLog, suite: type, name: str) -> None:
    run: Callable[[], None] = getattr(of(suite, log), name)
    before = set(threading.enumerate())

    run()

    # The suite leaves readers behind that it has told to stop; a log must not be closed under them.
    for thread in set(threading.enumerate()) - before:
        if thread.name.startswith("Thread-"):
            thread.join(10)


def test_the_suite_of_aggregate_recorders_holds_too(log: ConflictLog) -> None:
    class WithoutPositions:
        """Gives no positions, as the library's aggregate recorders give none."""

        select_events = staticmethod(log.records.select_events)

        def insert_events(self, events: list[StoredEvent]) -> None:
            log.records.insert_events(events)

    case = type("Case", (suites.AggregateRecorderTestCase,), {"create_recorder": lambda _: WithoutPositions()})
    case("test_insert_and_select").test_insert_and_select()


def test_a_batch_with_one_conflict_leaves_nothing_behind(log: ConflictLog) -> None:
    case = of(APPLICATION, log)
    events = [StoredEvent(case.new_originator_id(), 1, "topic", b"state") for _ in range(3)]
    log.records.insert_events(events[:1])

    with pytest.raises(IntegrityError):
        log.records.insert_events([*events[1:], events[0]])
    assert log.head().position == 1
