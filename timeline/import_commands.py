"""The commands that fill a log: demo and import."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import msgspec
from msgspec import Struct

from timeline import bootstrap, logs
from timeline.bootstrap import Service
from timeline.collecting import uncollected
from timeline.config import Config, fixtures_folder
from timeline.domain.moments import parse_instant
from timeline.errors import TimelineError
from timeline.importers import IMPORTERS, RELEASES
from timeline.importers.beside import OpenPast
from timeline.importers.date_order import DateOrder
from timeline.importers.format_guess import guessed_format
from timeline.importers.releases import ReleaseFile, UnusableSnapshot, bring_in, release_file
from timeline.importers.running import LineFile, RecordAll, counting_warnings, run
from timeline.importers.snapshots import Past, Release
from timeline.importers.summary import Summary
from timeline.importers.ucdp_cells import GED_COLUMNS
from timeline.opening import opened
from timeline.store.addresses import parse_address
from timeline.store.log import ConflictLog, holds_log
from timeline.store.rehearsal import Rehearsal
from timeline.terminal import progress, refusals

DEMO_FILES = ("ukraine-2022-2023.ndjson", "article-2023-05-22.ndjson")

_TOGETHER = 1_000
"""How many lines of an import are appended in one transaction."""
_NAMED = 20
"""How many refused lines are named on the terminal."""

AUTO = "auto"
"""`--format` where the files are to be looked into."""

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.pass_obj
def demo(config: Config) -> None:
    """Fill an empty store from the fixtures. Run again, it adds nothing."""
    with opened(config) as service, _told(None) as summary:
        files = [fixtures_folder() / name for name in DEMO_FILES]
        if service.log.head().position and not _begins_with(service, files[0]):
            raise click.UsageError(f"{service.log.address} already holds other events; the demo fills an empty store")
        opened_lines = [(file, IMPORTERS["ndjson"](file)) for file in files]
        _import_events(service.log.record_all, opened_lines, None, summary)
    sys.exit(1 if summary.rejected else 0)


@click.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILE)
@click.option(
    "--format",
    "format_",
    type=click.Choice([AUTO, *sorted({*IMPORTERS, *RELEASES})]),
    required=True,
    help="What the files are; auto looks into them, and says what it took them for.",
)
@click.option(
    "--reported-at",
    metavar="DATE",
    help="Reported clock of lines that carry no time of their own; for a release, when it was published (required). "
    "A plain date is the start of that day, UTC.",
)
@click.option("--snapshot", is_flag=True, help="FILE is the whole of its data set: what it leaves out is withdrawn.")
@click.option("--withdraw", is_flag=True, help="A snapshot may withdraw more than a tenth of its data set.")
@click.option(
    "--date-order",
    type=click.Choice([order.value for order in DateOrder]),
    help="Order of dates such as 11/12/2021 in a release. By default month first, unless one of them can not be.",
)
@click.option(
    "--columns",
    type=click.Choice([GED_COLUMNS]),
    help="What the columns of a release are whose header row is missing: those of GED in their order.",
)
@click.option("--fronts", metavar="RULES.toml", type=_FILE, help="Rules for the front of each row, instead of ours.")
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Write refused lines here (NDJSON).")
@click.option(
    "--dry-run", is_flag=True, help="Write nothing; say what would become of the files, and when what is known changes."
)
@click.pass_obj
def import_(
    config: Config,
    /,
    files: tuple[Path, ...],
    format_: str,
    reported_at: str | None,
    rejects: Path | None,
    dry_run: bool,
    **options: Any,
) -> None:
    """Bring events in from files, or releases of a data set.

    What was there before is not added again; refused lines are named. Releases may arrive in any order, and an
    import that was broken off goes on when it is run again. Files may be packed (.gz, .zip).
    """
    with refusals():  # a wrong file is found before anything is opened
        _guard_writable(rejects)
        at = None if reported_at is None else parse_instant(reported_at, "reported-at")
        chosen = _guessed(files) if format_ == AUTO else format_
        releases = _release_options(chosen, at, files, options)
        opened_releases = [releases.open(file) for file in files] if releases else []
        opened_lines = [] if releases else [(file, IMPORTERS[chosen](file)) for file in files]
    with _told(rejects) as summary, _target(config, dry_run=dry_run) as target:
        summary.days = target.days
        if format_ == AUTO:
            for file in files:
                summary.remark(file.name, f"taken for {chosen}, by what is in it")
        _import_events(target.record_all, opened_lines, at, summary)
        if releases:
            _import_releases(target, opened_releases, releases, summary)
    sys.exit(1 if summary.rejected else 0)


IMPORT_COMMANDS = (demo, import_)
"""What `timeline` takes over from here."""


class _ReleaseOptions(Struct, frozen=True):
    """What the user says of the files of a release."""

    release: Release
    fronts: Path | None
    columns: str | None
    date_order: DateOrder | None
    withdraw: bool

    def open(self, path: Path) -> ReleaseFile:
        """The file of the release."""
        return release_file(path, self.fronts, self.columns, self.date_order)


class _Target(Struct, frozen=True):
    """Where an import goes to: a log, or a rehearsal of one."""

    past: Past
    record_all: RecordAll
    again: OpenPast | None
    days: Mapping[date, Set[UUID]] | None = None

    @property
    def is_rehearsal(self) -> bool:
        """Whether nothing is written."""
        return self.days is not None


def _guard_writable(rejects: Path | None) -> None:
    """Refuses a path to which the refused lines could not be written in the end."""
    if rejects is None:
        return
    folder = rejects.parent
    if not folder.is_dir():
        raise click.UsageError(f"--rejects {rejects} can not be written: {folder} is no folder")
    if not os.access(rejects if rejects.exists() else folder, os.W_OK):
        raise click.UsageError(f"--rejects {rejects} can not be written: writing there is not allowed")


def _guessed(files: Sequence[Path]) -> str:
    """The one format that the files are of."""
    formats = {file: guessed_format(file) for file in files}
    if len(set(formats.values())) > 1:
        listed = ", ".join(f"{file} is {format_}" for file, format_ in formats.items())
        raise click.UsageError(f"the files are of more than one format ({listed}); import them by themselves")
    return formats[files[0]]


def _release_options(
    format_: str, at: datetime | None, files: Sequence[Path], options: Mapping[str, Any]
) -> _ReleaseOptions | None:
    """What is said of a release; None for another format. Refuses what can not be meant."""
    snapshot, fronts = bool(options["snapshot"]), options["fronts"]
    if format_ not in RELEASES:
        if any(options.values()):
            *names, last = (f"--{name.replace('_', '-')}" for name in options)
            raise click.UsageError(
                f"{', '.join(names)} and {last} are for releases ({', '.join(RELEASES)}), not {format_}"
            )
        return None
    if options["withdraw"] and not snapshot:
        raise click.UsageError("--withdraw is for a --snapshot: nothing else withdraws")
    release = Release(RELEASES[format_], _publication(at, files, snapshot), snapshot)
    order = options["date_order"]
    return _ReleaseOptions(
        release, fronts, options["columns"], DateOrder(order) if order else None, bool(options["withdraw"])
    )


def _publication(at: datetime | None, files: Sequence[Path], snapshot: bool) -> datetime:
    """When a release was published; refuses what can not be meant."""
    if at is None:
        raise click.UsageError("a release needs --reported-at DATE: when it was published")
    if snapshot and len(files) > 1:
        raise click.UsageError("--snapshot takes one FILE: each would withdraw what only the others hold")
    return at


@contextmanager
def _target(config: Config, *, dry_run: bool) -> Iterator[_Target]:
    """The log that the settings name; for a dry run, a rehearsal of it, which makes and writes nothing."""
    if not dry_run:
        with opened(config) as service:
            again = partial(ConflictLog, service.log.address, read_only=True)
            yield _Target(service.log, service.log.record_all, again)
        return
    logs.to_stderr()
    with refusals():
        address = parse_address(config.store)
        log = ConflictLog(address, read_only=True) if holds_log(address) else None
        try:
            rehearsal = Rehearsal(log, bootstrap.now)
            again = partial(ConflictLog, address, read_only=True)
            yield _Target(rehearsal, rehearsal.record_all, again if log else None, rehearsal.days)
        finally:
            if log:
                log.close()


def _begins_with(service: Service, file: Path) -> bool:
    first = next(IMPORTERS["ndjson"](file).lines()).read
    return not isinstance(first, TimelineError) and service.log.holds(first.message)


def _import_events(
    record_all: RecordAll, files: Sequence[tuple[Path, LineFile]], default_time: datetime | None, summary: Summary
) -> None:
    record_all = counting_warnings(record_all, summary.warnings)
    for path, file in files:
        for what in file.remarks():
            summary.remark(path.name, what)
        with progress(path.name, file.events) as advance:
            for batch in run(path, file.lines(), record_all, default_time, _TOGETHER):
                summary.add_batch(batch)
                advance(batch.lines)


def _import_releases(target: _Target, files: Sequence[ReleaseFile], options: _ReleaseOptions, summary: Summary) -> None:
    release, withdraw = options.release, options.withdraw
    record_all = counting_warnings(target.record_all, summary.warnings)
    for number, file in enumerate(files):
        # What a rehearsal accepted of the files before is known to itself alone, and to no process beside.
        open_past = None if number and target.is_rehearsal else target.again
        with progress(file.path.name, file.lines) as advance, uncollected():
            try:
                outcome = bring_in(
                    release, file, target.past, record_all, advance, open_past=open_past, withdraw=withdraw
                )
            except UnusableSnapshot as error:
                summary.rejected += error.rejected
                raise
        summary.add_release(file.path.name, outcome)
        if not outcome.sealed:
            click.echo(
                f"{file.path}: not marked as imported, since rows were refused; mend them and run it again", err=True
            )


@contextmanager
def _told(rejects: Path | None) -> Iterator[Summary]:
    """A summary that is told in the end; refused lines are named and kept even where something breaks off."""
    summary = Summary()
    try:
        yield summary
    finally:
        for refusal in summary.rejected[:_NAMED]:
            click.echo(f"{refusal.file}:{refusal.line}: {refusal.reason}", err=True)
        if len(summary.rejected) > _NAMED:
            click.echo(f"... and {len(summary.rejected) - _NAMED} more", err=True)
        if rejects:
            _write_rejects(rejects, summary)
    for line in summary.lines():
        click.echo(line)


def _write_rejects(path: Path, summary: Summary) -> None:
    try:
        path.write_bytes(b"".join(msgspec.json.encode(refusal) + b"\n" for refusal in summary.rejected))
    except OSError as error:  # it could be written when the import began
        click.echo(f"--rejects {path} could not be written: {error.strerror}", err=True)
