"""What is sent compressed, where the reader takes that: all that is text, and files as well as answers."""

import re

from flask import Flask, Response, request
from flask_compress import Compress

COMPRESSED = [
    "application/json",
    "application/problem+json",
    "application/x-ndjson",
    "application/geo+json",
    "application/feed+json",
    "application/atom+xml",
    "application/cloudevents-batch+json",
    "application/javascript",
    "text/javascript",
    "text/css",
    "text/csv",
    "text/calendar",
    "text/html",
    "text/plain",
    "image/svg+xml",
]
"""What is worth compressing; a stream of events is not, for it must not wait."""


_ALGORITHMS = ("zstd", "br", "gzip")
_WEIGHT = re.compile(r"q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


class _Compress(Compress):
    """Flask-Compress, which sends what the reader refuses (`gzip;q=0`) where nothing better is asked for."""

    def after_request(self, response: Response | None) -> Response:
        """The answer, compressed as the reader wishes."""
        given = request.headers.get("Accept-Encoding", "")
        if ";" in given:
            request.environ["HTTP_ACCEPT_ENCODING"] = accepted(given)
        return super().after_request(response)


def accepted(given: str) -> str:
    """The codings of an `Accept-Encoding` that the reader takes, with their weights (RFC 9110, section 12.5.3).

    `*` stands for those that are not named. What has no weight that can be read is left out.
    """
    weights: dict[str, float] = {}
    for part in given.lower().split(","):
        name, _, weight = (one.strip() for one in part.partition(";"))
        found = _WEIGHT.fullmatch(weight)
        weights[name] = 1.0 if not weight else float(found[1]) if found else 0.0
    others = weights.get("*", 0.0)
    wanted = {name: weights.get(name, others) for name in _ALGORITHMS}
    if "identity" in weights:
        wanted["identity"] = weights["identity"]
    return ", ".join(f"{name};q={weight:g}" for name, weight in wanted.items() if weight)


def compress(app: Flask) -> None:
    """Compress the application's answers (zstd, Brotli, gzip)."""
    app.config.update(COMPRESS_ALGORITHM=list(_ALGORITHMS), COMPRESS_STREAMS=True, COMPRESS_MIMETYPES=COMPRESSED)
    _Compress(app)

    # Called before Flask-Compress, which puts another body in the place of a file and does not close it.
    @app.after_request
    def close_what_was_streamed(response: Response) -> Response:
        if response.is_streamed and hasattr(response.response, "close"):
            response.call_on_close(response.response.close)
        return response
