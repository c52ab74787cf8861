"""CloudEvents 1.0 (JSON batch): the events of the log behind the developments, as `GET /events` gives them.

Only those that exist at the cuts are there, and before those of a development those of its front and of the sources
that speak of it: another log that takes them in this order holds the same developments, standing as they stand here.
(One exception: a log takes nothing of a development before a report of it. Where the report that was recorded first is
not known at the cuts yet, and a later one is, what was recorded in between is refused there.)

An array of events has no place of its own for what it is of, so each event carries that in extension attributes, which
this service ignores where the events are sent to it: `exportasof`, `exportknownat`, `exportposition` and
`exportcheckpoint` (the signed note, base64, since an attribute may hold no line break). A batch of nothing is an empty
array; its cuts and checkpoint stand in the headers of the answer (`timeline.api.exports`).
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator

import msgspec

from timeline.domain.facts import Recorded
from timeline.exporters.export import Export, listed, together
from timeline.wire.events import dump_event


def write(export: Export, items: Iterable[Recorded]) -> Iterator[bytes]:
    """The batch, event by event."""
    about = export.about()
    carried = {
        "exportasof": about["as_of"],
        "exportknownat": about["known_at"],
        "exportposition": about["recorded_at"]["position"],
        "exportcheckpoint": b64encode(export.checkpoint.encode()).decode(),
    }
    events = (msgspec.json.encode({**dump_event(one), **carried}) for one in items)
    return together(listed(b"[", events, b"\n]\n"))
