"""CloudEvents, read by the `cloudevents` package."""

import json
from base64 import b64decode

from cloudevents.core.formats.json import JSONFormat
from hypothesis import given as given_any

from tests.exporters.making import CHECKPOINT, events, tricky_text, written
from tests.scenarios import at, reported
from timeline.wire.events import dump_event, parse_event


def test_a_batch_holds_the_events_as_the_log_gives_them_and_what_it_is_of() -> None:
    batch = json.loads(written("cloudevents", *events()))
    read = [JSONFormat().read(None, json.dumps(one)) for one in batch]

    assert [one.get_type() for one in read] == ["development.reported", "account.given"]
    assert read[0].get_extension("exportposition") == 7
    assert read[0].get_extension("exportasof") == "2023-06-01T12:00:00Z"
    assert read[0].get_extension("exportknownat") == "2023-05-31T00:00:00Z"
    assert b64decode(read[0].get_extension("exportcheckpoint")).decode() == CHECKPOINT
    for one, event in zip(batch, events(), strict=True):
        assert {name: value for name, value in one.items() if not name.startswith("export")} == dump_event(event)


def test_an_event_of_an_export_is_taken_as_the_message_that_it_was() -> None:
    for one, event in zip(json.loads(written("cloudevents", *events())), events(), strict=True):
        submission = parse_event(one)

        assert submission.fact == event.event.fact
        assert submission.message == event.event.message
        assert submission.subject == event.event.originator_id


def test_a_batch_of_nothing_is_an_empty_array() -> None:
    assert json.loads(written("cloudevents")) == []


@given_any(tricky_text, tricky_text)
def test_any_text_survives(title: str, summary: str) -> None:
    (one,) = json.loads(written("cloudevents", at(1, "2023-05-20", reported(title=title, summary=summary))))

    assert JSONFormat().read(None, json.dumps(one)).get_data() == one["data"]
    assert (one["data"]["title"], one["data"]["summary"]) == (title, summary)
