"""The only place that wires: settings in, a working service out."""

from datetime import UTC, datetime
from threading import Event

from flask import Flask
from msgspec import Struct, field

from dashboards.app import add_dashboard
from dashboards.routing import development_path
from timeline.access.keeping import Tokens
from timeline.access.opening import tokens_of
from timeline.api.app import create_api
from timeline.config import Config
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
    stopping: Event = field(default_factory=Event)
    """Set when the service is about to end: what answers for long (a stream of events) then says goodbye."""

    def close(self) -> None:
        """Let go of the log, which is signed, of its rows, and of the tokens."""
        self.stopping.set()
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
    app = create_api(
        service.log, service.runner, service.reader, service.tokens, config, _now, service.stopping, development_path
    )
    add_dashboard(app, service.reader, config.title)
    return app


def _now() -> datetime:
    return datetime.now(UTC)
