"""The page of an actor, and the list of the most frequent ones."""

from typing import Any
from urllib.parse import quote

from dash import html

from dashboards import words
from dashboards.elements import joined, verbatim
from dashboards.pages.asked import (
    FIRST,
    Asked,
    Content,
    by_status,
    counted,
    most_frequent,
    table,
    to,
    to_timeline,
)
from dashboards.pages.framed import columns, framed, its_developments
from timeline.readmodel.filters import Filters

MOST = 300
"""Actors that the list tells."""
LOOKED_AT = 8_000
"""Developments, the latest, that are looked at where an actor takes part in very many."""


def page(asked: Asked, name: str) -> Content:
    """The page of an actor. Raises `NothingKnown` where no development names it."""
    held, record = asked.reader.actor_record(name, asked.wanted, LOOKED_AT)
    answer = asked.reader.timeline(asked.wanted, Filters(actors=frozenset([name])), FIRST)
    names = asked.reader.front_names(held)
    query = f"actor={quote(name)}"
    roles = joined((html.Span([verbatim(role), f" ({n:,})"]) for role, n in record.actor.roles.items()), " and ")
    told: list[tuple[str, Any]] = [("Developments", f"{record.actor.developments:,}"), ("Roles", roles)]
    since = f", since {words.day(record.since)}." if record.since else "."
    covered = f"What follows counts the latest {record.covered:,} of them{since}"
    parts = [
        None if record.complete else html.P(covered, className="quiet"),
        columns(
            by_status(record.statuses),
            counted("By kind", "Kind", [(words.kind(kind), n) for kind, n in record.kinds.items()]),
            counted("By front", "Front", [(to(asked, "fronts", slug, names.get(slug, slug)), n)
                                          for slug, n in record.fronts.items()]),
            most_frequent("Together with", "Actor", [(to(asked, "actors", other, other), n)
                                                     for other, n in record.together.items()]),
        ),
        *its_developments(asked, answer, names),
    ]  # fmt: skip
    ways = [to_timeline(asked, "Show them on the timeline", query)]
    return framed(asked, name, told, ways, parts, ("All of them as a table", query, answer))


def overview(asked: Asked) -> Content:
    """The actors that take part in most developments."""
    _, actors = asked.reader.actors(asked.wanted)
    rows = [
        [to(asked, "actors", one.name, one.name), f"{one.developments:,}", joined(map(verbatim, one.roles), " and ")]
        for one in actors[:MOST]
    ]
    more = f" ({len(actors) - MOST:,} others are less frequent)" if len(actors) > MOST else ""
    return Content(
        "Actors", [table(f"Actors, the most frequent first{more}", ("Actor", "Developments", "Roles"), rows, {1})]
    )
