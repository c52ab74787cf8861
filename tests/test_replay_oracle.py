"""Replay against the naive oracle: whatever is told in whatever order, every cut gives what a plain fold gives."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings, target
from hypothesis import strategies as st

from tests import oracle
from tests.scenarios import Scene, open_scene
from tests.soaking import examples
from tests.tellings import MIDNIGHT, reported_times, tell, tellings
from timeline.readmodel.cuts import WantedCuts
from timeline.wire.answers import timeline_answer


def answer(scene: Scene, wanted: WantedCuts) -> dict[str, Any]:
    return timeline_answer(scene.reader.timeline(wanted))


def sides_of(scene: Scene, known_at: datetime, position: int) -> dict[str, str | None]:
    """Each registered source and the side that it stood on."""
    _, entries = scene.reader.sources(WantedCuts(known_at, known_at, position))
    return {entry.source.slug: entry.source.affiliation for entry in entries if entry.registered}


cuts = st.lists(st.tuples(reported_times, reported_times, st.integers(0, 100)), min_size=3, max_size=6)


@settings(max_examples=examples(20), deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(tellings(), cuts)
def test_every_cut_gives_what_a_plain_fold_of_the_events_gives(told: Any, triples: Any) -> None:
    with tempfile.TemporaryDirectory() as folder, open_scene(Path(folder) / "oracle.db") as scene:
        tell(scene, told)
        events = scene.get("/events", limit=1_000)["items"]
        target(float(len(events)))
        latest = MIDNIGHT + timedelta(days=30)

        for as_of, known_at, share in [*triples, (latest, latest, 100)]:
            position = scene.head * share // 100
            found = answer(scene, WantedCuts(as_of, known_at, position))

            assert found["items"] == oracle.timeline(events, as_of, known_at, position)
            assert sides_of(scene, known_at, position) == oracle.sides(events, known_at, position)
            assert found["recorded_at"]["position"] == position


@settings(max_examples=examples(10), deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(tellings(), tellings(), cuts)
def test_an_answer_with_a_fixed_recorded_cut_is_byte_identical_for_ever(before: Any, after: Any, triples: Any) -> None:
    with tempfile.TemporaryDirectory() as folder, open_scene(Path(folder) / "oracle.db") as scene:
        tell(scene, before)
        positions = {share: max(1, scene.head * share // 100) for _, _, share in triples}
        wanted = [WantedCuts(as_of, known_at, positions[share]) for as_of, known_at, share in triples]
        wanted += [WantedCuts(None, None, scene.head), WantedCuts(None, triples[0][1], scene.head)]
        first = [msgspec.json.encode(answer(scene, one)) for one in wanted]

        scene.clock.advance(days=3)
        tell(scene, after)

        assert [msgspec.json.encode(answer(scene, one)) for one in wanted] == first
