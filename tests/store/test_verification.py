"""Whatever is changed in the log behind its back is found, and the first place of it is named."""

import sqlite3
import threading
from itertools import count
from pathlib import Path

import pytest
from eventsourcing.persistence import PersistenceError

from tests.engines import Engine
from tests.scenarios import FakeClock, open_log, reported, submission
from timeline.domain.values import development_id_of
from timeline.errors import InvalidValue, StoreUnusable
from timeline.store import verification
from timeline.store.checkpoints import Signer, Verifier, load_key, parse_checkpoint, parse_verifier
from timeline.store.log import ConflictLog
from timeline.store.records import record_bytes
from timeline.store.tree import WIDTH, leaf_hash
from timeline.store.verification import verify
from timeline.store.vouching import Problem


def fill(log: ConflictLog, count: int, start: int = 0) -> None:
    numbers = range(start, start + count)
    log.record_all([submission(reported(), id=development_id_of(f"test:{n}"), message=str(n)) for n in numbers])


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """A closed log of 700 records, its tables open to whoever wants to change them."""
    with open_log(engine) as log:
        fill(log, 300)
        fill(log, 400, 300)
    engine.unlock()
    return engine


def problems(engine: Engine) -> tuple[Problem, ...]:
    with open_log(engine) as log:
        return verify(log).problems


def first_bad(engine: Engine) -> int:
    found = problems(engine)
    assert found
    return found[0].position


def test_a_log_that_nobody_touched_is_whole(filled: Engine) -> None:
    with open_log(filled) as log:
        found = verify(log)

        assert found.problems == ()
        assert (found.size, found.signed) == (700, 700)
        assert found.root == log.records.queries.root(700)
        assert parse_checkpoint(log.sign()).root == found.root


def test_an_empty_log_is_whole(engine: Engine) -> None:
    with open_log(engine) as log:
        assert verify(log).problems == ()


@pytest.mark.parametrize("position", [1, 256, 257, 513, 700])
def test_one_byte_of_a_record_that_was_flipped_is_found_and_named(filled: Engine, position: int) -> None:
    ((state,),) = filled.sql("SELECT state FROM events WHERE position = ?", (position,))
    changed = bytes(state).replace(b"Bakhmut", b"Bakhmuu")
    assert changed != state
    filled.sql("UPDATE events SET state = ? WHERE position = ?", (changed, position))

    assert problems(filled)[0] == Problem(
        position, "was altered: its bytes do not give the hash that was stored with them"
    )


@pytest.mark.parametrize(
    "change",
    [
        "recorded_at = recorded_at + 1",
        "originator_version = originator_version + 1000",
        "topic = 'account.given'",
        "message_key = NULL",
        "leaf_hash = (SELECT leaf_hash FROM events WHERE position = 7)",
    ],
)
def test_every_column_of_a_record_is_vouched_for(filled: Engine, change: str) -> None:
    filled.sql(f"UPDATE events SET {change} WHERE position = 300")

    assert first_bad(filled) == 300


def test_a_record_that_was_taken_out_is_missed(filled: Engine) -> None:
    filled.sql("DELETE FROM events WHERE position = 42")

    assert problems(filled)[0] == Problem(42, "is missing")


def test_records_taken_from_the_end_are_missed_by_the_checkpoint(filled: Engine) -> None:
    filled.sql("DELETE FROM events WHERE position > 650")

    assert first_bad(filled) == 651


def forge(engine: Engine, position: int) -> None:
    """Alter a record and give it the hash that fits, as somebody who knows the format would."""
    with open_log(engine) as log:
        row = log.records.queries.row(position)
        assert row
    state = row.state.replace(b"Bakhmut", b"Donetsk")
    hash = leaf_hash(record_bytes(row)[: -len(row.state)] + state)
    engine.unlock()
    engine.sql("UPDATE events SET state = ?, leaf_hash = ? WHERE position = ?", (state, hash, position))


def test_an_altered_record_with_a_fitting_hash_is_found_by_the_tree(filled: Engine) -> None:
    forge(filled, 300)

    (found, *_) = problems(filled)
    assert found.position == 257
    assert "255 after it" in found.what


def test_an_altered_record_behind_the_last_whole_block_is_found_by_the_checkpoint(filled: Engine) -> None:
    forge(filled, 690)

    (found, *_) = problems(filled)
    assert found.position <= 690
    assert "700" in found.what


def test_a_tree_that_was_built_anew_does_not_fit_what_was_signed(filled: Engine) -> None:
    forge(filled, 300)
    with open_log(filled) as log:
        leaves = log.records.queries.kept_hashes(0, WIDTH, 2 * WIDTH)
    filled.unlock()
    filled.sql("UPDATE tree_nodes SET hash = ? WHERE level = 1 AND number = 1", (verification.full_root(leaves),))

    (found, *_) = problems(filled)
    assert "checkpoint" in found.what


def test_a_checkpoint_with_a_signature_of_somebody_else_is_found(filled: Engine) -> None:
    stranger = filled.folder / "stranger.key"
    with open_log(filled) as log:
        signer = Signer(log.records.queries.origin() or "", load_key(stranger))
        note = signer.sign(700, log.records.queries.root(700)).note
    filled.unlock()
    filled.sql("UPDATE checkpoints SET note = ? WHERE size = 700", (note,))

    (found, *_) = problems(filled)
    assert (found.position, "known key" in found.what) == (700, True)


def test_with_a_key_from_elsewhere_only_its_signatures_count(filled: Engine) -> None:
    with open_log(filled) as log:
        (mine,) = [parse_verifier(text) for text in log.records.queries.verifiers()]
        stranger = Signer(mine.name, load_key(filled.folder / "stranger.key")).verifier

        assert verify(log, keys=[mine]).problems == ()
        assert verify(log, keys=[stranger]).problems


def test_a_log_that_another_key_goes_on_signing_is_whole(engine: Engine) -> None:
    with open_log(engine) as log:
        fill(log, 10)
    engine.key_file.unlink()
    with open_log(engine) as log:
        fill(log, 10, 10)
        log.sign()

        assert verify(log).problems == ()
        old, new = [parse_verifier(text) for text in log.records.queries.verifiers()]
        assert [verify(log, keys=[key]).problems for key in (old, new)] == [(), ()]
        assert [verify(log, keys=[key]).signed for key in (old, new)] == [10, 20]


@pytest.mark.parametrize("end", [300, 650], ids=["at a checkpoint", "between two"])
def test_a_log_that_lost_signed_records_signs_no_more(filled: Engine, end: int) -> None:
    filled.sql("DELETE FROM events WHERE position > ?", (end,))

    with open_log(filled) as log, pytest.raises(StoreUnusable, match="missing"):
        log.sign()


@pytest.mark.parametrize(
    "note", ["a\n\nx", "", "a\n07\n" + "A" * 43 + "=\n\n— a x\n", "a\n٣\n" + "A" * 43 + "=\n\n— a x\n"]
)
def test_what_is_no_checkpoint_is_refused(note: str) -> None:
    with pytest.raises(InvalidValue):
        parse_checkpoint(note)


def test_a_long_log_is_verified_by_two_processes_with_the_same_result(
    filled: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_log(filled) as log:
        alone = verify(log)
        monkeypatch.setattr(verification, "RANGE", 2 * WIDTH)
        told: list[int] = []
        together = verify(log, told.append)

    assert together == alone
    assert told == [512, 188]


def test_the_log_signs_itself_as_it_grows(engine: Engine, clock: FakeClock) -> None:
    with open_log(engine, clock) as log:
        fill(log, 1)
        fill(log, 1, 1)
        clock.advance(minutes=2)
        fill(log, 1, 2)
        fill(log, 252, 3)
        fill(log, 2, 255)

        assert [size for size, _ in log.records.queries.checkpoints()] == [1, 3, 257]
    with open_log(engine, clock) as log:
        fill(log, 5, 300)
    with open_log(engine, clock) as log:
        assert log.records.queries.checkpoints()[-1][0] == 262


def test_records_that_are_written_together_are_signed_a_thousand_at_a_time(engine: Engine, clock: FakeClock) -> None:
    with open_log(engine, clock) as log:
        fill(log, 2_500)

        assert [size for size, _ in log.records.queries.checkpoints()] == [1_000, 2_000, 2_500]
        assert not verify(log).problems


def test_a_checkpoint_is_a_note_that_its_key_vouches_for(engine: Engine) -> None:
    with open_log(engine) as log:
        fill(log, 3)
        note = log.sign()
        (key,) = [parse_verifier(text) for text in log.records.queries.verifiers()]

    assert note.split("\n")[0] == key.name
    assert note.split("\n")[1] == "3"
    assert key.signed(note)
    assert not key.signed(note.replace("\n3\n", "\n4\n"))
    assert not Verifier(key.name, b"1234", key.public_key).signed(note)
    assert str(parse_verifier(str(key))) == str(key)


def test_the_signing_key_is_a_file_that_only_its_owner_reads(engine: Engine) -> None:
    with open_log(engine) as log:
        fill(log, 1)

    assert engine.key_file.stat().st_mode & 0o777 == 0o600
    assert b"PRIVATE KEY" in engine.key_file.read_bytes()
    assert list(engine.folder.glob(".signing*")) == []


def test_checkpoints_that_were_taken_away_are_missed(filled: Engine) -> None:
    filled.sql("DELETE FROM checkpoints WHERE size > 256")

    (found, *_) = problems(filled)
    assert "in no checkpoint" in found.what


def test_a_forger_with_a_key_of_their_own_is_found_by_whoever_has_the_real_one(filled: Engine) -> None:
    with open_log(filled) as log:
        (real,) = [parse_verifier(text) for text in log.records.queries.verifiers()]
        forger = Signer(real.name, load_key(filled.folder / "forger.key"))
    forge(filled, 690)
    with open_log(filled) as log:
        note = forger.sign(700, log.records.queries.root(700)).note
    filled.unlock()
    filled.sql("DELETE FROM checkpoints WHERE size > 300")
    filled.sql("INSERT INTO checkpoints (size, note) VALUES (700, ?)", (note,))
    filled.sql("INSERT INTO signers (verifier, since) VALUES (?, 700)", (str(forger.verifier),))

    with open_log(filled) as log:
        assert len(verify(log).signers) == 2
        assert verify(log, keys=[real]).problems


def test_verification_of_a_log_that_is_written_to_raises_no_false_alarm(engine: Engine) -> None:
    stop = threading.Event()
    with open_log(engine) as log:

        def write() -> None:
            for number in count():
                if stop.is_set():
                    return
                fill(log, 100, number * 100)

        writer = threading.Thread(target=write)
        writer.start()
        found = [verify(log).problems for _ in range(12)]
        stop.set()
        writer.join()

    assert found == [()] * 12


BROKEN = [
    "UPDATE events SET topic = CAST(x'64ff' AS TEXT) WHERE position = 300",
    "UPDATE events SET state = 'text' WHERE position = 300",
    "UPDATE events SET originator_id = 'text' WHERE position = 300",
    "UPDATE tree_nodes SET hash = 'text'",
    "UPDATE checkpoints SET note = x'00' WHERE size = 300",
    "UPDATE signers SET verifier = 'garbage'",
    "UPDATE signers SET verifier = x'00'",
    "DELETE FROM tree_nodes",
    "DELETE FROM signers",
    "UPDATE log SET origin = 'another'",
    "INSERT INTO log (origin) VALUES ('another')",
]


@pytest.mark.parametrize("statement", BROKEN)
def test_whatever_is_written_into_a_table_verification_names_a_position(tmp_path: Path, statement: str) -> None:
    engine = Engine("sqlite", str(tmp_path / "log.db"), tmp_path)
    with open_log(engine) as log:
        fill(log, 300)
        fill(log, 400, 300)
    engine.unlock()
    engine.sql(statement)

    (found, *_) = verified_only(engine)
    assert found.position >= 1


@pytest.mark.parametrize("at", range(40))
def test_a_flipped_bit_of_the_file_is_found_or_changes_nothing(tmp_path: Path, at: int) -> None:
    engine = Engine("sqlite", str(tmp_path / "log.db"), tmp_path)
    with open_log(engine) as log:
        fill(log, 300)
    before = engine.sql("SELECT * FROM events")
    file = bytearray(Path(engine.store).read_bytes())
    place = 8_192 + at * (len(file) - 8_192) // 40
    file[place] ^= 1 << at % 8
    Path(engine.store).write_bytes(file)

    try:
        found = verified_only(engine)
    except StoreUnusable:
        return  # So damaged that it does not open, and says so.
    try:
        same = engine.sql("SELECT * FROM events") == before
    except sqlite3.Error:
        same = False
    assert found or same


def verified_only(engine: Engine) -> tuple[Problem, ...]:
    """What verification finds where nothing else touches the log, as the command does it."""
    log = ConflictLog(engine.store, read_only=True)
    try:
        return verify(log).problems
    except PersistenceError as error:
        raise StoreUnusable(str(error)) from error
    finally:
        log.close()


def test_verification_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    engine = Engine("sqlite", str(tmp_path / "log.db"), tmp_path)
    with open_log(engine) as log:
        fill(log, 300)
    engine.unlock()
    before = Path(engine.store).read_bytes()
    verified_only(engine)

    assert Path(engine.store).read_bytes() == before


def test_an_emptied_log_takes_no_more(filled: Engine) -> None:
    filled.sql("DELETE FROM events")

    with open_log(filled) as log, pytest.raises(StoreUnusable, match="missing"):
        log.record(submission(reported(), message="new"))
