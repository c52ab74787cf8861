"""The refusal of a file as a whole."""

from pathlib import Path
from typing import Any

from timeline.errors import TimelineError


class UnreadableFile(TimelineError):
    """Raised when a file is not what it was said to be, or can not be read; says what to do where that is known."""

    slug = "unreadable-file"
    title = "The file can not be read"


def unreadable(path: Path, why: str, errors: tuple[dict[str, Any], ...] = ()) -> UnreadableFile:
    """The refusal of a file, by name."""
    return UnreadableFile(f"{path}: {why}", errors)
