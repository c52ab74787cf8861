"""The key above the picture: what fills, outlines, hatches, symbols and signs mean, for the picture that is shown.

Its swatches are those of the filters (assets/style.css), which hold themselves to dashboards/theme.py. On a telephone
it is folded until somebody wants it.
"""

from typing import Any, Literal

from dash import html

from dashboards import ids, words
from dashboards.elements import aria, swatch
from dashboards.figures.counts import Shades, shades_of_counts, shades_of_shares, shades_of_spread
from dashboards.theme import Palette

Shown = Literal["marks", "counts", "map", "squares", "table"]
"""What is shown: developments one by one, or how many; where they were, or how many in squares; or their list."""

_LINE = ("line", "as-of day", "What lies behind it had not happened yet, or was not known yet")
SIGNS = (
    ("certain", "certain", "The time of which it is certain"),
    ("possible", "possible", "The time of which it is only possible: when it began or ended is not known exactly"),
    ("arrow", "still open", "Still going on, on the as-of day"),
    ("beyond", "goes on", "Goes on beyond the edge of the window"),
    _LINE,
    ("flag", "also disputed", "Who did it, how far, where or when is disputed, too"),
)
"""What is drawn the same whatever the status: the picture of each in assets/style.css, its name and its meaning."""
_RINGS = (
    ("ring wide", "corroborated, confirmed", "In the ring around a number: wide and solid"),
    ("ring thin", "claimed", "In the ring around a number: thin"),
    ("ring dashed", "contested, taken back", "In the ring around a number: dashed"),
    ("roughly", "place only roughly known", "Pale: no more than the province, the region or the country is known"),
)


def key() -> html.Details:
    """The key, open until the browser finds itself on a narrow screen; `items` go into it."""
    return html.Details([html.Summary("Key"), html.Ul(id=ids.KEY_ITEMS)], id=ids.KEY, className="key", open=True)


def items(shown: Shown, most: float, colours: Palette, *, spread: bool = False) -> list[Any]:
    """What the key tells of what is shown; `most` is the greatest of the counts. A list has no need of it.

    `spread`: the strip, or a chart of counts, has something of which the day is not known.
    """
    paler = [_paler("" if shown == "counts" else "in the strip, ", colours)] if spread else []
    match shown:
        case "marks":
            return [*_statuses(), *(_sign(*one) for one in SIGNS), *paler]
        case "map":
            return [*_statuses(), *(_sign(*one) for one in _RINGS), *paler]
        case "counts":
            return [_began("cell", most, colours), *paler, _contested(colours), _sign(*_LINE)]
        case "squares":
            return [_began("square", most, colours), *paler]
    return paler


def _statuses() -> list[html.Li]:
    """Each as a bar and as a moment."""
    return [
        html.Li(
            [swatch(status), html.Span(className=f"symbol {status}", **aria(hidden="true")), status.capitalize()],
            title=words.STATUS[status],
        )
        for status in words.STATUS
    ]


def _began(where: str, most: float, colours: Palette) -> html.Li:
    return html.Li(
        [f"in a {where}: 1 ", _scale(shades_of_counts(colours)), f" {words.about(most)}"],
        title=f"How many developments are counted in a {where}",
    )


def _paler(where: str, colours: Palette) -> html.Li:
    return html.Li(
        [f"{where}fainter: the day is not known ", _scale(shades_of_spread(colours))],
        title="Each counts as one in all, spread evenly over the days on which it may have begun",
    )


def _contested(colours: Palette) -> html.Li:
    return html.Li(
        ["contested of these: none ", _scale(shades_of_shares(colours)), " all"],
        title="Which share of them is disputed, denied, refuted or retracted",
    )


def _scale(shades: Shades) -> html.Span:
    """From the first shade to the last one."""
    stops = ", ".join(f"{colour} {at:.0%}" for at, colour in shades)
    return html.Span(
        className="shades", style={"background": f"linear-gradient(90deg, {stops})"}, **aria(hidden="true")
    )


def _sign(picture: str, text: str, meaning: str) -> html.Li:
    sign: Any = "⚑" if picture == "flag" else None
    return html.Li([html.Span(sign, className=f"sign {picture}", **aria(hidden="true")), text], title=meaning)
