"""The settings of the service: read from the environment here and nowhere else."""

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from timeline.errors import InvalidValue

DEFAULT_STORE = "timeline.db"


class Config(Struct, frozen=True):
    """Settings of one process. `body_limit` is in bytes; `key_file` signs checkpoints (none: beside the store)."""

    store: str = DEFAULT_STORE
    title: str = "Conflict timeline"
    body_limit: int = 1_000_000
    key_file: Path | None = None


def from_environment(environment: Mapping[str, str] | None = None) -> Config:
    """The settings that the environment gives.

    `TIMELINE_STORE`, `TIMELINE_KEY` (the file of the signing key), `TIMELINE_TITLE`, `TIMELINE_BODY_LIMIT`.
    """
    given = os.environ if environment is None else environment
    limit = given.get("TIMELINE_BODY_LIMIT", str(Config().body_limit))
    if not limit.isdecimal() or int(limit) < 1:
        raise InvalidValue("TIMELINE_BODY_LIMIT", limit, "a whole number of bytes, at least 1")
    return Config(
        store=given.get("TIMELINE_STORE") or DEFAULT_STORE,
        title=given.get("TIMELINE_TITLE") or Config().title,
        body_limit=int(limit),
        key_file=Path(given["TIMELINE_KEY"]) if given.get("TIMELINE_KEY") else None,
    )


def hand_on(config: Config) -> None:
    """Put the settings into this process's environment, for the worker that it starts."""
    os.environ.update(
        TIMELINE_STORE=config.store,
        TIMELINE_KEY=str(config.key_file or ""),
        TIMELINE_TITLE=config.title,
        TIMELINE_BODY_LIMIT=str(config.body_limit),
    )


def fixtures_folder() -> Path:
    """Where the demo's fixtures are: beside the package in a checkout, inside it once installed."""
    here = Path(__file__).parent
    return next(folder for folder in (here / "fixtures", here.parent / "fixtures") if folder.is_dir())
