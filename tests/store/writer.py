"""A program that appends as fast as it can and says of each event where it was acknowledged, until it is killed.

    python -m tests.store.writer STORE KEY_FILE PREFIX THREADS

It prints "MESSAGE POSITION" lines, each only after the acknowledgement; with THREADS = 0 it only opens the log.
"""

import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Lock, Thread

from tests.scenarios import reported, submission
from timeline.domain.values import development_id_of
from timeline.store.log import ConflictLog


def main(store: str, key_file: str, prefix: str, threads: int) -> None:
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


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
