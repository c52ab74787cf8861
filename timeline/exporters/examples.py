"""An example of each format for its documentation, written by the exporters themselves, so that it is never wrong."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from timeline.domain.descriptions import Description
from timeline.domain.facts import DevelopmentReported, Event, Recorded
from timeline.domain.history import Cuts, fold_development
from timeline.domain.moments import Occurred
from timeline.domain.status import Identity
from timeline.domain.values import Account, Actor, MessageId, Place, development_id_of
from timeline.domain.vocabulary import Aspect, Kind, Stance
from timeline.exporters.export import Export, Format, Of
from timeline.readmodel.cuts import HeldCuts
from timeline.readmodel.entries import Entry

_REPORTED = datetime(2023, 5, 22, 12, tzinfo=UTC)
_RECORDED = datetime(2023, 5, 22, 12, 30, tzinfo=UTC)
_CHECKPOINT = "example.org/log\n1\nx5b0BDs2bqtRCLrAwTDyN7dSU5ChQBvmWXj8dxAXrAw=\n\n— example.org/log AAAAAA==\n"


def example(format: Format) -> Any:
    """What an export of one development looks like: a JSON value, or a text."""
    report = Recorded(1, _RECORDED, Event(_ID, 1, _REPORTED, MessageId("//example.org/desk", "a-1"), _REPORT))
    state = fold_development(_ID, [report])
    entry = Entry(state, state.statuses(Identity), open=False)
    held = HeldCuts(Cuts(_REPORTED, _REPORTED, 1), _RECORDED)
    of = format.of[0]
    export = Export("Conflict timeline", of, held, {}, _CHECKPOINT, {"belgorod-border": "Belgorod border"})
    content = b"".join(format.write(export, [report if of is Of.EVENTS else entry])).decode()
    return msgspec.json.decode(content) if format.ending in ("json", "geojson") else content


_REPORT = DevelopmentReported(
    Description(
        "belgorod-border",
        Kind.ENTRY,
        "Fighters enter Grayvoron",
        Occurred("2023-05-22"),
        place=Place("Grayvoron", 50.48, 35.66),
        actors=(Actor("Freedom of Russia Legion", "attacker"),),
        external_id="example:grayvoron",
    ),
    Account("freedom-of-russia-legion", {Aspect.OCCURRENCE: Stance.ASSERTS}, quote="We are here."),
)
_ID = development_id_of("example:grayvoron")
