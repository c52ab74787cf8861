"""The Flask application: the API's blueprints and its one error handler, wired to what they ask."""

from collections.abc import Callable
from datetime import datetime
from threading import Event, Lock
from typing import Any, NoReturn

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response, request
from flask_smorest import Api, Blueprint
from msgspec import Struct
from werkzeug.exceptions import NotFound

from timeline.access.keeping import Tokens
from timeline.api import (
    access,
    catalogue,
    documentation,
    events,
    exports,
    feeds,
    health,
    metrics,
    name_listings,
    proofs,
    reading_log,
    reads,
    requests,
)
from timeline.api.append_one import AppendsOne
from timeline.api.application import Application
from timeline.api.bodies import BodyLimits
from timeline.api.caching import Freshness
from timeline.api.components import component_name
from timeline.api.compression import compress
from timeline.api.feeds import PageOf
from timeline.api.handover import answer_what_is_left
from timeline.api.headers import add_headers
from timeline.api.headers_told import with_headers
from timeline.api.http import answer
from timeline.api.kept_answers import KeptAnswers
from timeline.api.limits import limit
from timeline.api.metrics import Metrics
from timeline.api.openapi import completed, describe_events
from timeline.api.problems import handle_errors
from timeline.api.readiness import Probe
from timeline.api.schemas import ProblemSchema
from timeline.api.streams import Broadcast
from timeline.api.unchanged import Unchanged
from timeline.config import Config
from timeline.projections.running import Runner
from timeline.readmodel.questions import Reader
from timeline.store.log import ConflictLog

SHARED = "timeline"
"""Where the extensions of an application have what a server uses together with it (`Shared`)."""


class _Api(Api):  # type: ignore[misc]
    """flask-smorest without its own error payload, since ours are problem documents.

    The document is made when it is first asked for: it takes longer than all else that an application begins with.
    """

    ERROR_SCHEMA = ProblemSchema

    def __init__(self, app: Flask, server: str) -> None:
        super().__init__(
            app, spec_kwargs={"marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=component_name)}
        )
        self._server = server
        self._undescribed: list[Blueprint] = []
        self._describing = Lock()

    def register_blueprint(self, blueprint: Blueprint) -> None:
        """Serve what a blueprint serves, and describe it later."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint)
        self._undescribed.append(blueprint)

    def document(self) -> dict[str, Any]:
        """The OpenAPI document."""
        with self._describing:
            while self._undescribed:
                blueprint = self._undescribed.pop(0)
                blueprint.register_views_in_doc(self, self._app, self.spec, name=blueprint.name, parameters=None)
                self.spec.tag({"name": blueprint.name, "description": blueprint.description})
            return with_headers(completed(self.spec.to_dict(), self._server))

    def _register_error_handlers(self) -> None:
        """The application's handler answers for every path."""

    def _openapi_json(self) -> Response:
        response = answer(self.document())
        response.add_etag(weak=True)
        response.headers["Cache-Control"] = "no-cache"
        response.make_conditional(request)
        return response


class Shared(Struct, frozen=True):
    """What a server that answers for the application uses together with it."""

    broadcast: Broadcast
    metrics: Metrics
    probe: Probe
    appends_one: AppendsOne | None
    """Appends what is surely right; None where answers have headers that only the application knows."""


def create_api(
    log: ConflictLog,
    runner: Runner,
    reader: Reader,
    tokens: Tokens,
    config: Config,
    now: Callable[[], datetime],
    stopping: Event,
    page_of: PageOf | None = None,
) -> Flask:
    """The application with the API below `/api/v1`, `/healthz`, `/readyz` and `/metrics`.

    `now` tells the time (UTC); streams and batches end when the service is `stopping`; `page_of` gives the path of the
    page, served beside the API, that tells of a development to people.
    """
    app = Application("timeline", static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=config.body_limit,
        API_TITLE="Conflict timeline",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        READING_IS_OPEN=config.reading_is_open,
    )
    compress(app)
    counted = Metrics(runner)
    probe = Probe(log, runner, now, config.disk_floor)
    broadcast = Broadcast(log, config.streams, stopping)
    counted.open_streams.set_function(lambda: broadcast.listeners)
    handle_errors(app)
    answer_what_is_left(app)
    # In this order for what is asked, in the opposite one for what is answered.
    requests.follow(app, counted)
    add_headers(app, config)
    access.identify(app, tokens)
    limits = limit(app, config)
    access.admit(app, reading_is_open=config.reading_is_open)
    api = _Api(app, config.public_url or "/")
    describe_events(api.spec)
    api.spec.components.security_scheme(access.SCHEME, access.DESCRIBED)
    body_limits = BodyLimits(config.body_limit, config.batch_limit, config.request_seconds)
    api.register_blueprint(events.blueprint(log, body_limits, access.admitted, counted.appended, stopping))
    whole = KeptAnswers(config.cache_bytes // 4)
    freshness = Freshness(log, now, config.reading_is_open, whole, lambda: runner.generation)
    api.register_blueprint(reading_log.blueprint(log, broadcast, freshness))
    api.register_blueprint(reads.blueprint(reader, log, freshness, config.cache_bytes - config.cache_bytes // 4))
    api.register_blueprint(catalogue.blueprint(reader, freshness))
    api.register_blueprint(name_listings.blueprint(reader, freshness))
    api.register_blueprint(exports.blueprint(log, reader, config.title, freshness))
    api.register_blueprint(feeds.blueprint(log, reader, config.title, freshness, page_of, config.public_url))
    api.register_blueprint(proofs.blueprint(log, freshness))
    api.register_blueprint(health.blueprint(probe))
    api.register_blueprint(metrics.blueprint(counted))
    app.register_blueprint(documentation.blueprint())
    appends_one = None
    if not config.cors_origins:  # whose headers are the application's to say
        appends_one = AppendsOne(app.wsgi_app, log, tokens, limits, counted, config.body_limit)
        app.wsgi_app = appends_one  # type: ignore[method-assign]
    app.extensions[SHARED] = Shared(broadcast, counted, probe, appends_one)
    app.wsgi_app = Unchanged(app.wsgi_app, freshness, counted)  # type: ignore[method-assign]
    for path in ("/api", "/api/", "/api/<path:path>", "/healthz/", "/readyz/", "/metrics/"):
        app.add_url_rule(path, f"unknown_path {path}", _unknown_path)
    return app


def _unknown_path(**_: str) -> NoReturn:
    """Where the API answers an unknown path is an error, whatever the dashboard makes of unknown paths."""
    raise NotFound(f"There is no {request.path}; /api/v1/openapi.json lists what there is, /api/docs shows it.")
