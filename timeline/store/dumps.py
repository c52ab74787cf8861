"""The portable form of a whole log: NDJSON that one engine writes, the other reads, and a person can look into.

First a line about the log, then its records in order, then its signed checkpoints; the last of these is that
of the whole, so that a file that was cut off is noticed. `docs/log-format.md` tells the fields.
"""

import gzip
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Annotated, Any, cast
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from timeline.domain.moments import format_instant
from timeline.errors import InvalidValue, StoreUnusable
from timeline.store.checkpoints import is_name, parse_checkpoint, parse_verifier
from timeline.store.epochs import EpochRow, lineage_of
from timeline.store.log import ConflictLog
from timeline.store.records import Row, record_bytes
from timeline.store.tree import leaf_hash

FORMAT = "conflict-timeline-log/1"
_BATCH = 5_000

Progress = Callable[[int], None]
"""Called with how many more records were written or read."""


class DumpHeader(Struct, frozen=True):
    """The first line: whose log it is, how long, which keys signed its checkpoints since which size, its epochs."""

    format: str
    origin: str
    size: int
    signers: tuple[tuple[str, int], ...] = ()
    epochs: tuple[EpochRow, ...] = ()


class DumpedRecord(Struct, frozen=True, omit_defaults=True):
    """A record. `recorded_at` tells a person what `recorded_micros` holds; `state_base64` is for what is no text."""

    position: Annotated[int, Meta(gt=0, lt=2**62)]
    recorded_at: str
    recorded_micros: Annotated[int, Meta(ge=0, lt=2**57)]
    subject: UUID
    version: Annotated[int, Meta(ge=0, lt=2**62)]
    type: str
    message_key: str | None = None
    state: str | None = None
    state_base64: str | None = None

    def row(self) -> Row:
        """The record with its leaf hash, made anew from what stands here."""
        state = b64decode(self.state_base64) if self.state_base64 is not None else (self.state or "").encode()
        key = bytes.fromhex(self.message_key) if self.message_key else None
        bare = Row(self.position, self.recorded_micros, self.subject, self.version, self.type, key, b"", state)
        return msgspec.structs.replace(bare, leaf_hash=leaf_hash(record_bytes(bare)))


class DumpedCheckpoint(Struct, frozen=True):
    """A signed checkpoint, as a C2SP note."""

    checkpoint: str


def dump(log: ConflictLog, path: Path, progress: Progress = lambda _: None) -> int:
    """Write the whole log as it stands now to a new file; returns how many records. `.gz` is compressed."""
    queries = log.records.queries
    size = parse_checkpoint(log.sign()).size
    with _opened(path, "xb") as file:
        for line in _lines(log, size):
            file.write(msgspec.json.encode(line) + b"\n")
            progress(isinstance(line, DumpedRecord))
        for _, note in queries.checkpoints(last=size):
            file.write(msgspec.json.encode(DumpedCheckpoint(note)) + b"\n")
    return size


def load(path: Path, header: DumpHeader, log: ConflictLog, progress: Progress = lambda _: None) -> None:
    """Put what a file holds into an empty log, as it stood where it was written.

    Raises `StoreUnusable` where the file is cut off, or holds something else than its last checkpoint signs.
    """
    lines = _read(path)
    next(lines)
    notes: list[str] = []
    for batch in _batches(_records_of(lines, notes)):
        with log.records.appending() as transaction:
            head = transaction.queries.head()
            for position, row in enumerate(batch, head.position + 1):
                if row.position != position:
                    raise StoreUnusable(f"{path}: position {position} is missing")
            transaction.put(batch, head)
        progress(len(batch))
    sizes = _checkpoints_of(path, header, notes)
    with log.records.appending() as transaction:
        for verifier, since in header.signers:
            transaction.execute("INSERT INTO signers (verifier, since) VALUES (?, ?)", (verifier, since))
        for epoch, last in header.epochs:
            transaction.execute("INSERT INTO epochs (epoch, last) VALUES (?, ?)", (epoch, last))
        for size, note in sizes:
            transaction.execute("INSERT INTO checkpoints (size, note) VALUES (?, ?)", (size, note))


def _checkpoints_of(path: Path, header: DumpHeader, notes: list[str]) -> list[tuple[int, str]]:
    """The checkpoints with their sizes; the last must be that of the whole."""
    try:
        sizes = [(parse_checkpoint(note).size, note) for note in notes]
        for verifier, _ in header.signers:
            parse_verifier(verifier)
    except InvalidValue as error:
        raise StoreUnusable(f"{path} can not be read: {error.detail}") from error
    if not sizes or sizes[-1][0] != header.size:
        raise StoreUnusable(f"{path} was cut off: the checkpoint of its {header.size} records is missing")
    return sizes


def read_header(path: Path) -> DumpHeader | None:
    """The first line of a dump; None where the file is none."""
    try:
        with _opened(path, "rb") as file:
            header = msgspec.json.decode(file.readline(1_000_000), type=DumpHeader)
    except (msgspec.MsgspecError, OSError, EOFError, UnicodeDecodeError, zlib.error):
        return None
    return header if header.format == FORMAT and is_name(header.origin) else None


def _lines(log: ConflictLog, size: int) -> Iterator[DumpHeader | DumpedRecord]:
    queries = log.records.queries
    yield DumpHeader(FORMAT, queries.origin() or "", size, tuple(queries.signers()), tuple(lineage_of(queries).rows))
    position = 0
    while position < size:
        for row in queries.rows(position + 1, _BATCH, size):
            if row.position != position + 1:
                raise StoreUnusable(f"position {position + 1} is missing; `timeline verify` tells more")
            position = row.position
            yield _dumped(row)


def _dumped(row: Row) -> DumpedRecord:
    text: str | None = None
    try:
        text = row.state.decode()
    except UnicodeDecodeError:
        binary: str | None = b64encode(row.state).decode()
    else:
        binary = None
    return DumpedRecord(
        position=row.position,
        recorded_at=format_instant(row.recorded_instant),
        recorded_micros=row.recorded_at,
        subject=row.subject,
        version=row.version,
        type=row.topic,
        message_key=row.message_key.hex() if row.message_key else None,
        state=text,
        state_base64=binary,
    )


def _records_of(lines: Iterable[bytes], notes: list[str]) -> Iterator[Row]:
    """The records of the lines; the checkpoints that follow them are put into `notes`."""
    for line in lines:
        try:
            if notes or line[1:13] == b'"checkpoint"':
                notes.append(msgspec.json.decode(line, type=DumpedCheckpoint).checkpoint)
            else:
                yield msgspec.json.decode(line, type=DumpedRecord).row()
        except (msgspec.MsgspecError, ValueError, OverflowError) as error:
            raise StoreUnusable(f"a line of the dump can not be read: {error}") from error


def _read(path: Path) -> Iterator[bytes]:
    try:
        with _opened(path, "rb") as file:
            yield from file
    except (OSError, EOFError, zlib.error) as error:
        raise StoreUnusable(f"{path} can not be read to its end: {error}") from error


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _opened(path: Path, mode: str) -> IO[Any]:
    if path.suffix == ".gz":
        return cast("IO[Any]", gzip.open(path, mode))
    return path.open(mode)
