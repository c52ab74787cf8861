"""NDJSON of the API's own events: one CloudEvent a line, as `POST /api/v1/events` takes it."""

from collections.abc import Iterator
from pathlib import Path

from timeline.errors import TimelineError
from timeline.importers.running import Line
from timeline.wire.events import parse_event, parse_json


def read(path: Path) -> Iterator[Line]:
    """The lines of the file; empty ones are passed over."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield Line(number, parse_event(parse_json(line)))
            except TimelineError as error:
                yield Line(number, error)
