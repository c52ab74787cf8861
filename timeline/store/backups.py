"""Backup and restore. What is restored is verified as a whole before anything is put in its place.

A SQLite log is copied while it is in use, by SQLite's own backup; any log can be dumped in the portable form
(`dumps`) and restored into either engine. A restore never overwrites records in silence: it refuses, or keeps
what was there under another name.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
from eventsourcing.persistence import PersistenceError
from psycopg.sql import SQL, Composed, Identifier

from timeline.errors import HoldsRecords, StoreUnusable
from timeline.store.addresses import Address, PostgresAddress, SqliteAddress
from timeline.store.checkpoints import Verifier
from timeline.store.dumps import Progress, dump, load, read_header
from timeline.store.durable import to_disk
from timeline.store.epochs import EpochRow, Replacement, common_prefix, rows_after_restore
from timeline.store.log import ConflictLog
from timeline.store.postgres import create_lock, cursor_queries, has_log, schema_queries
from timeline.store.queries import LogQueries
from timeline.store.sqlite import LOCK_TIMEOUT, file_queries, guard_log_file, read_only_name, replace_content
from timeline.store.verification import Verification, verify

PORTABLE = (".ndjson", ".gz")
"""Endings of the portable form; a file with any other is a copy of a SQLite log."""

Build = Callable[[Address], Verification]
"""Makes the log of a backup in a place of its own and verifies it."""

Consent = Callable[[Replacement], None]
"""Is told what a restore does to a store that holds records, and raises where it is not to be done."""

_NOT_OF_THE_LOG = "tokens"
"""A table that stands in the log's schema and is no part of it: who may use the service (`timeline.access`)."""


def _nothing(_: int) -> None:
    """No progress is shown."""


def backup(log: ConflictLog, path: Path, progress: Progress = _nothing) -> int:
    """Write a backup of the log as it stands to a new file; returns how many records it holds.

    Raises `StoreUnusable` where the file is there already or can not be written; then nothing is left behind.
    """
    if path.exists():
        raise StoreUnusable(f"{path} is there already; name a new file")
    portable = path.suffix in PORTABLE
    if not portable and not isinstance(log.address, SqliteAddress):
        raise StoreUnusable(
            f"{path}: a PostgreSQL log is backed up in the portable form, to a file named *.ndjson[.gz]"
        )
    made = path.with_name(f".{path.name.removesuffix('.gz')}.{uuid4().hex[:8]}{path.suffix}")
    try:
        size = dump(log, made, progress) if portable else _copied(log, made)
        to_disk(made)
        made.replace(path)
        to_disk(path.parent)
    except (OSError, sqlite3.Error) as error:
        raise StoreUnusable(f"{path} can not be written: {error}") from error
    finally:
        made.unlink(missing_ok=True)
    return size


def size_of_backup(path: Path) -> int:
    """How many records a portable dump says that it holds; 0 for any other file."""
    header = read_header(path)
    return header.size if header else 0


def _copied(log: ConflictLog, target: Path) -> int:
    log.sign()
    _page_copy(Path(str(log.address)), target)
    with closing(sqlite3.connect(target)) as copy:
        size: int = copy.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()[0]
    return size


def restore(
    path: Path,
    address: Address,
    *,
    key_file: Path | None = None,
    verifiers: Sequence[Verifier] = (),
    replace: bool = False,
    consent: Consent = lambda _: None,
    progress: Progress = _nothing,
) -> Verification:
    """Put a backup in the place of a store, once it was verified as a whole; returns what was verified.

    A new epoch of the log begins (see `epochs`). Raises `StoreUnusable` where the backup is not whole, and
    `HoldsRecords` where the store holds records and `replace` is not set; with it, what was there is kept under another
    name, and `consent` is told first what becomes of them. With `verifiers` the backup must be signed by them: without,
    a forger's own key would do.
    """

    def build(place: Address) -> Verification:
        return _built(path, place, key_file, verifiers, progress)

    def agree(replacement: Replacement) -> None:
        if replacement.held and not replace:
            raise HoldsRecords(
                f"{address} already holds {replacement.held} records; restoring over them {replacement}. --replace "
                "does so, and keeps what was there under another name"
            )
        if replacement.held:
            consent(replacement)

    if isinstance(address, PostgresAddress):
        return _restore_schema(build, address, agree)
    return _restore_file(build, address.path, agree, replace=replace)


def _restore_file(build: Build, target: Path, agree: Consent, *, replace: bool) -> Verification:
    made = target.with_name(f".{target.name}.{uuid4().hex[:8]}.restoring")
    kept = target.with_name(f"{target.name}.before-restore-{_stamp()}")

    def prepare(replaced: LogQueries) -> Sequence[EpochRow]:
        with file_queries(made) as backup:
            rows = rows_after_restore(backup, replaced, common_prefix(backup, replaced))
        if replaced.head().position:
            _page_copy(target, kept)
        return rows

    try:
        verified = build(SqliteAddress(made))
        _set_aside_what_is_no_log(target, kept, replace)
        ConflictLog(SqliteAddress(target)).close()
        with file_queries(made) as backup, file_queries(target) as replaced:
            agree(_replacement(backup, replaced))
        replace_content(target, made, prepare)
        return verified
    except (OSError, sqlite3.Error, PersistenceError) as error:
        raise StoreUnusable(f"{target} can not be restored to: {error}") from error
    finally:
        for ending in ("", "-wal", "-shm", ".key"):
            Path(f"{made}{ending}").unlink(missing_ok=True)


def _set_aside_what_is_no_log(target: Path, kept: Path, replace: bool) -> None:
    """Put a file that can not be read as a log, or what is left over beside a missing one, under another name.

    SQLite would take a left over `-wal` for that of the new file, and bring the old records back.
    """
    if target.exists():
        try:
            guard_log_file(target)
            with closing(sqlite3.connect(read_only_name(target), uri=True)) as connection:
                connection.execute("SELECT count(*) FROM events").fetchone()
            return
        except (StoreUnusable, sqlite3.Error) as error:
            if not replace:
                reason = error.detail if isinstance(error, StoreUnusable) else f"{target} is damaged: {error}"
                raise StoreUnusable(f"{reason}; --replace puts it under another name and goes on") from error
    for ending in ("", "-wal", "-shm"):
        if (leftover := Path(f"{target}{ending}")).exists():
            leftover.rename(f"{kept}{ending}")


def _restore_schema(build: Build, address: PostgresAddress, agree: Consent) -> Verification:
    made = f"{address.schema}_restoring_{uuid4().hex[:8]}"
    place = PostgresAddress(address.parameters, made)
    try:
        verified = build(place)
        if has_log(address):
            ConflictLog(address).close()  # an older log has no table of epochs yet
            with schema_queries(place) as backup, schema_queries(address) as replaced:
                agree(_replacement(backup, replaced))
        with psycopg.connect(**address.connection) as connection, connection.cursor() as cursor:
            create_lock(cursor, address.schema)
            if cursor.execute("SELECT to_regclass(%s)", (f"{address.schema}.epochs",)).fetchall() != [(None,)]:
                with schema_queries(place) as backup:
                    replaced = cursor_queries(cursor)
                    rows = rows_after_restore(backup, replaced, common_prefix(backup, replaced))
                kept = f"{address.schema}_before_restore_{_stamp().lower()}"
                cursor.execute(_rename(address.schema, kept))
                move = SQL("ALTER TABLE IF EXISTS {} SET SCHEMA {}")
                cursor.execute(move.format(Identifier(kept, _NOT_OF_THE_LOG), Identifier(made)))
            else:
                with schema_queries(place) as backup:
                    rows = rows_after_restore(backup, None, 0)
            insert = SQL("INSERT INTO {} (epoch, last) VALUES (%s, %s)").format(Identifier(made, "epochs"))
            cursor.executemany(insert, rows)
            cursor.execute(_rename(made, address.schema))
        return verified
    except psycopg.Error as error:
        raise StoreUnusable(f"{address} can not be restored to: {error}") from error
    finally:
        with suppress(psycopg.Error), psycopg.connect(**address.connection) as connection:
            connection.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(Identifier(made)))


def _built(
    path: Path, address: Address, key_file: Path | None, verifiers: Sequence[Verifier], progress: Progress
) -> Verification:
    """The log of a backup in a place of its own, verified."""
    header = read_header(path)
    if header is None:
        if isinstance(address, PostgresAddress):
            raise StoreUnusable(f"{path} is no portable dump of a log; only those are restored into PostgreSQL")
        if not path.exists():
            raise StoreUnusable(f"{path} does not exist")
        guard_log_file(path)
        _page_copy(path, address.path)
    log = ConflictLog(address, key_file=key_file, origin=header.origin if header else None)
    try:
        if header:
            load(path, header, log, progress)
        verified = verify(log, keys=verifiers)
    except PersistenceError as error:
        raise StoreUnusable(f"{path} can not be restored: {error}") from error
    finally:
        log.close()
    if verified.problems:
        first = verified.problems[0]
        raise StoreUnusable(f"{path} is not whole, nothing was restored: position {first.position} {first.what}")
    return verified


def _replacement(backup: LogQueries, replaced: LogQueries) -> Replacement:
    shared = common_prefix(backup, replaced)
    return Replacement(replaced.head().position, backup.head().position, shared)


def _page_copy(source: Path, target: Path) -> None:
    """Copy a SQLite file page by page, while it may be in use, and see to it that the copy is on disk."""
    with (
        closing(sqlite3.connect(source, timeout=LOCK_TIMEOUT)) as one,
        closing(sqlite3.connect(target, timeout=LOCK_TIMEOUT)) as other,
    ):
        one.backup(other)
    target.chmod(0o600)
    to_disk(target)


def _rename(schema: str, name: str) -> Composed:
    return SQL("ALTER SCHEMA {} RENAME TO {}").format(Identifier(schema), Identifier(name))


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
