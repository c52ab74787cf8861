"""What the page shows for a view: one answer of the read model, told by figures, counts and panel."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dash import html
from msgspec import Struct

from dashboards import words
from dashboards.elements import swatch
from dashboards.figures.gantt import gantt
from dashboards.figures.marks import mark
from dashboards.figures.overview import overview
from dashboards.figures.packing import pack
from dashboards.figures.points import points
from dashboards.figures.scale import DAY, Scale, milliseconds
from dashboards.filters import View, pinned
from dashboards.panel import panel, unknown
from dashboards.table import table
from dashboards.theme import palette
from timeline.domain.moments import end_of_day, start_of_day
from timeline.domain.vocabulary import Status
from timeline.errors import InvalidValue, NothingKnown
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.filters import Filters
from timeline.readmodel.questions import Entry, FrontEntry, Reader, TimelineAnswer

_WINDOWS = {"1m": 30, "6m": 183}


class Page(Struct, frozen=True):
    """Everything that changes with the view."""

    view: View
    first_day: date
    last_day: date
    as_of: date
    headline: str
    shown: str
    notices: Sequence[str]
    overview: dict[str, Any]
    chart: dict[str, Any]
    table: Any
    panel: Any
    statuses: list[dict[str, Any]]
    fronts: list[dict[str, Any]]
    actors: list[dict[str, str]]
    permalink: str
    theme: str


def page(reader: Reader, view: View, width: float, theme: str, now: datetime) -> Page:
    """The page of a view, for charts `width` pixels wide."""
    days = reader.reported_days()
    first_day, last_day = (one.date() for one in days) if days else (now.date(), now.date())
    notices = list(view.problems)
    wanted = view.cuts(last_day, now)
    try:
        whole = reader.timeline(wanted)
    except InvalidValue as error:
        notices.append(error.detail)
        wanted = WantedCuts(wanted.as_of, wanted.known_at)
        whole = reader.timeline(wanted)
    if not days:
        notices.append("Nothing has been recorded yet: `timeline demo` fills the demo, POST /api/v1/events appends.")
    as_of = whole.held.cuts.as_of
    lanes = reader.lanes(whole)
    chosen = whole.narrowed(_filters(view, lanes))
    names = {lane.slug: lane.front.opened.name for lane in lanes}
    extent, window = _scales(view, chosen, as_of, width)
    in_window = _within(chosen, window)
    colours = palette(theme)
    marks = [mark(entry, as_of) for entry in chosen.entries]
    shown_lanes = [(lane.slug, lane.front.opened.name) for lane in lanes if lane.developments]
    chart: dict[str, Any] = {"data": [], "layout": {}}
    limit = milliseconds(as_of)
    if view.chart == "gantt":
        chart = gantt(*pack(marks, shown_lanes, window), window, limit, colours)
    elif view.chart == "points":
        chart = points(marks, shown_lanes, window, limit, colours)
    strips = [lane for lane in shown_lanes if not view.fronts or lane[0] in view.fronts]
    if days and not in_window:
        notices.append("Nothing to show here: widen the window, move the slider on, or choose more filters.")
    permalink = pinned(view, as_of, whole.held.cuts.position)
    return Page(
        view=view,
        first_day=first_day,
        last_day=max(last_day, as_of.date()),
        as_of=as_of.date(),
        headline=_headline(whole, shown_lanes, view),
        shown=f"{len(in_window):,} shown",
        notices=notices,
        overview=overview(marks, strips, extent, window, colours),
        chart=chart,
        table=table(in_window, names) if view.chart == "table" else None,
        panel=_panel(reader, view, wanted, names, permalink) if view.development else None,
        statuses=_status_options(whole),
        fronts=_front_options(lanes),
        actors=_actor_options(whole),
        permalink=permalink,
        theme=theme,
    )


def _filters(view: View, lanes: Sequence[FrontEntry]) -> Filters:
    known = {lane.slug for lane in lanes}
    return Filters(
        fronts=frozenset(front for front in view.fronts if front in known),
        statuses=frozenset(view.statuses),
        actors=frozenset([view.actor] if view.actor else []),
    )


def _scales(view: View, answer: TimelineAnswer, as_of: datetime, width: float) -> tuple[Scale, Scale]:
    """The time of all that is chosen, and the window of the chart on it."""
    starts = [start for entry in answer.entries if (start := entry.state.described.occurred.start.earliest)]
    right = milliseconds(as_of)
    left = min((milliseconds(start) for start in starts), default=right - 30 * DAY)
    left = min(left, right - 2 * DAY)
    extent = Scale(left, right, width)
    if view.since or view.until:
        since = milliseconds(start_of_day(view.since)) if view.since else left
        until = milliseconds(end_of_day(view.until)) if view.until else right
        return extent, Scale(min(since, until - DAY), until, width)
    if view.window in _WINDOWS:
        left = right - _WINDOWS[view.window] * DAY
    return extent, Scale(left, right + (right - left) * 0.03, width)


def _within(answer: TimelineAnswer, window: Scale) -> tuple[Entry, ...]:
    """The entries of which some may lie in the window."""
    since, until = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms) for ms in (window.left, window.right))
    return answer.narrowed(Filters(since=since, until=until)).entries


def _headline(answer: TimelineAnswer, lanes: Sequence[tuple[str, str]], view: View) -> str:
    known = "as known then" if view.known == "then" else "as known today"
    return f"{words.count(len(answer.entries), 'development')} · {words.count(len(lanes), 'front')} · {known}"


def _status_options(answer: TimelineAnswer) -> list[dict[str, Any]]:
    counts = Counter(entry.status for entry in answer.entries)
    return [
        {
            "value": str(status),
            "label": html.Span(
                [swatch(status), html.Span(status.capitalize(), title=words.STATUS[status]), _count(counts[status])],
                className="option",
            ),
        }
        for status in Status
        if counts[status]
    ]


def _front_options(lanes: Sequence[FrontEntry]) -> list[dict[str, Any]]:
    return [
        {
            "value": lane.slug,
            "label": html.Span([html.Span(lane.front.opened.name), _count(lane.developments)], className="option"),
        }
        for lane in lanes
    ]


def _actor_options(answer: TimelineAnswer) -> list[dict[str, str]]:
    named = ({actor.name for actor in entry.state.described.actors} for entry in answer.entries)
    counts = Counter(name for names in named for name in names)
    return [{"value": name, "label": f"{name} ({number})"} for name, number in sorted(counts.items())]


def _count(number: int) -> html.Span:
    return html.Span(f"{number:,}", className="count")


def _panel(reader: Reader, view: View, wanted: WantedCuts, names: dict[str, str], permalink: str) -> Any:
    assert view.development  # noqa: S101 - asked for only with one
    try:
        held, entry = reader.development(view.development, wanted)
    except NothingKnown:
        return unknown(words.day(wanted.as_of) if wanted.as_of else "then")
    _, steps = reader.reporting(view.development, wanted)
    front = entry.state.described.front
    return panel(reader, held, entry, steps, names.get(front, front), permalink)
