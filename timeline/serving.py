"""Serving: the web server, what runs beside its answers, and an end in order.

The server (granian) is a process that starts a worker; told to stop, the worker answers what it has begun, and ends.
What has to happen after its last answer hangs on that end as `multiprocessing` offers it (`Finalize`), to its children
as to any other process: `atexit` is not called in a child that was forked.
"""

import gc
from multiprocessing.util import Finalize
from threading import Event, Lock, Thread, current_thread, main_thread

import structlog
from flask import Flask

from timeline import logs, stop_signals
from timeline.bootstrap import Service, open_service
from timeline.config import Config, from_environment, hand_on
from timeline.row_process import RowProcess
from timeline.webapp import create_app

log = structlog.get_logger(__name__)

REQUESTS_WAIT = 8.0
"""Seconds that running requests have to end once the server is told to stop; then the log is closed before them."""
_THREADS = 32
"""How many requests are answered side by side, beside those that follow the log."""
_WORKER_WAIT = 10
"""Seconds after which the worker is killed; whatever was acknowledged by then is on disk all the same."""
_OBJECTS_LEFT_BEHIND = 10_000
"""After so many new objects the collector looks at them; nearly all go without it."""


def serve(config: Config, host: str, port: int) -> None:
    """Serve until the process is told to stop (SIGTERM, SIGINT)."""
    from granian.constants import Interfaces
    from granian.server import Server

    hand_on(config)
    stop_signals.hear()
    # One process: only one writes to the file. Its threads answer side by side.
    Server(
        "timeline.serving:wsgi",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=_THREADS + config.streams,  # whoever follows the log keeps one
        log_access=False,
        workers_kill_timeout=_WORKER_WAIT,
    ).serve()


def wsgi() -> Flask:
    """The web application on the settings of the environment, for a WSGI server to call."""
    logs.to_stderr()
    config = from_environment()
    service = open_service(config)
    serving = Serving(service)
    serving.start()
    Finalize(None, serving.end, exitpriority=1)
    app = create_app(service, config)
    _spare_the_collector()
    return app


def _spare_the_collector() -> None:
    """Have the garbage collector look at what requests leave behind, and not again and again at the whole program.

    A look at all of that makes every request wait for some tens of milliseconds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_LEFT_BEHIND, 20, 50)


class Serving:
    """What runs beside the answers: it keeps the rows up to date though nobody asks, so that who asks need not wait."""

    def __init__(self, service: Service) -> None:
        self._service = service
        rows = RowProcess(service.log.records.signal)
        service.runner.leave_to(rows)
        self._rows = Thread(target=rows.keep, args=(service.stopping,), name="rows", daemon=True)
        self._ending = Lock()
        self._ended = Event()

    def start(self) -> None:
        """Begin, and have `stopping` set as soon as a signal to stop arrives; the server handles that as well."""
        self._rows.start()
        if current_thread() is main_thread():
            stop_signals.hear(self._stop)

    def end(self) -> None:
        """Finish the batch that was begun, sign the log and close it; a second time, nothing."""
        with self._ending:
            if self._ended.is_set():
                return
            self._service.stopping.set()
            self._service.log.records.signal.ring()
            self._rows.join()
            self._service.close()
            self._ended.set()

    def _stop(self) -> None:
        """Let running requests end, for a while."""
        self._service.stopping.set()
        if not self._ended.wait(REQUESTS_WAIT):
            log.warning("requests are still running; the log is closed before they end", waited=REQUESTS_WAIT)
            self.end()
