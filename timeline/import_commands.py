"""The commands that fill a log: demo and import."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

import click
import msgspec

from timeline.bootstrap import Service
from timeline.collecting import uncollected
from timeline.config import Config, fixtures_folder
from timeline.domain.moments import parse_instant
from timeline.errors import TimelineError
from timeline.importers import IMPORTERS, RELEASES
from timeline.importers.releases import UnusableSnapshot, bring_in, release_file
from timeline.importers.running import Rejected, run
from timeline.importers.snapshots import Release
from timeline.importers.ucdp_fronts import FrontRules
from timeline.opening import opened
from timeline.store.log import ConflictLog
from timeline.terminal import progress, refusals

DEMO_FILES = ("ukraine-2022-2023.ndjson", "article-2023-05-22.ndjson")

_TOGETHER = 1_000
"""How many lines of an import are appended in one transaction."""
_NAMED = 20
"""How many refused lines are named on the terminal."""

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class _Tally:
    """What became of the lines of an import so far."""

    def __init__(self) -> None:
        self.counts = Counter[str]()
        self.rejected: list[Rejected] = []


@click.command()
@click.pass_obj
def demo(config: Config) -> None:
    """Fill an empty store from the fixtures. Run again, it adds nothing."""
    with opened(config) as service, _told(None) as tally:
        files = [fixtures_folder() / name for name in DEMO_FILES]
        if service.log.head().position and not _begins_with(service, files[0]):
            raise click.UsageError(f"{service.log.address} already holds other events; the demo fills an empty store")
        _import_events(service, files, "ndjson", None, tally)
    sys.exit(1 if tally.rejected else 0)


@click.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILE)
@click.option(
    "--format", "format_", type=click.Choice(sorted({*IMPORTERS, *RELEASES})), required=True, help="What the files are."
)
@click.option(
    "--reported-at",
    metavar="DATE",
    help="Reported clock of lines that carry no time of their own; for a release, when it was published (required). "
    "A plain date is the start of that day, UTC.",
)
@click.option("--snapshot", is_flag=True, help="FILE is the whole of its data set: what it leaves out is withdrawn.")
@click.option("--fronts", metavar="RULES.toml", type=_FILE, help="Rules for the front of each row, instead of ours.")
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Write refused lines here (NDJSON).")
@click.pass_obj
def import_(
    config: Config,
    files: tuple[Path, ...],
    format_: str,
    reported_at: str | None,
    snapshot: bool,
    fronts: Path | None,
    rejects: Path | None,
) -> None:
    """Bring events in from files, or releases of a data set.

    What was there before is not added again; refused lines are named. Releases may arrive in any order, and an
    import that was broken off goes on when it is run again.
    """
    with refusals():
        at = None if reported_at is None else parse_instant(reported_at, "reported-at")
        if format_ in RELEASES:
            release = Release(RELEASES[format_], _publication(at, files, snapshot), snapshot)
            FrontRules.load(fronts)  # a wrong file is found before anything is opened
        elif snapshot or fronts:
            raise click.UsageError(f"--snapshot and --fronts are for releases ({', '.join(RELEASES)}), not {format_}")
    with opened(config) as service, _told(rejects) as tally:
        if format_ in RELEASES:
            _import_releases(service, files, release, fronts, tally)
        else:
            _import_events(service, files, format_, at, tally)
    sys.exit(1 if tally.rejected else 0)


IMPORT_COMMANDS = (demo, import_)
"""What `timeline` takes over from here."""


def _publication(at: datetime | None, files: Sequence[Path], snapshot: bool) -> datetime:
    """When a release was published; refuses what can not be meant."""
    if at is None:
        raise click.UsageError("a release needs --reported-at DATE: when it was published")
    if snapshot and len(files) > 1:
        raise click.UsageError("--snapshot takes one FILE: each would withdraw what only the others hold")
    return at


def _begins_with(service: Service, file: Path) -> bool:
    first = next(iter(IMPORTERS["ndjson"](file))).read
    return not isinstance(first, TimelineError) and service.log.holds(first.message)


def _import_events(
    service: Service, files: Sequence[Path], format_: str, default_time: datetime | None, tally: _Tally
) -> None:
    for file in files:
        with file.open("rb") as lines:
            total = sum(1 for line in lines if line.strip())
        with progress(file.name, total) as advance:
            for batch in run(file, IMPORTERS[format_](file), service.log.record_all, default_time, _TOGETHER):
                tally.rejected += batch.rejected
                tally.counts.update(added=batch.added, repeated=batch.repeated)
                advance(batch.lines)


def _import_releases(
    service: Service, paths: Sequence[Path], release: Release, rules: Path | None, tally: _Tally
) -> None:
    again = partial(ConflictLog, service.log.address, read_only=True)
    for path in paths:
        file = release_file(path, rules)
        with progress(path.name, file.lines) as advance, uncollected():
            try:
                outcome = bring_in(release, file, service.log, service.log.record_all, advance, open_past=again)
            except UnusableSnapshot as error:
                tally.rejected += error.rejected
                raise
        tally.rejected += outcome.rejected
        tally.counts.update(added=outcome.added, repeated=outcome.repeated)
        if not outcome.sealed:
            click.echo(f"{path}: not marked as imported, since rows were refused; mend them and run it again", err=True)


@contextmanager
def _told(rejects: Path | None) -> Iterator[_Tally]:
    """A tally that is told in the end; refused lines are named and kept even where something breaks off."""
    tally = _Tally()
    try:
        yield tally
    finally:
        for refusal in tally.rejected[:_NAMED]:
            click.echo(f"{refusal.file}:{refusal.line}: {refusal.reason}", err=True)
        if len(tally.rejected) > _NAMED:
            click.echo(f"... and {len(tally.rejected) - _NAMED} more", err=True)
        if rejects:
            rejects.write_bytes(b"".join(msgspec.json.encode(refusal) + b"\n" for refusal in tally.rejected))
    added, repeated = tally.counts["added"], tally.counts["repeated"]
    click.echo(f"{added} events added, {repeated} were there before, {len(tally.rejected)} refused")
