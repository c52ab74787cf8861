"""The Dash application, added to the Flask application that serves the API."""

from dash import Dash
from flask import Flask

from dashboards.callbacks import register
from dashboards.layout import layout
from timeline.readmodel.questions import Reader


def add_dashboard(app: Flask, reader: Reader, title: str) -> None:
    """Serve the dashboard at `/`, all of it from this host."""
    dash = Dash(
        "dashboards.app",
        server=app,  # type: ignore[arg-type]
        title=title,
        update_title="",
        serve_locally=True,
        compress=False,
        enable_mcp=False,
        suppress_callback_exceptions=True,  # the panel's close button comes and goes
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    dash.layout = layout(title)
    register(dash, reader)
