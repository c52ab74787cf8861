"""The wiring: settings in, a working service out. What of it answers requests is in `webapp`."""

from datetime import UTC, datetime
from threading import Event

from msgspec import Struct, field

from timeline.access.keeping import Tokens
from timeline.access.opening import tokens_of
from timeline.config import Config
from timeline.errors import StoreUnusable
from timeline.projections.engines import generations_of
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
    log = ConflictLog(address, now, config.key_file)
    runner = Runner(log, generations_of(address))
    return Service(log, runner, Reader(runner.freshest, log, now), tokens_of(address, now))


def now() -> datetime:
    """The recorded clock (UTC)."""
    return datetime.now(UTC)
