"""What the page shows for a view: one answer of the read model, told by figures, counts and panel."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import structlog
from dash import html
from msgspec import Struct, structs

from dashboards import words
from dashboards.choices import Choice, actor_options, front_choices, status_choices
from dashboards.figures.gantt import gantt
from dashboards.figures.marks import Mark, mark
from dashboards.figures.overview import overview
from dashboards.figures.packing import pack
from dashboards.figures.points import points
from dashboards.figures.scale import DAY, Scale, milliseconds
from dashboards.filters import View, pinned, write
from dashboards.panel import panel, unknown, unshowable
from dashboards.table import table
from dashboards.theme import palette
from timeline.domain.moments import end_of_day, start_of_day
from timeline.errors import InvalidValue, NothingKnown
from timeline.readmodel.cuts import WantedCuts
from timeline.readmodel.entries import Entry, TimelineAnswer
from timeline.readmodel.filters import Filters
from timeline.readmodel.questions import Reader

log = structlog.get_logger(__name__)

_WINDOWS = {"1m": 30, "6m": 183}
_MOST_NAMED = 3
"""How many of the developments that are set aside a notice names."""


class Page(Struct, frozen=True):
    """Everything that changes with the view."""

    view: View
    first_day: date
    last_day: date
    as_of: date
    headline: str
    pin: Any
    shown: str
    notices: Sequence[str]
    overview: dict[str, Any]
    chart: dict[str, Any]
    table: Any
    panel: Any
    statuses: Sequence[Choice]
    fronts: Sequence[Choice]
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
        view = structs.replace(view, position=None)
        wanted = WantedCuts(wanted.as_of, wanted.known_at)
        whole = reader.timeline(wanted)
    if not days:
        notices.append("Nothing has been recorded yet: `timeline demo` fills the demo, POST /api/v1/events appends.")
    as_of = whole.held.cuts.as_of
    lanes = reader.lanes(whole, reader.fronts_named(whole.held))
    names = {lane.slug: lane.front.opened.name for lane in lanes}
    if strange := [front for front in view.fronts if front not in names]:
        notices.append(f"front: no front {words.listed(map(repr, strange))} is known here; it is left out.")
        view = structs.replace(view, fronts=tuple(front for front in view.fronts if front in names))
    chosen, marks, set_aside = _drawable(whole.narrowed(_filters(view)), as_of)
    notices += set_aside
    extent, window = _scales(view, chosen, as_of, width)
    in_window = _within(chosen, window)
    colours = palette(theme)
    shown_lanes = [(lane.slug, lane.front.opened.name) for lane in lanes if lane.developments]
    chart: dict[str, Any] = {"data": [], "layout": {}}
    limit = milliseconds(as_of)
    if view.chart == "gantt":
        chart = gantt(*pack(marks, shown_lanes, window), window, limit, colours)
    elif view.chart == "points":
        chart = points(marks, shown_lanes, window, limit, colours)
    strips = [lane for lane in shown_lanes if not view.fronts or lane[0] in view.fronts]
    if days and not in_window and not set_aside:
        notices.append("Nothing to show here: widen the window, move the slider on, or choose more filters.")
    permalink = pinned(view, as_of, whole.held.cuts.position)
    return Page(
        view=view,
        first_day=first_day,
        last_day=max(last_day, as_of.date()),
        as_of=as_of.date(),
        headline=_headline(whole, shown_lanes, view),
        pin=_pin(view),
        shown=f"{len(in_window):,} shown",
        notices=notices,
        overview=overview(marks, strips, extent, window, colours),
        chart=chart,
        table=table(in_window, names) if view.chart == "table" else None,
        panel=_panel(reader, view, wanted, names, permalink) if view.development else None,
        statuses=status_choices(whole),
        fronts=front_choices(lanes),
        actors=actor_options(whole),
        permalink=permalink,
        theme=theme,
    )


def _filters(view: View) -> Filters:
    return Filters(
        fronts=frozenset(view.fronts),
        statuses=frozenset(view.statuses),
        actors=frozenset([view.actor] if view.actor else []),
    )


def _drawable(answer: TimelineAnswer, as_of: datetime) -> tuple[TimelineAnswer, list[Mark], list[str]]:
    """What of an answer can be drawn, its marks, and a notice that names what can not.

    One entry that the page can not tell must neither take the others with it nor vanish unseen.
    """
    kept: list[Entry] = []
    marks: list[Mark] = []
    broken: list[Entry] = []
    for entry in answer.entries:
        try:
            marks.append(mark(entry, as_of))
            kept.append(entry)
        except Exception as error:  # whatever it is, the rest of the page stands
            log.exception("development set aside", id=str(entry.state.id), exc_info=error)
            broken.append(entry)
    if not broken:
        return answer, marks, []
    named = [f"“{entry.state.described.title}” ({entry.state.id})" for entry in broken[:_MOST_NAMED]]
    more = [f"{len(broken) - _MOST_NAMED:,} more"] if len(broken) > _MOST_NAMED else []
    notice = f"{words.count(len(broken), 'development')} set aside, since the page can not draw: "
    return TimelineAnswer(answer.held, tuple(kept)), marks, [notice + words.listed([*named, *more])]


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


def _pin(view: View) -> Any:
    """Says that the page is pinned to what the log held at a position, and how to let go of it."""
    if view.position is None:
        return None
    latest = write(structs.replace(view, position=None)) or "/"
    return [
        f"as this log stood at position {view.position:,} · ",
        html.A("show what it holds now", href=latest),
    ]


def _panel(reader: Reader, view: View, wanted: WantedCuts, names: dict[str, str], permalink: str) -> Any:
    assert view.development  # noqa: S101 - asked for only with one
    try:
        held, entry = reader.development(view.development, wanted)
    except NothingKnown:
        return unknown(words.day(wanted.as_of) if wanted.as_of else "then")
    front = entry.state.described.front
    try:
        _, steps = reader.reporting(view.development, wanted)
        return panel(reader, held, entry, steps, names.get(front, front), permalink)
    except Exception as error:  # as with the marks: what can not be told is said to be so
        log.exception("panel set aside", id=str(view.development), exc_info=error)
        return unshowable(held, entry)
