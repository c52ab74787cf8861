"""The accounts of a development, aspect by aspect, as its panel and its page tell them: the page tells more of each."""

from collections.abc import Callable
from typing import Any

from dash import html
from msgspec import Struct

from dashboards import words
from dashboards.elements import swatch, timed, verbatim
from dashboards.lag import lag_of, publication_of
from timeline.domain.facts import SourceRegistered
from timeline.domain.moments import Occurred
from timeline.domain.status import GivenAccount
from timeline.domain.values import Account
from timeline.domain.vocabulary import Aspect, Stance
from timeline.readmodel.cuts import HeldCuts
from timeline.readmodel.entries import Entry
from timeline.readmodel.questions import Reader
from timeline.wire.wording import withdrawn_in_words

_ORDER = (Stance.ASSERTS, Stance.CONCEDES, Stance.DENIES, Stance.REPEATS)
"""The order in which accounts of an aspect are told."""


class Manner(Struct, frozen=True):
    """How accounts are told: what stands for the name of a source, under which headings, and whether in `whole`.

    The whole of an account has its reliability in words, its archive hash to the last digit, and how long after the
    development it was given.
    """

    named: Callable[[SourceRegistered], Any] = lambda source: verbatim(source.name)
    heading: Callable[..., Any] = html.H4
    whole: bool = False


def accounts(reader: Reader, held: HeldCuts, entry: Entry, manner: Manner = Manner()) -> list[Any]:  # noqa: B008
    """The accounts, aspect by aspect: those for it first, then concessions, denials and repetitions."""
    parts: list[Any] = []
    for aspect, status in entry.statuses.items():
        spoken = [given for given in entry.state.accounts if aspect in given.account.stance]
        if not spoken:
            continue
        spoken.sort(key=lambda given: (_ORDER.index(given.account.stance[aspect]), given.reported_at, given.position))
        name = [words.ASPECT[aspect].capitalize(), html.Span([swatch(status), str(status)], className="chip")]
        parts.append(manner.heading(name, className="aspect"))
        occurred = entry.state.described.occurred
        told = [_account(reader, held, given, aspect, occurred, manner) for given in spoken]
        parts.append(html.Ul(told, className="accounts"))
    return parts


def _account(
    reader: Reader, held: HeldCuts, given: GivenAccount, aspect: Aspect, occurred: Occurred, manner: Manner
) -> html.Li:
    told = given.account
    source = reader.source(told.source, held)
    stance = told.stance[aspect]
    withdrawn = aspect in given.withdrawn
    origin = [" after ", manner.named(reader.source(told.origin, held))] if told.origin else []
    return html.Li(
        [
            html.Span(words.STANCE[stance], className=f"stance {stance}"),
            html.Div(
                [
                    html.Div([manner.named(source), *origin, *_grade(source, manner)]),
                    html.P(verbatim(told.gist)) if told.gist else None,
                    html.Blockquote(verbatim(f"“{told.quote}”")) if told.quote else None,
                    html.Div(
                        [
                            *timed(_said_when(given, occurred, manner)),
                            *_proof(told, manner),
                            f" · {withdrawn_in_words(given)}" if withdrawn else None,
                        ],
                        className="quiet small",
                    ),
                ]
            ),
        ],
        className="withdrawn" if withdrawn else None,
    )


def _said_when(given: GivenAccount, occurred: Occurred, manner: Manner) -> str:
    """When the source said it, how long after the development, and from when on it was known."""
    publication = publication_of(given)
    after = f", {lag_of(occurred, publication)}" if publication and manner.whole else ""
    reported = words.moment(given.reported_at)
    release = ", when the data set was released" if given.from_release and manner.whole else ""
    known = f"known from {reported}{release}"
    if given.account.published is not None:
        return f"{words.published(given.account.published)}{after} · {known}"
    return known if given.from_release else f"{reported}{after}"


def _grade(source: SourceRegistered, manner: Manner) -> list[Any]:
    """On which side a source stands, and how reliable it is."""
    side = f"side: {words.side(source.affiliation)}" if source.affiliation else "for itself"
    grade = words.reliability(source.reliability)
    told = f"{side} · {grade} (Admiralty code)" if manner.whole else f"{side} · {grade}"
    return [html.Div(told, className="quiet small", title="Reliability by the Admiralty code, A to F")]


def _proof(told: Account, manner: Manner) -> list[Any]:
    """Where a reader can check the account."""
    parts: list[Any] = []
    if told.url:
        text = words.clipped(told.url, 80) if manner.whole else "source"
        parts += [" · ", html.A(verbatim(text), href=told.url, target="_blank", rel="noopener noreferrer")]
    if told.archive_sha256 and manner.whole:
        parts.append(html.Div(["archived copy, SHA-256 ", html.Code(told.archive_sha256)]))
    elif told.archive_sha256:
        parts += [" · ", html.Span(f"SHA-256 {told.archive_sha256[:12]}…", title=told.archive_sha256)]
    return parts
