"""Many listeners of a real server: each hears each event once, also one that was cut off. `make soak` has 200."""

import asyncio
import os
import statistics
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.listeners import all_listen
from tests.servers import UNLIMITED, serving

LISTENERS = int(os.environ.get("TIMELINE_SOAK_LISTENERS", "30"))
SECONDS = float(os.environ.get("TIMELINE_SOAK_SECONDS", "3"))


def test_each_listener_hears_each_event_once(tmp_path: Path) -> None:
    with serving(str(tmp_path / "streams.db"), **UNLIMITED) as service:
        with ThreadPoolExecutor(1) as thread:  # in this one a browser of other tests may have a loop of its own
            heard = thread.submit(asyncio.run, all_listen(service, LISTENERS, SECONDS, 50)).result()
        delays = sorted(delay for one in heard[1:] for delay in one.delays)
        print(
            f"{LISTENERS} listeners, {len(heard[0].positions)} events: delay {statistics.median(delays) * 1000:.0f} ms "
            f"median, {delays[-1] * 1000:.0f} ms at most; {service.memory() / 1e6:.0f} MB"
        )

    everything = list(range(1, int(SECONDS * 50) + 1))
    assert [one.positions for one in heard] == [everything] * (LISTENERS + 1)
