"""What stands on a page: its texts, its links, the signs at its edges, what its chart draws and its map frames."""

from datetime import date
from typing import Any

from dashboards.filters import read
from dashboards.page import Page, page
from dashboards.pages.asked import Asked
from dashboards.theme import LIGHT
from tests.scenarios import NOW, Scene
from timeline.readmodel.cuts import WantedCuts


def show(scene: Scene, search: str = "", width: float = 1_000) -> Page:
    """The timeline at an address."""
    return page(scene.reader, read(search), width, "light", NOW)


def asked(scene: Scene, search: str = "?as_of=2023-05-22") -> Asked:
    """What a page beside the timeline is asked with."""
    view = read(search)
    cuts = scene.reader.hold(view.cuts(date(2023, 5, 22), NOW)).cuts
    wanted = WantedCuts(cuts.as_of, cuts.known_at, cuts.position)
    return Asked(scene.reader, view, wanted, "A war", "https://example.org/", date(2023, 6, 1), 800.0, LIGHT)


def texts(part: Any) -> list[str]:
    """Every text in a tree of components, in order."""
    if isinstance(part, str | int | float):
        return [str(part)]
    if isinstance(part, list | tuple):
        return [text for one in part for text in texts(one)]
    below = getattr(part, "children", None)
    return [] if below is None else texts(below)


def links(part: Any) -> dict[str, str]:
    """Text -> address of every link in a tree of components."""
    if isinstance(part, list | tuple):
        return {text: address for one in part for text, address in links(one).items()}
    if getattr(part, "href", None):
        return {part.children: part.href}
    return links(part.children) if getattr(part, "children", None) else {}


def addresses(part: Any) -> list[str]:
    """The addresses of all links in a tree of components, in order."""
    if isinstance(part, list | tuple):
        return [address for one in part for address in addresses(one)]
    own = [part.href] if getattr(part, "href", None) else []
    return own + (addresses(part.children) if getattr(part, "children", None) else [])


def signs(shown: Page) -> dict[str, str]:
    """What the signs of a page say -> where they lead."""
    return {"".join(texts(sign)).strip("← →"): sign.children.href for sign in shown.outside}


def drawn(shown: Page) -> set[str]:
    """The titles that the chart draws."""
    assert shown.chart
    return set(shown.chart.told["title"])


def frame(shown: Page) -> list[float]:
    """What the map shows: west, east, south, north."""
    assert shown.map
    axes = (shown.map.figure["layout"][axis]["range"] for axis in ("xaxis", "yaxis"))
    return [round(degrees, 6) for axis in axes for degrees in axis]
