"""The page of a front, and the list of all fronts."""

from typing import Any

from dash import html

from dashboards import words
from dashboards.pages.asked import (
    FIRST,
    Asked,
    Content,
    by_status,
    counted,
    most_frequent,
    table,
    to,
    to_checks,
    to_timeline,
)
from dashboards.pages.framed import columns, framed, its_developments
from timeline.errors import NothingKnown
from timeline.readmodel.filters import Filters


def page(asked: Asked, slug: str) -> Content:
    """The page of a front. Raises `NothingKnown` where the log names none with this slug."""
    _, fronts = asked.reader.fronts(asked.wanted, every=True)
    front = next((one for one in fronts if one.slug == slug), None)
    if front is None:
        raise NothingKnown(f"no front {slug!r} is known here", ())
    only = Filters(fronts=frozenset([slug]))
    _, facets = asked.reader.facets(asked.wanted, only)
    answer = asked.reader.timeline(asked.wanted, only, FIRST)
    opened = front.front.opened
    told: list[tuple[str, Any]] = [
        ("Developments", f"{front.developments:,}"),
        ("Since", words.when(opened.occurred, open=False) if opened.occurred else None),
        ("Area", ", ".join(f"{degrees:g}°" for degrees in opened.area) if opened.area else None),
        ("Closed", "yes" if front.front.closed else None),
    ]
    ways = [
        to_timeline(asked, "Show it on the timeline", f"front={slug}"),
        html.A("Feed of its changes (Atom)", href=f"/api/v1/fronts/{slug}/changes.atom"),
    ]
    parts = [
        columns(
            by_status(front.counts),
            counted("By kind", "Kind", [(words.kind(one.value), one.count or 0) for one in facets.kinds]),
            most_frequent("Actors", "Actor", [(to(asked, "actors", one.value, one.label), one.count or 0)
                                              for one in facets.actors], facets.more_actors),
            most_frequent("Sources", "Source", [(to(asked, "sources", one.value, one.label), one.count or 0)
                                                for one in facets.sources], facets.more_sources),
        ),
        *its_developments(asked, answer, None),
    ]  # fmt: skip
    return framed(asked, front.name, told, ways, parts, ("All of them as a table", f"front={slug}", answer))


def overview(asked: Asked) -> Content:
    """All fronts that the log names, in the order of opening."""
    _, fronts = asked.reader.fronts(asked.wanted, every=True)
    rows = [
        [
            to(asked, "fronts", front.slug, front.name),
            f"{front.developments:,}",
            words.listed(f"{front.counts[status]:,} {status}" for status in words.STATUS if front.counts.get(status))
            if front.developments
            else "",
        ]
        for front in fronts
    ]
    head = ("Front", "Developments", "Of which")
    return Content("Fronts", [table("Fronts, in the order of opening", head, rows, {1}), to_checks(asked)])
