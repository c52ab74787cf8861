"""Flask as this service uses it, without what it does for others with every request.

Views and hooks are plain functions here, so none is looked at anew whether it is a coroutine. And an answer that is
there as a whole is handed to the server as a whole: one that is iterated over is fetched part by part by threads of the
server, each of which has to wait for the interpreter.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response

from timeline.api.http import WholeRequest


class WholeResponse(Response):
    """A response of which the server gets all at once what is not streamed."""

    def get_app_iter(self, environ: dict[str, Any]) -> Iterable[bytes]:
        """The body; a list where there is nothing to wait for and nothing to do once it is sent."""
        app_iter = super().get_app_iter(environ)
        if self.is_streamed or self._on_close:
            return app_iter
        return list(app_iter)


class Application(Flask):
    """The web application."""

    request_class = WholeRequest
    response_class = WholeResponse

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is."""
        return func
