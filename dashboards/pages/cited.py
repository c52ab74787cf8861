"""How the page of a development is cited: as text, as BibTeX and as a link, each with a button that copies it."""

from typing import Any

from dash import html

from dashboards import ids
from dashboards.citation import citation
from dashboards.filters import pinned, same_cuts
from dashboards.pages.asked import Asked
from timeline.domain.legibility import isolated
from timeline.readmodel.cuts import HeldCuts
from timeline.readmodel.entries import Entry

_FIXED = (
    " fixes all three cuts: as of when, as known when, and as recorded up to which position. "
    "It shows the same for ever."
)


def cited(asked: Asked, held: HeldCuts, entry: Entry) -> list[Any]:
    """The citation at these cuts, read today."""
    link = f"{asked.site.rstrip('/')}/developments/{entry.state.id}{pinned(same_cuts(asked.view), held.cuts)}"
    told = citation(entry, held, asked.title, link, asked.today)
    return [
        html.P(["The ", html.A("permanent link", href=link), _FIXED]),
        _copied("link", link),
        _copied("citation", _with_title(told.text, entry.state.described.title)),
        _copied("BibTeX", told.bibtex),
    ]


def _with_title(text: str, title: str) -> list[Any]:
    """The citation with the title in an element of its own, so that it turns round nothing that follows."""
    before, told, after = text.partition(isolated(title))
    return [before, html.Bdi(told), after]


def _copied(name: str, text: Any) -> html.Div:
    index = name.lower()
    return html.Div(
        [
            html.Pre(text, className="citation", tabIndex=0, id={"type": ids.COPIED, "index": index}),
            html.Button(f"Copy {name}", id={"type": ids.COPY, "index": index}, className="button"),
        ],
        className="cited",
    )
