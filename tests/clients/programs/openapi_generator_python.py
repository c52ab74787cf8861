"""Uses the client that openapi-generator makes for Python: pages the log, appends an event, reads a timeline."""

import json
import os

from conflict_timeline import (  # type: ignore[import-not-found]
    Account,
    ApiClient,
    AppendApi,
    Configuration,
    DevelopmentReported,
    DevelopmentReportedData,
    DevelopmentReportedDataOccurred,
    Event,
    EventsApi,
    ReadsApi,
    Stances,
)

client = ApiClient(Configuration(host=os.environ["ADDRESS"], access_token=os.environ["TOKEN"]))


def seen() -> list[str]:
    """The ids of all events, two a page."""
    page = EventsApi(client).list_events(limit=2)
    ids: list[str] = []
    while page.items:
        ids += [event.id for event in page.items]
        page = EventsApi(client).list_events(limit=2, after=page.next_after)
    return ids


data = DevelopmentReportedData(
    front="bakhmut",
    kind="capture",
    title="Bakhmut captured",
    occurred=DevelopmentReportedDataOccurred("2023-05-20"),
    account=Account(source="ru-mod", stance=Stances(occurrence="asserts")),
)
event = DevelopmentReported(type="development.reported", data=data, id="generated", time="2023-05-21T12:00:00Z")
before = seen()
receipt = AppendApi(client).append_events(Event(event))
timeline = ReadsApi(client).get_timeline(front=["bakhmut"], min_position=f"{receipt.position}-{receipt.epoch}")
titles = [one.title for one in timeline.items]
print(json.dumps({"before": before, "after": seen(), "titles": titles, "version": receipt.version}))
