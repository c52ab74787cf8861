"""NDJSON: one JSON object a line. The first line, `{"export": ...}`, says what the others are of."""

from collections.abc import Iterable, Iterator
from typing import Any

from timeline.exporters.export import WIRE, Export, json_line, together


def write(export: Export, items: Iterable[Any]) -> Iterator[bytes]:
    """The lines, as the API spells each of them."""
    return together(_lines(export, items))


def _lines(export: Export, items: Iterable[Any]) -> Iterator[bytes]:
    yield json_line({"export": export.about()})
    wire = WIRE[export.of]
    for one in items:
        yield json_line(wire(one))
