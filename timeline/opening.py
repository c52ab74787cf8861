"""Opening the service for a command, and letting go of it in the end."""

from collections.abc import Iterator
from contextlib import contextmanager

from timeline import logs
from timeline.bootstrap import Service, open_service
from timeline.config import Config
from timeline.terminal import refusals


@contextmanager
def opened(config: Config, *, must_exist: bool = False) -> Iterator[Service]:
    """The service on the store that the settings name; what goes wrong becomes a message and an exit code."""
    logs.to_stderr()
    with refusals():
        service = open_service(config, must_exist=must_exist)
        try:
            yield service
        finally:
            service.close()
