"""What has to survive the loss of power."""

import os
from pathlib import Path


def to_disk(path: Path) -> None:
    """Wait until a file, or what stands in a folder, is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
