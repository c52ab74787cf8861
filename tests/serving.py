"""The service as `timeline serve` starts it, in a process of its own."""

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

from msgspec import Struct

from timeline.store.log import ConflictLog

TIMELINE = [sys.executable, "-m", "timeline.cli"]


class Serving(Struct):
    """A running service: its address, its process, its store, and a token that allows everything."""

    address: str
    process: "subprocess.Popen[bytes]"
    store: str
    token: str

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.address.rpartition(":")[2])

    def memory(self) -> int:
        """The most bytes that the process that answers has had in memory so far."""
        return max(_peak(pid) for pid in (self.process.pid, *_children(self.process.pid)))


@contextmanager
def serving(store: str | Path, **environment: str) -> Iterator[Serving]:
    """Start the service on a store and stop it in the end. Nobody asks too often unless the environment says so."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    unlimited = {f"TIMELINE_{word}_PER_MINUTE": "0" for word in ("READS", "WRITES", "FAILED_LOGINS")}
    ConflictLog(str(store)).close()
    made = subprocess.run(
        [*TIMELINE, "--store", str(store), "token", "create", "tests", "--scope", "admin", "--replace"],
        check=True,
        capture_output=True,
        text=True,
    )
    with Path(f"{store}.log").open("ab") as said:
        process = subprocess.Popen(
            [*TIMELINE, "--store", str(store), "serve", "--port", str(port)],
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**os.environ, **unlimited, **environment},
        )
    running = Serving(f"http://127.0.0.1:{port}", process, str(store), made.stdout.split()[-1])
    try:
        _wait_for(running.address)
        yield running
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait()


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"{address}/healthz"):
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise TimeoutError(f"{address} did not answer")


def _children(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in told]


def _peak(pid: int) -> int:
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024
