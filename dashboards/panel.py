"""What is known of one development, who says so, who denies it, and how that changed: as the panel beside the chart.

Its parts are those of the development's own page, too (dashboards/pages/development.py).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html

from dashboards import ids, words
from dashboards.accounts import accounts
from dashboards.elements import aria, joined, swatch, timed, verbatim
from dashboards.filters import View, write
from dashboards.outside import Outside, view_of_later
from timeline.domain import facts
from timeline.domain.facts import Recorded
from timeline.domain.moments import end_of_day, format_instant
from timeline.domain.values import comes_with_release
from timeline.domain.vocabulary import Aspect, Nature, Status, Verdict
from timeline.readmodel.cuts import HeldCuts, WantedCuts
from timeline.readmodel.entries import Entry, Step
from timeline.readmodel.questions import Reader
from timeline.wire.wording import tally_lines


def panel(
    reader: Reader,
    held: HeldCuts,
    entry: Entry,
    steps: Sequence[Step],
    front_name: str,
    addresses: tuple[str, str],
    announced: Sequence[Any] = (),
) -> Any:
    """The panel of a development. The addresses are those of its own page and of this very picture, for ever.

    `announced` says that it had not begun, where that is so (`not_begun`).
    """
    whole, address = addresses
    description = entry.state.described
    return [
        html.Div(
            [
                html.Span(verbatim(front_name), className="quiet"),
                _close_button(),
            ],
            className="panel-top",
        ),
        html.H2(verbatim(description.title)),
        *status_lines(entry),
        html.P(list(announced)) if announced else None,
        html.P(verbatim(description.summary)) if description.summary else None,
        html.Dl(described(entry)),
        *assessments(entry),
        html.H3("For and against"),
        *accounts(reader, held, entry),
        html.H3("How the reporting changed"),
        reporting_steps(reader, held, steps),
        html.P(
            [
                html.A("The whole page of it", href=whole),
                " · ",
                html.A("Link to this view", href=address),
                " · ",
                *as_data(held, entry),
                html.Br(),
                f"version {entry.state.version}, position {entry.state.position} of the log",
            ],
            className="quiet small",
        ),
    ]


def status_lines(entry: Entry) -> list[Any]:
    """How a development stands, and what of it is disputed beside that."""
    disputed = [a for a, s in entry.statuses.items() if s is Status.DISPUTED and a is not Aspect.OCCURRENCE]
    return [
        html.P([swatch(entry.status), html.Strong(words.STATUS[entry.status])], className="headline-status"),
        *(
            html.P([swatch(Status.DISPUTED), f"Disputed: {words.ASPECT[aspect]}"], className="headline-status")
            for aspect in disputed
        ),
    ]


def not_begun(view: View, wanted: WantedCuts, held: HeldCuts, entry: Entry) -> list[Any]:
    """Says that a development lies after the as-of day, and leads to a day on which it is shown."""
    there = view_of_later(view, wanted, [Outside(entry.state.id, "", entry.state.described.occurred)])
    text = f"Show the timeline as of {words.day(end_of_day(there.as_of))}" if there.as_of else ""
    return [
        f"It had not begun by {words.day(held.cuts.as_of)}: so far it was only announced. ",
        dcc.Link(text, href=f"/{write(there)}"),
    ]


def unshowable(held: HeldCuts, entry: Entry) -> Any:
    """What stands there for a development that the page can not tell: its title, and the data themselves."""
    return [
        html.Div(_close_button(), className="panel-top"),
        html.H2(verbatim(entry.state.described.title)),
        html.P("The page can not show this development. The failure was logged; what the log holds is here:"),
        html.P(as_data(held, entry), className="quiet small"),
    ]


def unknown(day: str) -> Any:
    """What stands there where nothing was known of the development on that day."""
    return [
        html.Div(_close_button(), className="panel-top"),
        html.H2("Not known yet"),
        html.P(f"Nothing of this development had been reported by {day}. Move the slider on to see when it appears."),
    ]


def entered_by_mistake(whole: str) -> Any:
    """What stands there for a development all reports of which are voided; `whole` is the address of its page."""
    return [
        html.Div(_close_button(), className="panel-top"),
        html.H2("Entered by mistake"),
        html.P(["All reports of this development are voided: it is on no timeline. ",
                dcc.Link("What was said of it, and why it was voided", href=whole), "."]),
    ]  # fmt: skip


def as_data(held: HeldCuts, entry: Entry) -> list[Any]:
    """Links to the API's answers at the very cuts of the panel."""
    cuts = held.cuts
    at = urlencode(
        {
            "as_of": format_instant(cuts.as_of),
            "known_at": format_instant(cuts.known_at),
            "recorded_at": cuts.position,
        }
    )
    address = f"/api/v1/developments/{entry.state.id}"
    return [html.A("As JSON", href=f"{address}?{at}"), " · ", html.A("Its history", href=f"{address}/history?{at}")]


def _close_button() -> html.Button:
    return html.Button("×", id=ids.CLOSE, className="plain close", **aria(label="Close"))


def described(entry: Entry, named: Callable[[str], Any] = verbatim) -> list[Any]:
    """Terms and what is told of them: when, where, who, how many, reported when and by how many.

    `named` says what stands for the name of an actor.
    """
    description = entry.state.described
    rows: list[tuple[str, Any]] = [
        ("When", [*timed(words.when(description.occurred, open=entry.open)), html.Code(description.occurred.edtf)])
    ]
    if place := description.place:
        where = joined(verbatim(name) for name in (place.name, place.admin, place.country) if name)
        if place.description:
            where.append(html.Div(verbatim(place.description), className="quiet"))
        rows.append(("Where", where))
    if description.actors:
        rows.append(
            ("Actors", [html.Div([named(actor.name), " (", verbatim(actor.role), ")"]) for actor in description.actors])
        )
    rows += tally_lines(description)
    if entry.state.first_reported_at and entry.state.last_reported_at:
        first, last = (words.day(one) for one in (entry.state.first_reported_at, entry.state.last_reported_at))
        rows.append(("Reported", first if first == last else f"{first} to {last}"))
    voices = {given.account.source for given in entry.state.accounts}
    told = f"{words.count(len(entry.state.accounts), 'account')} by {words.count(len(voices), 'source')}"
    rows.append(("Accounts", told))
    return [part for term, told in rows for part in (html.Dt(term), html.Dd(told))]


def assessments(entry: Entry) -> list[Any]:
    """The verdicts of analysts that stand."""
    standing = [
        (aspect, given)
        for aspect, given in entry.state.assessments.items()
        if given.assessment.verdict is not Verdict.WITHDRAWN
    ]
    return [
        html.Div(
            [
                html.Strong(f"{given.assessment.verdict.capitalize()}: {words.ASPECT[aspect]}"),
                html.P(verbatim(given.assessment.rationale)),
                html.P(
                    [
                        _analyst(given.assessment),
                        ", ",
                        *timed(words.moment(given.reported_at)),
                        f", credibility {given.assessment.credibility.value} of 6",
                    ],
                    className="quiet small",
                ),
            ],
            className="assessment",
        )
        for aspect, given in standing
    ]


def reporting_steps(reader: Reader, held: HeldCuts, steps: Sequence[Step]) -> html.Ol:
    """The events of the reporting: when, how the occurrence stood after each, what else changed, and what it was."""
    before: Sequence[Mapping[Aspect, Status]] = [{}, *(step.statuses for step in steps)]
    return html.Ol(
        [_reporting_step(reader, held, step, was) for step, was in zip(steps, before, strict=False)], className="steps"
    )


def _reporting_step(reader: Reader, held: HeldCuts, step: Step, before: Mapping[Aspect, Status]) -> html.Li:
    status = step.statuses[Aspect.OCCURRENCE]
    changed = [
        (aspect, now)
        for aspect, now in step.statuses.items()
        if aspect is not Aspect.OCCURRENCE and before.get(aspect) is not now
    ]
    fact = step.recorded.event.fact
    what = html.Div(_what_changed(reader, held, step.recorded.event))
    when = html.Div(timed(words.moment(step.recorded.event.reported_at)), className="quiet")
    if isinstance(fact, facts.EntryVoided):  # an act of the desk: when it was reported says nothing
        when = html.Div(f"Recorded {words.moment(step.recorded.recorded_at)}", className="quiet")
    if step.voided_by:
        return html.Li([when, html.Del(what), html.Div(voided(step.voided_by), className="small")])
    if isinstance(fact, facts.EntryVoided):
        return html.Li([when, what])
    return html.Li(
        [
            when,
            html.Div([swatch(status), html.Strong(status.capitalize())]),
            *(html.Div([swatch(now), f"{words.ASPECT[aspect].capitalize()}: {now}"]) for aspect, now in changed),
            what,
        ]
    )


def voided(void: Recorded) -> list[Any]:
    """That an event was entered by mistake, where the log says so, and why."""
    said = f"Entered by mistake, voided at position {void.position:,}"
    return [said, *_because(getattr(void.event.fact, "reason", None))]


def _analyst(assessed: facts.DevelopmentAssessed) -> Any:
    return verbatim(assessed.assessor) if assessed.assessor else "An analyst"


def _because(reason: str | None) -> list[Any]:
    return [": ", verbatim(reason)] if reason else []


def _what_changed(reader: Reader, held: HeldCuts, event: facts.Event) -> list[Any]:
    def called(slug: str) -> html.Bdi:
        return verbatim(reader.source(slug, held).name)

    match event.fact:
        case facts.DevelopmentReported(_, account):
            return ["Reported by ", called(account.source)]
        case facts.AccountGiven(account):
            return [called(account.source), f" {words.said(account.stance)}"]
        case facts.AccountWithdrawn(source, _, reason) if reason and comes_with_release(event.message):
            return [called(source), *_because(reason)]
        case facts.AccountWithdrawn(source, _, reason):
            return [called(source), " takes it back", *_because(reason)]
        case facts.DevelopmentRevised(_, nature, reason):
            return ["Corrected" if nature is Nature.CORRECTION else "Updated", *_because(reason)]
        case facts.DevelopmentAssessed() as assessed:
            return [_analyst(assessed), f": {assessed.verdict}, {words.ASPECT[assessed.aspect]}"]
        case facts.DevelopmentRetracted(reason):
            return ["The entry is withdrawn", *_because(reason)]
        case facts.DevelopmentMerged(_, reason):
            return ["Found to be the same as another entry", *_because(reason)]
        case facts.EntryVoided(reason, position):
            return [f"What stands at position {position:,} was entered by mistake", *_because(reason)]
    return [event.fact.TOPIC]
