"""A program that brings the rows of a log up to date, or builds them anew, until it is killed.

It says so on a line of its own when it begins. Batches are small, so that it is killed between as well as in them.
"""

from pathlib import Path
from threading import Event

from timeline.projections.engines import generations_of
from timeline.projections.running import Runner
from timeline.store.log import ConflictLog


def main(store: str, key_file: str, work: str) -> None:
    """Do the work (`follow` or `rebuild`) on a log without end."""
    log = ConflictLog(store, key_file=Path(key_file))
    runner = Runner(log, generations_of(log.address), batch=7)
    print(work, flush=True)
    while work == "rebuild":
        runner.rebuild()
    runner.follow(Event())
