"""The page of a front, and the list of all fronts."""

from typing import Any

from dash import html

from dashboards import words
from dashboards.pages.asked import (
    FIRST,
    Asked,
    Content,
    counted,
    status_cell,
    table,
    to,
    to_timeline,
)
from dashboards.pages.framed import columns, framed, its_developments
from timeline.errors import NothingKnown
from timeline.readmodel.filters import Filters


def page(asked: Asked, slug: str) -> Content:
    """The page of a front. Raises `NothingKnown` where the log names none with this slug."""
    held, fronts = asked.reader.fronts(asked.wanted, every=True)
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
            counted("By status", "Status", [(status_cell(status), n) for status, n in front.counts.items() if n]),
            counted("By kind", "Kind", [(words.kind(one.value), one.count or 0) for one in facets.kinds]),
            counted("Actors", "Actor", [(to(asked, "actors", one.value, one.label), one.count or 0)
                                        for one in facets.actors[:10]]),
            counted("Sources", "Source", [(to(asked, "sources", one.value, one.label), one.count or 0)
                                          for one in facets.sources[:10]]),
        ),
        *its_developments(asked, answer, asked.reader.front_names(held)),
    ]  # fmt: skip
    return framed(asked, front.name, told, ways, parts, ("All of them as a table", f"front={slug}", answer))


def overview(asked: Asked) -> Content:
    """All fronts that the log names, in the order of opening."""
    _, fronts = asked.reader.fronts(asked.wanted, every=True)
    rows = [
        [
            to(asked, "fronts", front.slug, front.name),
            f"{front.developments:,}",
            words.listed(f"{n:,} {status}" for status, n in front.counts.items() if n) if front.developments else "",
        ]
        for front in fronts
    ]
    return Content("Fronts", [table("Fronts, in the order of opening", ("Front", "Developments", "Of which"), rows)])
