"""The settings of the service: read from the environment here and nowhere else."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from timeline.errors import InvalidValue

DEFAULT_STORE = "timeline.db"
_ORIGIN = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?|\*")


class Config(Struct, frozen=True):
    """Settings of one process, each with the variable that gives it.

    `key_file` signs checkpoints (none: beside the store). `body_limit` is what one event may have, `batch_limit` a
    whole request, both in bytes; reading a request may take `request_seconds`; as many as `streams` readers may follow
    the log at once; of what was told of developments `cache_bytes` are kept in memory. `reading_is_open`: whether one
    may read without a token. The limits count requests, `failed_logins` those with a token that is not valid; 0 is no
    limit. `trusted_proxies`: how many proxies before this server add to `X-Forwarded-For`; what others write there is
    not believed. `cors_origins`: pages of these origins may call the API from a browser.
    """

    store: str = DEFAULT_STORE
    title: str = "Conflict timeline"
    body_limit: int = 1_000_000
    batch_limit: int = 1_000_000_000
    request_seconds: int = 600
    streams: int = 250
    cache_bytes: int = 128_000_000
    key_file: Path | None = None
    reading_is_open: bool = True
    reads_per_minute: int = 3_000
    writes_per_minute: int = 3_000
    failed_logins_per_minute: int = 30
    trusted_proxies: int = 0
    cors_origins: tuple[str, ...] = ()


def _number(least: int, unit: str) -> Callable[[str, str], int]:
    def read(name: str, text: str) -> int:
        if not text.isdecimal() or len(text) > 15 or int(text) < least:
            raise InvalidValue(name, text, f"a whole number of {unit}, at least {least}")
        return int(text)

    return read


def _is_open(name: str, text: str) -> bool:
    if text not in ("public", "token"):
        raise InvalidValue(name, text, "public, or token: then who reads needs one")
    return text == "public"


def _origins(name: str, text: str) -> tuple[str, ...]:
    origins = tuple(text.lower().replace(",", " ").split())
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise InvalidValue(name, origin, "origins such as https://desk.example.org, separated by commas, or *")
    return origins


_SETTINGS: dict[str, tuple[str, Callable[[str, str], Any]]] = {
    "store": ("TIMELINE_STORE", lambda _, text: text),
    "title": ("TIMELINE_TITLE", lambda _, text: text),
    "body_limit": ("TIMELINE_BODY_LIMIT", _number(1, "bytes")),
    "batch_limit": ("TIMELINE_BATCH_LIMIT", _number(1, "bytes")),
    "request_seconds": ("TIMELINE_REQUEST_SECONDS", _number(1, "seconds")),
    "streams": ("TIMELINE_STREAMS", _number(1, "streams")),
    "cache_bytes": ("TIMELINE_CACHE_BYTES", _number(0, "bytes")),
    "key_file": ("TIMELINE_KEY", lambda _, text: Path(text)),
    "reading_is_open": ("TIMELINE_READING", _is_open),
    "reads_per_minute": ("TIMELINE_READS_PER_MINUTE", _number(0, "requests")),
    "writes_per_minute": ("TIMELINE_WRITES_PER_MINUTE", _number(0, "requests")),
    "failed_logins_per_minute": ("TIMELINE_FAILED_LOGINS_PER_MINUTE", _number(0, "requests")),
    "trusted_proxies": ("TIMELINE_TRUSTED_PROXIES", _number(0, "proxies")),
    "cors_origins": ("TIMELINE_CORS_ORIGINS", _origins),
}
"""Setting -> the variable of the environment that gives it, and how that is read."""


def from_environment(environment: Mapping[str, str] | None = None) -> Config:
    """The settings that the environment gives. Raises `InvalidValue`, naming the variable; an empty one is not set."""
    given = os.environ if environment is None else environment
    return Config(**{field: read(name, given[name]) for field, (name, read) in _SETTINGS.items() if given.get(name)})


def hand_on(config: Config) -> None:
    """Put the settings into this process's environment, for the worker that it starts."""
    os.environ.update({name: _written(getattr(config, field)) for field, (name, _) in _SETTINGS.items()})


def _written(value: Any) -> str:
    """A setting as its variable spells it."""
    if isinstance(value, bool):
        return "public" if value else "token"
    return ",".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def fixtures_folder() -> Path:
    """Where the demo's fixtures are: beside the package in a checkout, inside it once installed."""
    here = Path(__file__).parent
    return next(folder for folder in (here / "fixtures", here.parent / "fixtures") if folder.is_dir())
