"""A program that appends as fast as it can and says of each event where it was acknowledged, until it is killed.

It says where the log stands, and then prints "MESSAGE POSITION" lines, each only after the acknowledgement.
"""

from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Lock, Thread

from tests.scenarios import reported, submission
from timeline.domain.values import development_id_of
from timeline.store.log import ConflictLog


def main(store: str, key_file: str, prefix: str = "", threads: int = 0) -> None:
    """Open the log, and have so many threads append to it without end; with none it ends."""
    log = ConflictLog(store, lambda: datetime.now(UTC), Path(key_file))
    print(f"open {log.head().position}", flush=True)
    one_line = Lock()

    def write(thread: int) -> None:
        for number in count():
            message = f"{prefix}-{thread}-{number}"
            about = development_id_of(f"test:{prefix}-{thread}-{number % 7}")
            receipt = log.record(submission(reported(title=message), id=about, message=message))
            with one_line:
                print(message, receipt.position, flush=True)

    writers = [Thread(target=write, args=(thread,)) for thread in range(threads)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    log.close()
