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


_PUBLIC_URL = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:/[a-z0-9._~%!$&'()*+,;=:@/-]*)?",
    re.IGNORECASE,
)


class Config(Struct, frozen=True):
    """Settings of one process, each with the variable that gives it.

    `key_file` signs checkpoints (none: beside the store). `body_limit` is what one event may have, `batch_limit` a
    whole request, both in bytes; reading a request may take `request_seconds`; as many as `streams` readers may follow
    the log at once, `streams_per_address` of them from one address; of what was told of developments `cache_bytes` are
    kept in memory. `reading_is_open`: whether one may read without a token. The limits count requests, `failed_logins`
    those with a token that is not valid; 0 is no limit. `trusted_proxies`: how many proxies before this server add to
    `X-Forwarded-For`; what others write there is not believed. `cors_origins`: pages of these origins may call the API
    from a browser. `public_url`: where people find the service, without a slash at its end; None: at whatever host they
    ask.
    """

    store: str = DEFAULT_STORE
    title: str = "Conflict timeline"
    body_limit: int = 1_000_000
    batch_limit: int = 1_000_000_000
    request_seconds: int = 600
    streams: int = 10_000
    streams_per_address: int = 5_000
    cache_bytes: int = 256_000_000
    disk_floor: int = 100_000_000
    key_file: Path | None = None
    reading_is_open: bool = True
    reads_per_minute: int = 3_000
    writes_per_minute: int = 3_000
    failed_logins_per_minute: int = 30
    trusted_proxies: int = 0
    cors_origins: tuple[str, ...] = ()
    public_url: str | None = None


def _text(_: str, text: str) -> str:
    return text


def _path(_: str, text: str) -> Path:
    return Path(text)


def _number(least: int, unit: str) -> Callable[[str, str], int]:
    def read(name: str, text: str) -> int:
        if not (text.isascii() and text.isdecimal()) or len(text) > 15 or int(text) < least:
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


def _public_url(name: str, text: str) -> str:
    if not _PUBLIC_URL.fullmatch(text):
        allowed = "where people find the service, without query: an address such as https://timeline.example.org"
        raise InvalidValue(name, text, allowed)
    return text.rstrip("/")


class _Variable(Struct, frozen=True):
    """A variable of the environment: its name, how its text is read, and what it is for."""

    name: str
    read: Callable[[str, str], Any]
    what: str


_SETTINGS = {
    "store": _Variable("TIMELINE_STORE", _text, "the event store, as --store names it"),
    "title": _Variable("TIMELINE_TITLE", _text, "title of the dashboard"),
    "body_limit": _Variable("TIMELINE_BODY_LIMIT", _number(1, "bytes"), "bytes that one event may have"),
    "batch_limit": _Variable("TIMELINE_BATCH_LIMIT", _number(1, "bytes"), "bytes that a request may have"),
    "request_seconds": _Variable("TIMELINE_REQUEST_SECONDS", _number(1, "seconds"), "that reading a request may take"),
    "streams": _Variable("TIMELINE_STREAMS", _number(1, "streams"), "how many may follow the log at once"),
    "streams_per_address": _Variable(
        "TIMELINE_STREAMS_PER_ADDRESS", _number(1, "streams"), "how many of them from one address"
    ),
    "cache_bytes": _Variable("TIMELINE_CACHE_BYTES", _number(0, "bytes"), "bytes of answers that are kept in memory"),
    "disk_floor": _Variable(
        "TIMELINE_DISK_FLOOR", _number(0, "bytes"), "room on the disk of the store below which /readyz says not-ready"
    ),
    "key_file": _Variable("TIMELINE_KEY", _path, "file of the signing key"),
    "reading_is_open": _Variable("TIMELINE_READING", _is_open, "public, or token: who reads needs one"),
    "reads_per_minute": _Variable("TIMELINE_READS_PER_MINUTE", _number(0, "requests"), "by token or address; 0: any"),
    "writes_per_minute": _Variable("TIMELINE_WRITES_PER_MINUTE", _number(0, "requests"), "by token or address; 0: any"),
    "failed_logins_per_minute": _Variable(
        "TIMELINE_FAILED_LOGINS_PER_MINUTE", _number(0, "requests"), "by address; 0: any"
    ),
    "trusted_proxies": _Variable("TIMELINE_TRUSTED_PROXIES", _number(0, "proxies"), "proxies before the server"),
    "cors_origins": _Variable("TIMELINE_CORS_ORIGINS", _origins, "origins whose pages may call the API"),
    "public_url": _Variable("TIMELINE_PUBLIC_URL", _public_url, "where people find it; none: at the host they ask"),
}
"""Setting -> the variable that gives it."""


def from_environment(environment: Mapping[str, str] | None = None) -> Config:
    """The settings that the environment gives. Raises `InvalidValue`, naming the variable; an empty one is not set."""
    given = os.environ if environment is None else environment
    present = {field: one for field, one in _SETTINGS.items() if given.get(one.name)}
    return Config(**{field: one.read(one.name, given[one.name]) for field, one in present.items()})


def hand_on(config: Config) -> None:
    """Put the settings into this process's environment, for the worker that it starts."""
    os.environ.update({one.name: _written(getattr(config, field)) for field, one in _SETTINGS.items()})


def described() -> list[str]:
    """A line for each variable: its name, what it is for, and the value that it has where nobody sets it."""
    defaults = {field: _written(getattr(Config(), field)) for field in _SETTINGS}
    width = max(len(one.name) for one in _SETTINGS.values())
    return [
        f"{one.name:{width}}  {one.what}" + (f" [{defaults[field]}]" if defaults[field] else "")
        for field, one in _SETTINGS.items()
    ]


def _written(value: Any) -> str:
    """A setting as its variable spells it."""
    if isinstance(value, bool):
        return "public" if value else "token"
    return ",".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def fixtures_folder() -> Path:
    """Where the demo's fixtures are: beside the package in a checkout, inside it once installed."""
    here = Path(__file__).parent
    return next(folder for folder in (here / "fixtures", here.parent / "fixtures") if folder.is_dir())
