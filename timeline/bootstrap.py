"""The only place that wires: settings in, a working service out."""

from datetime import UTC, datetime
from threading import Event, Thread

from flask import Flask
from msgspec import Struct

from dashboards.app import add_dashboard
from timeline import logs
from timeline.access.keeping import Tokens
from timeline.access.opening import tokens_of
from timeline.api.app import create_api
from timeline.config import Config, from_environment
from timeline.errors import StoreUnusable
from timeline.projections.generations import generations_of
from timeline.projections.running import Runner
from timeline.readmodel.questions import Reader
from timeline.store.addresses import parse_address
from timeline.store.log import ConflictLog, holds_log


class Service(Struct, frozen=True):
    """A log, what keeps its rows up to date, what reads them, and the tokens of those who may use it."""

    log: ConflictLog
    runner: Runner
    reader: Reader
    tokens: Tokens

    def close(self) -> None:
        """Let go of the log, which is signed, of its rows, and of the tokens."""
        self.runner.close()
        self.log.close()
        self.tokens.close()


def open_service(config: Config, *, must_exist: bool = False) -> Service:
    """The service on the store that the settings name. Raises `StoreUnusable` where it can not be opened."""
    address = parse_address(config.store)
    if must_exist and not holds_log(address):
        raise StoreUnusable(f"there is no store at {address}; `timeline demo` or `timeline import` make one")
    log = ConflictLog(address, _now, config.key_file)
    runner = Runner(log, generations_of(address))
    return Service(log, runner, Reader(runner.catch_up, log, _now), tokens_of(address, _now))


def create_app(service: Service, config: Config) -> Flask:
    """The web application: the API below `/api/v1`, the dashboard at `/`."""
    app = create_api(service.log, service.runner, service.reader, service.tokens, config, _now)
    add_dashboard(app, service.reader, config.title)
    return app


def wsgi() -> Flask:
    """The web application on the settings of the environment, for a WSGI server to call."""
    logs.to_stderr()
    config = from_environment()
    service = open_service(config)
    # The rows follow the log although nobody asks, so that whoever asks next need not wait.
    Thread(target=service.runner.follow, args=(Event(),), name="runner", daemon=True).start()
    return create_app(service, config)


def _now() -> datetime:
    return datetime.now(UTC)
