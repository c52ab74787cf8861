"""What the commands share on a terminal: refusals as messages and exit codes, and progress.

Exit codes: 0 done, 1 found something wrong, 2 wrong usage.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import click
from eventsourcing.persistence import PersistenceError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn

from timeline.access.tokens import redacted
from timeline.errors import InvalidValue, TimelineError

_PLAIN_LINES = 20
"""How many lines tell the progress of long work where there is no terminal."""


@contextmanager
def refusals() -> Iterator[None]:
    """Errors as one message and an exit code: 2 for what the caller may mend, 1 for the rest."""
    try:
        yield
    except InvalidValue as error:
        raise click.UsageError(redacted(error.detail)) from None
    except TimelineError as error:
        click.echo(f"Error: {redacted(error.detail)}", err=True)
        sys.exit(1)
    except PersistenceError as error:
        click.echo(f"Error: the event store failed: {error}", err=True)
        sys.exit(1)


def say(text: str, *, err: bool = False) -> None:
    """Print what nobody has to read: where it can not be printed, as on a full disk, the work goes on."""
    with suppress(OSError):
        click.echo(text, err=err)


@contextmanager
def progress(name: str, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, plain lines otherwise; what it gives is called with how many more are done."""
    console = Console(stderr=True)
    if console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TaskProgressColumn())
        with Progress(*columns, console=console) as bar:
            task = bar.add_task(name, total=total)
            yield lambda more: bar.advance(task, more)
        return
    done, every = 0, max(500, total // _PLAIN_LINES)

    def advance(more: int) -> None:
        nonlocal done
        before, done = done, done + more
        if more and (done // every > before // every or done == total):
            say(f"{name}: {done} of {total}", err=True)

    yield advance
