"""`timeline token`: what it prints, what it refuses, and that a secret is shown once and never again."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.engines import Engine
from tests.scenarios import open_log
from timeline.access.opening import tokens_of
from timeline.access.tokens import Scope
from timeline.cli import main
from timeline.store.addresses import parse_address

Run = Callable[..., Result]


@pytest.fixture
def run(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `timeline token` on a log that is there, once on each engine."""
    monkeypatch.setenv("COLUMNS", "200")
    with open_log(engine):
        pass
    return lambda *args: CliRunner().invoke(main, ["--store", engine.store, "token", *args])


def found(engine: Engine, secret: str) -> set[Scope]:
    tokens = tokens_of(parse_address(engine.store), lambda: datetime.now(UTC))
    try:
        token = tokens.find(secret)
        return set(token.scopes) if token else set()
    finally:
        tokens.close()


def test_the_token_is_the_last_word_that_create_prints(run: Run, engine: Engine) -> None:
    done = run("create", "desk-bot", "--scope", "append", "--scope", "assess")

    assert done.exit_code == 0
    assert "desk-bot may append and assess; it does not expire" in done.stdout
    assert found(engine, done.stdout.split()[-1]) == {Scope.APPEND, Scope.ASSESS}


def test_sources_are_told_where_a_token_is_made_and_listed(run: Run) -> None:
    done = run("create", "desk-a", "--scope", "append", "--source", "//desk-a", "--source", "urn:desk-a:")
    run("create", "any", "--scope", "append")
    listed = {one["name"]: one for one in json.loads(run("list", "--json").stdout)}

    assert "desk-a may append, as //desk-a or urn:desk-a: and what is below" in done.stdout
    assert listed["desk-a"]["sources"] == ["//desk-a", "urn:desk-a:"]
    assert "sources" not in listed["any"]
    assert "append, //desk-a, urn:desk-a:" in run("list").stdout


def test_a_source_that_no_message_can_have_is_refused(run: Run) -> None:
    done = run("create", "desk-a", "--scope", "append", "--source", "")

    assert done.exit_code == 2
    assert "source" in done.stderr


def test_a_list_shows_what_is_live_and_never_a_secret(run: Run) -> None:
    secrets = [
        run("create", name, "--scope", "append", "--expires", "90d").stdout.split()[-1] for name in ("one", "two")
    ]
    run("revoke", "one")
    live, every, plain = run("list", "--json"), run("list", "--all", "--json"), run("list", "--all")

    assert [one["name"] for one in json.loads(live.stdout)] == ["two"]
    assert [(one["name"], one["state"]) for one in json.loads(every.stdout)] == [("one", "revoked"), ("two", "live")]
    assert set(json.loads(live.stdout)[0]) == {"name", "scopes", "created_at", "expires_at", "revoked_at", "state"}
    assert "revoked" in plain.stdout
    assert not any(secret in told.output for secret in secrets for told in (live, every, plain))


@pytest.mark.parametrize(("text", "hours"), [("12h", 12), ("90d", 90 * 24), ("8w", 8 * 7 * 24)])
def test_a_span_counts_from_now(run: Run, text: str, hours: int) -> None:
    run("create", "desk", "--scope", "read", "--expires", text)
    (told,) = json.loads(run("list", "--json").stdout)

    ends = datetime.fromisoformat(told["expires_at"])
    assert abs(datetime.now(UTC) + timedelta(hours=hours) - ends) < timedelta(minutes=1)


def test_a_date_is_the_end_of_that_day(run: Run) -> None:
    run("create", "desk", "--scope", "read", "--expires", "2999-12-31")
    (told,) = json.loads(run("list", "--json").stdout)

    assert told["expires_at"] == "2999-12-31T23:59:59.999999Z"


def test_a_name_that_is_taken_is_refused_unless_it_is_to_be_replaced(run: Run, engine: Engine) -> None:
    first = run("create", "desk", "--scope", "append").stdout.split()[-1]
    refused = run("create", "desk", "--scope", "read")
    second = run("create", "desk", "--scope", "read", "--replace").stdout.split()[-1]

    assert refused.exit_code == 2
    assert "--replace" in refused.stderr
    assert (found(engine, first), found(engine, second)) == (set(), {Scope.READ})


WRONG = [
    ["create"],
    ["create", "desk"],
    ["create", "desk", "--scope", "write"],
    ["create", "Desk Bot", "--scope", "read"],
    ["create", "desk", "--scope", "read", "--expires", "soon"],
    ["create", "desk", "--scope", "read", "--expires", "0d"],
    ["create", "desk", "--scope", "read", "--expires", "2020-01-01"],
    ["revoke"],
    ["revoke", "nobody"],
    ["guess"],
]


@pytest.mark.parametrize("args", WRONG, ids=" ".join)
def test_wrong_usage_exits_2_and_says_why(run: Run, args: list[str]) -> None:
    wrong = run(*args)

    assert wrong.exit_code == 2
    assert "Error: " in wrong.stderr
    assert "Traceback" not in wrong.output


def test_a_secret_given_for_a_name_is_not_repeated(run: Run) -> None:
    secret = run("create", "desk", "--scope", "read").stdout.split()[-1]
    wrong = run("revoke", secret)

    assert wrong.exit_code == 2
    assert secret not in wrong.output


@pytest.mark.parametrize("args", [["create", "desk", "--scope", "read"], ["list"], ["revoke", "desk"]], ids=" ".join)
def test_beside_a_store_that_is_not_there_nothing_is_made(tmp_path: Path, args: list[str]) -> None:
    refused = CliRunner().invoke(main, ["--store", str(tmp_path / "nowhere.db"), "token", *args])

    assert refused.exit_code == 1
    assert "there is no store at" in refused.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["create", "list", "revoke"])
def test_each_command_explains_itself(command: str) -> None:
    told = CliRunner().invoke(main, ["token", command, "--help"])

    assert told.exit_code == 0
    assert len(told.stdout.splitlines()) > 5
