"""A clock that a test sets under a running process, by libfaketime (Debian: `faketime`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from ctypes.util import find_library
from pathlib import Path

import pytest
from msgspec import Struct

_PLACES = (
    "/usr/lib/*/faketime/libfaketimeMT.so.1",
    "/usr/local/lib/faketime/libfaketimeMT.so.1",
)


class FakedTime(Struct):
    """What the clock of a process is off by."""

    file: Path
    library: str

    @property
    def variables(self) -> dict[str, str]:
        """The environment of a process that goes by it."""
        return {
            "LD_PRELOAD": self.library,
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        }

    def shift(self, by: str) -> None:
        """Set the clock off, as `+2y` or `+0`."""
        beside = self.file.with_suffix(".new")
        beside.write_text(f"{by}\n")
        beside.rename(self.file)


@contextmanager
def faked_time(folder: Path) -> Iterator[FakedTime]:
    """A clock that is right at first; the test is skipped where libfaketime is not installed."""
    found = [str(path) for place in _PLACES for path in Path("/").glob(place.lstrip("/"))]
    library = next(iter(found), find_library("faketimeMT"))
    if library is None:
        pytest.skip("libfaketime is not installed (Debian: faketime)")
    faked = FakedTime(folder / "faketime", library)
    faked.shift("+0")
    yield faked
