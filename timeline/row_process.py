"""The runner in a process of its own, beside the one that answers: making rows keeps nobody from being answered.

It is told through its standard input what there is to do, says on its standard output that it has begun, and ends when
its input does: it never outlives the process that started it, however that one ends. Killed, it leaves a whole batch or
nothing, and is started anew.
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from threading import Event, Lock, Thread

import structlog

from timeline import logs
from timeline.bootstrap import now
from timeline.config import from_environment
from timeline.errors import StoreUnusable
from timeline.projections.engines import generations_of
from timeline.projections.running import GATHER, Runner
from timeline.store.addresses import parse_address
from timeline.store.log import ConflictLog
from timeline.store.recorders import LogRecorder
from timeline.store.tailing import POLL

log = structlog.get_logger(__name__)

_APPENDED, _AWAITED, _BEGUN = b".", b"!", b"r"
_END_WAIT = 1.0
"""Seconds that it has to finish its batch."""
_AGAIN = 1.0
"""Seconds after which it is started anew."""


class RowProcess:
    """The other process, as the one that answers sees it. Its settings are those of the environment."""

    def __init__(self, records: LogRecorder) -> None:
        self._records = records
        self._appended = records.signal
        self._changing = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._begun = False

    def keep(self, stop: Event) -> None:
        """Have it run, and told of what is appended, until `stop` is set and the signal rung."""
        while not stop.is_set():
            heard = self._appended.rung
            is_wanted = not self._records.why_misplaced() and not self._tell(_APPENDED)
            if is_wanted and not (self._ended() and stop.wait(_AGAIN)):
                self._start()
            stop.wait(GATHER)
            self._appended.wait(heard, POLL)
        self._end()

    def hurry(self) -> bool:
        """Tell it that somebody waits for rows; False where it does not run, or has not begun."""
        return self._has_begun() and self._tell(_AWAITED)

    def _ended(self) -> bool:
        """Whether one ran before; the log tells how it ended."""
        if self._process:
            log.warning("the process that makes rows ended; starting another", status=self._process.wait())
        return self._process is not None

    def _start(self) -> None:
        command = [sys.executable, "-m", "timeline.row_process", self._records.file_identity or ""]
        with self._changing:
            self._begun = False
            self._process = subprocess.Popen(  # noqa: S603 - this program
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
            )
            for end in (self._process.stdin, self._process.stdout):
                os.set_blocking(end.fileno(), False)  # type: ignore[union-attr]

    def _has_begun(self) -> bool:
        with self._changing:
            if self._process and not self._begun:
                self._begun = self._process.stdout.read(1) == _BEGUN  # type: ignore[union-attr]
            return self._begun

    def _tell(self, what: bytes) -> bool:
        """Whether it can be told: it runs. One that has not yet read what it was told need not be told more."""
        with self._changing:
            if self._process is None or self._process.poll() is not None:
                return False
            try:
                os.write(self._process.stdin.fileno(), what)  # type: ignore[union-attr]
            except BlockingIOError:
                pass
            except BrokenPipeError:
                return False
            return True

    def _end(self) -> None:
        with self._changing:
            if self._process is None:
                return
            self._process.stdin.close()  # type: ignore[union-attr]
            try:
                self._process.wait(_END_WAIT)
            except subprocess.TimeoutExpired:
                log.warning("the rows are not up to date; whoever opens the log next goes on from where they are")
                self._process.kill()
                self._process.wait()
            self._process.stdout.close()  # type: ignore[union-attr]


def main() -> None:
    """Follow the log until the input ends."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # sent to all at once: the input ends when the other is done
    logs.to_stderr()
    config = from_environment()
    try:
        followed = ConflictLog(parse_address(config.store), now, config.key_file, file_identity=sys.argv[1] or None)
    except StoreUnusable as error:
        sys.exit(f"the process that makes rows can not open the log: {error}")
    runner = Runner(followed, generations_of(followed.address))
    stop, awaited = Event(), Event()
    following = Thread(target=runner.follow, args=(stop, awaited), name="runner")
    following.start()
    with suppress(BrokenPipeError):  # the other ended meanwhile, as the input will tell
        os.write(sys.stdout.fileno(), _BEGUN)
    while told := os.read(sys.stdin.fileno(), 4096):
        if _AWAITED in told:
            awaited.set()
        followed.records.signal.ring()
    stop.set()
    awaited.set()
    followed.records.signal.ring()
    following.join()
    runner.close()
    followed.close()


if __name__ == "__main__":
    main()
