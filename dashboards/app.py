"""The Dash application, added to the Flask application that serves the API."""

from pathlib import Path
from typing import Any

from dash import Dash
from flask import Flask, Response

from dashboards.bundles import Bundles
from dashboards.callback_requests import guard_requests
from dashboards.callbacks import register
from dashboards.layout import layout
from dashboards.routing import register_pages
from dashboards.stepping import register_steps
from timeline.readmodel.questions import Reader

_POLICY = (
    "default-src 'none'",
    "script-src 'self' {hashes}",
    # Plotly fills <style> elements and style attributes of its own, and Dash's components do as well.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
"""What a page may load: everything from this host, and of scripts in the page only Dash's own, by their digests."""


_NO_SCRIPT = (
    "<noscript>This page draws its charts in the browser and needs JavaScript. Without it, everything that it shows "
    'can be read at <a href="/api/docs">/api/docs</a> and exported from there.</noscript>'
)


_ASKED_FIRST = ("/_dash-layout", "/_dash-dependencies")
"""What Dash asks for once all of its scripts have run."""


def _ahead(address: str) -> str:
    """Has a browser ask for an address while it still reads the scripts that will ask for it."""
    return f'<link rel="preload" as="fetch" crossorigin="anonymous" href="{address}">'


class _Dashboard(Dash):
    """Dash with its scripts and styles served by `Bundles`."""

    bundles: Bundles

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]
        parts["css"] = "\n".join(
            [self.bundles.rewritten(parts["css"]), *map(_ahead, _ASKED_FIRST), self.bundles.ahead()]
        )
        parts["scripts"] = f"{self.bundles.plotly()}\n{self.bundles.rewritten(parts['scripts'])}"
        return str(super().interpolate_index(**parts))


def add_dashboard(app: Flask, reader: Reader, title: str, public_url: str | None = None) -> None:
    """Serve the dashboard at `/`, all of it from this host; citations name it by its `public_url`, if it has one."""
    dash = _Dashboard(
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
    dash.index_string = dash.index_string.replace("<html>", '<html lang="en">').replace("<body>", f"<body>{_NO_SCRIPT}")
    dash.layout = layout(title)
    dash.bundles = Bundles(Path(__file__).parent / "assets")
    dash.bundles.add_to(app)
    register(dash, reader)
    register_pages(dash, reader, title, public_url=public_url)
    register_steps(app, reader)
    guard_requests(app, dash)
    with app.test_request_context():
        dash.index()  # so that the addresses of its files are answered from the start, whatever is asked for first
    policy = "; ".join(_POLICY).format(hashes=" ".join(f"'{one.strip(chr(39))}'" for one in dash.csp_hashes()))

    @app.after_request
    def guard(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers.setdefault("Content-Security-Policy", policy)
            response.headers.setdefault("Cache-Control", "no-cache")
        return response
