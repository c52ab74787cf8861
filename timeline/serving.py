"""Serving: the web server, what runs beside its answers, and an end in order."""

import gc
import os
import socket
import threading
from threading import Thread

import structlog

from timeline import logs
from timeline.api.app import SHARED
from timeline.bootstrap import Service, open_service
from timeline.config import Config, hand_on
from timeline.row_process import RowProcess
from timeline.server import web_server
from timeline.webapp import create_app

log = structlog.get_logger(__name__)

_OBJECTS_LEFT_BEHIND = 10_000
"""After so many new objects the collector looks at them; nearly all go without it."""
_LOG_WAIT_SECONDS = 2.0
"""Seconds that log lines have to be read by whoever reads them."""
_THREADS_WAIT_SECONDS = 2.0
"""Seconds that requests which still run have, once the log is closed, before the process ends without them."""


def serve(config: Config, listener: socket.socket) -> None:
    """Serve on a socket that listens until the process is told to stop (SIGTERM, SIGINT). Raises `StoreUnusable`."""
    with listener:
        logs.to_stderr()
        logs.write_beside()
        hand_on(config)
        service = open_service(config)
        app = create_app(service, config)
        beside = RowsBeside(service)
        beside.start()
        Thread(target=app.extensions[SHARED].probe.watch, args=(service.stopping,), name="watch", daemon=True).start()
        _spare_the_collector()
        try:
            web_server.run(app, service.tokens, config, listener, service.stopping)
        finally:
            beside.end()
    logs.finish(_LOG_WAIT_SECONDS)
    _end_without_those_who_hang()


def _spare_the_collector() -> None:
    """Have the garbage collector look at what requests leave behind, and not again and again at the whole program.

    A look at all of that makes every request wait for some tens of milliseconds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_LEFT_BEHIND, 20, 50)


class RowsBeside:
    """What runs beside the answers: it keeps the rows up to date though nobody asks, so that who asks need not wait."""

    def __init__(self, service: Service) -> None:
        self._service = service
        rows = RowProcess(service.log.records)
        service.runner.leave_to(rows)
        self._rows = Thread(target=rows.keep, args=(service.stopping,), name="rows", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._rows.start()

    def end(self) -> None:
        """Finish the batch that was begun, sign the log and close it."""
        self._service.stopping.set()
        self._service.log.records.signal.ring()
        self._rows.join()
        self._service.close()


def _end_without_those_who_hang() -> None:
    """End the process although threads are left that answer nobody any more: the log is closed, and what it holds kept.

    Python itself would wait for them.
    """
    left = [thread for thread in threading.enumerate() if thread is not threading.current_thread()]
    for thread in left:
        if not thread.daemon:
            thread.join(_THREADS_WAIT_SECONDS)
    if any(thread.is_alive() and not thread.daemon for thread in left):
        log.warning("requests were still running when the server ended; they were not acknowledged")
        os._exit(0)
