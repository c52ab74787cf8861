"""Opening the service for a command, and letting go of it in the end."""

from collections.abc import Iterator
from contextlib import contextmanager

from timeline import logs
from timeline.bootstrap import Service, open_service
from timeline.config import Config
from timeline.terminal import progress, refusals


@contextmanager
def opened(config: Config, *, must_exist: bool = False, build: bool = True) -> Iterator[Service]:
    """The service on the store that the settings name; what goes wrong becomes a message and an exit code.

    `build`: where there are no rows yet, or only those of another version, they are built first, with a progress bar.
    """
    logs.to_stderr()
    with refusals():
        service = open_service(config, must_exist=must_exist)
        try:
            if build and not service.runner.generation:
                with progress("building the rows", service.log.head().position) as advance:
                    service.runner.database(advance)
            yield service
        finally:
            service.close()
