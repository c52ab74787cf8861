"""Settings come from the environment as people write them there, and what can not be meant is refused by name."""

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from timeline.cli import main
from timeline.config import _SETTINGS, Config, from_environment, hand_on
from timeline.errors import InvalidValue

SET = Config(
    store="postgresql://me@db/news",
    title="Війна",
    body_limit=5,
    key_file=Path("/keys/mine.pem"),
    reading_is_open=False,
    reads_per_minute=0,
    writes_per_minute=7,
    failed_logins_per_minute=8,
    trusted_proxies=2,
    cors_origins=("https://desk.example.org", "http://127.0.0.1:3000"),
    public_url="https://timeline.example.org/desk",
)


@pytest.mark.parametrize("config", [Config(), SET])
def test_settings_reach_the_worker_as_they_are(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in _SETTINGS.values():
        monkeypatch.setenv(variable.name, "something of before")
    hand_on(config)

    assert from_environment(os.environ) == config


def test_an_empty_variable_is_not_set() -> None:
    assert from_environment({variable.name: "" for variable in _SETTINGS.values()}) == Config()


WRONG = [
    ("TIMELINE_BODY_LIMIT", "0"),
    ("TIMELINE_BODY_LIMIT", "much"),
    ("TIMELINE_READING", "closed"),
    ("TIMELINE_READS_PER_MINUTE", "-1"),
    ("TIMELINE_WRITES_PER_MINUTE", "1.5"),
    ("TIMELINE_FAILED_LOGINS_PER_MINUTE", "1" * 16),
    ("TIMELINE_TRUSTED_PROXIES", "all"),
    ("TIMELINE_CORS_ORIGINS", "desk.example.org"),
    ("TIMELINE_CORS_ORIGINS", "https://desk.example.org/"),
    ("TIMELINE_CORS_ORIGINS", "https://.*"),
    ("TIMELINE_CORS_ORIGINS", "https://a.example null"),
    ("TIMELINE_PUBLIC_URL", "timeline.example.org"),
    ("TIMELINE_PUBLIC_URL", "ftp://timeline.example.org"),
    ("TIMELINE_PUBLIC_URL", "https://"),
    ("TIMELINE_PUBLIC_URL", "https://timeline.example.org?desk=1"),
    ("TIMELINE_PUBLIC_URL", "https://timeline.example.org/#top"),
    ("TIMELINE_PUBLIC_URL", "https://me:secret@timeline.example.org"),
    ("TIMELINE_PUBLIC_URL", "https://timeline.example.org/a b"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_what_can_not_be_meant_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(InvalidValue, match=name):
        from_environment({name: value})


def test_a_public_address_is_the_same_with_and_without_a_slash_at_its_end() -> None:
    for text in ("https://timeline.example.org", "https://timeline.example.org/"):
        assert from_environment({"TIMELINE_PUBLIC_URL": text}).public_url == "https://timeline.example.org"


def test_the_help_of_serve_names_every_variable_with_its_default() -> None:
    told = CliRunner().invoke(main, ["serve", "--help"]).stdout

    assert [one.name for one in _SETTINGS.values() if one.name not in told] == []
    assert re.search(r"TIMELINE_READS_PER_MINUTE .*\[3000\]", told)
