"""What is sent compressed, where the reader takes that: all that is text, and files as well as answers."""

from flask import Flask, Response
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


def compress(app: Flask) -> None:
    """Compress the application's answers (zstd, Brotli, gzip)."""
    app.config.update(COMPRESS_ALGORITHM=["zstd", "br", "gzip"], COMPRESS_STREAMS=True, COMPRESS_MIMETYPES=COMPRESSED)
    Compress(app)

    # Called before Flask-Compress, which puts another body in the place of a file and does not close it.
    @app.after_request
    def close_what_was_streamed(response: Response) -> Response:
        if response.is_streamed and hasattr(response.response, "close"):
            response.call_on_close(response.response.close)
        return response
