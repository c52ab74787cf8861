"""The commands that look after the rows that answers are read from: status, rebuild, retry."""

import sys
from collections import Counter
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from timeline.bootstrap import Service
from timeline.config import Config
from timeline.opening import opened
from timeline.readmodel.cuts import WantedCuts
from timeline.terminal import progress
from timeline.wire.answers import held


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def status(config: Config, as_json: bool) -> None:
    """Show where the log stands, what it holds, and how far the rows are; exits 1 where events are set aside."""
    with opened(config, must_exist=True) as service:
        report = _report(service)
    if as_json:
        click.echo(msgspec.json.encode(report))
    else:
        _print_report(report)
    sys.exit(1 if report["set_aside"] else 0)


@click.command()
@click.pass_obj
def rebuild(config: Config) -> None:
    """Build the rows anew from the log, beside those that are read, and switch over once they are complete."""
    with opened(config, must_exist=True, build=False) as service:
        with progress("rebuild", service.log.head().position) as advance:
            position = service.runner.rebuild(advance)
        click.echo(f"generation {service.runner.generation} holds the log up to position {position}")
        aside = service.reader.set_aside()
    _name(aside)
    sys.exit(1 if aside else 0)


@click.command()
@click.pass_obj
def retry(config: Config) -> None:
    """Try again to handle the events that were set aside; exits 1 where some still can not be handled."""
    with opened(config, must_exist=True) as service:
        with progress("retry", service.log.head().position) as advance:
            helped, still = service.runner.retry(advance)
        click.echo(f"{helped} events could be handled, {still} are still set aside")
        aside = service.reader.set_aside()
    _name(aside)
    sys.exit(1 if still else 0)


ROW_COMMANDS = (status, rebuild, retry)
"""What `timeline` takes over from here."""


def _report(service: Service) -> dict[str, Any]:
    lag = service.runner.lag()
    cuts, fronts = service.reader.fronts(WantedCuts())
    _, sources = service.reader.sources(WantedCuts())
    statuses = sum((Counter(front.counts) for front in fronts), Counter())
    return {
        "store": str(service.log.address),
        **held(cuts),
        "rows": {"generation": service.runner.generation, "position": lag.position, "behind": lag.behind},
        "fronts": len(fronts),
        "sources": len(sources),
        "developments": sum(statuses.values()),
        "statuses": {word.value: count for word, count in sorted(statuses.items())},
        "set_aside": [msgspec.to_builtins(one) for one in service.reader.set_aside()],
    }


def _print_report(report: dict[str, Any]) -> None:
    table = Table(show_header=False)
    table.add_row("Store", report["store"])
    table.add_row("Position", str(report["recorded_at"]["position"]))
    table.add_row("Last recorded", report["recorded_at"]["instant"] or "never")
    rows = report["rows"]
    table.add_row("Rows", f"generation {rows['generation']}, {rows['behind']} records behind when asked")
    for key in ("fronts", "sources", "developments"):
        table.add_row(key.capitalize(), str(report[key]))
    for word, count in report["statuses"].items():
        table.add_row(f"  {word}", str(count))
    table.add_row("Set aside", str(len(report["set_aside"])))
    Console().print(table)
    for one in report["set_aside"]:
        click.echo(f"position {one['position']} ({one['topic']}): {one['reason']}")


def _name(aside: Any) -> None:
    for one in aside:
        click.echo(f"position {one.position} ({one.topic}): {one.reason}", err=True)
