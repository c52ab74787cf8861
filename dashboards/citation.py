"""How a development is cited: as a sentence and as BibTeX, with a link that shows the same for ever."""

from datetime import date

from msgspec import Struct

from dashboards import words
from timeline.domain.legibility import isolated, legible
from timeline.readmodel.cuts import HeldCuts
from timeline.readmodel.entries import Entry

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


class Citation(Struct, frozen=True):
    """A citation as text and as an entry of BibTeX (`@misc`)."""

    text: str
    bibtex: str


def citation(entry: Entry, held: HeldCuts, site: str, link: str, today: date) -> Citation:
    """The citation of a development at some cuts, read today; `link` is the whole address that fixes them."""
    title, cuts = entry.state.described.title, held.cuts
    stood = (
        f"as of {words.cut(cuts.as_of)}, as known at {words.cut(cuts.known_at)}, position {cuts.position} of the log"
    )
    status = words.STATUS[entry.status]
    text = f"“{isolated(title)}” ({status}). {site}, {stood}. {link} (read on {today.isoformat()})."
    fields = {
        "title": "{" + _escaped(legible(title)) + "}",
        "howpublished": _escaped(site),
        "year": str(cuts.known_at.year),
        "url": link,
        "urldate": today.isoformat(),
        "note": _escaped(f"{status}; {stood}"),
    }
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return Citation(text, f"@misc{{development-{str(entry.state.id)[:8]},\n{body}\n}}")


def _escaped(text: str) -> str:
    """Plain text as TeX takes it."""
    return "".join(_SPECIAL.get(character, character) for character in text)
