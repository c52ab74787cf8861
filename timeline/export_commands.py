"""The command that gives a timeline to other programs: export."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import click

from timeline.bootstrap import Service
from timeline.config import Config
from timeline.domain import checks
from timeline.domain.moments import parse_cut, parse_instant
from timeline.domain.vocabulary import Kind, Status
from timeline.errors import InvalidValue
from timeline.exporters import EXPORTERS
from timeline.exporters.asking import Question, ask
from timeline.exporters.export import Of
from timeline.opening import opened
from timeline.readmodel.changes import Clock
from timeline.readmodel.cuts import parse_moment, wanted_cuts
from timeline.readmodel.filters import Filters
from timeline.terminal import progress
from timeline.wire.fields import development_id

_HELP = """Write a timeline as a file for other programs.

Every file carries the cuts, the filters and a signed checkpoint of the log, so that what is made of it can be made
again: with a fixed --recorded-at the same question gives the same bytes for ever.

\b
The formats:
"""


def _words(vocabulary: type[StrEnum]) -> click.Choice[str]:
    return click.Choice([word.value for word in vocabulary])


@click.command(help=_HELP + "\n".join(f"  {one.name:12} {one.says}" for one in EXPORTERS.values()))
@click.option("--format", "format_", type=click.Choice(list(EXPORTERS)), required=True, help="What to write.")
@click.option(
    "--of",
    type=_words(Of),
    help="What it holds: developments (the default); with csv and ndjson also accounts, changes, fronts or sources.",
)
@click.option("--front", "fronts", multiple=True, help="Only this front (slug); may be given several times.")
@click.option("--kind", "kinds", multiple=True, type=_words(Kind), help="Only this kind.")
@click.option("--status", "statuses", multiple=True, type=_words(Status), help="Only this headline status.")
@click.option("--source", "sources", multiple=True, help="Only what this source (slug) gave an account of.")
@click.option("--actor", "actors", multiple=True, help="Only with this actor (name).")
@click.option("--tag", "tags", multiple=True, help="Only with this tag.")
@click.option("--place", "places", multiple=True, help="Only at this place (name).")
@click.option("--language", "languages", multiple=True, help="Only in this language (BCP 47).")
@click.option("--external-id", "external_ids", multiple=True, help="Only with this <data set>:<id there>.")
@click.option("--id", "ids", multiple=True, metavar="ID", help="Only this development, by its id.")
@click.option("--from", "from_", metavar="DATE", help="Only what may have been going on at or after its start, UTC.")
@click.option("--to", metavar="DATE", help="Only what may have been going on at or before its end, UTC.")
@click.option("--as-of", metavar="DATE", help="History as it stood then; a plain date is the end of that day, UTC.")
@click.option("--known-at", metavar="DATE", help="Only what was reported by then. Default: as --as-of.")
@click.option("--recorded-at", metavar="POSITION|DATE", help="Only what this log held then. Default: the latest.")
@click.option("--since", metavar="DATE|POSITION", help="With --of changes: what changed from then ...")
@click.option("--until", metavar="DATE|POSITION", help="... until then. Positions are for --clock recorded.")
@click.option("--clock", type=_words(Clock), help="With --of changes: on which clock.")
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to FILE, which is there as a whole or not at all. Default: standard output.",
)
@click.pass_obj
def export(
    config: Config,
    format_: str,
    of: str | None,
    fronts: tuple[str, ...],
    kinds: tuple[str, ...],
    statuses: tuple[str, ...],
    sources: tuple[str, ...],
    actors: tuple[str, ...],
    tags: tuple[str, ...],
    places: tuple[str, ...],
    languages: tuple[str, ...],
    external_ids: tuple[str, ...],
    ids: tuple[str, ...],
    from_: str | None,
    to: str | None,
    as_of: str | None,
    known_at: str | None,
    recorded_at: str | None,
    since: str | None,
    until: str | None,
    clock: str | None,
    output: Path | None,
) -> None:
    """Told above, with the list of formats."""
    if output and not output.parent.is_dir():
        raise click.UsageError(f"--output {output}: there is no folder {output.parent}")
    with opened(config, must_exist=True) as service:
        filters = Filters(
            fronts=frozenset(checks.slug("front", slug) for slug in fronts),
            kinds=frozenset(Kind(word) for word in kinds),
            statuses=frozenset(Status(word) for word in statuses),
            actors=frozenset(actors),
            sources=frozenset(checks.slug("source", slug) for slug in sources),
            tags=frozenset(checks.any_text("tag", tag, 60) for tag in tags),
            places=frozenset(checks.any_text("place", name, 200) for name in places),
            languages=frozenset(checks.language("language", one) for one in languages),
            external_ids=frozenset(checks.external_id("external_id", one) for one in external_ids),
            ids=frozenset(development_id("id", one) for one in ids),
            since=None if from_ is None else parse_instant(from_, "from"),
            until=None if to is None else parse_cut(to, "to"),
        )
        if filters.since and filters.until and filters.since > filters.until:
            raise InvalidValue("from", from_, "a time not after --to")
        question = Question(
            Of(of) if of else None,
            wanted_cuts(as_of, known_at, recorded_at),
            filters,
            parse_moment(since, "since") if since else None,
            parse_moment(until, "until") if until else None,
            Clock(clock) if clock else None,
        )
        _guard_fronts(service, question)
        with _progress(service, question, output) as advance:
            asked = ask(
                service.reader, service.log.checkpoint_over, EXPORTERS[format_], question, config.title, advance
            )
            _write(asked.content, output)


EXPORT_COMMANDS = (export,)
"""What `timeline` takes over from here."""


def _guard_fronts(service: Service, question: Question) -> None:
    """A misspelt front would give an empty file, which says nothing of why."""
    known = service.reader.front_names(service.reader.hold(question.wanted))
    for slug in sorted(question.filters.fronts - set(known)):
        raise InvalidValue("front", slug, f"the slug of a front that the log names: {', '.join(sorted(known))}")


def _unnoticed(_: int) -> None:
    """Progress that nobody is told of."""


@contextmanager
def _progress(service: Service, question: Question, output: Path | None) -> Iterator[Callable[[int], None]]:
    """Progress by developments where a file is written; what filters leave out is done in the end."""
    if output is None:
        yield _unnoticed
        return
    _, fronts = service.reader.fronts(question.wanted)
    named = question.filters.fronts
    total = sum(one.developments for one in fronts if not named or one.slug in named)
    counts = Counter[str]()
    with progress(output.name, total) as advance:

        def counted(more: int) -> None:
            counts["done"] += more
            advance(more)

        yield counted
        advance(total - counts["done"])


def _write(content: Iterator[bytes], output: Path | None) -> None:
    """Write it all; a file is put in its place when it is whole, anything else (a pipe, a device) is written to."""
    if output is None:
        sys.stdout.buffer.writelines(content)
        sys.stdout.buffer.flush()
        return
    if output.exists() and not output.is_file():
        with output.open("wb") as other:
            other.writelines(content)
        return
    unfinished = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        with unfinished.open("xb") as file:
            file.writelines(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)
