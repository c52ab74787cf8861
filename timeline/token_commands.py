"""The commands that give, list and take back access tokens."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from timeline import logs
from timeline.access.keeping import Tokens
from timeline.access.opening import tokens_of
from timeline.access.tokens import Scope, Token
from timeline.config import Config
from timeline.domain.moments import format_instant, parse_cut
from timeline.errors import InvalidValue, StoreUnusable
from timeline.store.addresses import parse_address
from timeline.store.log import holds_log
from timeline.terminal import refusals

_SPAN = re.compile(r"([1-9]\d{0,4})([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 24 * 7}


@click.group()
def token() -> None:
    """Say who may append, assess, or read what is closed: create, list and revoke access tokens.

    A token is sent as `Authorization: Bearer TOKEN`. Only its hash is kept, beside the log and in none of its backups.
    """


@token.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    required=True,
    help="What it allows; may be given several times. append: events of every type but assessments; assess: "
    "assessments alone; read: reading, where TIMELINE_READING=token closes it; admin: everything.",
)
@click.option(
    "--expires",
    metavar="SPAN|DATE",
    help="When it ends: after 12h, 90d or 8w, on a date (the end of that day, UTC), or at an instant. Default: never.",
)
@click.option("--replace", is_flag=True, help="If a live token has this name, revoke it in the same moment.")
@click.option("--strict", is_flag=True, help="Refuse what it brings where that would be accepted with warnings.")
@click.option(
    "--source",
    "sources",
    metavar="PREFIX",
    multiple=True,
    help="A message source that it may use, with all below it (//desk-a: //desk-a/east as well, not //desk-ab); may be "
    "given several times. Messages of any other source are refused. Default: any source.",
)
@click.pass_obj
def create(
    config: Config,
    name: str,
    scopes: tuple[str, ...],
    expires: str | None,
    replace: bool,
    strict: bool,
    sources: tuple[str, ...],
) -> None:
    """Make a token called NAME and print it, this once; it is the last word of what is printed.

    NAME stands in every event that is appended with it (recordedby), so name it after who or what will hold it:
    lower-case letters, digits and single hyphens.
    """
    with _tokens(config) as tokens:
        until = None if expires is None else _until(expires, _now())
        secret, made = tokens.create(name, map(Scope, scopes), until, replace=replace, strict=strict, sources=sources)
    ends = f"expires {format_instant(made.expires_at)}" if made.expires_at else "does not expire"
    click.echo(f"{name} may {_allowed(made)}; it {ends}. Keep the token, it is not shown again:")
    click.echo(secret)


@token.command("list")
@click.option("--all", "every", is_flag=True, help="Those that expired or were revoked as well.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def list_(config: Config, every: bool, as_json: bool) -> None:
    """List the tokens that are accepted: name, scopes, and from when until when. Never the tokens themselves."""
    with _tokens(config) as tokens:
        now = _now()
        listed = [_told(one, now) for one in tokens.all() if every or one.is_live(now)]
    if as_json:
        click.echo(msgspec.json.encode(listed))
        return
    table = Table("Name", "May", "Created", "Expires", "State")
    for one in listed:
        state = one["state"] if one["revoked_at"] is None else f"revoked {one['revoked_at']}"
        may = ", ".join([*one["scopes"], *(["strict"] if "strict" in one else []), *one.get("sources", [])])
        table.add_row(one["name"], may, one["created_at"], one["expires_at"] or "never", state)
    Console().print(table)


@token.command()
@click.argument("name")
@click.pass_obj
def revoke(config: Config, name: str) -> None:
    """Take the token called NAME back. A server that is running refuses it within a fiftieth of a second."""
    with _tokens(config) as tokens:
        tokens.revoke(name)
    click.echo(f"{name} is revoked")


TOKEN_COMMANDS = (token,)
"""What `timeline` takes over from here."""


@contextmanager
def _tokens(config: Config) -> Iterator[Tokens]:
    """The tokens of a log that is there: beside a name that was mistyped they would open nothing."""
    logs.to_stderr()
    with refusals():
        address = parse_address(config.store)
        if not holds_log(address):
            raise StoreUnusable(f"there is no store at {address}; `timeline demo`, `import` or `serve` make one")
        tokens = tokens_of(address, _now)
        try:
            yield tokens
        finally:
            tokens.close()


def _until(text: str, now: datetime) -> datetime:
    """The instant that a span from now, a date or an instant names."""
    if match := _SPAN.fullmatch(text):
        return now + timedelta(hours=int(match[1]) * _HOURS[match[2]])
    try:
        return parse_cut(text, "expires")
    except InvalidValue:
        raise InvalidValue(
            "expires", text, "a span such as 12h, 90d or 8w, a date, or an instant with offset"
        ) from None


def _told(one: Token, now: datetime) -> dict[str, Any]:
    return {
        "name": one.name,
        "scopes": sorted(one.scopes),
        "created_at": format_instant(one.created_at),
        "expires_at": format_instant(one.expires_at) if one.expires_at else None,
        "revoked_at": format_instant(one.revoked_at) if one.revoked_at else None,
        "state": one.state(now),
        **({"strict": True} if one.strict else {}),
        **({"sources": list(one.sources)} if one.sources else {}),
    }


def _allowed(one: Token) -> str:
    allowed = " and ".join(sorted(one.scopes))
    if one.sources:
        allowed += f", as {' or '.join(one.sources)} and what is below"
    return f"{allowed}, and nothing that would be accepted with warnings" if one.strict else allowed


def _now() -> datetime:
    return datetime.now(UTC)
