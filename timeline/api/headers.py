"""What every answer says to the browser beside its content, and what is believed of the proxies before the server."""

from flask import Flask, Response, request
from flask_cors import CORS
from werkzeug.middleware.proxy_fix import ProxyFix

from timeline.api.caching import ROWS_BEHIND
from timeline.api.exports import CUT_HEADERS
from timeline.api.sorts import is_api
from timeline.config import Config

_EXPOSED = (
    *("ETag", "Retry-After", "X-Request-ID", "Content-Disposition", "WWW-Authenticate", ROWS_BEHIND),
    *CUT_HEADERS,
)
_ACCEPTED = (
    *("Authorization", "Content-Type", "If-Match", "If-None-Match", "Idempotency-Key", "Last-Event-ID", "Prefer"),
    *("X-Request-ID", "ce-[a-z0-9]+"),
)
"""Headers that a page may send; the last stands for the attributes of an event (CloudEvents' binary mode)."""
ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY"}
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""Answers of the API are data: were a browser to show one as a page, it could load and run nothing."""


def add_headers(app: Flask, config: Config) -> None:
    """Have every answer carry them; a view that says otherwise in its own answer is left alone."""
    if config.trusted_proxies:
        count = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    if config.cors_origins:
        CORS(
            app,
            resources={r"/api/.*": {"origins": list(config.cors_origins)}},
            methods=["GET", "HEAD", "POST", "OPTIONS"],
            allow_headers=list(_ACCEPTED),
            expose_headers=list(_EXPOSED),
            max_age=600,
        )

    @app.after_request
    def secure(response: Response) -> Response:
        given = {name.lower() for name, _ in response.headers}
        for name, value in ALWAYS.items():
            if name.lower() not in given:
                response.headers.add(name, value)
        if is_api(request.path) and not request.path.startswith("/api/docs"):
            response.headers["Content-Security-Policy"] = API_POLICY
            if config.cors_origins:
                response.vary.add("Origin")  # a cache must not give one page's answer to another
        return response
