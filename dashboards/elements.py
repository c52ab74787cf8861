"""Small elements that several parts of the page use."""

import re
from calendar import month_name
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from dash import html

from timeline.domain.legibility import legible
from timeline.domain.vocabulary import Status


def aria(**attributes: str) -> dict[str, Any]:
    """Accessibility attributes: `aria(label="Close")` is `aria-label="Close"`."""
    return {f"aria-{name}": value for name, value in attributes.items()}


def data(**attributes: str) -> dict[str, Any]:
    """Attributes for the page's own scripts: `data(day="2023-05-22")` is `data-day="2023-05-22"`."""
    return {f"data-{name}": value for name, value in attributes.items()}


def verbatim(text: str) -> html.Bdi:
    """A text of somebody else: whatever direction it runs in, what stands around it keeps its own.

    Controls of direction that an older log may hold are left out of it (`legibility`).
    """
    return html.Bdi(legible(text))


def joined(parts: Iterable[Any], last: str = ", ") -> list[Any]:
    """`a, b, c`, of parts that need not be plain texts; `last` is what stands before the last one, such as ` and `."""
    pieces = [piece for part in parts for piece in (", ", part)][1:]
    if len(pieces) > 1:
        pieces[-2] = last
    return pieces


_TIMED = re.compile(rf"(\d{{1,2}}) ({'|'.join(month_name[1:])}) (\d{{1,4}}), (\d\d):(\d\d) UTC")
"""A time of day as `dashboards.words` tells it."""


def timed(text: str) -> list[Any]:
    """A text with its times of day marked, so that the browser (assets/times.js) can tell them in its reader's zone."""
    parts: list[Any] = []
    at = 0
    for found in _TIMED.finditer(text):
        day, month, year, hour, minute = found.groups()
        moment = datetime(int(year), list(month_name).index(month), int(day), int(hour), int(minute), tzinfo=UTC)
        instant = moment.isoformat().replace("+00:00", "Z")
        parts += [text[at : found.start()], html.Time(found[0], dateTime=instant)]
        at = found.end()
    return [part for part in (*parts, text[at:]) if part != ""]


def swatch(status: Status) -> html.Span:
    """The small picture of a status: its fill, outline and pattern."""
    return html.Span(className=f"swatch {status}", **aria(hidden="true"))
