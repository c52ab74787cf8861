"""Programs that are started by the dozen, on a process that has imported what they need: each starts at once.

They are processes of their own in every way; only what takes most of the time of a short life, the imports, was done
before. What a program prints goes to a file, where all that it printed stays when it is killed.
"""

import time
from collections.abc import Callable
from contextlib import redirect_stdout
from multiprocessing import get_context
from pathlib import Path

_PREPARED = get_context("forkserver")
_PREPARED.set_forkserver_preload(["tests.projections.program", "tests.store.writer"])
_PATIENCE = 60.0


class Started:
    """A program that runs."""

    def __init__(self, main: Callable[..., None], *given: object, folder: Path) -> None:
        self._printed = folder / f"printed-{time.monotonic_ns()}"
        self._process = _PREPARED.Process(target=_run, args=(self._printed, main, given))
        self._process.start()

    def begun(self) -> "Started":
        """Wait until it has said so by a first line."""
        until = time.monotonic() + _PATIENCE
        while not self.lines():
            assert self._process.is_alive(), "the program ended before it had begun"
            assert time.monotonic() < until, "the program did not begin"
            time.sleep(0.002)
        return self

    def lines(self) -> list[str]:
        """The whole lines that it printed so far."""
        told = self._printed.read_text() if self._printed.exists() else ""
        return told[: told.rfind("\n") + 1].splitlines()

    def kill(self) -> None:
        """Kill it as `kill -9` does."""
        self._process.kill()
        self.ended()

    def ended(self) -> int | None:
        """Wait until it ends; its exit code."""
        self._process.join(_PATIENCE)
        return self._process.exitcode


def _run(printed: Path, main: Callable[..., None], given: tuple[object, ...]) -> None:
    with printed.open("w") as file, redirect_stdout(file):
        main(*given)
