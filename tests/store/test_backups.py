"""A backup holds the whole log, whichever engine wrote it, and nothing is put in a log's place unverified."""

import gzip
import json
import threading
import time
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.engines import Engine
from tests.scenarios import FakeClock, Scene, given, open_log, open_scene, reported, submission
from tests.store.test_log import tell
from tests.store.test_verification import fill
from timeline.domain.values import development_id_of
from timeline.errors import StoreUnusable
from timeline.store.addresses import parse_address
from timeline.store.backups import backup, restore
from timeline.store.checkpoints import Signer, load_key, parse_verifier
from timeline.store.log import ConflictLog
from timeline.store.verification import Verification, verify

WAYS = [("sqlite", "sqlite"), ("sqlite", "postgres"), ("postgres", "sqlite"), ("postgres", "postgres")]


def put(path: Path, engine: Engine, **more: Any) -> Verification:
    return restore(path, parse_address(engine.store), key_file=engine.key_file, **more)


def tell_something(scene: Scene) -> None:
    scene.tell(reported("ru-mod"), "2023-05-20")
    scene.tell(given("ua-mod", "denies", extent="concedes"), "2023-05-21")
    scene.clock.advance(hours=1)
    scene.tell(given("bbc", quote="Ґрунт — \u2028 ."), "2023-05-19")
    fill(scene.log, 300)


def answers(scene: Scene) -> list[bytes]:
    cuts = [{}, {"as_of": "2023-05-20"}, {"known_at": "2023-05-21"}, {"recorded_at": "2"}, {"recorded_at": "250"}]
    return [scene.raw("/timeline", **cut) for cut in cuts]


@pytest.mark.parametrize(("source", "target"), WAYS, ids=[f"{one}-to-{other}" for one, other in WAYS])
def test_a_dump_of_one_engine_restored_into_another_is_the_same_log(
    make_engine: Any, tmp_path: Path, source: str, target: str
) -> None:
    dumped = tmp_path / "log.ndjson.gz"
    with make_engine(source) as old, open_scene(old) as scene:
        tell_something(scene)
        before, records, root = answers(scene), scene.log.after(0), scene.log.records.queries.root(303)
        note, origin = scene.log.sign(), scene.log.records.queries.origin()
        assert backup(scene.log, dumped) == 303

    with make_engine(target) as new:
        verified = put(dumped, new)
        with open_scene(new) as scene:
            scene.clock.advance(hours=1)
            assert (verified.size, verified.root, verified.problems) == (303, root, ())
            assert scene.log.after(0) == records
            assert answers(scene) == before
            assert scene.log.records.queries.origin() == origin
            assert note in [one for _, one in scene.log.records.queries.checkpoints()]
            assert tell(scene.log, 9).position == 304
            assert verify(scene.log).problems == ()


def test_a_copy_of_a_sqlite_log_can_be_made_while_it_is_written_to(tmp_path: Path) -> None:
    engine = Engine("sqlite", str(tmp_path / "log.db"), tmp_path)
    with open_log(engine) as log:
        fill(log, 300)
        size = backup(log, tmp_path / "copy.db")
        fill(log, 5, 300)
    target = Engine("sqlite", str(tmp_path / "restored.db"), tmp_path)
    verified = put(tmp_path / "copy.db", target)

    with open_log(target) as log:
        assert size == verified.size == log.head().position == 300
    assert [one.name for one in tmp_path.glob(".*")] == []


def test_a_backup_never_overwrites_a_file(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "there.ndjson"
    path.write_text("mine")
    with open_log(engine) as log, pytest.raises(StoreUnusable, match="there already"):
        backup(log, path)

    assert path.read_text() == "mine"


def test_a_restore_refuses_a_store_that_holds_records_and_with_replace_keeps_them(
    engine: Engine, tmp_path: Path
) -> None:
    dumped = tmp_path / "log.ndjson"
    with open_log(engine) as log:
        fill(log, 3)
        backup(log, dumped)
        fill(log, 2, 3)

    with pytest.raises(StoreUnusable, match="already holds 5 records"):
        put(dumped, engine)
    with open_log(engine) as log:
        assert log.head().position == 5
    assert put(dumped, engine, replace=True).size == 3
    with open_log(engine) as log:
        assert log.head().position == 3
        assert tell(log, 9).position == 4
    if engine.name == "sqlite":
        (kept,) = tmp_path.glob("*.before-restore-*")
        assert ConflictLog(kept, FakeClock(), engine.key_file).head().position == 5
    else:
        kept_schemas = "SELECT nspname FROM pg_namespace WHERE nspname LIKE ?"
        ((schema,),) = engine.sql(kept_schemas, (f"{engine.schema}_before_restore_%",))
        assert engine.sql(f"SELECT max(position) FROM {schema}.events") == [(5,)]
        engine.sql(f"DROP SCHEMA {schema} CASCADE")


def test_a_restore_under_a_running_program_is_noticed_by_it(engine: Engine, tmp_path: Path) -> None:
    dumped = tmp_path / "log.ndjson"
    with open_scene(engine) as scene:
        fill(scene.log, 3)
        backup(scene.log, dumped)
        fill(scene.log, 2, 3)
        scene.get("/timeline")
        put(dumped, engine, replace=True)

        refused = scene.client.get("/api/v1/timeline")
        assert refused.status_code == 503
        assert refused.get_json(force=True)["type"] == "urn:timeline:problem:log-replaced"
        # Writing goes on where the log now ends, on what it now holds.
        receipt = scene.log.record(
            submission(given("bbc"), message="new", id=scene.log.after(2)[0].event.originator_id)
        )  # type: ignore[union-attr]
        assert (receipt.position, receipt.version) == (4, 2)


DAMAGES = {
    "a changed title": lambda lines: [line.replace(b"claimed", b"refused") for line in lines],
    "a record left out": lambda lines: [line for line in lines if b'"position":2,' not in line],
    "the end cut off": lambda lines: lines[:3],
    "half a line": lambda lines: [*lines[:2], lines[2][:40]],
    "the last checkpoint left out": lambda lines: lines[:-1],
    "another time": lambda lines: [line.replace(b'"recorded_micros":16', b'"recorded_micros":15') for line in lines],
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_a_damaged_backup_is_refused_and_nothing_is_switched(
    engine: Engine, tmp_path: Path, damage: str, packed: bool
) -> None:
    dumped = tmp_path / "log.ndjson"
    with open_log(engine) as log:
        fill(log, 3)
        backup(log, dumped)
    lines = DAMAGES[damage](dumped.read_bytes().splitlines(keepends=True))
    path = tmp_path / ("bad.ndjson.gz" if packed else "bad.ndjson")
    path.write_bytes(gzip.compress(b"".join(lines)) if packed else b"".join(lines))

    with pytest.raises(StoreUnusable):
        put(path, engine, replace=True)
    with open_log(engine) as log:
        assert log.head().position == 3
        assert verify(log).problems == ()
    if engine.name == "postgres":
        assert engine.sql("SELECT 1 FROM pg_namespace WHERE nspname LIKE ?", (f"{engine.schema}_%",)) == []
    assert [one.name for one in tmp_path.iterdir() if "restor" in one.name] == []


def test_a_backup_must_be_signed_by_the_key_that_one_names(engine: Engine, tmp_path: Path) -> None:
    with open_log(engine) as log:
        fill(log, 3)
        backup(log, tmp_path / "log.ndjson")
        (mine,) = [parse_verifier(text) for text in log.records.queries.verifiers()]
    stranger = Signer(mine.name, load_key(tmp_path / "stranger.key")).verifier

    with pytest.raises(StoreUnusable, match="no checkpoint that these keys signed"):
        put(tmp_path / "log.ndjson", engine, replace=True, verifiers=[stranger])
    assert put(tmp_path / "log.ndjson", engine, replace=True, verifiers=[mine]).signed == 3


def test_the_backup_of_an_empty_log_is_an_empty_log(engine: Engine, tmp_path: Path) -> None:
    with open_log(engine) as log:
        backup(log, tmp_path / "log.ndjson")

    assert put(tmp_path / "log.ndjson", engine).size == 0


def test_a_file_that_is_no_backup_is_refused(engine: Engine, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("Notes of somebody else, long enough to be the header of a database, were they one." * 5)

    with pytest.raises(StoreUnusable):
        put(text, engine)
    with pytest.raises(StoreUnusable):
        put(tmp_path / "nowhere.ndjson", engine)


def test_records_that_can_not_be_read_as_text_survive_a_dump(engine: Engine, tmp_path: Path) -> None:
    from eventsourcing.persistence import StoredEvent

    with open_log(engine) as log:
        log.records.insert_events([StoredEvent(development_id_of("test:x"), 1, "development.guessed", b"\xff\x00\n")])
        before = log.records.queries.rows(1, 10)
        backup(log, tmp_path / "log.ndjson")
    target = Engine("sqlite", str(tmp_path / "restored.db"), tmp_path)
    put(tmp_path / "log.ndjson", target)

    with open_log(target) as log:
        assert log.records.queries.rows(1, 10) == before


def test_a_restore_under_writers_loses_nothing_that_was_acknowledged(engine: Engine, tmp_path: Path) -> None:
    dumped = tmp_path / "log.ndjson"
    acknowledged: set[str] = set()
    stop = threading.Event()
    with open_log(engine) as log:
        fill(log, 20)
        backup(log, dumped)

        def write(number: int) -> None:
            for turn in count():
                if stop.is_set():
                    return
                message = f"w-{number}-{turn}"
                about = development_id_of(f"test:{message}")
                log.record(submission(reported(), id=about, message=message))
                acknowledged.add(message)

        writers = [threading.Thread(target=write, args=(number,)) for number in range(2)]
        for writer in writers:
            writer.start()
        time.sleep(0.3)
        put(dumped, engine, replace=True)
        time.sleep(0.2)
        stop.set()
        for writer in writers:
            writer.join()
        now = {one.event.message.id for one in log.after(0, 100_000)}  # type: ignore[union-attr]
        assert verify(log).problems == ()

    assert acknowledged
    assert acknowledged <= now | kept_messages(engine, tmp_path)


def kept_messages(engine: Engine, folder: Path) -> set[str]:
    """The messages of the log that a restore put under another name."""
    if engine.name == "sqlite":
        (kept,) = folder.glob("*.before-restore-*")
        other = Engine("sqlite", str(kept), folder)
    else:
        kept_schemas = "SELECT nspname FROM pg_namespace WHERE nspname LIKE ?"
        ((schema,),) = engine.sql(kept_schemas, (f"{engine.schema}_before_restore_%",))
        with psycopg.connect(engine.url, autocommit=True) as connection:
            rows = connection.execute(f"SELECT state FROM {schema}.events").fetchall()
            connection.execute(f"DROP SCHEMA {schema} CASCADE")
        return {json.loads(state)["message"]["id"] for (state,) in rows}
    return {json.loads(state)["message"]["id"] for (state,) in other.sql("SELECT state FROM events")}


def test_what_is_left_over_beside_a_missing_file_does_not_come_back(tmp_path: Path) -> None:
    engine = Engine("sqlite", str(tmp_path / "log.db"), tmp_path)
    dumped = tmp_path / "log.ndjson"
    with open_log(engine) as log:
        fill(log, 3)
        backup(log, dumped)
        fill(log, 50, 3)
        left_over = Path(f"{engine.store}-wal").read_bytes()
    Path(engine.store).unlink()
    Path(f"{engine.store}-wal").write_bytes(left_over)
    put(dumped, engine)

    with open_log(engine) as log:
        assert log.head().position == 3
        assert verify(log).problems == ()


def test_a_damaged_store_is_put_aside_and_replaced_where_that_is_asked_for(tmp_path: Path) -> None:
    engine = Engine("sqlite", str(tmp_path / "log.db"), tmp_path)
    with open_log(engine) as log:
        fill(log, 3)
        backup(log, tmp_path / "log.ndjson")
    damaged = bytearray(Path(engine.store).read_bytes())
    damaged[100:4096] = bytes(3996)
    Path(engine.store).write_bytes(damaged)

    with pytest.raises(StoreUnusable, match="--replace"):
        put(tmp_path / "log.ndjson", engine)
    assert put(tmp_path / "log.ndjson", engine, replace=True).size == 3
    (kept,) = [one for one in tmp_path.glob("*.before-restore-*") if not one.name.endswith(("-wal", "-shm"))]
    assert kept.read_bytes() == damaged


def test_each_restore_keeps_its_own_copy(tmp_path: Path) -> None:
    engine = Engine("sqlite", str(tmp_path / "log.db"), tmp_path)
    with open_log(engine) as log:
        fill(log, 3)
        backup(log, tmp_path / "log.ndjson")
        fill(log, 4, 3)
    put(tmp_path / "log.ndjson", engine, replace=True)
    put(tmp_path / "log.ndjson", engine, replace=True)

    copies = [Engine("sqlite", str(kept), tmp_path) for kept in sorted(tmp_path.glob("*.before-restore-*"))]
    assert [copy.sql("SELECT count(*) FROM events") for copy in copies] == [[(7,)], [(3,)]]


def test_a_log_restored_under_a_running_program_is_signed_under_its_own_name(make_engine: Any, tmp_path: Path) -> None:
    with make_engine("sqlite") as other, open_log(other) as log:
        fill(log, 5)
        backup(log, tmp_path / "other.ndjson")
        origin = log.records.queries.origin()
    for name in ("sqlite", "postgres"):
        with make_engine(name) as engine, open_log(engine) as log:
            fill(log, 3)
            put(tmp_path / "other.ndjson", engine, replace=True)
            fill(log, 3, 100)

            assert log.sign().split("\n")[0] == origin
            assert verify(log).problems == ()
