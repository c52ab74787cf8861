"""Structured logs: one JSON object a line on standard error, with neither the content of a message nor a secret."""

import sys
from typing import cast

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
            structlog.processors.JSONRenderer(),
            cast("Processor", _without_secrets),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _without_secrets(_: WrappedLogger, _method: str, line: str) -> str:
    """The finished line, whatever somebody put into it."""
    return redacted(line)
