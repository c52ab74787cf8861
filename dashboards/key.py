"""The key of the chart: one line above it that tells what fills, outlines, hatches and signs mean.

Its swatches are those of the filters (assets/style.css), which hold themselves to dashboards/theme.py. On a telephone
it is folded until somebody wants it.
"""

from typing import Any

from dash import html

from dashboards import ids, words
from dashboards.elements import aria, swatch

SIGNS = (
    ("certain", "certain", "The time of which it is certain"),
    ("possible", "possible", "The time of which it is only possible: when it began or ended is not known exactly"),
    ("arrow", "still open", "Still going on, on the as-of day"),
    ("beyond", "goes on", "Goes on beyond the edge of the window"),
    ("line", "as-of day", "What lies behind it had not happened yet, or was not known yet"),
    ("flag", "also disputed", "Who did it, how far, where or when is disputed, too"),
)
"""What is drawn the same whatever the status: the picture of each in assets/style.css, its name and its meaning."""


def key() -> html.Details:
    """The key, open until the browser finds itself on a narrow screen."""
    statuses = [
        html.Li([swatch(status), status.capitalize()], title=words.STATUS[status]) for status in words.STATUS
    ]  # fmt: skip
    return html.Details(
        [html.Summary("Key"), html.Ul([*statuses, *(_sign(*one) for one in SIGNS)])],
        id=ids.KEY,
        className="key",
        open=True,
    )


def _sign(picture: str, text: str, meaning: str) -> html.Li:
    sign: Any = "⚑" if picture == "flag" else None
    return html.Li([html.Span(sign, className=f"sign {picture}", **aria(hidden="true")), text], title=meaning)
