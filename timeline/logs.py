"""Structured logs: one JSON object a line on standard error, with neither the content of a message nor a secret."""

import json
import os
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Condition, Thread
from typing import Any, cast

import msgspec
import structlog
from structlog.typing import Processor, WrappedLogger

from timeline.access.tokens import redacted

MAX_LINES_WAITING = 10_000
"""Log lines that wait for whoever reads standard error; more are counted and not kept."""


def to_stderr() -> None:
    """Set up logging for this process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_as_json),
            cast("Processor", _without_secrets),
        ],
        logger_factory=_ToStderr,
        cache_logger_on_first_use=False,
    )


def keep_standard_streams() -> None:
    """Have standard input, output and error lead somewhere, be it nowhere, where they are closed.

    Otherwise the next file or socket that is opened takes their number, and what is printed goes there. Called first.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free


def write(line: str) -> None:
    """Write a finished line, in which there is no secret, whole."""
    if _writer is None:
        _write_now(line)
    else:
        _writer.take(line)


def write_beside() -> None:
    """Have lines written by a thread of their own from now on: who logs does not wait for whoever reads the log."""
    global _writer
    if _writer is None:
        _writer = _Writer()


def finish(seconds: float) -> None:
    """Wait for lines that are not written yet, at most so many seconds; those that come later are written at once."""
    global _writer
    writer, _writer = _writer, None
    if writer is not None:
        writer.finish(seconds)


def _write_now(line: str) -> None:
    # Where nobody reads any more there is nobody to tell, and the request that is logged is answered all the same.
    if sys.stderr is None:  # closed before the process began
        return
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


class _Writer:
    """Writes lines in a thread; what comes while too many wait is counted and not kept."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque()
        self._dropped = 0
        self._news = Condition()
        self._ends = False
        self._thread = Thread(target=self._run, name="log-writer", daemon=True)
        self._thread.start()

    def take(self, line: str) -> None:
        with self._news:
            if len(self._lines) >= MAX_LINES_WAITING:
                self._dropped += 1
                return
            self._lines.append(line)
            if len(self._lines) == 1:
                self._news.notify()

    def finish(self, seconds: float) -> None:
        with self._news:
            self._ends = True
            self._news.notify()
        self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            with self._news:
                while not self._lines and not self._ends:
                    self._news.wait()
                lines, dropped = list(self._lines), self._dropped
                if not lines:
                    return
                self._lines.clear()
                self._dropped = 0
            _write_now("\n".join(lines))
            if dropped:
                _write_now(_as_json({"event": "log lines were not kept", "count": dropped, "level": "warning"}, str))


_writer: _Writer | None = None


class _ToStderr:
    """Writes lines to what is standard error at that moment."""

    def __init__(self, *_: Any) -> None:
        """Nothing is kept."""

    def msg(self, line: str) -> None:
        """Write a line, whole."""
        write(line)

    debug = info = warning = error = critical = msg


def _as_json(event: dict[str, Any], default: Callable[[Any], Any]) -> str:
    """An event as JSON; whatever the faster encoder can not write is written by the other one."""
    try:
        return msgspec.json.encode(event, enc_hook=default).decode()
    except (TypeError, ValueError, msgspec.MsgspecError):
        return json.dumps(event, default=default)


def _without_secrets(_: WrappedLogger, _method: str, line: str) -> str:
    """The finished line, whatever somebody put into it."""
    return redacted(line)
