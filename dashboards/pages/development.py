"""The page of a development: who says so, who denies it, how that changed, what else was near, and how it is cited."""

from typing import Any
from uuid import UUID

from dash import dcc, html

from dashboards import panel, words
from dashboards.accounts import Manner, accounts
from dashboards.elements import aria, joined, verbatim
from dashboards.figures.reporting import LEGEND, Spoken, Turn, Voice, reporting_chart
from dashboards.figures.scale import milliseconds
from dashboards.filters import same_cuts
from dashboards.lag import NOT_TOLD, first_publication, lag_of
from dashboards.pages.asked import Asked, Content, status_cell, table, terms, to, to_timeline
from dashboards.pages.cited import cited
from dashboards.pages.logged import logged
from timeline.domain.facts import DevelopmentReported
from timeline.domain.vocabulary import Aspect
from timeline.errors import NothingKnown
from timeline.readmodel.cuts import HeldCuts
from timeline.readmodel.entries import Entry, Step
from timeline.readmodel.nearby import Neighbour


def page(asked: Asked, key: str) -> Content:
    """The page of the development with this id. Raises `NothingKnown` where nothing is known of it."""
    try:
        id = UUID(key)
    except ValueError:
        raise NothingKnown(f"{key!r} is no id of a development", ()) from None
    reader = asked.reader
    held, steps = reader.reporting(id, asked.wanted)
    try:
        held, entry = reader.development(id, asked.wanted)
    except NothingKnown:
        return _voided(asked, held, steps)
    _, near = reader.nearby(id, asked.wanted)
    front = entry.state.described.front
    summary = entry.state.described.summary
    manner = Manner(lambda source: to(asked, "sources", source.slug, source.name), html.H3, whole=True)
    body = [
        html.P([to(asked, "fronts", front, reader.front_names(held).get(front, front)),
                f" · {words.kind(entry.state.described.kind)}"], className="quiet"),
        *_status(asked, held, entry),
        html.P(verbatim(summary)) if summary else None,
        html.Div(
            [
                html.Section([
                    html.Dl([*panel.described(entry, lambda name: to(asked, "actors", name, name)), *_more(entry)]),
                    *panel.assessments(entry),
                    html.H2("For and against"),
                    *accounts(reader, held, entry, manner),
                ]),
                html.Section([
                    html.H2("How the reporting changed"),
                    _chart(asked, held, entry, steps),
                    panel.reporting_steps(reader, held, steps),
                    html.H2("Near in time and place"),
                    _near(asked, near),
                ]),
            ],
            className="columns",
        ),
        html.H2("In the log"),
        logged(asked, held, steps),
        html.H2("Cite"),
        *cited(asked, held, entry),
        html.P([*panel.as_data(held, entry), " · ", to_timeline(asked, "On the timeline", f"id={id}")]),
    ]  # fmt: skip
    return Content(entry.state.described.title, body)


def _voided(asked: Asked, held: HeldCuts, steps: tuple[Step, ...]) -> Content:
    """The page of a development all reports of which were entered by mistake: what was said of it, struck out."""
    reports = [one.event.fact for one in (step.recorded for step in steps)]
    title = next(fact.description.title for fact in reversed(reports) if isinstance(fact, DevelopmentReported))
    return Content(
        title,
        [
            html.P("This entry was made by mistake and is on no timeline; what it said is struck out."),
            panel.reporting_steps(asked.reader, held, steps),
            html.H2("In the log"),
            logged(asked, held, steps),
        ],
    )


def _status(asked: Asked, held: HeldCuts, entry: Entry) -> list[Any]:
    """How it stands, what of it is disputed beside that, and what else a reader must know before all others."""
    said = panel.status_lines(entry)
    if entry.state.retracted:
        said.append(html.P("The entry as a whole is withdrawn; the log below says why."))
    if into := entry.state.merged_into:
        link = to(asked, "developments", str(into), _title(asked, into))
        said.append(html.P(["It was found to be the same as ", link, ", and counts there."]))
    if not entry.state.described.occurred.begun_by(held.cuts.as_of):
        said.append(html.P(panel.not_begun(same_cuts(asked.view), asked.wanted, held, entry)))
    return said


def _title(asked: Asked, id: UUID) -> str:
    try:
        return asked.reader.development(id, asked.wanted)[1].state.described.title
    except NothingKnown:
        return "another entry"


def _more(entry: Entry) -> list[Any]:
    """How long the first report took, and what else only the page has room for."""
    description, first = entry.state.described, first_publication(entry.state.accounts)
    return terms(
        [
            ("Report lag", f"first reported {lag_of(description.occurred, first)}" if first else NOT_TOLD),
            ("Tags", joined(map(verbatim, description.tags))),
            ("External id", verbatim(description.external_id) if description.external_id else None),
        ]
    )


def _chart(asked: Asked, held: HeldCuts, entry: Entry, steps: tuple[Step, ...]) -> Any:
    spoken = [one for aspect in Aspect if (one := _spoken(asked, held, entry, steps, aspect)).voices]
    figure = reporting_chart(spoken, milliseconds(held.cuts.known_at), min(asked.width - 32, 560.0), asked.colours)
    graph = html.Div(
        dcc.Graph(
            figure=figure,
            config={"displayModeBar": False, "responsive": True},
            style={"height": figure["layout"]["height"]},
        ),
        role="img",
        **aria(label="How the reporting changed; the list that follows tells the same"),
    )
    return html.Div([graph, html.P(LEGEND, className="quiet small", **aria(hidden="true"))])


def _spoken(asked: Asked, held: HeldCuts, entry: Entry, steps: tuple[Step, ...], aspect: Aspect) -> Spoken:
    """How an aspect stood when, and who said what of it."""
    turns: list[Turn] = []
    for step in steps:
        status = step.statuses.get(aspect)
        if status and (not turns or turns[-1].status is not status):
            turns.append(Turn(milliseconds(step.recorded.event.reported_at), status))
    voices = [
        Voice(
            milliseconds(given.reported_at),
            asked.reader.source(given.account.source, held).name,
            given.account.stance[aspect],
            withdrawn=aspect in given.withdrawn,
        )
        for given in entry.state.accounts
        if aspect in given.account.stance
    ]
    return Spoken(words.ASPECT[aspect], turns, voices)


def _near(asked: Asked, near: tuple[Neighbour, ...]) -> Any:
    if not near:
        return html.P("Nothing else within 14 days and 50 km.", className="quiet")
    rows = [
        [
            to(asked, "developments", str(one.row.id), one.row.title),
            _days(one.days),
            "same front" if one.km is None else f"{one.km:,.0f} km" if one.km >= 0.5 else "same place",
            status_cell(one.row.status),
        ]
        for one in near
    ]
    return table("Within 14 days and 50 km, the nearest first", ("Development", "In time", "Distance", "Status"), rows)


def _days(days: float) -> str:
    whole = round(abs(days))
    if whole == 0:
        return "same day"
    return f"{words.count(whole, 'day')} {'later' if days > 0 else 'earlier'}"
