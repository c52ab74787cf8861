"""The settings of the service: read from the environment here and nowhere else."""

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from timeline.errors import InvalidValue

DEFAULT_STORE = "timeline.db"


class Config(Struct, frozen=True):
    """Settings of one process. `key_file` signs checkpoints (none: beside the store).

    `body_limit` is what one event may have, `batch_limit` a whole request, both in bytes; reading a request may take
    `request_seconds`; as many as `streams` readers may follow the log at once. Of answers `cache_bytes` are kept.
    """

    store: str = DEFAULT_STORE
    title: str = "Conflict timeline"
    body_limit: int = 1_000_000
    batch_limit: int = 1_000_000_000
    request_seconds: int = 600
    streams: int = 250
    cache_bytes: int = 128_000_000
    key_file: Path | None = None


def from_environment(environment: Mapping[str, str] | None = None) -> Config:
    """The settings that the environment gives.

    `TIMELINE_STORE`, `TIMELINE_KEY` (the file of the signing key), `TIMELINE_TITLE`, and whole numbers:
    `TIMELINE_BODY_LIMIT` (bytes of one event), `TIMELINE_BATCH_LIMIT` (bytes of a request), `TIMELINE_REQUEST_SECONDS`
    (how long reading one may take), `TIMELINE_STREAMS` (how many may follow the log at once), `TIMELINE_CACHE_BYTES`
    (of what was told of developments, kept in memory).
    """
    given = os.environ if environment is None else environment
    return Config(
        store=given.get("TIMELINE_STORE") or DEFAULT_STORE,
        title=given.get("TIMELINE_TITLE") or Config().title,
        key_file=Path(given["TIMELINE_KEY"]) if given.get("TIMELINE_KEY") else None,
        **{field: _whole(given, name, field) for field, name in _NUMBERS.items()},
    )


_NUMBERS = {
    "body_limit": "TIMELINE_BODY_LIMIT",
    "batch_limit": "TIMELINE_BATCH_LIMIT",
    "request_seconds": "TIMELINE_REQUEST_SECONDS",
    "streams": "TIMELINE_STREAMS",
    "cache_bytes": "TIMELINE_CACHE_BYTES",
}


def _whole(given: Mapping[str, str], name: str, field: str) -> int:
    value = given.get(name) or str(getattr(Config(), field))
    if not value.isdecimal() or int(value) < 1:
        raise InvalidValue(name, value, "a whole number, at least 1")
    return int(value)


def hand_on(config: Config) -> None:
    """Put the settings into this process's environment, for the worker that it starts."""
    os.environ.update(
        TIMELINE_STORE=config.store,
        TIMELINE_KEY=str(config.key_file or ""),
        TIMELINE_TITLE=config.title,
        **{name: str(getattr(config, field)) for field, name in _NUMBERS.items()},
    )


def fixtures_folder() -> Path:
    """Where the demo's fixtures are: beside the package in a checkout, inside it once installed."""
    here = Path(__file__).parent
    return next(folder for folder in (here / "fixtures", here.parent / "fixtures") if folder.is_dir())
