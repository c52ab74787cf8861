"""Tokens are made, found, listed and revoked, on both engines, and stand beside the log and never in it."""

import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from tests.engines import Engine
from tests.scenarios import NOW, FakeClock, open_log, reported, submission
from timeline.access import keeping
from timeline.access.keeping import REMEMBERED, Tokens
from timeline.access.opening import tokens_of
from timeline.access.tokens import Scope, redacted
from timeline.errors import InvalidValue, StoreUnusable
from timeline.store.addresses import parse_address
from timeline.store.backups import backup, restore

TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def tokens(engine: Engine, clock: FakeClock) -> Iterator[Tokens]:
    """The tokens of a log that is there, once on each engine."""
    with open_log(engine, clock):
        opened = open_tokens(engine, clock)
        yield opened
        opened.close()


def open_tokens(engine: Engine, clock: FakeClock) -> Tokens:
    return tokens_of(parse_address(engine.store), clock)


def test_a_token_is_found_by_its_secret_and_by_nothing_else(tokens: Tokens) -> None:
    secret, made = tokens.create("desk", [Scope.APPEND, Scope.ASSESS])

    assert tokens.find(secret) == made
    assert (made.name, made.scopes, made.created_at) == ("desk", {Scope.APPEND, Scope.ASSESS}, NOW)
    for other in ("", "desk", secret[:-1], secret + "x", secret.upper(), f" {secret}", "\udc80", "x" * 10_000):
        assert tokens.find(other) is None


def test_a_secret_is_256_random_bits_that_may_stand_in_a_url_and_is_recognised(tokens: Tokens) -> None:
    one, other = (tokens.create(name, [Scope.READ])[0] for name in ("one", "other"))

    assert one != other
    assert one.startswith("ct_")
    assert len(one.removeprefix("ct_")) == 43
    assert set(one) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert redacted(f"Bearer {one}, {other}.") == "Bearer ct_..., ct_...."


def test_the_sources_of_a_token_are_kept_with_it_whatever_stands_in_them(tokens: Tokens) -> None:
    own = ("//desk b/100%", "//desk-a", "strict", "urn:уезд:")
    secret, made = tokens.create("desk", [Scope.APPEND], strict=True, sources=[*reversed(own), "strict"])

    assert made.sources == own
    assert tokens.find(secret) == made
    assert tokens.all() == [made]


@pytest.mark.parametrize("source", ["", " ", "a\x00b", "x" * 501, "\udc80"])
def test_a_source_that_no_message_can_have_is_refused(tokens: Tokens, source: str) -> None:
    with pytest.raises(InvalidValue, match="source"):
        tokens.create("desk", [Scope.APPEND], sources=[source])


def test_only_the_hash_of_a_secret_is_kept(engine: Engine, tokens: Tokens) -> None:
    secret, _ = tokens.create("desk", [Scope.APPEND])

    if engine.name == "sqlite":
        kept = Path(f"{engine.store}.access").read_bytes()
        assert secret.encode() not in kept
        assert sha256(secret.encode()).digest() in kept
    else:
        rows = engine.sql("SELECT * FROM tokens")
        assert secret not in repr(rows)
        assert rows[0][0] == sha256(secret.encode()).digest()


def test_before_the_first_is_made_there_are_none(tokens: Tokens) -> None:
    assert tokens.all() == []
    assert not tokens.any_live()
    assert tokens.find("ct_" + "x" * 43) is None


def test_a_token_is_refused_from_the_instant_at_which_it_expires(tokens: Tokens, clock: FakeClock) -> None:
    secret, _ = tokens.create("desk", [Scope.APPEND], TOMORROW)

    clock.now = TOMORROW - timedelta(microseconds=1)
    assert tokens.find(secret)
    clock.now = TOMORROW
    assert tokens.find(secret) is None


def test_a_token_that_another_process_revokes_is_refused_soon(engine: Engine, tokens: Tokens) -> None:
    secret, _ = tokens.create("desk", [Scope.APPEND])
    assert tokens.find(secret)

    command = [sys.executable, "-m", "timeline.cli", "--store", engine.store, "token", "revoke", "desk"]
    subprocess.run(command, check=True, capture_output=True)

    assert tokens.find(secret) is None
    assert [one.state(NOW) for one in tokens.all()] == ["revoked"]


def test_a_token_that_was_found_is_looked_for_again_after_a_fiftieth_of_a_second(
    engine: Engine, tokens: Tokens, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [100.0]
    monkeypatch.setattr(keeping, "monotonic", lambda: moment[0])
    secret, made = tokens.create("desk", [Scope.APPEND], TOMORROW)
    assert tokens.find(secret) == made

    others = open_tokens(engine, clock)
    others.revoke("desk")
    others.close()
    moment[0] += 0.019
    assert tokens.find(secret) == made
    moment[0] += 0.002
    assert tokens.find(secret) is None


def test_what_expires_or_is_revoked_here_is_refused_however_lately_it_was_found(
    tokens: Tokens, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "monotonic", lambda: 100.0)
    (expiring, _), (revoked, _) = tokens.create("one", [Scope.READ], TOMORROW), tokens.create("two", [Scope.READ])
    assert tokens.find(expiring)
    assert tokens.find(revoked)

    tokens.revoke("two")
    clock.now = TOMORROW

    assert tokens.find(revoked) is None
    assert tokens.find(expiring) is None


def test_a_name_is_unique_among_those_that_are_live(tokens: Tokens, clock: FakeClock) -> None:
    first, _ = tokens.create("desk", [Scope.APPEND])
    with pytest.raises(InvalidValue, match="--replace"):
        tokens.create("desk", [Scope.READ])
    assert tokens.any_live()

    clock.advance(hours=1)
    second, _ = tokens.create("desk", [Scope.READ], TOMORROW, replace=True)
    assert tokens.find(first) is None
    assert tokens.find(second)

    clock.now = TOMORROW
    third, _ = tokens.create("desk", [Scope.ADMIN])
    assert tokens.find(second) is None
    assert tokens.find(third)
    assert [one.state(clock.now) for one in tokens.all()] == ["revoked", "expired", "live"]


def test_revoking_leaves_what_had_expired_before_as_it_was(tokens: Tokens, clock: FakeClock) -> None:
    tokens.create("desk", [Scope.APPEND], TOMORROW)
    clock.now = TOMORROW
    tokens.create("desk", [Scope.APPEND])
    tokens.revoke("desk")

    assert [one.state(clock.now) for one in tokens.all()] == ["expired", "revoked"]


@pytest.mark.parametrize("name", ["desk", "Desk", "a b", "ct_" + "x" * 43])
def test_what_no_live_token_is_called_can_not_be_revoked(tokens: Tokens, name: str) -> None:
    with pytest.raises(InvalidValue, match="name"):
        tokens.revoke(name)


@pytest.mark.parametrize("name", ["", "Desk", "desk bot", "desk_bot", "-desk", "x" * 81, "дошка"])
def test_a_name_is_a_slug(tokens: Tokens, name: str) -> None:
    with pytest.raises(InvalidValue, match="name"):
        tokens.create(name, [Scope.READ])

    assert tokens.all() == []


def test_a_token_needs_a_scope_and_an_end_in_the_future(tokens: Tokens) -> None:
    with pytest.raises(InvalidValue, match="scope"):
        tokens.create("desk", [])
    with pytest.raises(InvalidValue, match="expires"):
        tokens.create("desk", [Scope.READ], NOW)

    assert tokens.all() == []


def test_admin_allows_everything_and_each_other_scope_only_itself(tokens: Tokens) -> None:
    for scope in Scope:
        _, token = tokens.create(scope.value, [scope])
        assert {one for one in Scope if token.allows(one)} == (set(Scope) if scope is Scope.ADMIN else {scope})


def test_of_many_who_take_a_name_at_once_one_gets_it(engine: Engine, tokens: Tokens, clock: FakeClock) -> None:
    outcomes: list[str] = []

    def take() -> None:
        mine = open_tokens(engine, clock)
        try:
            outcomes.append(mine.create("desk", [Scope.READ])[0])
        except InvalidValue:
            outcomes.append("taken")
        finally:
            mine.close()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes)[1:] == ["taken"] * 7
    assert len(tokens.all()) == 1


def test_a_backup_holds_no_tokens_and_a_restore_leaves_them_where_they_are(
    engine: Engine, tokens: Tokens, clock: FakeClock, tmp_path: Path
) -> None:
    secret, made = tokens.create("desk", [Scope.APPEND])
    files = [tmp_path / "log.ndjson", *([tmp_path / "copy.db"] if engine.name == "sqlite" else [])]
    with open_log(engine, clock) as log:
        log.record(submission(reported()))
        for file in files:
            backup(log, file)

    for file in files:
        held = file.read_bytes()
        assert b"tokens" not in held
        assert sha256(secret.encode()).digest() not in held
        restore(file, parse_address(engine.store), key_file=engine.key_file, replace=True)
        assert tokens.find(secret) == made


def test_the_file_is_for_its_owner_alone(tmp_path: Path, clock: FakeClock) -> None:
    tokens_of(parse_address(str(tmp_path / "a.db")), clock).create("desk", [Scope.READ])

    assert stat.S_IMODE((tmp_path / "a.db.access").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.glob("a.db*")) == ["a.db.access"]


def test_a_file_that_was_taken_away_opens_nothing_any_more(tmp_path: Path, clock: FakeClock) -> None:
    tokens = tokens_of(parse_address(str(tmp_path / "a.db")), clock)
    secret, made = tokens.create("desk", [Scope.READ])
    assert tokens.find(secret) == made
    (tmp_path / "a.db.access").rename(tmp_path / "kept")
    time.sleep(1.5 * REMEMBERED)

    assert tokens.find(secret) is None
    assert not (tmp_path / "a.db.access").exists()
    (tmp_path / "kept").rename(tmp_path / "a.db.access")
    assert tokens.find(secret) == made
    tokens.close()


def test_a_file_that_is_something_else_is_refused_and_left_alone(tmp_path: Path, clock: FakeClock) -> None:
    tokens = tokens_of(parse_address(str(tmp_path / "a.db")), clock)
    (tmp_path / "a.db.access").write_text("Notes of somebody else, longer than a header of SQLite would ever be. " * 3)
    before = (tmp_path / "a.db.access").read_bytes()

    with pytest.raises(StoreUnusable, match=r"a\.db\.access"):
        tokens.find("ct_x")
    with pytest.raises(StoreUnusable, match=r"a\.db\.access"):
        tokens.create("desk", [Scope.READ])
    assert (tmp_path / "a.db.access").read_bytes() == before
