"""A file as it lies there, plain or packed (gzip, zip), recognised by its first bytes and read as a stream.

What is packed in another way is named with what to do. What unpacks to far more than anybody publishes is refused
while it is read, so that a small file can not fill memory or time.
"""

import io
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from gzip import GzipFile
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

from msgspec import Struct

from timeline.importers.unreadable import UnreadableFile, unreadable

HEAD_BYTES = 65_536
"""How much of a file is looked at to tell what it is."""
MAX_UNPACKED_BYTES = 8 * 2**30
"""The largest file that is unpacked; the whole of GED is about a quarter of a gigabyte."""
MAX_RATIO = 250
"""How many times its packed size a file may have; text of ten columns packs to a tenth, rarely to a fiftieth."""
RATIO_COUNTS_FROM_BYTES = 64 * 2**20
"""Below this a file may be as repetitive as it likes."""

_DAMAGES = (EOFError, OSError, ValueError, BadZipFile, zlib.error, lzma.LZMAError)
"""What the ways of unpacking raise where bytes are missing or wrong."""
_ENCRYPTED = 0x1
_UNPACK_FIRST = (
    (b"BZh", "packed by bzip2"),
    (b"\xfd7zXZ\x00", "packed by xz"),
    (b"\x28\xb5\x2f\xfd", "packed by Zstandard"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x1f\x9d", "packed by compress"),
)
_OFFICE = (
    ("[Content_Types].xml", "xl/", "an Excel workbook (.xlsx)"),
    ("[Content_Types].xml", "word/", "a Word document (.docx)"),
    ("content.xml", "content.xml", "an OpenDocument file"),
)
"""By which member and which beginning of a name the archives of office programs show, and what they are."""


class Packing(StrEnum):
    """How a file is packed."""

    PLAIN = "plain"
    GZIP = "gzip"
    ZIP = "zip"


class Packed(Struct, frozen=True):
    """How a file is packed, and which member of an archive is meant."""

    packing: Packing = Packing.PLAIN
    member: str = ""


def packed_as(path: Path) -> Packed:
    """How a file is packed. Raises `UnreadableFile` for an archive out of which no one file can be read."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"\x1f\x8b"):
        return Packed(Packing.GZIP)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Packed(Packing.ZIP, _only_member(path))
    for magic, what in _UNPACK_FIRST:
        if head.startswith(magic):
            raise unreadable(
                path, f"it is {what}; unpack it, and import what is in it (.gz and .zip are read as they are)"
            )
    return Packed()


@contextmanager
def unpacked(path: Path, packed: Packed) -> Iterator[IO[bytes]]:
    """The bytes of a file, unpacked while they are read.

    Reading raises `UnreadableFile` where what is packed is damaged, cut off, encrypted or too large.
    """
    if packed.packing is Packing.PLAIN:
        with path.open("rb") as plain:
            yield plain
        return
    with _opened(path, packed) as stream, io.BufferedReader(_Guarded(path, stream)) as guarded:
        yield cast("IO[bytes]", guarded)


@contextmanager
def _opened(path: Path, packed: Packed) -> Iterator[IO[bytes]]:
    if packed.packing is Packing.GZIP:
        with path.open("rb") as file, GzipFile(fileobj=file) as stream:
            yield cast("IO[bytes]", stream)
        return
    with _archive(path) as archive:
        try:
            member = archive.open(packed.member)
        except NotImplementedError as error:
            raise unreadable(
                path, f"{packed.member} is packed in a way that is not read here ({error}); unpack it"
            ) from None
        except _DAMAGES as error:
            raise _damaged(path, error) from None
        with member:
            yield member


class _Guarded(io.RawIOBase):
    """A stream that is being unpacked; what goes wrong with it is said of the file."""

    def __init__(self, path: Path, stream: IO[bytes]) -> None:
        self._path = path
        self._stream = stream
        self._size = max(path.stat().st_size, 1)
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            chunk = self._stream.read(len(buffer))
        except _DAMAGES as error:
            raise _damaged(self._path, error) from None
        self._read += len(chunk)
        if self._read > MAX_UNPACKED_BYTES or self._is_out_of_proportion():
            raise unreadable(
                self._path,
                f"it unpacks to more than {self._read // 2**20:,} MiB out of {self._size:,} bytes, which no release "
                "does; if that is meant, unpack it yourself",
            )
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def _is_out_of_proportion(self) -> bool:
        return self._read > RATIO_COUNTS_FROM_BYTES and self._read > MAX_RATIO * self._size


@contextmanager
def _archive(path: Path) -> Iterator[ZipFile]:
    try:
        archive = ZipFile(path)
    except (BadZipFile, OSError, ValueError) as error:
        raise unreadable(
            path, f"it begins as a zip archive and can not be read as one ({error}); fetch it again"
        ) from None
    with archive:
        yield archive


def _damaged(path: Path, error: Exception) -> UnreadableFile:
    return unreadable(path, f"it is damaged or was cut off while it came ({error}); fetch it again")


def _only_member(path: Path) -> str:
    """The name of the one file in an archive."""
    with _archive(path) as archive:
        everything = [info for info in archive.infolist() if not info.is_dir()]
    members = [info for info in everything if not _is_litter(info)]
    names = [info.filename for info in members]
    for mark, part, what in _OFFICE:
        if mark in names and any(name.startswith(part) for name in names):
            raise unreadable(path, f'it is {what}; save the sheet as "CSV UTF-8" and import that')
    if not members:
        raise unreadable(path, "it is a zip archive without a file in it")
    if len(members) > 1:
        listed = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        raise unreadable(
            path, f"it is a zip archive of {len(names)} files ({listed}); unpack it, and import the one meant"
        )
    if members[0].flag_bits & _ENCRYPTED:
        raise unreadable(path, f"{names[0]} in it is encrypted; unpack it with its password, and import that")
    return names[0]


def _is_litter(info: ZipInfo) -> bool:
    """Whether it is what a file manager left behind."""
    parts = PurePosixPath(info.filename).parts
    return "__MACOSX" in parts or parts[-1] in (".DS_Store", "Thumbs.db", "desktop.ini")
