"""What the log holds of a development: each event with its position, and the proof that it is there."""

from typing import Any

from dash import html

from dashboards.elements import verbatim
from dashboards.pages.asked import Asked, table, to
from dashboards.panel import voided
from timeline.domain import facts
from timeline.domain.moments import format_instant
from timeline.readmodel.cuts import HeldCuts
from timeline.readmodel.entries import Step


def logged(asked: Asked, held: HeldCuts, steps: tuple[Step, ...]) -> Any:
    """The events behind these steps, in the order of the log."""
    rows = []
    for step in sorted(steps, key=lambda step: step.recorded.position):
        one = step.recorded
        rows.append(
            [
                html.A(f"{one.position:,}", href=f"/api/v1/events?after={one.position - 1}&limit=1"),
                _instant(format_instant(one.event.reported_at)),
                _instant(format_instant(one.recorded_at)),
                _event(step),
                _voice(asked, held, one.event),
                html.A("proof", href=f"/api/v1/log/proof/inclusion?position={one.position}",
                       title=f"Proof that the log holds position {one.position:,}"),
            ]
        )  # fmt: skip
    head = ("Position", "Reported (UTC)", "Recorded (UTC)", "Event", "By", "Proof")
    return table("Its events, in the order in which the log learnt of them", head, rows)


def _event(step: Step) -> Any:
    """What sort of event it is; struck out where it was entered by mistake, with the reason."""
    topic = html.Code(step.recorded.event.fact.TOPIC)
    if step.voided_by:
        return [html.Del(topic), html.Div(voided(step.voided_by), className="quiet small")]
    if isinstance(fact := step.recorded.event.fact, facts.EntryVoided):
        said: list[Any] = [f"of position {fact.position:,}: ", verbatim(fact.reason)]
        return [topic, html.Div(said, className="quiet small")]
    return topic


def _instant(text: str) -> html.Span:
    """An instant to the second; the rest is told to those who point at it, and by the event itself."""
    return html.Span(f"{text[:10]} {text[11:19]}", title=text, className="nowrap")


def _voice(asked: Asked, held: HeldCuts, event: facts.Event) -> Any:
    """Who speaks; of what nobody says of the development itself, the token that brought it."""
    match event.fact:
        case facts.DevelopmentReported(_, account) | facts.AccountGiven(account):
            slug = account.source
        case facts.AccountWithdrawn(source):
            slug = source
        case facts.DevelopmentAssessed() as assessed:
            return verbatim(assessed.assessor) if assessed.assessor else "an analyst"
        case _:
            return verbatim(event.recorded_by) if event.recorded_by else ""
    return to(asked, "sources", slug, asked.reader.source(slug, held).name)
