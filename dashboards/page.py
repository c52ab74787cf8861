"""What the page shows for a view: a few questions to the read model, told by figures, counts and panel."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import structlog
from dash import html
from msgspec import Meta, Struct, structs

from dashboards import words
from dashboards.charts import Chart, chart_of, key_of
from dashboards.choices import Choice, front_choices, named, status_choices
from dashboards.exporting import export_links
from dashboards.figures.counts import is_spread, most_in_a_cell
from dashboards.figures.map import most_in_a_square
from dashboards.figures.scale import Scale, day_of, moment_of
from dashboards.filters import View, pinned, same_cuts, write
from dashboards.key import Shown, items
from dashboards.mapping import Map, map_of
from dashboards.outside import outside
from dashboards.panel import entered_by_mistake, not_begun, panel, unknown, unshowable
from dashboards.strip import Lanes, countable, strip_of
from dashboards.table import MOST_ROWS, table
from dashboards.theme import palette
from dashboards.windows import scales, slider_days
from timeline.domain.moments import end_of_day
from timeline.errors import InvalidValue, NothingKnown
from timeline.readmodel.cuts import HeldCuts, WantedCuts
from timeline.readmodel.entries import FrontEntry
from timeline.readmodel.facets import Facet
from timeline.readmodel.filters import Filters
from timeline.readmodel.questions import Reader

log = structlog.get_logger(__name__)

CHARTED = ("gantt", "points")
"""The views that have a chart with a time axis."""


_Row = Annotated[int, Meta(ge=0, le=50_000)]


class Held(Struct, frozen=True):
    """What a reader's browser has: the key of its chart, and in which rows developments stand there."""

    key: str = ""
    rows: Annotated[Mapping[str, _Row], Meta(max_length=50_000)] = {}


class Tally(Struct, frozen=True):
    """How many developments there are at the cuts, how many pass the filters (None: not counted), and how many of these
    are shown, where the page and not the chart in the browser tells it.

    `more`: these are not all in the window, which has `window` (None: not counted). `elsewhere`: the others are not
    only at other times, but also at other places or at none.
    """

    all: int
    passing: int | None
    inside: int | None = None
    more: bool = False
    window: int | None = None
    elsewhere: bool = False


class Page(Struct, frozen=True):
    """Everything that changes with the view. `chart` is None where the browser has it already."""

    view: View
    first_day: date
    last_day: date
    """Of the slider; the as-of day may lie far outside."""
    as_of: date
    known_at: datetime
    headline: str
    tally: Tally
    pin: Any
    span: str
    """The days of the window in words; nothing where it has all of them."""
    key: list[Any]
    notices: Sequence[str]
    overview: dict[str, Any]
    outside: list[Any]
    """The signs of what lies outside the time that is shown."""
    chart: Chart | None
    map: Map | None
    table: Any
    panel: Any
    statuses: Sequence[Choice]
    fronts: Sequence[Choice]
    kinds: list[dict[str, Any]]
    actors: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    window: Scale
    whole: Scale
    permalink: str
    exports: list[Any]
    theme: str


def page(reader: Reader, view: View, width: float, theme: str, now: datetime, have: Held = Held()) -> Page:  # noqa: B008
    """The page of a view, for charts `width` pixels wide, in a browser that has what it has."""
    days = reader.reported_days()
    last_day = days[1].date() if days else now.date()
    notices = list(view.problems)
    view, wanted, held = hold(reader, view, last_day, now, notices)
    if not days:
        notices.append("Nothing has been recorded yet: `timeline demo` fills the demo, POST /api/v1/events appends.")
    cuts = held.cuts
    slider = slider_days(reader, cuts.position, last_day, cuts.as_of.date())
    last_day = max(last_day, cuts.as_of.date())
    names = reader.front_names(held)
    if strange := [front for front in view.fronts if front not in names]:
        notices.append(f"front: no front {words.listed(map(repr, strange))} is known here; it is left out.")
        view = structs.replace(view, fronts=tuple(front for front in view.fronts if front in names))
    _, fronts = reader.fronts(wanted, every=True)
    lanes = _ordered(fronts, view)
    filters = filters_of(view)
    _, facets = reader.facets(wanted, filters)
    # Nothing can have been reported after now: up to the end of the day it is the same question all day.
    end = WantedCuts(end_of_day(last_day), end_of_day(max(now.date(), last_day)), wanted.recorded_at)
    counted, uncounted = countable(filters, facets.total)
    notices += uncounted
    whole, window = scales(reader, view, (wanted, end), counted, slider.last, [name for _, name in lanes], width)
    colours = palette(theme)
    key = key_of(view, cuts, window, theme)
    inside = inside_of(view, window.left, window.right)
    chart = None
    if view.chart in CHARTED and key != have.key:
        chart = chart_of(reader, view, (wanted, end), inside, lanes, window, colours, have.rows)
        notices += chart.notices
        chart = structs.replace(chart, key=key if chart.level == "film" else f"{key} {cuts.as_of}")
    shown_map = None
    if view.chart == "map":
        shown_map = map_of(reader, view, wanted, inside, (width, map_height(width)), colours)
        notices += shown_map.notices
    strip = strip_of(reader, wanted, counted, lanes, (whole, window), colours, view.chart in CHARTED)
    tally = Tally(sum(front.developments for front in fronts), facets.total)
    rows = None
    if view.chart == "table":
        answer = reader.timeline(wanted, inside, MOST_ROWS)
        rows = table(answer.entries, names, more=answer.more)
        in_window = reader.facets(wanted, inside)[1].total if answer.more else None
        tally = structs.replace(tally, inside=len(answer.entries), more=answer.more, window=in_window)
    elif shown_map:
        tally = structs.replace(tally, inside=shown_map.developments, elsewhere=True)
    permalink = pinned(view, cuts)
    shown, most = _in_the_key(view, chart, shown_map)
    return Page(
        view=view,
        first_day=slider.first,
        last_day=slider.last,
        as_of=cuts.as_of.date(),
        known_at=cuts.known_at,
        headline=_headline(fronts, view),
        tally=tally,
        pin=_pin(view, cuts.position),
        span="" if window == whole else words.days(day_of(window.left + 1), day_of(window.right - 1)),
        key=items(shown, most, colours, spread=_is_spread(strip, chart)),
        notices=notices,
        overview=strip,
        outside=outside(reader, view, wanted, filters, whole, slider),
        chart=chart,
        map=shown_map,
        table=rows,
        panel=_panel(reader, view, wanted, names, permalink) if view.development else None,
        statuses=status_choices(facets),
        fronts=front_choices(facets, names),
        kinds=named([structs.replace(one, label=words.kind(one.value)) for one in facets.kinds]),
        actors=named(_with(facets.actors, view.actor, facets.total), facets.more_actors),
        sources=named(_with(facets.sources, view.source, facets.total), facets.more_sources),
        window=window,
        whole=whole,
        permalink=permalink,
        exports=export_links(view, wanted),
        theme=theme,
    )


def _is_spread(strip: dict[str, Any], chart: Chart | None) -> bool:
    """Whether the strip or a chart of counts has two tones."""
    return is_spread(strip) or bool(chart and chart.level == "counts" and is_spread(chart.figure))


def _in_the_key(view: View, chart: Chart | None, shown_map: Map | None) -> tuple[Shown, float]:
    """What the key has to explain, and the greatest count. What the browser has already are marks."""
    if view.chart == "table":
        return "table", 0
    if shown_map:
        most = most_in_a_square(shown_map.figure)
        return ("squares", most) if most else ("map", 0)
    if chart and chart.level == "counts":
        return "counts", most_in_a_cell(chart.figure)
    return "marks", 0


def map_height(width: float) -> float:
    """How high a map of a width is, in pixels: more upright on a narrow screen."""
    return round(min(max(width * 0.58, 460), 720))


def _with(some: Sequence[Facet], chosen: str | None, total: int | None) -> Sequence[Facet]:
    """What there is to choose from, and what is chosen also where nothing passes with it."""
    if chosen is None or any(one.value == chosen for one in some):
        return some
    return [*some, Facet(chosen, chosen, 0 if total == 0 else None)]


def filters_of(view: View) -> Filters:
    """The filters of a view, without its window."""
    return Filters(
        fronts=frozenset(view.fronts),
        kinds=frozenset(view.kinds),
        statuses=frozenset(view.statuses),
        actors=frozenset([view.actor] if view.actor else []),
        sources=frozenset([view.source] if view.source else []),
        text=view.text,
        tags=frozenset(view.tags),
        places=frozenset(view.places),
        languages=frozenset(view.languages),
        external_ids=frozenset(view.external_ids),
    )


def inside_of(view: View, left: float, right: float) -> Filters:
    """The same with a window (milliseconds)."""
    return structs.replace(filters_of(view), since=moment_of(left), until=moment_of(right))


def hold(
    reader: Reader, view: View, last_day: date, now: datetime, notices: list[str]
) -> tuple[View, WantedCuts, HeldCuts]:
    """The cuts of a view at one position of the log; a position that is none is told and let go of."""
    wanted = view.cuts(last_day, now)
    try:
        held = reader.hold(wanted)
    except InvalidValue as error:
        notices.append(error.detail)
        view = structs.replace(view, position=None)
        wanted = WantedCuts(wanted.as_of, wanted.known_at)
        held = reader.hold(wanted)
    return view, WantedCuts(held.cuts.as_of, held.cuts.known_at, held.cuts.position), held


def _ordered(fronts: Sequence[FrontEntry], view: View) -> Lanes:
    """The lanes of the fronts that are chosen."""
    chosen = [front for front in fronts if not view.fronts or front.slug in view.fronts]
    if view.order == "name":
        chosen.sort(key=lambda front: front.name.casefold())
    elif view.order == "most":
        chosen.sort(key=lambda front: -front.developments)
    return tuple((front.slug, front.name) for front in chosen)


def _headline(fronts: Sequence[FrontEntry], view: View) -> str:
    known = words.known(view.known)
    all_of_them = sum(front.developments for front in fronts)
    some = sum(1 for front in fronts if front.developments)
    return f"{words.count(all_of_them, 'development')} · {words.count(some, 'front')} · {known}"


def _pin(view: View, position: int) -> Any:
    """Says that the page is pinned to what the log held at a position, and how to let go of it."""
    if view.position is None:
        return None
    latest = write(structs.replace(view, position=None)) or "/"
    return [
        f"as this log stood at position {position:,} · ",
        html.A("show what it holds now", href=latest),
    ]


def _panel_of_nothing(reader: Reader, wanted: WantedCuts, id: UUID, whole: str) -> Any:
    """The panel of a development that is not in view: it was entered by mistake, or nobody had reported it by then."""
    try:
        reader.reporting(id, wanted)
    except NothingKnown:
        return unknown(words.day(wanted.as_of) if wanted.as_of else "then")
    return entered_by_mistake(whole)


def _panel(reader: Reader, view: View, wanted: WantedCuts, names: Mapping[str, str], permalink: str) -> Any:
    assert view.development  # noqa: S101 - asked for only with one
    whole = f"/developments/{view.development}{write(same_cuts(view))}"
    try:
        held, entry = reader.development(view.development, wanted)
    except NothingKnown:
        return _panel_of_nothing(reader, wanted, view.development, whole)
    front = entry.state.described.front
    try:
        _, steps = reader.reporting(view.development, wanted)
        begun = entry.state.described.occurred.begun_by(held.cuts.as_of)
        announced = () if begun else not_begun(view, wanted, held, entry)
        return panel(reader, held, entry, steps, names.get(front, front), (whole, f"/{permalink}"), announced)
    except Exception as error:  # as with the marks: what can not be told is said to be so
        log.exception("panel set aside", id=str(view.development), exc_info=error)
        return unshowable(held, entry)
