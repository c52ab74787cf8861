"""Answers "unchanged" before anything else is looked at: a reader who asks again is the most frequent of all.

What the application does for every request (rules, limits, hooks) takes longer than to see that a tag still holds. Only
what needs none of that is answered here: a read that brings the tag of this very question, while reading is open, with
no token and from no page of another host. All else goes on to the application, which says the same.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.http import parse_etags

from timeline.api.caching import Freshness, question_of
from timeline.api.headers import ALWAYS, API_POLICY
from timeline.api.metrics import Metrics
from timeline.api.requests import HEADER, name_of, tell_at_once

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

ROUTE = "unchanged"
"""Stands for the rule of the path in logs and metrics."""
_ELSEWHERE = ("HTTP_AUTHORIZATION", "HTTP_ORIGIN", "HTTP_PREFER")


class Unchanged:
    """A layer before an application."""

    def __init__(self, application: Application, freshness: Freshness, metrics: Metrics) -> None:
        self._application = application
        self._freshness = freshness
        self._metrics = metrics

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        began = time.perf_counter()
        marks = self._marks(environ)
        if marks is None:
            return self._application(environ, start_response)
        name = name_of(environ.get(_NAME, ""))
        start_response("304 NOT MODIFIED", [*marks.items(), *_EACH, (HEADER, name)])
        tell_at_once(self._metrics, "GET", ROUTE, 304, time.perf_counter() - began, request_id=name)
        return []

    def _marks(self, environ: dict[str, Any]) -> dict[str, str] | None:
        """The headers of "unchanged"; None where that is not for here to say."""
        given = environ.get("HTTP_IF_NONE_MATCH")
        if not given or environ["REQUEST_METHOD"] != "GET" or not environ["PATH_INFO"].startswith("/api/v1/"):
            return None
        question = question_of(environ)
        if "min_position" in question or not self._freshness.public or any(name in environ for name in _ELSEWHERE):
            return None
        return self._freshness.unchanged_marks(parse_etags(given), question)


_EACH = [*ALWAYS.items(), ("Content-Security-Policy", API_POLICY), ("Vary", "Accept-Encoding")]
_NAME = f"HTTP_{HEADER.upper().replace('-', '_')}"
