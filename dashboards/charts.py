"""The chart of a view, with all that the browser needs in order to move it without asking: one of several kinds."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from dashboards import words
from dashboards.detail import UNNAMED, Detail, Level, detail
from dashboards.figures.counted import Grid, counted, grid
from dashboards.figures.counts import count_lanes, counts_chart, counts_told
from dashboards.figures.gantt import Figure, film, gantt
from dashboards.figures.packing import Lane, Rows, pack
from dashboards.figures.points import as_points
from dashboards.figures.scale import Scale, milliseconds
from dashboards.filters import View
from dashboards.theme import Palette
from timeline.domain.history import Cuts
from timeline.domain.legibility import isolated
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.filters import Filters
from timeline.readmodel.questions import Reader

_COUNTED = (
    "Too much to draw one by one: each cell counts what began in it (at the edges it may be cut short), and the violet "
    "row below tells which share of that is contested. Zoom in, or click on a cell, to see more."
)
_EMPTY = "Nothing to show here: widen the window, or clear some of the filters."
_MOST_NAMED = 6
"""How many of the lanes that are left out are named."""
_CELLS = 220
"""Stretches of time of the counts, at most."""


class Chart(Struct, frozen=True):
    """A figure with its headings, what the browser has to know of its marks or cells, and what the reader is told.

    `key` tells it from others: a browser that has it needs it no more.
    """

    level: Level
    figure: Figure
    lanes: tuple[Lane, ...]
    told: dict[str, Any]
    notices: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    key: str = ""


def key_of(view: View, cuts: Cuts, window: Scale, theme: str) -> str:
    """What a chart depends on besides the as-of day, which the browser may move by itself up to the window's left."""
    chosen = (view.chart, view.lanes, view.order, view.folded, view.text, view.fronts, view.statuses, view.kinds)
    keywords = (view.tags, view.places, view.languages, view.external_ids)
    before = milliseconds(cuts.as_of) < window.left  # then looks count that were superseded before the window began
    return repr((chosen, keywords, view.actor, view.source, cuts.position, window, theme, before))


def chart_of(
    reader: Reader,
    view: View,
    cuts: tuple[WantedCuts, WantedCuts],
    inside: Filters,
    lanes: tuple[tuple[str, str], ...],
    window: Scale,
    colours: Palette,
    rows: Rows,
) -> Chart:
    """The chart at some cuts; the second ones are those of the end of the history."""
    wanted, end = cuts
    drawn = detail(reader, wanted, inside, view.lanes, end)
    if drawn.level == "counts":
        return _counts(reader, wanted, inside, lanes, window, colours, drawn.hints)
    return _marks(drawn, view, _ordered(drawn, view) or lanes, window, colours, rows)


def _marks(
    drawn: Detail, view: View, lanes: tuple[tuple[str, str], ...], window: Scale, colours: Palette, rows: Rows
) -> Chart:
    marks = as_points(drawn.marks) if view.chart == "points" else drawn.marks
    blocks, placed = pack(marks, lanes, window, rows, frozenset(view.folded))
    folded = [mark for mark in marks if mark.lane in view.folded and window.shows(mark.first, mark.last)]
    told = film(blocks, placed, window, folded) | {"partial": bool(drawn.hints)}
    there = {lane.slug for lane in blocks}
    hints = drawn.hints + (empty([name for slug, name in lanes if slug not in there]) if marks else (_EMPTY,))
    return Chart(drawn.level, gantt(blocks, placed, window, colours), blocks, told, drawn.notices, hints)


def _ordered(drawn: Detail, view: View) -> tuple[tuple[str, str], ...] | None:
    """The lanes of actors or places in the order that is asked for; who or what is not named comes last."""
    if drawn.lanes is None or view.order == "name":
        return drawn.lanes
    own: dict[str, list[float]] = {}
    for mark in drawn.marks:
        own.setdefault(mark.lane, []).append(mark.first)
    rank = (lambda slug: -len(own[slug])) if view.order == "most" else (lambda slug: min(own[slug]))
    return tuple(sorted(drawn.lanes, key=lambda lane: (lane[0] in UNNAMED, rank(lane[0]))))


def counts_on(window: Scale) -> Grid:
    """The stretches of a window of which the cells of counts are."""
    return grid(window, _CELLS)


def empty(names: Sequence[str]) -> tuple[str, ...]:
    """Which lanes are not drawn, since nothing of them lies in the window."""
    if not names:
        return ()
    more = [f"{len(names) - _MOST_NAMED:,} more"] if len(names) > _MOST_NAMED else []
    return (f"Nothing to show in this window for {words.listed([*map(isolated, names[:_MOST_NAMED]), *more])}.",)


def _counts(
    reader: Reader,
    wanted: WantedCuts,
    inside: Filters,
    lanes: tuple[tuple[str, str], ...],
    window: Scale,
    colours: Palette,
    hints: tuple[str, ...],
) -> Chart:
    on = counts_on(window)
    _, answer = reader.density(wanted, on.bucket, inside)
    blocks, counts = count_lanes(lanes, counted(answer, [slug for slug, _ in lanes], on))
    figure = counts_chart(blocks, counts, window, colours)
    return Chart("counts", figure, blocks, counts_told(blocks, counts, colours), hints=(*hints, _COUNTED))
