"""The Flask application: the API's blueprints and its one error handler, wired to what they ask."""

from typing import NoReturn

from flask import Flask
from flask_smorest import Api
from werkzeug.exceptions import NotFound

from timeline.access.keeping import Tokens
from timeline.api import access, events, health, metrics, proofs, reads, requests
from timeline.api.headers import add_headers
from timeline.api.http import WholeRequest
from timeline.api.limits import Limits, limit
from timeline.api.metrics import Metrics
from timeline.api.problems import handle_errors
from timeline.api.schemas import ProblemSchema
from timeline.config import Config
from timeline.projections.running import Runner
from timeline.readmodel.questions import Reader
from timeline.store.log import ConflictLog


class _Api(Api):  # type: ignore[misc]
    """flask-smorest without its own error payload: ours are problem documents."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """The application's handler answers for every path."""


def create_api(log: ConflictLog, runner: Runner, reader: Reader, tokens: Tokens, config: Config) -> Flask:
    """The application with the API below `/api/v1`, `/healthz`, `/readyz` and `/metrics`."""
    app = Flask("timeline", static_folder=None)
    app.request_class = WholeRequest
    app.config.update(
        MAX_CONTENT_LENGTH=config.body_limit,
        API_TITLE="Conflict timeline",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        READING_IS_OPEN=config.reading_is_open,
    )
    counted = Metrics(runner)
    handle_errors(app)
    # In this order for what is asked, in the opposite one for what is answered.
    requests.follow(app, counted)
    add_headers(app, config)
    access.identify(app, tokens)
    limit(app, Limits(config))
    access.admit(app, reading_is_open=config.reading_is_open)
    api = _Api(app)
    api.spec.components.security_scheme(access.SCHEME, access.DESCRIBED)
    api.register_blueprint(events.blueprint(log, counted))
    api.register_blueprint(reads.blueprint(reader))
    api.register_blueprint(proofs.blueprint(log))
    api.register_blueprint(health.blueprint(runner, reader))
    api.register_blueprint(metrics.blueprint(counted))
    app.add_url_rule("/api/<path:path>", "unknown_path", _unknown_path)
    return app


def _unknown_path(path: str) -> NoReturn:
    """Below `/api` an unknown path is an error, whatever the dashboard makes of unknown paths."""
    raise NotFound(f"There is no /api/{path}; /api/v1/openapi.json lists what there is.")
