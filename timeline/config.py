"""The settings of the service: read from the environment here and nowhere else."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from timeline.errors import InvalidValue

DEFAULT_STORE = "timeline.db"


class Config(Struct, frozen=True):
    """Settings of one process. `body_limit` is in bytes."""

    store: str = DEFAULT_STORE
    title: str = "Conflict timeline"
    body_limit: int = 1_000_000


def from_environment(environment: Mapping[str, str] | None = None) -> Config:
    """The settings that the environment gives: `TIMELINE_STORE`, `TIMELINE_TITLE`, `TIMELINE_BODY_LIMIT`."""
    given = os.environ if environment is None else environment
    limit = given.get("TIMELINE_BODY_LIMIT", str(Config().body_limit))
    if not limit.isdecimal() or int(limit) < 1:
        raise InvalidValue("TIMELINE_BODY_LIMIT", limit, "a whole number of bytes, at least 1")
    return Config(
        store=given.get("TIMELINE_STORE") or DEFAULT_STORE,
        title=given.get("TIMELINE_TITLE") or Config().title,
        body_limit=int(limit),
    )


def hand_on(config: Config) -> None:
    """Put the settings into this process's environment, for the worker that it starts."""
    os.environ.update(
        TIMELINE_STORE=config.store, TIMELINE_TITLE=config.title, TIMELINE_BODY_LIMIT=str(config.body_limit)
    )


def store_path(store: str) -> Path:
    """The file that a store URL names: `sqlite:////absolute/x.db`, `sqlite:///relative/x.db`, or a plain path.

    Raises `InvalidValue` for a URL of another kind.
    """
    if "://" not in store:
        return Path(store)
    try:
        parts = urlsplit(store)
    except ValueError:
        parts = urlsplit("unreadable://")
    if parts.scheme != "sqlite" or parts.netloc or parts.query or len(parts.path) < 2:
        shown = f"{parts.scheme}://…"  # The rest may hold a password.
        raise InvalidValue("store", shown, "a file path, or sqlite:////absolute/path.db, or sqlite:///relative/path.db")
    return Path(unquote(parts.path[1:]))


def fixtures_folder() -> Path:
    """Where the demo's fixtures are: beside the package in a checkout, inside it once installed."""
    here = Path(__file__).parent
    return next(folder for folder in (here / "fixtures", here.parent / "fixtures") if folder.is_dir())
