"""Structured logs: one JSON object a line on standard error, with neither the content of a message nor a secret."""

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

import msgspec
import structlog
from structlog.typing import Processor, WrappedLogger

from timeline.access.tokens import redacted


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


def write(line: str) -> None:
    """Write a finished line, in which there is no secret, whole."""
    # Where nobody reads any more there is nobody to tell, and the request that is logged is answered all the same.
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


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
