"""The counts of the chart as of another day, and nothing else of the page: what a step of the replay shows at once.

The whole page takes several times as long to be asked, told and drawn; it follows once the reader rests.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from flask import Flask, Response, request
from msgspec import Meta, Struct, structs

from dashboards import filters
from dashboards.charts import counts_on
from dashboards.figures.counted import counted
from dashboards.figures.counts import cells_told
from dashboards.figures.scale import FOREVER, LAST, Scale
from dashboards.page import hold, inside_of
from timeline.errors import InvalidValue
from timeline.readmodel.questions import Reader

ADDRESS = "/_counts"
MAX_LANES = 2_000
"""Fronts of which the counts are told at once."""
_Moment = Annotated[float, Meta(ge=-FOREVER, le=LAST)]
"""Milliseconds since 1970, up to the year 9999; a strip may begin before the year 1, to leave room for names."""


class Window(Struct, frozen=True):
    """The window of the chart that is shown."""

    left: _Moment
    right: _Moment


def register_steps(app: Flask, reader: Reader, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
    """Answer at `ADDRESS` for the view in the query string, with `left` and `right` of its window and each `lane`."""

    @app.get(ADDRESS)
    def counts() -> Response:
        window = _window()
        lanes = request.args.getlist("lane")
        if len(lanes) > MAX_LANES:
            raise InvalidValue("lane", len(lanes), f"at most {MAX_LANES:,} lanes")
        view = filters.read(request.query_string.decode())
        days = reader.reported_days()
        view, wanted, held = hold(reader, view, days[1].date() if days else now().date(), now(), [])
        known = reader.front_names(held)
        view = structs.replace(view, fronts=tuple(front for front in view.fronts if front in known))
        on = counts_on(Scale(window.left, window.right, 1))
        _, answer = reader.density(wanted, on.bucket, inside_of(view, window.left, window.right))
        found = counted(answer, lanes, on)
        return Response(msgspec.json.encode(cells_told(found)), content_type="application/json")


def _window() -> Window:
    """Raises `InvalidValue` where the query string names none."""
    try:
        window = msgspec.convert(request.args.to_dict(), Window, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidValue("left, right", request.query_string.decode(), str(error)) from None
    if window.left >= window.right:
        raise InvalidValue("left", window.left, "a time before `right`")
    return window
