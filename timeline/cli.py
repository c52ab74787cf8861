"""The command `timeline`: fill, import, replay, look after and serve a store.

Exit codes: 0 done, 1 found something wrong, 2 wrong usage.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

import click
import msgspec
from msgspec import structs
from rich.console import Console
from rich.table import Table
from rich.text import Text

from timeline.bootstrap import Service
from timeline.config import Config, described, from_environment
from timeline.domain.legibility import legible
from timeline.domain.moments import format_instant
from timeline.domain.vocabulary import Aspect, Status
from timeline.errors import InvalidValue
from timeline.export_commands import EXPORT_COMMANDS
from timeline.exporters.export import listed
from timeline.import_commands import IMPORT_COMMANDS
from timeline.log_commands import LOG_COMMANDS
from timeline.logs import keep_standard_streams
from timeline.opening import opened
from timeline.readmodel.changes import Change, Changes, Clock
from timeline.readmodel.cuts import parse_moment, wanted_cuts
from timeline.readmodel.entries import Entry, TimelineAnswer
from timeline.readmodel.filters import Filters
from timeline.row_commands import ROW_COMMANDS
from timeline.terminal import refusals, say
from timeline.token_commands import TOKEN_COMMANDS
from timeline.wire.answers import cause as cause_answer
from timeline.wire.answers import change as change_answer
from timeline.wire.answers import changes as changes_answer
from timeline.wire.answers import timeline_answer

_COLOUR = {
    Status.CLAIMED: "yellow",
    Status.CORROBORATED: "blue",
    Status.DISPUTED: "magenta",
    Status.DENIED: "red",
    Status.CONFIRMED: "green",
    Status.REFUTED: "red",
    Status.RETRACTED: "bright_black",
}


@click.group()
@click.option(
    "--store",
    metavar="URL",
    help="The event store: a file, sqlite:////absolute/path.db or postgresql://user@host/database?schema=name. "
    "Default: TIMELINE_STORE, or timeline.db here.",
)
@click.version_option(package_name="conflict-timeline")
@click.pass_context
def main(context: click.Context, store: str | None) -> None:
    """A timeline of a conflict: who said what happened, when they said it, and who disputes it."""
    with refusals():
        config = from_environment()
    context.obj = structs.replace(config, store=store or config.store)


for command in (*IMPORT_COMMANDS, *EXPORT_COMMANDS, *LOG_COMMANDS, *ROW_COMMANDS, *TOKEN_COMMANDS):
    main.add_command(command)


@main.command()
@click.option("--front", help="Only this front (slug).")
@click.option("--as-of", metavar="DATE", help="History as it stood then; a plain date is the end of that day, UTC.")
@click.option("--known-at", metavar="DATE", help="Only what was reported by then. Default: as --as-of.")
@click.option("--recorded-at", metavar="POSITION|DATE", help="Only what this log held then. Default: the latest.")
@click.option("--json", "as_json", is_flag=True, help="Print the API's timeline answer, all pages in one.")
@click.pass_obj
def replay(
    config: Config, front: str | None, as_of: str | None, known_at: str | None, recorded_at: str | None, as_json: bool
) -> None:
    """Show the timeline as of a date, as known on a date, as recorded at a position.

    When something happened is told in EDTF: 2022-11~ is about November 2022, 2022-11/2023-05-20 went on from the one to
    the other, and [2023-01-24..2023-02-06] happened on some day in there, nobody says on which (docs/dates.md).
    """
    with opened(config, must_exist=True) as service:
        wanted = wanted_cuts(as_of, known_at, recorded_at)
        if front and not service.reader.knows_front(front, wanted):
            raise InvalidValue("front", front, "the slug of a front known at these cuts")
        answer = service.reader.timeline(wanted, Filters(fronts=frozenset([front] if front else [])))
        if as_json:
            click.echo(msgspec.json.encode(timeline_answer(answer)))
        else:
            _print_timeline(answer, service)


@main.command()
@click.option("--since", metavar="DATE|POSITION", required=True, help="What was known, or held, then ...")
@click.option("--until", metavar="DATE|POSITION", required=True, help="... and then. Positions: --clock recorded.")
@click.option(
    "--clock",
    type=click.Choice([clock.value for clock in Clock]),
    default=Clock.REPORTED.value,
    show_default=True,
    help="What was known at two dates, or what this log held at two dates or positions.",
)
@click.option("--known-at", metavar="DATE", help="With --clock recorded: only what was reported by then.")
@click.option("--front", help="Only this front (slug).")
@click.option("--recorded-at", metavar="POSITION|DATE", help="Only what this log held then. Default: the latest.")
@click.option("--json", "as_json", is_flag=True, help="Print the API's answer.")
@click.pass_obj
def changes(
    config: Config,
    since: str,
    until: str,
    clock: str,
    known_at: str | None,
    front: str | None,
    recorded_at: str | None,
    as_json: bool,
) -> None:
    """Show what changed in what was known, or in what this log held: new, withdrawn, merged, revised, and status."""
    with opened(config, must_exist=True) as service:
        wanted = wanted_cuts(known_at=known_at, recorded_at=recorded_at)
        moments = parse_moment(since, "since"), parse_moment(until, "until")
        filters = Filters(fronts=frozenset([front] if front else []))
        pages = service.reader.change_pages(*moments, wanted.recorded_at, filters, Clock(clock), wanted.known_at)
        if as_json:
            for part in _as_one_answer(pages):
                click.echo(part, nl=False)
        else:
            _print_changes(pages)


@main.command(epilog="\b\nVariables of the environment:\n" + "\n".join(f"  {line}" for line in described()))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8050, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.pass_obj
def serve(config: Config, host: str, port: int) -> None:
    """Serve the dashboard at / and the API at /api/v1, until it is stopped (Ctrl-C, SIGTERM): then it ends in order."""
    from timeline.server.listener import listening_socket  # other commands are spared the time that these take to load
    from timeline.serving import serve as run_server

    keep_standard_streams()
    with refusals():
        listener = listening_socket(host, port)  # before anything is made: a port that is taken is the end of it
    with opened(config) as service:
        position, anybody = service.log.head().position, service.tokens.any_live()
    if not anybody:
        say("Nobody may append yet; `timeline token create NAME --scope append` makes a token", err=True)
    if not position:
        say(f"{service.log.address} is empty; `timeline demo` fills it, or POST events to /api/v1/events", err=True)
    say(f"Dashboard  http://{host}:{port}/\nAPI        http://{host}:{port}/api/v1/timeline\nStop with Ctrl-C.")
    with refusals():
        run_server(config, listener)


def _print_timeline(answer: TimelineAnswer, service: Service) -> None:
    cuts = answer.held.cuts
    known = f"as known at {format_instant(cuts.known_at)}, position {cuts.position}"
    table = Table(title=f"As of {format_instant(cuts.as_of)}, {known}")
    for column in ("Occurred", "Front", "Development", "Status", "Also"):
        table.add_column(column, overflow="fold")
    names = service.reader.front_names(answer.held)
    for entry in answer.entries:
        description = entry.state.described
        table.add_row(
            description.occurred.edtf + (" (open)" if entry.open else ""),
            _verbatim(names[description.front]),
            _verbatim(description.title),
            f"[{_COLOUR[entry.status]}]{entry.status}[/]",
            ", ".join(_contested(entry)),
        )
    Console().print(table)
    click.echo(f"{len(answer.entries)} developments")


def _as_one_answer(pages: Iterator[Changes]) -> Iterator[bytes]:
    """The API's answer with the items of all pages, written while they are read."""
    first = next(pages)
    head = changes_answer(first)
    del head["items"]
    changes = (change for page in chain([first], pages) for change in page.changes)
    opening = msgspec.json.encode({**head, "next_cursor": None})[:-1] + b',"items":['
    yield from listed(opening, (msgspec.json.encode(change_answer(change)) for change in changes), b"]}\n")


def _print_changes(pages: Iterator[Changes]) -> None:
    """A table of each page, so that none has to wait for the last."""
    counts = Counter[str]()
    for number, page in enumerate(pages):
        if page.changes or not number:
            Console().print(_table_of(page, _stretch(page) if not number else None))
        counts.update(change.kind.value for change in page.changes)
    click.echo(", ".join(f"{count} {kind}" for kind, count in counts.items()) or "nothing changed")


def _table_of(page: Changes, title: str | None) -> Table:
    table = Table(title=title)
    for column in ("Change", "Front", "Development", "What", "From", "To", "Because of"):
        table.add_column(column, overflow="fold")
    for change in page.changes:
        description = change.entry.state.described
        told: list[tuple[str, ...]] = []
        if change.merged_into:
            told.append(("merged into", "", change.merged_into.described.title))
        told += [(name, *map(_brief, pair)) for name, pair in change.fields.items()]
        told += [(f"status of {aspect}", *map(_brief, pair)) for aspect, pair in change.statuses.items()]
        for number, (what, old, new) in enumerate(told or [("", "", "")]):
            first = (change.kind.value, description.front, description.title) if number == 0 else ("", "", "")
            cells = (*first, what, old, new, _causes(change) if number == 0 else "")
            table.add_row(*map(_verbatim, cells))
    return table


def _verbatim(text: str) -> Text:
    """A text of somebody else as a terminal may show it: brackets are no markup, no control turns it round."""
    return Text(legible(text))


def _stretch(found: Changes) -> str:
    since, until = found.since.cuts, found.until.cuts
    if found.clock is Clock.REPORTED:
        return f"From {format_instant(since.known_at)} to {format_instant(until.known_at)}"
    known = f"as known at {format_instant(until.known_at)}"
    return f"From position {since.position} to position {until.position}, {known}"


def _causes(change: Change) -> str:
    told = [cause_answer(one) for one in change.because]
    return ", ".join(dict.fromkeys(one["by"] or one["type"] for one in told))


def _brief(value: Any) -> str:
    plain = msgspec.to_builtins(value)
    return plain if isinstance(plain, str) else "" if plain is None else msgspec.json.encode(plain).decode()


def _contested(entry: Entry) -> list[str]:
    others = ((aspect, status) for aspect, status in entry.statuses.items() if aspect is not Aspect.OCCURRENCE)
    return [f"{aspect} {status}" for aspect, status in others if status is Status.DISPUTED]


if __name__ == "__main__":
    main()
