"""The commands that look after the log itself: verify, backup, restore."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
import msgspec

from timeline import logs
from timeline.config import Config
from timeline.errors import HoldsRecords, StoreUnusable
from timeline.store.addresses import parse_address
from timeline.store.backups import backup as write_backup
from timeline.store.backups import restore as restore_from
from timeline.store.backups import size_of_backup
from timeline.store.checkpoints import parse_verifier
from timeline.store.epochs import Replacement
from timeline.store.log import ConflictLog, holds_log
from timeline.store.verification import Verification
from timeline.store.verification import verify as verify_log
from timeline.terminal import progress, refusals


@click.command()
@click.option(
    "--key",
    "keys",
    metavar="VERIFIER",
    multiple=True,
    help="Count only checkpoints that this key signed (name+key id+key); may be given several times.",
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def verify(config: Config, keys: tuple[str, ...], as_json: bool) -> None:
    """Hash every record anew and check the tree and its signed checkpoints; exits 1 naming the first bad position."""
    with _log(config, read_only=True) as log:
        verifiers = [parse_verifier(key) for key in keys]
        with progress("verify", log.head().position) as advance:
            found = verify_log(log, advance, verifiers)
    click.echo(msgspec.json.encode(_report(found)) if as_json else _told(found))
    for problem in found.problems if not as_json else ():
        click.echo(f"position {problem.position} {problem.what}", err=True)
    sys.exit(1 if found.problems else 0)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(config: Config, file: Path) -> None:
    """Write the whole log to FILE while it is in use.

    A FILE that ends in .ndjson or .ndjson.gz is the portable form, which any engine restores; any other is a
    copy of a SQLite log.
    """
    with _log(config) as log, progress("backup", log.head().position) as advance:
        size = write_backup(log, file, advance)
    click.echo(f"{size} records in {file}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key",
    "keys",
    metavar="VERIFIER",
    multiple=True,
    help="The backup must be signed by this key (name+key id+key); may be given several times.",
)
@click.option(
    "--replace",
    is_flag=True,
    help="The store holds records: keep them under another name, and go on. On a terminal you are asked first.",
)
@click.option("--yes", is_flag=True, help="As --replace, without being asked.")
@click.pass_obj
def restore(config: Config, file: Path, keys: tuple[str, ...], replace: bool, yes: bool) -> None:
    """Verify the backup in FILE as a whole, and only then put it in the place of the store.

    Where the store holds records, it is said first how many of them are dropped, and asked for on a terminal. A restore
    begins a new epoch of the log: whoever follows it is told, where records that they have read are dropped.
    """
    logs.to_stderr()
    address, is_terminal = parse_address(config.store), sys.stdin.isatty() and sys.stderr.isatty()

    def consent(replacement: Replacement) -> None:
        bar.close()
        click.echo(f"restoring {file} over {address} {replacement}", err=True)
        if is_terminal and not yes:
            click.confirm("Restore it", abort=True, err=True)

    with refusals(), ExitStack() as bar:
        advance = bar.enter_context(progress("restore", size_of_backup(file)))
        try:
            found = restore_from(
                file,
                address,
                key_file=config.key_file,
                verifiers=[parse_verifier(key) for key in keys],
                replace=replace or yes or is_terminal,
                consent=consent,
                progress=advance,
            )
        except HoldsRecords as error:
            raise click.UsageError(error.detail) from None
    click.echo(f"{address} holds what {file} held: {_told(found)}")


LOG_COMMANDS = (verify, backup, restore)
"""What `timeline` takes over from here."""


@contextmanager
def _log(config: Config, *, read_only: bool = False) -> Iterator[ConflictLog]:
    logs.to_stderr()
    with refusals():
        address = parse_address(config.store)
        if not holds_log(address):
            raise StoreUnusable(f"there is no store at {address}; `timeline demo` or `timeline import` make one")
        log = ConflictLog(address, key_file=config.key_file, read_only=read_only)
        try:
            yield log
        finally:
            log.close()


def _report(found: Verification) -> dict[str, object]:
    return {**msgspec.to_builtins(found), "root": found.root.hex(), "whole": not found.problems}


def _told(found: Verification) -> str:
    signed = f"{found.checkpoints} checkpoints, the last at position {found.signed}"
    who = ", ".join(signer.split("+")[1] for signer in found.signers) or "nobody"
    signed += f", signed by {who}"
    state = "something was altered" if found.problems else "nothing was altered"
    return f"{found.size} records, {signed}; root {found.root.hex()}; {state}"
