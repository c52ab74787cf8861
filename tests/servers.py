"""A real server, started by the command as everybody starts it, on a store and a port of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from timeline.access.opening import tokens_of
from timeline.access.tokens import Scope
from timeline.bootstrap import now
from timeline.store.addresses import parse_address

UNLIMITED = {f"TIMELINE_{word}_PER_MINUTE": "0" for word in ("READS", "WRITES", "FAILED_LOGINS")}
"""The variables of a server that answers however often it is asked."""
TIMELINE = [sys.executable, "-m", "timeline.cli"]


class Running(Struct):
    """A server that runs: its port, its store, its process, and the files that it prints to."""

    port: int
    store: str
    process: "subprocess.Popen[bytes]"
    folder: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def printed(self) -> str:
        """All that it wrote to its standard output and error so far."""
        return "".join((self.folder / name).read_text("utf-8") for name in ("stdout", "stderr"))

    def memory(self) -> int:
        """The most bytes that the process that answers has had in memory so far."""
        return _peak(self.process.pid)

    def timeline(self, *args: str) -> str:
        """What a command on its store prints."""
        done = subprocess.run([*TIMELINE, "--store", self.store, *args], check=True, capture_output=True, text=True)
        return done.stdout

    def start_another(self, store: str) -> "subprocess.CompletedProcess[str]":
        """What comes of starting a second server on the same port, which has to fail."""
        command = [*TIMELINE, "--store", store, "serve", "--port", str(self.port)]
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)

    def token(self, name: str, *scopes: str) -> str:
        """A new token, made by this process: the command that does the same takes longer to start."""
        tokens = tokens_of(parse_address(self.store), now)
        try:
            return tokens.create(name, [Scope(scope) for scope in scopes])[0]
        finally:
            tokens.close()


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(store: str, unread: bool = False, **variables: str) -> Iterator[Running]:
    """A server on a store, with these variables in its environment; `unread`: nobody reads its standard error."""
    port = free_port()
    with TemporaryDirectory() as folder:
        out, err = (Path(folder, name) for name in ("stdout", "stderr"))
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = subprocess.Popen(
                [*TIMELINE, "--store", store, "serve", "--port", str(port)],
                stdout=stdout, stderr=subprocess.PIPE if unread else stderr, env={**os.environ, **variables},
            )  # fmt: skip
            running = Running(port, store, process, Path(folder))
            try:
                _wait_for(running)
                yield running
            finally:
                if process.poll() is None:
                    process.terminate()
                process.wait(30)
                if process.stderr:
                    process.stderr.close()


def _peak(pid: int) -> int:
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def _wait_for(running: Running) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"{running.address}/healthz"):
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise TimeoutError(f"{running.address} did not answer: {running.printed}")
