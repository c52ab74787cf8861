"""Small elements that several parts of the page use."""

from typing import Any

from dash import html

from timeline.domain.vocabulary import Status


def aria(**attributes: str) -> dict[str, Any]:
    """Accessibility attributes: `aria(label="Close")` is `aria-label="Close"`."""
    return {f"aria-{name}": value for name, value in attributes.items()}


def data(**attributes: str) -> dict[str, Any]:
    """Attributes for the page's own scripts: `data(day="2023-05-22")` is `data-day="2023-05-22"`."""
    return {f"data-{name}": value for name, value in attributes.items()}


def swatch(status: Status) -> html.Span:
    """The small picture of a status: its fill, outline and pattern."""
    return html.Span(className=f"swatch {status}", **aria(hidden="true"))
