"""An item that is written straight as JSON is the item that is told everywhere else, byte for byte."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.scenarios import BAKHMUT, NOW, identity_of
from tests.strategies import FACTS, instants
from timeline.domain.facts import (
    AccountGiven,
    AccountWithdrawn,
    DevelopmentAssessed,
    DevelopmentMerged,
    DevelopmentReported,
    DevelopmentRetracted,
    DevelopmentRevised,
    Event,
    Fact,
    Recorded,
)
from timeline.domain.history import fold_development
from timeline.domain.values import MessageId
from timeline.readmodel.entries import Entry
from timeline.wire.answers import ITEM_FIELDS, item
from timeline.wire.item_bytes import item_bytes

later = st.one_of(
    FACTS[AccountGiven],
    FACTS[AccountWithdrawn],
    FACTS[DevelopmentAssessed],
    FACTS[DevelopmentMerged],
    FACTS[DevelopmentRetracted],
    FACTS[DevelopmentRevised],
)


@given(FACTS[DevelopmentReported], st.lists(st.tuples(instants, later), max_size=4), instants, st.booleans())
def test_an_item_is_written_as_it_is_told(
    first: Fact, others: list[tuple[object, Fact]], first_at: object, open: bool
) -> None:
    told = [(first_at, first), *others]
    events = [
        Recorded(position, NOW, Event(BAKHMUT, position, at, MessageId("//test", str(position)), fact))  # type: ignore[arg-type]
        for position, (at, fact) in enumerate(told, 1)
    ]
    state = fold_development(BAKHMUT, sorted(events, key=lambda one: one.reported_order))
    if not state.visible:
        return
    entry = Entry(state, state.statuses(identity_of), open)

    assert item_bytes(entry) == msgspec.json.encode(item(entry))
    assert tuple(msgspec.json.decode(item_bytes(entry))) == ITEM_FIELDS
