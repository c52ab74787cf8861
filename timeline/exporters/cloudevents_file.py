"""CloudEvents 1.0 (JSON batch): the events of the log behind the developments, as `GET /events` gives them.

Only those that exist at the cuts are there, and before those of a development those of its front and of the sources
that speak of it: another log that takes them in this order holds the same developments, standing as they stand here.
(One exception: a log takes nothing of a development before a report of it. Where the report that was recorded first is
not known at the cuts yet, and a later one is, what was recorded in between is refused there.)

An array of events has no place of its own for what it is of, so each event carries that in extension attributes, which
this service ignores where the events are sent to it: `exportasof`, `exportknownat`, `exportposition` and
`exportcheckpoint` (the signed note, base64, since an attribute may hold no line break). A batch of nothing has one
event that carries them alone, of the type `export.empty`, which is of no log and is refused where it is sent to one.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from timeline.domain.facts import Recorded
from timeline.exporters.export import Export, listed, together
from timeline.wire.events import dump_event

EMPTY = "export.empty"
"""The type of the event that stands in a batch of nothing."""


def write(export: Export, items: Iterable[Recorded]) -> Iterator[bytes]:
    """The batch, event by event."""
    about = export.about()
    carried = {
        "exportasof": about["as_of"],
        "exportknownat": about["known_at"],
        "exportposition": about["recorded_at"]["position"],
        "exportcheckpoint": b64encode(export.checkpoint.encode()).decode(),
    }
    return together(listed(b"[", _events(items, carried), b"\n]\n"))


def _events(items: Iterable[Recorded], carried: dict[str, Any]) -> Iterator[bytes]:
    is_empty = True
    for one in items:
        is_empty = False
        yield msgspec.json.encode({**dump_event(one), **carried})
    if is_empty:
        about = ":".join(str(carried[name]) for name in ("exportasof", "exportknownat", "exportposition"))
        yield msgspec.json.encode(
            {"specversion": "1.0", "type": EMPTY, "source": "//timeline/export", "id": about, **carried}
        )
