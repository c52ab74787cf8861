"""Uses the client that openapi-python-client makes: pages the log, appends an event, reads a timeline."""

import json
import os

from conflict_timeline import AuthenticatedClient  # type: ignore[import-not-found]
from conflict_timeline.api.append import append_events  # type: ignore[import-not-found]
from conflict_timeline.api.catalogue import get_front  # type: ignore[import-not-found]
from conflict_timeline.api.events import list_events  # type: ignore[import-not-found]
from conflict_timeline.api.names import list_places  # type: ignore[import-not-found]
from conflict_timeline.api.reads import get_timeline  # type: ignore[import-not-found]
from conflict_timeline.models import (  # type: ignore[import-not-found]
    Account,
    DevelopmentReported,
    DevelopmentReportedData,
    DevelopmentReportedDataKind,
    GetTimelineSort,
    Stances,
    StancesOccurrence,
)

client = AuthenticatedClient(base_url=os.environ["ADDRESS"], token=os.environ["TOKEN"])


def seen() -> list[str]:
    """The ids of all events, two a page."""
    page = list_events.sync(client=client, limit=2)
    ids: list[str] = []
    while page.items:
        ids += [event.id for event in page.items]
        page = list_events.sync(client=client, limit=2, after=page.next_after)
    return ids


account = Account(source="ru-mod", stance=Stances(occurrence=StancesOccurrence.ASSERTS))
data = DevelopmentReportedData(
    front="bakhmut",
    kind=DevelopmentReportedDataKind.CAPTURE,
    title="Bakhmut captured",
    occurred="2023-05-20",
    account=account,
)
event = DevelopmentReported(type_="development.reported", data=data, id="generated", time="2023-05-21T12:00:00Z")
before = seen()
receipt = append_events.sync(client=client, body=event)
timeline = get_timeline.sync(
    client=client, front=["bakhmut"], sort=GetTimelineSort.RECORDED, min_position=f"{receipt.position}-{receipt.epoch}"
)
front = get_front.sync("bakhmut", client=client)
assert front.item.developments == len(timeline.items)
assert list_places.sync(client=client, tag=["none"]).total == 0
titles = [one.title for one in timeline.items]
print(json.dumps({"before": before, "after": seen(), "titles": titles, "version": receipt.version}))
