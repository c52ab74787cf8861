"""What an export of events holds, another log can take in: it then tells the same of the same developments."""

import json
import tempfile
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.scenarios import Scene, open_scene
from tests.soaking import examples
from tests.tellings import MIDNIGHT, reported_times, tell, tellings

Json = dict[str, Any]
_OF_THE_LOG = ("position", "version", "merged_into")
"""What a log tells of its own counting, and of merges into what is not known at the cuts."""


def told(scene: Scene, untold: Collection[str], **cuts: Any) -> list[Json]:
    """The developments without what is of the log that holds them.

    Those whose merge could not be sent are `untold` when they were reported: the merge counts as a report as well.
    """
    items = scene.get("/timeline", limit=1_000, **cuts)["items"]
    for item in items:
        for one in (item, *item["accounts"], *item["assessments"].values()):
            for name in _OF_THE_LOG:
                one.pop(name, None)
        if item["id"] in untold:
            del item["first_reported_at"], item["last_reported_at"]
        item["accounts"].sort(key=str)
    return list(items)


@settings(max_examples=examples(8), deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(tellings(), reported_times | st.just(MIDNIGHT + timedelta(days=15)), st.integers(0, 100))
def test_another_log_takes_in_an_export_and_tells_the_same(facts: Any, known_at: Any, share: int) -> None:
    with tempfile.TemporaryDirectory() as folder, open_scene(Path(folder) / "one.db") as one:
        tell(one, facts)
        cuts = {"as_of": "2023-06-01", "known_at": known_at.isoformat()}
        held = {**cuts, "recorded_at": one.head * share // 100}
        batch = json.loads(one.raw("/exports/cloudevents", **held))
        # Of a development another log takes nothing before a report, and the first one may not be known at the cuts.
        begun = {}
        for event in batch:
            begun.setdefault(event["subject"], event["type"])
        assume({"development.reported", "source.registered"}.issuperset(begun.values()))

        with open_scene(Path(folder) / "other.db") as other:
            other.clock.advance(days=9)
            refused = [event for event in batch if other.post(event).status_code != 201]
            # What was merged may stand before what it was merged into, and is taken in when it is sent once more.
            refused = [event for event in refused if other.post(event).status_code != 201]

            assert {event["type"] for event in refused} <= {"development.merged"}
            assert {event["data"]["into"] for event in refused}.isdisjoint(begun)
            untold = {event["subject"] for event in refused}
            assert told(other, untold, **cuts) == told(one, untold, **held)
