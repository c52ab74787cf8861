"""A cursor belongs to a log: whoever read what the log no longer holds is told, and told where to begin again."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines import Engine
from tests.scenarios import Scene, message, open_scene
from tests.store.test_verification import fill
from timeline.api.following import Wanted
from timeline.api.streams import Broadcast
from timeline.domain.facts import Recorded
from timeline.store.backups import backup, restore
from timeline.store.log import ConflictLog

PROBLEM = "urn:timeline:problem:position-gone"


@pytest.fixture
def scene(engine: Engine) -> Iterator[Scene]:
    """A service on an empty log, once on each engine."""
    with open_scene(engine) as opened:
        yield opened


def put(scene: Scene, path: Path) -> None:
    """Restore a backup in the place of the log of a running service."""
    restore(path, scene.log.address, key_file=scene.log._key_file, replace=True)


def token(scene: Scene, position: int, epoch: str | None = None) -> str:
    return f"{position}-{epoch or scene.log.tip().epoch}"


def dropped(scene: Scene, folder: Path) -> str:
    """Four records, of which the last two are dropped by a restore and one other comes; the epoch before."""
    fill(scene.log, 2)
    backup(scene.log, folder / "two.ndjson")
    fill(scene.log, 2, 100)
    epoch = scene.log.tip().epoch
    put(scene, folder / "two.ndjson")
    fill(scene.log, 3, 200)
    scene.runner.rebuild()
    return epoch


def test_a_follower_of_what_was_dropped_is_told_where_to_begin_again(scene: Scene, tmp_path: Path) -> None:
    old = dropped(scene, tmp_path)
    gone = scene.get("/events", after=f"4-{old}", expect=410)

    assert (gone["type"], gone["head"], gone["epoch"]) == (PROBLEM, 5, scene.log.tip().epoch)
    assert gone["origin"] == scene.log.records.queries.origin()
    assert gone["restart_after"] == token(scene, 2)
    assert gone["errors"][0]["field"] == "after"
    page = scene.get("/events", after=gone["restart_after"])
    assert [one["position"] for one in page["items"]] == [3, 4, 5]
    assert page["next_after"] == token(scene, 5)


def test_a_follower_who_had_not_come_to_what_was_dropped_goes_on(scene: Scene, tmp_path: Path) -> None:
    old = dropped(scene, tmp_path)

    assert [one["position"] for one in scene.get("/events", after=f"2-{old}", limit=2)["items"]] == [3, 4]
    assert scene.get("/events", after=f"0-{'f' * 12}", limit=1)["items"]


def test_a_position_without_an_epoch_is_taken_where_it_means_the_same_in_all_of_them(
    scene: Scene, tmp_path: Path
) -> None:
    dropped(scene, tmp_path)

    assert [one["position"] for one in scene.get("/events", after=2)["items"]] == [3, 4, 5]
    for after in (3, 4, 5):
        gone = scene.get("/events", after=after, expect=410)
        assert gone["restart_after"] == token(scene, 2)
        assert token(scene, after) in gone["detail"]


def test_the_head_may_be_named_without_an_epoch_and_nothing_beyond_it(scene: Scene) -> None:
    fill(scene.log, 2)

    assert scene.get("/events", after=2)["items"] == []
    for after in ("3", "9007199254740000", token(scene, 3)):
        gone = scene.get("/events", after=after, expect=410)
        assert (gone["head"], gone["restart_after"]) == (2, token(scene, 0))
    assert scene.client.get("/api/v1/events?after=9007199254740000", headers={"Prefer": "wait=60"}).status_code == 410


@pytest.mark.parametrize(
    "after", ["x", "-1", "1-", "1-xyz", "1-1F0C2D3E4B5A", "9007199254740993", " 1", "1-" + "0" * 13]
)
def test_what_is_no_position_is_refused_by_name(scene: Scene, after: str) -> None:
    assert scene.get("/events", after=after, expect=422)["errors"][0]["field"] == "after"
    assert scene.get("/timeline", min_position=after, expect=422)["errors"][0]["field"] == "min_position"
    told = scene.client.get("/api/v1/events/stream", headers={"Last-Event-ID": after.strip() + "!"})
    assert (told.status_code, told.get_json(force=True)["errors"][0]["field"]) == (422, "Last-Event-ID")


def test_an_epoch_that_the_log_does_not_know_is_refused(scene: Scene) -> None:
    fill(scene.log, 2)
    gone = scene.get("/events", after=f"1-{'0' * 12}", expect=410)

    assert gone["restart_after"] == token(scene, 0)


def test_after_the_same_records_were_restored_nobody_is_disturbed(scene: Scene, tmp_path: Path) -> None:
    fill(scene.log, 4)
    scene.get("/timeline")
    page = scene.get("/events")
    cursor = scene.get("/timeline", limit=2)["next_cursor"]
    backup(scene.log, tmp_path / "log.ndjson")
    put(scene, tmp_path / "log.ndjson")
    receipt = scene.post(message()).get_json()

    assert receipt["epoch"] == scene.log.tip().epoch != page["epoch"]
    assert [one["position"] for one in scene.get("/events", after=page["next_after"])["items"]] == [5]
    assert len(scene.get("/timeline", cursor=cursor)["items"]) == 2


def test_a_write_is_waited_for_only_in_its_own_epoch(scene: Scene, tmp_path: Path) -> None:
    fill(scene.log, 2)
    backup(scene.log, tmp_path / "log.ndjson")
    receipt = scene.post(message()).get_json()
    mine = f"{receipt['position']}-{receipt['epoch']}"
    assert scene.get("/timeline", min_position=mine)["items"]
    put(scene, tmp_path / "log.ndjson")
    scene.runner.rebuild()

    conflict = scene.get("/timeline", min_position=mine, expect=409)
    assert (conflict["type"], conflict["restart_after"]) == ("urn:timeline:problem:other-epoch", token(scene, 2))
    assert scene.get("/timeline", min_position=f"2-{receipt['epoch']}")["items"]
    assert scene.get("/timeline", min_position=3, expect=412)
    assert scene.get("/timeline", min_position=token(scene, 3), expect=412)


def test_a_receipt_says_in_which_log_and_epoch_its_position_is(scene: Scene, tmp_path: Path) -> None:
    one = scene.post(message()).get_json()
    again = scene.post(message()).get_json()
    (item,) = scene.post(
        [message(id="a-2", data={"title": "Another"})], "application/cloudevents-batch+json"
    ).get_json()["items"]

    assert one == again
    assert (one["origin"], one["epoch"]) == (scene.log.tip().origin, scene.log.tip().epoch)
    assert item["epoch"] == one["epoch"]
    assert scene.get("/log/keys")["epoch"] == one["epoch"]


def test_a_cursor_of_a_page_goes_on_only_where_the_log_holds_what_the_page_was_read_from(
    scene: Scene, tmp_path: Path
) -> None:
    fill(scene.log, 3)
    backup(scene.log, tmp_path / "log.ndjson")
    early = scene.get("/timeline", limit=1)["next_cursor"]
    fill(scene.log, 2, 100)
    late = scene.get("/timeline", limit=1)["next_cursor"]
    put(scene, tmp_path / "log.ndjson")
    fill(scene.log, 4, 200)
    scene.runner.rebuild()

    assert scene.get("/timeline", cursor=early)["recorded_at"]["position"] == 3
    gone = scene.get("/timeline", cursor=late, expect=410)
    assert (gone["errors"][0]["field"], gone["restart_after"]) == ("cursor", token(scene, 3))


def test_no_tag_outlives_the_epoch_in_which_it_was_given(scene: Scene, tmp_path: Path) -> None:
    fill(scene.log, 2)
    backup(scene.log, tmp_path / "log.ndjson")
    fill(scene.log, 2, 100)
    asked = [
        "/timeline",
        "/timeline?recorded_at=4",
        "/events?after=2&limit=2",
        "/exports/csv?recorded_at=4",
        "/sources",
    ]
    before = {path: scene.client.get(f"/api/v1{path}") for path in asked}
    put(scene, tmp_path / "log.ndjson")
    fill(scene.log, 2, 200)
    scene.runner.rebuild()

    for path, answer in before.items():
        again = scene.client.get(f"/api/v1{path}", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 200, path
    other = scene.client.get("/api/v1/exports/csv")
    assert other.headers["Timeline-Epoch"] != before["/exports/csv?recorded_at=4"].headers["Timeline-Epoch"]
    assert other.headers["Timeline-Origin"] == scene.log.tip().origin


def test_whoever_waits_while_the_log_is_restored_is_told_at_once(scene: Scene, tmp_path: Path) -> None:
    fill(scene.log, 2)
    backup(scene.log, tmp_path / "log.ndjson")
    fill(scene.log, 2, 100)
    after, answers = token(scene, 4), []
    client = scene.app.test_client()

    def wait() -> None:
        answers.append(client.get(f"/api/v1/events?after={after}", headers={"Prefer": "wait=50"}))

    began = time.monotonic()
    waiting = Thread(target=wait)
    waiting.start()
    put(scene, tmp_path / "log.ndjson")
    waiting.join(40)

    assert [one.status_code for one in answers] == [410]
    assert time.monotonic() - began < 30


def events_of(stream: Iterator[bytes]) -> list[list[str]]:
    """The events of a stream until it ends, each as its lines."""
    blocks = b"".join(stream).decode().split("\n\n")
    return [block.split("\n") for block in blocks if block and not block.startswith((":", "retry"))]


def test_an_open_stream_is_told_that_the_log_was_restored_and_ends(scene: Scene, tmp_path: Path) -> None:
    fill(scene.log, 2)
    backup(scene.log, tmp_path / "log.ndjson")
    fill(scene.log, 2, 100)
    old = scene.log.tip().epoch
    broadcast = Broadcast(scene.log, 5, Event())
    broadcast.join()
    early, late = broadcast.sent(2, Wanted()), broadcast.sent(4, Wanted())
    next(early), next(late)
    heard = [line for line in next(early).decode().split("\n") if line.startswith("id: ")]
    assert heard == [f"id: 3-{old}", f"id: 4-{old}"]
    put(scene, tmp_path / "log.ndjson")
    fill(scene.log, 4, 200)

    for stream in (early, late):
        ((name, data),) = events_of(stream)
        told = json.loads(data.removeprefix("data: "))
        assert name == "event: gone"
        assert (told["type"], told["status"], told["restart_after"]) == (PROBLEM, 410, token(scene, 2))
    refused = scene.client.get("/api/v1/events/stream", headers={"Last-Event-ID": f"4-{old}"})
    assert (refused.status_code, refused.get_json(force=True)["restart_after"]) == (410, token(scene, 2))
    broadcast.close()


def test_who_joins_after_a_restore_hears_nothing_of_what_was_kept_before(scene: Scene, tmp_path: Path) -> None:
    fill(scene.log, 2)
    backup(scene.log, tmp_path / "log.ndjson")
    broadcast = Broadcast(scene.log, 5, Event())
    broadcast.join()
    old = broadcast.sent(2, Wanted())
    next(old)
    fill(scene.log, 3, 100)
    assert b"id: 3-" in next(old)
    put(scene, tmp_path / "log.ndjson")
    fill(scene.log, 1, 200)
    tip = scene.log.tip()
    broadcast.join(tip)
    fresh = broadcast.sent(2, Wanted(), tip.epoch)
    next(fresh)

    assert next(fresh).decode().startswith(f"id: 3-{tip.epoch}\n")
    broadcast.close()


def test_a_stream_that_lost_nothing_ends_without_a_word_and_goes_on(scene: Scene, tmp_path: Path) -> None:
    fill(scene.log, 2)
    backup(scene.log, tmp_path / "log.ndjson")
    old = scene.log.tip().epoch
    broadcast = Broadcast(scene.log, 5, Event())
    broadcast.join()
    stream = broadcast.sent(2, Wanted())
    next(stream)
    put(scene, tmp_path / "log.ndjson")
    fill(scene.log, 1, 200)

    assert events_of(stream) == []
    with scene.client.get("/api/v1/events/stream", headers={"Last-Event-ID": f"2-{old}"}, buffered=False) as response:
        sent = iter(response.response)
        next(sent)
        assert next(sent).decode().startswith(f"id: {token(scene, 3)}\n")
    broadcast.close()


def test_a_running_service_builds_its_rows_anew_after_a_restore(scene: Scene, tmp_path: Path) -> None:
    fill(scene.log, 2)
    backup(scene.log, tmp_path / "log.ndjson")
    fill(scene.log, 3, 100)
    assert len(scene.get("/timeline")["items"]) == 5
    stop = Event()
    following = Thread(target=scene.runner.follow, args=(stop,))
    following.start()
    try:
        put(scene, tmp_path / "log.ndjson")
        until = time.monotonic() + 30
        while scene.client.get("/readyz").status_code != 200 and time.monotonic() < until:
            time.sleep(0.1)
        assert len(scene.get("/timeline")["items"]) == 2
    finally:
        stop.set()
        scene.log.records.signal.ring()
        following.join()


def test_a_rebuild_on_a_log_that_went_back_without_a_restore_begins_an_epoch(tmp_path: Path) -> None:
    store, copy = tmp_path / "log.db", tmp_path / "copy.db"
    engine = Engine("sqlite", str(store), tmp_path)
    with open_scene(engine) as scene:
        fill(scene.log, 2)
        backup(scene.log, copy)
        fill(scene.log, 2, 100)
        scene.get("/timeline")
        old = scene.log.tip().epoch
    for ending in ("-wal", "-shm"):
        Path(f"{store}{ending}").unlink(missing_ok=True)
    store.write_bytes(copy.read_bytes())

    with open_scene(engine) as scene:
        assert scene.log.tip().epoch == old
        scene.runner.rebuild()
        fill(scene.log, 3, 200)
        gone = scene.get("/events", after=f"4-{old}", expect=410)
        assert gone["restart_after"] == token(scene, 0)
        scene.get("/timeline")
        epoch = scene.log.tip().epoch
        scene.runner.rebuild()
        assert scene.log.tip().epoch == epoch != old


def test_a_rebuild_after_a_restore_begins_no_further_epoch(scene: Scene, tmp_path: Path) -> None:
    old = dropped(scene, tmp_path)

    assert scene.log.lineage().earlier == {old: 2}


class Client:
    """A follower that heeds what it is told: it keeps what it read by position, and where to read on."""

    def __init__(self) -> None:
        self.held: dict[int, str] = {}
        self.after = "0"

    def follow(self, scene: Scene, pages: int | None = None) -> None:
        """Read on, to the end or so many pages far."""
        while pages is None or pages > 0:
            pages = pages and pages - 1
            response = scene.client.get(f"/api/v1/events?limit=2&after={self.after}")
            answer = response.get_json(force=True)
            if response.status_code == 410:
                self.after = answer["restart_after"]
                kept = int(self.after.partition("-")[0])
                self.held = {position: id for position, id in self.held.items() if position <= kept}
                continue
            assert response.status_code == 200
            for one in answer["items"]:
                assert one["position"] not in self.held
                self.held[one["position"]] = one["id"]
            self.after = answer["next_after"]
            if not answer["items"]:
                return


def records(log: ConflictLog) -> dict[int, str]:
    """What a log holds: position -> message id."""
    return {one.position: one.event.message.id for one in log.after(0) if isinstance(one, Recorded)}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 4)),
        st.tuples(st.just("back up"), st.just(0)),
        st.tuples(st.just("restore"), st.integers(0, 5)),
        st.tuples(st.just("follow"), st.integers(1, 3)),
    ),
    min_size=4,
    max_size=14,
)


@settings(max_examples=25)
@given(steps=STEPS)
def test_a_follower_that_heeds_what_it_is_told_ends_with_the_records_of_the_log(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("followed")
    engine = Engine("sqlite", str(folder / "log.db"), folder)
    backups: list[Path] = []
    handed_out: dict[str, dict[int, str]] = {}
    number = 0
    with open_scene(engine) as scene:
        followers = [Client(), Client()]
        for step, count in steps:
            if step == "append":
                fill(scene.log, count, number)
                number += count
            elif step == "back up":
                backups.append(folder / f"{len(backups)}.{('ndjson', 'db')[len(backups) % 2]}")
                backup(scene.log, backups[-1])
            elif step == "restore" and backups:
                put(scene, backups[count % len(backups)])
            elif step == "follow":
                followers[0].follow(scene, count)
            held = records(scene.log)
            handed_out[f"{len(held)}-{scene.log.tip().epoch}"] = held
            for place, seen in handed_out.items():
                accepted = scene.client.get(f"/api/v1/events?limit=1&after={place}").status_code == 200
                position = int(place.partition("-")[0])
                if accepted:
                    assert {at: id for at, id in held.items() if at <= position} == seen
        for follower in followers:
            follower.follow(scene)
            assert follower.held == records(scene.log)
