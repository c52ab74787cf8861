"""The page of a development: who says so, who denies it, how that changed, what else was near, and how it is cited."""

from typing import Any
from uuid import UUID

from dash import dcc, html

from dashboards import panel, words
from dashboards.citation import citation
from dashboards.elements import aria, swatch
from dashboards.figures.reporting import Turn, Voice, reporting_chart
from dashboards.figures.scale import milliseconds
from dashboards.filters import pinned, same_cuts
from dashboards.lag import lag
from dashboards.pages.asked import Asked, Content, described, status_cell, table, to, to_timeline
from timeline.domain.moments import format_instant
from timeline.domain.vocabulary import Aspect, Stance, Status
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
    held, entry = reader.development(id, asked.wanted)
    _, steps = reader.reporting(id, asked.wanted)
    _, near = reader.nearby(id, asked.wanted)
    front = entry.state.described.front
    disputed = [a for a, s in entry.statuses.items() if s is Status.DISPUTED and a is not Aspect.OCCURRENCE]
    summary = entry.state.described.summary
    body = [
        html.P(to(asked, "fronts", front, reader.front_names(held).get(front, front)), className="quiet"),
        html.P([swatch(entry.status), html.Strong(words.STATUS[entry.status])], className="headline-status"),
        *(html.P([swatch(Status.DISPUTED), f"Disputed: {words.ASPECT[a]}"], className="headline-status")
          for a in disputed),
        html.P(summary) if summary else None,
        html.Div(
            [
                html.Section([
                    html.Dl(panel.described(entry)),
                    _lags(asked, entry, held),
                    *panel.assessments(entry),
                    html.H2("For and against"),
                    *panel.accounts(reader, held, entry),
                ]),
                html.Section([
                    html.H2("How the reporting changed"),
                    _chart(asked, held, entry, steps),
                    html.Ol([panel.reporting_step(reader, held, step) for step in steps], className="steps"),
                    html.H2("Near in time and place"),
                    _near(asked, near),
                ]),
            ],
            className="columns",
        ),
        html.H2("In the log"),
        _history(steps),
        html.H2("Cite"),
        *_cited(asked, held, entry),
        html.P([*panel.as_data(held, entry), " · ", to_timeline(asked, "On the timeline", f"id={id}")]),
    ]  # fmt: skip
    return Content(entry.state.described.title, body)


def _lags(asked: Asked, entry: Entry, held: HeldCuts) -> Any:
    occurred, first = entry.state.described.occurred, entry.state.first_reported_at
    told = f"{words.moment(first)}, {lag(occurred, first)}" if first else ""
    voices = [
        html.Li(f"{asked.reader.source(given.account.source, held).name}: {lag(occurred, given.reported_at)}")
        for given in sorted(entry.state.accounts, key=lambda given: (given.reported_at, given.position))
    ]
    return described(
        [("First report", told), ("Each account", html.Ul(voices, className="plain-list") if voices else None)]
    )


def _chart(asked: Asked, held: HeldCuts, entry: Entry, steps: tuple[Step, ...]) -> Any:
    turns: list[Turn] = []
    for step in steps:
        status = step.statuses[Aspect.OCCURRENCE]
        if not turns or turns[-1].status is not status:
            turns.append(Turn(milliseconds(step.recorded.event.reported_at), status))
    voices = [
        Voice(
            milliseconds(given.reported_at),
            asked.reader.source(given.account.source, held).name,
            given.account.stance.get(Aspect.OCCURRENCE) is Stance.DENIES,
        )
        for given in entry.state.accounts
        if Aspect.OCCURRENCE in given.account.stance
    ]
    until = milliseconds(held.cuts.known_at)
    figure = reporting_chart(turns, voices, until, min(asked.width, 560.0), asked.colours)
    return html.Div(
        dcc.Graph(figure=figure, config={"displayModeBar": False}, style={"height": figure["layout"]["height"]}),
        role="img",
        **aria(label="How the reporting changed; the list that follows tells the same"),
    )


def _near(asked: Asked, near: tuple[Neighbour, ...]) -> Any:
    if not near:
        return html.P("Nothing else within 14 days and 50 km.", className="quiet")
    rows = [
        [
            to(asked, "developments", str(one.row.id), one.row.title),
            _days(one.days),
            "same front" if one.km is None else f"{one.km:,.0f} km",
            status_cell(one.row.status),
        ]
        for one in near
    ]
    return table("Within 14 days and 50 km, the nearest first", ("Development", "When", "Where", "Status"), rows)


def _days(days: float) -> str:
    whole = round(abs(days))
    if whole == 0:
        return "same day"
    return f"{words.count(whole, 'day')} {'later' if days > 0 else 'earlier'}"


def _history(steps: tuple[Step, ...]) -> Any:
    rows = []
    for step in sorted(steps, key=lambda step: step.recorded.position):
        one = step.recorded
        rows.append(
            [
                html.A(f"{one.position:,}", href=f"/api/v1/events?after={one.position - 1}&limit=1"),
                format_instant(one.event.reported_at),
                format_instant(one.recorded_at),
                html.Code(one.event.fact.TOPIC),
                html.A("proof", href=f"/api/v1/log/proof/inclusion?position={one.position}"),
            ]
        )
    head = ("Position", "Reported (UTC)", "Recorded (UTC)", "Event", "Proof that the log holds it")
    return table("Events of this development, in the order in which the log learnt of them", head, rows)


def _copied(name: str, text: str) -> html.Div:
    copy = dcc.Clipboard(content=text, title=f"Copy the {name}", className="button")
    return html.Div([html.Pre(text, className="citation", tabIndex=0), copy], className="cited")


def _cited(asked: Asked, held: HeldCuts, entry: Entry) -> list[Any]:
    link = f"{asked.site.rstrip('/')}/developments/{entry.state.id}{pinned(same_cuts(asked.view), held.cuts)}"
    cited = citation(entry, held, asked.title, link, asked.today)
    return [
        html.P("The link fixes all three cuts: it shows this very page for ever.", className="quiet"),
        html.P(html.A(link, href=link)),
        *(
            _copied(name, text)
            for name, text in (("citation", cited.text), ("BibTeX entry", cited.bibtex))
        ),
    ]  # fmt: skip
